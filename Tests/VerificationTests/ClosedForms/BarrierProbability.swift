import Foundation
import Kernels

/// The probability that a Brownian motion with drift, watched at n equal steps, is below a barrier at one of them.
///
/// Everything in units of a step's standard deviation: `drift` a step, and the barrier below the start. For a barrier
/// above the start mirror both.
struct BarrierProbability {
  /// Mean of a step in standard deviations of a step.
  let drift: Double
  /// The barrier, < 0.
  let barrier: Double
  /// Number of steps.
  let steps: Int

  /// −ζ(½)/√2π of Broadie, Glasserman and Kou.
  static let shift = 0.5825971579390106

  /// If the motion were watched all the time: Φ((b−μn)/√n) + e^{2μb}·Φ((b+μn)/√n).
  static func continuous(drift: Double, barrier: Double, steps: Int) -> Double {
    let n = Double(steps)
    let root = n.squareRoot()
    return normalCDF((barrier - drift * n) / root) + exp(2 * drift * barrier) * normalCDF((barrier + drift * n) / root)
  }

  /// The continuous formula with the barrier moved away by 0.5826 standard deviations of a step. Its error is of smaller
  /// order than 1/√n. Source: M. Broadie, P. Glasserman, S. Kou, "A continuity correction for discrete barrier options",
  /// Mathematical Finance 7 (1997), 325–349.
  var corrected: Double { Self.continuous(drift: drift, barrier: barrier - Self.shift, steps: steps) }

  /// The same without an approximation: the density of those never below the barrier, step by step, by Simpson's rule on
  /// 16 points to a standard deviation of a step. Halving the spacing changes the accounts of the barrier case by < 1e-8.
  func exact(pointsPerDeviation: Int = 16) -> Double {
    let spacing = 1 / Double(pointsPerDeviation)
    let width = -barrier + abs(drift) * Double(steps) + 8.5 * Double(steps).squareRoot()
    let count = 2 * Int(width / spacing / 2) + 3
    let weights = (0..<count).map { index in
      spacing / 3 * (index == 0 || index == count - 1 ? 1 : index % 2 == 1 ? 4 : 2)
    }
    let reach = 9 * pointsPerDeviation
    let kernel = (-reach...reach).map { normalPDF(Double($0) * spacing - drift) }
    var density = (0..<count).map { normalPDF(barrier + Double($0) * spacing - drift) }
    for _ in 1..<steps {
      let weighted = zip(density, weights).map { $0 * $1 }
      density = (0..<count).map { target in
        var sum = 0.0
        for source in max(0, target - reach)...min(count - 1, target + reach) {
          sum += weighted[source] * kernel[target - source + reach]
        }
        return sum
      }
    }
    return 1 - zip(density, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }
}
