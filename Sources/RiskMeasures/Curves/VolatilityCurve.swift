import Kernels
import Simulation

/// The volatility that a dynamic margin went by against the one that came, by tenths of the paths.
///
/// A margin that looks at volatility only helps where the two move together; a flat line here is a margin that did not
/// see it.
public struct VolatilityCurve: Sendable, Hashable {
  /// A tenth of the paths.
  public struct Group: Sendable, Hashable {
    /// Mean volatility that the marks realised, annualised.
    public let realised: Double
    /// Mean volatility that the margin saw, annualised.
    public let seen: Double
    /// Standard error of `seen`; NaN of one path.
    public let seenStandardError: Double
    /// Paths in the group.
    public let paths: Int
  }

  /// The groups by realised volatility, ascending; fewer than ten where there are fewer paths.
  public let groups: [Group]

  /// The curve of one model at one venue; nil where the margin went by no volatility.
  init?(_ outcomes: VenueOutcomes) {
    let pairs = zip(outcomes[.volatilityRealised], outcomes[.volatilitySeen]).enumerated()
      .filter { $0.element.0.isFinite && $0.element.1.isFinite }
      .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
      .map { (realised: $0.element.0, seen: $0.element.1) }
    guard !pairs.isEmpty else { return nil }
    let count = min(10, pairs.count)
    groups = (0..<count).map { index in
      let part = pairs[pairs.count * index / count..<pairs.count * (index + 1) / count]
      let seen = part.map(\.seen)
      return Group(
        realised: mean(part.map(\.realised)), seen: mean(seen), seenStandardError: standardErrorOfMean(seen),
        paths: part.count)
    }
  }
}
