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
  /// Lows and highs of the same, where the case has them.
  var extremes: [ReferenceExtremes]?
  let initialVolatilities: [Double]
  let longRunVolatilities: [Double]
  let depths: [MarketDepth?]
  let impact: MarketImpact
  var venues: [ReferenceVenue]
  let atStart: AtStart
  /// The law of the assets' funding rates where they move, and the rates themselves, [path][asset][point].
  var funding: FundingParameters?
  var fundingRates: [[[Double]]] = []
  /// The law of the assets' implied volatilities where they have any, and the volatilities, [path][asset][point].
  var implied: ImpliedVolatilityParameters?
  var impliedVolatilities: [[[Double]]] = []
  /// Factors on depth and spread along time; random cases have none unless a test lays some down.
  var liquidity: LiquiditySchedule?
  /// Assets that lose value when a venue fails.
  var claims: [VenueClaim] = []
  /// Whether oracles stand still, [asset][point]; random cases have none unless a test stops some.
  var frozenOracles: [[Bool]]?
  /// Impact laws of assets that have one of their own; random cases have one law for all unless a test says otherwise.
  var assetImpacts: [Int: MarketImpact] = [:]

  /// The market of one path.
  func market(path: Int) -> ReferenceMarket {
    var market = ReferenceMarket(
      stepHours: grid.stepHours, exogenous: paths[path], extremes: extremes?[path],
      initialVolatilities: initialVolatilities, longRunVolatilities: longRunVolatilities, depths: depths,
      impact: impact, liquidity: liquidity)
    market.path = path
    market.claims = claims
    market.frozenOracles = frozenOracles
    market.assetImpacts = assetImpacts
    if funding != nil { market.fundingRates = fundingRates[path] }
    if implied != nil { market.impliedVolatilities = impliedVolatilities[path] }
    return market
  }

  /// The reference's trace of one path.
  func trace(path: Int) -> ReferenceTrace {
    var simulator = ReferenceSimulator(venues: venues, market: market(path: path), atStart: atStart)
    var trace = simulator.run()
    guard venues.contains(where: { $0.rules.behaviour != nil }) else { return trace }
    var idle = self
    for index in idle.venues.indices { idle.venues[index].rules.behaviour = nil }
    let others = idle.trace(path: path)
    guard !others.isNonFinite else { return trace }
    for (venue, other) in others.outcomes.enumerated() {
      trace.outcomes[venue].liquidationsAvoided =
        other.liquidatedOwners.count - trace.outcomes[venue].liquidatedOwners.count
      trace.outcomes[venue].shortfallAvoided = other.shortfalls - trace.outcomes[venue].shortfalls
    }
    return trace
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
    extremes = figures.flip(0.15) ? paths.map { Self.extremes(of: $0, &figures) } : nil
    if number % 5 == 3 { self.venues = withCredit().venues }
  }

  /// Lows and highs that enclose the prices of `path`: on most steps hardly more than that, now and then a long wick that
  /// all assets take part in.
  private static func extremes(of path: [[Double]], _ figures: inout TwinRandomFigures) -> ReferenceExtremes {
    var result = ReferenceExtremes(lows: path.map { [$0[0]] }, highs: path.map { [$0[0]] })
    let usual = figures.logUniform(0.0002, 0.02)
    let wickChance = figures.flip(0.3) ? 0 : figures.uniform(0, 0.2)
    for step in 1..<path[0].count {
      // Hardly anything in the first step, so that those flagged at the start can be healthy when they are closed.
      let (chance, scale) = step == 1 ? (0, usual / 20) : (wickChance, usual)
      let low = figures.flip(chance) ? figures.uniform(0, 0.5) : scale * abs(figures.normal())
      let high = figures.flip(chance) ? figures.uniform(0, 0.5) : scale * abs(figures.normal())
      for (asset, prices) in path.enumerated() {
        let share = figures.uniform(0.3, 1)
        result.lows[asset].append(min(prices[step], prices[step - 1]) * exp(-low * share))
        result.highs[asset].append(max(prices[step], prices[step - 1]) * exp(high * share))
      }
    }
    return result
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
