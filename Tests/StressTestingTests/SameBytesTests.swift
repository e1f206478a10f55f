import JobFiles
import Reports
import RiskMeasures
import StressTesting
import Testing

/// What a job comes to depends on the job alone: not on the number of workers, not on how many paths follow.
@Suite("Same bytes", .serialized)
struct SameBytesTests {
  /// Three blocks of paths, the last one in part, under three models of the nightly job.
  private static func nightly(paths: Int, seed: Int = 20_261_121) throws -> StressJob {
    try Embedded.job(
      "nightly",
      ["paths": "\(paths)", "seed": "\(seed)", "compare.pilotPaths": "512", "measures.componentLevel": "0.9"])
  }

  @Test("on one worker, two and three")
  func workers() throws {
    let job = try Self.nightly(paths: 600)
    let one = try StressTest(job).run(workers: 1)
    for workers in [2, 3] {
      let other = try StressTest(job).run(workers: workers)
      #expect(try other.summaryBytes() == one.summaryBytes(), "\(workers) workers")
      #expect(other.losses == one.losses)
      #expect(other.accounts == one.accounts)
    }
  }

  @Test("the first paths of a longer run are the shorter run")
  func prefix() throws {
    let long = try StressTest(Self.nightly(paths: 600)).run()
    let short = try StressTest(Self.nightly(paths: 300)).run()
    #expect(long.losses.count == 3 && short.losses.count == 3)
    for (whole, part) in zip(long.losses, short.losses) {
      #expect(Array(whole.values.prefix(300)) == part.values)
      #expect(whole.values.suffix(300).contains { $0 != 0 })
    }
    #expect(try long.models.map(\.factor) == StressTest(Self.nightly(paths: 1)).run().models.map(\.factor))
  }

  @Test("another seed is another sample")
  func seed() throws {
    let reports = try [1, 2].map { try StressTest(Self.nightly(paths: 256, seed: $0)).run() }
    #expect(reports[0].losses[0].values != reports[1].losses[0].values)
  }

  @Test("a model compared with itself differs by nothing, and its matching factor is one")
  func itself() throws {
    let report = try StressTest(
      Embedded.job(
        "nightly",
        [
          "paths": "256", "marginModels": "[{name: static, kind: tiered}, {name: again, kind: tiered}]",
          "compare.pilotPaths": "256",
        ])
    ).run()
    #expect(report.models.map(\.factor) == [1, 1, 1])
    #expect(report.comparisons.count == 2)
    for difference in report.comparisons.flatMap(\.differences) {
      #expect(difference.difference == 0 || difference.difference.isNaN, "\(difference.id)")
    }
    #expect(report.losses[0].values == report.losses[1].values && report.losses[0].values == report.losses[2].values)
  }
}
