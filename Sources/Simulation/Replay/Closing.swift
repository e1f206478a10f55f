import Clearing
import Kernels
import Venues

/// What one wave does to one account, decided from the marks before the wave.
struct Closing {
  /// The account.
  let account: Int
  /// Fraction of every derivative, futures and options, that is closed; 0 in a loan liquidation.
  var derivativeFraction = 0.0
  /// Fraction of every held balance that is sold or seized.
  var heldFraction = 0.0
  /// Fraction of every debt that is bought back or repaid.
  var debtFraction = 0.0
  /// Money value of the debts repaid by a liquidator at oracle prices; 0 outside loan liquidations.
  var repaid = 0.0
  /// Whether a debt that no collateral is left for is written off after the wave.
  var writesOffRest = false

  /// What it costs the liquidator besides its trades.
  var cost = 0.0

  /// The fraction closed of positions on one side of the book.
  func fraction(of side: Book.Column.Side) -> Double {
    switch side {
    case .perpetual: derivativeFraction
    case .held: heldFraction
    case .owed: debtFraction
    }
  }

  /// Closes only this part of what was decided.
  mutating func scale(by factor: Double) {
    derivativeFraction *= factor
    heldFraction *= factor
    debtFraction *= factor
    repaid *= factor
    if factor < 1 { writesOffRest = false }
  }

  /// Notional that it closes, at the present marks: of perpetuals and debts, or what is repaid of a loan.
  func notional(_ ledger: AccountLedger, _ columns: ColumnState) -> Double {
    if repaid > 0 { return repaid }
    return ledger.book.positions(of: account).reduce(0) { sum, position in
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      guard about.countsAsNotional else { return sum }
      return sum + fraction(of: about.side) * abs(ledger.quantity[position]) * columns.unitClosed(column)
    }
  }

  /// Whether anything happens at all.
  var acts: Bool {
    derivativeFraction > 0 || heldFraction > 0 || debtFraction > 0 || repaid > 0 || writesOffRest
  }
}

/// Decides closings by a venue's liquidation policy. See *Policies* in the documentation page *One path*.
struct ClosingRule {
  let plan: VenuePlan
  let requirements: RequirementTable

  /// The closing of `account` at the values in `columns` and the half-spreads per asset; scenarios add
  /// `scenarioRequirement` to its maintenance requirement, in proportion to its derivatives.
  func closing(
    of account: Int, _ ledger: AccountLedger, _ columns: ColumnState, halfSpread: borrowing FixedBuffer<Double>,
    scenarioRequirement: Double = 0
  ) -> Closing {
    switch plan.rules.liquidation.method {
    case .full: close(account, fraction: 1, ledger, columns, halfSpread)
    case .partial(let buffer):
      close(
        account,
        fraction: partialFraction(
          account, buffer, scenarioRequirement, ledger, columns, halfSpread, penalised: true), ledger, columns,
        halfSpread)
    case .ladder(let rungs):
      close(account, fraction: share(rungs, account, scenarioRequirement, ledger, columns), ledger, columns, halfSpread)
    case .closeFactor(let factor, let fullBelow, let bonus):
      repay(account, factor: factor, fullBelow: fullBelow, bonus: bonus, ledger, columns)
    }
  }

  /// f = ((1+b)·MM − E^w) / ((1+b)·MM − c·N) in [0, 1]: the fraction that brings the account `buffer` above maintenance
  /// at oracle prices after paying spread and, if `penalised`, penalty; 1 where closing cannot help.
  func partialFraction(
    _ account: Int, _ buffer: Double, _ scenarioRequirement: Double, _ ledger: AccountLedger, _ columns: ColumnState,
    _ halfSpread: borrowing FixedBuffer<Double>, penalised: Bool
  ) -> Double {
    let (weighted, requirement) = margin(of: account, scenarioRequirement, ledger, columns)
    var notional = 0.0
    var cost = 0.0
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      guard about.side == .perpetual else { continue }
      let quantity = ledger.quantity[position]
      let size = abs(quantity) * columns.unitNotional[column]
      let penalty = penalised ? plan.closingPenalty[column] : 0
      notional += size
      cost +=
        about.leg == .option
        ? abs(quantity) * columns.unitClosed(column) * penalty
        : size * (penalty + (about.isTraded ? halfSpread[about.asset] : 0))
    }
    let target = (1 + buffer) * requirement
    guard notional > 0, target - cost > 0 else { return 1 }
    let fraction = (target - weighted) / (target - cost)
    // All but rounding is all: nobody keeps a billionth of a position.
    return fraction > 1 - 1e-9 ? 1 : max(fraction, 0)
  }

  /// The share of the lowest of `rungs` that the account's weighted equity is below, as a multiple of maintenance; 0 where it
  /// is below none, 1 where it has no derivatives.
  private func share(
    _ rungs: [LiquidationRung], _ account: Int, _ scenarioRequirement: Double, _ ledger: AccountLedger,
    _ columns: ColumnState
  ) -> Double {
    let hasDerivatives = ledger.book.positions(of: account).contains {
      ledger.quantity[$0] != 0 && ledger.book.columns[Int(ledger.book.column[$0])].side == .perpetual
    }
    guard hasDerivatives else { return 1 }
    let (weighted, requirement) = margin(of: account, scenarioRequirement, ledger, columns)
    return rungs.last { weighted < $0.below * requirement }?.share ?? 0
  }

  /// Weighted equity with credit, and maintenance requirement with what scenarios add to it.
  func margin(
    of account: Int, _ scenarioRequirement: Double, _ ledger: AccountLedger, _ columns: ColumnState
  ) -> (weighted: Double, requirement: Double) {
    var weighted = ledger.standing[account]
    var requirement = scenarioRequirement
    for position in ledger.book.positions(of: account) {
      let quantity = ledger.quantity[position]
      let column = Int(ledger.book.column[position])
      weighted +=
        requirements.maintenance.weight(position: position, quantity: quantity) * quantity * columns.unitValue[column]
      requirement +=
        columns.maintenanceFactor[factorIndex(column: column, quantity: quantity)]
        * requirements.maintenance.requirement(
          position: position, notional: abs(quantity) * columns.unitNotional[column])
    }
    return (weighted, requirement)
  }

  /// Closes `fraction` of the perpetuals; when that is everything, buys back the debts and sells as much collateral as
  /// the cash will be short of at oracle prices.
  private func close(
    _ account: Int, fraction: Double, _ ledger: AccountLedger, _ columns: ColumnState,
    _ halfSpread: borrowing FixedBuffer<Double>
  ) -> Closing {
    var closing = Closing(account: account, derivativeFraction: fraction)
    guard fraction >= 1 else { return closing }
    closing.debtFraction = 1
    var cash = ledger.cash[account]
    var sellable = 0.0
    for position in ledger.book.positions(of: account) {
      let quantity = ledger.quantity[position]
      guard quantity != 0 else { continue }
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let size = abs(quantity) * columns.unitNotional[column]
      let spread = columns.spread(of: column, halfSpread: halfSpread)
      switch about.side {
      case .perpetual where about.leg == .option:
        cash += quantity * columns.unitValue[column]
        cash -= abs(quantity) * columns.unitClosed(column) * plan.closingPenalty[column]
      case .perpetual:
        cash += quantity * columns.unitValue[column] - size * (spread + plan.closingPenalty[column])
      case .owed: cash -= size * (1 + spread + plan.rules.liquidation.penalty)
      case .held: sellable += size * (1 - spread)
      }
    }
    if cash < 0, sellable > 0 { closing.heldFraction = min(1, -cash / sellable) }
    return closing
  }

  /// Repays up to `factor` of the debt, all of it when health is below `fullBelow`, against collateral worth
  /// (1 + bonus) times the repayment; where collateral runs short, what it can pay for, and the rest is written off.
  private func repay(
    _ account: Int, factor: Double, fullBelow: Double, bonus: Double, _ ledger: AccountLedger, _ columns: ColumnState
  ) -> Closing {
    var debt = max(0, -ledger.cash[account])
    var held = 0.0
    var accepted = max(0, ledger.cash[account]) + ledger.book.accounts[account].credit
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let quantity = ledger.quantity[position]
      let size = abs(quantity) * columns.unitNotional[column]
      let weight = requirements.maintenance.weight(position: position, quantity: quantity)
      if ledger.book.columns[column].side == .owed {
        debt += size
        accepted -= (weight - 1) * size
      } else {
        held += size
        accepted +=
          weight * size - columns.maintenanceFactor[factorIndex(column: column, quantity: quantity)]
          * requirements.maintenance.requirement(position: position, notional: size)
      }
    }
    var closing = Closing(account: account)
    guard debt > 0 else { return closing }
    let wanted = (accepted / debt < fullBelow ? 1 : factor) * debt
    closing.repaid = min(wanted, held / (1 + bonus))
    closing.debtFraction = closing.repaid / debt
    closing.heldFraction = held > 0 ? min(1, closing.repaid * (1 + bonus) / held) : 0
    closing.writesOffRest = closing.repaid < wanted || held <= 0
    return closing
  }
}
