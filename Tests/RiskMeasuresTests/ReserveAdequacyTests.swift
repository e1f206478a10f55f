import Kernels
import RiskMeasures
import Simulation
import Testing

@Suite("Reserve adequacy")
struct ReserveAdequacyTests {
  /// 1000 paths whose required reserve is 0.000, 0.004 … in shuffled order against a reserve of 2: half exhaust it.
  private func sample() -> SampleTable {
    var sample = SampleTable(paths: 1000)
    let required = (0..<1000).map { Double(($0 * 617) % 1000) * 0.004 }
    sample.columns[0][.requiredReserve] = required
    sample.columns[0][.uncovered] = required.map { max(0, $0 - 2) }
    sample.columns[0][.exhaustionHours] = required.map { $0 > 2 ? 6 * (1 + ($0 * 2).rounded(.down)) : .infinity }
    sample.columns[0][.largestShortfall] = required.map { $0 / 2 }
    sample.columns[0][.twoLargestShortfalls] = required.map { $0 * 0.75 }
    sample.columns[0][.reserveInflow] = [Double](repeating: 3, count: 1000)
    return sample
  }

  @Test("every reserve measure of a table worked by hand")
  func byHand() throws {
    let summary = sample().summary()
    let exhausted = try #require(summary.estimate("reserve.exhaustionProbability"))
    #expect(exhausted.value == 0.499)
    #expect(exhausted.interval == Proportion(successes: 499, trials: 1000).interval(confidence: 0.95))
    #expect(abs(try #require(summary.estimate("reserve.required", level: 0.99)).value - 989 * 0.004) < 1e-12)
    #expect(abs(try #require(summary.estimate("reserve.required", level: 0.995)).value - 994 * 0.004) < 1e-12)
    #expect(abs(try #require(summary.estimate("reserve.cover1", level: 0.99)).value - 989 * 0.002) < 1e-12)
    #expect(abs(try #require(summary.estimate("reserve.cover2", level: 0.99)).value - 989 * 0.003) < 1e-12)
    // 499 uncovered amounts 0.004 … 1.996
    #expect(abs(try #require(summary.estimate("reserve.uncovered.mean")).value - 1) < 1e-12)
    #expect(abs(try #require(summary.estimate("reserve.uncovered.unconditional.mean")).value - 0.499) < 1e-12)
    #expect(summary.estimate("reserve.inflow.mean")?.value == 3)
    #expect(summary.estimate("socialised.mean")?.value == 0)
    #expect(summary.estimate("badDebt.mean")?.value == 0)
    let median = try #require(summary.estimate("reserve.timeToExhaustionHours.median"))
    #expect(median.value == 42)  // rank 250 of 499 is the required reserve 3.0: 6 · (1 + 6)
    #expect(median.paths == 499)
  }

  @Test("the conditional mean is that of the exhausted paths, and so is its error")
  func conditionalMean() throws {
    let sample = sample()
    let estimate = try #require(sample.summary().estimate("reserve.uncovered.mean"))
    let conditional = sample.columns[0][.uncovered, default: []].filter { $0 > 0 }
    let direct = InfluenceEstimate.mean(of: conditional)
    #expect(abs(estimate.value - direct.value) < 1e-12)
    // Paths exhausted are random here and fixed there: the errors agree to the order of 1/n.
    #expect(abs(estimate.standardError / direct.standardError - 1) < 0.01)
  }

  @Test("a reserve that always lasts: probability 0 with an upper bound, conditional measures undefined and said")
  func neverExhausted() throws {
    let summary = SampleTable(paths: 2000).summary()
    let exhausted = try #require(summary.estimate("reserve.exhaustionProbability"))
    #expect(exhausted.value == 0 && exhausted.interval.low == 0)
    #expect(exhausted.interval.high > 0.001 && exhausted.interval.high < 0.003)
    for id in ["reserve.uncovered.mean", "reserve.timeToExhaustionHours.median"] {
      let estimate = try #require(summary.estimate(id))
      #expect(estimate.value.isNaN)
      #expect(estimate.note == "the reserve was exhausted on no path")
    }
  }

  @Test("the reserve curve falls from P(required > 0), and at the venue's reserve is the exhaustion probability")
  func curve() throws {
    let summary = sample().summary()
    let curve = summary.models[0].venues[0].reserve
    #expect(curve.points.count <= 120)
    #expect(curve.points.first?.x == 0 && curve.points.first?.probability == 0.999)
    #expect(curve.points.last?.probability == 0)
    #expect(zip(curve.points, curve.points.dropFirst()).allSatisfy { $0.x < $1.x && $0.probability >= $1.probability })
    let atReserve = try #require(curve.points.first { $0.x == curve.initialReserve })
    #expect(atReserve.probability == summary.estimate("reserve.exhaustionProbability")?.value)
    let required = try #require(summary.estimate("reserve.required", level: 0.99)).value
    #expect(try #require(curve.points.first { $0.x == required }).probability == 0.01)
  }
}
