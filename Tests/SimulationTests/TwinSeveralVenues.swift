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
      return figures.flip(0.6) ? maker.perpetualVenue(&figures) : maker.lendingPool(&figures)
    }
  }

  /// The same market with some of the venues only, in the order given.
  func with(venues indices: [Int]) -> TwinCase {
    var copy = self
    copy.venues = indices.map { venues[$0] }
    return copy
  }
}
