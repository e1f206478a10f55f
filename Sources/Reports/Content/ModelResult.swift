public import RiskMeasures

/// A margin model as it took part in the run, and what it led to.
public struct ModelResult: Sendable, Hashable {
  /// Its name in the job.
  public var name: String
  /// Name of its kind.
  public var kind: String
  /// Whether its rates move along a path.
  public var isDynamic: Bool
  /// What it was matched to the baseline in: `as-configured`, `equal-average-initial-margin`…
  public var matching: String
  /// The factor on its rates; 1 as configured.
  public var factor: Double
  /// Standard error of the factor.
  public var factorStandardError: Double
  /// Where several venues have a factor each: by venue, in the report's order; else empty, and `factor` holds.
  public var venueFactors: [VenueFactor] = []
  /// Summed maintenance requirement of the book at the start, mean over the pilot paths; NaN where it was not found.
  public var meanMaintenance: Double
  /// Its parameters, as set.
  public var parameters: [NamedText]
  /// Accounts that it could liquidate before anything happens, per venue.
  public var liquidatableAtStart: [AccountsAtStart]
  /// What was estimated under it.
  public var estimates: [Estimate]

  /// Creates a result.
  public init(
    name: String, kind: String, isDynamic: Bool, matching: String, factor: Double = 1, factorStandardError: Double = 0,
    meanMaintenance: Double = .nan, parameters: [NamedText] = [], liquidatableAtStart: [AccountsAtStart] = [],
    estimates: [Estimate]
  ) {
    self.name = name
    self.kind = kind
    self.isDynamic = isDynamic
    self.matching = matching
    self.factor = factor
    self.factorStandardError = factorStandardError
    self.meanMaintenance = meanMaintenance
    self.parameters = parameters
    self.liquidatableAtStart = liquidatableAtStart
    self.estimates = estimates
  }

  /// Whether it took part as its author set it.
  public var isAsConfigured: Bool { matching == "as-configured" }

  /// The name to show beside other models: `dynamic`, or `dynamic, equal average IM` for a matched one.
  public var displayName: String { isAsConfigured ? name : "\(name), \(matchingText)" }

  /// The matching in words.
  public var matchingText: String {
    matching.replacing("-", with: " ").replacing("average initial margin", with: "average IM")
  }

  /// The estimate that a label names.
  public func estimate(_ label: MeasureLabel) -> Estimate? { estimates.first { $0.label == label } }
}

/// The factor on a model's rates at one of several venues.
public struct VenueFactor: Sendable, Hashable {
  /// Name of the venue.
  public var venue: String
  /// The factor.
  public var value: Double
  /// Its standard error.
  public var standardError: Double

  /// Creates a factor.
  public init(venue: String, value: Double, standardError: Double) {
    self.venue = venue
    self.value = value
    self.standardError = standardError
  }
}

/// The accounts of one venue with negative headroom at t = 0 under one model.
public struct AccountsAtStart: Sendable, Hashable {
  /// Name of the venue.
  public var venue: String
  /// How many there are.
  public var count: Int
  /// The names of the first of them, at most twenty.
  public var ids: [String]

  /// Creates an entry; names beyond the twentieth are dropped.
  public init(venue: String, count: Int, ids: [String]) {
    self.venue = venue
    self.count = count
    self.ids = Array(ids.prefix(20))
  }
}

/// What one model changes against the baseline, which is the report's first model.
public struct ComparisonResult: Sendable, Hashable {
  /// Index of the compared model in the report's `models`.
  public var model: Int
  /// The differences, on the same paths.
  public var differences: [PairedDifference]

  /// Creates a comparison.
  public init(model: Int, differences: [PairedDifference]) {
    self.model = model
    self.differences = differences
  }

  /// The difference that a label names.
  public func difference(_ label: MeasureLabel) -> PairedDifference? { differences.first { $0.label == label } }
}
