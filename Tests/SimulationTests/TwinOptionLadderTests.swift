import Clearing
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// Ladders of accounts that options liquidate one after the other while prices hardly move: what decides is how the screen
/// bounds time to expiry and implied volatility.
@Suite("Screening of accounts with options")
struct TwinOptionLadderTests {
  /// 100 accounts with one option each, a call or a put, for cash that is used up rung by rung.
  private func twin(isLong: Bool, isMarket: Bool, portfolio: Bool, moves: Double) throws -> TwinCase {
    let table = try #require(BracketTable([BracketTable.Bracket(from: 0, initial: 0.15, maintenance: 0.075)]))
    let terms = [true, false].map { isCall in
      OptionTerms(
        asset: 0, isCall: isCall, strike: 100, expiry: FutureExpiry(hours: 200), volatility: 0.8,
        takesMarketVolatility: isMarket, smile: VolatilitySmile(slope: -0.1, curvature: 0.1), brackets: 0)
    }
    let listed =
      [Instrument(id: "USD", kind: .settlement)]
      + terms.enumerated().map { Instrument(id: "OPTION\($0)", kind: .option($1)) }
    let depths: [MarketDepth?] = [MarketDepth(averageDailyVolume: 1e6, halfSpread: 0)]
    let underlying = ReferenceScenarios.Underlying(
      priceRange: 0.05, volatilityUp: 0.2, volatilityDown: 0.2, extremes: [], futuresContingency: 0,
      shortOptionMinimum: 0.01)
    let scenarios = ReferenceScenarios(
      priceSteps: 2, underlyings: [underlying], groups: [], shortPower: 0.3, longPower: 0.13, leastDays: 1,
      maintenanceFraction: 0.8, takesAll: true, tables: [table])
    let rules = ClearingRules(
      brackets: [table], bracketNames: ["flat"],
      liquidation: LiquidationPolicy(method: .full, penalty: 0, reserveShare: 1, waves: 4), impact: .none,
      reserve: ReserveFund(balance: 0), lossAllocation: .badDebt)
    let placeholder = Venue(
      id: "ladder", summary: "", settlement: "USD", isSynthetic: true, depths: depths, instruments: listed,
      book: book(listed, cash: Array(repeating: 0, count: 100), isLong: isLong, portfolio: portfolio))
    var figures = TwinRandomFigures(seed: 11, case: isLong ? 0 : 1)
    let grid = try #require(TimeGrid(steps: 110, stepHours: 1))
    let paths = (0..<1).map { _ -> [[Double]] in
      var prices = [100.0]
      for _ in 0..<110 { prices.append(prices[prices.count - 1] * (1 + moves * figures.normal())) }
      return [prices]
    }
    var twin = TwinCase(
      number: 0, grid: grid, paths: paths, initialVolatilities: [0.8], longRunVolatilities: [0.8], depths: depths,
      impact: .none,
      venues: [
        ReferenceVenue(
          venue: placeholder, rules: rules, model: portfolio ? .scenarioGrid(scenarios) : .tiered([table]))
      ], atStart: .close)
    // Headroom at the start, rung by rung, is a part of what the option is worth: it is used up sooner or later.
    let margin: any MarginModel =
      portfolio ? twin.model(of: scenarios, instruments: listed) : TieredMargin(instruments: listed, tables: [table])
    let cash = margin.initialHealth(of: placeholder.book, prices: [100]).enumerated().map { account, found in
      let value = terms[account % 2].value(mark: 100, volatility: 0.8, hoursToExpiry: 200)
      return value * 0.6 * (Double(account / 2) + 0.5) / 50 - found.health
    }
    twin.venues[0].venue = Venue(
      id: "ladder", summary: "", settlement: "USD", isSynthetic: true, depths: depths, instruments: listed,
      book: book(listed, cash: cash, isLong: isLong, portfolio: portfolio))
    guard isMarket else { return twin }
    twin.implied = ImpliedVolatilityParameters(
      initial: 0.8, longRun: isLong ? 0.5 : 1.1, halfLifeHours: 40, volatilityOfVolatility: 2)
    twin.impliedVolatilities = try twin.drawnVolatilities(seed: 1)
    return twin
  }

  private func book(_ listed: [Instrument], cash: [Double], isLong: Bool, portfolio: Bool) -> Book {
    Book(
      accounts: cash.indices.map { Account(id: "\($0)", mode: portfolio ? .portfolio : .cross) }, groups: ["all"],
      instruments: listed,
      positions: cash.indices.flatMap { account in
        [
          Position(account: account, instrument: 0, quantity: cash[account]),
          Position(account: account, instrument: 1 + account % 2, quantity: isLong ? 1 : -1),
        ]
      })
  }

  @Test(
    "time that passes and volatility that moves liquidate rung by rung; the engine misses nobody",
    arguments: [
      (true, false, false), (true, true, false), (false, true, false), (true, false, true), (true, true, true),
      (false, true, true),
    ], [0, 0.0005])
  func ladder(kind: (isLong: Bool, isMarket: Bool, portfolio: Bool), moves: Double) throws {
    let twin = try twin(isLong: kind.isLong, isMarket: kind.isMarket, portfolio: kind.portfolio, moves: moves)
    let simulator = try twin.simulator()
    for path in twin.paths.indices {
      let observer = TwinObserver()
      _ = simulator.replay(path: path, model: 0, observer: observer)
      let trace = twin.trace(path: path)
      #expect(TwinComparisonTests().firstDifference(observer, trace, twin) == nil, "path \(path)")
      let later = trace.steps.dropFirst(2).reduce(0) { $0 + $1.waves.reduce(0) { $0 + $1.actions.count } }
      #expect(later > 20, "\(later) accounts were liquidated on the way")
    }
  }
}
