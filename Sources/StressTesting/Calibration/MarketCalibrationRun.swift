public import JobFiles
public import Reports
public import Schema

import Kernels
import Markets

/// Fits a process to observed prices: from a checked table to `market.yaml` and the page that shows how well it fits.
///
/// ```swift
/// let table = try PriceTable.load(path: "prices.csv", assets: ["BTC", "ETH"])
/// let market = try MarketCalibrationRun(table, process: .garch).run()
/// print(market.file.text)
/// ```
/// The same table and choices give the same bytes.
public struct MarketCalibrationRun: Sendable {
  /// The prices.
  public let table: PriceTable
  /// What is fitted.
  public let process: CalibratedProcess
  /// How.
  public let options: CalibrationOptions

  /// A calibration of `process` to `table`.
  public init(_ table: PriceTable, process: CalibratedProcess, options: CalibrationOptions = CalibrationOptions()) {
    self.table = table
    self.process = process
    self.options = options
  }

  /// Fits, writes the file's text, and compares simulated histories with the observed one.
  ///
  /// - Throws: every problem found, naming assets: too few returns, a fit that did not settle, figures that no process takes.
  public func run() throws(Problems) -> CalibratedMarket {
    BLAS.useOneThread()
    var market = try FittedMarket(table, process: process, options: options)
    if process.fitsGarch { try market.fitGarch(options) }
    switch process {
    case .gbm, .garch, .filteredHistorical: break
    case .ewma: try market.fitDecay()
    case .dccGarch: try market.fitDynamicCorrelation()
    case .merton: try market.fitJumps()
    case .heston: try market.fitVariance()
    case .regimeSwitching: try market.fitRegimes(options)
    case .stationaryBootstrap: try market.fitBlockLength()
    }
    try market.fitPegs(options.pegs, of: table)
    market.record.assets = market.records
    market.record.remarks = remarks(market)
    let file = MarketFile(market.calibration, record: market.record)
    let report = try market.report(of: file, process: process, table: table)
    return CalibratedMarket(file: file, report: report, process: process, warnings: report.warnings)
  }

  /// The head of the file: what the figures are, and how a job uses them.
  private func remarks(_ market: FittedMarket) -> [String] {
    let prices = process.resamplesHistory ? ", history: \(table.file.label)" : ""
    let parameters = market.process.parameters.map { ", \($0.key): \($0.value)" }.joined()
    return [
      "In a job:  market: { calibration: this file\(prices), process: { kind: \(process.processKind)\(parameters) } }",
      "Volatilities and drifts are a year of 365 days; GARCH figures are those of log returns of their stepHours.",
      "standardErrors, logLikelihood and observations are for the reader; a job checks them and does not use them.",
    ] + market.method
  }
}

/// A fitted process, ready to be written.
public struct CalibratedMarket: Sendable {
  /// `market.yaml`, and the figures that a job reads from it.
  public let file: MarketFile
  /// What the page shows.
  public let report: CalibrationReport
  /// What was fitted.
  public let process: CalibratedProcess
  /// What the user should know before using the figures.
  public let warnings: [String]
}
