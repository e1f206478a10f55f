import Foundation
import Kernels

/// What each random number of an account of a perpetual book is for. Uses that come once per position or market start
/// at a multiple of 2¹⁷ and count upwards.
enum PerpetualUse {
  /// Position in the law of equity; uniform.
  static let equity: UInt32 = 0
  /// Number of positions; uniform.
  static let positionCount: UInt32 = 1
  /// Position in the law of leverage; uniform, one for each attempt.
  static let leverage: UInt32 = 2
  /// Whether positions are isolated; uniform.
  static let isolated: UInt32 = 3
  /// Whether a coin is held, and which; uniform.
  static let coin: UInt32 = 4
  /// How much of equity is the coin; uniform.
  static let coinShare: UInt32 = 5

  /// Weight in the split of gross notional; gamma, before the split is sorted.
  static func split(_ position: Int) -> UInt32 { spaced(1, position) }
  /// Side of a position, by its place in the sorted split; uniform.
  static func side(_ position: Int) -> UInt32 { spaced(2, position) }
  /// Market of a position; uniform.
  static func market(_ position: Int) -> UInt32 { spaced(3, position) }
  /// Time since a position was entered; uniform. A market maker's positions are its markets.
  static func holdingTime(_ position: Int) -> UInt32 { spaced(4, position) }
  /// Return since a position was entered; normal.
  static func holdingReturn(_ position: Int) -> UInt32 { spaced(5, position) }
  /// Weight of a market maker in a market; normal.
  static func makerWeight(_ market: Int) -> UInt32 { spaced(6, market) }

  /// The use number `index` of a block; blocks are far enough apart for every index.
  private static func spaced(_ block: UInt32, _ index: Int) -> UInt32 { block << 17 + UInt32(index & 0x1FFFF) }
}

/// A taker while it is drawn.
struct Taker: Sendable {
  /// Index of the account; the key of its draws.
  let index: Int
  /// Its random numbers.
  let draws: KeyedDraws
  /// Equity at t = 0 in USD.
  let equity: Double
  /// Whether every position has its own collateral.
  let isIsolated: Bool
  /// The coin it holds, if any, with its value.
  let coin: (instrument: Int, value: Double)?
  /// Shares of gross notional, falling.
  let split: [Double]
  /// Side of each position, by the same index.
  let isLong: [Bool]
  /// Index of each position's market, once given out.
  var markets: [Int] = []
  /// Whole lots of each position, without sign.
  var lots: [Double] = []
  /// How often its leverage was drawn again.
  var redraws = 0
  /// Whether positions had to be scaled down.
  var isScaledDown = false

  /// Signed lots of position `position`.
  func signedLots(_ position: Int) -> Double { isLong[position] ? lots[position] : -lots[position] }
}

/// Drawing and sizing one taker.
extension PerpetualBook {
  /// Draws everything of a taker that does not depend on other accounts.
  func taker(_ index: Int, seed: UInt64) -> Taker {
    let draws = KeyedDraws(seed: seed, path: UInt64(index), purpose: .synthesis)
    let worth = equity.quantile(draws.uniform(step: 0, factor: PerpetualUse.equity))
    let isIsolated = draws.uniform(step: 0, factor: PerpetualUse.isolated) < isolated.accounts
    let count = positionCounts.pick(draws.uniform(step: 0, factor: PerpetualUse.positionCount))
    let shares = split.draw(draws, count: count, factor: PerpetualUse.split(0))
    return Taker(
      index: index, draws: draws, equity: worth, isIsolated: isIsolated,
      coin: isIsolated ? nil : coin(of: worth, draws: draws), split: shares.sorted(by: >),
      isLong: (0..<count).map { draws.uniform(step: 0, factor: PerpetualUse.side($0)) < longShare })
  }

  /// The coin that a cross account holds: at most one, with the probability of each.
  private func coin(of equity: Double, draws: KeyedDraws) -> (instrument: Int, value: Double)? {
    var rest = draws.uniform(step: 0, factor: PerpetualUse.coin)
    for terms in coins {
      if rest < terms.accounts {
        let bounds = terms.equityShare
        let uniform = draws.uniform(step: 0, factor: PerpetualUse.coinShare)
        let share = bounds.lowerBound + (bounds.upperBound - bounds.lowerBound) * uniform
        return (terms.instrument, share * equity)
      }
      rest -= terms.accounts
    }
    return nil
  }

  /// Gross notional of a taker under its draw number `attempt` of leverage.
  func grossNotional(of taker: Taker, attempt: Int) -> Double {
    let uniform = taker.draws.uniform(step: UInt32(attempt), factor: PerpetualUse.leverage)
    return leverage.quantile(uniform) * taker.equity
  }

  /// Gives `taker`, which has its markets, positions that meet its margin: leverage is drawn again while they do not,
  /// then the last positions are scaled down, cutting to whole lots each time, until they do.
  func size(_ taker: inout Taker) {
    for attempt in 0...maximumRedraws {
      setLots(of: &taker, gross: grossNotional(of: taker, attempt: attempt))
      taker.redraws = attempt
      if marginCover(of: taker) >= 1 { return }
    }
    taker.isScaledDown = true
    for round in 1...60 {
      let factor = marginCover(of: taker) * (1 - Double(round) / 1000)
      for position in taker.lots.indices { taker.lots[position] = (taker.lots[position] * factor).rounded(.down) }
      if marginCover(of: taker) >= 1 { return }
    }
    taker.lots = taker.lots.map { _ in 0 }
  }

  /// Splits a gross notional over the markets of `taker`, within the largest position of each.
  private func setLots(of taker: inout Taker, gross: Double) {
    taker.lots = zip(taker.markets, taker.split).map { market, share in markets[market].lots(notional: gross * share) }
  }
}
