import Glibc
import Kernels

/// How the variance of one asset's diffusion moves over a step, with the drift of the price.
enum VarianceLaw: Sendable {
  /// It reverts without noise: the integral over a step is known.
  case deterministic(DeterministicVariance)
  /// Heston's, with noise.
  case stochastic(HestonStep)

  /// The law of `parameters` (nil for a constant variance) with long-run variance `longRun` and `drift` per year; nil if
  /// the scheme cannot take these figures at this step.
  init?(_ parameters: HestonParameters?, longRun: Double, initial: Double, drift: Double, years: Double) {
    guard let parameters, parameters.volatilityOfVariance > 0, longRun > 0 else {
      self = .deterministic(
        DeterministicVariance(
          longRun: longRun, excess: initial - longRun, reversion: parameters?.reversionPerYear ?? 0, drift: drift,
          years: years))
      return
    }
    let step = HestonStep(
      reversion: parameters.reversionPerYear, longRunVariance: longRun,
      volatilityOfVariance: parameters.volatilityOfVariance, correlation: parameters.correlation, drift: drift,
      years: years)
    guard let step else { return nil }
    self = .stochastic(step)
  }
}

/// v(t) = θ + (v₀ − θ)·exp(−κt): Heston's variance without noise.
struct DeterministicVariance: Sendable {
  /// θ, per year.
  let longRun: Double
  /// v₀ − θ, per year.
  let excess: Double
  /// κ, per year.
  let reversion: Double
  /// μ, per year.
  let drift: Double
  /// The length of a step.
  let years: Double

  /// ∫v over step number `step` (1…T).
  func variance(step: Int) -> Double {
    guard excess != 0, reversion > 0 else { return (longRun + excess) * years }
    let start = exp(-reversion * years * Double(step - 1))
    return max(0, longRun * years - excess * start * expm1(-reversion * years) / reversion)
  }
}
