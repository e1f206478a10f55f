import Clearing
import Kernels
import Markets
import Simulation
import Venues

/// A perpetual venue without frictions unless they are asked for: what closed forms can be written down for.
///
/// Instruments are the settlement currency, then a spot asset and a perpetual of each asset of the market.
struct SmallVenue {
  /// What one account holds of the first asset.
  struct Holding {
    var id: String
    var cash = 0.0
    var spot = 0.0
    var perpetual = 0.0
    var entryPrice = 0.0
  }

  var holdings: [Holding]
  var maintenanceRate = 0.05
  var initialRate = 0.1
  var liquidation = LiquidationPolicy(method: .full, penalty: 0, reserveShare: 0, waves: 8)
  var impact = MarketImpact.none
  var halfSpread = 0.0
  var averageDailyVolume = 1e9
  var reserve = 0.0
  /// A segment of the reserve for the asset, where there is one.
  var segment: Double?
  var adjustment = ClearingAdjustment()

  /// Price of the asset at t = 0.
  static let price = 100.0

  var instruments: [Instrument] {
    [
      Instrument(id: "USD", kind: .settlement), Instrument(id: "COIN", kind: .spot(SpotTerms(asset: 0))),
      Instrument(id: "COIN-PERP", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
    ]
  }

  /// The book of the holdings.
  private var book: Book {
    let positions = holdings.enumerated().flatMap { account, holding in
      [
        Position(account: account, instrument: 0, quantity: holding.cash),
        Position(account: account, instrument: 1, quantity: holding.spot),
        Position(account: account, instrument: 2, quantity: holding.perpetual, entryPrice: holding.entryPrice),
      ]
    }
    return Book(
      accounts: holdings.map { Account(id: $0.id) }, groups: ["all"], instruments: instruments, positions: positions)
  }

  /// The venue's own static model.
  func tiered() throws -> TieredMargin { TieredMargin(instruments: instruments, tables: [try table()]) }

  private func table() throws -> BracketTable {
    try required(
      BracketTable([BracketTable.Bracket(from: 0, initial: initialRate, maintenance: maintenanceRate)]), "the table")
  }

  private var rules: ClearingRules {
    get throws {
      ClearingRules(
        brackets: [try table()], bracketNames: ["flat"], liquidation: liquidation, impact: impact,
        reserve: ReserveFund(
          balance: reserve, segments: segment.map { [ReserveFund.Segment(assets: [0], balance: $0)] } ?? []),
        autoDeleveraging: adjustment.deleveraging, lossAllocation: adjustment.allocation,
        circuitBreaker: adjustment.breaker, liquidators: adjustment.liquidators, backstop: adjustment.backstop)
    }
  }

  /// The venue made ready for paths of `market`.
  func plan(_ market: MarketModel) throws -> VenuePlan {
    let depth = MarketDepth(averageDailyVolume: averageDailyVolume, halfSpread: halfSpread)
    let venue = Venue(
      id: "small", summary: "", settlement: "USD", isSynthetic: true, depths: [depth], instruments: instruments,
      book: book)
    return VenuePlan(
      venue: venue, rules: try rules, grid: market.grid, assetIDs: market.assetIDs,
      initialPrices: market.initialPrices)
  }

  /// A run of this venue alone under `models`, or under its static one; `scales` are factors on the models' rates.
  func simulator(
    _ market: MarketModel, seed: UInt64, paths: Int, models: [any MarginModel]? = nil, scales: [Double] = []
  ) throws -> Simulator {
    let plan = try plan(market)
    let all = try models ?? [tiered()]
    return Simulator(
      generator: PathGenerator(market: market, seed: seed),
      market: MarketPlan(
        venue: plan.venue, rules: plan.rules, longRunVolatilities: market.longRunVolatilities,
        grid: market.grid),
      venues: [plan],
      models: all.enumerated().map { index, model in
        [ModelPlan(model: model, scale: index < scales.count ? scales[index] : 1, plan: plan)]
      },
      labels: all.enumerated().map { ModelLabel(name: "\($0)", kind: "", isDynamic: $1.isDynamic) }, paths: paths,
      atStart: .close, fanAssets: [], callWindowHours: 24)
  }
}

/// What a small venue's clearing has besides policy, impact and reserve; nothing unless asked for.
struct ClearingAdjustment {
  var deleveraging: AutoDeleveraging?
  var allocation = LossAllocation.badDebt
  var breaker: CircuitBreaker?
  var liquidators: LiquidatorTerms?
  var backstop: Backstop?
}

/// A market of one asset that starts at 100 and moves as a geometric Brownian motion.
func brownianMarket(volatility: Double, drift: Double = 0, steps: Int, stepHours: Double) throws -> MarketModel {
  let grid = try required(TimeGrid(steps: steps, stepHours: stepHours), "the grid")
  let coin = AssetCalibration(id: "COIN", price: SmallVenue.price, volatility: volatility, drift: drift)
  return try MarketModel(
    assetIDs: ["COIN"], grid: grid, process: GeometricBrownianMotion(assets: [coin], grid: grid),
    dependence: .gaussian, correlation: .identity(1))
}
