import Clearing
import Kernels

/// Watches a replay step by step; for traces, tests and pictures of one path. Never used in a batch run.
package protocol ReplayObserver: AnyObject {
  /// The marks of a step's low or high are set; no wave was decided there yet. Does nothing unless an observer says so.
  func extremeReached(_ extreme: StepExtreme, step: Int, snapshot: VenueSnapshot)
  /// The marks of a step's close and its factors are set; no wave was decided there yet.
  func stepBegan(_ step: Int, snapshot: VenueSnapshot)
  /// A wave was decided and booked at `fills`.
  func waveBooked(_ wave: Int, closings: [ClosingRecord], fills: [Double], venue: Int)
  /// A step is over, its waterfall done.
  func stepEnded(_ step: Int, snapshot: VenueSnapshot)
}

extension ReplayObserver {
  package func extremeReached(_ extreme: StepExtreme, step: Int, snapshot: VenueSnapshot) {}
}

/// Where a step goes before its close, in this order.
package enum StepExtreme: Int, Sendable, CaseIterable {
  case low
  case high
}

/// One venue at one moment of a watched replay.
package struct VenueSnapshot: Sendable {
  /// Index of the venue.
  package let venue: Int
  /// Traded marks per asset.
  package let marks: [Double]
  /// Exogenous prices per asset.
  package let exogenous: [Double]
  /// Factors on the maintenance requirement per column.
  package let maintenanceFactors: [Double]
  /// Equity per account.
  package let equities: [Double]
  /// Reserve balance.
  package let reserve: Double
  /// Shortfalls, reserve income and uncovered losses so far.
  package let shortfalls: Double
  package let inflow: Double
  package let uncovered: Double
  /// Maintenance requirement of all accounts at what the oracle shows, worst losses in scenarios included.
  package let requirement: Double
}

/// One closing of a watched replay.
package struct ClosingRecord: Sendable, Equatable {
  /// Index of the account.
  package let account: Int
  /// Fractions of perpetuals, held balances and debts.
  package let derivativeFraction: Double
  package let heldFraction: Double
  package let debtFraction: Double
  /// Notional closed, bought back or repaid, at the marks that the wave was decided at.
  package let notional: Double
  /// What explains it; nil where the account was liquidated before.
  package let cause: LiquidationExplanation?
}

/// What explains the first liquidation of an account: the least of these that makes it liquidatable.
package enum LiquidationExplanation: Int, Sendable, CaseIterable {
  /// It was flagged at t = 0 and is closed though healthy.
  case atStart
  /// Exogenous prices.
  case price
  /// The impact of its own venue.
  case ownImpact
  /// The impact of other venues, or the losses of claims on them.
  case otherVenue
  /// The requirement's factors have moved.
  case requirement
}

/// Replays one path under one margin model: market, venues and waves in the order of *One path*.
final class PathReplay {
  let market: MarketState
  let venues: [VenueReplay]
  private var flows: [Double]
  /// Venues that close somebody in the wave under way.
  private var active: [VenueReplay] = []
  /// Which venues have failed; nil where none can.
  private let failures: VenueFailures?
  /// Waves of the step under way that closed somebody.
  private var waves = 0
  /// Whether owners of accounts do anything.
  private let ownersAct: Bool
  /// Whether any venue's market has hedgers.
  private let hedges: Bool
  /// Who watches; none in a batch run.
  var observer: (any ReplayObserver)?

  init(market: MarketPlan, venues: [VenueReplay]) {
    self.market = MarketState(plan: market, venueCount: venues.count)
    self.venues = venues
    ownersAct = venues.contains { $0.calls != nil }
    hedges = venues.contains { $0.hedge != nil }
    failures = VenueFailures(venues: venues, claims: market.claims)
    flows = [Double](repeating: 0, count: market.assetCount)
  }

  /// Replays `path`. `onStep` is told of every finished step.
  func run(_ path: PathView, onStep: (Int) -> Void) -> PathState {
    let values = path.values
    let slab = values.span.extracting(path.start..<path.start + path.slabSize)
    market.reset(slab: slab, points: path.points)
    failures?.reset()
    for venue in venues { venue.reset(market: market, path: path) }
    for step in 1..<path.points {
      market.begin(step, slab: slab, points: path.points)
      failures?.strike(market)
      for venue in venues { venue.begin(step) }
      waves = 0
      if let extremes = path.extremes {
        guard visit(.low, at: extremes.low, step: step, slab: slab, path: path),
          visit(.high, at: extremes.high, step: step, slab: slab, path: path)
        else { return .nonFinite }
      }
      market.visit(step, slab: slab, offset: 0, points: path.points)
      guard market.isFinite else { return .nonFinite }
      for venue in venues { venue.advance(to: step, market: market, path: path) }
      observe { $0.stepBegan(step, snapshot: $1) }
      runWaves(step: step, path: path, isFirst: step == 1 && path.extremes == nil)
      if hedges { runHedges(step: step, path: path) }
      for (index, venue) in venues.enumerated() {
        venue.settleWaiting(step: step, path: path, market: market, isLiquidating: !hasFailed(index))
      }
      for venue in venues { venue.endStep(step) }
      if ownersAct { runOwners(step: step, path: path) }
      failures?.endStep(step, venues: venues)
      observe { $0.stepEnded(step, snapshot: $1) }
      guard market.isFinite else { return .nonFinite }
      onStep(step)
    }
    return .completed
  }

  /// Takes the marks to an extreme of the step, where accounts are judged by the balances, funding and rates that the
  /// step before left. False if a mark is no number there.
  private func visit(_ extreme: StepExtreme, at offset: Int, step: Int, slab: Span<Double>, path: PathView) -> Bool {
    market.visit(step, slab: slab, offset: offset, points: path.points)
    guard market.isFinite else { return false }
    for venue in venues {
      venue.revalue(step: step, market: market)
      venue.look(at: step, market: market)
    }
    observe { $0.extremeReached(extreme, step: step, snapshot: $1) }
    runWaves(step: step, path: path, isFirst: step == 1 && extreme == .low)
    return true
  }

  private func hasFailed(_ venue: Int) -> Bool { failures?.hasFailed[venue] ?? false }

  /// Waves until nobody is left or every venue has used up its waves of the step; what is left waits. `isFirst` is where
  /// the path looks for the first time: those flagged at the start are closed there.
  private func runWaves(step: Int, path: PathView, isFirst: Bool) {
    var isFirst = isFirst
    while true {
      let wave = waves + 1
      active.removeAll(keepingCapacity: true)
      for asset in flows.indices { flows[asset] = 0 }
      if let origins = market.origins { for venue in venues.indices { origins.clearFlows(of: venue) } }
      for (index, venue) in venues.enumerated() {
        if hasFailed(index) { continue }
        guard wave <= venue.plan.rules.liquidation.waves else { continue }
        if decide(index, step: step, isFirst: isFirst, path: path) { active.append(venue) }
      }
      isFirst = false
      guard !active.isEmpty else { return }
      market.setFills(flows: flows)
      let notionals = observer == nil ? [] : active.map(\.closingNotionals)
      for venue in active { venue.bookWave(wave: wave, market: market) }
      report(wave: wave, of: active, notionals: notionals)
      if market.settle(flows: flows) {
        for venue in venues { venue.revalue(step: step, market: market) }
      }
      waves = wave
    }
  }

  /// Hedgers of all venues trade together, once, at the marks that the waves left.
  private func runHedges(step: Int, path: PathView) {
    guard market.isFinite else { return }
    collectFlows { venue, flows in venue.decideHedge(step: step, path: path, market: market, flows: &flows) }
    if venues.contains(where: { $0.hedge?.trades ?? false }) {
      market.setFills(flows: flows)
      for venue in venues {
        venue.hedge?.book(fills: market.fills, marks: market.marks, shifts: market.shifts, flows: flows)
      }
      if market.settle(flows: flows) {
        for venue in venues { venue.revalue(step: step, market: market) }
      }
    }
    for venue in venues { venue.hedge?.endStep(marks: market.marks) }
  }

  /// Owners pay in, close and take out at the end of a step; what they close trades in the same market.
  private func runOwners(step: Int, path: PathView) {
    guard market.isFinite else { return }
    collectFlows { venue, flows in
      venue.owners.clear()
      if !hasFailed(venue.index) { venue.decideOwners(step: step, path: path, market: market, flows: &flows) }
    }
    let trades = venues.contains { $0.ownersTrade }
    if trades { market.setFills(flows: flows) }
    for venue in venues { venue.bookOwners(market: market) }
    if trades, market.settle(flows: flows) {
      for venue in venues { venue.revalue(step: step, market: market) }
    }
  }

  /// Lets every venue decide what is traded outside waves; several venues' flows are kept apart and added up.
  private func collectFlows(_ decide: (VenueReplay, inout [Double]) -> Void) {
    for asset in flows.indices { flows[asset] = 0 }
    for (index, venue) in venues.enumerated() {
      guard let origins = market.origins else {
        decide(venue, &flows)
        continue
      }
      origins.clearFlows(of: index)
      decide(venue, &origins.flows[index])
      for asset in flows.indices { flows[asset] += origins.flows[index][asset] }
    }
  }

  /// Lets one venue decide its part of a wave; several venues' flows are kept apart and added up.
  private func decide(_ index: Int, step: Int, isFirst: Bool, path: PathView) -> Bool {
    guard let origins = market.origins else {
      return venues[index].decideWave(step: step, isFirst: isFirst, path: path, market: market, flows: &flows)
    }
    let acts = venues[index].decideWave(
      step: step, isFirst: isFirst, path: path, market: market, flows: &origins.flows[index])
    for asset in flows.indices { flows[asset] += origins.flows[index][asset] }
    return acts
  }

  private func report(wave: Int, of active: [VenueReplay], notionals: [[Double]]) {
    guard let observer else { return }
    for (venue, amounts) in zip(active, notionals) {
      guard let index = venues.firstIndex(where: { $0 === venue }) else { continue }
      let causes = venue.causes.lastCauses
      let closings = zip(venue.lastClosings, amounts).map { closing, notional in
        ClosingRecord(
          account: closing.account, derivativeFraction: closing.derivativeFraction,
          heldFraction: closing.heldFraction, debtFraction: closing.debtFraction, notional: notional,
          cause: causes[closing.account])
      }
      observer.waveBooked(wave, closings: closings, fills: market.fills.elements, venue: index)
    }
  }

  private func observe(_ tell: (any ReplayObserver, VenueSnapshot) -> Void) {
    guard let observer else { return }
    for (index, venue) in venues.enumerated() { tell(observer, venue.snapshot(index: index, market: market)) }
  }
}
