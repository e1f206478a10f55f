import Glibc
import Kernels
import Simulation

/// How likely a reserve is to be exhausted, against its size.
///
/// The required reserve of a path is counted before losses are shared out, so one run gives the whole curve. At the
/// venue's own reserve it is `reserve.exhaustionProbability`.
public struct ReserveCurve: Sendable, Hashable {
  /// P(required reserve > x), x in money ascending; at most 120 points.
  public let points: [ProbabilityPoint]
  /// The venue's reserve at t = 0.
  public let initialReserve: Double
  /// Paths behind the curve.
  public let paths: Int

  /// The curve of one model at one venue.
  init(_ outcomes: VenueOutcomes) {
    let sorted = sortedAscending(outcomes[.requiredReserve].filter { !$0.isNaN })
    initialReserve = outcomes.venueLabel.initialReserve
    paths = sorted.count
    points = Self.sizes(sorted, including: [initialReserve], levels: outcomes.settings.reserveLevels).map { size in
      point(
        at: size, count: sorted.count - firstIndex(in: sorted) { $0 > size }, of: sorted.count,
        confidence: outcomes.settings.confidence)
    }
  }

  /// Sizes to show: half of them even in money, half at requirements even in the logarithm of the probability, and those
  /// that are asked for.
  private static func sizes(_ sorted: [Double], including wanted: [Double], levels: [Double]) -> [Double] {
    guard let largest = sorted.last else { return [] }
    let reach = 1.05 * max(largest, wanted.max() ?? 0)
    let even = (0..<52).map { reach * Double($0) / 51 }
    let n = Double(sorted.count)
    let seen = (0..<52).map { sorted[sorted.count - max(1, Int(pow(n, 1 - Double($0) / 51).rounded()))] }
    let marked = levels.prefix(12).map { sorted[TailRank(level: $0, count: sorted.count).rank - 1] }
    let all = Set(even + seen + marked + wanted).filter { $0.isFinite && $0 >= 0 }
    return all.sorted()
  }
}
