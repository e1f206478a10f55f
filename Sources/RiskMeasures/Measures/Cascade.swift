public import Schema
import Simulation

/// How far liquidations feed on themselves.
public struct Cascade: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "cascade", summary: "waves within a step, and how much liquidations deepen the worst drawdown, at 99 %",
    formula: "amplification = worst mark drawdown ÷ worst exogenous drawdown, 1 where neither fell",
    source: "order statistics with distribution-free interval")

  /// What it reports, at the level that the ids state.
  public static let measures = [
    MeasureDescription("cascade.waves.q99", .count, levels: .fixed(level), "largest number of waves in one step"),
    MeasureDescription(
      "cascade.amplification.q99", .ratio, levels: .fixed(level), "worst mark drawdown over worst exogenous drawdown"),
  ]

  /// The level in the ids.
  private static let level = 0.99

  /// Creates the family.
  public init() {}

  /// Both are counts of the engine; the ratio of drawdowns is formed here.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    let drawdowns = zip(outcomes[.markDrawdown], outcomes[.exogenousDrawdown])
    return [
      PathVariable(
        values: outcomes[.waves],
        statistics: [(outcomes.label("cascade.waves.q99", .count, level: Self.level), .quantile(Self.level))]),
      PathVariable(
        values: drawdowns.map(amplification),
        statistics: [(outcomes.label("cascade.amplification.q99", .ratio, level: Self.level), .quantile(Self.level))],
        keepsInfinite: true),
    ]
  }
}

/// The ratio of two drawdowns; 1 if both are 0, +∞ (above every number) if only the exogenous one is.
private func amplification(mark: Double, exogenous: Double) -> Double {
  mark == 0 && exogenous == 0 ? 1 : mark / exogenous
}
