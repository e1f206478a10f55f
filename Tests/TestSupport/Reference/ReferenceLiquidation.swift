import Clearing
import Venues

/// What a liquidation does to one account, decided at the marks before the wave.
public struct ReferenceClosing: Sendable, Hashable {
  /// Index of the account at its venue.
  public var account: Int
  /// Share closed of every perpetual.
  public var perpetualShare = 0.0
  /// Share bought back, or repaid, of every spot debt.
  public var debtShare = 0.0
  /// Share sold, or seized, of every balance held.
  public var collateralShare = 0.0
  /// Debt repaid by a liquidator, negative cash included; 0 unless the policy is close-factor.
  public var repaid = 0.0
  /// Part of `repaid` that fills up negative cash.
  public var repaidCash = 0.0
  /// Whether collateral ran short: what is left of the debt is settled against cash.
  public var isCollateralExhausted = false
  /// Whether there was nothing left to close but negative cash, or debt without collateral.
  public var isWipeOut = false
  /// What it costs the liquidator besides its trades.
  public var cost = 0.0
  /// Whether anything happens at all: a forced account may turn out to need nothing.
  public var isAction: Bool { perpetualShare > 0 || debtShare > 0 || collateralShare > 0 || isWipeOut }

  /// Nothing yet.
  public init(account: Int) { self.account = account }

  /// The share of `position` that it trades.
  func share(of position: ReferencePosition) -> Double {
    switch position.side {
    case .perpetual: perpetualShare
    case .owed: debtShare
    case .held: collateralShare
    }
  }
}

/// Decisions. They look at oracle prices and half-spreads only: impact is not anticipated, the next wave repairs.
extension ReferenceClearingHouse {
  /// What the venue's policy does with an account that was detected.
  func closing(of index: Int, _ valuation: ReferenceValuation) -> ReferenceClosing {
    let account = accounts[index]
    switch rules.liquidation.method {
    case .full: return fullClosing(of: index, valuation)
    case .partial(let buffer):
      let share = partialShare(of: account, targetBuffer: buffer, valuation)
      if share >= 1 { return fullClosing(of: index, valuation) }
      var closing = ReferenceClosing(account: index)
      closing.perpetualShare = share
      return closing
    case .ladder(let rungs):
      guard account.positions.contains(where: { $0.side == .perpetual && $0.quantity != 0 }) else {
        return fullClosing(of: index, valuation)
      }
      let weighted = margin.weightedEquity(.maintenance, of: account, valuation) + account.terms.credit
      let requirement = margin.requirement(.maintenance, of: account, valuation)
      let reached = rungs.filter { weighted < $0.below * requirement }.min { $0.below < $1.below }
      if let reached, reached.share >= 1 { return fullClosing(of: index, valuation) }
      var closing = ReferenceClosing(account: index)
      closing.perpetualShare = reached?.share ?? 0
      return closing
    case .closeFactor(let closeFactor, let fullBelow, let bonus):
      return lendingClosing(
        of: index, closeFactor: closeFactor, fullBelowHealthFactor: fullBelow, bonus: bonus, valuation)
    }
  }

  /// f = ((1+b)·MM − E^w) / ((1+b)·MM − c·N), c·N = Σ |q|M·(penalty + half-spread): what has to go so that the rest
  /// stands b above its maintenance requirement, if it trades at the marks.
  ///
  /// Closing f leaves a requirement of (1 − f)·MM and costs f·c·N of weighted equity, so f solves
  /// E^w − f·c·N = (1 + b)·(1 − f)·MM. 1 where there is nothing to close or closing costs more than it frees.
  func partialShare(of account: ReferenceAccount, targetBuffer: Double, _ valuation: ReferenceValuation) -> Double {
    let perpetuals = account.positions.filter { $0.side == .perpetual }
    guard account.perpetualNotional(valuation) > 0 else { return 1 }
    let target = (1 + targetBuffer) * margin.requirement(.maintenance, of: account, valuation)
    let cost = perpetuals.reduce(0) { sum, position in
      sum + penalty(position, valuation) + spreadCost(position, valuation)
    }
    guard target - cost > 0 else { return 1 }
    let missing = target - margin.weightedEquity(.maintenance, of: account, valuation) - account.terms.credit
    let share = missing / (target - cost)
    // All but 10⁻⁹ is all.
    return share > 1 - 1e-9 ? 1 : max(0, share)
  }

  /// The penalty for closing all of a position: on its notional, on nothing for the coins of an inverse one, on the value of an option.
  private func penalty(_ position: ReferencePosition, _ valuation: ReferenceValuation) -> Double {
    rules.liquidation.penalty * valuation.closedSize(position)
  }

  /// Half the spread on what closing a position trades.
  func spreadCost(_ position: ReferencePosition, _ valuation: ReferenceValuation) -> Double {
    valuation.traded(position).reduce(0) { sum, part in
      sum + abs(position.quantity) * part.money * market.halfSpread(part.asset, step: stepNumber)
    }
  }

  /// Closes perpetuals, buys debts back, then sells as much collateral as negative cash needs, at the marks.
  ///
  /// The cash that will be missing counts spreads and penalties, of debts too. The same share of every balance is sold.
  private func fullClosing(of index: Int, _ valuation: ReferenceValuation) -> ReferenceClosing {
    let account = accounts[index]
    var closing = ReferenceClosing(account: index)
    closing.perpetualShare = 1
    closing.debtShare = 1
    closing.isWipeOut = account.holdsNothing && account.cash < 0
    var cashAfter = account.cash
    var proceeds = 0.0
    for position in account.positions where position.quantity != 0 {
      let notional = valuation.notional(position)
      let spreadCost = spreadCost(position, valuation)
      switch position.side {
      case .perpetual:
        cashAfter += valuation.value(position) - spreadCost - penalty(position, valuation)
      case .owed: cashAfter -= notional + spreadCost + rules.liquidation.penalty * notional
      case .held: proceeds += notional - spreadCost
      }
    }
    if cashAfter < 0, proceeds > 0 { closing.collateralShare = min(1, -cashAfter / proceeds) }
    return closing
  }

  /// Lending: a liquidator repays part of the debt and takes collateral worth it, plus the bonus.
  ///
  /// Debt D is spot debts plus negative cash, C the collateral. The health factor is (D + H)/D: below 1 exactly where
  /// health H is negative. Repaid is closeFactor·D, or D below the stated health factor, but at most C/(1 + bonus); every
  /// debt is repaid by the same share, every balance seized by the same share.
  private func lendingClosing(
    of index: Int, closeFactor: Double, fullBelowHealthFactor: Double, bonus: Double, _ valuation: ReferenceValuation
  ) -> ReferenceClosing {
    let account = accounts[index]
    var closing = ReferenceClosing(account: index)
    let negativeCash = max(0, -account.cash)
    let debt = account.worth(.owed, valuation) + negativeCash
    let collateral = account.worth(.held, valuation)
    guard debt > 0 else { return closing }
    let healthFactor = (debt + margin.health(of: account, valuation)) / debt
    let wanted = (healthFactor >= fullBelowHealthFactor ? closeFactor : 1) * debt
    closing.isCollateralExhausted = collateral / (1 + bonus) <= wanted
    closing.repaid = closing.isCollateralExhausted ? collateral / (1 + bonus) : wanted
    closing.debtShare = closing.repaid / debt
    closing.repaidCash = negativeCash * closing.debtShare
    closing.collateralShare = closing.isCollateralExhausted ? 1 : closing.repaid * (1 + bonus) / collateral
    closing.isWipeOut = collateral == 0
    return closing
  }
}
