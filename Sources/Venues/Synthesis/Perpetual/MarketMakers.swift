import Foundation
import Kernels

/// A market maker: signed whole lots per market, and the equity that carries them.
struct MarketMaker: Sendable {
  /// Index of the account; the key of its draws.
  let index: Int
  /// Its random numbers.
  let draws: KeyedDraws
  /// Signed lots, by market.
  var lots: [Double]
  /// Equity at t = 0 in USD.
  var equity = 0.0
}

/// The other side of every market.
extension PerpetualBook {
  /// The makers who hold, in each market, minus the sum of the takers' lots: in proportion to lognormal weights, whole
  /// lots, what rounding leaves over with the first. Equity is max(gross ÷ leverage, least equity, (1 + buffer)·IM), so
  /// they meet their margin by construction.
  func marketMakers(against takers: [Taker], seed: UInt64) -> [MarketMaker] {
    var sides = (0..<makers.accounts).map { number in
      let index = self.takers + number
      let draws = KeyedDraws(seed: seed, path: UInt64(index), purpose: .synthesis)
      return MarketMaker(index: index, draws: draws, lots: [Double](repeating: 0, count: markets.count))
    }
    for (market, residual) in residuals(of: takers).enumerated() {
      let weights = sides.map {
        exp(makers.weightSigma * $0.draws.normal(step: 0, factor: PerpetualUse.makerWeight(market)))
      }
      let parts = Self.parts(of: residual, weights: weights)
      for (maker, lots) in parts.enumerated() { sides[maker].lots[market] = -lots }
    }
    for maker in sides.indices { sides[maker].equity = equity(carrying: sides[maker].lots) }
    return sides
  }

  /// Net lots of the takers in each market; exact, because sums of whole numbers below 2⁵³ are.
  func residuals(of takers: [Taker]) -> [Double] {
    var sums = [Double](repeating: 0, count: markets.count)
    for taker in takers {
      for (position, market) in taker.markets.enumerated() { sums[market] += taker.signedLots(position) }
    }
    return sums
  }

  /// `total` whole lots cut into whole parts in proportion to `weights`; the first part takes what is left over.
  private static func parts(of total: Double, weights: [Double]) -> [Double] {
    let sum = weights.reduce(0, +)
    var parts = weights.map { (total * ($0 / sum)).rounded(.towardZero) }
    parts[0] += total - parts.reduce(0, +)
    return parts
  }

  /// Least equity that carries signed `lots`, by market, in whole cents.
  private func equity(carrying lots: [Double]) -> Double {
    var gross = 0.0
    var required = TwoLevels(initial: 0, maintenance: 0)
    for (market, count) in lots.enumerated() where count != 0 {
      let notional = markets[market].notional(lots: count)
      let needed = requirement(market: market, notional: notional)
      gross += notional
      required.initial += needed.initial
      required.maintenance += needed.maintenance
    }
    return centsUp(max(gross / makers.leverage, makers.minimumEquity, required.initial, required.maintenance))
  }
}
