import Clearing
import Foundation
import Testing
import Venues

@Suite("Inverse contracts and dated futures")
struct ContractTests {
  private static let flat = BracketTable([.init(from: 0, initial: 0.01, maintenance: 0.005)])

  private func instruments(_ terms: PerpetualTerms) -> [Instrument] {
    [
      Instrument(id: "USD", kind: .settlement), Instrument(id: "COIN", kind: .spot(SpotTerms(asset: 0))),
      Instrument(id: "X", kind: .perpetual(terms)),
    ]
  }

  private func book(_ terms: PerpetualTerms, coins: Double, quantity: Double, entry: Double) -> Book {
    Book(
      accounts: [Account(id: "a")], groups: ["all"], instruments: instruments(terms),
      positions: [
        Position(account: 0, instrument: 1, quantity: coins),
        Position(account: 0, instrument: 2, quantity: quantity, entryPrice: entry),
      ])
  }

  /// Inverse, 30,000 USD of contracts entered at 30,000, margin 0.1 coin, maintenance 0.5 %: E = 0.1·M + 30,000·(M/30,000
  /// − 1) meets 150 at 30,150/1.1; short at 29,850/0.9.
  @Test(arguments: [(300.0, 30_150 / 1.1, 27_409.0909), (-300.0, 29_850 / 0.9, 33_166.6667)])
  func publishedLiquidationPrices(contracts: Double, exact: Double, published: Double) throws {
    let terms = PerpetualTerms(asset: 0, brackets: 0, inverseFace: 100)
    let book = book(terms, coins: 0.1, quantity: contracts, entry: 30_000)
    let table = try #require(Self.flat)
    let health = TieredMargin(instruments: instruments(terms), tables: [table]).initialHealth(of: book, prices: [exact])
    #expect(abs(health[0].health) < 1e-9)
    #expect(abs(exact - published) < 1e-4)
    #expect(abs(health[0].requirement.maintenance - 150) < 1e-9, "the requirement does not move with the price")
  }

  /// face·(1/entry − 1/M) coins at M are face·(M/entry − 1) money, long and short, whatever the face of a contract.
  @Test(arguments: [1.0, 100], [-7.0, 3])
  func inverseValue(face: Double, contracts: Double) {
    let terms = PerpetualTerms(asset: 0, brackets: 0, inverseFace: face)
    let book = book(terms, coins: 0, quantity: contracts, entry: 40_000)
    for mark in [10_000.0, 40_000, 90_000] {
      let values = ColumnValues(book: book, prices: [mark])
      let coins = contracts * face * (1 / 40_000 - 1 / mark)
      #expect(abs(book.equity(of: 0, at: values) - coins * mark) < 1e-9)
      #expect(abs(book.grossNotional(of: 0, at: values) - abs(contracts) * face) < 1e-9)
    }
  }

  /// A contract in another currency gains q·(M/M_S − entry) units of it, worth q·(M − entry·M_S): 4 units entered at
  /// 0.05 S, long and short, at marks where both move, and where S alone loses its peg, by which longs gain.
  @Test(arguments: [4.0, -4], [(100.0, 2000.0, 0.0), (110, 2000, 10), (100, 1900, 5), (90, 2200, -20)])
  func inAnotherCurrency(quantity: Double, marks: (asset: Double, settlement: Double, gain: Double)) {
    var terms = PerpetualTerms(asset: 0, brackets: 0)
    terms.settlementAsset = 1
    let book = book(terms, coins: 0, quantity: quantity, entry: 0.05)
    let values = ColumnValues(book: book, prices: [marks.asset, marks.settlement])
    #expect(abs(book.equity(of: 0, at: values) - quantity * marks.gain) < 1e-9)
    #expect(abs(book.grossNotional(of: 0, at: values) - abs(quantity) * marks.asset) < 1e-9)
  }

  /// A dated future trades at M·exp(basis·τ), reaches the mark at expiry, and stays there.
  @Test func datedValue() {
    let expiry = FutureExpiry(hours: 876, basisPerYear: 0.2)
    let terms = PerpetualTerms(asset: 0, brackets: 0, expiry: expiry)
    let book = book(terms, coins: 0, quantity: -2, entry: 1000)
    let equity = book.equity(of: 0, at: ColumnValues(book: book, prices: [1000]))
    #expect(abs(equity - -2 * (1000 * exp(0.02) - 1000)) < 1e-9)
    #expect(abs(expiry.premium(after: 438) - exp(0.01)) < 1e-15)
    #expect(expiry.premium(after: 876) == 1 && expiry.premium(after: 2000) == 1)
  }
}
