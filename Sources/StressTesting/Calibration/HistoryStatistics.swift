import Foundation
import Kernels

/// Which statistics a history is put through; the observed one and every simulated one alike.
package struct StatisticsPlan: Sendable {
  /// Probabilities of the quantiles, ascending.
  package let probabilities: [Double]
  /// Autocorrelations at lags 1 … this.
  package let lags: Int
  /// Steps in a stretch of volatility.
  package let stretchSteps: Int
  /// Shares of the steps that count as falls, ascending; at most eight.
  package let fallLevels: [Double]
  /// Index, in `fallLevels`, of the one that pairs are compared at.
  package let pairLevel: Int

  /// A plan for histories of `steps` returns, of which `simulated` at least are in every simulated one.
  package init(steps: Int, simulated: Int, stepHours: Double) {
    let shortest = Double(max(1, min(steps, simulated)))
    let lower = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.4].filter { $0 * shortest >= 2 }
    probabilities = lower + [0.5] + lower.reversed().map { 1 - $0 }
    lags = min(30, max(1, simulated / 4))
    stretchSteps = max(Int((24 / stepHours).rounded()) * 7, 14, steps / 130)
    let levels = [0.01, 0.025, 0.05, 0.1, 0.15, 0.2].filter { $0 * shortest >= 5 }
    fallLevels = levels.isEmpty ? [0.2] : levels
    pairLevel = fallLevels.firstIndex { $0 >= 0.05 } ?? fallLevels.count - 1
  }
}

/// What is compared between an observed history and simulated ones.
package struct HistoryStatistics: Sendable {
  /// Order statistics, [asset][probability]: rank ⌈np⌉.
  package let quantiles: [[Double]]
  /// Autocorrelation of squared returns, [asset][lag − 1].
  package let autocorrelations: [[Double]]
  /// Root mean square of the returns of each stretch, a step, [asset][stretch]; NaN where a stretch has too few.
  package let stretches: [[Double]]
  /// P(both fall)/q, [level][pair]; pairs in the order (0,1), (0,2), (1,2), (0,3) …
  package let falls: [[Double]]

  /// The statistics of log returns, [asset][slot], NaN where there is none.
  package init(_ returns: [[Double]], plan: StatisticsPlan) {
    let sorted = returns.map { row in sortedAscending(row.filter { !$0.isNaN }) }
    quantiles = sorted.map { row in plan.probabilities.map { Self.quantile(row, $0) } }
    autocorrelations = returns.map { Self.autocorrelations(of: $0, lags: plan.lags) }
    stretches = returns.map { Self.stretches(of: $0, steps: plan.stretchSteps) }
    falls = Self.falls(returns, sorted, plan.fallLevels)
  }

  /// The order statistic of rank ⌈np⌉.
  private static func quantile(_ sorted: [Double], _ probability: Double) -> Double {
    guard !sorted.isEmpty else { return .nan }
    let rank = Int((Double(sorted.count) * probability - 1e-9).rounded(.up))
    return sorted[min(max(rank, 1), sorted.count) - 1]
  }

  /// Sample autocorrelations of the squares; a missing return contributes nothing.
  private static func autocorrelations(of returns: [Double], lags: Int) -> [Double] {
    let squares = returns.map { $0 * $0 }
    let present = squares.filter { !$0.isNaN }
    guard present.count > lags else { return [Double](repeating: .nan, count: lags) }
    let centre = mean(present)
    let terms = squares.map { $0.isNaN ? 0 : $0 - centre }
    let variance = terms.reduce(0) { $0 + $1 * $1 }
    return (1...lags).map { lag in
      var sum = 0.0
      for slot in lag..<terms.count { sum += terms[slot] * terms[slot - lag] }
      return variance > 0 ? sum / variance : .nan
    }
  }

  /// Root mean squares of successive stretches; one with fewer than half of its returns is NaN.
  static func stretches(of returns: [Double], steps: Int) -> [Double] {
    stride(from: 0, to: returns.count - steps + 1, by: steps).map { start in
      let present = returns[start..<start + steps].filter { !$0.isNaN }
      guard present.count * 2 > steps else { return .nan }
      return (present.reduce(0) { $0 + $1 * $1 } / Double(present.count)).squareRoot()
    }
  }

  /// Joint falls of every pair at every level. A slot's falls are bits of a byte, one a level.
  private static func falls(_ returns: [[Double]], _ sorted: [[Double]], _ levels: [Double]) -> [[Double]] {
    let masks = zip(returns, sorted).map { row, sorted -> [UInt8] in
      let limits = levels.map { quantile(sorted, $0) }
      return row.map { value in
        var mask: UInt8 = 0
        for (bit, limit) in limits.enumerated() where value <= limit { mask |= 1 << UInt8(bit) }
        return mask
      }
    }
    let fallen = masks.map { mask in mask.indices.filter { mask[$0] != 0 } }
    var result = levels.map { _ in [Double]() }
    for second in returns.indices {
      for first in 0..<second {
        let both = joint(returns[first], returns[second])
        var counts = [Int](repeating: 0, count: levels.count)
        for slot in fallen[first] {
          let shared = masks[first][slot] & masks[second][slot]
          if shared == 0 { continue }
          for bit in levels.indices where shared & (1 << UInt8(bit)) != 0 { counts[bit] += 1 }
        }
        for (level, share) in levels.enumerated() {
          result[level].append(both > 0 ? Double(counts[level]) / (share * Double(both)) : .nan)
        }
      }
    }
    return result
  }

  /// The number of slots in which both have a return.
  private static func joint(_ first: [Double], _ second: [Double]) -> Int {
    var count = 0
    for slot in first.indices where !first[slot].isNaN && !second[slot].isNaN { count += 1 }
    return count
  }
}
