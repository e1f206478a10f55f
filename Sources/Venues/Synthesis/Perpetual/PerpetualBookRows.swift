import Kernels

/// The accounts and rows of a perpetual book as they are put together.
struct PerpetualBookRows {
  /// Whose terms the rows follow.
  private let kind: PerpetualBook
  /// The accounts so far, takers first.
  private(set) var accounts: [SyntheticAccount] = []
  /// The rows so far, by account.
  private(set) var positions: [SyntheticPosition] = []

  /// No rows yet.
  init(of kind: PerpetualBook) { self.kind = kind }

  /// One held position while its account is written.
  private struct Held {
    let market: PerpetualBook.Market
    let quantity: Double
    var entry: Double
    var notional: Double { abs(quantity) * market.price }
  }

  /// Adds a taker called `id`.
  mutating func add(_ taker: Taker, id: String) {
    let group = kind.groups.last { $0.from <= taker.equity } ?? kind.groups[0]
    let held = held(markets: taker.markets, lots: taker.lots.indices.map(taker.signedLots), draws: taker.draws)
    accounts.append(SyntheticAccount(id: id, mode: taker.isIsolated ? .isolated : .cross, group: group.name))
    if taker.isIsolated, !held.isEmpty {
      addIsolated(held, taker: taker)
    } else {
      addCross(held, equity: taker.equity, coin: taker.coin)
    }
  }

  /// Adds a market maker called `id`.
  mutating func add(_ maker: MarketMaker, id: String) {
    accounts.append(SyntheticAccount(id: id, mode: .cross, group: kind.makers.name))
    addCross(
      held(markets: Array(kind.markets.indices), lots: maker.lots, draws: maker.draws), equity: maker.equity, coin: nil)
  }

  /// The positions that are not empty, with their entry prices.
  private func held(markets: [Int], lots: [Double], draws: KeyedDraws) -> [Held] {
    zip(markets, lots).enumerated().filter { $0.element.1 != 0 }.map { position, item in
      let market = kind.markets[item.0]
      return Held(
        market: market, quantity: market.lot.quantity(lots: item.1),
        entry: kind.entryPrice(in: market, draws: draws, position: position))
    }
  }

  /// Balance, coin and positions of a cross account, the balance such that equity at t = 0 is `equity`, a cent more at
  /// most.
  private mutating func addCross(_ held: [Held], equity: Double, coin: (instrument: Int, value: Double)?) {
    var money = equity
    var coinRow: SyntheticPosition?
    if let coin {
      let price = kind.context.price(of: coin.instrument)
      let quantity = LotSize(price: price).towardsZero(coin.value / price)
      money -= quantity * price
      if quantity > 0 { coinRow = row(coin.instrument, quantity) }
    }
    let limit = money * kind.entry.largestProfitShareOfEquity
    let held = limited(held, limit: limit)
    positions.append(row(kind.settlement, centsUp(money - unrealised(held))))
    if let coinRow { positions.append(coinRow) }
    for item in held { positions.append(row(item.market.instrument, item.quantity, entry: item.entry)) }
  }

  /// Positions with collateral of their own, and the rest of the equity as a balance.
  private mutating func addIsolated(_ held: [Held], taker: Taker) {
    let free = centsUp((1 - kind.isolated.equityShare) * taker.equity)
    if free > 0 { positions.append(row(kind.settlement, free)) }
    let posted = kind.postedCollateral(of: taker, notionals: held.map(\.notional))
    for (item, equity) in zip(held, posted) {
      let moved = limited([item], limit: equity * kind.entry.largestProfitShareOfEquity)
      var position = row(item.market.instrument, item.quantity, entry: moved[0].entry)
      position.isolatedCollateral = centsUp(equity - unrealised(moved))
      positions.append(position)
    }
  }

  /// The same positions with entries moved so that their profit is at most `limit` USD.
  private func limited(_ held: [Held], limit: Double) -> [Held] {
    let entries = kind.limited(
      entries: held.map(\.entry), quantities: held.map(\.quantity), markets: held.map(\.market), limit: limit)
    return zip(held, entries).map { Held(market: $0.market, quantity: $0.quantity, entry: $1) }
  }

  /// Σ q·(M − entry) in USD.
  private func unrealised(_ held: [Held]) -> Double {
    kind.unrealised(
      entries: held.map(\.entry), quantities: held.map(\.quantity), markets: held.map(\.market))
  }

  /// A row of the account added last.
  private func row(_ instrument: Int, _ quantity: Double, entry: Double? = nil) -> SyntheticPosition {
    SyntheticPosition(account: accounts.count - 1, instrument: instrument, quantity: quantity, entryPrice: entry)
  }
}
