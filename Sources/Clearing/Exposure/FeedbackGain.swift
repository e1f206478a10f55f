import Foundation

/// How strongly forced trades feed on themselves under linear impact (δ = 1): the log move that they cause per log move
/// that causes them.
///
/// Where liquidation prices lie evenly, with notional ρ per unit of log price, a move x liquidates ρ·x, which moves the
/// mark by g·x with g = Y·σ_day·ρ/ADV, which liquidates g·ρ·x more, and so on: x/(1 − g) in all. From g = 1 on the series
/// has no limit, and a cascade ends only where liquidation prices get sparse. For δ < 1 there is no such number: the
/// response to a small flow is steeper than any line.
public struct FeedbackGain: Sendable, Hashable {
  /// The largest gain over windows of `window` in log price.
  public let gain: Double
  /// Price ÷ present price where the window begins.
  public let ratio: Double

  /// Width of the windows that notional is counted in.
  public static let window = 0.01

  /// The largest gain along `turns`, by rising distance from 1 as a liquidation map has them; what is liquidatable now
  /// does not count. `impactPerMoney` is Y·σ_day/ADV. Nil where nothing turns.
  public init?(along turns: [LiquidationMap.Turn], impactPerMoney: Double) {
    let ahead = turns.filter { $0.ratio != 1 }.map { (distance: abs(log($0.ratio)), turn: $0) }
    guard !ahead.isEmpty else { return nil }
    var best = (notional: 0.0, ratio: 1.0)
    var last = 0
    var inside = 0.0
    for first in ahead.indices {
      while last < ahead.count, ahead[last].distance < ahead[first].distance + Self.window {
        inside += ahead[last].turn.notional
        last += 1
      }
      if inside > best.notional { best = (inside, ahead[first].turn.ratio) }
      inside -= ahead[first].turn.notional
    }
    gain = impactPerMoney * best.notional / Self.window
    ratio = best.ratio
  }
}
