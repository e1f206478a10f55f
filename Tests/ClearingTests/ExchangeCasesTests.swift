import Clearing
import Testing
import Venues

/// Figures that exchanges and lending protocols publish in their help pages, reproduced.
@Suite("Published cases of exchanges and lending protocols")
struct ExchangeCasesTests {
  /// One account with coin margin and an inverse perpetual of face 100, and its statement at `price`.
  private func inverse(
    coins: Double, contracts: Double, entry: Double, table: [BracketTable.Bracket], price: Double
  ) throws -> AccountStatement {
    let instruments = [
      Instrument(id: "USD", kind: .settlement), Instrument(id: "BTC", kind: .spot(SpotTerms(asset: 0))),
      Instrument(id: "BTCUSD", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0, inverseFace: 100))),
    ]
    let venue = Venue(
      id: "v", summary: "", settlement: "USD", isSynthetic: true, depths: [nil], instruments: instruments,
      book: Book(
        accounts: [Account(id: "a")], groups: ["all"], instruments: instruments,
        positions: [
          Position(account: 0, instrument: 1, quantity: coins),
          Position(account: 0, instrument: 2, quantity: contracts, entryPrice: entry),
        ]))
    let model = TieredMargin(instruments: instruments, tables: [try #require(BracketTable(table))])
    let curve = HealthCurve(book: venue.book, model: model, prices: [price])
    return AccountStatement(account: 0, venue: venue, curve: curve, prices: [price])
  }

  /// Binance support, "How to Calculate Liquidation Price of Coin-M Futures Contracts" (2021): 100 contracts of 100 at a
  /// mark of 25,000 are 0.4 BTC, maintenance 0.4 %: 0.0016 BTC.
  @Test func coinMaintenance() throws {
    let table = [BracketTable.Bracket(from: 0, initial: 0.008, maintenance: 0.004)]
    let statement = try inverse(coins: 1, contracts: 100, entry: 25_000, table: table, price: 25_000)
    #expect(abs(statement.notional / 25_000 - 0.4) < 1e-12)
    #expect(abs(statement.health.requirement.maintenance / 25_000 - 0.0016) < 1e-15)
  }

  /// The same page: a position of 300 BTC has a rate of 12.5 % and a maintenance amount (the deduction here) of 11.605
  /// BTC. Brackets: Binance support, "Leverage and Margin in Coin-Margined Futures Contracts" (state of July 2021), BTCUSD:
  /// 0.8 % initial up to 5 BTC, then 1, 2, 5, 10, 20 and 25 % up to 10, 20, 50, 100, 200 and 400. The first page's rates, 0.4 %
  /// for the lowest and 12.5 % for 300 BTC, are half of these; so are the others here, and the published amount results.
  @Test func coinMaintenanceAmount() throws {
    let starts: [(Double, Double)] = [
      (0, 0.004), (5, 0.005), (10, 0.01), (20, 0.025), (50, 0.05), (100, 0.1), (200, 0.125),
    ]
    let table = try #require(
      BracketTable(starts.map { BracketTable.Bracket(from: $0, initial: 2 * $1, maintenance: $1) }))
    let line = try #require(table.maintenanceLines.last)
    #expect(line.slope == 0.125 && abs(line.deduction - 11.605) < 1e-12)
    #expect(abs(table.maintenanceLines.requirement(notional: 300) - (300 * 0.125 - 11.605)) < 1e-12)
  }

  /// Bybit help centre, "Liquidation Price Calculation under Isolated Mode (Unified Trading Account)", inverse contracts
  /// without extra margin and deduction: long size·(1 + MMR) ÷ (size/entry + size/entry/leverage), short size·(1 − MMR) ÷
  /// (size/entry − size/entry/leverage); its example is 60,000 USD entered at 50,000 with 10x and 0.5 %.
  @Test(
    arguments: [1.0, -1], [(60_000.0, 50_000.0, 10.0, 0.005), (1_000, 8_000, 50, 0.005), (25_000, 3_000, 3, 0.02)])
  func inverseLiquidationPrice(side: Double, figures: (size: Double, entry: Double, leverage: Double, rate: Double))
    throws
  {
    let (size, entry, leverage, rate) = figures
    let table = [BracketTable.Bracket(from: 0, initial: 1 / leverage, maintenance: rate)]
    let statement = try inverse(
      coins: size / entry / leverage, contracts: side * size / 100, entry: entry, table: table, price: entry)
    let published = size * (1 + side * rate) / (size / entry + side * size / entry / leverage)
    let point = try #require(statement.prices.first)
    let found = try #require(side > 0 ? point.liquidationBelow : point.liquidationAbove)
    #expect(abs(found - published) < 1e-9 * published)
  }

  /// dYdX Chain documentation, "Liquidations", isolated liquidation price: p' = (e − s·p)/(|s|·MMF − s).
  @Test(arguments: [-3.0, 0.4, 2], [0.03, 0.05])
  func isolatedLiquidationPrice(size: Double, fraction: Double) throws {
    let instruments = [
      Instrument(id: "USD", kind: .settlement),
      Instrument(id: "ETH-USD", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
    ]
    let venue = Venue(
      id: "v", summary: "", settlement: "USD", isSynthetic: true, depths: [nil], instruments: instruments,
      book: Book(
        accounts: [Account(id: "a")], groups: ["all"], instruments: instruments,
        positions: [
          Position(account: 0, instrument: 0, quantity: 1000),
          Position(account: 0, instrument: 1, quantity: size, entryPrice: 3000),
        ]))
    let table = try #require(BracketTable([.init(from: 0, initial: 2 * fraction, maintenance: fraction)]))
    let curve = HealthCurve(
      book: venue.book, model: TieredMargin(instruments: instruments, tables: [table]), prices: [3000])
    let point = try #require(
      AccountStatement(account: 0, venue: venue, curve: curve, prices: [3000]).prices.first)
    let published = (1000 - size * 3000) / (abs(size) * fraction - size)
    let found = size > 0 ? point.liquidationBelow : point.liquidationAbove
    if published > 0 { #expect(abs(try #require(found) - published) < 1e-9 * published) } else { #expect(found == nil) }
  }

  /// Efficiency modes as the pages on Aave v3 describe them: 1,000 of one stablecoin carry 950 of another at a loan-to-value
  /// of 95 %, 10 staked coins 8 at 80 %; liquidation at thresholds of 97 % and 85 %.
  @Test(arguments: [(1000.0, 950.0, 0.95, 0.97), (10, 8, 0.8, 0.85)])
  func efficiencyMode(collateral: Double, loan: Double, loanToValue: Double, threshold: Double) {
    let listed = TwoLevels(initial: 0.5, maintenance: 0.6)
    let instruments = [
      Instrument(id: "USD", kind: .settlement),
      Instrument(id: "HELD", kind: .spot(SpotTerms(asset: 0, loanToValue: listed))),
      Instrument(id: "OWED", kind: .spot(SpotTerms(asset: 1, loanToValue: listed))),
    ]
    let mode = EfficiencyMode(
      name: "like", instruments: [1, 2], loanToValue: TwoLevels(initial: loanToValue, maintenance: threshold))
    let book = Book(
      accounts: [Account(id: "in", efficiencyMode: 0), Account(id: "out")], groups: ["all"], instruments: instruments,
      positions: [0, 1].flatMap {
        [
          Position(account: $0, instrument: 1, quantity: collateral),
          Position(account: $0, instrument: 2, quantity: -loan),
        ]
      })
    let model = LoanToValueMargin(
      instruments: instruments, modes: [mode], shift: TwoLevels(initial: 0, maintenance: 0))
    let now = model.initialHealth(of: book, prices: [1, 1])
    #expect(abs(now[0].room) < 1e-9 && now[0].health > 0 && now[1].health < 0)
    let edge = loan / (collateral * threshold)
    #expect(abs(model.initialHealth(of: book, prices: [edge, 1])[0].health) < 1e-9)
  }
}
