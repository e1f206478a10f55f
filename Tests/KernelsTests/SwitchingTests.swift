import Foundation
import Kernels
import Testing

@Suite("Uniform tiles and switching volatility")
struct SwitchingTests {
  @Test("A tile of uniforms has the bits of single draws", arguments: [0, 256, 1 << 40])
  func uniforms(firstPath: UInt64) {
    var tile = [Double](repeating: 0, count: 3 * pathsPerBlock + 1)
    var span = tile.mutableSpan
    fillUniforms(seed: 7, firstPath: firstPath, step: 5, factorCount: 3, purpose: .bootstrap, into: &span)
    for factor in 0..<3 {
      for path in 0..<pathsPerBlock {
        let draws = KeyedDraws(seed: 7, path: firstPath + UInt64(path), purpose: .bootstrap)
        #expect(tile[factor * pathsPerBlock + path] == draws.uniform(step: 5, factor: UInt32(factor)))
      }
    }
    #expect(tile[3 * pathsPerBlock] == 0)
  }

  @Test("One step of switching volatility is its formula in plain arithmetic")
  func switching() {
    let draws = (0..<4).map { KeyedDraws(seed: 3, path: UInt64($0), purpose: .verification) }
    let rows = draws.map { draw in (0..<pathsPerBlock).map { draw.normal(step: UInt32($0), factor: 0) } }
    let (shocks, own, shared) = (rows[0], rows[2], rows[3])
    let multiples = rows[1].map { abs($0) }
    let before = rows[2].map { 0.1 * $0 }
    var logs = before
    var prices = [Double](repeating: 0, count: pathsPerBlock)
    var logSpan = logs.mutableSpan
    var priceSpan = prices.mutableSpan
    advanceSwitching(
      shocks: shocks.span, multiples: multiples.span, own: own.span, shared: shared.span, growth: 0.02,
      volatility: 0.3, initial: 50, logs: &logSpan, prices: &priceSpan)
    for path in 0..<pathsPerBlock {
      let v = 0.3 * multiples[path]
      let expected = before[path] + 0.02 - v * v / 2 + v * (own[path] * shocks[path] + shared[path])
      #expect(abs(logs[path] - expected) < 1e-14)
      #expect(abs(prices[path] / (50 * exp(expected)) - 1) < 1e-14)
    }
  }
}
