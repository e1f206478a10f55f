import Kernels
import RiskMeasures
import Simulation
import Testing

@Suite("Margin measures")
struct MarginTests {
  private func sample() -> SampleTable {
    var sample = SampleTable(paths: 400, models: [.baseline, .dynamic])
    for model in 0..<2 {
      sample.columns[model][.initialMarginMean] = (0..<400).map { 100 + Double($0 % 5) }
      sample.columns[model][.coverage] = [Double](repeating: 0.98, count: 400)
      sample.columns[model][.peakToTrough] = [Double](repeating: 1.5, count: 400)
      sample.columns[model][.largestIncrease] = [Double](repeating: 0.25, count: 400)
      sample.columns[model][.changeDeviation] = [Double](repeating: 0.0625, count: 400)
      sample.columns[model][.largestCall] = (0..<400).map(Double.init)
      sample.columns[model][.volatilityRealised] = [Double](repeating: 0.6, count: 400)
    }
    sample.columns[1][.volatilitySeen] = [Double](repeating: 0.5, count: 400)
    sample.columns[1][.requirementDriven] = (0..<400).map { $0 < 100 ? 1 : 0 }
    sample.liquidated[1] = (0..<400).map { $0 < 200 ? [0, 1] : [] }
    return sample
  }

  @Test("means over paths, the window and level in the label")
  func means() throws {
    let summary = sample().summary()
    #expect(summary.estimate("margin.initial.mean", model: 1)?.value == 102)
    #expect(summary.estimate("margin.coverage", model: 1)?.value == 0.98)
    #expect(summary.estimate("margin.peakToTrough", model: 1)?.value == 1.5)
    let increase = try #require(summary.estimate("margin.largestIncrease", model: 1))
    #expect(increase.value == 0.25 && increase.label.hours == 24)
    let deviation = try #require(summary.estimate("margin.changeDeviation", model: 1))
    #expect(deviation.value == 0.0625 && deviation.label.hours == 24)
    #expect(summary.estimate("margin.callLargest", model: 1)?.value == 199.5)
    #expect(summary.estimate("margin.callLargest.q99", model: 1, level: 0.99)?.value == 395)
    #expect(summary.estimate("margin.volatilitySeen", model: 1)?.value == 0.5)
    #expect(summary.estimate("margin.volatilityRealised", model: 0)?.value == 0.6)
  }

  @Test("a value that is not finite leaves its path out of that measure only, and this is said")
  func infiniteValue() throws {
    var sample = sample()
    sample.columns[1][.peakToTrough]?[3] = .infinity
    let summary = sample.summary()
    let ratio = try #require(summary.estimate("margin.peakToTrough", model: 1))
    #expect(ratio.value == 1.5 && ratio.paths == 399 && ratio.note?.contains("1 of 400 paths") == true)
    #expect(summary.estimate("margin.initial.mean", model: 1)?.paths == 400)
    #expect(summary.difference("margin.peakToTrough")?.paths == 399)
  }

  @Test("the requirement-driven share is a ratio of sums, undefined where nobody was liquidated")
  func share() throws {
    let summary = sample().summary()
    let share = try #require(summary.estimate("margin.requirementDrivenShare", model: 1))
    #expect(share.value == 0.25)
    // Influence (y − R x)/x̄ with x̄ = 1: 100 paths of 0.5, 100 of −0.5, 200 of 0.
    #expect(abs(share.standardError - (50.0 / 399 / 400).squareRoot()) < 1e-15)
    let nobody = try #require(summary.estimate("margin.requirementDrivenShare", model: 0))
    #expect(nobody.value.isNaN && nobody.note == "nobody was liquidated")
    #expect(summary.difference("margin.requirementDrivenShare")?.difference.isNaN == true)
  }
}
