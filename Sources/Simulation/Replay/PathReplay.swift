import Clearing

/// Watches a replay step by step; for traces, tests and pictures of one path. Never used in a batch run.
package protocol ReplayObserver: AnyObject {
  /// A step's marks and factors are set; no wave was decided yet.
  func stepBegan(_ step: Int, snapshot: VenueSnapshot)
  /// A wave was decided and booked at `fills`.
  func waveBooked(_ wave: Int, closings: [ClosingRecord], fills: [Double], venue: Int)
  /// A step is over, its waterfall done.
  func stepEnded(_ step: Int, snapshot: VenueSnapshot)
}

/// One venue at one moment of a watched replay.
package struct VenueSnapshot: Sendable {
  /// Index of the venue.
  package let venue: Int
  /// Traded marks per asset.
  package let marks: [Double]
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
}

/// One closing of a watched replay.
package struct ClosingRecord: Sendable, Equatable {
  /// Index of the account.
  package let account: Int
  /// Fractions of perpetuals, held balances and debts.
  package let derivativeFraction: Double
  package let heldFraction: Double
  package let debtFraction: Double
}

/// Replays one path under one margin model: market, venues and waves in the order of *One path*.
final class PathReplay {
  let market: MarketState
  let venues: [VenueReplay]
  private let points: Int
  private let fundingOffset: Int?
  private var flows: [Double]
  weak var observer: (any ReplayObserver)?

  /// `fundingOffset` is where a path's funding rates begin in its slab; nil where the block has none.
  init(market: MarketPlan, venues: [VenueReplay], points: Int, fundingOffset: Int?) {
    self.fundingOffset = fundingOffset
    self.market = MarketState(plan: market)
    self.venues = venues
    self.points = points
    flows = [Double](repeating: 0, count: market.assetCount)
  }

  /// Replays the path whose slab starts at `start` in `values`. `onStep` is told of every finished step.
  func run(values: [Double], start: Int, onStep: (Int) -> Void) -> PathState {
    let path = PathView(values: values, start: start, points: points, fundingOffset: fundingOffset)
    let slab = values.span.extracting(start..<start + points * market.marks.count)
    market.reset(slab: slab, points: points)
    for venue in venues { venue.reset(market: market) }
    for step in 1..<points {
      market.advance(to: step, slab: slab, points: points)
      guard market.isFinite else { return .nonFinite }
      for venue in venues { venue.advance(to: step, market: market, path: path) }
      observe { $0.stepBegan(step, snapshot: $1) }
      runWaves(step: step, path: path)
      for venue in venues { venue.endStep(step) }
      observe { $0.stepEnded(step, snapshot: $1) }
      guard market.isFinite else { return .nonFinite }
      onStep(step)
    }
    return .completed
  }

  /// Waves until nobody is left or every venue has used up its waves; what is left waits for the next step.
  private func runWaves(step: Int, path: PathView) {
    var wave = 1
    while true {
      var active: [VenueReplay] = []
      for asset in flows.indices { flows[asset] = 0 }
      for venue in venues where wave <= venue.plan.rules.liquidation.waves {
        if venue.decideWave(step: step, wave: wave, path: path, market: market, flows: &flows) { active.append(venue) }
      }
      guard !active.isEmpty else { return }
      market.setFills(flows: flows)
      for venue in active { venue.bookWave(wave: wave, market: market) }
      report(wave: wave, of: active)
      if market.settle(flows: flows) {
        for venue in venues { venue.revalue(market: market) }
      }
      wave += 1
    }
  }

  private func report(wave: Int, of active: [VenueReplay]) {
    guard let observer else { return }
    for (index, venue) in venues.enumerated() where active.contains(where: { $0 === venue }) {
      let closings = venue.lastClosings.map {
        ClosingRecord(
          account: $0.account, derivativeFraction: $0.derivativeFraction, heldFraction: $0.heldFraction,
          debtFraction: $0.debtFraction)
      }
      observer.waveBooked(wave, closings: closings, fills: market.fills, venue: index)
    }
  }

  private func observe(_ tell: (any ReplayObserver, VenueSnapshot) -> Void) {
    guard let observer else { return }
    for (index, venue) in venues.enumerated() { tell(observer, venue.snapshot(index: index, marks: market.marks)) }
  }
}
