import Clearing
import Venues

/// The venue's backstop along one path.
struct ReferenceBackstop {
  let terms: Backstop
  var cash: Double
  /// What it holds, one entry per account and position taken over.
  var holdings: [ReferencePosition] = []
  var hasFailed = false
  /// Notional taken over so far.
  var taken = 0.0

  init(_ terms: Backstop) {
    self.terms = terms
    cash = terms.capital
  }

  func equity(_ valuation: ReferenceValuation) -> Double { holdings.reduce(cash) { $0 + valuation.value($1) } }

  /// Gross notional, long and short positions in one instrument set off against each other.
  func notional(_ valuation: ReferenceValuation) -> Double {
    Set(holdings.map(\.instrument)).reduce(0) { sum, instrument in
      let own = holdings.filter { $0.instrument == instrument && $0.countsAsNotional }
      return sum + abs(own.reduce(0) { $0 + $1.quantity * valuation.unitNotional($1) })
    }
  }
}

/// The end of a step before its waterfall: who waits, what the backstop takes of it, whether it fails.
extension ReferenceClearingHouse {
  /// Looks at who would be closed now; the backstop takes its share; the rest is counted as waiting.
  mutating func settleWaiting(_ valuation: ReferenceValuation, judged: ReferenceValuation) {
    let found = accounts.indices.filter {
      !hasFailed && accounts[$0].isOpen && !accounts[$0].isExempt && margin.health(of: accounts[$0], judged) < 0
        && !isBlocked($0, marks: valuation.prices)
    }
    let closings = found.map { closing(of: $0, judged) }.filter(\.isAction)
    var waiting = closings.reduce(0) { $0 + notionalClosed($1, valuation) }
    if backstop?.hasFailed == false {
      // An account with options is left alone: its futures may be what hedges them.
      let taken = closings.filter { closing in
        !accounts[closing.account].positions.contains { $0.option != nil && $0.quantity != 0 }
      }
      waiting -= takeOver(taken, valuation, judged)
    }
    path.waitingHours += max(0, waiting) * market.stepHours
    path.largestWaiting = max(path.largestWaiting, waiting)
    if let own = backstop, own.equity(valuation) <= 0 { backstop?.hasFailed = true }
  }

  /// Takes over futures, all in the same proportion to what the policy would close; returns their notional.
  private mutating func takeOver(
    _ closings: [ReferenceClosing], _ valuation: ReferenceValuation, _ judged: ReferenceValuation
  ) -> Double {
    guard let own = backstop else { return 0 }
    func futures(_ closing: ReferenceClosing) -> Double {
      own.terms.maximumShare * closing.perpetualShare
        * accounts[closing.account].positions.filter { $0.side == .perpetual && $0.countsAsNotional }
        .reduce(0) { $0 + valuation.notional($1) }
    }
    let wanted = closings.reduce(0) { $0 + futures($1) }
    let limit = own.terms.maximumLeverage * own.equity(valuation)
    let room = limit - own.notional(valuation)
    guard wanted > 0, room > 1e-9 * limit else { return 0 }
    let share = min(1, room / wanted)
    var actions: [ReferenceAction] = []
    for closing in closings where futures(closing) > 0 {
      count(closing.account, judged)
      for place in accounts[closing.account].positions.indices {
        handOver(
          share * own.terms.maximumShare * closing.perpetualShare, ofPosition: place, account: closing.account,
          valuation)
      }
      actions.append(ReferenceAction(venue: 0, closing: closing, health: 0))
    }
    for index in actions.indices { returnIsolatedCollateral(&actions[index]) }
    for index in actions.indices { wipeOut(&actions[index], valuation) }
    path.liquidatedNotional += wanted * share
    backstop?.taken += wanted * share
    return wanted * share
  }

  /// The backstop gets a part of a position at the mark less the discount, of a short at the mark plus the discount.
  private mutating func handOver(
    _ share: Double, ofPosition place: Int, account: Int, _ valuation: ReferenceValuation
  ) {
    var moved = accounts[account].positions[place]
    guard moved.side == .perpetual, moved.quantity != 0, let terms = backstop?.terms else { return }
    moved.quantity *= share
    let discount = terms.discount * abs(moved.quantity) * valuation.unitTraded(moved)
    let money = valuation.value(moved) - discount
    accounts[account].positions[place].quantity *= 1 - share
    if moved.countsAsNotional { accounts[account].positions[place].lastClosed = moved.quantity }
    accounts[account].cash += money
    backstop?.cash -= money
    backstop?.holdings.append(moved)
  }

  /// What it holds of an instrument that expires now is paid in cash, as every account's.
  mutating func settleBackstop(_ valuation: ReferenceValuation) {
    guard var own = backstop else { return }
    let expired = own.holdings.filter { position in
      position.expiry.map { abs($0.hours - valuation.hours) < 1e-9 * $0.hours } ?? false
    }
    guard !expired.isEmpty else { return }
    for position in expired {
      own.cash += valuation.value(position)
      outside.take(position.quantity, like: position, paying: valuation.value(position))
    }
    own.holdings.removeAll { position in expired.contains { $0.instrument == position.instrument } }
    backstop = own
  }

  /// Whether the backstop failed and still holds something.
  var mustSellBackstop: Bool { !hasFailed && backstop.map { $0.hasFailed && !$0.holdings.isEmpty } ?? false }

  /// Money that selling what a failed backstop holds brings to each asset's market.
  func backstopFlows(_ valuation: ReferenceValuation) -> [Double] {
    var flows = valuation.prices.map { _ in 0.0 }
    guard mustSellBackstop, let own = backstop else { return flows }
    for position in own.holdings { flows[position.asset] -= position.quantity * valuation.unitTraded(position) }
    return flows
  }

  /// Sells it; what its money does not cover is a shortfall that belongs to no account.
  mutating func sellBackstop(fills: [Double], _ valuation: ReferenceValuation) {
    guard mustSellBackstop, var own = backstop else { return }
    for position in own.holdings {
      let money = position.quantity * valuation.closingPrice(position, fills: fills)
      own.cash += money
      outside.take(position.quantity, like: position, paying: money)
    }
    own.holdings = []
    step.shortfalls += max(0, -own.cash)
    own.cash = max(0, own.cash)
    backstop = own
  }
}
