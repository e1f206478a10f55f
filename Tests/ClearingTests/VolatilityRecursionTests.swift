import Clearing
import Foundation
import Markets
import Testing

@Suite("Recursions of volatility")
struct VolatilityRecursionTests {
  private let garch = GarchParameters(
    stepHours: 1, mean: 0.0003, omega: 2e-7, alpha: 0.08, gamma: 0.03, beta: 0.9, degreesOfFreedom: nil,
    initialVolatility: 0.6)

  @Test("the exponentially weighted case is the estimator itself, bit for bit")
  func exponential() throws {
    let grid = try #require(TimeGrid(steps: 1, stepHours: 4))
    let estimator = ExponentialVolatility(lambda: 0.94, per: .day, grid: grid)
    let recursion = VolatilityRecursion(estimator, initialVolatility: 0.7)
    #expect(recursion.initialVariance == estimator.stepVariance(volatility: 0.7))
    var variance = recursion.initialVariance
    for logReturn in [0.01, -0.03, 0, 0.2] {
      let expected = estimator.updated(variance, logReturn: logReturn)
      variance = recursion.updated(variance, logReturn: logReturn)
      #expect(variance == expected)
      #expect(recursion.volatility(variance: variance) == estimator.volatility(stepVariance: variance))
    }
  }

  @Test("a GARCH step by hand, on both sides of the mean")
  func step() {
    let recursion = VolatilityRecursion(garch, horizonSteps: 24)
    #expect(abs(recursion.updated(1e-5, logReturn: 0.0103) - (2e-7 + 0.08 * 1e-4 + 0.9e-5)) < 1e-20)
    #expect(abs(recursion.updated(1e-5, logReturn: -0.0097) - (2e-7 + 0.11 * 1e-4 + 0.9e-5)) < 1e-20)
  }

  @Test("the forecast over h steps is the mean of the one-step forecasts", arguments: [1, 2, 24, 500])
  func forecast(steps: Int) {
    let recursion = VolatilityRecursion(garch, horizonSteps: Double(steps))
    for variance in [1e-6, 1e-5, 3e-4] {
      var next = variance
      var sum = 0.0
      for _ in 0..<steps {
        sum += next
        next = garch.omega + garch.persistence * next
      }
      let expected = (sum / Double(steps) * 8760).squareRoot()
      #expect(abs(recursion.volatility(variance: variance) / expected - 1) < 1e-12)
    }
  }

  @Test("far away the forecast is the long-run volatility, and it starts from the calibrated state")
  func limits() {
    let far = VolatilityRecursion(garch, horizonSteps: 1e7)
    #expect(abs(far.volatility(variance: 1e-3) / garch.longRunVolatility - 1) < 1e-3)
    let near = VolatilityRecursion(garch, horizonSteps: 1)
    #expect(abs(near.volatility(variance: near.initialVariance) - 0.6) < 1e-12)
    let still = VolatilityRecursion.still(stepYears: 1.0 / 8760)
    #expect(still.updated(0, logReturn: 0.1) == 0 && still.volatility(variance: 0) == 0)
  }
}
