public import Schema
import Simulation

/// How far a venue's oracle is from the marks, and what its guard kept from liquidation.
public struct OracleQuality: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "oracle-quality",
    summary: "difference of oracle and mark, and liquidations that wait because it is too large; none where they agree",
    formula: "error = |oracle ÷ mark − 1| when published, over steps and the assets of the book",
    source: "mean with Student-t interval; order statistic with distribution-free interval")

  /// What it reports, where the venue's oracle shows something else than the marks.
  public static let measures = [
    MeasureDescription("oracle.error.mean", .fraction, "difference of oracle and mark, mean over steps and assets"),
    MeasureDescription(
      "oracle.error.largest.q99", .fraction, levels: .fixed(level), "largest difference of oracle and mark of a path"),
    MeasureDescription(
      "oracle.blocked.mean", .count, "pairs of account and step that the guard kept from liquidation, per path"),
  ]

  /// The level in the id.
  private static let level = 0.99

  /// Creates the family.
  public init() {}

  /// Nothing where the oracle shows the marks.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    guard outcomes[.oracleErrorMean].contains(where: { !$0.isNaN }) else { return [] }
    return [
      PathVariable(
        values: outcomes[.oracleErrorMean], statistics: [(outcomes.label("oracle.error.mean", .fraction), .mean)]),
      PathVariable(
        values: outcomes[.oracleErrorLargest],
        statistics: [
          (outcomes.label("oracle.error.largest.q99", .fraction, level: Self.level), .quantile(Self.level))
        ]),
      PathVariable(
        values: outcomes[.oracleBlocked], statistics: [(outcomes.label("oracle.blocked.mean", .count), .mean)]),
    ]
  }
}
