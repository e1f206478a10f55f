public import Schema
import Simulation

/// What a group of accounts named `attacker` gains, and what the reserve loses on the same paths.
public struct ManipulationGain: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "manipulation-gain", summary: "gain of the account group named attacker, beside the fall of the reserve",
    formula: "gain = Σ E(T) − Σ E(0) of the group; fall of the reserve = shortfalls paid − income",
    source: "mean with Student-t interval; proportion with Wilson interval")

  /// The group that the family is about.
  static let group = "attacker"

  /// What it reports, where the book has the group.
  public static let measures = [
    MeasureDescription("attacker.gain.mean", .money, "mean gain of the accounts in the group attacker"),
    MeasureDescription("attacker.profitProbability", .probability, "chance that the group attacker gains"),
    MeasureDescription("attacker.reserveFall.mean", .money, "mean fall of the reserve on the same paths"),
  ]

  /// Creates the family.
  public init() {}

  /// Nothing where the book has no such group.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    guard let group = outcomes.venueLabel.groups.firstIndex(of: Self.group), group < outcomes.groupCount else {
      return []
    }
    let gain = outcomes.bookLoss(group: group).map { -$0 }
    let falls = zip(outcomes[.shortfall], zip(outcomes[.uncovered], outcomes[.reserveInflow]))
    return [
      PathVariable(values: gain, statistics: [(label("attacker.gain.mean", .money, outcomes), .mean)]),
      PathVariable(
        values: gain.map { $0.isNaN ? .nan : $0 > 0 ? 1 : 0 },
        statistics: [(label("attacker.profitProbability", .probability, outcomes), .proportion)]),
      PathVariable(
        values: falls.map { $0 - $1.0 - $1.1 },
        statistics: [(outcomes.label("attacker.reserveFall.mean", .money), .mean)]),
    ]
  }

  private func label(_ id: String, _ unit: MeasureUnit, _ outcomes: VenueOutcomes) -> MeasureLabel {
    outcomes.label(id, unit)
  }
}
