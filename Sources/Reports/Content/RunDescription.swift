/// What was run: the job's own figures.
public struct RunDescription: Sendable, Hashable {
  /// Name of the job.
  public var job: String
  /// One line of what the job is for; may be empty.
  public var title: String
  /// Seed of every draw.
  public var seed: UInt64
  /// Number of paths.
  public var paths: Int
  /// Number of steps to the horizon.
  public var steps: Int
  /// Length of a step in hours.
  public var stepHours: Double
  /// Whether any of the books was made from distributions and not taken from real accounts.
  public var isSynthetic: Bool

  /// Creates a description.
  public init(
    job: String, title: String, seed: UInt64, paths: Int, steps: Int, stepHours: Double, isSynthetic: Bool
  ) {
    self.job = job
    self.title = title
    self.seed = seed
    self.paths = paths
    self.steps = steps
    self.stepHours = stepHours
    self.isSynthetic = isSynthetic
  }

  /// Length of the horizon in days.
  public var horizonDays: Double { Double(steps) * stepHours / 24 }
}

/// A name and a text beside it, such as a parameter and its value, for lists in a report.
public struct NamedText: Sendable, Hashable {
  /// The name.
  public var name: String
  /// The text.
  public var text: String

  /// Creates a pair.
  public init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}

/// The law that prices were drawn from, in words.
public struct MarketDescription: Sendable, Hashable {
  /// The price process with its main parameters.
  public var process: String
  /// How the shocks of different assets hang together.
  public var dependence: String
  /// Names of the assets.
  public var assets: [String]
  /// Where the figures come from, with the calibration window.
  public var dataSources: [String]
  /// Further figures worth printing.
  public var parameters: [NamedText]

  /// Creates a description.
  public init(
    process: String, dependence: String, assets: [String], dataSources: [String], parameters: [NamedText] = []
  ) {
    self.process = process
    self.dependence = dependence
    self.assets = assets
    self.dataSources = dataSources
    self.parameters = parameters
  }
}

/// A venue at the start.
public struct VenueDescription: Sendable, Hashable {
  /// Its name.
  public var id: String
  /// What it is, in words.
  public var summary: String
  /// The settlement currency.
  public var settlement: String
  /// Whether its book was made from distributions.
  public var isSynthetic: Bool
  /// Number of accounts, isolated positions not counted apart.
  public var accountCount: Int
  /// Number of positions.
  public var positionCount: Int
  /// Sum of the accounts' equity.
  public var totalEquity: Double
  /// Gross notional of perpetuals and debts.
  public var openInterest: Double
  /// The reserve.
  public var initialReserve: Double
  /// Names of the assets held or traded there.
  public var assets: [String]
  /// Liquidation, impact, reserve and loss allocation, as set.
  public var parameters: [NamedText]

  /// Creates a description.
  public init(
    id: String, summary: String, settlement: String, isSynthetic: Bool, accountCount: Int, positionCount: Int,
    totalEquity: Double, openInterest: Double, initialReserve: Double, assets: [String], parameters: [NamedText] = []
  ) {
    self.id = id
    self.summary = summary
    self.settlement = settlement
    self.isSynthetic = isSynthetic
    self.accountCount = accountCount
    self.positionCount = positionCount
    self.totalEquity = totalEquity
    self.openInterest = openInterest
    self.initialReserve = initialReserve
    self.assets = assets
    self.parameters = parameters
  }
}
