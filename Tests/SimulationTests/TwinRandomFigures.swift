import Foundation
import Kernels

/// Random figures of one case, drawn one after the other from a keyed generator: the same case on every machine.
struct TwinRandomFigures {
  private let draws: KeyedDraws
  private var next: UInt32 = 0

  /// The figures of case `number`.
  init(seed: UInt64, case number: Int) {
    draws = KeyedDraws(seed: seed, path: UInt64(number), purpose: .verification)
  }

  /// Uniform in (low, high).
  mutating func uniform(_ low: Double, _ high: Double) -> Double {
    next += 1
    return low + (high - low) * draws.uniform(step: next, factor: 0)
  }

  /// Uniform in the logarithm between two positive bounds.
  mutating func logUniform(_ low: Double, _ high: Double) -> Double { low * pow(high / low, uniform(0, 1)) }

  /// Standard normal.
  mutating func normal() -> Double {
    next += 1
    return draws.normal(step: next, factor: 0)
  }

  /// True with the given probability.
  mutating func flip(_ probability: Double = 0.5) -> Bool { uniform(0, 1) < probability }

  /// A whole number of the range.
  mutating func count(_ range: ClosedRange<Int>) -> Int {
    let width = Double(range.upperBound - range.lowerBound + 1)
    return range.lowerBound + Int(uniform(0, width))
  }

  /// One of the choices.
  mutating func pick<Choice>(_ choices: Choice...) -> Choice { choices[count(0...choices.count - 1)] }
}
