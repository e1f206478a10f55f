import Kernels
import RiskMeasures
import Simulation
import Testing

@Suite("Liquidation frequency, activity, first passage and cascades")
struct LiquidationTests {
  /// Accounts a and b fall together with chance 0.3, d alone with chance 0.1, c never.
  private func sample(_ paths: Int, seed: UInt64) -> SampleTable {
    var sample = SampleTable(paths: paths)
    let pair = Draw.uniforms(paths, seed: seed)
    let alone = Draw.uniforms(paths, seed: seed, factor: 1)
    sample.liquidated[0] = (0..<paths).map { path in
      Set((pair[path] < 0.3 ? [0, 1] : []) + (alone[path] < 0.1 ? [3] : []))
    }
    return sample
  }

  @Test("frequencies of the venue, of buckets, groups and assets; sets without accounts are left out")
  func frequencies() throws {
    var sample = SampleTable(paths: 4)
    sample.liquidated[0] = [[0, 1], [0, 3], [], []]
    let summary = sample.summary()
    #expect(summary.estimate("liquidation.frequency")?.value == 4.0 / 16)
    #expect(summary.estimate("liquidation.frequency", bucket: "low")?.value == 3.0 / 12)
    #expect(summary.estimate("liquidation.frequency", bucket: "high")?.value == 1.0 / 4)
    #expect(summary.estimate("liquidation.frequency", group: "retail")?.value == 3.0 / 8)
    #expect(summary.estimate("liquidation.frequency", asset: "BTC")?.value == 4.0 / 16)
    #expect(summary.estimate("liquidation.frequency", bucket: "empty") == nil)
    #expect(summary.models[0].venues[0].leverageFrequencies.map(\.label.leverageBucket) == ["low", "high"])
    #expect(summary.models[0].venues[0].accounts.map(\.probability) == [0.5, 0.25, 0, 0.25])
    #expect(summary.models[0].venues[0].accounts.map(\.group) == ["retail", "retail", "funds", "funds"])
  }

  @Test("the interval of a cause's share stays between 0 and 1; of one path its ends stay unknown")
  func causes() throws {
    func shares(_ liquidated: [Set<Int>], byPrice: [Double], byImpact: [Double]) throws -> [ConfidenceInterval] {
      var sample = SampleTable(paths: liquidated.count)
      sample.liquidated[0] = liquidated
      sample.columns[0] = [.causedByPrice: byPrice, .causedByOwnImpact: byImpact]
      let summary = sample.summary()
      return try ["cause.price", "cause.ownImpact"].map { try #require(summary.estimate($0)).interval }
    }
    let cut = try shares([[0, 1], [2, 3], [], []], byPrice: [1, 2, 0, 0], byImpact: [1, 0, 0, 0])
    #expect(cut[0].high == 1 && cut[0].low > 0 && cut[0].low < 0.75)
    #expect(cut[1].low == 0 && cut[1].high < 1 && cut[1].high > 0.25)
    #expect(try shares([[0]], byPrice: [1], byImpact: [0]).allSatisfy { $0.low.isNaN && $0.high.isNaN })
  }

  @Test("errors are clustered by path: the clustered error is that of the mean of counts")
  func clustered() throws {
    let sample = sample(5000, seed: 2)
    let summary = sample.summary()
    let estimate = try #require(summary.estimate("liquidation.frequency", group: "retail"))
    let counts = sample.liquidated[0].map { Double($0.intersection([0, 1]).count) / 2 }
    let direct = InfluenceEstimate.mean(of: counts)
    #expect(abs(estimate.value - direct.value) < 1e-12)
    #expect(abs(estimate.standardError - direct.standardError) < 1e-12)
    // Two accounts that always fall together are one observation: √(p(1−p)/n), not √(p(1−p)/2n).
    let binomial = (direct.value * (1 - direct.value) / 5000).squareRoot()
    #expect(abs(estimate.standardError / binomial - 1) < 1e-3)
  }

  @Test("over 300 seeds the clustered interval covers the truth about as often as stated")
  func coverage() throws {
    var hits = 0
    for seed in 0..<300 {
      let summary = sample(800, seed: UInt64(seed)).summary()
      let estimate = try #require(summary.estimate("liquidation.frequency"))
      hits += estimate.interval.excludes((0.3 * 2 + 0.1) / 4) ? 0 : 1
    }
    #expect(abs(deviation(hits: hits, of: 300, probability: 0.95)) < 4)
  }

  @Test("activity is per day of the horizon")
  func activity() throws {
    var sample = SampleTable(paths: 2)  // 10 steps of 6 hours: 2.5 days
    sample.liquidated[0] = [[0, 1], [2]]
    sample.columns[0][.liquidationEvents] = [6, 4]
    sample.columns[0][.liquidatedNotional] = [100, 400]
    let summary = sample.summary()
    #expect(abs(try #require(summary.estimate("liquidation.count.mean")).value - 0.6) < 1e-15)
    #expect(summary.estimate("liquidation.events.mean")?.value == 2)
    #expect(summary.estimate("liquidation.notional.mean")?.value == 100)
    #expect(summary.estimate("liquidation.notional.mean")?.standardError == 60)
  }

  @Test("the median first passage is a grid time; nobody liquidated is undefined and said")
  func firstPassageMedian() throws {
    var sample = SampleTable(paths: 4)
    sample.firstPassage[0] = [[0, 1, 0, 2, 0, 0, 0, 0, 0, 3], [0, 2, 0, 2, 0, 0, 0, 0, 0, 1]]
    let estimate = try #require(sample.summary().estimate("liquidation.firstPassageHours.median"))
    #expect(estimate.value == 24)
    #expect(estimate.interval.low <= 24 && estimate.interval.high >= 24)
    let curve = sample.summary().models[0].venues[0].firstPassage
    #expect(curve.points.map(\.count) == [0, 3, 0, 4, 0, 0, 0, 0, 0, 4])
    #expect(curve.points.last?.cumulativeProbability == 11.0 / 16)
    #expect(curve.points.last?.hours == 60)
    let nobody = try #require(SampleTable(paths: 4).summary().estimate("liquidation.firstPassageHours.median"))
    #expect(nobody.value.isNaN && nobody.note == "nobody was liquidated")
  }

  /// 32 batches of 60 paths with 20 accounts each; all accounts of a path fall at once, at a geometric step: whole paths
  /// are the observations. Of those that fall within ten steps 0.363 have by the second and 0.5003 by the third:
  /// the median of a sample is the third or the fourth, the interval must reach the third.
  @Test("over 300 seeds the first-passage interval holds the true median at least as often as stated")
  func firstPassageCoverage() throws {
    var hits = 0
    for seed in 0..<300 {
      var sample = SampleTable(paths: 32 * 60)
      let uniforms = Draw.uniforms(sample.paths, seed: UInt64(seed))
      sample.firstPassage[0] = (0..<32).map { batch in
        var counts = [UInt32](repeating: 0, count: 10)
        for path in 0..<60 {
          var survival = 1.0
          let uniform = uniforms[batch * 60 + path]
          let step = counts.indices.first { _ in
            survival *= 0.835
            return uniform > survival
          }
          if let step { counts[step] += 20 }
        }
        return counts
      }
      let estimate = try #require(sample.summary().estimate("liquidation.firstPassageHours.median"))
      hits += estimate.interval.excludes(18) ? 0 : 1
    }
    #expect(deviation(hits: hits, of: 300, probability: 0.95) > -4)
  }

  @Test("amplification is 1 where nothing fell, and undefined rather than infinite")
  func amplification() throws {
    var sample = SampleTable(paths: 200)
    sample.columns[0][.waves] = (1...200).map(Double.init)
    #expect(sample.summary().estimate("cascade.waves.q99", level: 0.99)?.value == 198)
    #expect(sample.summary().estimate("cascade.amplification.q99", level: 0.99)?.value == 1)
    sample.columns[0][.exogenousDrawdown] = [Double](repeating: 0.2, count: 200)
    sample.columns[0][.markDrawdown] = [Double](repeating: 0.3, count: 200)
    let ratio = try #require(sample.summary().estimate("cascade.amplification.q99", level: 0.99))
    #expect(abs(ratio.value - 1.5) < 1e-12)
    sample.columns[0][.exogenousDrawdown] = [Double](repeating: 0, count: 200)
    let beyond = try #require(sample.summary().estimate("cascade.amplification.q99", level: 0.99))
    #expect(beyond.value.isNaN)
    #expect(beyond.note?.contains("beyond every finite value") == true)
  }
}
