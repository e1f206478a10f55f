public import Schema
import Simulation

/// What a group of accounts named `attacker` gains, and what the reserve loses on the same paths.
public struct ManipulationGain: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "manipulation-gain", summary: "gain of the account group named attacker, beside the fall of the reserve",
    formula:
      "gain = Σ E(T) − Σ E(0) of the group + money taken out − money put in; fall of the reserve = shortfalls paid − income",
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

  /// What the group gains on each path; nil where the book has no such group.
  static func gain(_ outcomes: VenueOutcomes) -> [Double]? {
    guard let group = outcomes.venueLabel.groups.firstIndex(of: group), group < outcomes.groupCount else { return nil }
    return outcomes.bookLoss(group: group).map { -$0 }
  }

  /// Nothing where the book has no such group.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    guard let gain = Self.gain(outcomes) else { return [] }
    let falls = zip(outcomes[.shortfall], zip(outcomes[.uncovered], outcomes[.reserveInflow]))
    return [
      PathVariable(values: gain, statistics: [(outcomes.label("attacker.gain.mean", .money), .mean)]),
      PathVariable(
        values: gain.map { $0.isNaN ? .nan : $0 > 0 ? 1 : 0 },
        statistics: [(outcomes.label("attacker.profitProbability", .probability), .proportion)]),
      PathVariable(
        values: falls.map { $0 - $1.0 - $1.1 },
        statistics: [(outcomes.label("attacker.reserveFall.mean", .money), .mean)]),
    ]
  }
}
