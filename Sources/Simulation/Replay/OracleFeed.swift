import Clearing
import Foundation
import Venues

/// What one venue's oracle shows along one path, where that is not simply the mark.
///
/// At the close of each step, before its waves, it takes the marks and publishes. Within a step its prices stand still,
/// except those of an oracle that follows marks and is not frozen. One per worker, venue and model.
final class OracleFeed {
  /// The price that each asset's positions are judged at.
  private(set) var prices: [Double]
  /// The price that estimates of volatility take: of an average its newest mark, since the volatility of averages is too
  /// low; of anything else what is shown.
  private(set) var samples: [Double]
  /// Largest |shown ÷ mark − 1| when published, over the assets of the book.
  private(set) var largestError = 0.0
  private var errorSum = 0.0
  private var errorCount = 0
  private let policy: OraclePolicy
  private let follows: Bool
  private let window: Int
  private let stepHours: Double
  private let points: Int
  private let usedAssets: [Int]
  /// Whether an asset's price stands still, [asset][point]; nil if none ever does.
  private let frozen: [[Bool]]?
  /// Marks before the waves of each step, [asset][point].
  private var marks: [Double]
  /// Of a deviation rule: the price last published and its step.
  private var published: [Double]
  private var publishedAt: [Int]
  /// The step whose marks were taken last.
  private var newest = 0

  /// The feed of `plan`'s venue on `points` points `stepHours` apart; nil where the oracle shows the marks themselves.
  init?(plan: VenuePlan, points: Int, stepHours: Double, frozen: [[Bool]]?) {
    let policy = plan.rules.oracle
    let follows = policy.followsMarks(stepHours: stepHours)
    if follows, frozen == nil { return nil }
    self.policy = policy
    self.follows = follows
    self.stepHours = stepHours
    self.points = points
    self.frozen = frozen
    window = policy.windowSteps(stepHours: stepHours)
    usedAssets = Set(plan.venue.book.columns.map(\.asset)).sorted()
    let assets = plan.initialPrices.count
    prices = [Double](repeating: 0, count: assets)
    samples = prices
    published = prices
    publishedAt = [Int](repeating: 0, count: assets)
    marks = [Double](repeating: 0, count: assets * points)
  }

  /// One more feed of the same oracle, for prices that might have been.
  func another() -> OracleFeed { OracleFeed(like: self) }

  private init(like other: OracleFeed) {
    policy = other.policy
    follows = other.follows
    stepHours = other.stepHours
    points = other.points
    frozen = other.frozen
    window = other.window
    usedAssets = other.usedAssets
    prices = other.prices
    samples = other.samples
    published = other.published
    publishedAt = other.publishedAt
    marks = other.marks
  }

  /// Returns to t = 0, where the oracle shows the marks.
  func reset(marks now: [Double]) {
    largestError = 0
    errorSum = 0
    errorCount = 0
    newest = 0
    for asset in prices.indices {
      marks[asset * points] = now[asset]
      prices[asset] = now[asset]
      samples[asset] = now[asset]
      published[asset] = now[asset]
      publishedAt[asset] = 0
    }
  }

  /// Takes the marks before the waves of `step` and publishes.
  func publish(at step: Int, marks now: [Double]) {
    newest = step
    for asset in prices.indices {
      marks[asset * points + step] = now[asset]
      guard !isFrozen(asset, at: step) else { continue }
      let delayed = marks[asset * points + max(0, step - policy.latencySteps)]
      samples[asset] = delayed
      switch policy.rule {
      case .spot: prices[asset] = delayed
      case .average: prices[asset] = average(of: asset, endingAt: step - policy.latencySteps, delayed)
      case .deviation(let threshold, let heartbeat):
        publish(asset, delayed, at: step, threshold: threshold, heartbeat: heartbeat)
      }
    }
    for asset in usedAssets {
      let error = abs(prices[asset] / now[asset] - 1)
      largestError = max(largestError, error)
      errorSum += error
      errorCount += 1
    }
  }

  /// Takes the marks within `step`: those of a low or high, or what a wave made of them. True if any price shown changed.
  func follow(marks now: [Double], at step: Int) -> Bool {
    guard follows else { return false }
    for asset in prices.indices where !isFrozen(asset, at: step) { prices[asset] = now[asset] }
    return true
  }

  private func isFrozen(_ asset: Int, at step: Int) -> Bool { frozen?[asset][step] ?? false }

  /// Mean of the window's marks; before t = 0 the marks were those of t = 0. Written so that equal marks give that mark.
  private func average(of asset: Int, endingAt last: Int, _ newest: Double) -> Double {
    let first = last - window + 1
    var sum = Double(min(window, max(0, -first))) * (marks[asset * points] - newest)
    for point in max(0, first)..<max(0, last + 1) { sum += marks[asset * points + point] - newest }
    return newest + sum / Double(window)
  }

  private func publish(_ asset: Int, _ mark: Double, at step: Int, threshold: Double, heartbeat: Double) {
    let isDue = Double(step - publishedAt[asset]) * stepHours >= heartbeat * (1 - 1e-9)
    if isDue || abs(mark / published[asset] - 1) >= threshold {
      published[asset] = mark
      publishedAt[asset] = step
    }
    prices[asset] = published[asset]
    samples[asset] = published[asset]
  }

  /// Whether accounts in `asset` wait, because what is shown is too far from its `mark`.
  func isStale(_ asset: Int, mark: Double) -> Bool {
    guard let most = policy.maximumDeviation else { return false }
    return abs(prices[asset] / mark - 1) > most
  }

  /// Whether anybody can be made to wait at all.
  var hasGuard: Bool { policy.maximumDeviation != nil }

  /// Mean |shown ÷ mark − 1| over steps and assets of the book.
  var meanError: Double { errorCount > 0 ? errorSum / Double(errorCount) : 0 }

  /// What is shown now and all known marks that it can still be made of from now on: bounds for screening, to which the
  /// marks to come are added.
  func reach(of asset: Int) -> (low: Double, high: Double) {
    var low = prices[asset]
    var high = prices[asset]
    if case .deviation = policy.rule {
      low = min(low, published[asset])
      high = max(high, published[asset])
    }
    for point in max(0, newest + 1 - policy.latencySteps - window)...newest {
      low = min(low, marks[asset * points + point])
      high = max(high, marks[asset * points + point])
    }
    return (low, high)
  }
}
