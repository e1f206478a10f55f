import Kernels

/// The expected shortfall of a lognormal price over the margin period, as a fraction of the notional, in closed form.
///
/// The price moves by exp(s·ε − s²/2) with s = σ̂·√τ: its mean stays. With Φ the standard normal distribution and z = Φ⁻¹(λ),
/// the mean loss in the worst cases of probability λ is
/// short = Φ(z + s)/λ − 1   and   long = 1 − Φ(z − s)/λ.
/// A short can lose more than its notional, a long cannot. Source: the risk factors of the Vega protocol, D. Siska,
/// "Margins and Credit Risk on Vega" (2020), without drift; expected shortfall of a lognormal variable.
public struct LognormalLaw: RateLaw {
  /// λ in (0, 1).
  public let tailProbability: Double
  /// τ in years, > 0.
  public let horizonYears: Double
  private let quantile: Double

  /// Creates a law.
  public init(tailProbability: Double, horizonYears: Double) {
    self.tailProbability = tailProbability
    self.horizonYears = horizonYears
    quantile = normalQuantile(tailProbability)
  }

  /// The factors of both sides; the asset does not matter.
  public func rates(asset: Int, volatility: Double) -> SidedRate {
    let deviation = volatility * horizonYears.squareRoot()
    guard deviation > 0 else { return SidedRate(0) }
    return SidedRate(
      long: max(0, 1 - normalCDF(quantile - deviation) / tailProbability),
      short: max(0, normalCDF(quantile + deviation) / tailProbability - 1))
  }
}
