/// A return far from the others: reported, never removed.
public struct OutlierNote: Sendable, Hashable {
  /// The asset.
  public var asset: String
  /// The end of its step, as text.
  public var time: String
  /// The log return.
  public var logReturn: Double
  /// Its distance from the median in robust standard deviations.
  public var distance: Double

  /// Creates a note.
  public init(asset: String, time: String, logReturn: Double, distance: Double) {
    self.asset = asset
    self.time = time
    self.logReturn = logReturn
    self.distance = distance
  }
}

/// A hole in the times of a history; no return is taken across it.
public struct GapNote: Sendable, Hashable {
  /// The last time before it, as text.
  public var from: String
  /// The first time after it, as text.
  public var to: String
  /// The number of steps that are missing.
  public var missingSteps: Int

  /// Creates a note.
  public init(from: String, to: String, missingSteps: Int) {
    self.from = from
    self.to = to
    self.missingSteps = missingSteps
  }
}

/// What a history holds of one asset.
public struct CoverageNote: Sendable, Hashable {
  /// The asset.
  public var asset: String
  /// The first and the last time with a price, as text.
  public var from: String
  /// The last time with a price, as text.
  public var to: String
  /// Returns taken.
  public var returns: Int
  /// Rows between the first and the last price without one.
  public var blanks: Int
  /// The mean log return a year with its standard error.
  public var annualMean: FittedFigure

  /// Creates a note.
  public init(asset: String, from: String, to: String, returns: Int, blanks: Int, annualMean: FittedFigure) {
    self.asset = asset
    self.from = from
    self.to = to
    self.returns = returns
    self.blanks = blanks
    self.annualMean = annualMean
  }
}
