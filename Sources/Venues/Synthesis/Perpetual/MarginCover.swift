/// Judging a position of a book in the making by the venue's own tables.
extension PerpetualBook {
  /// The least ratio of what a taker has to (1 + buffer) times what it must have, over both levels and, where its
  /// positions are isolated, over these. At least 1 means that the margin is met; infinite without positions.
  ///
  /// Requirements are convex in notional and zero at zero, so scaling all positions by a number ≤ 1 raises the ratio at
  /// least by its inverse.
  func marginCover(of taker: Taker) -> Double {
    let positions = taker.lots.indices.map { (taker.markets[$0], taker.lots[$0]) }.filter { $0.1 > 0 }
    let notionals = positions.map { markets[$0].notional(lots: $1) }
    let required = zip(positions, notionals).map { requirement(market: $0.0, notional: $1) }
    if taker.isIsolated {
      let posted = postedCollateral(of: taker, notionals: notionals)
      return zip(posted, required).reduce(.infinity) { least, item in
        min(least, item.0 / item.1.initial, item.0 / item.1.maintenance)
      }
    }
    let available = weightedEquity(taker.equity, coin: taker.coin)
    let initial = required.reduce(0) { $0 + $1.initial }
    let maintenance = required.reduce(0) { $0 + $1.maintenance }
    return positions.isEmpty ? .infinity : min(available.initial / initial, available.maintenance / maintenance)
  }

  /// Equity of each isolated position: the posted share of the account's, in proportion to notional.
  func postedCollateral(of taker: Taker, notionals: [Double]) -> [Double] {
    let gross = notionals.reduce(0, +)
    return notionals.map { isolated.equityShare * taker.equity * $0 / gross }
  }

  /// (1 + buffer) times the requirement of one position, and a billionth more for the rounding of sums.
  func requirement(market: Int, notional: Double) -> TwoLevels {
    let required = context.requirement(markets[market].instrument, notional)
    let factor = (1 + initialMarginBuffer) * (1 + 1e-9)
    return TwoLevels(initial: factor * required.initial, maintenance: factor * required.maintenance)
  }

  /// What of `equity` counts where `coin` is part of it.
  private func weightedEquity(_ equity: Double, coin: (instrument: Int, value: Double)?) -> TwoLevels {
    guard let coin, let terms = context.spotTerms(of: coin.instrument) else {
      return TwoLevels(initial: equity, maintenance: equity)
    }
    return TwoLevels(
      initial: equity - (1 - terms.collateralWeight.initial) * coin.value,
      maintenance: equity - (1 - terms.collateralWeight.maintenance) * coin.value)
  }
}
