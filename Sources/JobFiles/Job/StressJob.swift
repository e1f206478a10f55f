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
  /// The venues with their rules, on one market.
  public let venues: [JobVenue]
  /// Assets that are claims on venues which can fail.
  public let claims: [VenueClaim]
  /// The margin models to compare.
  public let marginModels: [JobModel]
  /// Index of the model that the others are compared with.
  public let baseline: Int
  /// What compared models are made equal in.
  public let matchings: [Matching]
  /// Paths that a matching factor is estimated on; they are not those of the run.
  public let pilotPaths: Int
  /// Whether every model is also run without impact, on the same paths.
  public let pairsWithoutImpact: Bool
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
  /// Depth per asset of the market that the venues share; nil where nobody trades the asset.
  public var depths: [MarketDepth?] { MarketDepth.shared(by: venues.map(\.venue)) }
  /// What trades of any venue do to marks.
  public var impact: MarketImpact { venues.first?.rules.impact ?? .none }
  /// The same in assets with a law of their own, by index.
  public var assetImpacts: [Int: MarketImpact] { venues.first?.rules.assetImpacts ?? [:] }
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

/// One margin model of a job: what each venue uses under one name.
public struct JobModel: Sendable {
  /// Its name in the job.
  public let name: String
  /// What each venue uses, in the order of the job's venues.
  public let venues: [JobVenueModel]
  /// What the first venue uses; the model itself where there is one venue.
  public let first: JobVenueModel
  /// The parameters as they apply, for the report: once where all venues have the same entry, else venue by venue.
  public let parameters: [ParameterText]

  /// Creates an entry; nil without a venue.
  ///
  /// `venueIDs` name the venues in the parameters; nil where all share one entry of the job, whose parameters stand once.
  public init?(name: String, venues: [JobVenueModel], venueIDs: [String]? = nil) {
    guard let first = venues.first else { return nil }
    self.name = name
    self.venues = venues
    self.first = first
    guard let venueIDs else {
      parameters = first.parameters
      return
    }
    parameters = zip(venueIDs, venues).flatMap { id, venue in
      [ParameterText(key: "\(id)", value: venue.kind)]
        + venue.parameters.map { ParameterText(key: "\(id).\($0.key)", value: $0.value) }
    }
  }

  /// Its kind; where venues use several, all of them.
  public var kind: String {
    var kinds: [String] = []
    for venue in venues where !kinds.contains(venue.kind) { kinds.append(venue.kind) }
    return kinds.joined(separator: ", ")
  }
  /// The model of the first venue, the only one of most jobs.
  public var model: any MarginModel { first.model }
  /// Indices of the accounts of the first venue that it would liquidate at t = 0 already.
  public var liquidatableAtStart: [Int] { first.liquidatableAtStart }
  /// Whether its rates move along a path at any venue.
  public var isDynamic: Bool { venues.contains { $0.model.isDynamic } }
}

/// What one venue uses under the name of a job's model.
public struct JobVenueModel: Sendable {
  /// Its kind.
  public let kind: String
  /// The model.
  public let model: any MarginModel
  /// Its parameters as they apply.
  public let parameters: [ParameterText]
  /// Indices of the venue's accounts that it would liquidate at t = 0 already.
  public let liquidatableAtStart: [Int]

  /// Creates an entry.
  public init(kind: String, model: any MarginModel, parameters: [ParameterText], liquidatableAtStart: [Int]) {
    self.kind = kind
    self.model = model
    self.parameters = parameters
    self.liquidatableAtStart = liquidatableAtStart
  }
}
