import Clearing
import Kernels
import Markets
import Testing
import Venues

@Suite("Looped collateral")
struct LoopTests {
  /// Ether, a staked token of it at a peg of 0.999 and a rate of 1.1, a wrapped one of that, a dollar coin.
  private static let calibration = MarketCalibration(
    assets: [
      AssetCalibration(id: "ETH", price: 2000, volatility: 0.8), AssetCalibration(id: "USDC", price: 1, volatility: 0),
    ], correlation: .identity(2),
    derived: [
      DerivedAsset(
        id: "STETH", base: .asset("ETH"), initialRate: 1.1,
        peg: PegParameters(halfLifeHours: 100, volatility: 0.01, level: 1, initial: 0.999)),
      DerivedAsset(id: "WSTETH", base: .asset("STETH")),
    ])
  private let prices = [2000, 1, 2000 * 1.1 * 0.999, 2000 * 1.1 * 0.999]
  private let bases = DerivedBases(Self.calibration)

  private func venue(_ positions: [Position], accounts: Int) -> Venue {
    let terms = TwoLevels(initial: 0.9, maintenance: 0.93)
    let instruments =
      [Instrument(id: "USD", kind: .settlement)]
      + ["ETH", "USDC", "STETH", "WSTETH"].enumerated().map {
        Instrument(id: $1, kind: .spot(SpotTerms(asset: $0, loanToValue: terms)))
      }
    return Venue(
      id: "pool", summary: "", settlement: "USD", isSynthetic: true, depths: [nil, nil, nil, nil],
      instruments: instruments,
      book: Book(
        accounts: (0..<accounts).map { Account(id: "\($0)") }, groups: ["all"], instruments: instruments,
        positions: positions))
  }

  private func loops(_ venue: Venue) -> [LoopedCollateral] {
    let curve = HealthCurve(book: venue.book, model: LoanToValueMargin(instruments: venue.instruments), prices: prices)
    return LoopedCollateral.all(of: venue, curve: curve, prices: prices, bases: bases)
  }

  @Test("bases, chains and present pegs")
  func chain() {
    #expect(bases.base == [nil, nil, 0, 2] && bases.peg == [nil, nil, 0.999, 1])
    #expect(bases.isDerived(3, from: 0) && bases.isDerived(3, from: 2) && !bases.isDerived(0, from: 2))
    #expect(bases.root(of: 3) == 0 && bases.root(of: 1) == 1)
  }

  /// 10 turns by hand: tokens worth 20,000 against 18,000 of ether: leverage 10; at a threshold of 93 % it is liquidated
  /// where 0.93·tokens = 18,000, that is at 18,000/18,600 of the present peg.
  @Test("a loop by hand: leverage, share of debt, the peg at which it is liquidated")
  func byHand() throws {
    let tokens = 20_000 / prices[2]
    let found = loops(
      venue(
        [
          Position(account: 0, instrument: 3, quantity: tokens), Position(account: 0, instrument: 1, quantity: -9),
          Position(account: 1, instrument: 3, quantity: tokens), Position(account: 1, instrument: 0, quantity: -9000),
          Position(account: 2, instrument: 1, quantity: 10), Position(account: 2, instrument: 3, quantity: -1),
          Position(account: 3, instrument: 4, quantity: tokens), Position(account: 3, instrument: 1, quantity: -3),
          Position(account: 3, instrument: 0, quantity: -6000), Position(account: 3, instrument: 3, quantity: -0.1),
          Position(account: 3, instrument: 2, quantity: -500),
        ], accounts: 4))
    #expect(found.map(\.account) == [0, 3], "neither dollars against tokens nor tokens owed against ether are a loop")
    let loop = found[0]
    #expect(abs(loop.leverage - 10) < 1e-9 && loop.share == 1 && loop.root == 0 && loop.token == 2)
    #expect(abs(try #require(loop.liquidationPeg) - 0.999 * 18_000 / 18_600) < 1e-9)
    // The wrapped token stands for staked ether and through it for ether: both debts are in the loop, dollars are not.
    #expect(abs(found[1].debt - (6000 + 0.1 * prices[2])) < 1e-9 && found[1].token == 3)
    #expect(abs(found[1].allDebt - found[1].debt - 6500) < 1e-9)
  }

  @Test("the table adds up, by rising leverage, and names the peg of the first and of half of the debt")
  func table() throws {
    let tokens = 20_000 / prices[2]
    let debts = [2.0, 7, 8.5, 9, 9.2]
    let venue = venue(
      debts.enumerated().flatMap {
        [
          Position(account: $0, instrument: 3, quantity: tokens), Position(account: $0, instrument: 1, quantity: -$1),
        ]
      } + [Position(account: 5, instrument: 2, quantity: 10_000), Position(account: 5, instrument: 1, quantity: -1)],
      accounts: 6)
    let found = loops(venue)
    let table = LoopTable(found, debts: venue.book.debts(at: prices))
    #expect(table.rows.map(\.bucket) == ["below 2x", "2–5x", "5–10x", "10–20x"])
    #expect(table.rows.map(\.accounts) == [1, 1, 1, 2])
    #expect(abs(table.rows.reduce(0) { $0 + $1.debt } - 35.7 * 2000) < 1e-6)
    #expect(abs(table.shareOfDebt - 35.7 / 36.7) < 1e-12)
    let last = table.rows[3]
    #expect(abs(try #require(last.firstPeg) - 0.999 * 18_400 / 18_600) < 1e-9 && last.medianPeg == last.firstPeg)
    #expect(abs(try #require(table.rows[0].firstPeg) - 0.999 * 4000 / 18_600) < 1e-9)
  }
}
