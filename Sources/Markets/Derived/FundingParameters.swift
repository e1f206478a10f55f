/// The funding rate of perpetuals on one asset: mean-reverting, and clamped where it is paid.
///
/// f reverts to `mean` (an Ornstein–Uhlenbeck factor, exact on any grid); longs pay min(max(f, −limit), limit). All rates
/// are fractions of notional per `intervalHours`; a venue with another interval pays in proportion to its length.
/// Venues clamp their rates themselves: Binance, for one, at ±0.3 % per eight hours for most of 2020.
public struct FundingParameters: Sendable, Hashable {
  /// The interval that the rates are stated for, in hours; > 0.
  public var intervalHours: Double
  /// Where the factor reverts to.
  public var mean: Double
  /// The factor's standard deviation in the long run; ≥ 0.
  public var deviation: Double
  /// Hours in which half of a departure from the mean is gone; > 0.
  public var halfLifeHours: Double
  /// Correlation of the factor's shock with the asset's standardised log return, in [−1, 1].
  public var correlationWithPrice: Double
  /// The largest rate paid either way; > 0.
  public var limit: Double
  /// The factor at t = 0; `mean` where it is nil.
  public var initial: Double?

  /// Creates a parameter set.
  public init(
    intervalHours: Double = 8, mean: Double, deviation: Double, halfLifeHours: Double, correlationWithPrice: Double = 0,
    limit: Double, initial: Double? = nil
  ) {
    self.intervalHours = intervalHours
    self.mean = mean
    self.deviation = deviation
    self.halfLifeHours = halfLifeHours
    self.correlationWithPrice = correlationWithPrice
    self.limit = limit
    self.initial = initial
  }
}
