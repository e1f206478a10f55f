import Clearing
import Venues

/// How the losses of one step at one venue were borne.
public struct ReferenceWaterfall: Sendable, Hashable {
  /// Income of the reserve.
  public var reserveIncome = 0.0
  /// Shortfalls of wiped-out accounts.
  public var shortfalls = 0.0
  /// Paid by the reserve, segments and shared part together.
  public var drawn = 0.0
  /// Paid by the segments alone.
  public var drawnFromSegments = 0.0
  /// Profit forgone by winners.
  public var profitForgone = 0.0
  /// Notional of contracts closed against them.
  public var deleveraged = 0.0
  /// Charged to the remaining accounts.
  public var socialised = 0.0
  /// Borne by nobody.
  public var badDebt = 0.0
}

/// The loss waterfall: own equity and penalty were taken in the waves; here follow reserve, other accounts, nobody.
extension ReferenceClearingHouse {
  /// The end of a step: income goes in before shortfalls come out; what the reserve cannot pay is taken from winners,
  /// shared, or written off.
  ///
  /// The required reserve is taken before anything is shared out: it is what the venue would have needed to bear all.
  mutating func settleLosses(_ valuation: ReferenceValuation) -> ReferenceWaterfall {
    var result = ReferenceWaterfall(reserveIncome: step.reserveIncome, shortfalls: step.shortfalls)
    var claims = step.claims
    path.blocked += step.blocked.count
    path.reserveIncome += result.reserveIncome
    path.shortfalls += result.shortfalls
    path.requiredReserve = max(path.requiredReserve, path.shortfalls - path.reserveIncome)

    var sharedIncome = result.reserveIncome
    for (index, segment) in rules.reserve.segments.enumerated() {
      let income = segment.assets.reduce(0) { $0 + step.incomeOfAsset[$1, default: 0] }
      sharedIncome -= income
      segments[index] += income
      result.drawnFromSegments += draw(on: index, for: segment.assets, &claims)
    }
    sharedReserve += max(0, sharedIncome)
    step = ReferenceStepTally()
    var afterSegments = result.shortfalls - result.drawnFromSegments
    // What is left of a step's shortfalls counts as paid up to this part of them.
    let negligible = 1e-10 * result.shortfalls
    if afterSegments <= negligible { afterSegments = 0 }
    let fromShared = min(afterSegments, sharedReserve)
    sharedReserve -= fromShared
    result.drawn = result.drawnFromSegments + fromShared
    path.drawnFromSegments += result.drawnFromSegments
    path.drawnFromShared += fromShared
    let uncovered = afterSegments - fromShared
    guard uncovered > negligible else { return result }
    path.uncovered += uncovered
    path.exhaustionHours = min(path.exhaustionHours, valuation.hours)
    deleverage(claims, unmetShare: uncovered / afterSegments, valuation, &result)
    let left = uncovered - result.profitForgone
    if rules.lossAllocation == .socialise, left > 0 { result.socialised = socialise(left, valuation) }
    result.badDebt = left - result.socialised
    path.deleveraged += result.deleveraged
    path.profitForgone += result.profitForgone
    path.socialised += result.socialised
    path.badDebt += result.badDebt
    outside.badDebt += result.badDebt
    return result
  }

  /// Pays claims on `assets` from one segment, all in the same proportion; returns what was paid.
  private mutating func draw(on segment: Int, for assets: [Int], _ claims: inout [ReferenceClaim]) -> Double {
    let wanted = claims.filter { assets.contains($0.asset) }.reduce(0) { $0 + $1.money }
    guard wanted > 0 else { return 0 }
    let paid = min(wanted, segments[segment])
    segments[segment] -= paid
    for index in claims.indices where assets.contains(claims[index].asset) {
      claims[index].money *= 1 - paid / wanted
      claims[index].contracts *= 1 - paid / wanted
    }
    return paid
  }

  /// Closes winners at the bankruptcy price: at the mark, without a trade in the market, and what lies between is forgone.
  private mutating func deleverage(
    _ claims: [ReferenceClaim], unmetShare: Double, _ valuation: ReferenceValuation, _ result: inout ReferenceWaterfall
  ) {
    guard let rule = rules.autoDeleveraging else { return }
    // Instruments in the venue's order, bankrupt longs before bankrupt shorts.
    for instrument in venue.instruments.indices {
      for isLong in [true, false] {
        let own = claims.filter { $0.isLinearFuture && $0.instrument == instrument && $0.isLong == isLong }
        let unmet = own.reduce(0) { $0 + $1.money } * unmetShare
        let contracts = own.reduce(0) { $0 + $1.contracts } * unmetShare
        guard unmet > 0, contracts > 0 else { continue }
        let queue = winners(instrument: instrument, areLong: !isLong, valuation)
        switch rule.ranking {
        case .profitTimesLeverage: takeInTurn(queue, unmet, contracts, valuation, &result)
        case .proRata: takeFromAll(queue, unmet, contracts, valuation, &result)
        }
      }
    }
    for index in accounts.indices where accounts[index].holdsNothing && accounts[index].cash > 0 {
      guard let owner = accounts[index].terms.owner else { continue }
      accounts[owner].cash += accounts[index].cash
      accounts[index].cash = 0
    }
  }

  /// A winner: where its position is, what it can forgo at most, and its score.
  private struct ReferenceWinner {
    let account: Int
    let place: Int
    let limit: Double
    let score: Double
  }

  /// Open accounts that are ahead in an instrument on one side, the highest score first, ties by id.
  private func winners(instrument: Int, areLong: Bool, _ valuation: ReferenceValuation) -> [ReferenceWinner] {
    var found: [ReferenceWinner] = []
    for (index, account) in accounts.enumerated() where account.isOpen {
      for (place, position) in account.positions.enumerated() {
        guard position.instrument == instrument, position.isLinearFuture, position.quantity != 0,
          (position.quantity > 0) == areLong
        else { continue }
        let cost = position.quantity * position.entryPrice
        let profit = valuation.value(position) - cost
        let equity = account.equity(valuation)
        guard profit > 0, equity > 0 else { continue }
        let score = profit / abs(cost) * account.futuresNotional(valuation) / equity
        found.append(ReferenceWinner(account: index, place: place, limit: min(profit, equity), score: score))
      }
    }
    return found.sorted {
      if $0.score != $1.score { return $0.score > $1.score }
      let (a, b) = (accounts[$0.account].terms.id, accounts[$1.account].terms.id)
      if let first = Int(a), let second = Int(b) { return first < second }
      return a < b
    }
  }

  private mutating func takeInTurn(
    _ queue: [ReferenceWinner], _ unmet: Double, _ contracts: Double, _ valuation: ReferenceValuation,
    _ result: inout ReferenceWaterfall
  ) {
    var (money, units) = (unmet, contracts)
    for winner in queue where money > 0 && units > 0 {
      let held = abs(accounts[winner.account].positions[winner.place].quantity)
      let closed = min(held, units)
      let haircut = min(closed * unmet / contracts, winner.limit * closed / held, money)
      take(winner, closed: closed, haircut: haircut, valuation, &result)
      money -= haircut
      units -= closed
    }
  }

  private mutating func takeFromAll(
    _ queue: [ReferenceWinner], _ unmet: Double, _ contracts: Double, _ valuation: ReferenceValuation,
    _ result: inout ReferenceWaterfall
  ) {
    let able = queue.reduce(0) { $0 + $1.limit }
    guard able > 0 else { return }
    for winner in queue {
      let haircut = winner.limit * min(1, unmet / able)
      let held = abs(accounts[winner.account].positions[winner.place].quantity)
      take(winner, closed: min(held, contracts * haircut / unmet), haircut: haircut, valuation, &result)
    }
  }

  private mutating func take(
    _ winner: ReferenceWinner, closed: Double, haircut: Double, _ valuation: ReferenceValuation,
    _ result: inout ReferenceWaterfall
  ) {
    let position = accounts[winner.account].positions[winner.place]
    let held = abs(position.quantity)
    // All but 10⁻⁹ is all.
    let quantity = closed > held * (1 - 1e-9) ? position.quantity : position.quantity < 0 ? -closed : closed
    let money = quantity * valuation.unitValue(position)
    outside.take(quantity, like: position, paying: money)
    accounts[winner.account].positions[winner.place].quantity -= quantity
    accounts[winner.account].cash += money - haircut
    // A winner never forgoes more than its equity: less than nothing is rounding.
    if accounts[winner.account].holdsNothing { accounts[winner.account].cash = max(0, accounts[winner.account].cash) }
    result.profitForgone += haircut
    result.deleveraged += closed * valuation.unitNotional(position)
  }

  /// Charges open accounts in proportion to their positive equity and not beyond it; returns what was collected. An
  /// account is charged in cash, which may turn negative against its positions.
  private mutating func socialise(_ uncovered: Double, _ valuation: ReferenceValuation) -> Double {
    let able = accounts.map { $0.isOpen ? max(0, $0.equity(valuation)) : 0 }
    let total = able.reduce(0, +)
    guard total > 0 else { return 0 }
    let collected = min(uncovered, total)
    for index in accounts.indices { accounts[index].cash -= min(able[index], able[index] / total * collected) }
    return collected
  }

  /// Everything that exists at this venue: it changes by nothing but the claims given up, which the outside counts.
  func total(_ valuation: ReferenceValuation) -> Double {
    accounts.reduce(0) { $0 + $1.equity(valuation) } + reserve + liquidators
      + hedgers.equity(valuation.prices) + outside.equity(valuation) + (backstop?.equity(valuation) ?? 0)
  }

  /// Σ |equity| plus Σ gross notional: what residuals of the conservation check are relative to.
  func grossEquity(_ valuation: ReferenceValuation) -> Double {
    accounts.reduce(0) { sum, account in
      account.positions.reduce(sum + abs(account.equity(valuation))) { $0 + valuation.notional($1) }
    }
  }
}
