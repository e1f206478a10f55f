import RiskMeasures
import Testing

@Suite("Shares and their intervals")
struct ProportionTests {
  /// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table
  /// I, method 3.
  @Test(
    "Wilson's interval as published",
    arguments: [
      (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718),
    ])
  func published(successes: Int, trials: Int, low: Double, high: Double) {
    let interval = Proportion(successes: successes, trials: trials).interval(confidence: 0.95)
    #expect(abs(interval.low - low) < 5e-5)
    #expect(abs(interval.high - high) < 5e-5)
  }

  /// `scipy.stats.binomtest(81, 263).proportion_ci(method='wilson')`.
  @Test("Wilson's interval to the last digits")
  func scipy() {
    let interval = Proportion(successes: 81, trials: 263).interval(confidence: 0.95)
    #expect(abs(interval.low - 0.2552885198782742) < 1e-14)
    #expect(abs(interval.high - 0.36620957698280004) < 1e-14)
  }

  @Test("it mirrors: the interval of failures is one less that of successes")
  func mirror() {
    for successes in 0...12 {
      let one = Proportion(successes: successes, trials: 12).interval(confidence: 0.9)
      let other = Proportion(successes: 12 - successes, trials: 12).interval(confidence: 0.9)
      #expect(abs(one.low - (1 - other.high)) < 1e-15)
    }
    #expect(Proportion(successes: 12, trials: 12).interval(confidence: 0.9).high == 1)
    #expect(Proportion(successes: 0, trials: 12).interval(confidence: 0.9).low == 0)
  }

  @Test("clusters: independent members count each, identical members count once, none seen counts a cluster")
  func clusters() {
    let paths = 1000
    let size = 10
    let share = 0.2
    let independent = (share * (1 - share) / Double(paths * size)).squareRoot()
    let identical = (share * (1 - share) / Double(paths)).squareRoot()
    func trials(_ error: Double, _ value: Double = 0.2) -> Double {
      Proportion(value: value, clusteredError: error, clusters: paths, size: size).effectiveTrials
    }
    #expect(abs(trials(independent) - 10_000) < 1e-6)
    #expect(abs(trials(identical) - 1000) < 1e-6)
    #expect(trials(0, 0) == 1000)
    #expect(trials(independent / 3) == 10_000)
    #expect(trials(.nan).isNaN)
    let single = Proportion(value: 0.5, clusteredError: .nan, clusters: 1, size: size)
    #expect(single.interval(confidence: 0.95).low.isNaN)
  }
}
