import Glibc
import Kernels
import Testing

/// The steps of pegs and factors against their formulas in scalar arithmetic.
@Suite struct MeanRevertingTests {
  private static func normals(_ factor: Int) -> [Double] {
    let draws = KeyedDraws(seed: 4, path: 0, purpose: .verification)
    return (0..<256).map { draws.normal(step: UInt32($0), factor: UInt32(factor)) }
  }

  @Test func meanRevertingStepIsItsFormula() {
    let (shocks, start) = (Self.normals(0), Self.normals(1))
    var values = start
    var view = values.mutableSpan
    advanceMeanReverting(shocks: shocks.span, mean: 0.3, persistence: 0.9, deviation: 0.02, values: &view)
    for path in 0..<256 {
      let expected = 0.3 + 0.9 * (start[path] - 0.3) + 0.02 * shocks[path]
      #expect(abs(values[path] - expected) < 1e-15 * 4)
    }
  }

  @Test func withoutNoiseTheMeanStandsStill() {
    var values = [Double](repeating: 1.0 / 3, count: 256)
    var view = values.mutableSpan
    let shocks = Self.normals(0)
    advanceMeanReverting(shocks: shocks.span, mean: 1.0 / 3, persistence: 0.7, deviation: 0, values: &view)
    #expect(values.allSatisfy { $0 == 1.0 / 3 })
  }

  @Test func correlatedShocksAreTheirFormula() {
    let (own, others) = (Self.normals(0), Self.normals(1))
    for correlation in [0.6, -1, 0] {
      var shocks = own
      var view = shocks.mutableSpan
      correlateShocks(&view, with: others.span, correlation: correlation)
      for path in 0..<256 {
        let expected = correlation * others[path] + (1 - correlation * correlation).squareRoot() * own[path]
        #expect(abs(shocks[path] - expected) < 1e-15 * 8)
      }
    }
  }

  @Test func standardisedReturnsAreTheirFormula() {
    let before = Self.normals(0).map { exp(0.2 * $0) }
    let after = Self.normals(1).map { exp(0.2 * $0) }
    var out = [Double](repeating: 0, count: 256)
    var view = out.mutableSpan
    standardiseReturns(before: before.span, after: after.span, mean: 0.01, deviation: 0.05, into: &view)
    for path in 0..<256 { #expect(abs(out[path] - (log(after[path] / before[path]) - 0.01) / 0.05) < 1e-13) }
  }

  @Test func peggedPricesAreTheirFormulaAndExactWithoutAPeg() {
    let (bases, logs) = (Self.normals(0).map { exp($0) }, Self.normals(1))
    var out = [Double](repeating: 0, count: 256)
    var view = out.mutableSpan
    pegPrices(bases: bases.span, logs: logs.span, scale: 1.25, into: &view)
    for path in 0..<256 { #expect(abs(out[path] / (bases[path] * exp(logs[path]) * 1.25) - 1) < 1e-15 * 4) }
    let none = [Double](repeating: 0, count: 256)
    var same = out.mutableSpan
    pegPrices(bases: bases.span, logs: none.span, scale: 1, into: &same)
    #expect(out == bases)
  }
}
