import Foundation

/// A European option on a forward: value and greeks in closed form.
///
/// - Formula: with s = σ√τ and d± = ln(F/K)/s ± s/2, a call is worth F·Φ(d+) − K·Φ(d−), a put K·Φ(−d−) − F·Φ(−d+).
/// - Layout: plain values, one option a call. Units: forward, strike and value in money, τ in years, σ annual.
/// - Cost: two normal distribution functions, about 60 ns.
/// - Oracle: put–call parity, finite differences, and values of an independent program quoted in the tests.
///
/// Nothing is discounted: settlement money bears no interest here. At τ = 0 or σ = 0 the value is the intrinsic one.
/// Source: Black (1976), "The pricing of commodity contracts", *Journal of Financial Economics* 3, 167–179.
public struct Black76: Sendable, Hashable {
  /// The value of one option.
  public let value: Double
  /// ∂value/∂F, in units of the forward.
  public let delta: Double
  /// ∂²value/∂F².
  public let gamma: Double
  /// ∂value/∂σ, for a change of σ by 1.
  public let vega: Double
  /// ∂value/∂t, for a year that passes: −∂value/∂τ. Never positive.
  public let theta: Double

  /// Values a call or put struck at `strike` > 0 on a forward at `forward` > 0 that expires in `years` ≥ 0 under the annual
  /// `volatility` ≥ 0.
  public init(isCall: Bool, forward: Double, strike: Double, years: Double, volatility: Double) {
    let deviation = volatility * years.squareRoot()
    guard deviation > 0 else {
      let intrinsic = isCall ? forward - strike : strike - forward
      value = max(0, intrinsic)
      delta = intrinsic > 0 ? (isCall ? 1 : -1) : 0
      gamma = 0
      vega = 0
      theta = 0
      return
    }
    let upper = log(forward / strike) / deviation + deviation / 2
    let lower = upper - deviation
    let density = normalPDF(upper)
    let sign = isCall ? 1.0 : -1.0
    let share = normalCDF(sign * upper)
    // Far out of the money the difference of two small products may round below zero.
    value = max(0, sign * (forward * share - strike * normalCDF(sign * lower)))
    delta = sign * share
    gamma = density / (forward * deviation)
    vega = forward * density * years.squareRoot()
    theta = -forward * density * volatility / (2 * years.squareRoot())
  }
}
