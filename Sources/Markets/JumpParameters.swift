import Glibc

/// The law of one jump of a log price: normal.
///
/// Source: R. Merton, "Option pricing when underlying stock returns are discontinuous", Journal of Financial Economics 3
/// (1976).
public struct JumpSize: Sendable, Hashable {
  /// Mean of the jump in log price, m.
  public var mean: Double
  /// Standard deviation of the jump in log price, s ≥ 0.
  public var deviation: Double

  /// Creates a law.
  public init(mean: Double, deviation: Double) {
    self.mean = mean
    self.deviation = deviation
  }

  /// m² + s²: what one jump a year adds to the annual variance of log returns.
  public var meanSquare: Double { mean * mean + deviation * deviation }
  /// exp(m + s²/2) − 1: the expected relative move of the price at a jump.
  public var expectedMove: Double { expm1(mean + deviation * deviation / 2) }
}

/// Jumps of one asset by itself: a Poisson number of them a year.
public struct OwnJumps: Sendable, Hashable {
  /// Expected number of jumps a year, λ ≥ 0.
  public var intensityPerYear: Double
  /// The law of one of them.
  public var size: JumpSize

  /// Creates jumps.
  public init(intensityPerYear: Double, size: JumpSize) {
    self.intensityPerYear = intensityPerYear
    self.size = size
  }
}

/// How one asset jumps: with the market, by itself, or both.
public struct AssetJumps: Sendable, Hashable {
  /// The law of the asset's jump when the market jumps; nil where it does not take part.
  public var marketWide: JumpSize?
  /// Its own jumps; nil where it has none.
  public var own: OwnJumps?

  /// Creates jumps.
  public init(marketWide: JumpSize? = nil, own: OwnJumps? = nil) {
    self.marketWide = marketWide
    self.own = own
  }
}

/// Jumps of the market as a whole: at one moment every asset that takes part jumps, each by a size of its own law.
public struct MarketJumps: Sendable, Hashable {
  /// Expected number of jumps a year, λ ≥ 0.
  public var intensityPerYear: Double
  /// Correlation of the sizes of any two assets in one jump, in [0, 1].
  public var sizeCorrelation: Double

  /// Creates jumps.
  public init(intensityPerYear: Double, sizeCorrelation: Double = 0) {
    self.intensityPerYear = intensityPerYear
    self.sizeCorrelation = sizeCorrelation
  }
}
