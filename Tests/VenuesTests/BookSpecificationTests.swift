import Schema
import Testing
import Venues

/// One change to a good specification, and the place that must be reported.
struct Flaw: Sendable, CustomTestStringConvertible {
  let path: String
  let value: Literal?
  let place: String

  init(_ path: String, _ value: Literal?, at place: String? = nil) {
    self.path = path
    self.value = value
    self.place = place ?? path
  }

  var testDescription: String { path }
}

@Suite("Specifications of synthetic books")
struct BookSpecificationTests {
  @Test func goodOnesHaveNoProblems() {
    #expect(problems(PerpetualBook.self, PerpetualFixture.specification, in: PerpetualFixture.context()).isEmpty)
    #expect(problems(LendingBook.self, LendingFixture.specification, in: LendingFixture.context()).isEmpty)
  }

  @Test(arguments: [
    Flaw("accounts", nil), Flaw("accounts", 1), Flaw("accounts", "many"), Flaw("accounts", 10_000_000),
    Flaw("equity", nil), Flaw("equity", "large"), Flaw("equity.minimum", 0), Flaw("equity.maximum", 50),
    Flaw("equity.body.median", -1), Flaw("equity.body.median", "nan"), Flaw("equity.body.sigma", 21),
    Flaw("equity.body.kind", "normal"), Flaw("equity.body.median", 1e11), Flaw("equity.tail.from", 50),
    Flaw("equity.tail.exponent", 0), Flaw("equity.tail.share", 1), Flaw("equity.tail.kind", "lognormal"),
    Flaw("equity.tale", 1), Flaw("groups", nil), Flaw("groups", []), Flaw("groups.0.from", 200, at: "groups"),
    Flaw("groups.1.name", "retail", at: "groups"), Flaw("groups.0.name", nil, at: "groups[0].name"),
    Flaw("leverage.median", 0), Flaw("leverage.sigma", nil), Flaw("leverage.maximum", 0.001, at: "leverage.median"),
    Flaw("positionsPerAccount", 3), Flaw("positionsPerAccount.4", 0), Flaw("positionsPerAccount.0", 0),
    Flaw("positionsPerAccount.1", 0.9, at: "positionsPerAccount"), Flaw("positionsPerAccount.two", 0),
    Flaw("positionSplit.concentration", 0), Flaw("positionSplit.kind", "even"),
    Flaw("marketShares.BTC-PERP", 0.7, at: "marketShares"), Flaw("marketShares.SOL-PERP", 0),
    Flaw("marketShares.BTC-SPOT", 0), Flaw("marketShares.BTC-PERP", "inf"), Flaw("longShare", 1.1),
    Flaw("largestShareOfDailyVolume", 0), Flaw("initialMarginBuffer", -0.1), Flaw("maximumRedraws", -1),
    Flaw("entry", nil), Flaw("entry.meanHoldingDays", -1), Flaw("entry.largestProfitShareOfEquity", 1),
    Flaw("isolated.accounts", 2), Flaw("isolated.equityShare", 0), Flaw("collateral", "BTC"),
    Flaw("collateral.0.instrument", "BTC-PERP", at: "collateral[0].instrument"),
    Flaw("collateral.0.accounts", -1, at: "collateral[0].accounts"),
    Flaw("collateral.0.equityShare", [0.8, 0.2], at: "collateral[0].equityShare"),
    Flaw("collateral.0.equityShare", [0.1, 1], at: "collateral[0].equityShare"),
    Flaw("marketMakers", nil), Flaw("marketMakers.accounts", 0), Flaw("marketMakers.accounts", 2000),
    Flaw("marketMakers.leverage", 0), Flaw("marketMakers.weightSigma", 6), Flaw("marketMakers.leverge", 2),
    Flaw("longshare", 0.5),
  ])
  func perpetualFlawsAreReported(flaw: Flaw) {
    let found = problems(
      PerpetualBook.self, PerpetualFixture.specification.setting(flaw.path, to: flaw.value),
      in: PerpetualFixture.context())
    #expect(found.contains { $0.location.keyPath == flaw.place }, "\(found)")
  }

  @Test(arguments: [
    Flaw("accounts", 0), Flaw("collateral", nil), Flaw("collateral.minimum", 2e7, at: "collateral.maximum"),
    Flaw("largestUtilisation", 1), Flaw("segments", nil), Flaw("segments", "loopers"),
    Flaw("segments.0.share", 0.5, at: "segments"), Flaw("segments.1.name", "looper", at: "segments"),
    Flaw("segments.0.collateral.instrument", "USDC", at: "segments[0].collateral.instrument"),
    Flaw("segments.0.collateral.sigma", -1, at: "segments[0].collateral.sigma"),
    Flaw("segments.0.utilisation.a", 0, at: "segments[0].utilisation.a"),
    Flaw("segments.0.ltv", 0.95, at: "segments[0].ltv"), Flaw("segments.0.ltv", nil, at: "segments[0].ltv"),
    Flaw("segments.0.debt.instrument", "USD", at: "segments[0].debt.instrument"),
    Flaw("segments.1.debt.rest", "ETH", at: "segments[1].debt.rest"),
    Flaw("segments.1.debt.rest", nil, at: "segments[1].debt.rest"),
    Flaw("segments.1.secondCollateral.probability", 2, at: "segments[1].secondCollateral.probability"),
    Flaw("segments.1.secondCollateral.weights.ETH", 0.5, at: "segments[1].secondCollateral.weights"),
    Flaw("segments.1.secondCollateral.weights.DAI", 0, at: "segments[1].secondCollateral.weights.DAI"),
    Flaw("segments.1.dept", 1, at: "segments[1].dept"), Flaw("maximumRedraws", 20_000), Flaw("initialMarginBuffer", 11),
  ])
  func lendingFlawsAreReported(flaw: Flaw) {
    let found = problems(
      LendingBook.self, LendingFixture.specification.setting(flaw.path, to: flaw.value), in: LendingFixture.context())
    #expect(found.contains { $0.location.keyPath == flaw.place }, "\(found)")
  }

  @Test func allProblemsComeTogether() {
    let bad = PerpetualFixture.specification.setting("accounts", to: 1).setting("longShare", to: 7)
      .setting("equity.body.sigma", to: -1).setting("marketMakers.leverage", to: 0).setting("typo", to: 1)
    let places = Set(
      problems(PerpetualBook.self, bad, in: PerpetualFixture.context()).map(\.location.keyPath))
    #expect(places.isSuperset(of: ["accounts", "longShare", "equity.body.sigma", "marketMakers.leverage", "typo"]))
  }

  @Test func aVenueWithoutMoneyIsRefused() {
    let context = SynthesisContext(
      instruments: Array(PerpetualFixture.instruments.dropFirst()), prices: PerpetualFixture.prices,
      volatilities: PerpetualFixture.volatilities, depths: [nil, nil, nil],
      requirement: PerpetualFixture.requirement)
    let found = problems(PerpetualBook.self, PerpetualFixture.specification, in: context)
    #expect(found.contains { $0.message.contains("settlement") })
  }

  @Test func lotsThatCannotBeCountedAreRefused() {
    let huge = PerpetualFixture.specification.setting("equity.maximum", to: 1e12)
      .setting("equity.tail.exponent", to: 0.05).setting("equity.tail.share", to: 0.9)
      .setting("leverage.median", to: 500).setting("largestShareOfDailyVolume", to: 100)
    let context = SynthesisContext(
      instruments: PerpetualFixture.instruments, prices: PerpetualFixture.prices,
      volatilities: PerpetualFixture.volatilities, depths: [nil, nil, nil],
      requirement: { _, _ in TwoLevels(initial: 0, maintenance: 0) })
    #expect(problems(PerpetualBook.self, huge, in: context).contains { $0.message.contains("whole lots") })
  }

  /// Extreme figures that pass the bounds one by one make a book or a problem, never a trap.
  @Test(arguments: [1e-12, 1e-3, 1, 1e9, 1e15], [0.0, 20]) func extremePricesDoNotTrap(price: Double, sigma: Double) {
    let context = SynthesisContext(
      instruments: PerpetualFixture.instruments, prices: [price, price, price], volatilities: [0, 50, 1e6],
      depths: [
        nil, MarketDepth(averageDailyVolume: 1e-3, halfSpread: 0), MarketDepth(averageDailyVolume: 1e20, halfSpread: 0),
      ],
      requirement: PerpetualFixture.requirement)
    let wild = PerpetualFixture.specification.setting("accounts", to: 300)
      .setting("leverage.sigma", to: .scalar("\(sigma)")).setting("entry.meanHoldingDays", to: 3650)
    let found = problems(PerpetualBook.self, wild, in: context)
    #expect(found.allSatisfy { $0.message.contains("whole lots") }, "\(found)")
  }

  @Test func everyKindDescribesItsKeys() {
    #expect(allBookKinds.map { $0.kind.name } == ["perpetual-book", "lending-book", "options-book"])
    for kind in allBookKinds.map({ $0.kind }) {
      #expect(!kind.summary.isEmpty && kind.parameters.count >= 6)
      #expect(Set(kind.parameters.map(\.key)).count == kind.parameters.count)
      #expect(kind.parameters.allSatisfy { !$0.summary.isEmpty && !$0.allowed.isEmpty })
    }
  }
}
