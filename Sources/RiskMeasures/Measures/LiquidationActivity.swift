public import Schema
import Simulation

/// How much is liquidated on an average day of the horizon.
public struct LiquidationActivity: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "liquidation-activity", summary: "expected number and notional of liquidations per day",
    formula: "mean over paths ÷ days of the horizon", source: "mean with Student-t interval")

  /// What it reports, per day so that horizons compare.
  public static let measures = [
    MeasureDescription("liquidation.count.mean", .count, "accounts liquidated at least once, per day of the horizon"),
    MeasureDescription("liquidation.events.mean", .count, "liquidation actions (waves count apart) per day"),
    MeasureDescription("liquidation.notional.mean", .money, "notional closed or repaid by liquidations per day"),
  ]

  /// Creates the family.
  public init() {}

  /// Totals over the horizon, divided by its days.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    let perDay: [(String, MeasureUnit, PathQuantity)] = [
      ("liquidation.count.mean", .count, .liquidatedAccounts),
      ("liquidation.events.mean", .count, .liquidationEvents),
      ("liquidation.notional.mean", .money, .liquidatedNotional),
    ]
    return perDay.map { id, unit, quantity in
      PathVariable(
        values: outcomes[quantity].map { $0 / outcomes.horizonDays }, statistics: [(outcomes.label(id, unit), .mean)])
    }
  }
}
