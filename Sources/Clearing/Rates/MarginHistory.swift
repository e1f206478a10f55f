public import Markets

import Foundation

/// The past moves that a historical model takes its tails from.
public enum MarginHistory: Sendable {
  /// Observed prices of the market's assets, in their order, at the job's step.
  case prices(PriceHistory)
  /// Standardised moves of the margin period: a row per past period, in units of the volatility forecast for it,
  /// [asset][row]; nil for an asset without any.
  case residuals([[Double]?])
}

/// The sorted losses of one asset over past margin periods, each divided by the volatility forecast at its start.
///
/// A move is a simple return R over the margin period; its residual R/(σ̂·√h) is multiplied by the present forecast to
/// make a scenario of today. A long loses −R, a short R. Source: Hull and White, "Incorporating volatility updating into
/// the historical simulation method for value-at-risk", *Journal of Risk* 1 (1998).
public struct RescaledLosses: Sendable, Hashable {
  /// Losses of a long, ascending, in units of the forecast standard deviation of the margin period.
  public let long: [Double]
  /// Losses of a short, ascending.
  public let short: [Double]

  /// Takes residuals, of which those that are not finite are left out.
  public init(residuals: [Double]) {
    let moves = residuals.filter(\.isFinite).sorted()
    short = moves
    long = moves.reversed().map { -$0 }
  }

  /// The residuals of one asset's `history` under `recursion`, over margin periods of `steps` steps that overlap.
  ///
  /// The recursion starts from its long-run variance, an exponentially weighted one from the mean square of all returns;
  /// it stands still across a gap. A period counts where the history has a price at both ends.
  public init(history: PriceHistory, asset: Int, recursion: VolatilityRecursion, steps: Int) {
    let prices = history.prices[asset]
    let times = history.timesHours
    let interval = history.intervalHours
    func isApart(_ first: Int, _ second: Int, by hours: Double) -> Bool {
      abs(times[second] - times[first] - hours) < 1e-6
    }
    var returns = [Double](repeating: .nan, count: prices.count)
    for row in prices.indices.dropFirst() where isApart(row - 1, row, by: interval) {
      returns[row] = log(prices[row] / prices[row - 1])
    }
    let known = returns.filter(\.isFinite)
    let meanSquare = known.reduce(0) { $0 + $1 * $1 } / Double(max(1, known.count))
    var variance = recursion.longRunVariance ?? meanSquare
    var residuals: [Double] = []
    var end = 0
    let hours = Double(steps) * interval
    for row in prices.indices {
      if returns[row].isFinite { variance = recursion.updated(variance, logReturn: returns[row]) }
      while end < prices.count, times[end] < times[row] + hours - 1e-6 { end += 1 }
      guard end < prices.count, isApart(row, end, by: hours) else { continue }
      let deviation = recursion.volatility(variance: variance) * (hours / TimeGrid.hoursPerYear).squareRoot()
      guard deviation > 0 else { continue }
      residuals.append((prices[end] / prices[row] - 1) / deviation)
    }
    self.init(residuals: residuals)
  }

  /// The loss that is not exceeded with probability `confidence`: order statistic ⌈nα⌉; 0 of nothing.
  public static func quantile(_ losses: [Double], confidence: Double) -> Double {
    guard !losses.isEmpty else { return 0 }
    return losses[rank(losses.count, confidence) - 1]
  }

  /// The mean of the worst share 1 − `confidence` of the losses: q + Σ (L − q)⁺/(n·(1 − α)); 0 of nothing.
  public static func shortfall(_ losses: [Double], confidence: Double) -> Double {
    guard !losses.isEmpty else { return 0 }
    let rank = rank(losses.count, confidence)
    let quantile = losses[rank - 1]
    let excess = losses[rank...].reduce(0) { $0 + ($1 - quantile) }
    return quantile + excess / (Double(losses.count) * (1 - confidence))
  }

  private static func rank(_ count: Int, _ confidence: Double) -> Int {
    let exact = Double(count) * confidence
    // A product like 0.99·500 may come out a hair above a whole number.
    return min(count, max(1, Int((exact - 1e-9 * exact).rounded(.up))))
  }
}
