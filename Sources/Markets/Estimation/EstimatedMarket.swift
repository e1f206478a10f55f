/// What a history says of a market: the figures a simulation needs, and how well each is known.
public struct EstimatedMarket: Sendable {
  /// The figures, ready for a process.
  public let calibration: MarketCalibration
  /// How each asset's figures were found, in the order of the calibration.
  public let assets: [AssetEstimate]
  /// The number of joint moves behind the correlations: slots in which every asset has one.
  public let correlationObservations: Int
  /// The step of the moves behind the correlations, in hours.
  public let correlationHours: Double
  /// Whether the joint moves are standardised residuals of the GARCH fits (else log returns).
  public let correlatesResiduals: Bool
  /// The tail of the joint moves; nil if no asset moves.
  public let dependence: StudentDependenceEstimate?
  /// How the correlations were shrunk, over the assets that move; nil where that was not asked for or none moves.
  public let shrinkage: ShrunkCorrelation?
}

/// The estimates of one asset.
public struct AssetEstimate: Sendable {
  /// The asset.
  public let id: String
  /// Its volatility and the shape of its returns.
  public let volatility: VolatilityEstimate
  /// Its GARCH fit, where one was asked for and the price moves.
  public let garch: GarchFit?
}
