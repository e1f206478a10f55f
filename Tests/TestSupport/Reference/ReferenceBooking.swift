import Clearing
import Venues

/// What one closing did to its account, for the trace.
public struct ReferenceAction: Sendable, Hashable {
  /// Index of the venue.
  public var venue: Int
  /// What was decided.
  public var closing: ReferenceClosing
  /// Health that the account was detected with.
  public var health: Double
  /// Notional of closed perpetuals and of debt bought back or repaid, at the marks before the wave.
  public var notional = 0.0
  /// Penalty paid, or the liquidator's bonus.
  public var penalty = 0.0
  /// Shortfall that the account leaves.
  public var shortfall = 0.0
  /// What an isolated position returned to its owner.
  public var returned = 0.0
}

/// Booking: money and quantities change hands at the fills of the wave. Marks in `valuation` are those before the wave, at
/// which notionals and penalties are settled; `judged` has the oracle's prices, at which loans are.
extension ReferenceClearingHouse {
  /// Books closings at the fills of their wave: trades, then penalties, then what isolated positions return to their
  /// owners, then who is wiped out. Each stage covers all accounts before the next, so that their order never matters.
  mutating func book(
    _ closings: [ReferenceClosing], venue: Int, fills: [Double], _ valuation: ReferenceValuation,
    _ judged: ReferenceValuation
  ) -> [ReferenceAction] {
    var actions = closings.map {
      ReferenceAction(venue: venue, closing: $0, health: margin.health(of: accounts[$0.account], judged))
    }
    for index in actions.indices {
      count(actions[index].closing.account, judged)
      if case .closeFactor(_, _, let bonus) = rules.liquidation.method {
        bookLending(&actions[index], bonus: bonus, fills: fills, judged, marks: valuation)
      } else {
        bookClosing(&actions[index], fills: fills, valuation)
      }
    }
    for index in actions.indices { returnIsolatedCollateral(&actions[index]) }
    for index in actions.indices { wipeOut(&actions[index], valuation) }
    let costs = closings.reduce(0) { $0 + $1.cost }
    liquidators -= costs
    outside.cash += costs
    path.penalties += actions.reduce(0) { $0 + $1.penalty }
    path.liquidatedNotional += actions.reduce(0) { $0 + $1.notional }
    return actions
  }

  /// Counts a liquidation before it changes the account. It is driven by the requirement if the account's health is
  /// negative now and would not be under the requirement of t = 0.
  mutating func count(_ index: Int, _ valuation: ReferenceValuation) {
    path.liquidationEvents += 1
    let isFirst = path.liquidatedOwners.insert(reportingName(of: index)).inserted
    if isFirst { countCause(of: index, valuation) }
    guard isFirst, margin.health(of: accounts[index], valuation) < 0 else { return }
    let start = self.valuation(startingMargin.start, hours: 0)
    if startingMargin.healthAtStartRates(of: accounts[index], valuation, start: start) >= 0 {
      path.requirementDriven += 1
    }
  }

  /// Whom an account is reported under.
  private func reportingName(of index: Int) -> String {
    let terms = accounts[accounts[index].terms.owner ?? index].terms
    return terms.holder ?? terms.id
  }

  /// A trade of part of a position at the fill: the trader gets the money, the outside market the quantity.
  private mutating func trade(
    _ share: Double, of position: ReferencePosition, fills: [Double], _ valuation: ReferenceValuation
  ) -> Double {
    let quantity = share * position.quantity
    let money = quantity * valuation.closingPrice(position, fills: fills)
    outside.take(quantity, like: position, paying: money)
    return money
  }

  /// Full and partial closing: the account trades itself and pays a penalty out of what it has left.
  ///
  /// The penalty is charged on the notional of perpetuals closed and debts bought back, not on collateral sold, and is
  /// capped by what the account is worth after the fills, at the marks before the wave.
  private mutating func bookClosing(_ action: inout ReferenceAction, fills: [Double], _ valuation: ReferenceValuation) {
    let index = action.closing.account
    var earned: [Int: Double] = [:]
    for place in accounts[index].positions.indices {
      let position = accounts[index].positions[place]
      let share = action.closing.share(of: position)
      guard share > 0, position.quantity != 0 else { continue }
      accounts[index].cash += trade(share, of: position, fills: fills, valuation)
      accounts[index].positions[place].quantity *= 1 - share
      action.notional += share * valuation.closedSize(position)
      guard position.countsAsNotional else { continue }
      accounts[index].positions[place].lastClosed = share * position.quantity
      earned[position.asset, default: 0] += share * valuation.closedSize(position)
    }
    let left = max(0, accounts[index].equity(valuation))
    action.penalty = min(rules.liquidation.penalty * action.notional, left)
    accounts[index].cash -= action.penalty
    liquidators += (1 - rules.liquidation.reserveShare) * action.penalty
    takeIncome(rules.liquidation.reserveShare * action.penalty, by: earned, of: action.notional)
  }

  /// Income of the reserve, to be divided over assets like `earned`, whose sum may be less than `notional`.
  private mutating func takeIncome(_ income: Double, by earned: [Int: Double], of notional: Double) {
    step.reserveIncome += income
    guard notional > 0 else { return }
    for (asset, part) in earned { step.incomeOfAsset[asset, default: 0] += income * part / notional }
  }

  /// Close-factor: the liquidator repays debt and takes collateral at the oracle price, and trades both at the fills.
  ///
  /// The borrower's books therefore do not depend on the fills. The liquidator earns the proceeds of the collateral, pays
  /// for the debt and, one to one, for negative cash, and gives the reserve its share of the bonus; slippage is its own.
  private mutating func bookLending(
    _ action: inout ReferenceAction, bonus: Double, fills: [Double], _ valuation: ReferenceValuation,
    marks: ReferenceValuation
  ) {
    let closing = action.closing
    let index = closing.account
    var earned: [Int: Double] = [:]
    for place in accounts[index].positions.indices {
      let position = accounts[index].positions[place]
      let share = closing.share(of: position)
      if position.side == .owed, share > 0, position.quantity != 0 {
        accounts[index].positions[place].lastClosed = share * position.quantity
        earned[position.asset, default: 0] += share * valuation.notional(position)
      }
      liquidators += trade(share, of: position, fills: fills, marks)
      accounts[index].positions[place].quantity *= 1 - share
    }
    accounts[index].cash += closing.repaidCash
    liquidators -= closing.repaidCash
    action.notional = closing.repaid
    action.penalty = bonus * closing.repaid
    let toReserve = rules.liquidation.reserveShare * action.penalty
    liquidators -= toReserve
    takeIncome(toReserve, by: earned, of: closing.repaid)
    if closing.isCollateralExhausted { settleDebt(of: index, valuation) }
  }

  /// Closes a share of all futures at the fills without a penalty; returns the notional at the marks before.
  mutating func closeFutures(_ closing: ReferenceClosing, fills: [Double], _ valuation: ReferenceValuation) -> Double {
    var notional = 0.0
    for place in accounts[closing.account].positions.indices {
      let position = accounts[closing.account].positions[place]
      guard position.side == .perpetual, position.quantity != 0 else { continue }
      accounts[closing.account].cash += trade(
        closing.perpetualShare, of: position, fills: fills, valuation)
      accounts[closing.account].positions[place].quantity *= 1 - closing.perpetualShare
      notional += closing.perpetualShare * valuation.closedSize(position)
    }
    return notional
  }

  /// With the collateral gone, what is left of the debt is taken from cash at the oracle price, without a trade in the
  /// market: what cash cannot pay becomes a shortfall.
  private mutating func settleDebt(of index: Int, _ valuation: ReferenceValuation) {
    for place in accounts[index].positions.indices where accounts[index].positions[place].side == .owed {
      let position = accounts[index].positions[place]
      accounts[index].cash += trade(1, of: position, fills: valuation.prices, valuation)
      accounts[index].positions[place].quantity = 0
      if position.quantity < 0 { accounts[index].positions[place].lastClosed = position.quantity }
    }
  }

  /// What expires now is paid in cash at its value, without a trade in the market; an isolated position that is gone
  /// returns what is left to its owner.
  mutating func settleExpired(_ valuation: ReferenceValuation) {
    settleBackstop(valuation)
    for index in accounts.indices {
      for place in accounts[index].positions.indices {
        let position = accounts[index].positions[place]
        guard let expiry = position.expiry, abs(expiry.hours - valuation.hours) < 1e-9 * expiry.hours else { continue }
        accounts[index].positions[place].lastClosed = 0
        guard position.quantity != 0 else { continue }
        accounts[index].cash += trade(1, of: position, fills: valuation.prices, valuation)
        accounts[index].positions[place].quantity = 0
      }
    }
    for index in accounts.indices {
      guard let owner = accounts[index].terms.owner, accounts[index].positions.contains(where: { $0.expiry != nil }),
        accounts[index].holdsNothing, accounts[index].cash > 0
      else { continue }
      accounts[owner].cash += accounts[index].cash
      accounts[index].cash = 0
    }
  }

  /// What is left of isolated collateral after a full close goes back to the owner, also to one that was closed before.
  mutating func returnIsolatedCollateral(_ action: inout ReferenceAction) {
    let index = action.closing.account
    guard let owner = accounts[index].terms.owner, accounts[index].holdsNothing, accounts[index].cash > 0 else {
      return
    }
    action.returned = accounts[index].cash
    accounts[owner].cash += action.returned
    accounts[index].cash = 0
  }

  /// An account that holds nothing and owes cash is closed; what it owes is a shortfall, met at the end of the step.
  mutating func wipeOut(_ action: inout ReferenceAction, _ valuation: ReferenceValuation) {
    let index = action.closing.account
    guard accounts[index].holdsNothing, accounts[index].cash < 0 else { return }
    action.shortfall = -accounts[index].cash
    accounts[index].cash = 0
    accounts[index].isOpen = false
    step.shortfalls += action.shortfall
    path.equityLost += max(0, startEquities[index])
    path.shortfallOfAccount[index, default: 0] += action.shortfall
    let sold = accounts[index].positions.filter { $0.lastClosed != 0 }
    let weights = sold.map { position in
      var closed = position
      closed.quantity = position.lastClosed
      return valuation.closedSize(closed)
    }
    let total = weights.reduce(0, +)
    for (position, weight) in zip(sold, weights) where total > 0 {
      step.claims.append(
        ReferenceClaim(
          instrument: position.instrument, asset: position.asset,
          isLinearFuture: position.isLinearFuture, isLong: position.lastClosed > 0,
          money: action.shortfall * weight / total, contracts: abs(position.lastClosed)))
    }
  }
}
