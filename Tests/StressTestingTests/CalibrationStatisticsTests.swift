import Foundation
import StressTesting
import Testing

/// The statistics that observed and simulated histories are put through, against figures from elsewhere.
@Suite("Calibration statistics")
struct CalibrationStatisticsTests {
  private let first = [0.01, -0.02, 0.03, -0.05, 0.02, 0.00, -0.01, 0.04, -0.03, 0.015, 0.025, -0.045]
  private let second = [0.02, -0.01, 0.01, -0.06, 0.01, 0.01, 0.02, 0.03, -0.04, 0.010, -0.02, -0.030]

  /// Three lags, two levels.
  private var plan: StatisticsPlan { StatisticsPlan(steps: 12, simulated: 12, stepHours: 24) }

  /// numpy: s = r*r - mean(r*r); [sum(s[k:]*s[:-k])/sum(s*s) for k in 1,2,3]
  @Test("autocorrelation of squares is the sample's")
  func autocorrelation() {
    let found = HistoryStatistics([first], plan: plan).autocorrelations[0]
    #expect(found.count == 3)
    let squares = first.map { $0 * $0 }
    let centre = squares.reduce(0, +) / 12
    for lag in 1...3 {
      let top = (lag..<12).reduce(0) { $0 + (squares[$1] - centre) * (squares[$1 - lag] - centre) }
      let bottom = squares.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
      #expect(abs(found[lag - 1] - top / bottom) < 1e-14)
    }
  }

  @Test("a missing return moves nothing but its own pairs; a series without any is undefined")
  func missing() {
    let holes = first + [.nan, .nan]
    let with = HistoryStatistics([holes], plan: plan), without = HistoryStatistics([first], plan: plan)
    #expect(with.quantiles == without.quantiles)
    #expect(zip(with.autocorrelations[0], without.autocorrelations[0]).allSatisfy { abs($0 - $1) < 1e-15 })
    let none = HistoryStatistics([[Double](repeating: .nan, count: 12)], plan: plan)
    #expect(none.quantiles[0].allSatisfy(\.isNaN) && none.autocorrelations[0].allSatisfy(\.isNaN))
  }

  @Test("quantiles are order statistics of rank ⌈np⌉")
  func quantiles() throws {
    let found = HistoryStatistics([first], plan: plan)
    let sorted = first.sorted()
    let median = try #require(plan.probabilities.firstIndex(of: 0.5))
    #expect(found.quantiles[0][median] == sorted[5])
    #expect(found.quantiles[0][0] == sorted[2] && plan.probabilities[0] == 0.2)
  }

  /// The lowest 20 % of twelve returns are three: slots 3, 11, 8 of the first, 3, 8, 11 of the second.
  @Test("falls that come together are counted: all, none, and symmetrically")
  func falls() {
    let together = HistoryStatistics([first, second], plan: plan)
    #expect(plan.fallLevels == [0.2])
    #expect(abs(together.falls[0][0] - 3 / (0.2 * 12)) < 1e-14)
    #expect(HistoryStatistics([first, first.map { -$0 }], plan: plan).falls[0][0] == 0)
    #expect(HistoryStatistics([second, first], plan: plan).falls == together.falls)
  }

  @Test("the error of a correlation of independent normal moves is (1 − ρ²)/√n")
  func correlationError() {
    // Moves on a grid of normal-like quantiles: exact independence, kurtosis near 3.
    let points = (0..<60).map { index -> Double in
      let u = (Double(index) + 0.5) / 60
      return 4.91 * (powered(u, 0.14) - powered(1 - u, 0.14))
    }
    var a: [Double] = [], b: [Double] = []
    for x in points { for y in points { (a, b) = (a + [x], b + [0.6 * x + 0.8 * y]) } }
    let found = CorrelationErrors([a, b], correlations: [[1, 0.6], [0.6, 1]], clusters: false).values
    #expect(found[0][0] == 0 && found[0][1] == found[1][0])
    #expect(abs(found[0][1] / ((1 - 0.36) / 60) - 1) < 0.04)
  }

  private func powered(_ base: Double, _ exponent: Double) -> Double { exp(exponent * log(base)) }
}
