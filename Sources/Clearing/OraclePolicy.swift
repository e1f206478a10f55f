/// What a venue's oracle publishes of the marks, and when liquidations wait because it cannot be trusted.
///
/// Health, partial fractions and repayments are judged at the oracle's prices; trades are filled at the market's. See
/// *Oracle* in the documentation page *One path*.
public struct OraclePolicy: Sendable, Hashable {
  /// How prices are made from the marks that the oracle has seen.
  public enum Rule: Sendable, Hashable {
    /// The mark.
    case spot
    /// The arithmetic mean of the marks at the grid points of the last `windowHours`, a whole number of steps.
    case average(windowHours: Double)
    /// The mark when the oracle last published: it does so where the mark has left the published price by `threshold`, a
    /// fraction of it, or `heartbeatHours` have passed.
    case deviation(threshold: Double, heartbeatHours: Double)
  }

  /// How prices are made.
  public var rule: Rule
  /// Steps between a mark and the moment the oracle has it.
  public var latencySteps: Int
  /// Largest |oracle ÷ mark − 1| at which accounts in an asset are still liquidated; nil for no such guard.
  public var maximumDeviation: Double?

  /// The mark itself, at once, without a guard.
  public static let spot = OraclePolicy(rule: .spot)

  /// Creates a policy.
  public init(rule: Rule, latencySteps: Int = 0, maximumDeviation: Double? = nil) {
    self.rule = rule
    self.latencySteps = latencySteps
    self.maximumDeviation = maximumDeviation
  }

  /// Whether the oracle shows every mark as it is made, also between the waves of a step: a spot price without delay, an
  /// average over one step, or a deviation of nothing.
  public func followsMarks(stepHours: Double) -> Bool {
    guard latencySteps == 0 else { return false }
    return switch rule {
    case .spot: true
    case .average: windowSteps(stepHours: stepHours) == 1
    case .deviation(let threshold, _): threshold == 0
    }
  }

  /// Grid points that an average is over; 1 for other rules.
  public func windowSteps(stepHours: Double) -> Int {
    guard case .average(let hours) = rule else { return 1 }
    return max(1, Int((hours / stepHours).rounded()))
  }
}
