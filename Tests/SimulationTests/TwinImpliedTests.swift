import Clearing
import Kernels
import Markets
import Simulation
import TestSupport
import Testing
import Venues

extension TwinCase {
  /// The same case in a market whose options imply wild volatilities, its exchanges under a random model that follows
  /// them; the reference gets the volatilities that the engine's generator draws under `seed`.
  func withImpliedVolatility(seed: UInt64) throws -> TwinCase {
    var twin = self
    var figures = TwinRandomFigures(seed: 8_000_001, case: number)
    let law = ImpliedVolatilityParameters(
      initial: figures.uniform(0.3, 1.5), longRun: figures.uniform(0.3, 1.5), halfLifeHours: figures.uniform(2, 48),
      volatilityOfVolatility: figures.pick(0, 4, 12), correlationWithPrice: figures.pick(0, -0.6))
    twin.implied = law
    let start = try twin.marketModel().initialImpliedVolatilities
    for index in twin.venues.indices {
      let isExchange = venues[index].venue.instruments.contains { if case .perpetual = $0.kind { true } else { false } }
      guard isExchange else { continue }
      var rating = twin.rating(&figures)
      rating.estimator = .implied(start)
      rating.law = .normal(
        quantile: normalQuantile(0.99), multiple: figures.uniform(0.5, 2),
        maintenanceQuantile: figures.flip(0.4) ? normalQuantile(0.8) : nil)
      twin.venues[index].model = .rated(rating)
    }
    let generator = PathGenerator(market: try twin.marketModel(), seed: seed)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &block, workspace: &workspace)
    let offset = block.offset(of: .impliedVolatility) ?? 0
    for path in paths.indices {
      let start = block.slab(path).lowerBound + offset
      twin.impliedVolatilities.append(
        paths[path].indices.map { asset in
          (0..<grid.points).map { block.values[start + asset * grid.points + $0] }
        })
    }
    return twin
  }
}

/// Rates that follow implied volatility: engine and reference, the static limit, the clock.
@Suite("Margin that follows implied volatility")
struct TwinImpliedTests {
  @Test("engine and reference agree step by step and path by path")
  func equal() throws {
    let comparison = TwinComparisonTests()
    var counts = ["closed": 0, "requirement-driven": 0, "overlays": 0]
    for number in 0..<250 {
      let twin = try #require(try TwinCase(number: number)?.withImpliedVolatility(seed: 1))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      for path in twin.paths.indices {
        let observer = TwinObserver()
        _ = simulator.replay(path: path, model: 0, observer: observer)
        let trace = twin.trace(path: path)
        let difference = comparison.firstDifference(observer, trace, twin)
        #expect(difference == nil, "case \(number), path \(path)")
        for (venue, outcome) in trace.outcomes.enumerated() {
          let differing = comparison.differences(
            table.series(model: 0, venue: venue), path, outcome, twin, venue: venue)
          #expect(differing == [], "case \(number), path \(path), venue \(venue)")
          guard case .rated(let rating) = twin.venues[venue].model, outcome.liquidationEvents > 0 else { continue }
          counts["closed", default: 0] += 1
          counts["requirement-driven", default: 0] += outcome.requirementDriven > 0 ? 1 : 0
          counts["overlays", default: 0] += rating.overlays.isMarketWide || rating.overlays.buffer != nil ? 1 : 0
        }
      }
    }
    for (feature, count) in counts { #expect(count >= 30, "\(feature): \(count) times") }
  }

  /// One account on either side, wild prices, implied volatility that stays where it is or moves.
  private func twin(volatilityOfVolatility: Double, figures: inout TwinRandomFigures) throws -> TwinCase {
    var venue = TwinSmallVenue(
      holdings: (1...40).flatMap { rung in
        [1.0, -1].map { .init(cash: 2.3 + Double(rung), perpetual: $0, entryPrice: 100) }
      })
    venue.impact = MarketImpact(coefficient: 0.3, exponent: 0.5, permanentShare: 0.5, halfLifeHours: 4)
    var prices = [100.0]
    for _ in 0..<60 { prices.append(prices[prices.count - 1] * (1 + 0.02 * figures.normal())) }
    var twin = try venue.twin(prices)
    twin.implied = ImpliedVolatilityParameters(
      initial: 0.8, longRun: 0.8, halfLifeHours: 24, volatilityOfVolatility: volatilityOfVolatility)
    return twin
  }

  /// What a run of a case under `model` has of every quantity on its one path.
  private func outcome(_ twin: TwinCase, _ model: (VenuePlan) throws -> any MarginModel) throws -> [Double] {
    let market = try twin.marketModel()
    let plan = VenuePlan(
      venue: twin.venues[0].venue, rules: twin.venues[0].rules, grid: twin.grid, assetIDs: market.assetIDs,
      initialPrices: market.initialPrices)
    let simulator = Simulator(
      generator: PathGenerator(market: market, seed: 3),
      market: MarketPlan(
        venue: plan.venue, rules: plan.rules, longRunVolatilities: twin.longRunVolatilities, grid: twin.grid),
      venues: [plan], models: [[ModelPlan(model: try model(plan), scale: 1, plan: plan)]],
      labels: [ModelLabel(name: "", kind: "", isDynamic: true)], paths: 1, atStart: .close, fanAssets: [],
      callWindowHours: 24)
    let series = try simulator.run(workers: 1).series(model: 0, venue: 0)
    return PathQuantity.allCases.map { series[$0][0] }
  }

  private func implied(_ twin: TwinCase, at start: [Double]? = nil, multiple: Double = 1) throws
    -> ImpliedVolatilityMargin
  {
    let market = try twin.marketModel()
    let terms = DynamicTerms(
      recursions: [.still(stepYears: twin.grid.stepYears)], maintenanceFraction: 0.5,
      impliedVolatilities: start ?? market.initialImpliedVolatilities)
    return ImpliedVolatilityMargin(
      rates: DynamicRates(
        law: NormalLaw(ratePerVolatility: multiple * 0.1), terms: terms,
        instruments: twin.venues[0].venue.instruments))
  }

  @Test("constant implied volatility is the static model with its rate, in every figure of a path")
  func constant() throws {
    var figures = TwinRandomFigures(seed: 31, case: 0)
    for _ in 0..<5 {
      let twin = try twin(volatilityOfVolatility: 0, figures: &figures)
      let table = try #require(BracketTable([.init(from: 0, initial: 0.08, maintenance: 0.04)]))
      let fixed = try outcome(twin) { TieredMargin(instruments: $0.venue.instruments, tables: [table]) }
      let moving = try outcome(twin) { _ in try implied(twin) }
      for quantity in PathQuantity.allCases where quantity != .volatilitySeen {
        let (one, other) = (fixed[quantity.rawValue], moving[quantity.rawValue])
        let isSame = one == other || (one.isNaN && other.isNaN)
        #expect(isSame || abs(one - other) <= 1e-9 * max(1, abs(one)), "\(quantity)")
      }
      #expect(abs(moving[PathQuantity.volatilitySeen.rawValue] - 0.8) < 1e-12)
      #expect(fixed[PathQuantity.liquidatedAccounts.rawValue] > 0)
      let wild = try self.twin(volatilityOfVolatility: 8, figures: &figures)
      let followed = try outcome(wild) { _ in try implied(wild) }
      #expect(followed[PathQuantity.peakToTrough.rawValue] > 1.5)
    }
  }

  @Test("the volatility seen is the annual one that the market declares, and one of another clock is noticed")
  func clock() throws {
    var figures = TwinRandomFigures(seed: 32, case: 0)
    var twin = try twin(volatilityOfVolatility: 0, figures: &figures)
    // Prices that move by exactly the volatility that options imply.
    let move = 0.8 * twin.grid.stepYears.squareRoot()
    let prices = twin.paths[0][0].indices.map { $0 % 2 == 0 ? 100.0 : 100 * (1 + move) }
    twin = try TwinSmallVenue(holdings: [.init(cash: 1000, perpetual: 1, entryPrice: 100)]).twin(prices)
    func seenOverRealised(annual: Double) throws -> Double {
      var twin = twin
      twin.implied = ImpliedVolatilityParameters(
        initial: annual, longRun: annual, halfLifeHours: 24, volatilityOfVolatility: 0)
      let found = try outcome(twin) { _ in try implied(twin) }
      return found[PathQuantity.volatilitySeen.rawValue] / found[PathQuantity.volatilityRealised.rawValue]
    }
    #expect(abs(try seenOverRealised(annual: 0.8) - 1) < 0.01)
    // A daily volatility taken for an annual one, and an hourly one.
    #expect(abs(try seenOverRealised(annual: 0.8 / 365.0.squareRoot()) - 1) > 0.5)
    #expect(abs(try seenOverRealised(annual: 0.8 / 8760.0.squareRoot()) - 1) > 0.5)
  }
}
