/// A requirement that grows with the notional of a position: convex, piecewise linear, zero at zero.
///
/// T(n) = n·r_i − d_i inside bracket i, with the deduction d_i = d_{i−1} + lo_i·(r_i − r_{i−1}), so that T has no jump at
/// a bracket's edge. Because rates never fall, T(n) = max_i (n·r_i − d_i).
public struct BracketTable: Sendable, Hashable {
  /// One bracket.
  public struct Bracket: Sendable, Hashable {
    /// Notional at which it starts, in the settlement currency.
    public let from: Double
    /// Marginal rate of the initial requirement.
    public let initial: Double
    /// Marginal rate of the maintenance requirement.
    public let maintenance: Double

    /// Creates a bracket.
    public init(from: Double, initial: Double, maintenance: Double) {
      self.from = from
      self.initial = initial
      self.maintenance = maintenance
    }
  }

  /// The brackets from zero upwards.
  public let brackets: [Bracket]
  /// n·slope − deduction of each bracket, for the initial requirement.
  public let initialLines: [RequirementLine]
  /// The same for the maintenance requirement.
  public let maintenanceLines: [RequirementLine]

  /// A table; nil unless the first bracket starts at 0, bounds rise, and no rate falls from one to the next.
  public init?(_ brackets: [Bracket]) {
    guard let first = brackets.first, first.from == 0 else { return nil }
    for (lower, upper) in zip(brackets, brackets.dropFirst()) {
      guard upper.from > lower.from, upper.initial >= lower.initial, upper.maintenance >= lower.maintenance else {
        return nil
      }
    }
    self.brackets = brackets
    initialLines = Self.lines(brackets.map { ($0.from, $0.initial) })
    maintenanceLines = Self.lines(brackets.map { ($0.from, $0.maintenance) })
  }

  private static func lines(_ rates: [(from: Double, rate: Double)]) -> [RequirementLine] {
    var lines: [RequirementLine] = []
    for (from, rate) in rates {
      let deduction = lines.last.map { $0.deduction + from * (rate - $0.slope) } ?? 0
      lines.append(RequirementLine(slope: rate, deduction: deduction))
    }
    return lines
  }
}

/// One linear piece of a requirement: notional·slope − deduction.
public struct RequirementLine: Sendable, Hashable {
  /// Marginal rate.
  public var slope: Double
  /// Amount deducted.
  public var deduction: Double

  /// Creates a line.
  public init(slope: Double, deduction: Double = 0) {
    self.slope = slope
    self.deduction = deduction
  }
}

extension Array where Element == RequirementLine {
  /// T(n), the largest of the lines; n ≥ 0.
  public func requirement(notional: Double) -> Double {
    reduce(0) { Swift.max($0, notional * $1.slope - $1.deduction) }
  }
}
