public import Schema
import Simulation

/// Whether and when a venue that fails with its reserve does so; of other venues nothing is reported.
public struct VenueFailure: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "venue-failure", summary: "chance that a venue fails because its reserve is exhausted, and when",
    formula: "the end of the first step whose shortfalls the reserve could not pay", source: "as reserve-adequacy")

  /// What it reports.
  public static let measures = [
    MeasureDescription("venue.failureProbability", .probability, "chance that the venue fails within the horizon"),
    MeasureDescription("venue.failureHours.median", .hours, "median time to failure, given that it comes"),
  ]

  /// Creates the family.
  public init() {}

  /// Chance and time, from the time of exhaustion.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    guard outcomes.venueLabel.canFail else { return [] }
    let hours = outcomes[.exhaustionHours]
    return [
      PathVariable(
        values: hours.map { $0.isNaN ? .nan : $0.isFinite ? 1 : 0 },
        statistics: [(outcomes.label("venue.failureProbability", .probability), .proportion)]),
      PathVariable(
        values: hours, statistics: [(outcomes.label("venue.failureHours.median", .hours), .quantileOfFinite(0.5))],
        undefinedBecause: "the venue failed on no path", keepsInfinite: true),
    ]
  }
}
