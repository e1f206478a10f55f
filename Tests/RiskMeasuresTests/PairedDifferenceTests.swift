import Kernels
import RiskMeasures
import Simulation
import Testing

@Suite("Paired differences between models")
struct PairedDifferenceTests {
  /// Two models on the same paths: the second loses `shift` more on each, with noise of its own.
  private func pair(_ paths: Int, seed: UInt64, shift: Double, noise: Double = 0.2) -> SampleTable {
    var sample = SampleTable(paths: paths, models: [.baseline, .dynamic])
    let losses = Draw.normals(paths, seed: seed)
    let own = Draw.normals(paths, seed: seed, factor: 1)
    let others = zip(losses, own).map { $0 + shift + noise * $1 }
    for (model, column) in [losses, others].enumerated() {
      sample.columns[model][.loss] = column
      sample.columns[model][.requiredReserve] = column.map { max(0, $0) }
      sample.columns[model][.reserveInflow] = column
      sample.columns[model][.exhaustionHours] = column.map { $0 > 1 ? 12 : .infinity }
      sample.columns[model][.uncovered] = column.map { max(0, $0 - 1) }
      sample.columns[model][.requirementDriven] = column.map { $0 > 0.5 ? 1 : 0 }
      sample.columns[model][.volatilitySeen] = column
      sample.columns[model][.liquidatedNotional] = column.map { 1 + abs($0) }
      sample.bookLoss[model] = column
      sample.liquidated[model] = column.map { $0 > 0.5 ? [0, 3] : $0 > 0 ? [0] : [] }
      let batches = (0..<8).map { batch in (0..<10).map { UInt32(1 + (batch * 7 + $0 * 3 + model * $0) % 11) } }
      sample.firstPassage[model] = batches
    }
    return sample
  }

  @Test("a model differs from itself by exactly nothing")
  func itself() {
    var sample = pair(500, seed: 1, shift: 0.3)
    sample.columns[1] = sample.columns[0]
    sample.bookLoss[1] = sample.bookLoss[0]
    sample.liquidated[1] = sample.liquidated[0]
    sample.firstPassage[1] = sample.firstPassage[0]
    let differences = sample.summary().comparisons[0].differences
    #expect(differences.count > 40)
    for difference in differences where !(difference.note?.contains("run more paths") ?? false) {
      #expect(difference.difference == 0, "\(difference.label)")
      #expect(difference.standardError == 0, "\(difference.label)")
      #expect(!difference.isDistinguishable)
      if difference.label.unit != .probability || difference.id == "liquidation.frequency" {
        #expect(difference.interval == ConfidenceInterval(low: 0, high: 0), "\(difference.label)")
      }
    }
  }

  @Test("a difference is the difference of the estimates, whatever the measure")
  func consistent() throws {
    let summary = pair(3000, seed: 2, shift: 0.25).summary()
    for difference in summary.comparisons[0].differences {
      let model = try #require(summary.models[1].estimate(difference.label))
      let baseline = try #require(summary.models[0].estimate(difference.label))
      #expect(abs(difference.difference - (model.value - baseline.value)) < 1e-9, "\(difference.label)")
    }
    let labels = Set(summary.comparisons[0].differences.map(\.label))
    #expect(labels == Set(summary.models[0].estimates.map(\.label)))
  }

  @Test("pairing pays: the error of a difference is far below that of either estimate")
  func pairingPays() throws {
    let summary = pair(4000, seed: 3, shift: 0.2, noise: 0.05).summary()
    for (id, level) in [("venue.loss.es", 0.95), ("venue.loss.var", 0.95), ("reserve.inflow.mean", nil)] {
      let difference = try #require(summary.difference(id, level: level))
      let estimate = try #require(summary.estimate(id, level: level))
      #expect(difference.standardError < 0.4 * estimate.standardError, "\(id)")
      #expect(difference.isDistinguishable, "\(id)")
    }
  }

  /// The second model's loss is normal of variance 1.04 about 0.3: the quantile and shortfall move by 0.3 + (√1.04 − 1)·z
  /// and 0.3 + (√1.04 − 1)·φ(z)/(1 − α); the mean by 0.3; P(loss > 1) by Φ((0.3 − 1)/√1.04) − Φ(−1); numbers from
  /// `scipy.stats.norm`.
  @Test("over 300 seeds the intervals of differences cover the truth about as often as stated")
  func coverage() throws {
    let settings = MeasureSettings(levels: [0.95], reserveLevels: [0.95], coverLevel: 0.95, bootstrapReplicates: 400)
    let truths: [(String, Double?, Double)] = [
      ("venue.loss.var", 0.95, 0.33257452121441267), ("venue.loss.es", 0.95, 0.34084976376619874),
      ("reserve.inflow.mean", nil, 0.3), ("reserve.exhaustionProbability", nil, 0.0875731579549831),
      ("liquidation.frequency", nil, 0.05735242472735244),
    ]
    var hits = [Int](repeating: 0, count: truths.count)
    for seed in 0..<300 {
      let summary = pair(2000, seed: UInt64(100 + seed), shift: 0.3).summary(settings)
      for (index, truth) in truths.enumerated() {
        let difference = try #require(summary.difference(truth.0, level: truth.1))
        hits[index] += difference.interval.excludes(truth.2) ? 0 : 1
      }
    }
    for (hit, truth) in zip(hits, truths) {
      #expect(abs(deviation(hits: hit, of: 300, probability: 0.95)) < 4, "\(truth.0): \(hit) of 300")
    }
  }

  @Test("probabilities: difference and error from the paths in which the models disagree")
  func discordant() throws {
    var sample = SampleTable(paths: 1000, models: [.baseline, .dynamic])
    sample.columns[0][.exhaustionHours] = (0..<1000).map { $0 < 30 ? 6 : .infinity }
    sample.columns[1][.exhaustionHours] = (0..<1000).map { $0 >= 20 && $0 < 70 ? 6 : .infinity }
    let difference = try #require(sample.summary().difference("reserve.exhaustionProbability"))
    // 40 paths only under the model, 20 only under the baseline.
    #expect(abs(difference.difference - 0.02) < 1e-15)
    #expect(abs(difference.standardError - (60 - 400.0 / 1000).squareRoot() / 1000) < 1e-15)
    let error = (61 - 400.0 / 1002).squareRoot() / 1002
    #expect(abs(difference.interval.low - (20.0 / 1002 - 1.959963984540054 * error)) < 1e-12)
    let four = try #require(discordantPaths(4).difference("reserve.exhaustionProbability"))
    #expect(!four.isDistinguishable)  // an exact sign test of 4 against 0 has p = 1/8
    let eight = try #require(discordantPaths(8).difference("reserve.exhaustionProbability"))
    #expect(eight.isDistinguishable)  // p = 1/128
    let none = try #require(discordantPaths(0).difference("reserve.exhaustionProbability"))
    #expect(none.difference == 0 && none.interval.high > 0 && none.interval.high < 0.002)
  }

  private func discordantPaths(_ count: Int) -> RiskSummary {
    var sample = SampleTable(paths: 1000, models: [.baseline, .dynamic])
    sample.columns[1][.exhaustionHours] = (0..<1000).map { $0 < count ? 6 : .infinity }
    return sample.summary()
  }

  @Test("partitions: the error from moments is that of the paired counts")
  func moments() throws {
    let sample = pair(2000, seed: 5, shift: 0.4)
    let difference = try #require(sample.summary().difference("liquidation.frequency", bucket: "low"))
    let paired = zip(sample.liquidated[1], sample.liquidated[0]).map { model, baseline in
      Double(model.intersection([0, 1, 2]).count - baseline.intersection([0, 1, 2]).count) / 3
    }
    let direct = InfluenceEstimate.mean(of: paired)
    #expect(abs(difference.difference - direct.value) < 1e-12)
    #expect(abs(difference.standardError - direct.standardError) < 1e-12)
  }

  @Test("paths that are not finite under either model are left out of both")
  func nonFinite() throws {
    var sample = pair(300, seed: 6, shift: 0.1)
    sample.columns[0][.loss]?[4] = .nan
    sample.columns[1][.loss]?[9] = .nan
    let difference = try #require(sample.summary().difference("reserve.inflow.mean"))
    #expect(difference.paths == 298)
    #expect(difference.note?.contains("2 of 300 paths are left out") == true)
    let quantile = try #require(sample.summary().difference("venue.loss.var", level: 0.95))
    #expect(quantile.paths == 298 && quantile.standardError > 0)
  }

  @Test("what happened under one model only has no difference, and a static model saw no volatility")
  func oneSided() throws {
    var sample = pair(300, seed: 7, shift: 0.1)
    sample.columns[0][.exhaustionHours] = [Double](repeating: .infinity, count: 300)
    let summary = sample.summary()
    let median = try #require(summary.difference("reserve.timeToExhaustionHours.median"))
    #expect(median.difference.isNaN && median.note?.contains("under one of the models") == true)
    #expect(summary.estimate("margin.volatilitySeen", model: 0) == nil)
    #expect(summary.estimate("margin.volatilitySeen", model: 1) != nil)
    #expect(summary.difference("margin.volatilitySeen") == nil)
  }

  @Test("the same seed gives the same numbers, another one another bootstrap")
  func seeded() throws {
    let sample = pair(400, seed: 8, shift: 0.1)
    let one = sample.summary(MeasureSettings(bootstrapReplicates: 400, seed: 1))
    let same = sample.summary(MeasureSettings(bootstrapReplicates: 400, seed: 1))
    let other = sample.summary(MeasureSettings(bootstrapReplicates: 400, seed: 2))
    let error = try #require(one.difference("venue.loss.var", level: 0.95)).standardError
    #expect(error == (try #require(same.difference("venue.loss.var", level: 0.95))).standardError)
    #expect(error != (try #require(other.difference("venue.loss.var", level: 0.95))).standardError)
  }
}
