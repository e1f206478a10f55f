import Kernels

/// A share of trials, with the score interval.
///
/// Interval: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927); it
/// stays inside [0, 1] and says something at 0 and at 1. Where trials hang together, the number of independent trials
/// that would give the same error takes the place of n (E. L. Korn, B. I. Graubard, Survey Methodology 24, 1998).
package struct Proportion: Sendable {
  /// The share.
  package let value: Double
  /// Its standard error.
  package let standardError: Double
  /// Independent trials that it is worth.
  package let effectiveTrials: Double

  /// A share of `trials` independent trials, at least one.
  package init(successes: Int, trials: Int) {
    value = Double(successes) / Double(trials)
    standardError = (value * (1 - value) / Double(trials)).squareRoot()
    effectiveTrials = Double(trials)
  }

  /// A share whose error is known from `clusters` independent clusters, each of `size` trials that hang together.
  ///
  /// At a share of 0 or 1 the sample shows no error; then every cluster counts as one trial, as if what happens to one
  /// member happened to all: the widest reading.
  package init(value: Double, clusteredError: Double, clusters: Int, size: Int) {
    self.value = value
    standardError = clusteredError
    let spread = value * (1 - value)
    let all = Double(clusters) * Double(size)
    if spread <= 0 {
      effectiveTrials = Double(clusters)
    } else if clusteredError.isNaN {
      effectiveTrials = .nan
    } else {
      effectiveTrials = min(spread / (clusteredError * clusteredError), all)
    }
  }

  /// Wilson's interval.
  package func interval(confidence: Double) -> ConfidenceInterval {
    let z = normalMultiple(confidence: confidence)
    let n = effectiveTrials
    let shrinkage = 1 + z * z / n
    let center = (value + z * z / (2 * n)) / shrinkage
    let halfWidth = z / shrinkage * (value * (1 - value) / n + z * z / (4 * n * n)).squareRoot()
    let low = value <= 0 ? 0 : max(0, center - halfWidth)
    let high = value >= 1 ? 1 : min(1, center + halfWidth)
    return n > 0 ? ConfidenceInterval(low: low, high: high) : .unknown
  }

  /// The share as a measurement resting on `paths` paths.
  func measured(confidence: Double, paths: Int) -> Measurement {
    Measurement(
      value: value, standardError: standardError, interval: interval(confidence: confidence), paths: paths,
      note: standardError.isNaN ? onePathNote : nil)
  }
}

/// The difference of two shares of the same trials, from the trials in which they disagree.
///
/// - Difference: (n₀₁ − n₁₀)/n; standard error √(n₀₁ + n₁₀ − (n₀₁ − n₁₀)²/n)/n, after Q. McNemar, Psychometrika 12 (1947).
/// - Interval: the same with half a trial added to each of the four cells, by A. Agresti, Y. Min, "Simple improved
///   confidence intervals for comparing matched proportions", Statistics in Medicine 24 (2005). It keeps its coverage when few trials
///   disagree, and when none does it still says how large the difference may be.
struct PairedProportion {
  /// Trials that only the model has, only the baseline has, and all.
  let onlyModel: Int
  let onlyBaseline: Int
  let trials: Int

  /// The difference with its interval, clipped to [−1, 1].
  func measured(confidence: Double) -> Measurement {
    guard trials > 0 else { return .undefined(paths: 0, because: "no path is usable under both models") }
    let plain = Self.differenceAndError(Double(onlyModel), Double(onlyBaseline), Double(trials))
    let score = Self.differenceAndError(Double(onlyModel) + 0.5, Double(onlyBaseline) + 0.5, Double(trials) + 2)
    let z = normalMultiple(confidence: confidence)
    return Measurement(
      value: plain.difference, standardError: plain.error,
      interval: ConfidenceInterval(
        low: max(-1, score.difference - z * score.error), high: min(1, score.difference + z * score.error)),
      paths: trials, note: nil)
  }

  /// McNemar's difference and error of counts that need not be whole.
  private static func differenceAndError(
    _ onlyModel: Double, _ onlyBaseline: Double, _ trials: Double
  ) -> (difference: Double, error: Double) {
    let net = onlyModel - onlyBaseline
    let variance = max(0, onlyModel + onlyBaseline - net * net / trials)
    return (net / trials, variance.squareRoot() / trials)
  }
}
