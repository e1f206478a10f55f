public import ArgumentParser
import Foundation
import JobFiles
import Reports
import Schema
public import StressTesting

/// `plimsoll calibrate`: figures of a process from observed prices.
struct CalibrateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate", abstract: "Fit a price process to a table of prices and write a market file.",
    discussion: """
      Examples: plimsoll calibrate prices.csv --process garch --out market.yaml
                plimsoll calibrate prices.csv --process merton --assets BTC,ETH --from 2021-01-01 --out market.yaml

      Writes MARKET.yaml, which a job names as market.calibration, and calibration.html beside it: how well the process \
      fits. The table has a column of times and one column an asset; blanks are missing prices. Nothing is taken across a \
      gap, and outliers are reported, never removed.
      """)

  @Argument(help: "The table of prices.", completion: .file(extensions: ["csv"]))
  var prices: String

  @Option(
    name: .long, help: "What to fit: \(CalibratedProcess.names.joined(separator: ", ")).",
    completion: .list(CalibratedProcess.names), transform: CalibratedProcess.init(argument:))
  var process: CalibratedProcess

  @Option(name: .long, help: "The market file to write.")
  var out: String

  @Option(name: .long, help: "The page to write (default: calibration.html beside the market file).")
  var page: String?

  @Flag(name: .long, help: "Replace files that exist.")
  var force = false

  @Option(name: .long, help: "Assets to take, separated by commas (default: every column).")
  var assets: String?

  @Option(name: .long, help: "First time, such as 2021-01-01.")
  var from: String?

  @Option(name: .long, help: "Last time; a day includes all of itself.")
  var to: String?

  @Option(name: .customLong("step-hours"), help: "Step of the returns in hours (default: that of the prices).")
  var stepHours: Double?

  @Option(name: .customLong("correlation-hours"), help: "Step of the moves that are correlated (default: the step).")
  var correlationHours: Double?

  @Flag(name: .long, help: "Shrink correlations towards their mean (Ledoit and Wolf).")
  var shrink = false

  @Option(name: .long, help: "Law of GARCH innovations: student-t or normal.")
  var innovations: CalibrationOptions.Innovations = .studentT

  @Flag(name: .long, help: "Fit GJR's asymmetry too.")
  var asymmetric = false

  @Flag(name: .customLong("free-variance"), help: "Fit GARCH's long-run variance instead of taking the sample's.")
  var freeVariance = false

  @Flag(name: .customLong("keep-mean"), help: "Keep fitted means as drift (default: none).")
  var keepMean = false

  @Option(name: .long, help: "Number of regimes, 1 to 3 (default: the one with the lowest BIC).")
  var regimes: Int?

  @Option(
    name: .long,
    help: "TOKEN=BASE: fit the column TOKEN as a peg over the column BASE, or over 'settlement'; may be repeated.")
  var peg: [String] = []

  @OptionGroup var talk: TalkOptions

  func validate() throws {
    for (name, value) in [("--step-hours", stepHours), ("--correlation-hours", correlationHours)] {
      if let value, !(value > 0 && value <= 8760) {
        throw ValidationError("\(name): found \(value), allowed: a number in (0, 8760]")
      }
    }
    if let regimes, !(1...3).contains(regimes) {
      throw ValidationError("--regimes: found \(regimes), allowed: 1, 2 or 3")
    }
    if regimes != nil, process != .regimeSwitching {
      throw ValidationError("--regimes belongs to --process regime-switching")
    }
    if let assets, names(assets).isEmpty { throw ValidationError("--assets: no asset is named") }
    for text in peg where request(text) == nil {
      throw ValidationError("--peg: found \(quotedForMessage(text)), allowed: TOKEN=BASE or TOKEN=settlement")
    }
    let hasGarchOptions = asymmetric || freeVariance || innovations != .studentT
    if hasGarchOptions, ![.garch, .dccGarch, .filteredHistorical].contains(process) {
      throw ValidationError(
        "--innovations, --asymmetric and --free-variance belong to garch, dcc-garch and filtered-historical")
    }
  }

  func run() throws {
    let console = talk.console
    try reportingFailures(console, "nothing was written") {
      let started = Date.now
      let files = CalibrationFiles(market: out, page: page, replaces: force)
      try files.check()
      let table = try PriceTable.load(path: prices, assets: columns, from: from, to: to)
      let result = try MarketCalibrationRun(table, process: process, options: options).run()
      for warning in result.warnings { console.warning(warning) }
      try files.write(result)
      try console.output(ending(result, files))
      console.detail("calibrated in \(Text.seconds(Date.now.timeIntervalSince(started)))")
    }
  }

  private var options: CalibrationOptions {
    var options = CalibrationOptions()
    options.stepHours = stepHours
    options.correlationHours = correlationHours
    options.shrinksCorrelation = shrink
    options.innovations = innovations
    options.isAsymmetric = asymmetric
    options.targetsVariance = !freeVariance
    options.keepsMean = keepMean
    options.regimes = regimes
    options.pegs = peg.compactMap(request)
    return options
  }

  /// The columns asked for, those of pegs with them; empty for all.
  private var columns: [String] {
    guard let assets else { return [] }
    let pegs = peg.compactMap(request).flatMap { [$0.token, $0.base].compactMap(\.self) }
    return (names(assets) + pegs).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// TOKEN=BASE, read; nil where it is not that.
  private func request(_ text: String) -> PegRequest? {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, parts[0] != parts[1] else { return nil }
    return PegRequest(token: parts[0], base: parts[1] == PegRequest.settlement ? nil : parts[1])
  }

  private func names(_ list: String) -> [String] {
    list.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// The fitted figures, and where everything is.
  private func ending(_ result: CalibratedMarket, _ files: CalibrationFiles) -> String {
    let tables = result.report.figures.map(\.terminalTable.text)
    return NumberText.plain((tables + ["market: \(files.market)", "page: \(files.page)"]).joined(separator: "\n"))
  }
}

extension CalibratedProcess {
  fileprivate static let names = allCases.map(\.rawValue)

  /// The process of that name; an unknown one is refused with what there is, Bates's with why it is not.
  fileprivate init(argument: String) throws {
    if let found = Self(rawValue: argument) {
      self = found
      return
    }
    guard argument != "bates" else {
      throw ValidationError(
        "bates is simulated but not fitted: a few thousand returns hardly tell its jumps from its fast variance; fit heston "
          + "or merton, or write its figures into the market file, from options or from judgement")
    }
    let hint = nearestWord(to: argument, among: Self.names).map { "; did you mean '\($0)'?" } ?? ""
    throw ValidationError(
      "there is no process \(quotedForMessage(argument)) to fit; allowed: \(Self.names.joined(separator: ", "))\(hint)")
  }
}

extension CalibrationOptions.Innovations: ExpressibleByArgument {}
