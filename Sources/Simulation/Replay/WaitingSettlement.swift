import Clearing
import Kernels
import Venues

/// Who is still waiting after the last wave of a step, and the backstop that takes its part of them.
extension VenueReplay {
  /// Who is left after the last wave of a step: the backstop takes its part of them, the rest waits. A venue that failed
  /// liquidates nobody, so nobody waits.
  func settleWaiting(step: Int, path: PathView, market: MarketState, isLiquidating: Bool) {
    defer { backstop?.judge(columns) }
    guard mayWait, isLiquidating else { return }
    let found = deficits(step: step, path: path, market: market).filter {
      !exempt.contains(Int32($0)) && !isBlocked($0, market)
    }
    closings.removeAll(keepingCapacity: true)
    for account in found {
      let closing = closing(of: account, market: market)
      if closing.acts { closings.append(closing) }
    }
    let waiting = closings.reduce(0) { $0 + $1.notional(ledger, columns) }
    let left = max(0, waiting - takeOver(market: market))
    tally.waitingNotionalHours += left * stepHours
    tally.largestWaiting = max(tally.largestWaiting, left)
  }

  /// The backstop takes its share of the futures that wait, at a discount to the marks and without a trade in the market;
  /// returns their notional. It leaves accounts with options alone, whose futures may be what hedges them.
  private func takeOver(market: MarketState) -> Double {
    guard let backstop, !backstop.hasFailed else { return 0 }
    closings.removeAll { holdsOptions($0.account) }
    for index in closings.indices {
      closings[index].heldFraction = 0
      closings[index].debtFraction = 0
      closings[index].scale(by: backstop.terms.maximumShare)
    }
    let wanted = closings.reduce(0) { $0 + $1.notional(ledger, columns) }
    let share = backstop.share(of: wanted, columns)
    guard share > 0 else { return 0 }
    closings.removeAll { $0.notional(ledger, columns) == 0 }
    causes.count(closings, at: self, market: market)
    for index in closings.indices {
      countLiquidation(of: closings[index], prices: oracle?.prices ?? market.marks)
      handOver(closings[index], share: share, to: backstop)
    }
    settleEmptied(closings)
    return wanted * share
  }

  private func holdsOptions(_ account: Int) -> Bool {
    ledger.book.positions(of: account).contains {
      ledger.quantity[$0] != 0 && ledger.book.columns[Int(ledger.book.column[$0])].leg == .option
    }
  }

  private func handOver(_ closing: Closing, share: Double, to backstop: BackstopVault) {
    let account = closing.account
    let part = share * closing.derivativeFraction
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let before = ledger.quantity[position]
      guard about.side == .perpetual, before != 0 else { continue }
      let units = part * before
      let side = units > 0 ? 1.0 : -1.0
      let price = columns.unitValue[column] - side * backstop.terms.discount * columns.unitTraded[column]
      let notional = about.countsAsNotional ? abs(units) * columns.unitNotional[column] : 0
      ledger.pay(units * price, to: account)
      setQuantity(part >= 1 ? 0 : before - units, of: position, account: account)
      backstop.take(
        units, column: column, price: price, notional: notional, group: ledger.book.accounts[account].group)
      tally.notional += notional
      if waterfall.isDivided, about.countsAsNotional { ledger.recordClosing(of: units, position: position) }
    }
  }

  /// Sells what a failed backstop holds; what its money does not cover is a shortfall.
  func sell(_ backstop: BackstopVault, market: MarketState) {
    let loss = backstop.sellAll(
      price: { columns.fillPrice(of: $0, fills: market.fills, marks: market.marks) }, to: &outside)
    guard loss > 0 else { return }
    tally.addBackstopLoss(loss)
    contributions?.addLoss(loss, of: backstop)
  }
}
