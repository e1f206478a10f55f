import Foundation
import JobFiles
import Reports
import RiskMeasures
import StressTesting
import Synchronization
import Testing

/// Scenarios beside the job's own paths: the same figures where nothing differs, the right ones where something does.
@Suite("A run with scenarios")
struct ScenarioRunTests {
  private static func run(_ name: String, _ overrides: KeyValuePairs<String, String>, workers: Int = 2) throws
    -> StressReport
  {
    try StressTest(Embedded.job(name, overrides)).run(workers: workers)
  }

  private static func values(_ scenario: ScenarioResult) -> [[UInt64]] {
    scenario.figures.map { $0.flatMap { [$0.value.bitPattern, $0.standardError.bitPattern] } }
  }

  @Test("a scenario whose shocks have no size is the job's own market, bit for bit, under every model")
  func nothing() throws {
    let report = try Self.run(
      "nightly",
      [
        "paths": "512", "horizon.days": "3",
        "scenarios": """
        [{name: nothing, shocks: [{kind: price, size: 0, at: 4}, {kind: volatility, factor: 1},
          {kind: correlation, blend: 0}, {kind: liquidity, volumeFactor: 1, spreadFactor: 1}]},
         {name: something, shocks: [{kind: volatility, factor: 1.01}]}]
        """,
      ])
    #expect(report.scenarios.map(\.description.name) == [nil, "nothing", "something"])
    let all = report.scenarios.map(Self.values)
    #expect(all[0] == all[1] && all[0] != all[2])
    // The job's own figures in the table of the scenarios are those of the report.
    let loss = try #require(report.scenarios[0].figure("scenario.exhaustionProbability"))
    #expect(loss == (try report.value("reserve.exhaustionProbability")))
    #expect(report.models.count == 3 && report.scenarios.allSatisfy { $0.figures.count == 3 })
  }

  @Test("the given path of two accounts as a scenario of a drawn market comes to the cent worked by hand")
  func twoAccounts() throws {
    let direct = try Self.run("two-accounts", [:])
    let report = try Self.run(
      "two-accounts",
      [
        "market.process": "{kind: gbm}", "market.history": "", "paths": "256",
        "scenarios":
          "[{name: by-hand, market: {process: {kind: replay}, history: ../Portfolios/two-accounts/prices.csv}}]",
      ])
    let scenario = report.scenarios[1]
    #expect(scenario.description.isOnePath && scenario.paths == 1)
    #expect(try #require(scenario.figure("scenario.loss.mean")) == direct.value("venue.loss.var", level: 0.99))
    #expect(try #require(scenario.figure("scenario.accounts.mean")) == 1)
    let reserve = try #require(scenario.figure("scenario.reserveLeft.mean"))
    let parts = try ["shortfall", "uncovered"].map { try #require(scenario.figure("scenario.\($0).mean")) }
    let inflow = try direct.value("reserve.inflow.mean")
    #expect(abs(reserve - (direct.venues[0].initialReserve + inflow - parts[0] + parts[1])) < 1e-9)
  }

  @Test("limits are held against the scenario that they name")
  func limits() throws {
    let report = try Self.run(
      "two-accounts",
      [
        "scenarios": "[{name: deeper, shocks: [{kind: price, size: -0.2, at: 2}]}]",
        "limits": """
        [{scenario: deeper, measure: scenario.markFall.mean, model: static, above: 0.1},
         {scenario: deeper, measure: liquidation.count.mean, model: static, below: 0},
         {measure: margin.coverage, model: static, below: 0.49}]
        """,
      ])
    #expect(report.limits.map(\.status) == [.breached, .kept, .kept])
    #expect(report.limits[0].sentence.contains("under static in scenario deeper"))
    #expect(report.hasBreach)
  }

  @Test("a thin book costs more than a deep one, on the same prices")
  func thinner() throws {
    let crash = "{kind: price, size: -0.15, at: 6}"
    let report = try Self.run(
      "nightly",
      [
        "paths": "256", "horizon": "{hours: 12, stepHours: 1}", "compare.match": "[as-configured]",
        "scenarios": """
        [{name: deep, shocks: [\(crash)]},
         {name: thin, shocks: [\(crash), {kind: liquidity, volumeFactor: 0.1, spreadFactor: 10}]}]
        """,
      ])
    func figure(_ scenario: Int, _ id: String) throws -> Double {
      try #require(report.scenarios[scenario].figure("scenario.\(id).mean"))
    }
    #expect(try figure(1, "exogenousFall") == figure(2, "exogenousFall"))
    #expect(try figure(0, "exogenousFall") < figure(1, "exogenousFall"))
    for id in ["markFall", "loss", "shortfall"] { #expect(try figure(1, id) < figure(2, id), "\(id)") }
    let residuals = report.scenarios.map(\.largestConservationResidual)
    #expect(residuals.allSatisfy { $0 < 1e-9 })
  }

  @Test("the same bytes on one worker and on three; the hash and the summary know the scenarios")
  func sameBytes() throws {
    let scenarios = """
      [{name: wild, paths: 300, horizon: {days: 1, stepHours: 4}, market: {process: {kind: gbm}},
        shocks: [{kind: correlation, blend: 0.3}, {kind: price, size: -0.1, at: 8, rampHours: 4}]}]
      """
    func report(_ scenarios: String, workers: Int) throws -> StressReport {
      try Self.run("lending", ["paths": "300", "horizon.days": "2", "scenarios": scenarios], workers: workers)
    }
    let one = try report(scenarios, workers: 1)
    let three = try report(scenarios, workers: 3)
    #expect(try one.summaryBytes() == three.summaryBytes())
    #expect(one.provenance.jobHash == three.provenance.jobHash)
    let other = try report(scenarios.replacingOccurrences(of: "-0.1", with: "-0.11"), workers: 3)
    #expect(one.provenance.jobHash != other.provenance.jobHash)
    #expect(try one.summaryBytes() != other.summaryBytes())
    let files = try one.files(in: [TablesCSV.self, ReportHTML.self, ReportMarkdown.self])
    for name in ["tables/scenarios.csv", "report.html", "report.md"] {
      let file = try #require(files.first { $0.name == name })
      #expect(String(decoding: file.bytes, as: UTF8.self).contains("wild"))
    }
  }

  @Test("progress counts the blocks of all scenarios, and a run can be ended within them")
  func progress() throws {
    let job = try Embedded.job(
      "two-accounts",
      [
        "market.process": "{kind: gbm}", "market.history": "", "paths": "10",
        "scenarios": """
        [{name: a, paths: 600, shocks: [{kind: price, size: -0.1}]}, {name: b, shocks: [{kind: price, size: 0.1}]}]
        """,
      ])
    let seen = ProgressLog()
    _ = try StressTest(job).run(workers: 1, progress: { seen.add($0) })
    let steps = seen.steps.filter { $0.activity == .varying }
    #expect(steps.map(\.done) == [1, 2, 3, 4] && steps.allSatisfy { $0.total == 4 })
    #expect(throws: (any Error).self) {
      try StressTest(job).run(workers: 1, shouldStop: { seen.steps.count > 8 }, progress: { seen.add($0) })
    }
  }
}

extension ScenarioResult {
  /// The first model's figure of this id.
  fileprivate func figure(_ id: String) -> Double? { figures.first?.first { $0.id == id }?.value }
}

/// What a run told of its progress.
private final class ProgressLog: Sendable {
  private let all = Mutex<[RunProgress]>([])
  var steps: [RunProgress] { all.withLock { $0 } }
  func add(_ step: RunProgress) { all.withLock { $0.append(step) } }
}
