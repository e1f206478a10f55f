import Clearing
import Kernels
import Markets
import Simulation
import Venues

/// Three venues on one market, drawn by lot with every option that there is: an exchange with perpetuals, options and coin
/// collateral, which can fail and takes its token along; a pool that lends against coins and that token; a second exchange.
struct RandomMarketplace {
  /// COIN and GEM, and the token of the first exchange.
  static let ids = ["COIN", "GEM", "TOKEN"]
  static let prices = [100.0, 20.0, 5.0]
  static let volatilities = [1.8, 2.2, 1.5]
  static let steps = 48

  private var lot: Lot
  /// Whether the first exchange margins all accounts by scenarios.
  let isPortfolioMargined: Bool
  /// Whether a shock hits the market: a fall, a thin market, and an oracle that stands still.
  let isShocked: Bool
  /// Whether GEM and TOKEN have impact laws of their own.
  let hasOwnImpacts: Bool
  /// Whether the first exchange fails with its reserve.
  let firstCanFail: Bool

  init(_ number: Int) {
    lot = Lot(number)
    isPortfolioMargined = lot.flip(0.4)
    isShocked = lot.flip(0.4)
    hasOwnImpacts = lot.flip(0.6)
    firstCanFail = lot.flip(0.7)
  }

  /// The run of the marketplace on 256 paths.
  mutating func simulator(seed: UInt64) throws -> Simulator {
    let market = try market()
    let venues = [
      exchange("first", hasOptions: true), pool("pool"), exchange("second", hasOptions: false),
    ].map { venue, rules in
      VenuePlan(
        venue: venue, rules: rules, grid: market.grid, assetIDs: market.assetIDs, initialPrices: market.initialPrices)
    }
    var depth = MarketPlan(
      depths: Self.prices.map { _ in
        MarketDepth(averageDailyVolume: lot.uniform(3e6, 3e7), halfSpread: lot.uniform(0, 0.002))
      }, impact: impact(), assetImpacts: hasOwnImpacts ? [1: impact(), 2: pooled()] : [:],
      longRunVolatilities: market.longRunVolatilities, grid: market.grid, liquidity: market.shocks?.liquidity,
      frozenOracles: market.shocks?.frozenOracles)
    depth.claims = [VenueClaim(asset: 2, venue: 0, recovery: lot.uniform(0.1, 0.8))]
    let models = try venues.enumerated().map { index, plan in
      ModelPlan(model: try model(of: plan, first: index == 0), scale: 1, plan: plan)
    }
    return Simulator(
      generator: PathGenerator(market: market, seed: seed), market: depth, venues: venues, models: [models],
      labels: [ModelLabel(name: "all", kind: "", isDynamic: false)], paths: pathsPerBlock, atStart: .close,
      fanAssets: [], callWindowHours: 24)
  }

  private func market() throws -> MarketModel {
    let grid = try required(TimeGrid(steps: Self.steps, stepHours: 1), "the grid")
    let assets = Self.ids.indices.map {
      AssetCalibration(id: Self.ids[$0], price: Self.prices[$0], volatility: Self.volatilities[$0])
    }
    let market = try MarketModel(
      assetIDs: Self.ids, grid: grid, process: GeometricBrownianMotion(assets: assets, grid: grid),
      dependence: .gaussian, correlation: .identity(Self.ids.count))
    guard isShocked else { return market }
    let window = ShockWindow(fromHours: 9, hours: 8)
    let shocks: [any MarketShock] = [
      PriceShock(assets: [0, 1], size: -0.2, onset: ShockOnset(atHours: 10, rampHours: 2)),
      LiquidityShock(assets: [0, 1, 2], volumeFactor: 0.3, spreadFactor: 3, window: window),
      OracleFreezeShock(assets: [1], window: window),
    ]
    return market.shocked(
      by: ShockSchedule(shocks, assetCount: Self.ids.count, grid: grid, drifts: Self.ids.map { _ in 0 }))
  }

  private mutating func impact() -> MarketImpact {
    MarketImpact(
      coefficient: lot.uniform(0.2, 1.5), exponent: lot.flip(0.3) ? 1 : 0.5, permanentShare: lot.uniform(0, 1),
      halfLifeHours: lot.uniform(1, 12), thinning: lot.flip(0.5) ? lot.uniform(0, 1) : 0)
  }

  private mutating func pooled() -> MarketImpact {
    MarketImpact(
      coefficient: 0, exponent: 0.5, permanentShare: lot.uniform(0, 1), halfLifeHours: 4,
      poolDepth: lot.uniform(1e7, 1e8))
  }
}

// MARK: Venues

extension RandomMarketplace {
  private func venue(_ id: String, _ instruments: [Instrument], _ accounts: [Account], _ positions: [Position]) -> Venue
  {
    Venue(
      id: id, summary: "", settlement: "USD", isSynthetic: true,
      depths: Self.prices.map { _ in MarketDepth(averageDailyVolume: 1, halfSpread: 0) }, instruments: instruments,
      book: Book(accounts: accounts, groups: ["all", "other"], instruments: instruments, positions: positions))
  }

  /// Perpetuals on COIN and GEM, COIN as collateral, and at the first venue two options on COIN, one of which expires.
  private mutating func exchange(_ id: String, hasOptions: Bool) -> (Venue, ClearingRules) {
    var instruments = [Instrument(id: "USD", kind: .settlement)]
    for asset in 0..<2 {
      instruments.append(
        Instrument(
          id: "PERP\(asset)",
          kind: .perpetual(
            PerpetualTerms(asset: asset, brackets: 0, fundingRate: lot.uniform(-0.001, 0.001), fundingIntervalHours: 8))
        ))
    }
    instruments.append(
      Instrument(
        id: "COIN", kind: .spot(SpotTerms(asset: 0, collateralWeight: TwoLevels(initial: 0.85, maintenance: 0.9)))))
    if hasOptions {
      for (isCall, hours) in [(true, 30.0), (false, 400.0)] {
        let terms = OptionTerms(
          asset: 0, isCall: isCall, strike: lot.uniform(85, 115), expiry: FutureExpiry(hours: hours),
          volatility: 1.6, brackets: 0)
        instruments.append(Instrument(id: isCall ? "CALL" : "PUT", kind: .option(terms)))
      }
    }
    var accounts: [Account] = []
    var positions: [Position] = []
    for index in 0..<20 {
      let money = lot.uniform(2e4, 3e5)
      let coins = lot.flip(0.3) ? lot.uniform(0.1, 0.7) : 0
      accounts.append(Account(id: "A\(index)", group: index % 2))
      positions += [
        Position(account: index, instrument: 0, quantity: money * (1 - coins)),
        Position(account: index, instrument: 3, quantity: money * coins / Self.prices[0]),
      ]
      for asset in 0..<2 where lot.flip(0.7) {
        let notional = money * lot.uniform(1, 9) * (lot.flip(0.6) ? 1 : -1)
        positions.append(
          Position(
            account: index, instrument: 1 + asset, quantity: notional / Self.prices[asset],
            entryPrice: Self.prices[asset] * lot.uniform(0.97, 1.03)))
      }
      guard hasOptions, lot.flip(0.4) else { continue }
      let contracts = money / Self.prices[0] * lot.uniform(0.3, 2) * (lot.flip(0.4) ? 1 : -1)
      positions.append(Position(account: index, instrument: lot.flip(0.5) ? 4 : 5, quantity: contracts))
    }
    return (venue(id, instruments, accounts, positions), exchangeRules(canFail: hasOptions && firstCanFail))
  }

  /// Loans of money and GEM against COIN and the exchange's token.
  private mutating func pool(_ id: String) -> (Venue, ClearingRules) {
    let threshold = TwoLevels(initial: 0.75, maintenance: 0.8)
    let instruments =
      [Instrument(id: "USD", kind: .settlement)]
      + Self.ids.indices.map {
        Instrument(
          id: Self.ids[$0],
          kind: .spot(SpotTerms(asset: $0, loanToValue: threshold, supplyRate: 0.01, borrowRate: 0.05)))
      }
    var positions: [Position] = []
    for index in 0..<20 {
      let money = lot.uniform(2e4, 4e5)
      let tokens = lot.flip(0.5) ? lot.uniform(0.2, 0.8) : 0
      let debt = money * lot.uniform(0.55, 0.79)
      let gems = lot.flip(0.3) ? lot.uniform(0.2, 1) : 0
      positions += [
        Position(account: index, instrument: 1, quantity: money * (1 - tokens) / Self.prices[0]),
        Position(account: index, instrument: 3, quantity: money * tokens / Self.prices[2]),
        Position(account: index, instrument: 0, quantity: -debt * (1 - gems)),
        Position(account: index, instrument: 2, quantity: -debt * gems / Self.prices[1]),
      ]
    }
    var rules = ClearingRules(
      brackets: [], bracketNames: [],
      liquidation: LiquidationPolicy(
        method: .closeFactor(closeFactor: 0.5, fullBelowHealthFactor: 0.95, bonus: lot.uniform(0.02, 0.08)), penalty: 0,
        reserveShare: lot.uniform(0, 0.3), waves: Int(lot.uniform(1, 9))),
      impact: .none, reserve: ReserveFund(balance: lot.flip(0.5) ? 0 : lot.uniform(1e3, 5e4)), lossAllocation: .badDebt)
    restrain(&rules)
    rules.oracle = oracle()
    rules.behaviour = behaviour(closes: false)
    return (venue(id, instruments, (0..<20).map { Account(id: "B\($0)", group: $0 % 2) }, positions), rules)
  }
}

// MARK: Rules

extension RandomMarketplace {
  private mutating func exchangeRules(canFail: Bool) -> ClearingRules {
    let rate = lot.uniform(0.03, 0.06)
    let table = BracketTable([BracketTable.Bracket(from: 0, initial: 2 * rate, maintenance: rate)])
    var rules = ClearingRules(
      brackets: [table].compactMap(\.self), bracketNames: ["flat"],
      liquidation: LiquidationPolicy(
        method: lot.flip(0.4) ? .full : .partial(targetBuffer: lot.uniform(0, 0.4)), penalty: lot.uniform(0, 0.01),
        reserveShare: lot.uniform(0, 1), waves: Int(lot.uniform(1, 9))), impact: .none,
      reserve: ReserveFund(
        balance: lot.uniform(0, 5e4),
        segments: lot.flip(0.4) ? [ReserveFund.Segment(assets: [0], balance: lot.uniform(0, 5e4))] : []),
      autoDeleveraging: lot.flip(0.5)
        ? AutoDeleveraging(ranking: lot.flip(0.5) ? .proRata : .profitTimesLeverage) : nil,
      lossAllocation: lot.flip(0.6) ? .socialise : .badDebt)
    restrain(&rules)
    if lot.flip(0.5) {
      rules.backstop = Backstop(
        capital: lot.uniform(5e3, 2e5), discount: lot.uniform(0, 0.03), maximumShare: lot.uniform(0.2, 1),
        maximumLeverage: lot.uniform(2, 15))
    }
    rules.onExhaustion = canFail ? .fail : .carryOn
    rules.oracle = oracle()
    rules.behaviour = behaviour(closes: true)
    if lot.flip(0.5) {
      rules.hedging = Hedging(
        dealerGamma: lot.flip(0.6) ? [0: -lot.uniform(1e3, 5e4), 1: lot.uniform(-2e4, 2e4)] : [:],
        reserveRatio: lot.flip(0.6) ? lot.uniform(0.3, 1) : 0)
    }
    return rules
  }

  private mutating func restrain(_ rules: inout ClearingRules) {
    if lot.flip(0.4) {
      rules.circuitBreaker = CircuitBreaker(
        volumePerHour: lot.uniform(0.001, 0.05),
        pause: CircuitBreaker.Pause(move: lot.uniform(0.03, 0.1), windowHours: 4, hours: lot.uniform(1, 4)))
    }
    if lot.flip(0.5) {
      rules.liquidators = LiquidatorTerms(
        capacityPerHour: lot.uniform(1e5, 2e6), fixedCost: lot.uniform(0, 30), congestionSlope: lot.uniform(0, 3),
        outages: LiquidatorTerms.Outages(perDay: lot.uniform(0, 2), meanHours: lot.uniform(1, 6)))
    }
  }

  private mutating func oracle() -> OraclePolicy {
    let rules: [OraclePolicy.Rule] = [
      .spot, .average(windowHours: 3), .deviation(threshold: 0.02, heartbeatHours: 6),
    ]
    return OraclePolicy(
      rule: rules[Int(lot.uniform(0, 2.999))], latencySteps: Int(lot.uniform(0, 2.999)),
      maximumDeviation: lot.flip(0.5) ? lot.uniform(0.03, 0.15) : nil)
  }

  private mutating func behaviour(closes: Bool) -> AccountBehaviour? {
    guard lot.flip(0.6) else { return nil }
    return AccountBehaviour(
      callBuffer: 0.3, topUp: .init(probability: 0.4, delayHours: lot.flip(0.5) ? 1 : 0, targetBuffer: 0.6),
      deleveraging: closes ? .init(probability: 0.4, delayHours: 0, targetBuffer: 0.6) : nil,
      withdrawal: closes ? .init(groups: ["other"], excessOver: 0.5, share: 0.4) : nil)
  }

  /// Thresholds in the pool; tables, or scenarios for all accounts of the first exchange.
  private func model(of plan: VenuePlan, first: Bool) throws -> any MarginModel {
    let instruments = plan.venue.instruments
    guard !plan.rules.brackets.isEmpty else { return LoanToValueMargin(instruments: instruments) }
    guard first, isPortfolioMargined else {
      return TieredMargin(instruments: instruments, tables: plan.rules.brackets)
    }
    return ScenarioGridMargin(
      grids: Self.ids.map { _ in
        ScenarioGrid(priceRange: 0.1, priceSteps: 3, volatilityUp: 0.4, volatilityDown: 0.2)
      }, contingencies: Self.ids.map { _ in .init(futures: 0.005, shortOptions: 0.01) }, scaling: VolatilityScaling(),
      maintenanceFraction: 0.7, reach: .all, instruments: instruments, tables: plan.rules.brackets)
  }
}

/// Numbers by lot, one after the other; all of them a pure function of the lot's number.
private struct Lot {
  private let draws: KeyedDraws
  private var next: UInt32 = 0

  init(_ number: Int) { draws = KeyedDraws(seed: 79, path: UInt64(number), purpose: .verification) }

  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    next += 1
    return low + (high - low) * draws.uniform(step: next, factor: 0)
  }

  mutating func flip(_ chance: Double) -> Bool { uniform(0, 1) < chance }
}
