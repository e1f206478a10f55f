import Clearing
import Markets
import TestSupport
import Testing
import Venues

@Suite("Margin that follows open interest, size, or an efficiency mode")
struct StaticModelTests {
  /// dYdX v4 chain, unit tests of the open-interest margin fraction: base 20 %, caps 1 and 2 million; 38.7653 % is
  /// 387,653.6 parts per million there, rounded down.
  @Test(
    "published open-interest cases",
    arguments: [(1.5e6, 2e6, 0.6), (1_234_567, 2e6, 0.3876536), (2.5e6, 2e6, 1), (5e5, 2e6, 0.2), (1.5e6, 0, 0.2)])
  func openInterest(openInterest: Double, upperCap: Double, rate: Double) {
    let market = OpenInterestMargin.Market(initial: 0.2, maintenance: 0.1, lowerCap: 1e6, upperCap: upperCap)
    #expect(abs(market.initialRate(openInterest: openInterest) - rate) < 1e-9)
  }

  private let openInterestModel = OpenInterestMargin(
    instruments: SampleVenue.exchange,
    figures: [
      nil, .init(initial: 0.2, maintenance: 0.1, lowerCap: 1e6, upperCap: 2e6),
      .init(initial: 0.3, maintenance: 0.05, lowerCap: 0, upperCap: 0), nil,
    ])

  @Test("open interest is one side of the market at the oracle price, and maintenance stays")
  func openInterestOfBook() {
    let book = Book(
      accounts: [Account(id: "a"), Account(id: "b")], groups: ["all"], instruments: SampleVenue.exchange,
      positions: [
        Position(account: 0, instrument: 1, quantity: 15_000), Position(account: 1, instrument: 1, quantity: -15_000),
        Position(account: 1, instrument: 2, quantity: 1),
      ])
    let factors = openInterestModel.makeFactors(for: book)
    factors.reset(oraclePrices: [100, 20])
    #expect(abs(factors.initial[0] - 0.6) < 1e-12 && factors.initial[1] == factors.initial[0])
    #expect(factors.initial[2] == 0.3 && factors.maintenance[2] == 0.05)
    _ = factors.advance(step: 1, oraclePrices: [110, 20])
    #expect(abs(factors.initial[0] - 0.72) < 1e-12 && factors.maintenance[0] == 0.1)
    _ = factors.advance(step: 2, oraclePrices: [50, 20])
    #expect(factors.initial[0] == 0.2)
    factors.reset(oraclePrices: [100, 20])
    #expect(abs(factors.initial[0] - 0.6) < 1e-12)
    #expect(factors.volatilities.isEmpty)
  }

  @Test("all of them keep the contract")
  func contracts() {
    let market = MarginModelContract(
      model: openInterestModel, instruments: SampleVenue.exchange, prices: SampleVenue.prices, isHomogeneous: false,
      largestRate: 1.4)
    // The rate itself grows with the account that is the whole market; only the jump at the cap is not convex.
    #expect(market.violations().allSatisfy { $0.contains("A-PERP") && ($0.contains("jumps") || $0.contains("convex")) })
    let premium = MarginModelContract(
      model: SizePremiumMargin(
        instruments: SampleVenue.exchange, tables: SampleVenue.tables, factors: [0, 0, 0, 0.02]),
      instruments: SampleVenue.exchange, prices: SampleVenue.prices, isHomogeneous: false)
    #expect(premium.violations() == [])
    let lending = MarginModelContract(
      model: LoanToValueMargin(
        instruments: SampleVenue.pool,
        modes: [EfficiencyMode(name: "m", instruments: [1], loanToValue: TwoLevels(initial: 0.9, maintenance: 0.93))],
        shift: TwoLevels(initial: 0.1, maintenance: -0.1)), instruments: SampleVenue.pool, prices: SampleVenue.prices,
      isHomogeneous: true)
    #expect(lending.violations() == [])
  }

  // MARK: Size premium

  private func premium(_ factor: Double, quantity: Double) -> AccountHealth {
    let weights = { (value: Double) in TwoLevels(initial: value, maintenance: value) }
    let instruments = [
      Instrument(id: "USD", kind: .settlement),
      Instrument(
        id: "SOL", kind: .spot(SpotTerms(asset: 0, collateralWeight: weights(0.9), liabilityWeight: weights(1.1)))),
    ]
    let book = Book(
      accounts: [Account(id: "a")], groups: ["all"], instruments: instruments,
      positions: [Position(account: 0, instrument: 1, quantity: quantity)])
    return SizePremiumMargin(instruments: instruments, tables: [], factors: [0, factor])
      .initialHealth(of: book, prices: [1])[0]
  }

  /// Drift protocol, unit tests of spot weights: 0.8357, 1.1962, 0.2642, 4.0422 in integers that round down.
  @Test(
    "published size weights of 1,000 units, base 0.9 and 1.1",
    arguments: [
      (0.01, 1000.0, 0.8357, 5e-5), (0.01, -1000, 1.1962, 5e-5), (0.1, 1000, 0.26428, 5e-6),
      (0.1, -1000, 4.04228, 5e-6),
      (0, 1000, 0.9, 1e-12), (0, -1000, 1.1, 1e-12), (0.01, 1, 0.9, 1e-12), (0.01, -1, 1.1, 1e-12),
    ])
  func sizeWeights(factor: Double, quantity: Double, weight: Double, tolerance: Double) {
    let health = premium(factor, quantity: quantity)
    #expect(abs(health.weightedEquity.maintenance / quantity - weight) < tolerance)
    #expect(health.weightedEquity.initial == health.weightedEquity.maintenance)
    #expect(health.requirement == TwoLevels(initial: 0, maintenance: 0))
  }

  // MARK: Efficiency modes and shifts

  private let pool = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(id: "ETH", kind: .spot(SpotTerms(asset: 0, loanToValue: TwoLevels(initial: 0.75, maintenance: 0.8)))),
    Instrument(id: "STETH", kind: .spot(SpotTerms(asset: 1, loanToValue: TwoLevels(initial: 0.7, maintenance: 0.75)))),
    Instrument(id: "JUNK", kind: .spot(SpotTerms(asset: 0))),
  ]
  private let ether = EfficiencyMode(
    name: "ether", instruments: [1, 2, 3], loanToValue: TwoLevels(initial: 0.9, maintenance: 0.93))

  /// Maintenance and initial requirement per money of 1,000 STETH held against `debt`.
  private func requirement(
    debt: Int, mode: Int? = 0, own: TwoLevels? = nil, held: Int = 2,
    shift: TwoLevels = TwoLevels(initial: 0, maintenance: 0)
  ) -> TwoLevels {
    let book = Book(
      accounts: [Account(id: "a", loanToValue: own, efficiencyMode: mode)], groups: ["all"], instruments: pool,
      positions: [
        Position(account: 0, instrument: held, quantity: 1000), Position(account: 0, instrument: debt, quantity: -500),
      ])
    let found = LoanToValueMargin(instruments: pool, modes: [ether], shift: shift)
      .initialHealth(of: book, prices: [1, 1])[0].requirement
    return TwoLevels(initial: 1 - found.initial / 1000, maintenance: 1 - found.maintenance / 1000)
  }

  private func isClose(_ found: TwoLevels, _ initial: Double, _ maintenance: Double) -> Bool {
    abs(found.initial - initial) < 1e-12 && abs(found.maintenance - maintenance) < 1e-12
  }

  @Test("a mode counts where everything owed belongs to it; own figures count before it; junk carries nothing")
  func modes() {
    #expect(isClose(requirement(debt: 1), 0.9, 0.93))
    #expect(isClose(requirement(debt: 1, mode: nil), 0.7, 0.75))
    #expect(isClose(requirement(debt: 0), 0.7, 0.75))
    #expect(isClose(requirement(debt: 1, own: TwoLevels(initial: 0.5, maintenance: 0.6)), 0.5, 0.6))
    #expect(isClose(requirement(debt: 1, held: 3), 0, 0))
  }

  @Test("shifts move figures above zero, within bounds, loan-to-value never above the threshold")
  func shifts() {
    #expect(isClose(requirement(debt: 1, shift: TwoLevels(initial: -0.1, maintenance: -0.05)), 0.8, 0.88))
    #expect(isClose(requirement(debt: 1, shift: TwoLevels(initial: 0, maintenance: -0.2)), 0.73, 0.73))
    #expect(isClose(requirement(debt: 1, shift: TwoLevels(initial: 0.5, maintenance: 0.5)), 1, 1))
    #expect(isClose(requirement(debt: 1, held: 3, shift: TwoLevels(initial: 0.5, maintenance: 0.5)), 0, 0))
  }
}
