import Simulation

/// When first liquidations happen: their number in each step and the share of accounts reached so far.
public struct FirstPassageCurve: Sendable, Hashable {
  /// One step.
  public struct Point: Sendable, Hashable {
    /// Time at the end of the step.
    public let hours: Double
    /// First liquidations in the step, over all paths and accounts.
    public let count: Int
    /// Share of (account, path) pairs that have had theirs by then.
    public let cumulativeProbability: Double
  }

  /// One point a step.
  public let points: [Point]
  /// Median time among those that have one; undefined if nobody has.
  public let median: Estimate?

  /// The curve of one model at one venue, and the median found among its estimates.
  init(_ outcomes: VenueOutcomes, estimates: [Estimate]) {
    let pairs = Double(outcomes.table.paths) * Double(outcomes.venueLabel.accountCount)
    let stepHours = outcomes.table.stepHours
    var seen = 0.0
    points = FirstPassageTimes(outcomes).counts.enumerated().map { index, count in
      seen += count
      return Point(
        hours: Double(index + 1) * stepHours, count: Int(count), cumulativeProbability: pairs > 0 ? seen / pairs : 0)
    }
    median = estimates.first {
      $0.id == "liquidation.firstPassageHours.median" && $0.label.venue == outcomes.venueLabel.id
    }
  }
}
