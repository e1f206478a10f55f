public import Schema

/// From terms to a finished, checked book.
extension PerpetualBook {
  /// Draws the takers, gives the market makers the other side, writes the rows and judges every account once more.
  public func synthesize(seed: UInt64) throws(Problems) -> SyntheticBook {
    let takers = sizedTakers(seed: seed)
    try refuseUncountable(takers)
    let makers = marketMakers(against: takers, seed: seed)
    var rows = PerpetualBookRows(of: self)
    for taker in takers { rows.add(taker, id: numberedName("taker", taker.index + 1, of: takers.count)) }
    for (number, maker) in makers.enumerated() {
      rows.add(maker, id: numberedName(self.makers.name, number + 1, of: makers.count))
    }
    let book = SyntheticBook(
      kind: Self.kind.name, seed: seed, instruments: context.instruments, accounts: rows.accounts,
      positions: rows.positions,
      aggregates: PerpetualAggregates(kind: self, takers: takers, makers: makers).lines)
    try refuseUncovered(book)
    return book
  }

  /// Beyond 2⁵³ lots, sums of quantities would be rounded and a market might not balance.
  private func refuseUncountable(_ takers: [Taker]) throws(Problems) {
    var gross = [Double](repeating: 0, count: markets.count)
    for taker in takers {
      for (market, lots) in zip(taker.markets, taker.lots) { gross[market] += lots }
    }
    let problems = ProblemCollector()
    for (market, lots) in zip(markets, gross) where lots > LotSize.largestCount {
      problems.record(
        "the open interest cannot be counted in whole lots",
        at: SourceLocation(file: "", keyPath: "marketShares.\(context.instruments[market.instrument].id)"),
        found: "\(lots) lots of \(market.lot.quantity(lots: 1))", allowed: "≤ 2^53 lots",
        hint: "fewer accounts, less equity, or a smaller largestShareOfDailyVolume")
    }
    try problems.throwIfAny()
  }

  /// Judges the finished rows once more, from nothing but the book itself: every account must meet its requirement at
  /// both levels.
  private func refuseUncovered(_ synthetic: SyntheticBook) throws(Problems) {
    let book = synthetic.laidOut()
    let problems = ProblemCollector(limit: 20)
    for account in book.accounts.indices {
      let (available, required) = health(of: account, in: book)
      guard available.initial < required.initial || available.maintenance < required.maintenance else { continue }
      problems.record(
        "the account does not meet its requirement at the start",
        at: SourceLocation(file: "", keyPath: book.accounts[account].id),
        found: "weighted equity \(available.initial) against \(required.initial)",
        hint: "a larger initialMarginBuffer or a lower leverage.maximum")
    }
    try problems.throwIfAny()
  }

  /// Weighted equity and requirement of a finished account at t = 0.
  private func health(of account: Int, in book: Book) -> (available: TwoLevels, required: TwoLevels) {
    var available = TwoLevels(initial: book.cash[account], maintenance: book.cash[account])
    var required = TwoLevels(initial: 0, maintenance: 0)
    for position in book.positions(of: account) {
      let column = book.columns[Int(book.column[position])]
      let value = book.quantity[position] * context.prices[column.asset]
      let weight = context.spotTerms(of: column.instrument)?.collateralWeight ?? .full
      available.initial += weight.initial * value
      available.maintenance += weight.maintenance * value
      guard column.side == .perpetual else { continue }
      let needed = context.requirement(column.instrument, abs(value))
      required.initial += needed.initial
      required.maintenance += needed.maintenance
    }
    return (available, required)
  }
}
