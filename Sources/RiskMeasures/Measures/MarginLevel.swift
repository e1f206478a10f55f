public import Schema
import Simulation

/// What is asked for, and whether it was enough.
public struct MarginLevel: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "margin-level", summary: "average initial margin, coverage, and the volatility seen against the one realised",
    formula: "means over paths of each path's mean over steps", source: "mean with Student-t interval")

  /// What it reports; volatilities are annualised.
  public static let measures = [
    MeasureDescription("margin.initial.mean", .money, "initial requirement of the book held constant, mean over steps"),
    MeasureDescription("margin.coverage", .fraction, "share of moves over a margin period that the rate covered"),
    MeasureDescription("margin.volatilitySeen", .volatility, "volatility that a dynamic margin went by"),
    MeasureDescription("margin.volatilityRealised", .volatility, "volatility of the marks over the same steps"),
  ]

  /// Creates the family.
  public init() {}

  /// A static model, or one that follows something else, goes by no volatility: it has no `margin.volatilitySeen`.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    var means: [(String, MeasureUnit, PathQuantity)] = [
      ("margin.initial.mean", .money, .initialMarginMean), ("margin.coverage", .fraction, .coverage),
    ]
    let seen = outcomes[.volatilitySeen]
    if outcomes.modelLabel.isDynamic, seen.contains(where: { !$0.isNaN }) {
      means.append(("margin.volatilitySeen", .volatility, .volatilitySeen))
    }
    means.append(("margin.volatilityRealised", .volatility, .volatilityRealised))
    return means.map { id, unit, quantity in
      PathVariable(values: outcomes[quantity], statistics: [(outcomes.label(id, unit), .mean)])
    }
  }
}
