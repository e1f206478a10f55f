public import Schema
import Simulation

/// VaR and ES of the fall of the accounts' summed equity, of all accounts and of each group.
public struct BookLoss: PathwiseMeasure {
  /// How the family is described; the same statistics as the venue's loss.
  public static let kind = Kind(
    "book-loss", summary: "value at risk and expected shortfall of the fall of the accounts' equity, by group",
    formula: "L = Σ E(0) − Σ E(T) + money put in − money taken out; VaR and ES as for the venue's loss",
    source: "as venue-loss",
    parameters: [MeasureSettings.levelsParameter.description])

  /// What it reports, for all accounts and for each group.
  public static let measures = [
    MeasureDescription("book.loss.var", .money, levels: .losses, "fall of equity not exceeded at the level"),
    MeasureDescription("book.loss.es", .money, levels: .losses, "mean fall of equity beyond the level"),
  ]

  /// Creates the family.
  public init() {}

  /// The equity's fall of all accounts, then of each group.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    let all = PathVariable(values: outcomes.bookLoss(), statistics: lossStatistics("book.loss", outcomes))
    return [all]
      + (0..<outcomes.groupCount).map { group in
        PathVariable(
          values: outcomes.bookLoss(group: group),
          statistics: lossStatistics("book.loss", outcomes, group: outcomes.venueLabel.groups[group]))
      }
  }
}
