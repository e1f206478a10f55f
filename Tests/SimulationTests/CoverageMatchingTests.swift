import Clearing
import Kernels
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// The factor of equal coverage: identities, the share that it reaches, and why there may be none.
@Suite("Matching by coverage")
struct CoverageMatchingTests {
  private static let instruments = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(id: "A-PERP", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
    Instrument(id: "B-PERP", kind: .perpetual(PerpetualTerms(asset: 1, brackets: 0))),
  ]

  private func market() throws -> MarketModel {
    let grid = try #require(TimeGrid(steps: 120, stepHours: 1))
    let assets = [
      AssetCalibration(id: "A", price: 100, volatility: 0.6), AssetCalibration(id: "B", price: 20, volatility: 1.1),
    ]
    return try MarketModel(
      assetIDs: ["A", "B"], grid: grid, process: GeometricBrownianMotion(assets: assets, grid: grid),
      dependence: .gaussian, correlation: .identity(2))
  }

  private func plan(_ market: MarketModel) -> VenuePlan {
    let book = Book(
      accounts: [Account(id: "a"), Account(id: "b")], groups: ["all"], instruments: Self.instruments,
      positions: [
        Position(account: 0, instrument: 0, quantity: 1000),
        Position(account: 0, instrument: 1, quantity: 3, entryPrice: 100),
        Position(account: 1, instrument: 1, quantity: -1, entryPrice: 100),
        Position(account: 1, instrument: 2, quantity: -10, entryPrice: 20),
      ])
    let rules = ClearingRules(
      brackets: [], bracketNames: [],
      liquidation: LiquidationPolicy(method: .full, penalty: 0, reserveShare: 0, waves: 1), impact: .none,
      reserve: ReserveFund(balance: 0), lossAllocation: .badDebt)
    return VenuePlan(
      venue: Venue(
        id: "venue", summary: "", settlement: "USD", isSynthetic: true, depths: [nil, nil],
        instruments: Self.instruments, book: book), rules: rules, grid: market.grid, assetIDs: market.assetIDs,
      initialPrices: market.initialPrices)
  }

  private func flat(_ rate: Double) throws -> TieredMargin {
    let table = try #require(BracketTable([.init(from: 0, initial: rate, maintenance: rate / 2)]))
    return TieredMargin(instruments: Self.instruments, tables: [table])
  }

  private func scaled(_ market: MarketModel, multiple: Double, lambda: Double = 0.9) -> VolatilityScaledMargin {
    VolatilityScaledMargin(
      estimator: ExponentialVolatility(lambda: lambda, per: .day, grid: market.grid),
      ratePerVolatility: multiple * (1 / 365.0).squareRoot(), floor: 0, cap: 4, updateSteps: 1,
      maintenanceFraction: 0.5, instruments: Self.instruments, initialVolatilities: market.initialVolatilities)
  }

  private func match(_ baseline: any MarginModel, _ model: any MarginModel, paths: Int = 512, workers: Int = 1) throws
    -> CoverageMatching
  {
    let market = try market()
    let plan = plan(market)
    return try CoverageMatching(
      generator: PathGenerator(market: market, seed: 5), venues: [plan],
      baseline: [ModelPlan(model: baseline, scale: 1, plan: plan)],
      model: [ModelPlan(model: model, scale: 1, plan: plan)], windowHours: 24, paths: paths, workers: workers)
  }

  @Test("a model matched with itself has factor 1 without error, one of twice its rates one half, static or dynamic")
  func identities() throws {
    let market = try market()
    let pairs: [(any MarginModel, any MarginModel)] = [
      (try flat(0.08), try flat(0.16)), (scaled(market, multiple: 2), scaled(market, multiple: 4)),
    ]
    for (model, doubled) in pairs {
      let same = try match(model, model)
      #expect(abs(same.factor - 1) < 1e-12 && same.standardError == 0)
      #expect(same.matchedCoverage == same.baselineCoverage && same.baselineCoverage < 1)
      let half = try match(model, doubled)
      #expect(abs(half.factor - 0.5) < 1e-12 && half.standardError == 0)
      let twice = try match(doubled, model)
      #expect(abs(twice.factor - 2) < 1e-12)
    }
  }

  @Test("the matched model covers the baseline's share of the pilot's moves, however different the two are")
  func reachesTheShare() throws {
    let market = try market()
    let found = try match(try flat(0.05), scaled(market, multiple: 1.3))
    #expect(found.paths == 512 && found.uncoveredMoves > 100)
    #expect(abs(found.matchedCoverage - found.baselineCoverage) < 2e-4)
    #expect(found.standardError > 0 && found.standardError < 0.05 * found.factor)
    let workers = try match(try flat(0.05), scaled(market, multiple: 1.3), workers: 3)
    #expect(workers.factor == found.factor && workers.standardError == found.standardError)
  }

  @Test("the stated error is that of factors over independent pilots, within a factor of two")
  func error() throws {
    let market = try market()
    let plan = plan(market)
    let models = [try flat(0.05) as any MarginModel, scaled(market, multiple: 1.3)]
    let plans = models.map { [ModelPlan(model: $0, scale: 1, plan: plan)] }
    let found = try (0..<24).map { seed in
      try CoverageMatching(
        generator: PathGenerator(market: market, seed: UInt64(seed)), venues: [plan], baseline: plans[0],
        model: plans[1], windowHours: 24, paths: 256, workers: 1)
    }
    let mean = found.reduce(0) { $0 + $1.factor } / 24
    let spread = (found.reduce(0) { $0 + ($1.factor - mean) * ($1.factor - mean) } / 23).squareRoot()
    let stated = found.reduce(0) { $0 + $1.standardError } / 24
    #expect(stated > spread / 2 && stated < spread * 2, "stated \(stated), found \(spread)")
  }

  @Test("where no factor can match it says why")
  func mismatches() throws {
    let none = try flat(0)
    let cases: [(any MarginModel, any MarginModel, CoverageMismatch)] = [
      (try flat(0.9), try flat(0.1), .everythingCovered), (none, try flat(0.1), .nothingJudged),
      (try flat(0.1), none, .nothingJudged), (try flat(1e-9), try flat(0.1), .noMarginNeeded),
    ]
    for (baseline, model, expected) in cases {
      #expect(throws: expected) { try match(baseline, model, paths: 256) }
    }
    for mismatch in CoverageMismatch.allCases { #expect(!mismatch.words.isEmpty) }
  }
}
