/// The monitoring times of a simulation: 0, step, 2·step, … T·step, in hours.
public struct TimeGrid: Sendable, Hashable {
  /// Hours in the year that every annual figure refers to: markets here trade 365 days.
  public static let hoursPerYear = 8760.0

  /// The number of steps T; a path has T + 1 prices.
  public let steps: Int
  /// The length of one step in hours.
  public let stepHours: Double

  /// A grid of `steps` ≥ 1 steps of `stepHours` > 0 hours; nil otherwise.
  public init?(steps: Int, stepHours: Double) {
    guard steps >= 1, stepHours > 0, stepHours.isFinite else { return nil }
    self.steps = steps
    self.stepHours = stepHours
  }

  /// The length of one step in years.
  public var stepYears: Double { stepHours / TimeGrid.hoursPerYear }
  /// The number of prices of one asset on a path: T + 1.
  public var points: Int { steps + 1 }
  /// The whole horizon in hours.
  public var horizonHours: Double { Double(steps) * stepHours }

  /// The number of steps in `hours`, if that is a whole number ≥ 1.
  public func wholeSteps(in hours: Double) -> Int? {
    let exact = hours / stepHours
    guard exact.isFinite, exact < 1e9 else { return nil }
    let whole = exact.rounded()
    guard whole >= 1, abs(exact - whole) <= 1e-9 * whole else { return nil }
    return Int(whole)
  }
}
