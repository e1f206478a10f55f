import Clearing
import Testing
import Venues

@Suite("Published cases of margin and liquidation prices")
struct PublishedCasesTests {
  /// Health at `price` of one perpetual position under a flat rate.
  private func health(
    cash: Double, quantity: Double, entryPrice: Double, maintenance: Double, price: Double
  ) throws -> Double {
    let table = try #require(
      BracketTable([.init(from: 0, initial: 2 * maintenance, maintenance: maintenance)]))
    let instruments = [
      Instrument(id: "USD", kind: .settlement),
      Instrument(id: "PERP", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
    ]
    let book = Book(
      accounts: [Account(id: "a")], groups: ["all"], instruments: instruments,
      positions: [
        Position(account: 0, instrument: 0, quantity: cash),
        Position(account: 0, instrument: 1, quantity: quantity, entryPrice: entryPrice),
      ])
    return TieredMargin(instruments: instruments, tables: [table]).initialHealth(of: book, prices: [price])[0].health
  }

  /// dYdX documentation, "Liquidations": equity 1,000, short 3 ETH at 3,000, maintenance 5 %: 3,174.60.
  @Test func shortOnCrossMargin() throws {
    #expect(
      try health(cash: 1000, quantity: -3, entryPrice: 3000, maintenance: 0.05, price: 3174.60) >= 0)
    #expect(try health(cash: 1000, quantity: -3, entryPrice: 3000, maintenance: 0.05, price: 3174.61) < 0)
  }

  /// Linear contract, isolated: entry 100, margin 10, maintenance 0.5 %: (100 ∓ 10)/(1 ∓ 0.005).
  @Test(arguments: [(1.0, 90.4522613065), (-1.0, 109.4527363184)])
  func isolatedPositions(quantity: Double, price: Double) throws {
    #expect(
      abs(try health(cash: 10, quantity: quantity, entryPrice: 100, maintenance: 0.005, price: price)) < 1e-9)
  }

  /// Aave v3 figures of wrapped ether: LTV 80.5 %, threshold 83 %. 10 units at 2,000 against 15,000 borrowed: health
  /// factor 16,600/15,000, liquidation when the price falls to 15,000/(10·0.83) = 1,807.23.
  @Test func loan() throws {
    let instruments = [
      Instrument(id: "USD", kind: .settlement),
      Instrument(
        id: "WETH", kind: .spot(SpotTerms(asset: 0, loanToValue: TwoLevels(initial: 0.805, maintenance: 0.83)))),
    ]
    let positions = [
      Position(account: 0, instrument: 0, quantity: -15_000), Position(account: 0, instrument: 1, quantity: 10),
      Position(account: 1, instrument: 0, quantity: -15_000), Position(account: 1, instrument: 1, quantity: 10),
    ]
    let own = Account(id: "own", loanToValue: TwoLevels(initial: 0.9, maintenance: 0.93))
    let book = Book(
      accounts: [Account(id: "listed"), own], groups: ["all"], instruments: instruments, positions: positions)
    let model = LoanToValueMargin(instruments: instruments)
    let health = model.initialHealth(of: book, prices: [2000])
    #expect(abs((15_000 + health[0].health) / 15_000 - 16_600.0 / 15_000) < 1e-12)
    #expect(abs(health[0].weightedEquity.initial - health[0].requirement.initial - 1100) < 1e-9)
    #expect(abs(health[1].health - 3600) < 1e-9)
    #expect(abs(model.initialHealth(of: book, prices: [15_000 / 8.3])[0].health) < 1e-9)
  }

  @Test("weights: collateral counts less, debt counts more, at both levels")
  func weights() {
    let book = Book(
      accounts: [Account(id: "a")], groups: ["all"], instruments: SampleVenue.exchange,
      positions: [
        Position(account: 0, instrument: 0, quantity: 50), Position(account: 0, instrument: 3, quantity: 4),
        Position(account: 0, instrument: 3, quantity: -1),
      ])
    let model = TieredMargin(instruments: SampleVenue.exchange, tables: SampleVenue.tables)
    let health = model.initialHealth(of: book, prices: [100, 20])[0]
    #expect(health.equity == 350)
    #expect(abs(health.weightedEquity.initial - (50 + 0.8 * 400 - 1.2 * 100)) < 1e-12)
    #expect(abs(health.weightedEquity.maintenance - (50 + 0.9 * 400 - 1.1 * 100)) < 1e-12)
    #expect(health.requirement == TwoLevels(initial: 0, maintenance: 0))
  }
}
