import Clearing
import Foundation
import Markets
import TestSupport
import Venues

/// One random case: a market, the venues in it, a margin model for each, and price paths.
struct TwinCase {
  /// Its number; the case is a pure function of it.
  let number: Int
  let grid: TimeGrid
  /// Exogenous prices, [path][asset][point]; all paths start at the same prices.
  let paths: [[[Double]]]
  let initialVolatilities: [Double]
  let longRunVolatilities: [Double]
  let depths: [MarketDepth?]
  let impact: MarketImpact
  var venues: [ReferenceVenue]
  let atStart: AtStart
  /// Factors on depth and spread along time; random cases have none unless a test lays some down.
  var liquidity: LiquiditySchedule?

  /// The market of one path.
  func market(path: Int) -> ReferenceMarket {
    ReferenceMarket(
      stepHours: grid.stepHours, exogenous: paths[path], initialVolatilities: initialVolatilities,
      longRunVolatilities: longRunVolatilities, depths: depths, impact: impact, liquidity: liquidity)
  }

  /// The reference's trace of one path.
  func trace(path: Int) -> ReferenceTrace {
    var simulator = ReferenceSimulator(venues: venues, market: market(path: path), atStart: atStart)
    return simulator.run()
  }

}

extension TwinCase {
  /// Case `number`: a perpetual venue, a lending pool, or one of each in the same market.
  init?(number: Int, seed: UInt64 = 20_251_121) {
    var figures = TwinRandomFigures(seed: seed, case: number)
    self.number = number
    let stepHours = figures.pick(0.5, 1, 1, 4, 8)
    guard let grid = TimeGrid(steps: figures.count(4...(figures.flip(0.8) ? 24 : 80)), stepHours: stepHours) else {
      return nil
    }
    self.grid = grid
    let assets = figures.count(1...4)
    let start = (0..<assets).map { _ in figures.logUniform(0.01, 50_000) }
    initialVolatilities = start.map { _ in figures.uniform(0.2, 1.5) }
    longRunVolatilities = start.map { _ in figures.uniform(0.2, 1.5) }
    paths = (0..<3).map { _ in Self.path(from: start, steps: grid.steps, &figures) }
    let hasSpread = figures.flip(0.7)
    depths = start.map { _ in
      MarketDepth(
        averageDailyVolume: figures.logUniform(2e5, 1e9), halfSpread: hasSpread ? figures.uniform(0, 0.004) : 0)
    }
    impact =
      figures.flip(0.75)
      ? MarketImpact(
        coefficient: figures.uniform(0.2, 2), exponent: figures.pick(0.5, 0.5, 0.35, 1),
        permanentShare: figures.uniform(0, 1), halfLifeHours: figures.logUniform(0.5, 48))
      : .none
    atStart = figures.pick(.close, .close, .exempt)
    let kinds: [Bool] = figures.pick([true], [true], [false], [true, false])
    var venues: [ReferenceVenue] = []
    for (index, isPerpetual) in kinds.enumerated() {
      let market = TwinRandomVenue(
        id: "venue\(index)", prices: start, depths: depths, impact: impact, stepHours: stepHours)
      venues.append(isPerpetual ? market.perpetualVenue(&figures) : market.lendingPool(&figures))
    }
    self.venues = venues
  }

  /// Prices with a common factor, jumps in both directions, and now and then an asset that stands still.
  private static func path(from start: [Double], steps: Int, _ figures: inout TwinRandomFigures) -> [[Double]] {
    let volatility = figures.logUniform(0.0004, 0.06)
    let jumpChance = figures.flip(0.25) ? 0 : figures.uniform(0, 0.25)
    let isConstant = start.map { _ in figures.flip(0.08) }
    var prices = start.map { [$0] }
    for _ in 0..<steps {
      let common = figures.normal()
      let jump = figures.flip(jumpChance) ? figures.uniform(-0.6, 0.4) : 0
      for asset in start.indices {
        let previous = prices[asset][prices[asset].count - 1]
        let own = figures.normal()
        let move = isConstant[asset] ? 0 : volatility * (0.8 * common + 0.6 * own) + jump * figures.uniform(0.5, 1.3)
        prices[asset].append(previous * exp(move))
      }
    }
    return prices
  }
}
