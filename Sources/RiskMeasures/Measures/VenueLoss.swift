public import Schema
import Simulation

/// VaR and ES of what the venue loses: shortfalls minus reserve income, plus negative equity left open at the horizon.
public struct VenueLoss: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "venue-loss", summary: "value at risk and expected shortfall of the venue's loss",
    formula: "VaR = L(⌈nα⌉), ES = VaR + Σ(L − VaR)⁺/(n(1−α))",
    source: "Rockafellar and Uryasev (2002); intervals: order statistics, influence function",
    parameters: [MeasureSettings.levelsParameter.description])

  /// What it reports, at every level of the settings.
  public static let measures = [
    MeasureDescription("venue.loss.var", .money, levels: .losses, "loss of the venue not exceeded at the level"),
    MeasureDescription("venue.loss.es", .money, levels: .losses, "mean loss of the venue beyond the level"),
  ]

  /// Creates the family.
  public init() {}

  /// One variable with all its levels.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    [PathVariable(values: outcomes[.loss], statistics: lossStatistics("venue.loss", outcomes))]
  }
}

/// VaR and ES at every level of the settings, of a loss in money, under the ids `prefix.var` and `prefix.es`.
func lossStatistics(
  _ prefix: String, _ outcomes: VenueOutcomes, group: String? = nil
) -> [(label: MeasureLabel, statistic: PathStatistic)] {
  let venue = outcomes.venueLabel.id
  return outcomes.settings.levels.flatMap { level in
    [
      (
        MeasureLabel("\(prefix).var", venue: venue, unit: .money, level: level, group: group),
        PathStatistic.quantile(level)
      ),
      (
        MeasureLabel("\(prefix).es", venue: venue, unit: .money, level: level, group: group),
        PathStatistic.expectedShortfall(level)
      ),
    ]
  }
}
