import Clearing
import Markets
import Schema
import Venues

/// Instruments and tables that the tests of this module share.
enum SampleVenue {
  static let tables = [
    BracketTable([
      .init(from: 0, initial: 0.05, maintenance: 0.03), .init(from: 1e6, initial: 0.1, maintenance: 0.05),
      .init(from: 2e7, initial: 0.25, maintenance: 0.125),
    ]),
    BracketTable([.init(from: 0, initial: 0.2, maintenance: 0.1)]),
  ].compactMap(\.self)

  static let exchange = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(id: "A-PERP", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
    Instrument(id: "B-PERP", kind: .perpetual(PerpetualTerms(asset: 1, brackets: 1))),
    Instrument(
      id: "A-SPOT",
      kind: .spot(
        SpotTerms(
          asset: 0, collateralWeight: TwoLevels(initial: 0.8, maintenance: 0.9),
          liabilityWeight: TwoLevels(initial: 1.2, maintenance: 1.1)))),
  ]

  static let pool = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(
      id: "A",
      kind: .spot(SpotTerms(asset: 0, loanToValue: TwoLevels(initial: 0.75, maintenance: 0.8)))),
    Instrument(id: "B", kind: .spot(SpotTerms(asset: 1))),
  ]

  /// A venue without accounts.
  static func venue(_ instruments: [Instrument]) -> Venue {
    Venue(
      id: "sample", summary: "", settlement: "USD", isSynthetic: true, depths: [nil, nil], instruments: instruments,
      book: Book(accounts: [], groups: ["all"], instruments: instruments, positions: []))
  }

  static let rules = ClearingRules(
    brackets: tables, bracketNames: ["large", "small"],
    liquidation: LiquidationPolicy(method: .full, penalty: 0, reserveShare: 0, waves: 8), impact: .none,
    reserve: ReserveFund(balance: 0), lossAllocation: .badDebt)

  /// A model of daily margin period at a rate of `quantile`·√(1/365) per unit of volatility.
  static func volatilityScaled(
    lambda: Double = 0.94, floor: Double = 0, cap: Double = 1, updateSteps: Int = 1, grid: TimeGrid,
    volatilities: [Double] = [0.8, 0.5]
  ) -> VolatilityScaledMargin {
    VolatilityScaledMargin(
      estimator: ExponentialVolatility(lambda: lambda, per: .day, grid: grid),
      ratePerVolatility: 2.3263478740408408 * (1.0 / 365).squareRoot(), floor: floor, cap: cap,
      updateSteps: updateSteps, maintenanceFraction: 0.6, instruments: exchange, initialVolatilities: volatilities)
  }

  /// Prices that wander, [step][asset].
  static let prices: [[Double]] = [
    [100, 20], [103, 19], [97, 21], [120, 21], [80, 15], [80, 15], [81, 30], [10, 29], [55, 3], [56, 3.1],
  ]
}
