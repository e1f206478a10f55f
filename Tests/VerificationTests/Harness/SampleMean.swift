import Kernels

/// A sample's mean and the standard error of it.
struct SampleMean {
  let mean: Double
  let standardError: Double
  let count: Int

  init(_ sample: [Double]) {
    let (mean, variance) = meanAndVariance(sample)
    self.mean = mean
    standardError = (variance / Double(sample.count)).squareRoot()
    count = sample.count
  }

  /// Against the number it should estimate.
  func row(_ name: String, expected: Double, bias: Double = 0) -> VerificationRow {
    .estimate(name, expected: expected, obtained: mean, standardError: standardError, bias: bias)
  }

  /// How many of `trials` came true, against their probability. The error is that of the expected probability, which
  /// exists even where nothing came true.
  static func frequency(_ name: String, count: Int, of trials: Int, expected: Double, bias: Double = 0)
    -> VerificationRow
  {
    .estimate(
      name, expected: expected, obtained: Double(count) / Double(trials),
      standardError: (expected * (1 - expected) / Double(trials)).squareRoot(), bias: bias)
  }
}

/// Σu/Σv over independent pairs with the error of the ratio (delta method; Cochran, *Sampling Techniques*, 6.4).
struct SampleRatio {
  let value: Double
  let standardError: Double

  init(_ pairs: [(Double, Double)]) {
    let numerator = pairs.reduce(0) { $0 + $1.0 }
    let denominator = pairs.reduce(0) { $0 + $1.1 }
    let ratio = numerator / denominator
    let squares = pairs.reduce(0) { sum, pair in
      let residual = pair.0 - ratio * pair.1
      return sum + residual * residual
    }
    value = ratio
    standardError = (squares * Double(pairs.count) / Double(pairs.count - 1)).squareRoot() / abs(denominator)
  }

  func row(_ name: String, expected: Double) -> VerificationRow {
    .estimate(name, expected: expected, obtained: value, standardError: standardError)
  }
}
