import Foundation
import Kernels

/// Tests whether the violations of a value at risk come as often, and as independently, as they should.
///
/// Unconditional: P. Kupiec, Journal of Derivatives 3 (1995), χ² with one degree of freedom. Independence and both together:
/// P. Christoffersen, International Economic Review 39 (1998); conditional coverage is χ² with two.
public struct CoverageTest: Sendable {
  /// Days looked at.
  public let days: Int
  /// Days on which the loss was beyond the value at risk.
  public let violations: Int
  /// p-value of the right frequency.
  public let unconditional: Double
  /// p-value of the right frequency and independence from one day to the next; NaN with fewer than two days.
  public let conditional: Double

  /// Tests `violations`, one a day, against `probability` in (0, 1).
  public init(violations: [Bool], probability: Double) {
    days = violations.count
    let hits = violations.count { $0 }
    self.violations = hits
    let frequency = Self.ratio(likelihood: (days - hits, hits), probability: probability)
    unconditional = regularizedIncompleteGamma(upper: 0.5, frequency / 2)
    guard days > 1 else {
      conditional = .nan
      return
    }
    var moves = [[0, 0], [0, 0]]
    for (today, tomorrow) in zip(violations, violations.dropFirst()) { moves[today ? 1 : 0][tomorrow ? 1 : 0] += 1 }
    let all = (moves[0][0] + moves[1][0], moves[0][1] + moves[1][1])
    let independent = Self.logLikelihood(all)
    let dependent = Self.logLikelihood((moves[0][0], moves[0][1])) + Self.logLikelihood((moves[1][0], moves[1][1]))
    conditional = regularizedIncompleteGamma(upper: 1, (frequency + max(0, 2 * (dependent - independent))) / 2)
  }

  /// −2 ln of the likelihood ratio of a given probability to the observed frequency.
  private static func ratio(likelihood counts: (Int, Int), probability: Double) -> Double {
    let given = Double(counts.0) * log1p(-probability) + Double(counts.1) * log(probability)
    return max(0, 2 * (logLikelihood(counts) - given))
  }

  /// The largest log-likelihood of (misses, hits).
  private static func logLikelihood(_ counts: (Int, Int)) -> Double {
    let total = Double(counts.0 + counts.1)
    return [counts.0, counts.1].reduce(0) { $1 == 0 ? $0 : $0 + Double($1) * log(Double($1) / total) }
  }
}

/// The mean of dependent terms with its standard error: Bartlett weights over 1.3·√n lags (Newey and West, 1987).
public struct DependentMean: Sendable {
  /// The mean.
  public let value: Double
  /// Its standard error.
  public let standardError: Double

  /// The mean of `terms`.
  public init(_ terms: [Double]) {
    value = mean(terms)
    let centred = terms.map { [value] in $0 - value }
    let lags = min(terms.count - 1, Int((1.3 * Double(terms.count).squareRoot()).rounded(.up)))
    var total = 0.0
    for lag in 0...max(0, lags) {
      var sum = 0.0
      for slot in lag..<centred.count { sum += centred[slot] * centred[slot - lag] }
      total += (lag == 0 ? 1 : 2) * (1 - Double(lag) / Double(lags + 1)) * sum
    }
    standardError = max(0, total).squareRoot() / Double(terms.count)
  }
}
