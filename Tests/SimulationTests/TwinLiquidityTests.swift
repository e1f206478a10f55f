import Markets
import Simulation
import TestSupport
import Testing

/// Depth and spread that move along time: engine and reference agree, and factors of one change no bit.
extension TwinComparisonTests {
  /// Case `number` under random factors on volume and half-spread at every point.
  private static func thinned(_ number: Int) throws -> TwinCase {
    var twin = try #require(TwinCase(number: number))
    var figures = TwinRandomFigures(seed: 20_261_124, case: number)
    func factors(_ low: Double, _ high: Double) -> [[Double]] {
      twin.depths.map { _ in (0..<twin.grid.points).map { _ in figures.logUniform(low, high) } }
    }
    twin.liquidity = LiquiditySchedule(volumeFactors: factors(0.05, 2), spreadFactors: factors(0.1, 20))
    return twin
  }

  @Test("step by step in a market whose depth and spread move")
  func thinnedStepByStep() throws {
    var differing = 0
    for number in 0..<200 {
      let twin = try Self.thinned(number)
      let simulator = try twin.simulator()
      for path in twin.paths.indices {
        let observer = TwinObserver()
        _ = simulator.replay(path: path, model: 0, observer: observer)
        let difference = firstDifference(observer, twin.trace(path: path), twin)
        #expect(difference == nil, "case \(number), path \(path)")
      }
      let plain = try #require(TwinCase(number: number)).trace(path: 0)
      differing += plain.steps.last?.closingMarks == twin.trace(path: 0).steps.last?.closingMarks ? 0 : 1
    }
    // The factors must have done something, or the comparison shows nothing.
    #expect(differing > 50)
  }

  @Test("factors of one give the same bits as none")
  func unitFactors() throws {
    for number in 0..<40 {
      let plain = try #require(TwinCase(number: number))
      var unit = plain
      unit.liquidity = LiquiditySchedule(assetCount: plain.depths.count, points: plain.grid.points)
      let tables = try [plain, unit].map { try $0.simulator().run(workers: 1) }
      for (first, second) in zip(tables[0].series, tables[1].series) {
        let pairs = zip(first.columns.joined(), second.columns.joined())
        #expect(pairs.allSatisfy { $0.bitPattern == $1.bitPattern }, "case \(number)")
      }
    }
  }
}
