/// Which number an estimate is: the measure, where, and of what part. Two models are compared number by number by it.
public struct MeasureLabel: Sendable, Hashable {
  /// The measure's id, such as `venue.loss.var`.
  public var id: String
  /// Name of the venue.
  public var venue: String
  /// What the number is counted in.
  public var unit: MeasureUnit
  /// Confidence level of a quantile or tail mean; nil for other measures.
  public var level: Double?
  /// Account group, where the number is of one group.
  public var group: String?
  /// Asset, where the number is of one asset.
  public var asset: String?
  /// Leverage bucket, where the number is of one bucket.
  public var leverageBucket: String?
  /// Length of the window that the measure looks over, in hours, where it has one.
  public var hours: Double?
  /// Venue that something comes from, where the number is of what one venue does to another.
  public var origin: String?

  /// Creates a label; leave out what does not apply.
  public init(
    _ id: String, venue: String, unit: MeasureUnit, level: Double? = nil, group: String? = nil, asset: String? = nil,
    leverageBucket: String? = nil, hours: Double? = nil, origin: String? = nil
  ) {
    self.id = id
    self.venue = venue
    self.unit = unit
    self.level = level
    self.group = group
    self.asset = asset
    self.leverageBucket = leverageBucket
    self.hours = hours
    self.origin = origin
  }
}

/// What a measure is counted in; a report formats by it.
public enum MeasureUnit: String, Sendable, Hashable, CaseIterable {
  /// The settlement currency; losses are positive.
  case money
  /// A chance in [0, 1].
  case probability
  /// A number of things.
  case count
  /// Hours.
  case hours
  /// One amount over another, without bounds.
  case ratio
  /// A part of a whole, usually in [0, 1].
  case fraction
  /// An annualised volatility (365 days) as a fraction.
  case volatility
}

/// An interval that covers the true value with a stated confidence. Ends that cannot be told are NaN.
public struct ConfidenceInterval: Sendable, Hashable {
  /// Lower end.
  public let low: Double
  /// Upper end.
  public let high: Double

  /// The interval from `low` to `high`; an infinite end is recorded as unknown (NaN).
  public init(low: Double, high: Double) {
    self.low = low.isFinite ? low : .nan
    self.high = high.isFinite ? high : .nan
  }

  /// Both ends unknown.
  public static let unknown = ConfidenceInterval(low: .nan, high: .nan)

  /// `center` ± `halfWidth`.
  init(center: Double, halfWidth: Double) { self.init(low: center - halfWidth, high: center + halfWidth) }

  /// Whether both ends are known and `value` lies outside: for a difference, excluding 0 is what a claim needs.
  public func excludes(_ value: Double) -> Bool { low > value || high < value }
}

/// One number with its error and the number of paths behind it.
///
/// Nothing here is ever infinite. What is undefined, such as the median time to liquidation when nobody was liquidated,
/// is NaN, and `note` says why.
public struct Estimate: Sendable, Hashable {
  /// Which number this is.
  public let label: MeasureLabel
  /// The estimate.
  public let value: Double
  /// Its standard error; NaN where it cannot be told.
  public let standardError: Double
  /// Interval of the stated confidence.
  public let interval: ConfidenceInterval
  /// Confidence of the interval, such as 0.95.
  public let confidence: Double
  /// Paths that the number rests on.
  public let paths: Int
  /// What a reader must know besides: excluded paths, an interval that falls short, why a value is undefined.
  public let note: String?

  /// Creates an estimate; an infinite value or error is recorded as undefined (NaN) with a note.
  public init(
    _ label: MeasureLabel, value: Double, standardError: Double, interval: ConfidenceInterval, confidence: Double,
    paths: Int, note: String? = nil
  ) {
    self.label = label
    self.value = value.isInfinite ? .nan : value
    self.standardError = standardError.isInfinite ? .nan : standardError
    self.interval = interval
    self.confidence = confidence
    self.paths = paths
    let overflow = value.isInfinite || standardError.isInfinite ? "the value is beyond the range of numbers" : nil
    self.note = joinedNotes([note, overflow])
  }

  /// The measure's id.
  public var id: String { label.id }
}

/// What a model changes against the baseline, measured on the same paths.
public struct PairedDifference: Sendable, Hashable {
  /// Which number this is.
  public let label: MeasureLabel
  /// The model's value minus the baseline's, over the paths that are usable under both.
  public let difference: Double
  /// Standard error of the difference; NaN where it cannot be told.
  public let standardError: Double
  /// Interval of the stated confidence.
  public let interval: ConfidenceInterval
  /// Confidence of the interval.
  public let confidence: Double
  /// Paths that the difference rests on.
  public let paths: Int
  /// What a reader must know besides.
  public let note: String?

  /// Creates a difference; an infinite one is recorded as undefined (NaN) with a note.
  public init(
    _ label: MeasureLabel, difference: Double, standardError: Double, interval: ConfidenceInterval, confidence: Double,
    paths: Int, note: String? = nil
  ) {
    self.label = label
    self.difference = difference.isInfinite ? .nan : difference
    self.standardError = standardError.isInfinite ? .nan : standardError
    self.interval = interval
    self.confidence = confidence
    self.paths = paths
    let overflow = difference.isInfinite || standardError.isInfinite ? "the value is beyond the range of numbers" : nil
    self.note = joinedNotes([note, overflow])
  }

  /// The measure's id.
  public var id: String { label.id }

  /// Whether the interval is known and leaves out 0: only then may a report call the models different.
  public var isDistinguishable: Bool { interval.excludes(0) }
}

/// The notes that exist as one text, or nil.
func joinedNotes(_ notes: [String?]) -> String? {
  let present = notes.compactMap { $0 }
  return present.isEmpty ? nil : present.joined(separator: "; ")
}
