import Reports
import StressTesting
import Testing

/// Whether a run says that forced trades can feed on themselves.
@Suite("Warnings of endless feedback")
struct ImpactFeedbackTests {
  private static func warnings(_ law: String) throws -> [String] {
    let copy = try CopiedJob()
    try copy.edit("venue.yaml", "coefficient: 1.0, exponent: 0.5", law)
    return try StressTest(copy.job()).run(workers: 1).warnings.filter { $0.contains("feed on themselves") }
  }

  @Test("a linear law says so when closing the long would move the mark further than the fall that closes it")
  func linear() throws {
    // The long of 1,000 coins turns liquidatable at a fall of 7 %; its 100,000 are 2.2 % of the daily volume, which moves
    // the mark by Y·10 %·2.2 %.
    #expect(try Self.warnings("coefficient: 1.0, exponent: 1.0") == [])
    let found = try Self.warnings("coefficient: 100.0, exponent: 1.0")
    #expect(found.count == 1 && found[0].contains("COIN"))
    #expect(try Self.warnings("coefficient: 100.0, exponent: 0.5") == [])
  }
}
