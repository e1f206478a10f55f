import JobFiles
import Reports
import RiskMeasures
import Simulation
import StressTesting
import Testing

/// `compare.match: [equal-coverage]` from a job file to a report.
@Suite("A comparison at equal coverage")
struct CoverageRunTests {
  private func report(_ copy: CopiedJob, models: String) throws -> StressReport {
    try StressTest(
      copy.job([
        "market.process": "{kind: gbm}", "market.history": "", "atStart": "close", "paths": "512",
        "horizon": "{hours: 96, stepHours: 2}", "marginModels": "[{name: static, kind: tiered}, \(models)]",
        "compare": "{baseline: static, match: [as-configured, equal-coverage], pilotPaths: 1024}",
      ])
    ).run(workers: 1)
  }

  @Test("the same model has factor 1; another one covers as much as the baseline, and the factor has an error")
  func matched() throws {
    let report = try report(
      CopiedJob(),
      models: """
        {name: same, kind: tiered},
        {name: dynamic, kind: volatility-scaled, volatility: {kind: ewma, lambda: 0.97}, cap: 1, confidence: 0.99}
        """)
    #expect(report.warnings.isEmpty, "\(report.warnings)")
    let matched = report.models.filter { $0.matching == Matching.equalCoverage.rawValue }
    #expect(matched.map(\.displayName) == ["same, equal coverage", "dynamic, equal coverage"])
    #expect(abs(matched[0].factor - 1) < 1e-12 && matched[0].factorStandardError == 0)
    #expect(matched[1].factor < 0.9 && matched[1].factorStandardError > 0 && matched[1].factorStandardError < 0.05)
    func coverage(_ model: ModelResult) throws -> Double {
      try #require(model.estimates.first { $0.id == "margin.coverage" }).value
    }
    let (baseline, configured) = (try coverage(report.models[0]), try coverage(report.models[2]))
    #expect(baseline < 0.95 && configured > baseline + 0.02)
    #expect(abs(try coverage(matched[1]) - baseline) < 0.015)
  }

  @Test("a baseline that covers every move leaves the factor open, and the report says so")
  func open() throws {
    let copy = try CopiedJob()
    try copy.edit("market.yaml", "1.91049731745428", "0.05")
    let report = try report(copy, models: "{name: same, kind: tiered}")
    #expect(report.models.map(\.matching) == ["as-configured", "as-configured"])
    #expect(
      report.warnings.contains { $0.hasPrefix("same cannot be matched in coverage: the baseline covered every move") })
  }
}
