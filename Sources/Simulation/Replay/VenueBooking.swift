import Clearing
import Kernels
import Venues

/// Booking: money and quantities change hands at the fills of a wave, penalties and bonuses are paid, and who is emptied with
/// a debt is wiped out.
extension VenueReplay {
  /// Books the wave that was decided, at the market's fills.
  func bookWave(wave: Int, market: MarketState) {
    if !closings.isEmpty { tally.largestWaves = max(tally.largestWaves, wave) }
    if let backstop, backstop.mustSell { sell(backstop, market: market) }
    causes.count(closings, at: self, market: market)
    let prices = oracle?.prices ?? market.marks
    for closing in closings {
      countLiquidation(of: closing, prices: prices)
      tally.liquidatorIncome -= closing.cost
      outside.receive(closing.cost)
      if let bonus = loanBonus {
        bookLoan(closing, bonus: bonus, market: market)
      } else {
        bookTrades(closing, market: market)
      }
    }
    settleEmptied(closings)
  }

  /// Settles those of `closings` whose accounts hold nothing any more.
  func settleEmptied(_ closings: [Closing]) {
    // Isolated remainders return before anybody is judged wiped out, so that the order of accounts does not matter.
    for closing in closings where ledger.holdsNothing(closing.account) { ledger.returnRemainder(of: closing.account) }
    for closing in closings where ledger.holdsNothing(closing.account) { wipeOut(closing.account) }
  }

  /// Trades of a full or partial close at the market's fills, then the penalty.
  private func bookTrades(_ closing: Closing, market: MarketState) {
    let account = closing.account
    var closedNotional = 0.0
    closedParts.removeAll(keepingCapacity: true)
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let share = closing.fraction(of: about.side)
      let before = ledger.quantity[position]
      guard share > 0, before != 0 else { continue }
      let units = share * before
      let price = columns.fillPrice(of: column, fills: market.fills, marks: market.marks)
      ledger.pay(units * price, to: account)
      setQuantity(share >= 1 ? 0 : before - units, of: position, account: account)
      outside.buy(units: units, column: column, price: price)
      guard about.countsAsNotional else { continue }
      let notional = abs(units) * columns.unitClosed(column)
      closedNotional += notional
      record(closed: units, position, asset: about.asset, notional: notional)
    }
    tally.notional += closedNotional
    divideIncome(payPenalty(account, closedNotional: closedNotional), notional: closedNotional)
  }

  /// Remembers what a closing did to one position, where losses and income are divided by instrument.
  private func record(closed units: Double, _ position: Int, asset: Int, notional: Double) {
    guard waterfall.isDivided else { return }
    ledger.recordClosing(of: units, position: position)
    closedParts.append((asset, notional))
  }

  /// Counts income of the reserve for the segments of the assets that the closing just booked earned it on.
  private func divideIncome(_ income: Double, notional: Double) {
    guard waterfall.isDivided, income > 0 else { return }
    for part in closedParts { waterfall.addIncome(income * (part.notional / notional), asset: part.asset) }
  }

  /// Takes the penalty; returns the reserve's part of it.
  private func payPenalty(_ account: Int, closedNotional: Double) -> Double {
    let left = max(0, ledger.equity(of: account, unitValue: columns.unitValue))
    let penalty = min(plan.rules.liquidation.penalty * closedNotional, left)
    guard penalty > 0 else { return 0 }
    let toReserve = plan.rules.liquidation.reserveShare * penalty
    ledger.pay(-penalty, to: account)
    tally.penalties += penalty
    tally.addInflow(toReserve)
    tally.liquidatorIncome += penalty - toReserve
    contributions?.addIncome(toReserve, account: account, asset: plan.dominantAsset(of: account))
    return toReserve
  }

  /// A loan liquidation: the borrower settles at oracle prices, the liquidator trades at the market's fills.
  private func bookLoan(_ closing: Closing, bonus: Double, market: MarketState) {
    let account = closing.account
    let cashBefore = ledger.cash[account]
    closedParts.removeAll(keepingCapacity: true)
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let before = ledger.quantity[position]
      let units = closing.fraction(of: about.side) * before
      let price = columns.fillPrice(of: column, fills: market.fills, marks: market.marks)
      setQuantity(before - units, of: position, account: account)
      outside.buy(units: units, column: column, price: price)
      tally.liquidatorIncome += units * price
      if about.side == .owed, units != 0 {
        record(closed: units, position, asset: about.asset, notional: abs(units) * shown.unitNotional[column])
      }
      guard closing.writesOffRest else { continue }
      writeOff(position, column: column, of: account)
    }
    if cashBefore < 0 {
      ledger.pay(-closing.debtFraction * cashBefore, to: account)
      tally.liquidatorIncome += closing.debtFraction * cashBefore
    }
    let toReserve = plan.rules.liquidation.reserveShare * bonus * closing.repaid
    tally.penalties += bonus * closing.repaid
    tally.liquidatorIncome -= toReserve
    tally.addInflow(toReserve)
    tally.notional += closing.repaid
    divideIncome(toReserve, notional: closing.repaid)
    contributions?.addIncome(toReserve, account: account, asset: plan.dominantAsset(of: account))
  }

  /// Settles what is left of a position from the account's cash at the oracle price, without a trade in the market.
  private func writeOff(_ position: Int, column: Int, of account: Int) {
    let rest = ledger.quantity[position]
    let value = shown.unitValue[column]
    setQuantity(0, of: position, account: account)
    ledger.pay(rest * value, to: account)
    outside.buy(units: rest, column: column, price: value)
    if rest < 0, waterfall.isDivided { ledger.recordClosing(of: rest, position: position) }
  }

  /// Sets what an account holds of one position, and what that counts for; nothing else may set a quantity.
  func setQuantity(_ value: Double, of position: Int, account: Int) {
    ledger.setQuantity(value, of: position, account: account)
    holdings.set(value, of: position)
  }

  /// An account that holds nothing any more and owes cash: the deficit is a shortfall.
  private func wipeOut(_ account: Int) {
    guard ledger.cash[account] < 0 else { return }
    let shortfall = -ledger.takeCash(of: account)
    ledger.close(account)
    tally.equityLost += max(0, ledger.book.equity(of: account, at: plan.initialValues))
    tally.addShortfall(shortfall)
    waterfall.addShortfall(shortfall, account: account, ledger: ledger, columns: columns)
    contributions?.addLoss(shortfall, account: account, unitValue: columns.unitValue)
  }
}
