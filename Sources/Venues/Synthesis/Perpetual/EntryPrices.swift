import Foundation
import Kernels

/// Where positions were entered: what makes unrealised profit and loss at t = 0 without moving equity.
extension PerpetualBook {
  /// Entry price of one position: the mark divided by the gain since, a normal log return over an exponential holding
  /// time at the asset's long-run volatility, cut at ±5; six significant digits.
  func entryPrice(in market: Market, draws: KeyedDraws, position: Int) -> Double {
    let uniform = draws.uniform(step: 0, factor: PerpetualUse.holdingTime(position))
    let years = -entry.meanHoldingDays * log(uniform) / 365
    let normal = draws.normal(step: 0, factor: PerpetualUse.holdingReturn(position))
    let gain = min(5, max(-5, market.volatility * years.squareRoot() * normal))
    return tickOrMark(market.price * exp(-gain), mark: market.price)
  }

  /// `entries` moved towards the marks by one factor, so that the profit of all positions together is at most `limit`.
  func limited(entries: [Double], quantities: [Double], markets: [Market], limit: Double) -> [Double] {
    let profit = unrealised(entries: entries, quantities: quantities, markets: markets)
    guard profit > limit else { return entries }
    let factor = max(0, limit) / profit
    return zip(entries, markets).map { entry, market in
      tickOrMark(market.price - factor * (market.price - entry), mark: market.price)
    }
  }

  /// Σ q·(M − entry).
  func unrealised(entries: [Double], quantities: [Double], markets: [Market]) -> Double {
    entries.indices.reduce(0) { $0 + quantities[$1] * (markets[$1].price - entries[$1]) }
  }

  /// `price` in six digits; the mark where that is not a positive number, as with prices at the end of the range.
  private func tickOrMark(_ price: Double, mark: Double) -> Double {
    let rounded = priceTick(price)
    return rounded > 0 && rounded.isFinite ? rounded : mark
  }
}
