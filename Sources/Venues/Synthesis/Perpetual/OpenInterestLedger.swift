import Foundation
import Kernels

/// Gives markets to positions so that the takers' open interest has the requested shares.
///
/// A position goes to market j with probability in proportion to share_j·exp(20·(1 − held_j/(share_j·total))), total
/// counting the position itself and the exponential kept within [1/10, 10]: rather to markets that lack some of their
/// share, but at times to any. Given out from the largest account to the smallest, a few very large accounts then do not
/// decide the shares, which independent choices would leave to chance: the tail of sizes is so heavy that no number of
/// accounts averages it out.
struct OpenInterestLedger {
  /// The markets with the shares that are asked for.
  private let markets: [PerpetualBook.Market]
  /// Takers' gross notional given to each market so far, USD.
  private var held: [Double]
  /// The sum of `held`.
  private var total = 0.0

  /// An empty ledger.
  init(markets: [PerpetualBook.Market]) {
    self.markets = markets
    held = [Double](repeating: 0, count: markets.count)
  }

  /// A market for a position of `notional`, none of `taken`; `uniform` decides.
  func market(for notional: Double, except taken: [Int], uniform: Double) -> Int {
    var weights = markets.indices.map { weight(of: $0, adding: notional) }
    for market in taken { weights[market] = 0 }
    return pickIndex(weights: weights, uniform)
  }

  /// Enters a position.
  mutating func add(_ notional: Double, to market: Int) {
    held[market] += notional
    total += notional
  }

  /// Unnormalised probability of a market for a position of `notional`.
  ///
  /// The factor 20 makes a market that lacks a twentieth of its share 2.7 times as likely as one that has it; the bounds
  /// keep a market that one large position has overfilled open to small accounts.
  private func weight(of market: Int, adding notional: Double) -> Double {
    let due = markets[market].share * (total + notional)
    let lack = due > 0 ? 1 - held[market] / due : 0
    return markets[market].share * min(10, max(0.1, exp(20 * lack)))
  }
}

/// The takers together, since markets are given out in an order.
extension PerpetualBook {
  /// All takers with markets and positions, in the order of their index.
  func sizedTakers(seed: UInt64) -> [Taker] {
    var takers = (0..<self.takers).map { taker($0, seed: seed) }
    let gross = takers.map { grossNotional(of: $0, attempt: 0) }
    var ledger = OpenInterestLedger(markets: markets)
    for index in takers.indices.sorted(by: { (gross[$0], $1) > (gross[$1], $0) }) {
      for (position, share) in takers[index].split.enumerated() {
        let uniform = takers[index].draws.uniform(step: 0, factor: PerpetualUse.market(position))
        let market = ledger.market(for: gross[index] * share, except: takers[index].markets, uniform: uniform)
        takers[index].markets.append(market)
      }
      size(&takers[index])
      for (market, lots) in zip(takers[index].markets, takers[index].lots) {
        ledger.add(markets[market].notional(lots: lots), to: market)
      }
    }
    return takers
  }
}
