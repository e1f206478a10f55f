import Foundation
import JobFiles
import Kernels
import Markets
import Reports
import Schema
import StressTesting
import Testing

/// From prices to a market file, for every process.
@Suite("Calibration")
struct CalibrationRunTests {
  /// Two assets under GARCH, a price a day, as a file.
  private static let prices: String = {
    func series(_ factor: UInt32, _ common: Double) -> [Double] {
      let draws = KeyedDraws(seed: 11, path: 1, purpose: .verification)
      var variance = 0.0016, price = 100.0
      return (0..<700).map { day in
        let shared = draws.normal(step: UInt32(day), factor: 0), own = draws.normal(step: UInt32(day), factor: factor)
        let move = variance.squareRoot() * (common * shared + (1 - common * common).squareRoot() * own)
        variance = 0.00008 + 0.12 * move * move + 0.83 * variance
        price *= exp(move)
        return price
      }
    }
    let columns = [series(1, 0.8), series(2, 0.7)]
    let start = 1_609_459_200.0
    return "date,A,B\n"
      + (0..<700).map { day in
        let date = Date(timeIntervalSince1970: start + Double(day) * 86_400).formatted(.iso8601.year().month().day())
        return "\(date),\(columns[0][day]),\(columns[1][day])"
      }.joined(separator: "\n") + "\n"
  }()

  private func table(_ text: String = prices) throws -> PriceTable {
    let path = NSTemporaryDirectory() + "plimsoll-calibration-" + UUID().uuidString + ".csv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try PriceTable.load(path: path)
  }

  private func read(_ text: String) throws -> MarketCalibration {
    let path = NSTemporaryDirectory() + "plimsoll-calibration-" + UUID().uuidString + ".yaml"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try MarketCalibration.load(path: path)
  }

  @Test(
    "every process gives a file that reads back as its figures, and a page with both assets",
    arguments: CalibratedProcess.allCases)
  func everyProcess(_ process: CalibratedProcess) throws {
    var options = CalibrationOptions()
    if process == .regimeSwitching { options.regimes = 2 }
    let result = try MarketCalibrationRun(try table(), process: process, options: options).run()
    let loaded = try read(result.file.text)
    #expect(loaded.assets == result.file.calibration.assets)
    #expect(loaded.correlation == result.file.calibration.correlation)
    #expect(loaded.degreesOfFreedom == result.file.calibration.degreesOfFreedom)
    #expect(loaded.regimes == result.file.calibration.regimes)
    #expect(loaded.dynamicCorrelation == result.file.calibration.dynamicCorrelation)
    #expect(loaded.meanBlockHours == result.file.calibration.meanBlockHours)
    #expect(loaded.assets.allSatisfy { $0.drift == 0 && ($0.garch?.mean ?? 0) == 0 })
    switch process {
    case .garch, .dccGarch, .filteredHistorical: #expect(loaded.assets.allSatisfy { $0.garch != nil })
    case .heston: #expect(loaded.assets.allSatisfy { $0.heston != nil })
    case .regimeSwitching: #expect(loaded.regimes?.regimes.count == 2)
    case .stationaryBootstrap: #expect(loaded.meanBlockHours.map { $0 >= 24 } == true)
    case .ewma: #expect(result.file.text.contains(/lambda: 0\.[89]/))
    case .gbm, .merton: break
    }
    #expect((process == .dccGarch) == (loaded.dynamicCorrelation != nil))
    #expect(result.report.assets.map(\.id) == ["A", "B"] && result.report.correlation != nil)
    let quantiles = result.report.assets.flatMap(\.quantiles)
    let covered = quantiles.count { $0.simulated.low <= $0.observed && $0.observed <= $0.simulated.high }
    // Not all: some processes know no clustering, and a band is pointwise.
    #expect(covered * 2 > quantiles.count, "\(covered) of \(quantiles.count)")
  }

  @Test("the figures are those of the estimators, with their errors")
  func figures() throws {
    let table = try table()
    var options = CalibrationOptions()
    options.innovations = .normal
    let result = try MarketCalibrationRun(table, process: .garch, options: options).run()
    let returns = table.history.logReturns()
    let specification = GarchSpecification(innovations: .normal, targetsVariance: true)
    let fit = try #require(GarchFit(returns: returns.values[0], stepHours: 24, specification: specification))
    let found = try #require(result.file.calibration.assets[0].garch)
    #expect(abs(found.alpha / fit.parameters.alpha - 1) < 1e-6 && abs(found.omega / fit.parameters.omega - 1) < 1e-6)
    let error = try #require(fit.standardErrors?.alpha)
    #expect(result.file.text.contains("alpha: \(Double(String(format: "%.3g", error)) ?? 0)"))
    #expect(!result.file.text.contains("standardErrors: { mean"))
    var kept = options
    kept.keepsMean = true
    let other = try MarketCalibrationRun(table, process: .garch, options: kept).run()
    #expect(abs((other.file.calibration.assets[0].garch?.mean ?? 0) - fit.parameters.mean) < 1e-9)
    #expect(other.file.calibration.assets[0].drift != 0 && other.file.text.contains("standardErrors: { mean"))
  }

  @Test("a column asked for as a peg becomes a derived asset with the estimator's figures, and leaves the others alone")
  func pegs() throws {
    let draws = KeyedDraws(seed: 12, path: 1, purpose: .verification)
    var deviation = 0.0
    let lines = Self.prices.split(separator: "\n").enumerated().map { row, line -> String in
      guard row > 0 else { return line + ",STAKED" }
      deviation = 0.8 * deviation + 0.004 * draws.normal(step: UInt32(row), factor: 0)
      if row % 90 == 0 { deviation -= 0.05 }
      let price = (Double(line.split(separator: ",")[1]) ?? .nan) * 0.99 * exp(deviation)
      return "\(line),\(price)"
    }
    let table = try table(lines.joined(separator: "\n") + "\n")
    var options = CalibrationOptions()
    options.pegs = [PegRequest(token: "STAKED", base: "A")]
    let result = try MarketCalibrationRun(table, process: .gbm, options: options).run()
    let loaded = try read(result.file.text)
    #expect(loaded.derived == result.file.calibration.derived && loaded.assets.map(\.id) == ["A", "B"])
    let plain = try MarketCalibrationRun(self.table(), process: .gbm).run()
    #expect(loaded.assets == plain.file.calibration.assets)
    let ratios = zip(table.history.prices[2], table.history.prices[0]).map { $0 / $1 }
    let fit = try #require(PegFit(ratios: ratios, stepHours: 24))
    let asset = try #require(loaded.derived.first)
    let peg = try #require(asset.peg)
    #expect(asset.base == .asset("A") && abs(peg.halfLifeHours / fit.halfLifeHours.value - 1) < 1e-6)
    #expect(abs(peg.level / 0.99 - 1) < 0.01 && abs(peg.halfLifeHours / (24 * log(0.5) / log(0.8)) - 1) < 0.5)
    #expect(abs((peg.initial ?? 0) / (ratios.last ?? 1) - 1) < 1e-6 && (peg.depegs?.size.mean ?? 0) < -0.02)
    #expect(result.file.text.contains("base: \"A\"") && result.file.text.contains("standardErrors: { halfLifeHours"))
    #expect(result.report.figures.contains { $0.title == "Pegs" })
    options.pegs = [PegRequest(token: "STAKED", base: "B2"), PegRequest(token: "STAKED", base: "A")]
    let problems = #expect(throws: Problems.self) {
      try MarketCalibrationRun(table, process: .gbm, options: options).run()
    }
    #expect(
      problems?.description.contains("did you mean 'B'?") == true && problems?.description.contains("twice") == true)
  }

  @Test("rows without a price at the end of a table change nothing: today is the day of the last price")
  func silence() throws {
    let lines = Self.prices.split(separator: "\n").map(String.init)
    let silent = (1...60).map { day -> String in
      let date = Date(timeIntervalSince1970: 1_609_459_200 + Double(699 + day) * 86_400)
      return "\(date.formatted(.iso8601.year().month().day())),,"
    }
    let plain = try MarketCalibrationRun(table(), process: .garch).run()
    let table = try table((lines + silent).joined(separator: "\n") + "\n")
    let result = try MarketCalibrationRun(table, process: .garch).run()
    #expect(result.file.calibration.assets == plain.file.calibration.assets)
    #expect(result.file.calibration.window?.to == plain.file.calibration.window?.to)
  }

  @Test("the same prices give the same bytes")
  func sameBytes() throws {
    let one = try MarketCalibrationRun(table(), process: .gbm).run()
    let two = try MarketCalibrationRun(table(), process: .gbm).run()
    let names = [one, two].map { $0.report.data.first?.text ?? "" }
    #expect(names[0] != names[1])
    #expect(one.file.calibration.assets == two.file.calibration.assets)
    #expect(one.report.assets[0].simulatedVolatility == two.report.assets[0].simulatedVolatility)
    let table = try table()
    let again = try (0..<2).map { _ in try MarketCalibrationRun(table, process: .gbm).run() }
    #expect(again[0].file.text == again[1].file.text)
    #expect(try again[0].report.page(named: "x") == again[1].report.page(named: "x"))
  }

  @Test("gaps, blanks and outliers are reported, and outliers are kept")
  func reported() throws {
    var lines = Self.prices.split(separator: "\n").map(String.init)
    lines.removeSubrange(300..<310)
    lines[200] = lines[200].replacing(/,[^,]*$/, with: ",")
    let cells = lines[100].split(separator: ",")
    lines[100] = "\(cells[0]),\((Double(cells[1]) ?? 1) * 9),\(cells[2])"
    let result = try MarketCalibrationRun(table(lines.joined(separator: "\n")), process: .gbm).run()
    #expect(result.report.gaps.map(\.missingSteps) == [10])
    #expect(result.report.outliers.map(\.asset) == ["A", "A"])
    #expect(result.report.coverage.map(\.blanks) == [0, 1])
    #expect(result.warnings.contains { $0.contains("2 returns further than 10 robust") })
    #expect(result.file.calibration.assets[0].volatility > 1.5)
  }

  @Test("too few prices are refused with names")
  func refused() throws {
    let few = Self.prices.split(separator: "\n").prefix(100).joined(separator: "\n")
    for process in CalibratedProcess.allCases where process != .gbm && process != .stationaryBootstrap {
      #expect(throws: Problems.self) { try MarketCalibrationRun(table(few), process: process).run() }
    }
  }
}
