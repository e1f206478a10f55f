import Kernels

/// An estimator together with the influence of each path on it.
///
/// To first order an estimator is its true value plus the mean of the influences, so that its standard error is their
/// standard deviation over √n, and the error of a difference on the same paths is that of the differences of influences.
/// Source: F. R. Hampel, "The influence curve and its role in robust estimation", JASA 69 (1974).
package struct InfluenceEstimate: Sendable {
  /// The estimate.
  package let value: Double
  /// Influence of each path, in the order of the values given; their sum is zero.
  package let influence: [Double]
  /// Degrees of freedom of the error: how many observations really inform it.
  package let degreesOfFreedom: Double

  /// The mean of `values`, at least one; exact, with influences of exactly zero, where all are the same.
  package static func mean(of values: [Double]) -> InfluenceEstimate {
    let origin = values.first ?? .nan
    let center = origin + Kernels.mean(values.map { $0 - origin })
    return InfluenceEstimate(
      value: center, influence: values.map { $0 - center }, degreesOfFreedom: Double(values.count) - 1)
  }

  /// Σ numerators ÷ Σ denominators; the influence is that of the delta method (W. G. Cochran, *Sampling Techniques*, 3rd
  /// ed., section 6.3). NaN where the denominators sum to zero.
  package static func ratio(_ numerators: [Double], over denominators: [Double]) -> InfluenceEstimate {
    let scale = Kernels.mean(denominators)
    let value = scale != 0 ? Kernels.mean(numerators) / scale : .nan
    let influence = zip(numerators, denominators).map { ($0 - value * $1) / scale }
    return InfluenceEstimate(value: value, influence: influence, degreesOfFreedom: Double(numerators.count) - 1)
  }

  /// The mean of the worst part: ES = VaR + Σ(L − VaR)⁺/(n(1−α)), VaR the order statistic of rank ⌈nα⌉.
  ///
  /// The influence is VaR + (L − VaR)⁺·n/(n(1−α)) − ES: the error of VaR itself enters at second order only. Sources: R.
  /// T. Rockafellar, S. Uryasev, Journal of Banking & Finance 26 (2002); S. X. Chen, "Nonparametric estimation of
  /// expected shortfall", Journal of Financial Econometrics 6 (2008). The degrees of freedom are the losses beyond VaR.
  package static func expectedShortfall(_ values: [Double], sorted: [Double], level: Double) -> InfluenceEstimate {
    let tail = TailRank(level: level, count: values.count)
    guard !sorted.isEmpty else { return InfluenceEstimate(value: .nan, influence: [], degreesOfFreedom: 0) }
    let valueAtRisk = sorted[tail.rank - 1]
    let excesses = sorted[tail.rank...].map { $0 - valueAtRisk }
    let value = valueAtRisk + pairwiseSum(excesses) / tail.tailMass
    let scale = Double(values.count) / tail.tailMass
    let influence = values.map { max(0, $0 - valueAtRisk) * scale - (value - valueAtRisk) }
    let beyond = excesses.count { $0 > 0 }
    return InfluenceEstimate(value: value, influence: influence, degreesOfFreedom: Double(max(1, beyond)))
  }

  /// Standard error: the standard deviation of the influences over √n; NaN of one path.
  package var standardError: Double { standardErrorOfMean(influence) }

  /// The estimate with the interval of Student's t on its degrees of freedom.
  func measured(confidence: Double) -> Measurement {
    let error = standardError
    let multiple = studentMultiple(confidence: confidence, degreesOfFreedom: degreesOfFreedom)
    return Measurement(
      value: value, standardError: error,
      interval: ConfidenceInterval(center: value, halfWidth: error == 0 ? 0 : multiple * error),
      paths: influence.count, note: influence.count == 1 ? onePathNote : nil)
  }

  /// This estimate minus the baseline's, both over the same paths in the same order.
  func difference(from baseline: InfluenceEstimate) -> InfluenceEstimate {
    InfluenceEstimate(
      value: value - baseline.value, influence: zip(influence, baseline.influence).map { $0 - $1 },
      degreesOfFreedom: min(degreesOfFreedom, baseline.degreesOfFreedom))
  }
}

/// The standard deviation over √n; NaN of fewer than two values.
func standardErrorOfMean(_ values: [Double]) -> Double {
  guard values.count > 1 else { return .nan }
  let variance = meanAndVariance(values).variance
  return (max(0, variance) / Double(values.count)).squareRoot()
}
