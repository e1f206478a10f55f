/// Heston's parameters of one asset besides its long-run volatility: dv = κ(θ − v)dt + ξ√v dB.
///
/// v is the annual variance of the diffusion; θ is the asset's `volatility` squared, less what its jumps take of it.
/// Source: S. Heston, "A closed-form solution for options with stochastic volatility", Review of Financial Studies 6
/// (1993).
public struct HestonParameters: Sendable, Hashable {
  /// Speed of reversion κ > 0, per year; the half-life of a deviation is ln 2/κ years.
  public var reversionPerYear: Double
  /// Volatility of variance ξ ≥ 0, per year. 0 makes the variance deterministic.
  public var volatilityOfVariance: Double
  /// Correlation ρ of the price's and the variance's shocks, in [−1, 1].
  public var correlation: Double
  /// √v at t = 0, annualised, without jumps; √θ where it is nil.
  public var initialVolatility: Double?

  /// Creates a parameter set.
  public init(
    reversionPerYear: Double, volatilityOfVariance: Double, correlation: Double, initialVolatility: Double? = nil
  ) {
    self.reversionPerYear = reversionPerYear
    self.volatilityOfVariance = volatilityOfVariance
    self.correlation = correlation
    self.initialVolatility = initialVolatility
  }
}
