import Glibc

/// The constants of one step of Heston's process under the quadratic-exponential scheme, for one asset.
///
/// dX/X = μ dt + √v dW and dv = κ(θ − v) dt + ξ√v dB, with correlation ρ of W and B. Over a step Δ the conditional mean
/// of v is m = θ(1−e) + v·e, e = exp(−κΔ), and its conditional variance s² = v·ξ²e(1−e)/κ + θξ²(1−e)²/(2κ). L. Andersen,
/// "Simple and efficient simulation of the Heston stochastic volatility model", Journal of Computational Finance 11
/// (2008), sections 3.2 and 4.
public struct HestonStep: Sendable, Hashable {
  /// e: what is left of a deviation from the long-run variance after the step.
  let memory: Double
  /// θ(1 − e).
  let pull: Double
  /// s² = `spreadOfVariance`·v + `spreadFloor`.
  let spreadOfVariance: Double
  let spreadFloor: Double
  /// Growth of the forward over the step, in log price.
  let drift: Double
  /// K₂ of the paper: what the variance at the end of the step adds to the log price.
  let varianceWeight: Double
  /// K₃ = K₄ = ½Δ(1 − ρ²), per unit of variance.
  let residualWeight: Double
  /// A = K₂ + ½K₄, whose exponential moment of the new variance corrects the forward.
  let exponent: Double
  let correlation: Double
  /// √(1 − ρ²).
  let complement: Double

  /// The constants; nil where a figure is out of range, or where the step is so long that the scheme's price has no mean.
  ///
  /// - Parameters:
  ///   - reversion: κ > 0, per year.
  ///   - longRunVariance: θ > 0, per year.
  ///   - volatilityOfVariance: ξ ≥ 1e-8, per year; ρ/ξ times a change of variance is lost in rounding below.
  ///   - correlation: ρ in [−1, 1].
  ///   - drift: μ, the growth of the forward per year.
  ///   - years: Δ > 0.
  public init?(
    reversion: Double, longRunVariance: Double, volatilityOfVariance: Double, correlation: Double, drift: Double,
    years: Double
  ) {
    let left = -expm1(-reversion * years)
    let unit = volatilityOfVariance * volatilityOfVariance * left / reversion
    memory = exp(-reversion * years)
    pull = longRunVariance * left
    spreadOfVariance = unit * memory
    spreadFloor = longRunVariance * unit * left / 2
    self.drift = drift * years
    let leverage = correlation / volatilityOfVariance
    varianceWeight = years / 2 * (reversion * leverage - 0.5) + leverage
    residualWeight = max(0, years / 2 * (1 - correlation * correlation))
    exponent = varianceWeight + residualWeight / 2
    self.correlation = correlation
    complement = max(0, 1 - correlation * correlation).squareRoot()
    // In both branches A must stay below 1.2/(ξ²(1−e)/κ): the paper's A < 1/(2a) and A < β at their tightest.
    let isSound = reversion > 0 && longRunVariance > 0 && volatilityOfVariance >= 1e-8 && years > 0
    guard isSound, abs(correlation) <= 1, drift.isFinite, varianceWeight.isFinite, spreadFloor > 0x1p-960,
      spreadFloor < 1e12 * pull * pull, spreadOfVariance.isFinite, exponent * unit < 1
    else { return nil }
  }
}
