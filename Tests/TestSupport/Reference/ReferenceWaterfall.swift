import Clearing

/// How the losses of one step at one venue were borne.
public struct ReferenceWaterfall: Sendable, Hashable {
  /// Income of the reserve.
  public var reserveIncome = 0.0
  /// Shortfalls of wiped-out accounts.
  public var shortfalls = 0.0
  /// Paid by the reserve.
  public var drawn = 0.0
  /// Charged to the remaining accounts.
  public var socialised = 0.0
  /// Borne by nobody.
  public var badDebt = 0.0
}

/// The loss waterfall: own equity and penalty were taken in the waves; here follow reserve, other accounts, nobody.
extension ReferenceClearingHouse {
  /// The end of a step: income goes in before shortfalls come out; what the reserve cannot pay is shared or written off.
  ///
  /// The required reserve is taken before anything is shared out: it is what the venue would have needed to bear all.
  mutating func settleLosses(_ valuation: ReferenceValuation) -> ReferenceWaterfall {
    var result = ReferenceWaterfall(reserveIncome: step.reserveIncome, shortfalls: step.shortfalls)
    path.blocked += step.blocked.count
    step = ReferenceStepTally()
    path.reserveIncome += result.reserveIncome
    path.shortfalls += result.shortfalls
    path.requiredReserve = max(path.requiredReserve, path.shortfalls - path.reserveIncome)

    reserve += result.reserveIncome
    result.drawn = min(result.shortfalls, reserve)
    reserve -= result.drawn
    let uncovered = result.shortfalls - result.drawn
    guard uncovered > 0 else { return result }
    path.uncovered += uncovered
    path.exhaustionHours = min(path.exhaustionHours, valuation.hours)
    if rules.lossAllocation == .socialise { result.socialised = socialise(uncovered, valuation) }
    result.badDebt = uncovered - result.socialised
    path.socialised += result.socialised
    path.badDebt += result.badDebt
    outside.badDebt += result.badDebt
    return result
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
      + hedgers.equity(valuation.prices) + outside.equity(valuation)
  }

  /// Σ |equity| plus Σ gross notional: what residuals of the conservation check are relative to.
  func grossEquity(_ valuation: ReferenceValuation) -> Double {
    accounts.reduce(0) { sum, account in
      account.positions.reduce(sum + abs(account.equity(valuation))) { $0 + valuation.notional($1) }
    }
  }
}
