import Foundation
import JobFiles
import Reports
import RiskMeasures
import StressTesting
import Testing

/// Whole runs of several venues, the trace of one path, and the pairing with a market without impact.
@Suite("Runs of several venues")
struct SeveralVenuesRunTests {
  /// The two-accounts portfolio twice on one market, the second under another name.
  private final class TwinFolders {
    let folder = FileManager.default.temporaryDirectory.path + "/plimsoll-venues-" + UUID().uuidString

    init(impact: Double) throws {
      let source = Embedded.root + "/Portfolios/two-accounts"
      for name in ["perps", "other"] {
        try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        for file in ["venue.yaml", "positions.csv", "accounts.csv"] {
          var text = try String(contentsOfFile: "\(source)/\(file)", encoding: .utf8)
          if file == "venue.yaml" {
            text = text.replacingOccurrences(of: "venue: perps", with: "venue: \(name)")
            text = text.replacingOccurrences(of: "coefficient: 1.0", with: "coefficient: \(impact)")
          }
          try text.write(toFile: "\(folder)/\(name)/\(file)", atomically: true, encoding: .utf8)
        }
      }
      for file in ["market.yaml", "prices.csv"] {
        try FileManager.default.copyItem(atPath: "\(source)/\(file)", toPath: "\(folder)/\(file)")
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func job(_ portfolios: String, paths: Int = 300, more: String = "") throws -> StressJob {
      let text = """
        job: venues
        \(portfolios)
        market: { calibration: market.yaml, process: { kind: gbm, volatilityMultiple: 3 } }
        horizon: { hours: 48, stepHours: 2 }
        paths: \(paths)
        seed: 5
        marginModels: [{ name: static, kind: tiered }]
        measures: { levels: [0.95], componentLevel: 0.95 }
        \(more)
        """
      try text.write(toFile: folder + "/job.yaml", atomically: true, encoding: .utf8)
      return try StressJob.load(path: folder + "/job.yaml")
    }
  }

  private func estimates(_ report: StressReport, venue: String) -> [String: Double] {
    let found = report.models[0].estimates.filter { $0.label.venue == venue && $0.label.origin == nil }
    return Dictionary(uniqueKeysWithValues: found.map { (MeasureKey.text($0.label), $0.value) })
  }

  @Test("without impact every figure of a venue is the same alone and in a pair, to the bit")
  func alone() throws {
    let folders = try TwinFolders(impact: 0)
    let alone = try StressTest(folders.job("portfolio: perps")).run(workers: 1)
    let pair = try StressTest(folders.job("portfolios: [perps, other]")).run(workers: 1)
    let expected = estimates(alone, venue: "perps")
    let found = estimates(pair, venue: "perps")
    #expect(expected.count > 40)
    for (name, value) in expected {
      #expect(found[name]?.bitPattern == value.bitPattern || (value.isNaN && found[name]?.isNaN == true), "\(name)")
    }
    #expect(pair.losses.map(\.values).count == 2 && pair.losses[0].values == pair.losses[1].values)
  }

  @Test("totals are sums by path, parts add up, and the same twice is half each")
  func totals() throws {
    let folders = try TwinFolders(impact: 1)
    let report = try StressTest(folders.job("portfolios: [perps, other]")).run(workers: 2)
    let all = estimates(report, venue: "all venues")
    let shortfall = try #require(all["total.loss.es 0.95"])
    for venue in ["perps", "other"] {
      let part = try #require(estimates(report, venue: venue)["component.venue.es 0.95"])
      #expect(abs(part - shortfall / 2) <= 1e-9 * abs(shortfall))
    }
    let losses = report.losses.map(\.values)
    let worst = try #require(report.worstPaths.first)
    let sums = losses[0].indices.map { losses[0][$0] + losses[1][$0] }
    #expect(worst.loss == sums.max() && sums[worst.path] == worst.loss)
    #expect(report.largestConservationResidual < 1e-9)
    let html = try String(decoding: #require(try ReportHTML().files(for: report).first).bytes, as: UTF8.self)
    #expect(html.contains("Contagion under static") && html.contains("all venues") && html.contains("The worst path"))
  }

  @Test("the trace of a path is that path: its losses, its reserve, its closings")
  func trace() throws {
    let folders = try TwinFolders(impact: 1)
    let test = StressTest(try folders.job("portfolios: [perps, other]", paths: 600))
    let report = try test.run(workers: 2)
    let worst = try #require(report.worstPaths.first)
    let trace = try test.trace(path: worst.path)
    #expect(trace.loss == worst.loss && trace.steps.count == 25)
    for venue in 0..<2 {
      #expect(trace.venues[venue].loss == report.losses[venue].values[worst.path])
      let end = try #require(trace.steps.last).venues[venue]
      #expect(end.closings == trace.liquidations.count { $0.venue == trace.venues[venue].id })
      #expect(end.closings > 0)
    }
    #expect(trace.steps[0].exogenous == trace.steps[0].marks)
    #expect(trace.steps.contains { zip($0.marks, $0.exogenous).contains { $0 != $1 } }, "impact is seen")
    #expect(worst.command.contains("--path \(worst.path)"))
    let files = try trace.files()
    #expect(files.map(\.name) == ["trace.json", "trace.html"])
    let document = try JSONSerialization.jsonObject(with: Data(files[0].bytes)) as? [String: Any]
    #expect((document?["steps"] as? [Any])?.count == 25)
    #expect(throws: NoSuchPath.self) { try test.trace(path: 600) }
    #expect(throws: NoSuchPath.self) { try test.trace(path: 0, model: "dynamic") }
  }

  @Test("with against without impact: nothing where there is none, ratios and differences where there is")
  func pairing() throws {
    let more = "compare: { withoutImpact: true }"
    let none = try StressTest(TwinFolders(impact: 0).job("portfolios: [perps, other]", more: more)).run(workers: 1)
    let rows = try #require(none.impactPairings.first).rows
    #expect(rows.count > 20)
    for row in rows { #expect(row.difference.difference == 0 || row.difference.difference.isNaN) }
    let strong = try StressTest(TwinFolders(impact: 1).job("portfolios: [perps, other]", more: more)).run(workers: 1)
    let pairing = try #require(strong.impactPairings.first)
    let notional = try #require(
      pairing.amplifications.first { $0.id == "amplification.notional" && $0.label.venue == "perps" })
    let row = try #require(
      pairing.rows.first { $0.with.id == "liquidation.notional.mean" && $0.with.label.venue == "perps" })
    #expect(row.with.value != row.without.value && row.with.value > 0 && row.without.value > 0)
    #expect(abs(notional.value - row.with.value / row.without.value) < 1e-9)
    #expect(abs(row.difference.difference - (row.with.value - row.without.value)) <= 1e-9 * row.with.value)
    #expect(try TablesCSV().files(for: strong).contains { $0.name == "tables/without_impact.csv" })
  }
}

/// A label as one text.
private enum MeasureKey {
  static func text(_ label: MeasureLabel) -> String {
    [label.id, label.level.map { "\($0)" }, label.group, label.asset, label.leverageBucket].compactMap(\.self)
      .joined(separator: " ")
  }
}
