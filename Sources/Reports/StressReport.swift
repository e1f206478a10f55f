/// Everything that a run found out, as one value: the formats read nothing else.
///
/// The first model is the baseline; comparisons, accounts and losses refer to models by their index here.
public struct StressReport: Sendable {
  /// What was run.
  public var run: RunDescription
  /// The law of the prices.
  public var market: MarketDescription
  /// The venues at the start.
  public var venues: [VenueDescription]
  /// The margin models and what was estimated under each; the first is the baseline.
  public var models: [ModelResult]
  /// What each other model changes against the baseline.
  public var comparisons: [ComparisonResult]
  /// The scenarios, the job's own market first; empty where the job has none.
  public var scenarios: [ScenarioResult] = []
  /// Each model with against without impact, where the job asks for it.
  public var impactPairings: [ImpactPairingResult] = []
  /// The path with the largest loss of all venues under each model.
  public var worstPaths: [WorstPath] = []
  /// The baseline's worst path step by step; nil where none was traced.
  public var worstTrace: PathTrace?
  /// The job's limits.
  public var limits: [LimitResult]
  /// How paths ended.
  public var pathStates: [PathStateCount]
  /// The largest residual of the conservation check, relative to gross equity.
  public var largestConservationResidual: Double
  /// What the charts show.
  public var curves: RunCurves
  /// The accounts at the start and how often each was liquidated.
  public var accounts: [AccountResult]
  /// The loss of each path, one row per model and venue.
  public var losses: [LossRow]
  /// What a reader must know before using the figures.
  public var warnings: [String]
  /// Where the figures come from and what they cost.
  public var provenance: Provenance

  /// Creates a report.
  public init(
    run: RunDescription, market: MarketDescription, venues: [VenueDescription], models: [ModelResult],
    comparisons: [ComparisonResult] = [], limits: [LimitResult] = [], pathStates: [PathStateCount],
    largestConservationResidual: Double, curves: RunCurves = RunCurves(), accounts: [AccountResult] = [],
    losses: [LossRow] = [], warnings: [String] = [], provenance: Provenance
  ) {
    self.run = run
    self.market = market
    self.venues = venues
    self.models = models
    self.comparisons = comparisons
    self.limits = limits
    self.pathStates = pathStates
    self.largestConservationResidual = largestConservationResidual
    self.curves = curves
    self.accounts = accounts
    self.losses = losses
    self.warnings = warnings
    self.provenance = provenance
  }

  /// What the figures say, in sentences.
  public var verdict: Verdict { Verdict(self) }

  /// Whether a limit of the job is breached; `plimsoll run` then ends with exit code 2.
  public var hasBreach: Bool { limits.contains(where: \.isBreached) }
}

/// How many paths ended in one way.
public struct PathStateCount: Sendable, Hashable {
  /// Name of the state, such as `completed`.
  public var name: String
  /// Number of paths, over all models.
  public var count: Int

  /// Creates a count.
  public init(_ name: String, _ count: Int) {
    self.name = name
    self.count = count
  }
}

/// The loss of one venue on every path under one model.
public struct LossRow: Sendable, Hashable {
  /// Index of the model in the report.
  public var model: Int
  /// Name of the venue.
  public var venue: String
  /// One loss a path.
  public var values: [Double]

  /// Creates a row.
  public init(model: Int, venue: String, values: [Double]) {
    self.model = model
    self.venue = venue
    self.values = values
  }
}

/// A probability with its interval.
public struct AccountProbability: Sendable, Hashable {
  /// The estimate.
  public var value: Double
  /// Lower end of the interval.
  public var low: Double
  /// Upper end of the interval.
  public var high: Double

  /// Creates a probability.
  public init(value: Double, low: Double, high: Double) {
    self.value = value
    self.low = low
    self.high = high
  }
}

/// One account at the start, and how likely it is to be liquidated.
public struct AccountResult: Sendable, Hashable {
  /// Name of the venue.
  public var venue: String
  /// Name of the account.
  public var id: String
  /// Name of its group.
  public var group: String
  /// Equity at the start.
  public var equity: Double
  /// Notional of its perpetuals and debts at the start.
  public var exposure: Double
  /// Name of its leverage bucket.
  public var leverageBucket: String
  /// P(liquidated within the horizon), one a model in the report's order.
  public var liquidation: [AccountProbability]

  /// Creates a row.
  public init(
    venue: String, id: String, group: String, equity: Double, exposure: Double, leverageBucket: String,
    liquidation: [AccountProbability]
  ) {
    self.venue = venue
    self.id = id
    self.group = group
    self.equity = equity
    self.exposure = exposure
    self.leverageBucket = leverageBucket
    self.liquidation = liquidation
  }
}
