import Foundation
import Kernels
public import Schema

/// From terms to a finished, checked book.
extension OptionsBook {
  /// Draws the takers, gives the market makers the other side, writes the rows and judges every account once more.
  public func synthesize(seed: UInt64) throws(Problems) -> SyntheticBook {
    let takers = drawTakers(seed: seed)
    let makers = marketMakers(against: takers, seed: seed)
    let holders = takers + makers
    try refuseUncovered(holders)
    return SyntheticBook(
      kind: Self.kind.name, seed: seed, instruments: context.instruments,
      accounts: holders.map { SyntheticAccount(id: $0.name, mode: .cross, group: $0.group) },
      positions: holders.indices.flatMap { rows(of: holders[$0], account: $0) },
      aggregates: lines(takers: takers, makers: makers))
  }

  /// The makers: minus the takers' sum of every contract by lognormal weights, coins against the delta that makes, and the
  /// least equity that carries it.
  private func marketMakers(against takers: [OptionHolder], seed: UInt64) -> [OptionHolder] {
    let lots = context.instruments.map { LotSize(price: $0.asset.map { context.prices[$0] } ?? 1) }
    var sums = [Double](repeating: 0, count: context.instruments.count)
    for (instrument, quantity) in takers.flatMap(\.quantities) where context.instruments[instrument].isDerivative {
      sums[instrument] += (quantity * lots[instrument].lotsPerUnit).rounded()
    }
    let draws = (0..<makers.accounts).map {
      KeyedDraws(seed: seed, path: UInt64(self.takers + $0), purpose: .synthesis)
    }
    var sides = draws.indices.map {
      OptionHolder(
        name: numberedName(makers.name, $0 + 1, of: makers.accounts), group: makers.name, equity: 0, quantities: [])
    }
    for (instrument, total) in sums.enumerated() where total != 0 {
      let weights = draws.map {
        exp(makers.weightSigma * $0.normal(step: 0, factor: OptionUse.makerWeight(instrument)))
      }
      let whole = weights.reduce(0, +)
      var parts = weights.map { (total * ($0 / whole)).rounded(.towardZero) }
      parts[0] += total - parts.reduce(0, +)
      for (maker, part) in parts.enumerated() where part != 0 {
        sides[maker].quantities.append((instrument, lots[instrument].quantity(lots: -part)))
      }
    }
    return sides.map { hedged($0, lots: lots) }
  }

  /// A maker with coins against its delta, and equity = max(exposure ÷ leverage, least equity, what its margin needs).
  private func hedged(_ maker: OptionHolder, lots: [LotSize]) -> OptionHolder {
    var own = maker
    for underlying in underlyings {
      guard let coin = underlying.coin else { continue }
      let quantity = -lots[coin].towardsZero(delta(of: maker, asset: underlying.asset))
      if quantity != 0 { own.quantities.append((coin, quantity)) }
    }
    let judged = judge(own)
    func needed(_ required: Double, _ available: Double) -> Double { (1 + initialMarginBuffer) * required - available }
    own.equity = centsUp(
      max(
        judged.exposure / makers.leverage, makers.minimumEquity,
        needed(judged.required.initial, judged.available.initial),
        needed(judged.required.maintenance, judged.available.maintenance)))
    return own
  }

  /// Units of an asset that an account gains as its price rises by 1.
  private func delta(of holder: OptionHolder, asset: Int) -> Double {
    holder.quantities.reduce(0) { sum, item in
      guard let own = context.instruments[item.instrument].asset else { return sum }
      let unit = context.instruments[item.instrument].valuation(
        side: item.quantity < 0 ? .owed : .held, leg: .whole, after: 0)
      return sum + item.quantity * unit.greeks(at: context.prices, asset: own, moved: asset).delta
    }
  }

  /// The rows of one account; its money makes its equity what was drawn.
  private func rows(of holder: OptionHolder, account: Int) -> [SyntheticPosition] {
    var rows: [SyntheticPosition] = []
    var money = holder.equity
    var sums: [Int: Double] = [:]
    for (instrument, quantity) in holder.quantities { sums[instrument, default: 0] += quantity }
    for (instrument, quantity) in sums.sorted(by: { $0.key < $1.key }) where quantity != 0 {
      let lot = LotSize(price: context.price(of: instrument))
      let whole = lot.quantity(lots: (quantity * lot.lotsPerUnit).rounded())
      let unit = valuation(of: instrument, isOwed: quantity < 0)
      var entry: Double?
      if case .perpetual = context.instruments[instrument].kind { entry = priceTick(unit.value) }
      money -= whole * (unit.value - (entry ?? 0))
      rows.append(SyntheticPosition(account: account, instrument: instrument, quantity: whole, entryPrice: entry))
    }
    rows.insert(SyntheticPosition(account: account, instrument: settlement, quantity: centsUp(money)), at: 0)
    return rows
  }

  /// Every account must meet its requirement at both levels.
  private func refuseUncovered(_ holders: [OptionHolder]) throws(Problems) {
    let problems = ProblemCollector(limit: 20)
    for holder in holders {
      let judged = judge(holder)
      let (available, required) = (judged.available, judged.required)
      guard available.initial < required.initial || available.maintenance < required.maintenance else { continue }
      problems.record(
        "the account does not meet its requirement at the start", at: SourceLocation(file: "", keyPath: holder.name),
        found: "weighted equity \(available.initial) against \(required.initial)",
        hint: "a larger initialMarginBuffer or smaller shares in coins")
    }
    try problems.throwIfAny()
  }

  /// What was asked for and what came out.
  private func lines(takers: [OptionHolder], makers: [OptionHolder]) -> [BookAggregate] {
    var lines = zip(strategies.items, strategies.probabilities).map { strategy, share in
      BookAggregate(
        "\(strategy.rawValue), accounts", requested: share * Double(self.takers),
        obtained: Double(takers.count { $0.group == strategy.rawValue }))
    }
    let held = takers.flatMap(\.quantities).compactMap { item -> (terms: OptionTerms, notional: Double)? in
      guard case .option(let terms) = context.instruments[item.instrument].kind else { return nil }
      return (terms, abs(item.quantity) * context.prices[terms.asset])
    }
    let total = held.reduce(0) { $0 + $1.notional }
    func share(_ isCounted: (OptionTerms) -> Bool) -> Double {
      total > 0 ? held.filter { isCounted($0.terms) }.reduce(0) { $0 + $1.notional } / total : 0
    }
    lines += [
      BookAggregate("options of takers, notional, USD", obtained: total),
      BookAggregate("puts, share of options", requested: putShare, obtained: share { !$0.isCall }),
      BookAggregate(
        "in the money, share of options", requested: inTheMoneyShare,
        obtained: share { terms in
          let moneyness = terms.moneyness(
            mark: context.prices[terms.asset], volatility: terms.volatility, hoursToExpiry: terms.expiry.hours)
          return terms.isCall ? moneyness < 0 : moneyness > 0
        }),
    ]
    lines += zip(expiries.items, expiries.probabilities).map { hours, probability in
      BookAggregate(
        "expiry in \(Int(hours)) h, share of options", requested: probability,
        obtained: share { $0.expiry.hours == hours })
    }
    for underlying in underlyings {
      lines.append(
        BookAggregate(
          "options on \(context.instruments[underlying.perpetual].id)'s asset, share", requested: underlying.share,
          obtained: share { $0.asset == underlying.asset }))
    }
    let judged = (takers + makers).map(judge)
    return lines + [
      BookAggregate("takers, equity, sum, USD", obtained: takers.reduce(0) { $0 + $1.equity }),
      BookAggregate("market makers, equity, sum, USD", obtained: makers.reduce(0) { $0 + $1.equity }),
      BookAggregate("initial margin, sum, USD", obtained: judged.reduce(0) { $0 + $1.required.initial }),
    ]
  }
}
