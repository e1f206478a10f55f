import Clearing
import Kernels
import Venues

/// What owners do at the end of a step, decided at the oracle's prices, all from the same state.
struct OwnerActions {
  /// Money to put into accounts, negative to take out.
  var payments: [(account: Int, money: Double)] = []
  /// Fractions of all futures that accounts close.
  var closings: [Closing] = []

  /// Nobody does anything.
  mutating func clear() {
    payments.removeAll(keepingCapacity: true)
    closings.removeAll(keepingCapacity: true)
  }
}

extension VenueReplay {
  /// Decides what owners do at the end of `step`, adding what they trade to `flows`.
  func decideOwners(step: Int, path: PathView, market: MarketState, flows: inout [Double]) {
    guard let calls else { return }
    if calls.behaviour.answersCalls {
      let below = accountsBelowCall(calls, step: step, path: path, market: market)
      for (account, answer) in calls.answers(of: below, at: step, path: path) {
        decide(answer, of: account, calls.behaviour, market: market, flows: &flows)
      }
    }
    guard let withdrawal = calls.behaviour.withdrawal else { return }
    for account in calls.withdrawers where !ledger.isClosed[account] {
      let margin = initialMargin(of: account)
      let spare = margin.weighted - (1 + withdrawal.excessOver) * margin.requirement
      if spare > 0 { owners.payments.append((account, -withdrawal.share * spare)) }
    }
  }

  private func decide(
    _ answer: MarginCalls.Answer, of account: Int, _ behaviour: AccountBehaviour, market: MarketState,
    flows: inout [Double]
  ) {
    switch answer {
    case .topUp:
      guard let target = behaviour.topUp?.targetBuffer else { return }
      let missing = -headroom(of: account, requirementTimes: 1 + target)
      if missing > 0 { owners.payments.append((account, missing)) }
    case .deleverage:
      guard let target = behaviour.deleveraging?.targetBuffer else { return }
      let fraction = rule.partialFraction(
        account, target, scenarioRequirement(of: account), ledger, shown, market.halfSpread, penalised: false)
      let closing = Closing(account: account, derivativeFraction: fraction)
      guard closing.acts else { return }
      owners.closings.append(closing)
      addFlows(of: closing, to: &flows)
    }
  }

  /// Carries out what was decided, trades at the market's fills.
  func bookOwners(market: MarketState) {
    guard let calls, !owners.payments.isEmpty || !owners.closings.isEmpty else { return }
    for (account, money) in owners.payments {
      ledger.pay(money, to: account)
      calls.inflow[ledger.book.accounts[account].group] += money
      if money > 0 {
        calls.toppedUp += money
        calls.topUps += 1
      } else {
        calls.withdrawn -= money
      }
    }
    for closing in owners.closings { calls.deleveraged += bookFutures(closing, market: market) }
    for closing in owners.closings where ledger.holdsNothing(closing.account) {
      ledger.returnRemainder(of: closing.account)
    }
    forgetScreened()
  }

  /// Whether the owners' decisions trade anything.
  var ownersTrade: Bool { !owners.closings.isEmpty }

  /// Open accounts whose weighted equity at the oracle's prices is below the call level, ascending; an account that
  /// nothing is required of is never called.
  func accountsBelowCall(_ calls: MarginCalls, step: Int, path: PathView, market: MarketState) -> [Int] {
    calls.called.take(shown, prices: oracle?.prices ?? market.marks)
    calls.called.raiseMaintenance(by: 1 + calls.behaviour.callBuffer)
    let count = calls.screen.deficitsNow(
      step: step, path: path, market: market, columns: calls.called, oracle: oracle, ledger: ledger,
      weighted: holdings.weighted, into: &detected)
    let byScenario =
      scenarios.map { book in
        ledger.book.accounts.indices.filter {
          book.contains($0) && headroom(of: $0, requirementTimes: 1 + calls.behaviour.callBuffer) < 0
        }
      } ?? []
    return openAccounts(count, byScenario).filter {
      rule.margin(of: $0, scenarioRequirement(of: $0), ledger, shown).requirement > 0
    }
  }

  /// Weighted equity less a multiple of the maintenance requirement, at the oracle's prices.
  func headroom(of account: Int, requirementTimes multiple: Double) -> Double {
    health(of: account, factors: columns.maintenanceFactor, times: multiple)
      - multiple * scenarioRequirement(of: account)
  }

  /// Weighted equity without credit and requirement of an account at initial level, at the oracle's prices.
  func initialMargin(of account: Int) -> (weighted: Double, requirement: Double) {
    let level = model.requirements.initial
    var sum = (
      weighted: ledger.cash[account],
      requirement: scenarios?.initialRequirement(of: account, columns: shown, ledger: ledger) ?? 0
    )
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let quantity = ledger.quantity[position]
      sum.weighted += level.weight(position: position, quantity: quantity) * quantity * shown.unitValue[column]
      sum.requirement +=
        columns.initialFactor[factorIndex(column: column, quantity: quantity)]
        * level.requirement(position: position, notional: abs(quantity) * shown.unitNotional[column])
    }
    return sum
  }

  /// Closes futures at the market's fills without a penalty; returns the notional.
  func bookFutures(_ closing: Closing, market: MarketState) -> Double {
    var notional = 0.0
    for position in ledger.book.positions(of: closing.account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let before = ledger.quantity[position]
      guard about.side == .perpetual, before != 0 else { continue }
      let units = closing.derivativeFraction * before
      let price = columns.fillPrice(of: column, fills: market.fills, marks: market.marks)
      ledger.pay(units * price, to: closing.account)
      setQuantity(closing.derivativeFraction >= 1 ? 0 : before - units, of: position, account: closing.account)
      outside.buy(units: units, column: column, price: price)
      if about.countsAsNotional { notional += abs(units) * columns.unitClosed(column) }
    }
    return notional
  }

  /// Forgets what was screened, because accounts changed that were no candidates.
  func forgetScreened() { screen.invalidate() }
}
