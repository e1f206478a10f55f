/// What a fit says besides its figures, for the reader of a calibration file.
public struct FitRecord: Sendable, Hashable {
  /// A standard error under the name of its figure.
  public struct Named: Sendable, Hashable {
    /// The figure's key in the file.
    public var key: String
    /// The standard error, in the figure's unit.
    public var value: Double

    /// Creates an entry.
    public init(_ key: String, _ value: Double) {
      self.key = key
      self.value = value
    }
  }

  /// Standard errors, in the order to write; those that are not finite are left out.
  public var standardErrors: [Named]
  /// Log-likelihood at the estimate, where there is a likelihood.
  public var logLikelihood: Double?
  /// Number of observations behind the figures.
  public var observations: Int?

  /// Creates a record; an error of nil is left out.
  public init(
    standardErrors: [(String, Double?)] = [], logLikelihood: Double? = nil, observations: Int? = nil
  ) {
    self.standardErrors = standardErrors.compactMap { key, value in value.map { Named(key, $0) } }
      .filter { $0.value.isFinite && $0.value >= 0 }
    self.logLikelihood = logLikelihood
    self.observations = observations
  }
}

/// What a calibration file says of one asset besides its figures.
public struct AssetRecord: Sendable, Hashable {
  /// Standard error of the volatility, annualised.
  public var volatilityError: Double?
  /// Of the GARCH figures.
  public var garch = FitRecord()
  /// Of the jumps with the market.
  public var marketWideJumps = FitRecord()
  /// Of the asset's own jumps.
  public var ownJumps = FitRecord()
  /// Of both kinds of jumps together: likelihood and observations.
  public var jumps = FitRecord()
  /// Of the Heston figures.
  public var heston = FitRecord()
  /// The decay of squared returns a step that fits best, and what is known of it.
  public var decay: Decay?
  /// Remarks, each a line of comment.
  public var remarks: [String] = []

  /// The decay λ of exponentially weighted squared returns.
  public struct Decay: Sendable, Hashable {
    /// The step that it belongs to, in hours.
    public var stepHours: Double
    /// λ, in (0, 1).
    public var lambda: Double
    /// How it was found.
    public var fit: FitRecord

    /// Creates a decay.
    public init(stepHours: Double, lambda: Double, fit: FitRecord) {
      self.stepHours = stepHours
      self.lambda = lambda
      self.fit = fit
    }
  }

  /// Creates an empty record.
  public init() {}
}

/// What a calibration file says of one peg besides its figures.
public struct PegRecord: Sendable, Hashable {
  /// Of the ratio's reversion.
  public var peg: FitRecord
  /// Of the de-pegs.
  public var depegs: FitRecord

  /// Creates a record.
  public init(peg: FitRecord = FitRecord(), depegs: FitRecord = FitRecord()) {
    self.peg = peg
    self.depegs = depegs
  }
}

/// Where the figures of a calibration file came from, and how well they are known.
public struct CalibrationRecord: Sendable, Hashable {
  /// What was asked for, such as `garch`.
  public var process: String
  /// Remarks at the head of the file, each a line of comment.
  public var remarks: [String]
  /// SHA-256 of the file of prices, in hexadecimal digits.
  public var sha256: String
  /// Step of the returns, in hours.
  public var frequencyHours: Double
  /// Log-likelihood of all assets together, where there is one.
  public var logLikelihood: Double?
  /// One record an asset, in their order.
  public var assets: [AssetRecord]
  /// One record a derived asset, in their order.
  public var pegs: [PegRecord] = []
  /// Remark on the correlations.
  public var correlationRemark: String
  /// Standard error of the dependence's degrees of freedom.
  public var degreesOfFreedomError: Double?
  /// One record a regime, in their order.
  public var regimes: [FitRecord] = []
  /// Of the jumps of the market.
  public var marketJumps = FitRecord()
  /// Of the weights of dynamic correlation.
  public var dynamicCorrelation = FitRecord()

  /// Creates a record.
  public init(
    process: String, remarks: [String], sha256: String, frequencyHours: Double, logLikelihood: Double? = nil,
    assets: [AssetRecord], correlationRemark: String
  ) {
    self.process = process
    self.remarks = remarks
    self.sha256 = sha256
    self.frequencyHours = frequencyHours
    self.logLikelihood = logLikelihood
    self.assets = assets
    self.correlationRemark = correlationRemark
  }
}
