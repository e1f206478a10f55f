import Foundation
import JobFiles
import Kernels
import Markets
import Schema
import Testing

/// What `plimsoll calibrate` writes is what a job reads.
@Suite("Market file")
struct MarketFileTests {
  private let folder = NSTemporaryDirectory() + "plimsoll-market-" + UUID().uuidString

  /// Every block that a file can have.
  private func everything(ids: [String] = ["BTC", "ETH"], source: String = "prices.csv") throws -> MarketCalibration {
    let garch = GarchParameters(
      stepHours: 24, mean: -0.000_123_456_789, omega: 7.509_673_123_4e-6, alpha: 0.045_630_812_3,
      gamma: 0.012_345_678_9,
      beta: 0.913_491_512, degreesOfFreedom: 3.761_116_04, initialVolatility: 0.563_437_5)
    let size = JumpSize(mean: -0.061_234_567_89, deviation: 0.041_234_567_89)
    let assets = [
      AssetCalibration(
        id: ids[0], price: 71_202.9, volatility: 1.0 / 3, drift: -0.05, garch: garch,
        jumps: AssetJumps(marketWide: size, own: OwnJumps(intensityPerYear: 4.123_456_789, size: size)),
        heston: HestonParameters(
          reversionPerYear: 12.345_678_91, volatilityOfVariance: 2.2, correlation: -0.312_345_678,
          initialVolatility: 0.45)),
      AssetCalibration(id: ids[1], price: 1e-7, volatility: 0.8),
    ]
    let regimes = [("calm", 0.7, 0.0, 61.3), ("wary", 1.2, 0.1, 14.7), ("crisis", 2.9, 0.613_334_445_55, 3.9)]
    let next: [[Double]] = [[0, 0.75, 0.25], [2.0 / 3, 0, 1.0 / 3], [0.1, 0.9, 0]]
    let chain = RegimeChain(
      zip(regimes, next).map {
        MarketRegime(
          name: $0.0, volatilityMultiple: $0.1, correlationBlend: $0.2, meanDurationDays: $0.3, nextProbabilities: $1)
      })
    return MarketCalibration(
      assets: assets, correlation: Matrix(rows: 2, columns: 2, values: [1, 0.712_345_678_9, 0.712_345_678_9, 1]),
      window: CalibrationWindow(source: source, from: "2020-10-15", to: "2026-03-18", observations: 1980),
      degreesOfFreedom: 5.123_456_789, regimes: chain,
      marketJumps: MarketJumps(intensityPerYear: 6.5, sizeCorrelation: 0.6),
      dynamicCorrelation: DynamicCorrelationWeights(stepHours: 24, reaction: 0.021_234_567_89, persistence: 0.95),
      meanBlockHours: 313.777_777_77)
  }

  private func record() -> CalibrationRecord {
    func fit(_ names: String...) -> FitRecord {
      FitRecord(standardErrors: names.map { ($0, 0.012_345) }, logLikelihood: 1234.567, observations: 1980)
    }
    var asset = AssetRecord()
    asset.volatilityError = 0.0325
    asset.garch = fit("mean", "omega", "alpha", "gamma", "beta", "degreesOfFreedom")
    asset.marketWideJumps = FitRecord(standardErrors: [("mean", 0.01), ("deviation", 0.02)])
    asset.ownJumps = FitRecord(standardErrors: [("intensityPerYear", 0.5), ("mean", 0.01), ("deviation", nil)])
    asset.jumps = FitRecord(logLikelihood: 4.5, observations: 7)
    asset.heston = fit("reversionPerYear", "volatilityOfVariance", "correlation")
    asset.decay = AssetRecord.Decay(stepHours: 24, lambda: 0.94, fit: fit("lambda"))
    asset.remarks = ["a remark\nassets: []"]
    var record = CalibrationRecord(
      process: "garch", remarks: ["first", "second\r\nsneaky: true"], sha256: String(repeating: "a1", count: 32),
      frequencyHours: 24, logLikelihood: 99.5, assets: [asset, AssetRecord()], correlationRemark: "of the moves")
    record.degreesOfFreedomError = 0.25
    record.regimes = (0..<3).map { _ in
      FitRecord(standardErrors: [("volatilityMultiple", 0.1), ("correlationBlend", 0.1), ("meanDurationDays", 9)])
    }
    record.marketJumps = FitRecord(standardErrors: [("intensityPerYear", 1), ("sizeCorrelation", 0.1)])
    record.dynamicCorrelation = fit("reaction", "persistence")
    return record
  }

  private func load(_ text: String) throws -> MarketCalibration {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/market.yaml"))
    return try MarketCalibration.load(path: folder + "/market.yaml")
  }

  private func expectSame(_ read: MarketCalibration, _ written: MarketCalibration) {
    #expect(read.assets == written.assets)
    #expect(read.correlation == written.correlation)
    #expect(read.window == written.window)
    #expect(read.degreesOfFreedom == written.degreesOfFreedom)
    #expect(read.regimes == written.regimes)
    #expect(read.marketJumps == written.marketJumps)
    #expect(read.dynamicCorrelation == written.dynamicCorrelation)
    #expect(read.meanBlockHours == written.meanBlockHours)
  }

  @Test("reading the text gives the figures back, number for number, and they are those given to seven digits")
  func roundTrip() throws {
    let given = try everything()
    let file = MarketFile(given, record: record())
    expectSame(try load(file.text), file.calibration)
    let (before, after) = (try #require(given.assets[0].garch), try #require(file.calibration.assets[0].garch))
    for (a, b) in [(before.omega, after.omega), (before.alpha, after.alpha), (before.beta, after.beta)] {
      #expect(abs(a - b) <= 5e-7 * a)
    }
    #expect(MarketFile(given, record: record()).text == file.text)
  }

  @Test("standard errors, likelihoods, counts and the digest are in the text")
  func isComplete() throws {
    let text = MarketFile(try everything(), record: record()).text
    for part in [
      "volatilityStandardError: 0.0325", "omega: 7.509673e-06", "logLikelihood: 1234.57", "observations: 1980",
      "standardErrors: { intensityPerYear: 0.5, mean: 0.01 }", "sha256: \"a1a1", "standardError: 0.25",
      "standardErrors: { lambda: 0.0123 }", "next: { \"wary\": 0.75, \"crisis\": 0.25 }",
    ] {
      #expect(text.contains(part), "\(part)")
    }
  }

  @Test("names and remarks cannot become keys", arguments: ["a\"b\\c", "# x", "- y: {z", "é'ü", "key: value"])
  func hostile(_ name: String) throws {
    let file = MarketFile(try everything(ids: [name, "ETH"], source: name + " \u{202E}"), record: record())
    let read = try load(file.text)
    #expect(read.assets.map(\.id) == [name, "ETH"])
    #expect(read.window?.source == name + " U+202E")
  }

  @Test(
    "what is said of a fit is checked",
    arguments: [
      (
        "standardErrors: { reversionPerYear: 0.0123", "standardErrors: { reversionPerYear: -1",
        "assets[0].heston.standardErrors.reversionPerYear"
      ),
      (
        "standardErrors: { intensityPerYear: 1,", "standardErrors: { intensity: 1,",
        "marketJumps.standardErrors.intensity"
      ),
      ("standardErrors: { lambda: 0.0123 }", "standardErrors: 3", "assets[0].ewma.standardErrors"),
      (
        "standardErrors: { reaction: 0.0123", "standardErrors: { reaction: many",
        "dynamicCorrelation.standardErrors.reaction"
      ),
      ("persistence: 0.95", "persistence: 0.99", "dynamicCorrelation.persistence"),
      ("meanBlockHours: 313.7778", "meanBlockHours: 0", "bootstrap.meanBlockHours"),
      ("sha256: \"a1", "sha256: \"xy", "calibration.sha256"), ("lambda: 0.94", "lambda: 1", "assets[0].ewma.lambda"),
      ("logLikelihood: 4.5", "logLikelihood: high", "assets[0].jumps.logLikelihood"),
    ])
  func checked(_ old: String, _ new: String, _ place: String) throws {
    let text = MarketFile(try everything(), record: record()).text
    try #require(text.contains(old), "\(old)")
    do {
      _ = try load(text.replacing(old, with: new, maxReplacements: 1))
      Issue.record("nothing was found wrong with \(new)")
    } catch let problems as Problems {
      #expect(problems.all.map(\.location.keyPath) == [place])
      #expect(problems.all.allSatisfy { $0.location.line != nil })
    }
  }
}

/// Prices for a calibration.
@Suite("Price table")
struct PriceTableTests {
  private func table(
    _ text: String, assets: [String] = [], from: String? = nil, to: String? = nil
  ) throws -> PriceTable {
    let path = NSTemporaryDirectory() + "plimsoll-prices-" + UUID().uuidString + ".csv"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try PriceTable.load(path: path, assets: assets, from: from, to: to)
  }

  private let good = "date,A,B\n2025-01-01,1,2\n2025-01-02,2,\n2025-01-03,3,4\n2025-01-05,4,5\n"

  @Test("assets and window are taken; blanks stay blanks, gaps stay gaps, the digest is the file's")
  func read() throws {
    let found = try table(good, assets: ["B"], from: "2025-01-01", to: "2025-01-05")
    #expect(found.history.assetIDs == ["B"] && found.history.timesHours.count == 4)
    #expect(found.history.logReturns().observations(of: 0) == 0)
    #expect(found.file.sha256 == SHA256.hexDigest(of: Array(good.utf8)))
    #expect(try table(good, to: "2025-01-02").history.timesHours.count == 2)
  }

  @Test("what is wrong is said with its place")
  func wrong() throws {
    func problems(_ body: () throws -> PriceTable) -> [String] {
      do {
        _ = try body()
        return []
      } catch {
        return (error as? Problems)?.all.map(\.description) ?? ["\(error)"]
      }
    }
    #expect(problems { try PriceTable.load(path: "/nowhere.csv") }.first?.contains("No such file") == true)
    let times = problems { try table(good, from: "yesterday", to: "2025-13-01") }
    #expect(times.count == 2 && times[0].hasPrefix("--from:") && times[1].hasPrefix("--to:"))
    #expect(problems { try table(good, from: "2025-02-01", to: "2025-01-01") }.first?.contains("ends before") == true)
    #expect(problems { try table(good, assets: ["C", "D"]) }.count == 2)
    #expect(problems { try table("date,A\n2025-01-01,-1\n2025-01-02,x\n") }.count == 2)
  }
}
