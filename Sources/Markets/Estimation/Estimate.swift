/// A figure found from data, with its standard error.
///
/// What is estimated, by which value, and what to call:
///
/// | figures of | call | from |
/// |---|---|---|
/// | GARCH(1,1), GJR; normal or t | `GarchFit(returns:stepHours:specification:)` | one asset's returns |
/// | the same at another step | `GarchParameters.converted(toStepHours:)` | its figures |
/// | λ of EWMA | `EwmaFit(returns:stepHours:)` | one asset's returns |
/// | jumps of one asset (Merton) | `MertonFit(returns:stepHours:)` | one asset's returns |
/// | jumps of a market, own and common | `MarketJumpFit(returns:)` | joint returns |
/// | Heston's variance | `HestonFit(returns:stepHours:)` | one asset's returns, best of a day |
/// | regimes common to all assets | `RegimeFit(returns:regimes:)`, `RegimeFit.candidates(returns:)` | joint returns |
/// | weights of moving correlations (DCC) | `DynamicCorrelationFit(fits:)` | GARCH fits of all assets |
/// | ν of the dependence | `StudentDependenceEstimate(moves:)`; in `EstimatedMarket` too | joint moves |
/// | correlations, shrunk or not | `HistoryEstimation.estimate`, `ShrunkCorrelation(moves:)` | a history |
/// | a peg | `PegFit(ratios:stepHours:)` | ratios of a price to what it is pegged to |
/// | mean block of a resampling | `BlockLength(series:)`, `BlockLength.of(returns:)` | returns |
/// | moves worth a look | `LogReturns.outliers(beyond:)` | returns |
///
/// Series are in order of time with NaN where there is none: blanks are skipped and nothing is differenced across a gap.
/// Fits that cannot be made are nil; those whose search did not settle say so.
public struct Estimate: Sendable, Hashable {
  /// The value.
  public let value: Double
  /// Its standard error; nil where the value lies at a border or the data do not determine it.
  public let standardError: Double?

  /// Creates an estimate.
  public init(_ value: Double, standardError: Double? = nil) {
    self.value = value
    self.standardError = standardError
  }

  /// value ± 1.96 standard errors: the 95 % interval where the estimate is nearly normal.
  public var interval: ClosedRange<Double>? {
    guard let standardError, standardError.isFinite, standardError >= 0, value.isFinite else { return nil }
    return value - 1.959963984540054 * standardError...value + 1.959963984540054 * standardError
  }
}
