import Foundation
import Kernels

/// The law of tomorrow's log return: a mixture of normals and unit-variance Student-t's.
struct PredictiveLaw {
  struct Part {
    var weight: Double
    var mean: Double
    var deviation: Double
    /// Of a Student-t with this standard deviation; +∞ for a normal.
    var degreesOfFreedom = Double.infinity
  }

  let parts: [Part]

  init(_ parts: [Part]) { self.parts = parts }

  static func normal(deviation: Double) -> PredictiveLaw {
    PredictiveLaw([Part(weight: 1, mean: 0, deviation: deviation)])
  }

  static func studentT(deviation: Double, degreesOfFreedom: Double) -> PredictiveLaw {
    PredictiveLaw([Part(weight: 1, mean: 0, deviation: deviation, degreesOfFreedom: degreesOfFreedom)])
  }

  func logDensity(_ value: Double) -> Double {
    let terms = parts.map { log($0.weight) + Self.logDensity(of: $0, value) }
    let largest = terms.max() ?? -.infinity
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }

  /// The value that is undercut with `probability`, by halving.
  func quantile(_ probability: Double) -> Double {
    let widest = parts.map { abs($0.mean) + 40 * $0.deviation }.max() ?? 1
    var (low, high) = (-widest, widest)
    for _ in 0..<44 {
      let middle = (low + high) / 2
      if lowerTail(middle) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  private func lowerTail(_ value: Double) -> Double {
    parts.reduce(0) { sum, part in
      let z = (value - part.mean) / part.deviation
      let nu = part.degreesOfFreedom
      return sum + part.weight
        * (nu.isInfinite ? normalCDF(z) : studentTCDF(z * (nu / (nu - 2)).squareRoot(), degreesOfFreedom: nu))
    }
  }

  private static func logDensity(of part: Part, _ value: Double) -> Double {
    let z = (value - part.mean) / part.deviation
    let nu = part.degreesOfFreedom
    if nu.isInfinite { return -0.5 * (z * z + log(2 * Double.pi)) - log(part.deviation) }
    return logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * log(Double.pi * (nu - 2)) - log(part.deviation)
      - (nu + 1) / 2 * log1p(z * z / (nu - 2))
  }
}

/// A sample taken as a law: its order statistics, and a density smoothed by normal kernels.
///
/// Bandwidth 0.9·min(s, IQR/1.34)·n^(−1/5): B. Silverman, *Density Estimation*, 1986, section 3.4.2.
struct SampleLaw {
  private let sorted: [Double]
  private let bandwidth: Double

  init(_ sample: [Double]) {
    sorted = sortedAscending(sample)
    let count = sorted.count
    let range = (sorted[3 * count / 4] - sorted[count / 4]) / 1.34
    bandwidth = 0.9 * min(meanAndVariance(sample).variance.squareRoot(), range) * pow(Double(count), -0.2)
  }

  func logDensity(_ value: Double) -> Double {
    let exponents = sorted.map { -0.5 * ((value - $0) / bandwidth) * ((value - $0) / bandwidth) }
    let largest = exponents.max() ?? 0
    let sum = exponents.reduce(0) { $0 + exp($1 - largest) }
    return largest + log(sum) - log(Double(sorted.count) * bandwidth * (2 * Double.pi).squareRoot())
  }

  func quantile(_ probability: Double) -> Double {
    sorted[max(1, Int((probability * Double(sorted.count)).rounded(.up))) - 1]
  }
}
