import Clearing
import Kernels
import Venues

extension VenueReplay {
  /// The venue as it is now, for an observer.
  func snapshot(index: Int, market: MarketState) -> VenueSnapshot {
    VenueSnapshot(
      venue: index, marks: market.marks, exogenous: market.exogenous,
      maintenanceFactors: columns.maintenanceFactor.elements,
      equities: ledger.book.accounts.indices.map { ledger.equity(of: $0, unitValue: columns.unitValue) },
      reserve: tally.reserve, shortfalls: tally.shortfalls, inflow: tally.inflow, uncovered: tally.uncovered,
      requirement: requirement)
  }

  /// Maintenance requirement of all accounts now at what the oracle shows, worst losses in scenarios included.
  private var requirement: Double {
    let book = ledger.book
    let positions = book.quantity.indices.reduce(0.0) { sum, position in
      let column = Int(book.column[position])
      let quantity = ledger.quantity[position]
      return sum + columns.maintenanceFactor[factorIndex(column: column, quantity: quantity)]
        * model.requirements.maintenance.requirement(
          position: position, notional: abs(quantity) * shown.unitNotional[column])
    }
    return book.accounts.indices.reduce(positions) { $0 + scenarioRequirement(of: $1) }
  }

  /// Notional that each closing of the wave just decided takes off, before it is booked; an option counts by its value.
  var closingNotionals: [Double] {
    lastClosings.map { closing in
      if closing.repaid > 0 { return closing.repaid }
      return ledger.book.positions(of: closing.account).reduce(0) { sum, position in
        let column = Int(ledger.book.column[position])
        let about = ledger.book.columns[column]
        guard about.countsAsNotional else { return sum }
        let share = about.side == .perpetual ? closing.derivativeFraction : closing.debtFraction
        return sum + share * abs(ledger.quantity[position]) * columns.unitClosed(column)
      }
    }
  }

  /// The path's figures at the end, one per `PathQuantity`, and the fall of equity of all accounts and of each group.
  func outcome(market: MarketState, path: PathView, stepHours: Double) -> VenueOutcome {
    let closing = closingBalance(deficits: deficitsAtMarks(step: path.steps, path: path, market: market))
    var values = [Double](repeating: 0, count: PathQuantity.allCases.count)
    func set(_ quantity: PathQuantity, _ value: Double) { values[quantity.rawValue] = value }
    let backstopDeficit = backstop.map { max(0, -$0.equity(columns)) } ?? 0
    if let backstop, backstopDeficit > 0 { contributions?.addLoss(backstopDeficit, of: backstop) }
    set(.loss, tally.shortfalls - tally.inflow + closing.negativeEquity + backstopDeficit)
    set(.openDeficit, closing.negativeEquity + backstopDeficit)
    set(.uncovered, tally.uncovered)
    set(.shortfall, tally.shortfalls)
    set(.requiredReserve, tally.requiredReserve)
    set(.reserveInflow, tally.inflow)
    set(.largestShortfall, tally.largestShortfall)
    set(.twoLargestShortfalls, tally.largestShortfall + tally.secondShortfall)
    set(.deleveragedNotional, tally.deleveraged)
    set(.profitForgone, tally.haircut)
    set(.socialised, tally.socialised)
    set(.badDebt, tally.badDebt)
    set(.equityLost, tally.equityLost)
    set(.penalties, tally.penalties)
    set(.drawnFromSegments, tally.drawnFromSegments)
    set(.drawnFromShared, tally.drawnFromShared)
    set(.waitingNotionalHours, tally.waitingNotionalHours)
    set(.largestWaiting, tally.largestWaiting)
    set(.liquidatorIncome, tally.liquidatorIncome)
    set(.backstopTaken, backstop?.taken ?? 0)
    set(.backstopProfit, backstop?.profit(columns) ?? 0)
    set(.backstopFailed, backstop?.hasFailed == true ? 1 : 0)
    set(.exhaustionHours, tally.exhaustionStep.map { Double($0) * stepHours } ?? .infinity)
    set(.liquidatedAccounts, Double(ledger.liquidated.count))
    set(.liquidationEvents, Double(tally.events))
    set(.liquidatedNotional, tally.notional)
    set(.requirementDriven, Double(tally.requirementDriven))
    set(.waves, Double(tally.largestWaves))
    set(.oracleBlocked, oracle == nil ? .nan : Double(tally.blocked))
    set(.oracleErrorMean, oracle?.meanError ?? .nan)
    set(.oracleErrorLargest, oracle?.largestError ?? .nan)
    set(.hedgeFlow, hedge?.flow ?? .nan)
    set(.hedgeCost, hedge?.cost ?? .nan)
    set(.hedgeGain, hedge?.gain(marks: market.marks) ?? .nan)
    set(.hedgeMoveShare, hedge?.moveShare ?? .nan)
    set(.toppedUp, calls?.toppedUp ?? .nan)
    set(.topUps, calls.map { Double($0.topUps) } ?? .nan)
    set(.deleveraged, calls?.deleveraged ?? .nan)
    set(.withdrawn, calls?.withdrawn ?? .nan)
    set(.liquidationsAvoided, .nan)
    set(.shortfallAvoided, .nan)
    set(.markDrawdown, market.markDrawdown)
    set(.exogenousDrawdown, market.exogenousDrawdown)
    set(.initialMarginMean, metrics.initialMarginMean)
    set(.coverage, metrics.coverage)
    set(.peakToTrough, metrics.peakToTrough)
    set(.largestIncrease, metrics.largestIncrease)
    set(.largestCall, metrics.largestCall)
    set(.changeDeviation, metrics.changeDeviation)
    set(.volatilitySeen, metrics.volatilitySeen(looksAtVolatility: looksAtVolatility))
    set(.volatilityRealised, metrics.volatilityRealised)
    set(.conservationResidual, conservationResidual(accountsGain: -closing.bookLoss[0], marks: market.marks))
    set(.causedByPrice, Double(causes.counts[LiquidationCauses.Cause.price.rawValue]))
    set(.causedByOwnImpact, Double(causes.counts[LiquidationCauses.Cause.ownImpact.rawValue]))
    set(.causedByOtherVenue, Double(causes.counts[LiquidationCauses.Cause.otherVenue.rawValue]))
    set(.causedByRequirement, Double(causes.counts[LiquidationCauses.Cause.requirement.rawValue]))
    return VenueOutcome(
      values: values, bookLoss: closing.bookLoss, contagion: causes.preventable.map { Double($0) })
  }

  /// Fall of equity, less what owners took out and plus what they put in, and negative equity of open accounts at the end.
  /// Accounts that nothing happened to are summed up by column; the others one by one.
  private func closingBalance(deficits: [Int]) -> (bookLoss: [Double], negativeEquity: Double) {
    let book = ledger.book
    var loss = [Double](repeating: 0, count: book.groups.count + 1)
    for group in book.groups.indices {
      for column in columns.unitValue.indices {
        loss[group + 1] -=
          plan.groupQuantity[group][column]
          * (columns.unitValue[column] - plan.initialValues.unitValue[column])
      }
    }
    for account in ledger.touched {
      let index = Int(account)
      var change = ledger.cash[index] - book.cash[index]
      for position in book.positions(of: index) {
        change +=
          (ledger.quantity[position] - book.quantity[position])
          * columns.unitValue[Int(book.column[position])]
      }
      loss[book.accounts[index].group + 1] -= change
    }
    if let calls {
      for group in calls.inflow.indices { loss[group + 1] += calls.inflow[group] }
    }
    loss[0] = loss.dropFirst().reduce(0, +)
    return (loss, negativeEquity(of: deficits))
  }

  /// Σ max(0, −E) over accounts still open: among `deficits`, or healthy by their credit alone.
  private func negativeEquity(of deficits: [Int]) -> Double {
    var sum = 0.0
    let drawn = plan.creditedAccounts.filter { !ledger.isClosed[$0] && !deficits.contains($0) }
    for account in deficits + drawn {
      let equity = ledger.equity(of: account, unitValue: columns.unitValue)
      guard equity < 0 else { continue }
      sum -= equity
      contributions?.addLoss(-equity, account: account, unitValue: columns.unitValue)
    }
    return sum
  }

  /// What everybody together gained, relative to gross equity: zero but for rounding.
  private func conservationResidual(accountsGain: Double, marks: [Double]) -> Double {
    var outsideGain = outside.cash
    for column in columns.unitValue.indices {
      outsideGain += outside.bought[column] * columns.unitValue[column]
      outsideGain -= plan.netQuantity[column] * (columns.unitValue[column] - plan.initialValues.unitValue[column])
    }
    let reserveGain = tally.reserve - plan.rules.reserve.total
    let backstopGain = backstop?.gain(columns) ?? 0
    if let hedge { outsideGain += hedge.gain(marks: marks) + hedge.outsideGain(marks: marks) }
    let total = accountsGain + outsideGain + reserveGain + backstopGain + tally.liquidatorIncome - tally.badDebt
    return plan.grossEquity > 0 ? abs(total) / plan.grossEquity : abs(total)
  }
}

/// One path's figures of one model at one venue.
struct VenueOutcome {
  /// One per `PathQuantity`.
  let values: [Double]
  /// [0] of all accounts, [1 + g] of group g.
  let bookLoss: [Double]
  /// First liquidations that would not have been without the impact of each venue; empty in a job of one venue.
  let contagion: [Double]

  /// The same, with what owners' doing changed against `idle`, the same path on which they do nothing.
  func compared(with idle: VenueOutcome?) -> VenueOutcome {
    guard let idle else { return self }
    var values = values
    func difference(_ quantity: PathQuantity) -> Double { idle.values[quantity.rawValue] - values[quantity.rawValue] }
    values[PathQuantity.liquidationsAvoided.rawValue] = difference(.liquidatedAccounts)
    values[PathQuantity.shortfallAvoided.rawValue] = difference(.shortfall)
    return VenueOutcome(values: values, bookLoss: bookLoss, contagion: contagion)
  }

  /// Whether every total is a finite number; figures that are undefined or infinite by definition do not count.
  var isFinite: Bool {
    let totals: [PathQuantity] = [
      .loss, .requiredReserve, .liquidatedNotional, .initialMarginMean, .conservationResidual,
    ]
    return totals.allSatisfy { values[$0.rawValue].isFinite } && bookLoss.allSatisfy(\.isFinite)
  }
}
