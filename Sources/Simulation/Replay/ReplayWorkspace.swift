import Clearing
import Venues
import Kernels
import Markets

/// Everything one worker needs, allocated once: a block of prices, one replay per model, the block's outcome.
struct ReplayWorkspace: ~Copyable {
  private let simulator: Simulator
  private var block: PathBlock
  private var paths: PathWorkspace
  private let replays: [PathReplay]
  /// The same with owners who do nothing, one per model, to tell what their doing changes; empty where they do nothing.
  private let idleReplays: [PathReplay]
  let outcome: BlockOutcome

  init(simulator: Simulator, recordsContributions: Bool) {
    self.simulator = simulator
    block = simulator.generator.makeBlock()
    paths = simulator.generator.makeWorkspace()
    outcome = BlockOutcome(simulator: simulator)
    let grid = simulator.grid
    let window = max(1, Int((simulator.callWindowHours / grid.stepHours).rounded()))
    func makeLedgers() -> [AccountLedger] {
      simulator.venues.map { AccountLedger(book: $0.venue.book, reportingCount: $0.census.ids.count) }
    }
    func makeReplay(_ models: [ModelPlan], _ ledgers: [AccountLedger], owners: Bool) -> PathReplay {
      let venues = zip(zip(simulator.venues, models), ledgers).enumerated().map { index, item in
        let (pair, ledger) = item
        return VenueReplay(
          plan: pair.0, model: pair.1, ledger: ledger, atStart: simulator.atStart,
          metrics: MarginMetrics(
            plan: pair.0, model: pair.1, window: window, points: grid.points, stepYears: grid.stepYears),
          contributions: recordsContributions ? LossContributions(plan: pair.0) : nil,
          oracle: OracleFeed(
            plan: pair.0, points: grid.points, stepHours: grid.stepHours, frozen: simulator.market.frozenOracles),
          calls: owners ? MarginCalls(plan: pair.0, model: pair.1, stepHours: grid.stepHours) : nil,
          index: index, venueCount: simulator.venues.count)
      }
      return PathReplay(market: simulator.market, venues: venues)
    }
    let ledgers = makeLedgers()
    replays = simulator.models.map { makeReplay($0, ledgers, owners: true) }
    let hasOwners = simulator.venues.contains { $0.rules.behaviour != nil } && !recordsContributions
    let idleLedgers = hasOwners ? makeLedgers() : []
    idleReplays = hasOwners ? simulator.models.map { makeReplay($0, idleLedgers, owners: false) } : []
  }

  /// Replays all paths of a block that belong to the run.
  mutating func replay(block index: Int) {
    simulator.generator.generate(block: index, into: &block, workspace: &paths)
    outcome.begin(block: index)
    for path in 0..<min(pathsPerBlock, simulator.paths - index * pathsPerBlock) {
      let view = PathView(of: block, path: path, seed: simulator.generator.seed)
      outcome.beginPath(path, values: view.values, start: view.start)
      for (model, replay) in replays.enumerated() {
        run(replay, model: model, path: path, view)
      }
      outcome.endPath()
    }
  }

  /// The outcomes of a path if owners did nothing; `acting` if they did nothing on it, nil where they never do or where the
  /// path would not complete.
  private func idle(model: Int, _ view: PathView, acting: [VenueOutcome]) -> [VenueOutcome]? {
    guard model < idleReplays.count else { return nil }
    guard replays[model].venues.contains(where: { $0.calls?.haveActed ?? false }) else { return acting }
    let replay = idleReplays[model]
    guard replay.run(view, onStep: { _ in }) == .completed else { return nil }
    return replay.venues.map { $0.outcome(market: replay.market, path: view, stepHours: simulator.grid.stepHours) }
  }

  private func run(_ replay: PathReplay, model: Int, path: Int, _ view: PathView) {
    let state = replay.run(view) { step in
      for (venue, each) in replay.venues.enumerated() {
        outcome.recordStep(
          step, model: model, venue: venue, liquidated: each.ledger.liquidated.count, reserve: each.tally.reserve)
      }
    }
    let results =
      state == .completed
      ? replay.venues.map {
        $0.outcome(market: replay.market, path: view, stepHours: simulator.grid.stepHours)
      } : []
    let isFinite = state == .completed && results.allSatisfy(\.isFinite)
    let idle = isFinite ? idle(model: model, view, acting: results) : nil
    outcome.recordState(isFinite ? .completed : .nonFinite, model: model)
    for (venue, each) in replay.venues.enumerated() {
      outcome.recordEnd(
        isFinite ? results[venue].compared(with: idle?[venue]) : nil, path: path, model: model, venue: venue,
        ledger: each.ledger,
        census: each.plan.census)
    }
  }

  /// The parts of the loss of `wanted` paths of one block.
  mutating func contributions(
    block index: Int, paths wanted: [Int], model: Int, venue: Int
  ) -> [(byAsset: [Double], byGroup: [Double])] {
    simulator.generator.generate(block: index, into: &block, workspace: &paths)
    let replay = replays[model]
    return wanted.map { path in
      let view = PathView(of: block, path: path - index * pathsPerBlock, seed: simulator.generator.seed)
      let state = replay.run(view) { _ in }
      let each = replay.venues[venue]
      if state == .completed {
        _ = each.outcome(market: replay.market, path: view, stepHours: simulator.grid.stepHours)
      }
      return (each.contributions?.byAsset ?? [], each.contributions?.byGroup ?? [])
    }
  }

  /// Replays one path with an observer.
  mutating func watch(path: Int, model: Int, observer: any ReplayObserver) -> [[Double]] {
    simulator.generator.generate(block: path / pathsPerBlock, into: &block, workspace: &paths)
    let view = PathView(of: block, path: path % pathsPerBlock, seed: simulator.generator.seed)
    let replay = replays[model]
    replay.observer = observer
    let state = replay.run(view) { _ in }
    replay.observer = nil
    guard state == .completed else {
      return replay.venues.map { _ in [Double](repeating: .nan, count: PathQuantity.allCases.count) }
    }
    return replay.venues.map {
      $0.outcome(market: replay.market, path: view, stepHours: simulator.grid.stepHours).values
    }
  }
}
