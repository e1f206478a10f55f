/// How a path ended.
public enum PathState: Int, Sendable, CaseIterable {
  /// It ran to the horizon.
  case completed
  /// A mark or a total stopped being a finite number; the path was counted and ended there.
  case nonFinite
}

/// What a compared model was made equal in.
public enum Matching: String, Sendable, Hashable, CaseIterable {
  /// Nothing: every model as its author set it.
  case asConfigured = "as-configured"
  /// One factor on its rates makes the mean initial margin of the book, held constant, equal the baseline's.
  case equalAverageInitialMargin = "equal-average-initial-margin"
  /// One factor on its rates makes the share of judged moves that it covers equal the baseline's.
  case equalCoverage = "equal-coverage"
}

/// A margin model as it took part in the run.
public struct ModelLabel: Sendable, Hashable {
  /// The name in the job.
  public var name: String
  /// The kind's name.
  public var kind: String
  /// Whether its rates move along a path.
  public var isDynamic: Bool
  /// What it was matched to the baseline in.
  public var matching: Matching
  /// The factors on its rates, one a venue; empty as configured.
  public var factors: [Factor]

  /// A factor on the rates of one venue, with its error.
  public struct Factor: Sendable, Hashable {
    /// The factor.
    public var value: Double
    /// Its standard error over pilot paths.
    public var standardError: Double

    /// Creates a factor.
    public init(value: Double, standardError: Double) {
      self.value = value
      self.standardError = standardError
    }
  }

  /// The factor where there is one venue: 1 as configured, NaN where several venues have one each.
  public var factor: Double { factors.isEmpty ? 1 : factors.count == 1 ? factors[0].value : .nan }
  /// Standard error of `factor`.
  public var factorStandardError: Double {
    factors.isEmpty ? 0 : factors.count == 1 ? factors[0].standardError : .nan
  }

  /// Creates a label.
  public init(
    name: String, kind: String, isDynamic: Bool, matching: Matching = .asConfigured, factor: Double = 1,
    factorStandardError: Double = 0
  ) {
    self.name = name
    self.kind = kind
    self.isDynamic = isDynamic
    self.matching = matching
    factors = factor == 1 && factorStandardError == 0 ? [] : [Factor(value: factor, standardError: factorStandardError)]
  }
}

/// A set of accounts that liquidations are counted for.
public struct AccountPartition: Sendable, Hashable {
  /// What the set is made by.
  public enum Axis: String, Sendable, Hashable, CaseIterable {
    /// Exposure ÷ equity at t = 0.
    case leverageBucket
    /// Group of the accounts file.
    case group
    /// Assets that an account has a position in: an account can be in several.
    case asset
  }

  /// What it is made by.
  public let axis: Axis
  /// Name of the bucket, group or asset.
  public let name: String
  /// Number of accounts in it (isolated positions count with their owner).
  public let accountCount: Int

  /// Creates a partition.
  public init(axis: Axis, name: String, accountCount: Int) {
    self.axis = axis
    self.name = name
    self.accountCount = accountCount
  }
}

/// Mergeable counts of a path-dependent value at every point in time, on bins of equal width.
///
/// Quantiles read from it are right to one bin; the memory does not depend on the number of paths.
public struct FanCounts: Sendable {
  /// What is shown, such as `reserve` or an asset's id.
  public let name: String
  /// Value at the lower edge of the first bin.
  public let lower: Double
  /// Width of a bin.
  public let width: Double
  /// Number of bins; values outside count in the outermost ones.
  public let bins: Int
  /// Number of points in time, T + 1.
  public let points: Int
  /// Counts, [point][bin].
  public internal(set) var counts: [UInt32]

  /// An empty fan.
  public init(name: String, lower: Double, width: Double, bins: Int, points: Int) {
    self.name = name
    self.lower = lower
    self.width = width
    self.bins = bins
    self.points = points
    counts = [UInt32](repeating: 0, count: bins * points)
  }

  /// Counts `value` at `point`.
  public mutating func count(_ value: Double, at point: Int) {
    let position = ((value - lower) / width).rounded(.down)
    let bin = position >= Double(bins) ? bins - 1 : position > 0 ? Int(position) : 0
    counts[point * bins + bin] &+= 1
  }

  /// Forgets all counts.
  mutating func clear() {
    for index in counts.indices { counts[index] = 0 }
  }

  /// Adds the counts of a fan of the same shape.
  public mutating func merge(_ other: FanCounts) {
    for index in counts.indices { counts[index] &+= other.counts[index] }
  }

  /// The smallest bin centre at or below which at least `probability` of the values at `point` lie; nil if empty.
  public func quantile(_ probability: Double, at point: Int) -> Double? {
    let row = counts[point * bins..<(point + 1) * bins]
    let total = row.reduce(0) { $0 + Int($1) }
    guard total > 0 else { return nil }
    let rank = max(1, (probability * Double(total)).rounded(.up))
    var seen = 0.0
    for (bin, count) in row.enumerated() {
      seen += Double(count)
      if seen >= rank { return lower + (Double(bin) + 0.5) * width }
    }
    return lower + (Double(bins) - 0.5) * width
  }
}

/// Outcomes of one model at one venue over all paths.
public struct OutcomeSeries: Sendable {
  /// Index into the table's models.
  public let model: Int
  /// Index into the table's venues.
  public let venue: Int
  /// One column per quantity.
  var pathColumns: [PathColumn]
  /// Fall of the summed equity, [0] of all accounts, [1 + g] of group g; each per path.
  public internal(set) var bookLoss: [[Double]]
  /// Number of paths on which each reporting account (isolated ones under their owner) was liquidated.
  public internal(set) var liquidationsByAccount: [UInt32]
  /// First liquidations by batch of paths and step 1…T, [batch][step − 1]: the first-passage time distribution.
  public internal(set) var firstPassage: [[UInt32]]
  /// Reserve balance ÷ initial balance along time.
  public internal(set) var reserveFan: FanCounts

  /// First liquidations that would not have been without the impact of each venue, [venue of origin][path]; empty where
  /// there is one venue.
  public internal(set) var contagion: [[Double]] = []

  /// One value per path.
  public subscript(_ quantity: PathQuantity) -> [Double] { pathColumns[quantity.rawValue].elements }
  /// Per-path columns, [quantity][path].
  public var columns: [[Double]] { pathColumns.map(\.elements) }

  /// Creates a series from `columns`, [quantity][path]; for tests with hand-made values.
  public init(
    model: Int, venue: Int, columns: [[Double]], bookLoss: [[Double]], liquidationsByAccount: [UInt32],
    firstPassage: [[UInt32]], reserveFan: FanCounts
  ) {
    self.init(
      model: model, venue: venue, pathColumns: columns.map(PathColumn.init), bookLoss: bookLoss,
      liquidationsByAccount: liquidationsByAccount, firstPassage: firstPassage, reserveFan: reserveFan)
  }

  /// Creates a series for the engine to fill.
  init(
    model: Int, venue: Int, pathColumns: [PathColumn], bookLoss: [[Double]], liquidationsByAccount: [UInt32],
    firstPassage: [[UInt32]], reserveFan: FanCounts
  ) {
    self.model = model
    self.venue = venue
    self.pathColumns = pathColumns
    self.bookLoss = bookLoss
    self.liquidationsByAccount = liquidationsByAccount
    self.firstPassage = firstPassage
    self.reserveFan = reserveFan
  }
}

/// What a measure needs to know of a venue.
public struct VenueLabel: Sendable, Hashable {
  /// The venue's name.
  public var id: String
  /// Reserve at t = 0.
  public var initialReserve: Double
  /// Names of the account groups.
  public var groups: [String]
  /// Names of the reporting accounts, in the order of `liquidationsByAccount`.
  public var accountIDs: [String]
  /// Group, exposure, equity and leverage of each reporting account at t = 0, for tables.
  public var accounts: [AccountLabel]
  /// Whether the venue fails when its reserve is exhausted.
  public var canFail = false
  /// Number of reporting accounts.
  public var accountCount: Int { accountIDs.count }

  /// Creates a label.
  public init(
    id: String, initialReserve: Double, groups: [String], accountIDs: [String], accounts: [AccountLabel]
  ) {
    self.id = id
    self.initialReserve = initialReserve
    self.groups = groups
    self.accountIDs = accountIDs
    self.accounts = accounts
  }
}

/// A reporting account at t = 0.
public struct AccountLabel: Sendable, Hashable {
  /// Index into the venue's groups.
  public var group: Int
  /// Equity, isolated positions included.
  public var equity: Double
  /// Notional of perpetuals and debts.
  public var exposure: Double
  /// Name of its leverage bucket.
  public var leverageBucket: String

  /// Creates a label.
  public init(group: Int, equity: Double, exposure: Double, leverageBucket: String) {
    self.group = group
    self.equity = equity
    self.exposure = exposure
    self.leverageBucket = leverageBucket
  }
}

/// Everything that statistics may use: the waist between the engine and the measures.
public struct OutcomeTable: Sendable {
  /// Number of paths.
  public var paths: Int
  /// Number of steps T.
  public var steps: Int
  /// Length of a step in hours.
  public var stepHours: Double
  /// The models; index 0 is the baseline.
  public var models: [ModelLabel]
  /// The venues.
  public var venues: [VenueLabel]
  /// One series per (model, venue), model-major.
  public var series: [OutcomeSeries]
  /// Liquidation counts per venue.
  public var moments: [LiquidationMoments]
  /// How paths ended, [model][state], counts.
  public var pathStates: [[Int]]
  /// Price fans, one per shown asset, values relative to the start.
  public var priceFans: [FanCounts]

  /// Creates a table.
  public init(
    paths: Int, steps: Int, stepHours: Double, models: [ModelLabel], venues: [VenueLabel], series: [OutcomeSeries],
    moments: [LiquidationMoments], pathStates: [[Int]], priceFans: [FanCounts]
  ) {
    self.paths = paths
    self.steps = steps
    self.stepHours = stepHours
    self.models = models
    self.venues = venues
    self.series = series
    self.moments = moments
    self.pathStates = pathStates
    self.priceFans = priceFans
  }

  /// The outcomes of `model` at `venue`.
  public func series(model: Int, venue: Int) -> OutcomeSeries { series[model * venues.count + venue] }
}

/// How each tail path's loss divides by asset and group, found by replaying the tail's paths.
public struct TailContributions: Sendable {
  /// Index of the model.
  public let model: Int
  /// Index of the venue.
  public let venue: Int
  /// The replayed paths, ascending.
  public let paths: [Int]
  /// Names of the assets, the last being what no asset explains.
  public let assets: [String]
  /// Part of `PathQuantity.loss` by asset, [tail path][asset]; sums to the path's loss.
  public let byAsset: [[Double]]
  /// Part of `PathQuantity.loss` by group, [tail path][group]; sums to the path's loss.
  public let byGroup: [[Double]]

  /// Creates contributions.
  public init(
    model: Int, venue: Int, paths: [Int], assets: [String], byAsset: [[Double]], byGroup: [[Double]]
  ) {
    self.model = model
    self.venue = venue
    self.paths = paths
    self.assets = assets
    self.byAsset = byAsset
    self.byGroup = byGroup
  }
}
