import Clearing
import Simulation
import TestSupport
import Testing
import Venues

/// What lows and highs do to a step: cases by hand on the reference, identities on the engine.
@Suite("Lows and highs within a step")
struct TwinExtremeTests {
  /// The twin of `venue` on `prices` with the given lows and highs; by default those of the prices themselves.
  private func twin(_ venue: TwinSmallVenue, _ prices: [Double], lows: [Double]? = nil, highs: [Double]? = nil) throws
    -> TwinCase
  {
    var twin = try venue.twin(prices)
    let ends = zip([prices[0]] + prices, prices)
    twin.extremes = [
      ReferenceExtremes(lows: [lows ?? ends.map { min($0, $1) }], highs: [highs ?? ends.map { max($0, $1) }])
    ]
    return twin
  }

  /// Every figure of the first path of an engine's run.
  private func figures(_ twin: TwinCase) throws -> [Double] {
    let series = try twin.simulator().run(workers: 1).series(model: 0, venue: 0)
    return PathQuantity.allCases.map { series[$0][0] } + series.bookLoss.map { $0[0] }
  }

  private func same(_ first: [Double], _ second: [Double]) -> Bool {
    zip(first, second).allSatisfy { $0 == $1 || ($0.isNaN && $1.isNaN) }
  }

  @Test("a wick liquidates whom the closes spare, at the wick's price: first the low, then the high")
  func wick() throws {
    let venue = TwinSmallVenue(holdings: [
      .init(cash: 1000, perpetual: 100, entryPrice: 100), .init(cash: 1000, perpetual: -100, entryPrice: 100),
    ])
    let twin = try twin(venue, [100, 100], lows: [100, 94], highs: [100, 105])
    let step = twin.trace(path: 0).steps[1]
    #expect(step.visits.map(\.phase) == [.low, .high] && step.visits.map(\.waves) == [1, 1])
    #expect(step.waves.map { $0.actions.map(\.closing.account) } == [[0], [1]])
    #expect(step.waves.map { $0.executions[0].fill } == [94, 105])
    #expect(step.venues[0].accounts.map(\.cash) == [400, 500])
    #expect(step.closingMarks == [100])
    #expect(twin.trace(path: 0).outcomes[0].exogenousDrawdown == 1 - 0.94)
    var closes = twin
    closes.extremes = nil
    #expect(closes.trace(path: 0).steps[1].waves.isEmpty)
    #expect(try figures(twin)[PathQuantity.liquidatedAccounts.rawValue] == 2)
    #expect(try figures(closes)[PathQuantity.liquidatedAccounts.rawValue] == 0)
  }

  @Test("the flow of a step goes on from its low to its high and close, and so does the count of waves")
  func flowGoesOn() throws {
    var venue = TwinSmallVenue(holdings: [
      .init(cash: 1000, perpetual: 100, entryPrice: 100), .init(cash: 1000, perpetual: -100, entryPrice: 100),
    ])
    venue.impact = MarketImpact(coefficient: 1, exponent: 0.5, permanentShare: 1, halfLifeHours: 4)
    let twin = try twin(venue, [100, 100], lows: [100, 90], highs: [100, 109])
    let step = twin.trace(path: 0).steps[1]
    let flows = step.waves.map { $0.executions[0].flow }
    #expect(flows.count >= 2 && flows[0] < 0 && flows[1] > 0)
    let scale = 0.8 * (1.0 / 365).squareRoot()
    let total = flows.reduce(0, +)
    #expect(abs(step.permanentImpact[0] - venue.impact.impact(flow: total, scale: scale, volume: 1e6)) < 1e-12)

    venue.liquidation.waves = 1
    let once = try self.twin(venue, [100, 100], lows: [100, 90], highs: [100, 109]).trace(path: 0).steps[1]
    #expect(once.waves.count == 1 && once.visits.map(\.waves) == [1, 0])
  }

  @Test("at a low nothing of the step has accrued: funding and interest come with the close")
  func accrual() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: 1000, perpetual: 100, entryPrice: 100)])
    venue.fundingRate = 0.01
    let funded = try twin(venue, [100, 100], lows: [100, 94.8], highs: [100, 100]).trace(path: 0).steps[1]
    // Equity at the low is 480 against 474 required; funding of 100 makes it 400 against 500 … of 100·100 at the close.
    #expect(funded.visits.map(\.waves) == [0, 0] && funded.waves.isEmpty)
    #expect(funded.venues[0].accounts[0].equity == 900)

    venue = TwinSmallVenue(holdings: [.init(cash: 1000, spot: -8.9)])
    venue.liquidation = LiquidationPolicy(method: .full, penalty: 0, reserveShare: 0, waves: 8)
    venue.spot.borrowRate = 0.2
    venue.stepHours = 8760
    let indebted = try twin(venue, [100, 100], lows: [100, 100], highs: [100, 110]).trace(path: 0).steps[1]
    #expect(indebted.visits.map(\.waves) == [0, 0] && indebted.waves.count == 1)
  }

  @Test("flagged accounts are closed in the first wave of the first low, and only there")
  func flagged() throws {
    let venue = TwinSmallVenue(holdings: [.init(cash: 4, perpetual: 1, entryPrice: 100)])
    let step = try twin(venue, [100, 103], lows: [100, 99], highs: [100, 104]).trace(path: 0).steps[1]
    #expect(step.visits.map(\.waves) == [1, 0] && step.waves.count == 1)
    #expect(step.waves[0].executions[0].fill == 99)
  }

  /// A ladder of longs and shorts whose liquidation prices lie close together.
  private var ladder: TwinSmallVenue {
    var venue = TwinSmallVenue(
      holdings: (1...300).flatMap { rung in
        [1.0, -1.0].map { side in .init(cash: 5 + 0.02 * Double(rung), perpetual: side, entryPrice: 100) }
      })
    venue.halfSpread = 0.001
    venue.liquidation = LiquidationPolicy(
      method: .partial(targetBuffer: 0.2), penalty: 0.01, reserveShare: 0.5, waves: 3)
    return venue
  }

  private func walk(_ figures: inout TwinRandomFigures, steps: Int = 60) -> [Double] {
    (0..<steps).reduce(into: [100.0]) { prices, _ in
      prices.append(prices[prices.count - 1] * (1 + 0.006 * figures.normal()))
    }
  }

  @Test("bars without wicks change nothing: one asset, no impact, no accrual, a static model; to the bit")
  func withoutWicks() throws {
    var random = TwinRandomFigures(seed: 21, case: 0)
    var liquidated = 0.0
    for _ in 0..<20 {
      let prices = walk(&random)
      let closes = try figures(ladder.twin(prices))
      #expect(same(try figures(twin(ladder, prices)), closes))
      liquidated += closes[PathQuantity.liquidatedAccounts.rawValue]
    }
    #expect(liquidated > 100)
  }

  @Test("where low and high are the close itself, impact or not, the money is that of closes alone; to the bit")
  func closesThreeTimes() throws {
    var venue = ladder
    venue.impact = MarketImpact(coefficient: 0.5, exponent: 0.5, permanentShare: 0.5, halfLifeHours: 4)
    var random = TwinRandomFigures(seed: 22, case: 0)
    // Rates and measures of margin look at the mark of the close, which has seen the step's waves here.
    let margin: [PathQuantity] = [
      .initialMarginMean, .coverage, .peakToTrough, .largestIncrease, .largestCall, .changeDeviation,
      .volatilitySeen, .volatilityRealised,
    ]
    for _ in 0..<20 {
      let prices = walk(&random)
      var found = try figures(twin(venue, prices, lows: prices, highs: prices))
      var closes = try figures(venue.twin(prices))
      for quantity in margin {
        found[quantity.rawValue] = 0
        closes[quantity.rawValue] = 0
      }
      #expect(same(found, closes))
    }
  }

  @Test("lows and highs that liquidate nobody change nothing but the drawdown, on every random venue; to the bit")
  func outOfReach() throws {
    var seen = 0
    for number in 0..<1000 {
      let twin = try #require(TwinCase(number: number))
      guard twin.extremes != nil else { continue }
      let quiet = twin.paths.indices.filter { path in
        let trace = twin.trace(path: path)
        return trace.steps.allSatisfy { $0.visits.allSatisfy { $0.waves == 0 } }
          // An exempt account that is healthy at an extreme is exempt no longer.
          && (twin.atStart == .close || trace.steps[0].venues.allSatisfy { $0.accounts.allSatisfy { $0.health >= 0 } })
      }
      // Accounts flagged at the start are closed at the first low or at the first close.
      guard !quiet.isEmpty else { continue }
      var closes = twin
      closes.extremes = nil
      let tables = try (twin.simulator().run(workers: 1), closes.simulator().run(workers: 1))
      for venue in twin.venues.indices {
        let series = (tables.0.series(model: 0, venue: venue), tables.1.series(model: 0, venue: venue))
        for quantity in PathQuantity.allCases where quantity != .markDrawdown && quantity != .exogenousDrawdown {
          for path in quiet {
            let pair = (series.0[quantity][path], series.1[quantity][path])
            #expect(pair.0 == pair.1 || (pair.0.isNaN && pair.1.isNaN), "\(quantity), case \(number), path \(path)")
          }
        }
      }
      seen += quiet.count
    }
    #expect(seen > 40)
  }

  @Test("a ladder of liquidation prices 0.02 % apart with wicks: screening misses nobody", arguments: [0.0, 0.3])
  func ladderWithWicks(coefficient: Double) throws {
    var venue = ladder
    venue.liquidation = LiquidationPolicy(method: .full, penalty: 0, reserveShare: 0, waves: 8)
    venue.impact = MarketImpact(coefficient: coefficient, exponent: 0.5, permanentShare: 0.5, halfLifeHours: 4)
    venue.fundingRate = 0.0005
    var random = TwinRandomFigures(seed: 8, case: 0)
    for _ in 0..<8 {
      let prices = walk(&random)
      let ends = zip([prices[0]] + prices, prices)
      let lows = ends.map { min($0, $1) * (1 - 0.01 * abs(random.normal())) }
      let highs = ends.map { max($0, $1) * (1 + 0.01 * abs(random.normal())) }
      let twin = try twin(venue, prices, lows: lows, highs: highs)
      let trace = twin.trace(path: 0)
      let found = try figures(twin)
      #expect(found[PathQuantity.liquidatedAccounts.rawValue] == Double(trace.outcomes[0].liquidatedOwners.count))
      #expect(abs(found[PathQuantity.loss.rawValue] - trace.outcomes[0].loss) < 1e-6)
      #expect(found[PathQuantity.liquidationEvents.rawValue] == Double(trace.outcomes[0].liquidationEvents))
    }
  }
}
