import Foundation
import JobFiles
import Reports
import StressTesting
import Testing

/// What a book stands to gain or lose before any simulation, from files to report.
@Suite("Exposure and greeks in a report")
struct ExposureReportTests {
  private func page(_ report: StressReport) throws -> String {
    let page = try #require(try ReportHTML().files(for: report).first)
    return String(decoding: page.bytes, as: UTF8.self)
  }

  private func rows(_ name: String, _ report: StressReport) throws -> [Substring] {
    let file = try #require(try TablesCSV().files(for: report).first { $0.name == "tables/\(name).csv" })
    return String(decoding: file.bytes, as: UTF8.self).split(separator: "\n")
  }

  /// Two accounts of 1,000 coins at 100, one long and one short: equity 11,473 and 30,000, maintenance 5 %.
  @Test("two accounts by hand: 200,000 of notional over 6,473 and 25,000 of headroom, no greeks but delta")
  func twoAccounts() throws {
    let report = try StressTest(Embedded.job("two-accounts")).run(workers: 1)
    let exposure = try #require(report.curves.exposures.first)
    #expect(report.curves.exposures.count == 1 && exposure.group == nil)
    #expect(exposure.longNotional == 100_000 && exposure.shortNotional == 100_000)
    #expect(exposure.delta == 0 && exposure.gamma == 0 && exposure.vega == 0)
    let leverage = try #require(report.curves.leverages.first)
    #expect(leverage.notional == 200_000 && leverage.liquidatable == 0)
    #expect(abs(leverage.headroom - 31_473) < 1e-6)
    #expect(abs(try #require(leverage.leverage) - 200_000 / 31_473) < 1e-9)
    #expect(report.curves.leverages.count == report.models.count)
    let text = try page(report)
    #expect(text.contains("<h3>Exposure and greeks</h3>") && text.contains("<h3>Effective leverage</h3>"))
    #expect(try rows("exposure", report).count == 2)
    #expect(try rows("effective_leverage", report).count == 1 + report.models.count)
  }

  /// The portfolio of `Portfolios/portfolio-margin/README.md`; greeks by Black's formula in Python, with `math.erfc`:
  /// s = 0.6·√(30/365), d₊ = ln(50,000/K)/s + s/2; the future's delta is exp(0.05·30/365).
  @Test("a portfolio of options and futures: greeks as computed apart, leverage by model")
  func portfolio() throws {
    let report = try StressTest(Embedded.job("portfolio-margin")).run(workers: 1)
    let exposure = try #require(report.curves.exposures.first)
    #expect(exposure.longNotional == 100_000 && abs(exposure.shortNotional - 50_205.90) < 0.01)
    #expect(exposure.optionNotional == 200_000)
    #expect(abs(exposure.delta - 13_935.60) < 0.01)
    #expect(abs(exposure.gamma - (-4_026.47)) < 0.01)
    #expect(abs(exposure.vega - (-198.57)) < 0.01)
    let found = report.curves.leverages
    #expect(found.map(\.notional).allSatisfy { abs($0 - 210_307.11) < 0.01 })
    // Equity 20,000 less the maintenance of each model, as the README has it.
    #expect(abs(found[0].headroom - (20_000 - 18_004.12)) < 0.02)
    #expect(abs(found[1].headroom - (20_000 - 14_483.15)) < 0.02)
  }

  @Test("groups are shown where there are options, and add up to the book")
  func groups() throws {
    let report = try StressTest(
      Embedded.job("options-venue", ["paths": "16", "horizon": "{ hours: 2, stepHours: 1 }"])
    ).run(workers: 1)
    let all = report.curves.exposures.filter { $0.group == nil }
    let parts = report.curves.exposures.filter { $0.group != nil }
    #expect(Set(parts.compactMap(\.group)).count > 1)
    for row in all {
      let own = parts.filter { $0.asset == row.asset && $0.venue == row.venue }
      let gross = own.reduce(0) { $0 + $1.longNotional + $1.shortNotional + $1.optionNotional + $1.balances }
      #expect(abs(own.reduce(0) { $0 + $1.delta } - row.delta) <= 1e-9 * gross)
      #expect(abs(own.reduce(0) { $0 + $1.vega } - row.vega) <= 1e-9 * gross)
      #expect(abs(own.reduce(0) { $0 + $1.gamma } - row.gamma) <= 1e-9 * gross)
      #expect(abs(own.reduce(0) { $0 + $1.optionNotional } - row.optionNotional) <= 1e-9 * gross)
    }
    #expect(parts.contains { $0.gamma != 0 && $0.vega != 0 })
    let text = try page(report)
    let map = try #require(text.range(of: "id=\"map\""))
    let table = try #require(text.range(of: "<h3>Exposure and greeks</h3>"))
    #expect(map.lowerBound < table.lowerBound)
  }
}
