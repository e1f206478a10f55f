import Venues
import Clearing
import Kernels

/// One venue under one margin model along one path: detection, closing, booking, waterfall.
///
/// A worker's workspace, allocated once and returned to t = 0 for each path. Waves are driven by `PathReplay`, because
/// all venues trade in one market at the same time.
final class VenueReplay {
  let plan: VenuePlan
  let model: ModelPlan
  let ledger: AccountLedger
  /// Positions at the marks.
  let columns: ColumnState
  /// Positions at the oracle's prices: `columns` itself where the oracle shows the marks.
  let shown: ColumnState
  /// What the oracle shows; nil where it shows the marks.
  let oracle: OracleFeed?
  let metrics: MarginMetrics
  let contributions: LossContributions?
  private(set) var tally: PathTally
  private(set) var outside: OutsideMarket
  private let factors: any MarginFactors
  private let screen: CandidateScreen
  private let rule: ClosingRule
  private let holdings: WeightedHoldings
  /// The accounts margined by scenarios; nil where the model has none.
  private let scenarios: ScenarioBook?
  /// Factors on the maintenance requirement at t = 0.
  private var startFactors: [Double] = []
  /// Where implied volatilities are put for the factors to take, one per asset.
  private var impliedVolatilities: [Double]
  /// Why accounts were liquidated.
  let causes: LiquidationCauses
  private var detected: [Int32]
  private var closings: [Closing] = []
  private var exempt: Set<Int32> = []
  /// Accounts of the step under way that the oracle's guard kept from liquidation.
  private var blocked: Set<Int> = []
  private let atStart: AtStart

  init(
    plan: VenuePlan, model: ModelPlan, ledger: AccountLedger, atStart: AtStart, metrics: MarginMetrics,
    contributions: LossContributions?, oracle: OracleFeed? = nil, index: Int = 0, venueCount: Int = 1
  ) {
    self.plan = plan
    self.model = model
    self.ledger = ledger
    self.atStart = atStart
    self.metrics = metrics
    self.contributions = contributions
    self.oracle = oracle
    columns = ColumnState(plan: plan)
    causes = LiquidationCauses(
      venue: index, venueCount: venueCount, reportingCount: plan.census.ids.count, assets: plan.initialPrices.count,
      makeOracle: { oracle?.another() })
    shown = oracle == nil ? columns : ColumnState(plan: plan)
    tally = PathTally(reserve: plan.rules.reserve.balance)
    outside = OutsideMarket(columns: plan.venue.book.columns.count)
    factors = model.model.makeFactors(for: plan.venue.book)
    impliedVolatilities = [Double](repeating: 0, count: plan.assetIDs.count)
    screen = CandidateScreen(plan: plan, model: model)
    rule = ClosingRule(plan: plan, requirements: model.requirements)
    holdings = WeightedHoldings(book: plan.venue.book, level: model.requirements.maintenance)
    scenarios = ScenarioBook(plan: plan, model: model)
    detected = [Int32](repeating: 0, count: plan.venue.book.accounts.count)
  }

  /// Returns to t = 0.
  func reset(market: MarketState) {
    ledger.reset()
    holdings.reset()
    tally = PathTally(reserve: plan.rules.reserve.balance)
    outside.reset()
    contributions?.reset()
    causes.reset(marks: market.marks)
    factors.reset(oraclePrices: market.marks)
    columns.reset(marks: market.marks)
    columns.setFactors(factors, scale: model.scale)
    oracle?.reset(marks: market.marks)
    if oracle != nil { shown.take(columns, prices: market.marks) }
    startFactors = columns.maintenanceFactor
    screen.reset()
    blocked.removeAll(keepingCapacity: true)
    exempt = atStart == .exempt ? Set(model.liquidatableAtStart) : []
    scenarios?.reset(columns: shown, ledger: ledger, weighted: holdings.weighted, prices: market.marks)
    metrics.reset(columns: columns, volatilities: factors.volatilities, marks: market.marks, scenarios: scenarios)
  }

  /// Moves to `step` after the market has: balances, funding, margin rates.
  func advance(to step: Int, market: MarketState, path: PathView) {
    columns.advance(to: step, marks: market.marks, path: path)
    settleExpired(at: step)
    path.give(to: factors, at: step, buffer: &impliedVolatilities)
    oracle?.publish(at: step, marks: market.marks)
    causes.publish(at: step, market: market)
    if factors.advance(step: step, oraclePrices: oracle?.samples ?? market.marks) {
      columns.setFactors(factors, scale: model.scale)
    }
    if let oracle { shown.take(columns, prices: oracle.prices) }
    scenarios?.takeReference(
      columns: shown, ledger: ledger, weighted: holdings.weighted, prices: oracle?.prices ?? market.marks)
    metrics.record(
      step: step, columns: shown, volatilities: factors.volatilities, marks: market.marks, atMarks: columns,
      scenarios: scenarios)
  }

  /// Pays what expires at `step` in cash at its value now; an isolated position's remainder returns to its owner.
  ///
  /// No bound of the screen breaks: the value was within its interval, and the requirement falls to nothing.
  private func settleExpired(at step: Int) {
    for expiry in plan.expiries where expiry.step == step {
      let price = columns.unitValue[expiry.column]
      for (account, position) in expiry.positions where ledger.quantity[position] != 0 {
        let units = ledger.quantity[position]
        ledger.pay(units * price, to: account)
        setQuantity(0, of: position, account: account)
        outside.buy(units: units, column: expiry.column, price: price)
        if ledger.holdsNothing(account) { returnRemainder(of: account) }
      }
    }
  }

  /// Detects and decides one wave, adding the money it trades to `flows` per asset. False if nobody is to be closed.
  func decideWave(step: Int, isFirst: Bool, path: PathView, market: MarketState, flows: inout [Double]) -> Bool {
    closings.removeAll(keepingCapacity: true)
    for account in detect(isFirst: isFirst, path: path, step: step, market: market) {
      let closing = rule.closing(
        of: account, ledger, shown, halfSpread: market.halfSpread,
        scenarioRequirement: scenarioRequirement(of: account))
      guard closing.acts else { continue }
      closings.append(closing)
      addFlows(of: closing, to: &flows)
    }
    return !closings.isEmpty
  }

  /// Open accounts with negative health now, and, in the first wave of all, those flagged at the start.
  private func detect(isFirst: Bool, path: PathView, step: Int, market: MarketState) -> [Int] {
    var found = deficits(step: step, path: path, market: market)
    if isFirst, atStart == .close, !model.liquidatableAtStart.isEmpty {
      found = Array(Set(found).union(model.liquidatableAtStart.map(Int.init))).sorted()
      // They change without having been candidates, so what the screen found out does not hold for them any more.
      screen.invalidate()
    }
    if !exempt.isEmpty { found = withoutExempt(found) }
    guard let oracle, oracle.hasGuard else { return found }
    return withoutBlocked(found, oracle, market)
  }

  /// Leaves out accounts with a position in an asset whose oracle is stale, and counts them, once a step.
  private func withoutBlocked(_ found: [Int], _ oracle: OracleFeed, _ market: MarketState) -> [Int] {
    found.filter { account in
      let isBlocked = ledger.book.positions(of: account).contains { position in
        let about = ledger.book.columns[Int(ledger.book.column[position])]
        guard ledger.quantity[position] != 0 else { return false }
        return oracle.isStale(about.asset, mark: market.marks[about.asset])
          || (about.otherAsset.map { oracle.isStale($0, mark: market.marks[$0]) } ?? false)
      }
      if isBlocked, blocked.insert(account).inserted { tally.blocked += 1 }
      return !isBlocked
    }
  }

  /// Whether the model's factors are made from an estimate of volatility.
  var looksAtVolatility: Bool { !factors.volatilities.isEmpty }

  private func withoutExempt(_ found: [Int]) -> [Int] {
    for account in exempt {
      let headroom = model.headroom.headroom(
        row: Int(account), quantity: ledger.quantity, weighted: holdings.weighted,
        constant: ledger.standing[Int(account)], columns: shown.packed)
      if headroom - scenarioRequirement(of: Int(account)) >= 0 { exempt.remove(account) }
    }
    return found.filter { !exempt.contains(Int32($0)) }
  }

  private func addFlows(of closing: Closing, to flows: inout [Double]) {
    for position in ledger.book.positions(of: closing.account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      flows[about.asset] -=
        fraction(of: about.side, in: closing) * ledger.quantity[position]
        * columns.unitTraded[column]
      if let other = about.otherAsset {
        flows[other] -= fraction(of: about.side, in: closing) * ledger.quantity[position] * columns.unitTraded[column]
      }
    }
  }

  private func fraction(of side: Book.Column.Side, in closing: Closing) -> Double {
    switch side {
    case .perpetual: closing.derivativeFraction
    case .held: closing.heldFraction
    case .owed: closing.debtFraction
    }
  }

  /// Books the wave that was decided, at the market's fills.
  func bookWave(wave: Int, market: MarketState) {
    tally.largestWaves = max(tally.largestWaves, wave)
    causes.count(closings, at: self, market: market)
    for closing in closings {
      countLiquidation(of: closing, prices: oracle?.prices ?? market.marks)
      if case .closeFactor(_, _, let bonus) = plan.rules.liquidation.method {
        bookLoan(closing, bonus: bonus, market: market)
      } else {
        bookTrades(closing, market: market)
      }
    }
    let emptied = closings.map(\.account).filter { ledger.holdsNothing($0) }
    for account in emptied { returnRemainder(of: account) }
    for account in emptied { wipeOut(account) }
  }

  /// The closings of the wave last decided, for traces.
  var lastClosings: [Closing] { closings }

  private func countLiquidation(of closing: Closing, prices: [Double]) {
    tally.events += 1
    let account = closing.account
    guard ledger.markLiquidated(Int(plan.census.reportingIndex[account])) else { return }
    guard model.model.isDynamic || scenarios?.contains(account) == true else { return }
    guard health(of: account) < 0, healthAtStartRates(of: account, prices: prices) >= 0 else { return }
    tally.requirementDriven += 1
  }

  /// What scenarios add to the account's maintenance requirement now.
  func scenarioRequirement(of account: Int) -> Double {
    scenarios?.maintenanceRequirement(of: account, columns: shown, ledger: ledger) ?? 0
  }

  /// Health of an account at what is shown now.
  func health(of account: Int) -> Double {
    health(of: account, factors: columns.maintenanceFactor) - scenarioRequirement(of: account)
  }

  /// The same under the requirement's factors of t = 0; `prices` are those shown now.
  func healthAtStartRates(of account: Int, prices: [Double]) -> Double {
    let scenarios = scenarios?.requirementAtStartRates(of: account, ledger: ledger, prices: prices) ?? 0
    return health(of: account, factors: startFactors) - scenarios
  }

  /// Health of an account now under the given factors per column, but for what scenarios ask for.
  private func health(of account: Int, factors: [Double]) -> Double {
    var headroom = ledger.standing[account]
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let quantity = ledger.quantity[position]
      headroom += holdings.weighted[position] * shown.unitValue[column]
      headroom -=
        factors[factorIndex(column: column, quantity: quantity)]
        * model.requirements.maintenance.requirement(
          position: position, notional: abs(quantity) * shown.unitNotional[column])
    }
    return headroom
  }

  /// Trades of a full or partial close at the market's fills, then the penalty.
  private func bookTrades(_ closing: Closing, market: MarketState) {
    let account = closing.account
    var closedNotional = 0.0
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let share = fraction(of: about.side, in: closing)
      let before = ledger.quantity[position]
      guard share > 0, before != 0 else { continue }
      let units = share * before
      let price = columns.fillPrice(of: column, fills: market.fills, marks: market.marks)
      ledger.pay(units * price, to: account)
      setQuantity(share >= 1 ? 0 : before - units, of: position, account: account)
      outside.buy(units: units, column: column, price: price)
      if about.countsAsNotional { closedNotional += abs(units) * columns.unitClosed(column) }
    }
    tally.notional += closedNotional
    payPenalty(account, closedNotional: closedNotional)
  }

  private func payPenalty(_ account: Int, closedNotional: Double) {
    let left = max(0, ledger.equity(of: account, unitValue: columns.unitValue))
    let penalty = min(plan.rules.liquidation.penalty * closedNotional, left)
    guard penalty > 0 else { return }
    let toReserve = plan.rules.liquidation.reserveShare * penalty
    ledger.pay(-penalty, to: account)
    tally.addInflow(toReserve)
    tally.liquidatorIncome += penalty - toReserve
    contributions?.addIncome(toReserve, account: account, asset: plan.dominantAsset(of: account))
  }

  /// A loan liquidation: the borrower settles at oracle prices, the liquidator trades at the market's fills.
  private func bookLoan(_ closing: Closing, bonus: Double, market: MarketState) {
    let account = closing.account
    let cashBefore = ledger.cash[account]
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let before = ledger.quantity[position]
      let units = fraction(of: about.side, in: closing) * before
      let price = columns.fillPrice(of: column, fills: market.fills, marks: market.marks)
      setQuantity(before - units, of: position, account: account)
      outside.buy(units: units, column: column, price: price)
      tally.liquidatorIncome += units * price
      guard closing.writesOffRest else { continue }
      writeOff(position, column: column, of: account)
    }
    if cashBefore < 0 {
      ledger.pay(-closing.debtFraction * cashBefore, to: account)
      tally.liquidatorIncome += closing.debtFraction * cashBefore
    }
    let toReserve = plan.rules.liquidation.reserveShare * bonus * closing.repaid
    tally.liquidatorIncome -= toReserve
    tally.addInflow(toReserve)
    tally.notional += closing.repaid
    contributions?.addIncome(toReserve, account: account, asset: plan.dominantAsset(of: account))
  }

  /// Settles what is left of a position from the account's cash at the oracle price, without a trade in the market.
  private func writeOff(_ position: Int, column: Int, of account: Int) {
    let rest = ledger.quantity[position]
    let value = shown.unitValue[column]
    setQuantity(0, of: position, account: account)
    ledger.pay(rest * value, to: account)
    outside.buy(units: rest, column: column, price: value)
  }

  /// Sets what an account holds of one position, and what that counts for; nothing else may set a quantity.
  private func setQuantity(_ value: Double, of position: Int, account: Int) {
    ledger.setQuantity(value, of: position, account: account)
    holdings.set(value, of: position)
  }

  /// What is left of an emptied isolated position returns to its owner, before anybody is judged wiped out, so that the
  /// order of accounts does not matter.
  private func returnRemainder(of account: Int) {
    guard ledger.cash[account] > 0, let owner = ledger.book.accounts[account].owner else { return }
    ledger.pay(ledger.takeCash(of: account), to: owner)
  }

  /// An account that holds nothing any more and owes cash: the deficit is a shortfall.
  private func wipeOut(_ account: Int) {
    guard ledger.cash[account] < 0 else { return }
    let shortfall = -ledger.takeCash(of: account)
    ledger.close(account)
    tally.addShortfall(shortfall)
    contributions?.addLoss(shortfall, account: account, unitValue: columns.unitValue)
  }

  /// Open accounts with negative health at the present marks. An account without credit whose equity is negative is among
  /// them, because weights never raise equity and requirements are not negative.
  func deficits(step: Int, path: PathView, market: MarketState) -> [Int] {
    let byScenario =
      scenarios?.deficits(recent: ledger.recent, columns: shown, ledger: ledger, weighted: holdings.weighted) ?? []
    let count = screen.deficits(
      step: step, path: path, market: market, columns: shown, oracle: oracle, ledger: ledger,
      weighted: holdings.weighted, into: &detected)
    return openAccounts(count, byScenario)
  }

  /// Open accounts whose health would be negative at the marks, whatever the oracle shows: those with negative equity are
  /// among them.
  func deficitsAtMarks(step: Int, path: PathView, market: MarketState) -> [Int] {
    if oracle == nil { return deficits(step: step, path: path, market: market) }
    screen.invalidate()
    let byScenario =
      scenarios?.deficits(recent: ledger.recent, columns: columns, ledger: ledger, weighted: holdings.weighted) ?? []
    let count = screen.deficits(
      step: step, path: path, market: market, columns: columns, oracle: nil, ledger: ledger,
      weighted: holdings.weighted, into: &detected)
    screen.invalidate()
    return openAccounts(count, byScenario)
  }

  /// The first `count` accounts detected, and those found by their scenarios, that are open; ascending.
  ///
  /// The screen knows the linear part of health only: what it detects of accounts margined by scenarios is among theirs.
  private func openAccounts(_ count: Int, _ byScenario: [Int]) -> [Int] {
    guard count > 0 || !byScenario.isEmpty else { return [] }
    let found = detected[0..<count].lazy.map(Int.init).filter { !self.ledger.isClosed[$0] }
    guard let scenarios else { return Array(found) }
    return (found.filter { !scenarios.contains($0) } + byScenario.filter { !self.ledger.isClosed[$0] }).sorted()
  }

  /// Takes the marks within `step`: those of a low or high, or what a wave left behind.
  func revalue(step: Int, market: MarketState) {
    columns.revalue(marks: market.marks)
    causes.follow(at: step, market: market)
    if let oracle, oracle.follow(marks: market.marks, at: step) { shown.revalue(marks: oracle.prices) }
  }

  /// The waterfall at the end of `step`: reserve income first, then draws, then who is left.
  func endStep(_ step: Int) {
    if !blocked.isEmpty { blocked.removeAll(keepingCapacity: true) }
    tally.cumulativeDraw += tally.stepShortfall - tally.stepInflow
    tally.requiredReserve = max(tally.requiredReserve, tally.cumulativeDraw)
    tally.reserve += tally.stepInflow
    let draw = min(tally.stepShortfall, tally.reserve)
    let rest = tally.stepShortfall - draw
    tally.reserve -= draw
    tally.stepShortfall = 0
    tally.stepInflow = 0
    guard rest > 0 else { return }
    tally.exhaustionStep = tally.exhaustionStep ?? step
    tally.uncovered += rest
    let taken = plan.rules.lossAllocation == .socialise ? socialise(rest) : 0
    tally.socialised += taken
    tally.badDebt += rest - taken
  }

  /// Charges open accounts in proportion to their positive equity, at most all of it; returns what was charged.
  private func socialise(_ loss: Double) -> Double {
    let accounts = ledger.book.accounts.indices.filter { !ledger.isClosed[$0] }
    let equities = accounts.map { max(0, ledger.equity(of: $0, unitValue: columns.unitValue)) }
    let total = equities.reduce(0, +)
    let taken = min(loss, total)
    guard taken > 0 else { return 0 }
    for (account, equity) in zip(accounts, equities) where equity > 0 {
      ledger.pay(-min(equity, taken * equity / total), to: account)
    }
    screen.invalidate()
    return taken
  }
}
