import Foundation
import Kernels
import Testing

@Suite("Options in many scenarios at once")
struct OptionScenariosTests {
  /// Against Black's formula one scenario at a time, with and without a smile, from deep in to far out of the money.
  @Test(arguments: [true, false], [(0.0, 0.0, 1.0, 1.0), (-0.3, 0.2, 0.5, 2)])
  func againstBlack(isCall: Bool, smile: (slope: Double, curvature: Double, floor: Double, cap: Double)) {
    let moves = [0, -0.16, -0.04, 0.04, 0.16, -0.66, -0.33, 0.5, 1, 5]
    let volatility = [0, 0.5, -0.25, -0.9, -2, 0.5, 0, 0.5, 0.5, 0.5]
    let weights = [1, 1, 1, 1, 1, 0.24, 0.48, 0.32, 0.16, 0.032]
    let scenarios = OptionScenarios(priceMoves: moves, volatilityMoves: volatility, weights: weights)
    #expect(scenarios.size == 16)
    for (years, atTheMoney, scale) in [(0.08, 0.6, 1.0), (0.003, 1.2, 2.77), (2, 0.3, 0.5), (0, 0.6, 1), (0.1, 0, 1)] {
      for strike in [20.0, 80, 100, 125, 700] {
        func value(_ index: Int) -> Double {
          let forward = 100 * (1 + moves[index])
          let shocked = atTheMoney * max(0, 1 + scale * volatility[index])
          let deviation = shocked * years.squareRoot()
          let k = deviation > 0 ? log(strike / forward) / deviation : 0
          let multiple = min(max(1 + (smile.slope + smile.curvature * k) * k, smile.floor), smile.cap)
          return Black76(
            isCall: isCall, forward: forward, strike: strike, years: years, volatility: shocked * multiple
          ).value
        }
        var gains = [Double](repeating: .nan, count: 20)
        scenarios.write(
          OptionScenarios.Option(
            isCall: isCall, forward: 100, strike: strike, years: years, volatility: atTheMoney, slope: smile.slope,
            curvature: smile.curvature, floor: smile.floor, cap: smile.cap), volatilityScale: scale, to: &gains, at: 4)
        for index in moves.indices {
          let expected = weights[index] * (value(index) - value(0))
          #expect(abs(gains[4 + index] - expected) < 2e-12, "\(years), \(strike), scenario \(index)")
        }
        #expect(gains[4] == 0 && gains[14..<20].allSatisfy { $0 == 0 })
      }
    }
  }
}
