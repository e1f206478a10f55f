/// What the page of a calibration shows, in finished numbers: nothing of it needs to know what was fitted.
///
/// Every "model" figure comes from histories simulated with the fitted figures and put through the very statistics that
/// the observed history is put through, so the two share whatever bias a sample of that length has.
public struct CalibrationReport: Sendable {
  /// The kind of process, such as `garch`.
  public var process: String
  /// Its formula and its source, as `plimsoll describe` prints them.
  public var formula: String
  /// What was done to get the figures, one sentence each.
  public var method: [String]
  /// What the reader should know before using the figures.
  public var warnings: [String]
  /// Where the prices came from: file, digest, window, step, counts.
  public var data: [NamedText]
  /// The fitted figures, one table a group.
  public var figures: [FittedTable]
  /// The diagnostics of each asset.
  public var assets: [AssetDiagnostics]
  /// The correlations with their standard errors; nil for a single asset.
  public var correlation: CorrelationDiagnostics?
  /// How often two assets fall together; nil for a single asset.
  public var tails: TailDiagnostics?
  /// Returns so far out that they are worth a look at the prices.
  public var outliers: [OutlierNote]
  /// Holes in the times of the history.
  public var gaps: [GapNote]
  /// What each asset has of prices.
  public var coverage: [CoverageNote]
  /// How the simulated histories were made, in a sentence.
  public var simulation: String
  /// Program and version.
  public var program: String

  /// Creates a report.
  public init(
    process: String, formula: String, method: [String], warnings: [String], data: [NamedText], figures: [FittedTable],
    assets: [AssetDiagnostics], correlation: CorrelationDiagnostics?, tails: TailDiagnostics?,
    outliers: [OutlierNote], gaps: [GapNote], coverage: [CoverageNote], simulation: String, program: String
  ) {
    self.process = process
    self.formula = formula
    self.method = method
    self.warnings = warnings
    self.data = data
    self.figures = figures
    self.assets = assets
    self.correlation = correlation
    self.tails = tails
    self.outliers = outliers
    self.gaps = gaps
    self.coverage = coverage
    self.simulation = simulation
    self.program = program
  }
}

/// A figure with its standard error.
public struct FittedFigure: Sendable, Hashable {
  /// The estimate; NaN is shown as undefined.
  public var value: Double
  /// Its standard error; nil where there is none.
  public var standardError: Double?

  /// Creates a figure.
  public init(_ value: Double, standardError: Double? = nil) {
    self.value = value
    self.standardError = standardError
  }
}

/// A table of fitted figures.
public struct FittedTable: Sendable {
  /// The heading.
  public var title: String
  /// What the columns mean, and their units.
  public var note: String
  /// Names of the columns after the first.
  public var columns: [String]
  /// Rows: a name, then one figure a column; nil where a row has none.
  public var rows: [(name: String, figures: [FittedFigure?])]

  /// Creates a table.
  public init(title: String, note: String, columns: [String], rows: [(name: String, figures: [FittedFigure?])]) {
    self.title = title
    self.note = note
    self.columns = columns
    self.rows = rows
  }
}

/// A statistic of simulated histories: its median, and the ends of the range that holds 90 % of them.
public struct SimulatedBand: Sendable, Hashable {
  /// 5 % of the histories lie below.
  public var low: Double
  /// The median.
  public var middle: Double
  /// 5 % of the histories lie above.
  public var high: Double

  /// Creates a band.
  public init(low: Double, middle: Double, high: Double) {
    self.low = low
    self.middle = middle
    self.high = high
  }
}

/// What was observed of one asset against what the fitted process makes of it.
public struct AssetDiagnostics: Sendable {
  /// One quantile of the returns.
  public struct Quantile: Sendable {
    /// Its probability.
    public var probability: Double
    /// The observed return.
    public var observed: Double
    /// The same of simulated histories.
    public var simulated: SimulatedBand

    /// Creates a quantile.
    public init(probability: Double, observed: Double, simulated: SimulatedBand) {
      self.probability = probability
      self.observed = observed
      self.simulated = simulated
    }
  }

  /// The volatility over one stretch of time.
  public struct Stretch: Sendable {
    /// The middle of the stretch, in hours since 1970.
    public var hours: Double
    /// Root mean square of the returns, annualised.
    public var realised: Double
    /// The model's own for the same steps, annualised; nil where it has no state that follows the data.
    public var model: Double?

    /// Creates a stretch.
    public init(hours: Double, realised: Double, model: Double?) {
      self.hours = hours
      self.realised = realised
      self.model = model
    }
  }

  /// The asset.
  public var id: String
  /// Quantiles with rising probability.
  public var quantiles: [Quantile]
  /// Autocorrelation of squared returns at lags 1, 2, …: observed, and of simulated histories.
  public var autocorrelations: [(observed: Double, simulated: SimulatedBand)]
  /// Volatility along the window.
  public var volatility: [Stretch]
  /// The volatility of stretches of simulated histories, annualised.
  public var simulatedVolatility: SimulatedBand

  /// Creates the diagnostics of one asset.
  public init(
    id: String, quantiles: [Quantile], autocorrelations: [(observed: Double, simulated: SimulatedBand)],
    volatility: [Stretch], simulatedVolatility: SimulatedBand
  ) {
    self.id = id
    self.quantiles = quantiles
    self.autocorrelations = autocorrelations
    self.volatility = volatility
    self.simulatedVolatility = simulatedVolatility
  }
}

/// The correlation matrix with a standard error for each entry.
public struct CorrelationDiagnostics: Sendable {
  /// The assets, in the order of rows and columns.
  public var assets: [String]
  /// Correlations, [row][column].
  public var values: [[Double]]
  /// Their standard errors; 0 on the diagonal.
  public var standardErrors: [[Double]]

  /// Creates the matrix.
  public init(assets: [String], values: [[Double]], standardErrors: [[Double]]) {
    self.assets = assets
    self.values = values
    self.standardErrors = standardErrors
  }
}

/// How often assets fall together: the share of the steps in which one is below its q quantile in which another is too.
public struct TailDiagnostics: Sendable {
  /// The mean over all pairs at one q.
  public struct Level: Sendable {
    /// The share of steps that counts as a fall.
    public var probability: Double
    /// Observed.
    public var observed: Double
    /// Of simulated histories.
    public var simulated: SimulatedBand

    /// Creates a level.
    public init(probability: Double, observed: Double, simulated: SimulatedBand) {
      self.probability = probability
      self.observed = observed
      self.simulated = simulated
    }
  }

  /// One pair at the q of `pairProbability`.
  public struct Pair: Sendable {
    /// The two assets.
    public var assets: (String, String)
    /// Observed.
    public var observed: Double
    /// Of simulated histories.
    public var simulated: SimulatedBand

    /// Creates a pair.
    public init(assets: (String, String), observed: Double, simulated: SimulatedBand) {
      self.assets = assets
      self.observed = observed
      self.simulated = simulated
    }
  }

  /// Means over all pairs, with rising q.
  public var levels: [Level]
  /// The q of the pairs.
  public var pairProbability: Double
  /// Every pair.
  public var pairs: [Pair]

  /// Creates the diagnostics.
  public init(levels: [Level], pairProbability: Double, pairs: [Pair]) {
    self.levels = levels
    self.pairProbability = pairProbability
    self.pairs = pairs
  }
}

extension FittedTable {
  /// The table for a terminal: figures with their standard errors.
  public var terminalTable: TextTable {
    TextTable(header: [title] + columns, rows: rows.map { row in [row.name] + row.figures.map { $0?.text ?? "" } })
  }
}

extension FittedFigure {
  /// `value ± standard error`.
  var text: String {
    let value = NumberText.ratio(value, .measured)
    return standardError.map { "\(value) ± \(NumberText.ratio($0, .stated))" } ?? value
  }
}
