public import Clearing
public import Markets
public import RiskMeasures
public import Simulation
public import Venues

/// A stress test as it was asked for, every value checked: what `StressTest` runs.
///
/// Made from a job file by `load`; the file's shape is described in the documentation of the job.
public struct StressJob: Sendable {
  /// The name, fit for a folder.
  public let name: String
  /// What it is for, in words; may be empty.
  public let summary: String
  /// The seed of every draw.
  public let seed: UInt64
  /// The number of paths, ≥ 1. Whether memory and time suffice is for the run to judge.
  public let paths: Int
  /// The monitoring times.
  public let grid: TimeGrid
  /// What price paths are drawn from.
  public let market: MarketModel
  /// Kind of the price process.
  public let processKind: String
  /// Parameters of the price process as they apply.
  public let processParameters: [ParameterText]
  /// The figures that the market was made from.
  public let calibration: MarketCalibration
  /// The venues with their rules; one for now.
  public let venues: [JobVenue]
  /// The margin models to compare.
  public let marginModels: [JobModel]
  /// Index of the model that the others are compared with.
  public let baseline: Int
  /// What compared models are made equal in.
  public let matchings: [Matching]
  /// Paths that a matching factor is estimated on; they are not those of the run.
  public let pilotPaths: Int
  /// Levels, confidence and other choices of the measures.
  public let measures: MeasureSettings
  /// What happens to accounts that a model would liquidate at t = 0 already.
  public let atStart: AtStart
  /// Bounds whose breach ends the run with exit code 2.
  public let limits: [MeasureLimit]
  /// Variations of the market that are run beside it.
  public let scenarios: [JobScenario]
  /// Names of the report formats to write.
  public let formats: [String]
  /// Indices of the assets to draw a price fan of.
  public let priceFanAssets: [Int]
  /// Every file that went into the job, with its digest.
  public let inputs: [InputFile]
  /// What is allowed but deserves a word.
  public let warnings: [String]

  /// Whether any book was made from distributions and not taken from real accounts.
  public var isSynthetic: Bool { venues.contains { $0.venue.isSynthetic } }
}

/// One venue of a job.
public struct JobVenue: Sendable {
  /// The venue with its book.
  public let venue: Venue
  /// How it clears.
  public let rules: ClearingRules

  /// Creates an entry.
  public init(venue: Venue, rules: ClearingRules) {
    self.venue = venue
    self.rules = rules
  }
}

/// One margin model of a job.
public struct JobModel: Sendable {
  /// Its name in the job.
  public let name: String
  /// Its kind.
  public let kind: String
  /// The model.
  public let model: any MarginModel
  /// Its parameters as they apply, for the report.
  public let parameters: [ParameterText]
  /// Rules that take the place of the venue's under this model; nil for the venue's own.
  public let rules: ClearingRules?
  /// Indices of the accounts that it would liquidate at t = 0 already.
  public let liquidatableAtStart: [Int]

  /// Creates an entry.
  public init(
    name: String, kind: String, model: any MarginModel, parameters: [ParameterText], rules: ClearingRules? = nil,
    liquidatableAtStart: [Int]
  ) {
    self.name = name
    self.kind = kind
    self.model = model
    self.parameters = parameters
    self.rules = rules
    self.liquidatableAtStart = liquidatableAtStart
  }
}
