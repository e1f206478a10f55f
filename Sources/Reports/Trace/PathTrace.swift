/// One path under one margin model, step by step: what `plimsoll run --path` shows, and the report's worst path.
public struct PathTrace: Sendable {
  /// Name of the job.
  public var job: String
  /// The job's seed.
  public var seed: UInt64
  /// Index of the path.
  public var path: Int
  /// Name of the model, with its matching.
  public var model: String
  /// Names of the assets.
  public var assets: [String]
  /// The venues at the end.
  public var venues: [Venue]
  /// Points in time, t = 0 first.
  public var steps: [Step]
  /// Every closing, in order.
  public var liquidations: [Liquidation]
  /// Whether a mark stopped being a number; the trace ends there.
  public var isNonFinite: Bool

  /// One venue over the whole path.
  public struct Venue: Sendable, Hashable {
    /// Its name.
    public var id: String
    /// Its loss over the path; NaN where the path did not complete.
    public var loss: Double
    /// What exceeded its reserve.
    public var uncovered: Double

    /// Creates an entry.
    public init(id: String, loss: Double, uncovered: Double) {
      self.id = id
      self.loss = loss
      self.uncovered = uncovered
    }
  }

  /// How things stand at the end of a step.
  public struct Step: Sendable, Hashable {
    /// Hours since the start.
    public var hours: Double
    /// Exogenous price and traded mark of each asset.
    public var exogenous: [Double], marks: [Double]
    /// The venues.
    public var venues: [VenueStep]

    /// Creates a step.
    public init(hours: Double, exogenous: [Double], marks: [Double], venues: [VenueStep]) {
      self.hours = hours
      self.exogenous = exogenous
      self.marks = marks
      self.venues = venues
    }
  }

  /// One venue at the end of a step; amounts are totals since the start but for equity, requirement, reserve and waves.
  public struct VenueStep: Sendable, Hashable {
    /// Balance of the reserve.
    public var reserve: Double
    /// Equity of all accounts, and their maintenance requirement, worst losses in scenarios included.
    public var equity: Double, requirement: Double
    /// Shortfalls, and what of them the reserve could not pay.
    public var shortfalls: Double, uncovered: Double
    /// Notional liquidated so far, and closings so far.
    public var liquidated: Double, closings: Int
    /// Waves of the step that closed somebody here.
    public var waves: Int

    /// Creates an entry.
    public init(
      reserve: Double, equity: Double, requirement: Double, shortfalls: Double, uncovered: Double, liquidated: Double,
      closings: Int, waves: Int
    ) {
      self.reserve = reserve
      self.equity = equity
      self.requirement = requirement
      self.shortfalls = shortfalls
      self.uncovered = uncovered
      self.liquidated = liquidated
      self.closings = closings
      self.waves = waves
    }
  }

  /// One closing.
  public struct Liquidation: Sendable, Hashable {
    /// Hours since the start, and the number of the wave in its step.
    public var hours: Double, wave: Int
    /// Names of venue and account.
    public var venue: String, account: String
    /// Notional closed, bought back or repaid.
    public var notional: Double
    /// What explains the account's first liquidation: `price`, `ownImpact`, `otherVenue`, `requirement`, `atStart`;
    /// nil for a further one.
    public var cause: String?

    /// Creates an entry.
    public init(hours: Double, wave: Int, venue: String, account: String, notional: Double, cause: String?) {
      self.hours = hours
      self.wave = wave
      self.venue = venue
      self.account = account
      self.notional = notional
      self.cause = cause
    }
  }

  /// Creates a trace.
  public init(
    job: String, seed: UInt64, path: Int, model: String, assets: [String], venues: [Venue], steps: [Step],
    liquidations: [Liquidation], isNonFinite: Bool
  ) {
    self.job = job
    self.seed = seed
    self.path = path
    self.model = model
    self.assets = assets
    self.venues = venues
    self.steps = steps
    self.liquidations = liquidations
    self.isNonFinite = isNonFinite
  }

  /// Loss of all venues.
  public var loss: Double { venues.reduce(0) { $0 + $1.loss } }

  /// How many first liquidations each cause explains, those that occur, in the order of the engine.
  public var causes: [(name: String, count: Int)] {
    ["atStart", "price", "ownImpact", "otherVenue", "requirement"].compactMap { name in
      let count = liquidations.count { $0.cause == name }
      return count > 0 ? (name, count) : nil
    }
  }
}

/// The path with the largest loss of all venues under one model.
public struct WorstPath: Sendable, Hashable {
  /// Index of the model in the report.
  public var model: Int
  /// Index of the path.
  public var path: Int
  /// Loss of all venues there.
  public var loss: Double
  /// The command that replays it alone.
  public var command: String

  /// Creates an entry.
  public init(model: Int, path: Int, loss: Double, command: String) {
    self.model = model
    self.path = path
    self.loss = loss
    self.command = command
  }
}
