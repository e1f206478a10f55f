public import Schema
import Simulation

/// What the owners of accounts do of their own accord, and what that changes on the same paths.
public struct OwnerActivity: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "owners", summary: "money put in after margin calls, positions closed, money taken out, and what it changes",
    formula: "avoided = figure of the same path on which owners do nothing − figure of the path",
    source: "mean with Student-t interval, paired by path")

  /// What it reports, where owners do anything.
  public static let measures = [
    MeasureDescription("owners.toppedUp.mean", .money, "money put in after margin calls"),
    MeasureDescription("owners.topUps.mean", .count, "number of times money was put in"),
    MeasureDescription("owners.deleveraged.mean", .money, "notional closed by owners of their own accord"),
    MeasureDescription("owners.withdrawn.mean", .money, "money taken out"),
    MeasureDescription(
      "owners.liquidationsAvoided.mean", .count, "accounts liquidated if owners did nothing, less those that are"),
    MeasureDescription(
      "owners.shortfallAvoided.mean", .money, "shortfalls if owners did nothing, less those that there are"),
  ]

  /// Creates the family.
  public init() {}

  /// Nothing where owners do nothing.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    guard outcomes[.toppedUp].contains(where: { !$0.isNaN }) else { return [] }
    let means: [(String, MeasureUnit, PathQuantity)] = [
      ("owners.toppedUp.mean", .money, .toppedUp), ("owners.topUps.mean", .count, .topUps),
      ("owners.deleveraged.mean", .money, .deleveraged), ("owners.withdrawn.mean", .money, .withdrawn),
      ("owners.liquidationsAvoided.mean", .count, .liquidationsAvoided),
      ("owners.shortfallAvoided.mean", .money, .shortfallAvoided),
    ]
    return means.map { id, unit, quantity in
      PathVariable(values: outcomes[quantity], statistics: [(outcomes.label(id, unit), .mean)])
    }
  }
}
