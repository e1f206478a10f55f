import JobFiles
import Kernels
import Reports
import RiskMeasures
import StressTesting
import Synchronization
import Testing

/// What a run promises besides figures: progress, an end on request, limits, warnings.
@Suite("A run")
struct RunTests {
  @Test("tells what it does, block by block, in order")
  func progress() throws {
    let seen = Mutex<[RunProgress]>([])
    _ = try StressTest(Embedded.job("lending", ["paths": "600"])).run(
      workers: 2, progress: { step in seen.withLock { $0.append(step) } })
    let steps = seen.withLock { $0 }
    #expect(steps.map(\.activity) == [.simulating, .simulating, .simulating, .attributing, .estimating])
    #expect(steps.prefix(3).map(\.done) == [1, 2, 3] && steps.prefix(3).allSatisfy { $0.total == 3 })
  }

  @Test("ends between blocks when asked to")
  func stop() throws {
    let job = try Embedded.job("lending", ["paths": "2000"])
    let stopped = #expect(throws: WorkStopped.self) { try StressTest(job).run(workers: 1, shouldStop: { true }) }
    #expect(stopped?.blocksDone == 0)
    let asked = Atomic<Int>(0)
    let later = #expect(throws: WorkStopped.self) {
      try StressTest(job).run(
        workers: 1, shouldStop: { asked.wrappingAdd(1, ordering: .relaxed).oldValue >= 3 })
    }
    #expect(later?.blocksDone == 3)
  }

  @Test("ends after the simulation too")
  func stopLate() throws {
    let job = try Embedded.job("lending", ["paths": "256"])
    let isAttributing = Atomic<Bool>(false)
    let stopped = #expect(throws: WorkStopped.self) {
      try StressTest(job).run(
        workers: 1, shouldStop: { isAttributing.load(ordering: .relaxed) },
        progress: { if $0.activity == .attributing { isAttributing.store(true, ordering: .relaxed) } })
    }
    #expect(stopped?.blocksDone == 1)
  }

  @Test("holds every limit against its estimate")
  func limits() throws {
    let report = try StressTest(
      Embedded.job(
        "two-accounts",
        [
          "limits": """
          [{measure: venue.loss.es, level: 0.99, model: static, above: 1287},
           {measure: venue.loss.es, level: 0.99, model: static, above: 1288},
           {measure: margin.coverage, model: static, below: 0.51},
           {measure: margin.coverage, model: static, below: 0.49}]
          """
        ])
    ).run()
    #expect(report.limits.map(\.status) == [.breached, .kept, .breached, .kept])
    #expect(report.hasBreach)
    #expect(report.verdict.headline.text.hasPrefix("2 of 4"))
    let kept = try StressTest(Embedded.job("two-accounts")).run()
    #expect(!kept.hasBreach && kept.limits.isEmpty)
  }

  /// A job whose log prices fall by half the variance until they are too small for a number.
  private func falling(volatility: String) throws -> StressJob {
    let copy = try CopiedJob()
    try copy.edit("market.yaml", "1.91049731745428", volatility)
    return try copy.job([
      "market.process": "{kind: gbm}", "market.history": "", "atStart": "close", "paths": "300",
      "horizon": "{days: 400, stepHours: 2}",
      "limits": "[{measure: venue.loss.es, level: 0.99, model: static, above: 1}]",
    ])
  }

  @Test("says where paths ended because numbers left their range")
  func nonFinite() throws {
    let report = try StressTest(falling(volatility: "36")).run()
    let counts = report.pathStates.map(\.count)
    #expect(counts.reduce(0, +) == 300 && counts.allSatisfy { $0 > 0 })
    #expect(report.warnings.count == 1 && report.warnings[0].contains("\(counts[1]) of 300 paths ended"))
    for estimate in report.models[0].estimates { #expect(!estimate.value.isInfinite, "\(estimate.id)") }
  }

  @Test("ends loudly where no path is left to say anything of")
  func nothingCompleted() throws {
    // At 10,000 % a year the log price falls by 5,000 in a year: every price becomes zero on its way.
    let job = try falling(volatility: "100")
    let failure = #expect(throws: NoPathCompleted.self) { try StressTest(job).run() }
    #expect(failure?.models == ["static"] && failure?.paths == 300)
    #expect(failure?.description.contains("two-accounts.yaml: under static none of 300 paths") == true)
  }

  @Test("says that a model which requires nothing cannot be matched")
  func unmatched() throws {
    let copy = try CopiedJob()
    try copy.edit("market.yaml", "1.91049731745428", "0")
    let report = try StressTest(
      copy.job([
        "market.process": "{kind: gbm}", "market.history": "", "atStart": "close", "paths": "10",
        "marginModels": """
        [{name: static, kind: tiered},
         {name: idle, kind: volatility-scaled, volatility: {kind: ewma, lambda: 0.97, lambdaPer: day}}]
        """, "compare": "{baseline: static, match: [equal-average-initial-margin], pilotPaths: 256}",
      ])
    ).run()
    #expect(report.models.map(\.name) == ["static"])
    #expect(report.warnings.count == 1 && report.warnings[0].hasPrefix("idle requires nothing"))
  }

  @Test("the record says what ran, and identifies it by its inputs and every setting that matters")
  func provenance() throws {
    func record(_ overrides: KeyValuePairs<String, String>) throws -> Provenance {
      try StressTest(Embedded.job("two-accounts", overrides)).run(workers: 2).provenance
    }
    let first = try record([:])
    #expect(first.workers == 2 && first.peakMemoryBytes > 1_000_000 && first.wallSeconds > 0)
    #expect(first.inputs.count == 6 && first.inputs.allSatisfy { $0.sha256.count == 64 && $0.bytes > 0 })
    #expect(try record([:]).jobHash == first.jobHash)
    #expect(try record(["seed": "2"]).jobHash != first.jobHash)
    #expect(try record(["measures.levels": "[0.9]"]).jobHash != first.jobHash)
    #expect(try record(["horizon.hours": "3"]).jobHash != first.jobHash)
    #expect(try record(["output.formats": "[json]"]).jobHash == first.jobHash)
  }
}
