import Kernels
import RiskMeasures
import Simulation
import Testing

@Suite("Curves for charts")
struct CurveTests {
  @Test("loss exceedance: from the smallest loss at probability 1 to the largest at 1/n, evenly on a log axis")
  func exceedance() throws {
    var sample = SampleTable(paths: 5000)
    sample.columns[0][.loss] = Draw.exponentials(5000, seed: 1)
    let summary = sample.summary()
    let curve = summary.models[0].venues[0].lossExceedance
    #expect(curve.points.count > 120 && curve.points.count <= 200)
    #expect(curve.points.first?.probability == 1)
    #expect(curve.points.last?.probability == 1.0 / 5000)
    #expect(curve.points.last?.x == sample.columns[0][.loss]?.max())
    for (one, next) in zip(curve.points, curve.points.dropFirst()) {
      #expect(one.x < next.x && one.probability > next.probability)
      #expect(next.interval.low <= next.probability && next.probability <= next.interval.high)
    }
    #expect(curve.marks.map(\.level) == [0.95, 0.99, 0.999])
    #expect(curve.marks[1].valueAtRisk == summary.estimate("venue.loss.var", level: 0.99))
  }

  @Test("each probability is the share of paths that reach the loss, ties included")
  func exceedanceOfTies() {
    var sample = SampleTable(paths: 1000)
    let losses = (0..<1000).map { Double($0 % 7) }
    sample.columns[0][.loss] = losses
    for point in sample.summary().models[0].venues[0].lossExceedance.points {
      #expect(point.probability == Double(losses.count { $0 >= point.x }) / 1000)
    }
  }

  @Test("a fan's quantiles are right to half a bin at every time")
  func fan() {
    let summary = SampleTable(paths: 3).summary()
    let fan = summary.models[0].venues[0].reserveFan
    #expect(fan.hours == (0...10).map { Double($0) * 6 })
    #expect(fan.probabilities == [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
    for (row, probability) in zip(fan.values, fan.probabilities) {
      #expect(abs(row[0] - 1) <= 0.0051)
      #expect(abs(row[10] - (1 + probability)) <= 0.0051)
    }
    #expect(summary.priceFans.map(\.name) == ["BTC"])
    #expect(FanChart(FanCounts(name: "x", lower: 0, width: 1, bins: 2, points: 1), stepHours: 1).values[0][0].isNaN)
  }

  @Test("volatility seen against realised, by tenths of the paths")
  func volatility() throws {
    var sample = SampleTable(paths: 1003, models: [.baseline, .dynamic])
    let realised = Draw.uniforms(1003, seed: 4)
    sample.columns[1][.volatilityRealised] = realised
    sample.columns[1][.volatilitySeen] = realised.map { 0.1 + $0 / 2 }
    let summary = sample.summary()
    #expect(summary.models[0].venues[0].volatility == nil)
    let curve = try #require(summary.models[1].venues[0].volatility)
    #expect(curve.groups.count == 10)
    #expect(curve.groups.map(\.paths).reduce(0, +) == 1003)
    for group in curve.groups { #expect(abs(group.seen - (0.1 + group.realised / 2)) < 1e-12) }
    #expect(zip(curve.groups, curve.groups.dropFirst()).allSatisfy { $0.realised < $1.realised })
  }
}
