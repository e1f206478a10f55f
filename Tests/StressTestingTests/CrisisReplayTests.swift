import Foundation
import JobFiles
import RiskMeasures
import Reports
import StressTesting
import Testing

/// Real bars beside the project, on the book of the perpetual venue; skipped where they are absent.
@Suite("A crisis on today's book")
struct CrisisReplayTests {
  private static let bars =
    (ProcessInfo.processInfo.environment["PLIMSOLL_DATA"]
      ?? URL(fileURLWithPath: Embedded.root).deletingLastPathComponent().appendingPathComponent("shared/data").path)
    + "/stress_hourly_ohlcv.csv"

  private static var hasBars: Bool { FileManager.default.fileExists(atPath: bars) }

  /// A replay of one event on the nightly job's book and models as configured.
  private func report(_ history: String, from: String, hours: Int, intraStep: String) throws -> StressReport {
    try StressTest(
      Embedded.job(
        "nightly",
        [
          "market.history": "{ bars: \(Self.bars), \(history) }", "market.process": "{ kind: replay }",
          "market.dependence": "", "market.from": "\(from)", "market.intraStep": "{ kind: \(intraStep) }",
          "horizon": "{ hours: \(hours), stepHours: 1 }", "paths": "1", "compare.match": "[as-configured]",
          "compare.pilotPaths": "2", "output": "",
        ])
    ).run(workers: 1)
  }

  private func value(_ measure: String, _ report: StressReport) throws -> Double {
    try #require(report.models[0].estimates.first { $0.id == measure }).value
  }

  @Test("10 October 2025: the lows liquidate accounts, and cost money, that the closes miss", .enabled(if: hasBars))
  func october2025() throws {
    let history = "event: oct_2025_adl, venues: [binance_spot, binance_usdtm_perp]"
    let lows = try report(history, from: "2025-10-10", hours: 48, intraStep: "bars")
    let closes = try report(history, from: "2025-10-10", hours: 48, intraStep: "none")
    let frequency = "liquidation.frequency"
    #expect(try value(frequency, lows) > 1.5 * value(frequency, closes))
    #expect(lows.losses[0].values[0] > closes.losses[0].values[0] + 1e6)
    #expect(lows.pathStates[0].count == 2 && lows.largestConservationResidual < 1e-9)
  }

  @Test(
    "12 March 2020 runs on a book that holds assets which did not exist, and says who stood in", .enabled(if: hasBars))
  func march2020() throws {
    let history =
      "event: covid_black_thursday, proxies: { SOL: ETH, AVAX: ETH, DOT: ETH, AAVE: { asset: ETH, factor: 1.2 } }"
    let report = try report(history, from: "2020-03-12", hours: 48, intraStep: "bars")
    #expect(report.warnings.contains { $0.contains("AAVE has no bars in this event and moves with ETH") })
    #expect(try value("liquidation.frequency", report) > 0.05)
  }
}
