import Clearing
import Foundation

/// A venue's oracle, looked up by its definition: it keeps every mark that it was shown and makes its prices from them.
struct ReferenceOracle {
  let policy: OraclePolicy
  let stepHours: Double
  /// Whether an asset's price stands still, [asset][point]; nil if none ever does.
  let frozen: [[Bool]]?
  /// Marks before the waves of each step so far, [point][asset].
  private var marks: [[Double]]
  /// What is shown now.
  private(set) var prices: [Double]
  /// What estimates of volatility take.
  private(set) var samples: [Double]
  /// Of a deviation rule: what was last published, and when.
  private var published: [Double]
  private var publishedHours: [Double]
  /// |shown ÷ mark − 1| at each publication, [step][asset].
  private(set) var errors: [[Double]] = []
  /// What was shown before the waves of each step, [step][asset], t = 0 first.
  private(set) var openings: [[Double]]

  init(policy: OraclePolicy, market: ReferenceMarket, marks now: [Double]) {
    self.policy = policy
    stepHours = market.stepHours
    frozen = market.frozenOracles
    marks = [now]
    prices = now
    samples = now
    published = now
    publishedHours = now.map { _ in 0 }
    openings = [now]
  }

  /// Whether every mark is shown at once while nothing is frozen, within a step too.
  var followsMarks: Bool { policy.followsMarks(stepHours: stepHours) }

  /// Whether it can ever show something else than the marks.
  var differsFromMarks: Bool { !followsMarks || frozen != nil }

  /// The mark of a point, and before t = 0 the mark of t = 0.
  private func mark(_ asset: Int, at point: Int) -> Double { marks[max(0, point)][asset] }

  private func isFrozen(_ asset: Int, at step: Int) -> Bool { frozen.map { $0[asset][step] } ?? false }

  /// The close of a step: its marks before the waves are taken, and what is due is published.
  mutating func publish(step: Int, marks now: [Double]) {
    marks.append(now)
    for asset in now.indices where !isFrozen(asset, at: step) {
      let last = step - policy.latencySteps
      samples[asset] = mark(asset, at: last)
      switch policy.rule {
      case .spot: prices[asset] = mark(asset, at: last)
      case .average(let hours):
        let points = Int((hours / stepHours).rounded())
        prices[asset] = (0..<points).reduce(0) { $0 + mark(asset, at: last - $1) } / Double(points)
      case .deviation(let threshold, let heartbeat):
        let hours = Double(step) * stepHours
        let isDue = hours - publishedHours[asset] > heartbeat - 1e-6
        if isDue || abs(mark(asset, at: last) / published[asset] - 1) >= threshold {
          published[asset] = mark(asset, at: last)
          publishedHours[asset] = hours
        }
        prices[asset] = published[asset]
        samples[asset] = published[asset]
      }
    }
    openings.append(prices)
    errors.append(now.indices.map { abs(prices[$0] / now[$0] - 1) })
  }

  /// The prices that health is judged at while the marks are `now` within a step.
  mutating func judge(step: Int, marks now: [Double]) -> [Double] {
    if followsMarks {
      for asset in now.indices where !isFrozen(asset, at: step) { prices[asset] = now[asset] }
    }
    return prices
  }

  /// Whether accounts in an asset wait.
  func isStale(_ asset: Int, marks now: [Double]) -> Bool {
    guard let most = policy.maximumDeviation else { return false }
    return abs(prices[asset] / now[asset] - 1) > most
  }
}
