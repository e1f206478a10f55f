import Foundation

/// Maps data to positions along one axis of a chart.
package struct Scale: Sendable {
  /// How data is spread.
  package enum Kind: Sendable {
    case linear
    /// By the logarithm; the domain is positive.
    case logarithmic
  }

  /// How data is spread.
  package let kind: Kind
  /// The data at the two ends.
  package let domain: ClosedRange<Double>
  /// The positions of the two ends, in units of the drawing.
  package let ends: (from: Double, to: Double)

  /// A linear scale from one round number below the data to one above; a flat domain is widened.
  package init(covering data: [Double], from: Double, to: Double, includingZero: Bool = false, divisions: Int = 5) {
    let finite = data.filter { abs($0) < 1e300 } + (includingZero ? [0] : [])
    let low = finite.min() ?? 0
    let high = finite.max() ?? 1
    let widened = low < high ? (low, high) : low == 0 ? (0, 1) : (low - abs(low) * 0.1, low + abs(low) * 0.1)
    let step = Self.niceStep((widened.1 - widened.0) / Double(divisions))
    kind = .linear
    domain = (widened.0 / step).rounded(.down) * step...(widened.1 / step).rounded(.up) * step
    ends = (from, to)
  }

  /// A scale between given values.
  package init(_ kind: Kind, domain: ClosedRange<Double>, from: Double, to: Double) {
    self.kind = kind
    self.domain = domain
    ends = (from, to)
  }

  /// A logarithmic scale over whole decades that holds every positive value of the data; at least one decade.
  package init(decadesCovering data: [Double], from: Double, to: Double) {
    let positive = data.filter { $0 > 0 && $0 < 1e300 }
    let low = pow(10, log10(positive.min() ?? 0.1).rounded(.down))
    let high = pow(10, log10(positive.max() ?? 1).rounded(.up))
    self.init(.logarithmic, domain: low...max(high, low * 10), from: from, to: to)
  }

  /// The position of `value`; what lies outside the domain is put at its nearest end.
  package func position(_ value: Double) -> Double {
    let inside = min(max(value.isNaN ? domain.lowerBound : value, domain.lowerBound), domain.upperBound)
    let share =
      switch kind {
      case .linear: (inside - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
      case .logarithmic: log(inside / domain.lowerBound) / log(domain.upperBound / domain.lowerBound)
      }
    return ends.from + share * (ends.to - ends.from)
  }

  /// Whether `value` lies inside the domain.
  package func contains(_ value: Double) -> Bool { domain.contains(value) }

  /// Round values to put labels at: about `count` of them.
  package func ticks(_ count: Int = 5) -> [Double] {
    switch kind {
    case .linear: linearTicks(count)
    case .logarithmic: decadeTicks(count)
    }
  }

  /// Multiples of a round step. The small allowance keeps a first tick that rounding puts just below the axis.
  private func linearTicks(_ count: Int) -> [Double] {
    let step = Self.niceStep((domain.upperBound - domain.lowerBound) / Double(max(1, count)))
    let first = (domain.lowerBound / step - 1e-9).rounded(.up)
    return (0..<4 * count).map { (first + Double($0)) * step }.filter { $0 <= domain.upperBound + step * 1e-9 }
  }

  /// Powers of ten, every second or third one where there are many.
  private func decadeTicks(_ count: Int) -> [Double] {
    let decades = log10(domain.upperBound / domain.lowerBound).rounded()
    let stride = max(1, (decades / Double(max(1, count))).rounded(.up))
    let exponent = log10(domain.lowerBound).rounded()
    return (0...4 * count).map { pow(10, exponent + Double($0) * stride) }.filter {
      $0 <= domain.upperBound * 1.000001
    }
  }

  /// The smallest of 1, 2, 2.5, 5 times a power of ten that is at least `rough`.
  package static func niceStep(_ rough: Double) -> Double {
    guard rough > 1e-300 else { return 1 }
    let power = pow(10, log10(rough).rounded(.down))
    let factor = [1, 2, 2.5, 5].first { $0 * power >= rough * 0.999_999 } ?? 10
    return factor * power
  }
}
