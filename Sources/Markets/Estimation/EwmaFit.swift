import Glibc
import Kernels

/// The decay of an exponentially weighted variance, fitted to the returns of one asset.
///
/// σ²_{t+1} = λσ²_t + (1 − λ)(r_t − r̄)², started at the mean square of the first `warmUp` returns, λ by the normal
/// quasi-likelihood of those after them: GARCH(1,1) with ω = 0 and α + β = 1. J.P. Morgan/Reuters, *RiskMetrics: Technical Document*, 4th ed., 1996, section 5.3.
public struct EwmaFit: Sendable {
  /// λ per step, in (0, 1).
  public let lambda: Estimate
  /// The step, in hours.
  public let stepHours: Double
  /// The volatility forecast for the step after the last, annualised.
  public let lastVolatility: Double
  /// Log-likelihood of the returns about their mean, constants included.
  public let logLikelihood: Double
  /// Number of returns that the likelihood is of: all but the first `warmUp`.
  public let observations: Int
  /// Whether the search settled.
  public let converged: Bool

  /// Returns that the recursion is started from.
  public static let warmUp = 20

  /// λ per day, λ^(24/stepHours): what margin models with `lambdaPer: day` ask for.
  public var lambdaPerDay: Double { pow(lambda.value, 24 / stepHours) }

  /// Fits λ; nil with fewer than `GarchFit.fewestObservations` returns, or returns that do not vary or are infinite.
  ///
  /// - Parameters:
  ///   - returns: log returns of one step each, in order of time; NaN where there is none (the variance then stays).
  ///   - stepHours: the length of a step.
  public init?(returns: [Double], stepHours: Double) {
    guard let series = StandardSeries(returns), stepHours > 0 else { return nil }
    let search = LikelihoodSearch { Self.walk(series.values, lambda: logistic($0[0])).terms }
    guard let found = search.best(of: [[logit(0.8)], [logit(0.94)], [logit(0.99)]]) else { return nil }
    let value = logistic(found.coordinates[0])
    let isInside = value > 1e-4 && value < 1 - 1e-6
    let errors = isInside ? search.standardErrors(of: { [logistic($0[0])] }, at: found.coordinates) : nil
    lambda = Estimate(value, standardError: errors?[0])
    self.stepHours = stepHours
    let last = Self.walk(series.values, lambda: value).next
    lastVolatility = series.scale * (last * TimeGrid.hoursPerYear / stepHours).squareRoot()
    logLikelihood = found.logLikelihood - Double(found.observations) * log(series.scale)
    observations = found.observations
    converged = found.converged
  }

  private static func walk(_ values: [Double], lambda: Double) -> (terms: [Double], next: Double) {
    var terms: [Double] = []
    terms.reserveCapacity(values.count)
    var seen = 0
    var variance = 0.0
    for value in values where !value.isNaN {
      let square = value * value
      seen += 1
      guard seen > warmUp else {
        variance += max(square, 1e-12) / Double(warmUp)
        continue
      }
      terms.append(-0.5 * (log(2 * Double.pi * variance) + square / variance))
      variance = max(1e-300, lambda * variance + (1 - lambda) * square)
    }
    return (terms, variance)
  }
}

/// Returns brought to zero mean and unit standard deviation, holes kept.
struct StandardSeries {
  /// (r − mean)/scale, NaN where there is no return.
  let values: [Double]
  let mean: Double
  /// The standard deviation that the returns were divided by.
  let scale: Double
  /// Number of returns.
  let observations: Int

  /// Nil with fewer than `fewest` returns, infinite ones, or none that varies.
  init?(_ returns: [Double], fewest: Int = GarchFit.fewestObservations) {
    let present = returns.filter { !$0.isNaN }
    guard present.count >= max(2, fewest) else { return nil }
    let (mean, variance) = meanAndVariance(present.span)
    let deviation = variance.squareRoot()
    guard deviation > 1e-150, deviation < 1e150, mean.isFinite else { return nil }
    values = returns.map { ($0 - mean) / deviation }
    self.mean = mean
    scale = deviation
    observations = present.count
  }
}
