import Clearing
import Markets
import Simulation
import Venues

/// A venue of linear perpetuals, one for each asset at 100, with a synthetic book: accounts of one to six positions, long
/// or short, levered 1 to 10 times and mostly little, 500 million of gross notional in all whatever their number.
struct BenchmarkVenue {
  let market: MarketModel
  let venue: Venue
  let rules: ClearingRules
  let meanPositions: Double
  /// Maintenance requirement per notional of every perpetual.
  static let maintenanceRate = 0.02
  private static let grossNotional = 5e8

  init(market: MarketModel, accounts: Int, hasImpact: Bool) throws {
    self.market = market
    let assets = market.assetIDs.count
    var draws = Draws(state: UInt64(accounts))
    let instruments =
      [Instrument(id: "USD", kind: .settlement)]
      + (0..<assets).map {
        Instrument(id: "A\($0)-PERP", kind: .perpetual(PerpetualTerms(asset: $0, brackets: 0)))
      }
    var positions: [Position] = []
    positions.reserveCapacity(accounts * 5)
    var held = 0
    for account in 0..<accounts {
      let first = Int(draws.uniform() * Double(assets))
      let count = min(assets, 1 + Int(draws.uniform() * 6))
      held += count
      var gross = 0.0
      for place in 0..<count {
        let notional = Self.grossNotional / Double(accounts) / 3.5 * (0.1 + 1.8 * draws.uniform())
        gross += notional
        let side = draws.uniform() < 0.6 ? 1.0 : -1.0
        positions.append(
          Position(
            account: account, instrument: 1 + (first + place * 5) % assets, quantity: side * notional / 100,
            entryPrice: 100))
      }
      positions.append(Position(account: account, instrument: 0, quantity: gross / Self.leverage(draws.uniform())))
    }
    meanPositions = Double(held) / Double(accounts)
    guard
      let table = BracketTable([
        BracketTable.Bracket(from: 0, initial: 2 * Self.maintenanceRate, maintenance: Self.maintenanceRate)
      ])
    else { throw Failure("the benchmark's bracket is refused") }
    let volume = Self.grossNotional / Double(assets) * 4
    venue = Venue(
      id: "benchmark", summary: "", settlement: "USD", isSynthetic: true,
      depths: (0..<assets).map { _ in MarketDepth(averageDailyVolume: volume, halfSpread: 0.0001) },
      instruments: instruments,
      book: Book(
        accounts: (0..<accounts).map { Account(id: "\($0)") }, groups: ["all"], instruments: instruments,
        positions: positions))
    rules = ClearingRules(
      brackets: [table], bracketNames: ["flat"],
      liquidation: LiquidationPolicy(method: .full, penalty: 0.005, reserveShare: 0.5, waves: 8),
      impact: hasImpact
        ? MarketImpact(coefficient: 0.7, exponent: 0.5, permanentShare: 0.5, halfLifeHours: 4) : .none,
      reserve: ReserveFund(balance: 1e7), lossAllocation: .badDebt)
  }

  /// 1 + 9u⁴: half of the accounts below 1.6 times, a tenth above 7.
  private static func leverage(_ uniform: Double) -> Double { 1 + 9 * uniform * uniform * uniform * uniform }

  /// The venue's static margin on `paths` paths.
  func simulator(paths: Int) -> Simulator {
    let volatilities = market.process.longRunVolatilities
    let plan = VenuePlan(
      venue: venue, rules: rules, grid: market.grid, assetIDs: market.assetIDs,
      initialPrices: market.process.initialPrices, volatilities: volatilities)
    let model = TieredMargin(instruments: venue.instruments, tables: rules.brackets)
    return Simulator(
      generator: PathGenerator(market: market, seed: 1),
      market: MarketPlan(venue: venue, rules: rules, longRunVolatilities: volatilities, grid: market.grid),
      venues: [plan], models: [[ModelPlan(model: model, scale: 1, plan: plan)]],
      labels: [ModelLabel(name: "static", kind: "tiered", isDynamic: false)], paths: paths, atStart: .close,
      fanAssets: [], callWindowHours: 24)
  }
}

/// Numbers for the book; Knuth's congruential generator.
struct Draws {
  var state: UInt64
  mutating func uniform() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(state >> 11) * 0x1p-53
  }
}
