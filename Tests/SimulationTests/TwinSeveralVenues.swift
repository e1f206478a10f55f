import Clearing
import Markets
import TestSupport
import Venues

extension TwinCase {
  /// Case `several`: one to three venues of either kind on one market, with models, policies and reserves of their own.
  init?(several number: Int) {
    guard let plain = TwinCase(number: number, seed: 20_271_121) else { return nil }
    self = plain
    var figures = TwinRandomFigures(seed: 9_000_001, case: number)
    let start = paths[0].map { $0[0] }
    venues = (0..<figures.count(1...3)).map { index in
      let maker = TwinRandomVenue(
        id: "venue\(index)", prices: start, depths: depths, impact: impact, stepHours: grid.stepHours)
      var venue = figures.flip(0.6) ? maker.perpetualVenue(&figures) : maker.lendingPool(&figures)
      if figures.flip(0.4) { venue.rules.onExhaustion = .fail }
      return venue
    }
    let failing = venues.indices.filter { venues[$0].rules.onExhaustion == .fail }
    // An asset of the market is a claim on a venue; whoever holds it, or is short of it, anywhere sees it fall.
    for asset in start.indices where !failing.isEmpty && figures.flip(0.4) {
      claims.append(
        VenueClaim(
          asset: asset, venue: failing[figures.count(0...failing.count - 1)], recovery: figures.uniform(0.05, 0.95)))
    }
    guard number % 3 == 2 else { return }
    let judged = withOracles()
    venues = judged.venues
    frozenOracles = judged.frozenOracles
  }

  /// The same venues where trading costs nothing and moves nothing, and nobody fails: neither impact nor spread nor claims
  /// connect them.
  func withoutFriction() -> TwinCase {
    let free = depths.map { $0.map { MarketDepth(averageDailyVolume: $0.averageDailyVolume, halfSpread: 0) } }
    var copy = TwinCase(
      number: number, grid: grid, paths: paths, extremes: extremes, initialVolatilities: initialVolatilities,
      longRunVolatilities: longRunVolatilities, depths: free, impact: .none,
      venues: venues.map { input in
        var input = input
        input.venue.depths = free
        input.rules.impact = .none
        return input
      }, atStart: atStart)
    copy.claims = []
    return copy
  }

  /// The same market with some of the venues only, in the order given.
  func with(venues indices: [Int]) -> TwinCase {
    var copy = self
    copy.venues = indices.map { venues[$0] }
    copy.claims = claims.compactMap { claim in
      indices.firstIndex(of: claim.venue).map {
        VenueClaim(asset: claim.asset, venue: $0, recovery: claim.recovery)
      }
    }
    return copy
  }
}
