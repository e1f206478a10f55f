import Foundation
import JobFiles
import Reports
import StressTesting
import Testing

/// Looped collateral of the embedded lending pool, from files to report.
@Suite("Loops in a report")
struct LoopReportTests {
  @Test("the lending pool's loops stand in the report, in its tables and on its page, by leverage and with pegs")
  func lending() throws {
    let report = try StressTest(Embedded.job("lending", ["paths": "256", "horizon": "{ hours: 24, stepHours: 1 }"]))
      .run(workers: 1)
    let loops = report.curves.loops.filter { $0.model == 0 }
    #expect(loops.map(\.root) == ["ETH"])
    let rows = try #require(loops.first).rows
    #expect(rows.count >= 3 && rows.reduce(0) { $0 + $1.accounts } > 300)
    #expect(loops[0].shareOfDebt > 0.05 && loops[0].shareOfDebt < 0.95)
    for row in rows {
      #expect(row.collateral > row.debt && row.debt > 0)
      let (first, median) = (try #require(row.firstPeg), try #require(row.medianPeg))
      #expect(first < 1 && median <= first && median > 0)
    }
    #expect(
      rows.map { $0.collateral / ($0.collateral - $0.debt) }
        == rows.map { $0.collateral / ($0.collateral - $0.debt) }.sorted())
    let files = try TablesCSV().files(for: report)
    let table = try #require(files.first { $0.name == "tables/loops.csv" })
    #expect(
      String(decoding: table.bytes, as: UTF8.self).split(separator: "\n").count == 1
        + report.curves.loops.flatMap(\.rows).count)
  }

  @Test("a book without such collateral has neither table nor file")
  func none() throws {
    let report = try StressTest(Embedded.job("two-accounts")).run(workers: 1)
    #expect(report.curves.loops.isEmpty)
    #expect(try !TablesCSV().files(for: report).contains { $0.name.contains("loops") })
  }
}
