import Markets

/// What `plimsoll calibrate --process` can fit. Bates's process is not among them: a few thousand returns hardly tell jumps
/// from a fast variance.
public enum CalibratedProcess: String, Sendable, CaseIterable {
  /// Volatilities and correlations: geometric Brownian motion.
  case gbm
  /// The decay of exponentially weighted squared returns, for margin models; paths under `gbm`.
  case ewma
  /// GARCH(1,1), or GJR on request.
  case garch
  /// GARCH with the weights of dynamic conditional correlation.
  case dccGarch = "dcc-garch"
  /// Merton's jumps, of the market and of each asset.
  case merton
  /// Heston's variance.
  case heston
  /// Regimes common to all assets.
  case regimeSwitching = "regime-switching"
  /// The block length of a stationary bootstrap; paths resample the history.
  case stationaryBootstrap = "stationary-bootstrap"
  /// GARCH figures to filter with; paths resample the residuals of the history.
  case filteredHistorical = "filtered-historical"

  /// Whether GARCH figures are fitted.
  var fitsGarch: Bool { [.garch, .dccGarch, .filteredHistorical].contains(self) }

  /// Whether a job needs `market.history` beside the file.
  public var resamplesHistory: Bool { self == .stationaryBootstrap || self == .filteredHistorical }

  /// The step of returns, in hours, where none is asked for: that of the prices, and a day for Heston's variance where the
  /// prices are finer. Its figures are annual, days determine them as well as hours, at a thousandth of the cost.
  func usualStep(of history: PriceHistory) -> Double {
    let days = 24 / history.intervalHours
    let isFiner = days > 1.5 && abs(days - days.rounded()) < 1e-9 * days
    return self == .heston && isFiner ? 24 : history.intervalHours
  }

  /// The kind of process that a job names to use the figures.
  public var processKind: String {
    switch self {
    case .ewma: CalibratedProcess.gbm.rawValue
    default: rawValue
    }
  }
}

/// The choices of a calibration, besides the process.
public struct CalibrationOptions: Sendable {
  /// The step of the returns, in hours; that of the prices if nil.
  public var stepHours: Double?
  /// The law of GARCH innovations.
  public var innovations: Innovations = .studentT
  /// Whether GJR's γ is fitted.
  public var isAsymmetric = false
  /// Whether GARCH reverts to the sample's variance instead of a fitted one.
  public var targetsVariance = true
  /// Whether fitted means are kept; they are 0 otherwise.
  public var keepsMean = false
  /// The step of the moves that are correlated, in hours; that of the returns if nil.
  public var correlationHours: Double?
  /// Whether correlations are shrunk towards their mean.
  public var shrinksCorrelation = false
  /// Columns that are fitted as pegs, not as assets of the process.
  public var pegs: [PegRequest] = []
  /// How many regimes to fit; the number with the lowest BIC if nil.
  public var regimes: Int?

  /// The law of GARCH innovations.
  public enum Innovations: String, Sendable, CaseIterable {
    /// Normal: a quasi-likelihood.
    case normal
    /// Student-t, its degrees of freedom fitted.
    case studentT = "student-t"
  }

  /// The defaults: Student-t innovations, targeted variance, no means.
  public init() {}
}
