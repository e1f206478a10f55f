public import Markets

import Foundation

/// The conditional variance of one asset's log return of a step, as it follows the returns: EWMA and GARCH in one form.
///
/// v' = ω + (α + γ·1{r < μ})·(r − μ)² + β·v. An exponentially weighted variance is the case ω = μ = γ = 0, α = 1 − λ,
/// β = λ. The mean variance of a step over the next h steps is affine in v, because E v_{t+k} = V + p^k·(v − V) with
/// p = α + γ/2 + β and V = ω/(1 − p): it is V·(1 − A/h) + A/h·v with A = (1 − p^h)/(1 − p); for EWMA, p = 1, it is v.
/// Sources: Bollerslev (1986), *Journal of Econometrics* 31, for the forecast; Glosten, Jagannathan and Runkle (1993).
public struct VolatilityRecursion: Sendable, Hashable {
  /// μ.
  public let mean: Double
  /// ω.
  public let omega: Double
  /// α.
  public let alpha: Double
  /// γ.
  public let gamma: Double
  /// β.
  public let beta: Double
  /// Part of the forecast variance that does not depend on the state.
  public let forecastConstant: Double
  /// Weight of the present variance in the forecast.
  public let forecastShare: Double
  /// The variance of a step at t = 0.
  public let initialVariance: Double
  /// Length of a step in years.
  public let stepYears: Double

  /// The exponentially weighted variance of `estimator`, starting from an annual `initialVolatility`.
  public init(_ estimator: ExponentialVolatility, initialVolatility: Double) {
    mean = 0
    omega = 0
    alpha = 1 - estimator.stepDecay
    gamma = 0
    beta = estimator.stepDecay
    forecastConstant = 0
    forecastShare = 1
    stepYears = estimator.stepYears
    initialVariance = estimator.stepVariance(volatility: initialVolatility)
  }

  /// The variance of `parameters`, stationary and of the job's step, forecast over `horizonSteps` > 0 steps.
  public init(_ parameters: GarchParameters, horizonSteps: Double) {
    mean = parameters.mean
    omega = parameters.omega
    alpha = parameters.alpha
    gamma = parameters.gamma
    beta = parameters.beta
    stepYears = parameters.stepHours / TimeGrid.hoursPerYear
    initialVariance = parameters.initialVolatility * parameters.initialVolatility * stepYears
    let persistence = parameters.persistence
    let weight = (1 - pow(persistence, horizonSteps)) / (1 - persistence) / horizonSteps
    forecastShare = weight
    forecastConstant = parameters.longRunVariance * (1 - weight)
  }

  /// An asset that does not move.
  public static func still(stepYears: Double) -> VolatilityRecursion { VolatilityRecursion(stepYears: stepYears) }

  private init(stepYears: Double) {
    (mean, omega, alpha, gamma, beta) = (0, 0, 0, 0, 0)
    (forecastConstant, forecastShare, initialVariance) = (0, 1, 0)
    self.stepYears = stepYears
  }

  /// The variance of the next step after a log return.
  public func updated(_ variance: Double, logReturn: Double) -> Double {
    let shock = logReturn - mean
    return beta * variance + (shock < 0 ? alpha + gamma : alpha) * shock * shock + omega
  }

  /// The annual volatility over the margin period that a state of `variance` stands for.
  public func volatility(variance: Double) -> Double {
    ((forecastConstant + forecastShare * variance) / stepYears).squareRoot()
  }

  /// The variance that the recursion reverts to; nil for an exponentially weighted one, which reverts to none.
  var longRunVariance: Double? {
    let persistence = alpha + gamma / 2 + beta
    return omega > 0 && persistence < 1 ? omega / (1 - persistence) : nil
  }
}
