import JobFiles
import Kernels
import Markets
import Reports
import Schema

/// A fitted process while it is put together: the figures, what is said of them, and what diagnostics need.
struct FittedMarket {
  /// The history at the step of the returns.
  let history: PriceHistory
  /// Its log returns.
  let returns: LogReturns
  /// What every process starts from: volatilities, correlations, GARCH fits.
  let base: EstimatedMarket
  /// The assets with the figures of the process.
  var assets: [AssetCalibration]
  /// One record an asset.
  var records: [AssetRecord]
  /// Of the whole market.
  var record: CalibrationRecord
  /// Parts of the calibration that belong to the whole market.
  var regimes: RegimeChain?
  var marketJumps: MarketJumps?
  var weights: DynamicCorrelationWeights?
  var meanBlockHours: Double?
  var derived: [DerivedAsset] = []
  /// Another matrix, and degrees of freedom of another dependence, where the process brings its own.
  var correlation: Matrix
  var degreesOfFreedom: Double?
  /// How a job names the process.
  var process: SimulatedProcess
  /// Volatility that the fitted process gives each slot, annualised, [asset][slot]; nil where it has no state.
  var modelVolatility: [[Double]]?
  /// What the page shows of the figures.
  var tables: [FittedTable] = []
  /// What was done, one sentence each.
  var method: [String] = []
  /// What the user should know.
  var warnings: [String] = []

  /// The calibration as it is now.
  var calibration: MarketCalibration {
    MarketCalibration(
      assets: assets, correlation: correlation, window: window, degreesOfFreedom: degreesOfFreedom,
      regimes: regimes, marketJumps: marketJumps, dynamicCorrelation: weights, meanBlockHours: meanBlockHours,
      derived: derived)
  }

  /// The window, its source without the folders that it lay in: they say nothing to another reader.
  private var window: CalibrationWindow? {
    base.calibration.window.map { window in
      var window = window
      window.source = window.source.split(separator: "/").last.map(String.init) ?? window.source
      return window
    }
  }

  /// The step of the returns, in hours.
  var stepHours: Double { returns.stepHours }
  /// The assets that move, by index.
  var moving: [Int] { assets.indices.filter { assets[$0].volatility > 0 } }

  /// Records that something could not be fitted to an asset.
  func failure(_ message: String, found: String? = nil, hint: String) -> Problem {
    Problem(message, at: history.source, found: found, hint: hint)
  }
}

extension FittedMarket {
  /// Volatilities, correlations and GARCH fits, as every process starts.
  init(
    _ table: PriceTable, process: CalibratedProcess, options: CalibrationOptions
  ) throws(Problems) {
    let step = options.stepHours ?? process.usualStep(of: table.history)
    let own = try table.withoutTokens(options.pegs)
    history = try own.resampled(toHours: step)
    returns = history.logReturns()
    let specification = GarchSpecification(
      innovations: options.innovations == .normal ? .normal : .studentT, isAsymmetric: options.isAsymmetric,
      targetsVariance: options.targetsVariance)
    base = try HistoryEstimation.estimate(
      history: own, stepHours: step, garch: process.fitsGarch ? specification : nil,
      correlationHours: options.correlationHours, shrinksCorrelation: options.shrinksCorrelation)
    assets = base.calibration.assets
    correlation = base.calibration.correlation
    degreesOfFreedom = base.calibration.degreesOfFreedom
    self.process = SimulatedProcess(kind: process.processKind, parameters: [], stepHours: step)
    records = base.assets.map { estimate in
      var record = AssetRecord()
      record.volatilityError = estimate.volatility.standardError
      return record
    }
    record = CalibrationRecord(
      process: process.rawValue, remarks: [], sha256: table.file.sha256, frequencyHours: step, assets: [],
      correlationRemark: "")
    record.degreesOfFreedomError = base.dependence?.standardError
    setMeans(options)
    describeBase()
  }

  /// Fitted means, or none: a few years of prices hardly tell a drift from noise.
  private mutating func setMeans(_ options: CalibrationOptions) {
    let stepsPerYear = TimeGrid.hoursPerYear / stepHours
    for index in assets.indices {
      let volatility = base.assets[index].volatility
      if options.keepsMean {
        assets[index].drift = volatility.meanReturn * stepsPerYear + volatility.volatility * volatility.volatility / 2
        continue
      }
      assets[index].garch?.mean = 0
    }
    method.append(
      options.keepsMean
        ? "Means are kept: the drift is the mean log return a year plus half the variance, and GARCH keeps its μ."
        : "Fitted means are not used: drift and μ are 0, because a few years of prices hardly tell them from noise (see the "
          + "mean log returns under Data).")
  }

  private mutating func describeBase() {
    method.append(
      "Volatility is the standard deviation of log returns of \(text(stepHours)) h, annualised with 365 days; its standard "
        + "error allows for fat tails and clustering.")
    let moves = base.correlatesResiduals ? "standardised GARCH residuals" : "log returns"
    var sentence =
      "Correlations are those of \(moves) of \(text(base.correlationHours)) h over "
      + "\(base.correlationObservations) steps in which every asset has one"
    if let shrinkage = base.shrinkage {
      sentence += ", shrunk towards their mean with intensity \(rounded(shrinkage.intensity))"
    }
    method.append(sentence + ".")
    record.correlationRemark = sentence
    if let found = base.dependence {
      method.append(
        "The dependence is Student-t by maximum likelihood on the same moves: log-likelihood \(rounded(found.logLikelihood)), "
          + "of the jointly normal law \(rounded(found.normalLogLikelihood)).")
    }
  }

  /// A number for a sentence: four significant digits.
  func rounded(_ value: Double) -> String { NumberText.plain(NumberText.ratio(value)) }

  /// A number of hours without decimals where it has none.
  func text(_ value: Double) -> String { value == value.rounded() && abs(value) < 1e9 ? "\(Int(value))" : "\(value)" }
}
