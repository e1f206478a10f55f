import Kernels
import RiskMeasures
import Simulation
import Testing

@Suite("Components of expected shortfall")
struct ComponentShortfallTests {
  private static let assets = ["BTC", "ETH", "unexplained"]

  /// A summary with contributions of three assets and two groups whose parts sum to the loss.
  private func summary(parts: [[Double]], level: Double = 0.99, dropping: Int = 0) -> RiskSummary {
    let losses = parts.map { $0.reduce(0, +) }
    var sample = SampleTable(paths: losses.count)
    sample.columns[0][.loss] = losses
    sample.bookLoss[0] = losses
    let settings = MeasureSettings(levels: [level], componentLevel: level)
    let tail = Array(RiskSummary.tailPaths(of: sample.table, settings: settings)[0].paths.dropLast(dropping))
    let contributions = TailContributions(
      model: 0, venue: 0, paths: tail, assets: Self.assets, byAsset: tail.map { parts[$0] },
      byGroup: tail.map { [0.25 * losses[$0], 0.75 * losses[$0]] })
    return sample.summary(settings, contributions: [contributions])
  }

  private func independentParts(_ count: Int, seed: UInt64) -> [[Double]] {
    let first = Draw.normals(count, seed: seed, factor: 0)
    let second = Draw.normals(count, seed: seed, factor: 1)
    return zip(first, second).map { [3 * $0, 4 * $1, 0] }
  }

  private func components(_ summary: RiskSummary, level: Double = 0.99) -> [Double] {
    Self.assets.compactMap { summary.estimate("component.es", level: level, asset: $0)?.value }
  }

  @Test(
    "assets, and groups, sum to the expected shortfall, tails whole, broken and tied", arguments: [1000, 1013, 250, 77])
  func additive(count: Int) throws {
    var parts = independentParts(count, seed: UInt64(count))
    parts[5] = parts[6]
    for level in [0.9, 0.99] {
      let summary = summary(parts: parts, level: level)
      let whole = try #require(summary.estimate("venue.loss.es", level: level)).value
      #expect(abs(components(summary, level: level).reduce(0, +) - whole) < 1e-12 * abs(whole))
      let groups = ["retail", "funds"].compactMap { summary.estimate("component.es", level: level, group: $0)?.value }
      #expect(abs(groups.reduce(0, +) - whole) < 1e-12 * abs(whole))
      #expect(groups.count == 2)
    }
  }

  @Test("ties at VaR: the sum still is the expected shortfall")
  func ties() throws {
    let summary = summary(parts: (0..<100).map { [Double($0 / 20), 1, 0] }, level: 0.9)
    let whole = try #require(summary.estimate("venue.loss.es", level: 0.9)).value
    #expect(abs(components(summary, level: 0.9).reduce(0, +) - whole) < 1e-12)
    #expect(components(summary, level: 0.9)[1] == 1)
  }

  @Test("only the tail has to be replayed: n(1−α) paths and the VaR path")
  func tailPaths() {
    let losses = (0..<1000).map { Double(($0 * 617) % 1000) }
    let tail = ComponentShortfall.tailPaths(losses: losses, level: 0.99)
    #expect(tail.count == 11)
    #expect(tail == tail.sorted())
    #expect(Set(tail.map { losses[$0] }) == Set((989...999).map(Double.init)))
    #expect(ComponentShortfall.tailPaths(losses: [.nan, .nan], level: 0.99).isEmpty)
    #expect(ComponentShortfall.tailPaths(losses: [.nan, 3], level: 0.99) == [1])
  }

  /// Independent normals of deviations 3 and 4: the Euler parts of ES(0.95) = 5·φ(z)/0.05 are 9/25 and 16/25 of it.
  @Test("over 300 seeds the interval of a normal component covers the truth about as often as stated")
  func coverage() throws {
    var hits = 0
    for seed in 0..<300 {
      let summary = summary(parts: independentParts(4000, seed: UInt64(1000 + seed)), level: 0.95)
      let component = try #require(summary.estimate("component.es", level: 0.95, asset: "ETH"))
      hits += component.interval.excludes(5 * 2.0627128075074257 * 0.64) ? 0 : 1
    }
    #expect(abs(deviation(hits: hits, of: 300, probability: 0.95)) < 4)
  }

  @Test("a tail that was not replayed whole is undefined and says so; without contributions nothing is reported")
  func missing() throws {
    let parts = independentParts(1000, seed: 1)
    let component = try #require(summary(parts: parts, dropping: 2).estimate("component.es", level: 0.99, asset: "BTC"))
    #expect(component.value.isNaN)
    #expect(component.note == "2 paths of the tail were not replayed")
    var sample = SampleTable(paths: 10)
    sample.columns[0][.loss] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    #expect(!sample.summary().models[0].estimates.contains { $0.id == "component.es" })
  }
}
