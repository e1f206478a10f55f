/// What a perpetual book's specification asked for, and what was drawn.
struct PerpetualAggregates {
  /// What was asked for.
  let kind: PerpetualBook
  /// The takers as sized.
  let takers: [Taker]
  /// The market makers.
  let makers: [MarketMaker]

  /// All lines, in the order to show.
  var lines: [BookAggregate] { groupLines + equityLines + leverageLines + shareLines + marketLines + countLines }

  /// How many accounts each group has; takers by the equity drawn.
  private var groupLines: [BookAggregate] {
    let bounds = kind.groups.map(\.from) + [.infinity]
    let takerLines = kind.groups.enumerated().map { index, group in
      let count = takers.count { bounds[index]..<bounds[index + 1] ~= $0.equity }
      return BookAggregate("accounts, \(group.name)", obtained: Double(count))
    }
    let makerLine = BookAggregate(
      "accounts, \(kind.makers.name)", requested: Double(kind.makers.accounts), obtained: Double(makers.count))
    return takerLines + [makerLine]
  }

  /// Equity of takers against the quantiles of its law, and how unequal it is.
  private var equityLines: [BookAggregate] {
    let sample = SampleStatistics(takers.map(\.equity))
    let makerEquity = makers.reduce(0) { $0 + $1.equity }
    return [0.5, 0.9, 0.99].map { level in
      BookAggregate(
        "equity of a taker, quantile \(level), USD", requested: kind.equity.quantile(level),
        obtained: sample.quantile(level))
    } + [
      BookAggregate("equity of the largest taker, USD", obtained: sample.largest),
      BookAggregate("equity of all takers, USD", obtained: sample.sum),
      BookAggregate("Gini coefficient of takers' equity", obtained: sample.gini),
      BookAggregate("equity of all \(kind.makers.name) accounts, USD", obtained: makerEquity),
    ]
  }

  /// Leverage of takers against the quantiles of its law before margin. High quantiles fall short where margin limits them.
  private var leverageLines: [BookAggregate] {
    let leverages = takers.map { grossNotional(of: $0) / $0.equity }
    let sample = SampleStatistics(leverages)
    let quantiles = [0.1, 0.5, 0.9, 0.99].map { level in
      BookAggregate(
        "leverage of a taker, quantile \(level)", requested: kind.leverage.quantile(level),
        obtained: sample.quantile(level))
    }
    let equity = takers.reduce(0) { $0 + $1.equity }
    let gross = takers.reduce(0) { $0 + grossNotional(of: $1) }
    return quantiles + [
      BookAggregate("leverage of a taker, largest", obtained: sample.largest),
      BookAggregate("gross notional ÷ equity, takers together", obtained: gross / equity),
    ]
  }

  /// What is drawn as yes or no: sides, isolated accounts, coins; and the number of positions.
  private var shareLines: [BookAggregate] {
    let held = takers.map { $0.lots.count { $0 > 0 } }
    let positions = held.reduce(0, +)
    let longs = takers.reduce(0) { sum, taker in
      sum + taker.lots.indices.count { taker.lots[$0] > 0 && taker.isLong[$0] }
    }
    let counts = kind.positionCounts
    let meanCount = zip(counts.items, counts.probabilities).reduce(0) { $0 + Double($1.0) * $1.1 }
    let isolated = takers.count(where: \.isIsolated)
    let coinLines = kind.coins.map { coin in
      let holders = takers.count { $0.coin?.instrument == coin.instrument }
      return BookAggregate(
        "share of cross takers holding \(kind.context.instruments[coin.instrument].id)", requested: coin.accounts,
        obtained: ratio(holders, takers.count - isolated))
    }
    return [
      BookAggregate("positions per taker, mean", requested: meanCount, obtained: ratio(positions, takers.count)),
      BookAggregate("share of long positions", requested: kind.longShare, obtained: ratio(longs, positions)),
      BookAggregate(
        "share of isolated takers", requested: kind.isolated.accounts, obtained: ratio(isolated, takers.count)),
    ] + coinLines
  }

  /// Per market: the share in the takers' gross notional, and open interest (longs of all accounts) ÷ daily volume.
  private var marketLines: [BookAggregate] {
    let markets = kind.markets
    var takerGross = [Double](repeating: 0, count: markets.count), longs = takerGross
    for taker in takers {
      for (position, market) in taker.markets.enumerated() {
        let notional = markets[market].notional(lots: taker.lots[position])
        takerGross[market] += notional
        longs[market] += taker.isLong[position] ? notional : 0
      }
    }
    var makerGross = takerGross.map { _ in 0.0 }
    for maker in makers {
      for (market, lots) in maker.lots.enumerated() {
        let notional = markets[market].notional(lots: lots)
        makerGross[market] += notional
        longs[market] += lots > 0 ? notional : 0
      }
    }
    let total = takerGross.reduce(0, +)
    let perMarket = markets.indices.flatMap { market in
      let id = kind.context.instruments[markets[market].instrument].id
      let volume = kind.context.depths[markets[market].asset]?.averageDailyVolume ?? .infinity
      return [
        BookAggregate(
          "\(id), share of takers' gross notional", requested: markets[market].share,
          obtained: total > 0 ? takerGross[market] / total : 0),
        BookAggregate("\(id), open interest ÷ daily volume", obtained: longs[market] / volume),
      ]
    }
    return perMarket + [
      BookAggregate("open interest of all markets, USD", obtained: longs.reduce(0, +)),
      BookAggregate("gross notional of \(kind.makers.name) accounts, USD", obtained: makerGross.reduce(0, +)),
      BookAggregate("largest net quantity of a market, units", requested: 0, obtained: largestImbalance),
    ]
  }

  /// How often the specification met a limit.
  private var countLines: [BookAggregate] {
    [
      BookAggregate("leverages drawn again", obtained: Double(takers.reduce(0) { $0 + $1.redraws })),
      BookAggregate("accounts scaled down to their margin", obtained: Double(takers.count(where: \.isScaledDown))),
      BookAggregate("positions at the largest size", obtained: Double(cappedPositions)),
    ]
  }

  /// Positions cut to the stated share of their market's daily volume.
  private var cappedPositions: Int {
    takers.reduce(0) { sum, taker in
      sum
        + taker.lots.indices.count { position in
          let market = kind.markets[taker.markets[position]]
          return taker.lots[position] > 0 && taker.lots[position] == market.lots(notional: .infinity)
        }
    }
  }

  /// The net quantity that is farthest from zero, over takers and makers.
  private var largestImbalance: Double {
    kind.residuals(of: takers).enumerated().reduce(0) { worst, item in
      let net = item.element + makers.reduce(0) { $0 + $1.lots[item.offset] }
      return max(worst, kind.markets[item.offset].lot.quantity(lots: abs(net)))
    }
  }

  /// Σ |q|·M in USD.
  private func grossNotional(of taker: Taker) -> Double {
    zip(taker.markets, taker.lots).reduce(0) { $0 + kind.markets[$1.0].notional(lots: $1.1) }
  }

  /// `part` ÷ `whole`, 0 of nothing.
  private func ratio(_ part: Int, _ whole: Int) -> Double { whole > 0 ? Double(part) / Double(whole) : 0 }
}
