import Glibc
import Kernels
import Simulation

/// A point of a curve of probabilities.
public struct ProbabilityPoint: Sendable, Hashable {
  /// The abscissa, in the unit that the curve states.
  public let x: Double
  /// The probability.
  public let probability: Double
  /// Wilson's interval of the probability.
  public let interval: ConfidenceInterval
}

/// How likely the venue's loss is to reach an amount.
public struct LossExceedance: Sendable, Hashable {
  /// VaR and ES at one level, to be marked on the curve.
  public struct Mark: Sendable, Hashable {
    /// The level.
    public let level: Double
    /// `venue.loss.var` at the level, as in the tables.
    public let valueAtRisk: Estimate
    /// `venue.loss.es` at the level, as in the tables.
    public let expectedShortfall: Estimate
  }

  /// P(loss ≥ x), x in money ascending; at most 200 points, evenly spaced in the logarithm of the probability.
  public let points: [ProbabilityPoint]
  /// VaR and ES at the levels of the settings.
  public let marks: [Mark]
  /// Paths behind the curve.
  public let paths: Int

  /// The curve of one model at one venue, and the marks found among its estimates.
  init(_ outcomes: VenueOutcomes, estimates: [Estimate]) {
    let sorted = sortedAscending(outcomes[.loss].filter { !$0.isNaN })
    paths = sorted.count
    points = Self.points(sorted, confidence: outcomes.settings.confidence)
    marks = outcomes.settings.levels.compactMap { level in
      func find(_ id: String) -> Estimate? {
        estimates.first { $0.id == id && $0.label.level == level && $0.label.venue == outcomes.venueLabel.id }
      }
      guard let valueAtRisk = find("venue.loss.var"), let expectedShortfall = find("venue.loss.es") else { return nil }
      return Mark(level: level, valueAtRisk: valueAtRisk, expectedShortfall: expectedShortfall)
    }
  }

  /// The points at losses that were seen, so that each probability is that of a real step of the empirical law.
  private static func points(_ sorted: [Double], confidence: Double) -> [ProbabilityPoint] {
    let n = sorted.count
    guard n > 0 else { return [] }
    let pointCount = 200
    var points: [ProbabilityPoint] = []
    for index in 0..<pointCount {
      let exponent = -Double(index) / Double(pointCount - 1)
      let fromTop = min(n, max(1, Int(pow(Double(n), 1 + exponent).rounded())))
      let loss = sorted[n - fromTop]
      guard points.last?.x != loss else { continue }
      points.append(point(at: loss, count: n - firstIndex(in: sorted) { $0 >= loss }, of: n, confidence: confidence))
    }
    return points
  }
}

/// The point at x with its share of paths.
func point(at x: Double, count: Int, of paths: Int, confidence: Double) -> ProbabilityPoint {
  let share = Proportion(successes: count, trials: paths)
  return ProbabilityPoint(x: x, probability: share.value, interval: share.interval(confidence: confidence))
}

/// The first index of an ascending array at which a condition, false up to some index and true from it on, holds.
func firstIndex(in sorted: [Double], where holds: (Double) -> Bool) -> Int {
  var low = 0
  var high = sorted.count
  while low < high {
    let middle = (low + high) / 2
    if holds(sorted[middle]) { high = middle } else { low = middle + 1 }
  }
  return low
}
