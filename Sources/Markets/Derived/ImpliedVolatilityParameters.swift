/// The at-the-money implied volatility of options on one asset: its logarithm reverts to a long-run level.
///
/// d ln v = κ(ln longRun − ln v)dt + ξ dB, exact on any grid; v stays positive, and its median reverts to `longRun`. The
/// exponential Ornstein–Uhlenbeck form of L. Scott, Journal of Financial and Quantitative Analysis 22 (1987). Price and
/// implied volatility are tied by the correlation of their shocks, not by an arbitrage argument.
public struct ImpliedVolatilityParameters: Sendable, Hashable {
  /// Implied volatility at t = 0, annualised; > 0.
  public var initial: Double
  /// The level that it reverts to, annualised; > 0.
  public var longRun: Double
  /// Hours in which half of a departure of ln v from ln `longRun` is gone; > 0.
  public var halfLifeHours: Double
  /// ξ ≥ 0: volatility of ln v over a short time, annualised.
  public var volatilityOfVolatility: Double
  /// Correlation of dB with the asset's standardised log return, in [−1, 1]; below 0 where volatility rises as prices fall.
  public var correlationWithPrice: Double

  /// Creates a parameter set.
  public init(
    initial: Double, longRun: Double, halfLifeHours: Double, volatilityOfVolatility: Double,
    correlationWithPrice: Double = 0
  ) {
    self.initial = initial
    self.longRun = longRun
    self.halfLifeHours = halfLifeHours
    self.volatilityOfVolatility = volatilityOfVolatility
    self.correlationWithPrice = correlationWithPrice
  }
}
