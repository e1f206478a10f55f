import Venues
import Clearing
import Kernels

/// One venue under one margin model along one path: detection, closing, booking, waterfall.
///
/// A worker's workspace, allocated once and returned to t = 0 for each path. Waves are driven by `PathReplay`, because
/// all venues trade in one market at the same time.
final class VenueReplay {
  /// Index among the venues of a run.
  let index: Int
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
  /// Who hedges in the venue's market; nil where nobody does.
  let hedge: HedgeBook?
  /// What owners of accounts do; nil where they do nothing.
  let calls: MarginCalls?
  /// What they decided last.
  var owners = OwnerActions()
  /// What the reserve stands in for, in units of each asset.
  var exposure: [Double]
  var tally: PathTally
  var outside: OutsideMarket
  let waterfall: StepWaterfall
  private let restraint: ClosingRestraint?
  let stepHours: Double
  /// What a liquidator of loans gets beyond what it repays, as a part of it; nil where no loans are liquidated.
  let loanBonus: Double?
  /// The venue's backstop, where it has one.
  let backstop: BackstopVault?
  /// Whether somebody may be waiting for the next step: closed by the last wave, or marks moved since anybody looked.
  var mayWait = false
  private let factors: any MarginFactors
  let screen: CandidateScreen
  let rule: ClosingRule
  let holdings: WeightedHoldings
  /// The accounts margined by scenarios; nil where the model has none.
  let scenarios: ScenarioBook?
  /// Factors on the maintenance requirement at t = 0.
  private var startFactors: FixedBuffer<Double>
  /// Where implied volatilities are put for the factors to take, one per asset.
  private var impliedVolatilities: [Double]
  /// Why accounts were liquidated.
  let causes: LiquidationCauses
  var detected: [Int32]
  var closings: [Closing] = []
  /// What the closing being booked did to each asset.
  var closedParts: [(asset: Int, notional: Double)] = []
  var exempt: Set<Int32> = []
  /// Accounts of the step under way that the oracle's guard kept from liquidation.
  private var blocked: Set<Int> = []
  private let atStart: AtStart

  init(
    plan: VenuePlan, model: ModelPlan, ledger: AccountLedger, atStart: AtStart, metrics: MarginMetrics,
    contributions: LossContributions?, restraint: ClosingRestraint?, stepHours: Double, oracle: OracleFeed? = nil,
    calls: MarginCalls? = nil, index: Int = 0, venueCount: Int = 1
  ) {
    self.index = index
    self.plan = plan
    self.model = model
    self.restraint = restraint
    self.stepHours = stepHours
    loanBonus = if case .closeFactor(_, _, let bonus) = plan.rules.liquidation.method { bonus } else { nil }
    backstop = BackstopVault(plan: plan)
    self.ledger = ledger
    self.atStart = atStart
    self.metrics = metrics
    self.contributions = contributions
    self.oracle = oracle
    self.calls = calls
    hedge = HedgeBook(plan.rules.hedging, assets: plan.initialPrices.count)
    exposure = [Double](repeating: 0, count: plan.initialPrices.count)
    columns = ColumnState(plan: plan)
    startFactors = FixedBuffer(repeating: 0, count: 2 * plan.venue.book.columns.count)
    causes = LiquidationCauses(
      venue: index, venueCount: venueCount, reportingCount: plan.census.ids.count, assets: plan.initialPrices.count,
      makeOracle: { oracle?.another() })
    shown = oracle == nil ? columns : ColumnState(plan: plan)
    tally = PathTally(reserve: plan.rules.reserve.total)
    outside = OutsideMarket(columns: plan.venue.book.columns.count)
    factors = model.model.makeFactors(for: plan.venue.book)
    impliedVolatilities = [Double](repeating: 0, count: plan.assetIDs.count)
    screen = CandidateScreen(plan: plan, model: model)
    rule = ClosingRule(plan: plan, requirements: model.requirements)
    holdings = WeightedHoldings(book: plan.venue.book, level: model.requirements.maintenance)
    waterfall = StepWaterfall(plan: plan, holdings: holdings)
    scenarios = ScenarioBook(plan: plan, model: model)
    detected = [Int32](repeating: 0, count: plan.venue.book.accounts.count)
  }

  /// Returns to t = 0.
  func reset(market: MarketState, path: PathView) {
    ledger.reset()
    holdings.reset()
    tally = PathTally(reserve: plan.rules.reserve.total)
    outside.reset()
    waterfall.reset()
    restraint?.reset(path: path.number, market: market)
    backstop?.reset()
    contributions?.reset()
    causes.reset(marks: market.marks)
    factors.reset(oraclePrices: market.marks)
    columns.reset(marks: market.marks)
    columns.setFactors(factors, scale: model.scale)
    oracle?.reset(marks: market.marks)
    hedge?.reset(marks: market.marks)
    calls?.reset()
    if oracle != nil { shown.take(columns, prices: market.marks) }
    startFactors.copy(columns.maintenanceFactor)
    screen.reset()
    blocked.removeAll(keepingCapacity: true)
    exempt = atStart == .exempt ? Set(model.liquidatableAtStart) : []
    scenarios?.reset(columns: shown, ledger: ledger, weighted: holdings.weighted, prices: market.marks)
    metrics.reset(columns: columns, volatilities: factors.volatilities, marks: market.marks, scenarios: scenarios)
  }

  /// Begins `step`, before anything moves.
  func begin(_ step: Int) { restraint?.begin(step) }

  /// Looks at the marks that a step has come to.
  func look(at step: Int, market: MarketState) { restraint?.look(at: step, marks: market.marks) }

  /// Moves to `step` after the market has: balances, funding, margin rates.
  func advance(to step: Int, market: MarketState, path: PathView) {
    mayWait = true
    columns.advance(to: step, marks: market.marks, path: path)
    settleExpired(at: step)
    path.give(to: factors, at: step, buffer: &impliedVolatilities)
    oracle?.publish(at: step, marks: market.marks)
    causes.publish(at: step, market: market)
    if factors.advance(step: step, oraclePrices: oracle?.samples ?? market.marks) {
      columns.setFactors(factors, scale: model.scale)
    }
    if let restraint {
      restraint.look(at: step, marks: market.marks)
      restraint.close(step, market: market)
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
      for (account, position) in expiry.positions {
        // What is no more explains no shortfall to come.
        if waterfall.isDivided { ledger.recordClosing(of: 0, position: position) }
        guard ledger.quantity[position] != 0 else { continue }
        let units = ledger.quantity[position]
        ledger.pay(units * price, to: account)
        setQuantity(0, of: position, account: account)
        outside.buy(units: units, column: expiry.column, price: price)
        if ledger.holdsNothing(account) { ledger.returnRemainder(of: account) }
      }
      backstop?.settle(column: expiry.column, price: price, to: &outside)
    }
  }

  /// Detects and decides one wave, adding the money it trades to `flows` per asset. False if nobody is to be closed.
  func decideWave(step: Int, isFirst: Bool, path: PathView, market: MarketState, flows: inout [Double]) -> Bool {
    closings.removeAll(keepingCapacity: true)
    for account in detect(isFirst: isFirst, path: path, step: step, market: market) {
      let closing = closing(of: account, market: market)
      if closing.acts { closings.append(closing) }
    }
    mayWait = !closings.isEmpty
    restraint?.apply(to: &closings, ledger, columns, market: market)
    for closing in closings { addFlows(of: closing, to: &flows) }
    guard let backstop, backstop.mustSell else { return !closings.isEmpty }
    for column in backstop.units.indices {
      flows[ledger.book.columns[column].asset] -= backstop.units[column] * columns.unitTraded[column]
    }
    return true
  }

  /// What the venue's policy does with an account, at what its oracle shows.
  func closing(of account: Int, market: MarketState) -> Closing {
    rule.closing(
      of: account, ledger, shown, halfSpread: market.halfSpread, scenarioRequirement: scenarioRequirement(of: account))
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
    return withoutBlocked(found, market)
  }

  /// Leaves out accounts with a position in an asset whose oracle is stale, and counts them, once a step.
  private func withoutBlocked(_ found: [Int], _ market: MarketState) -> [Int] {
    found.filter { account in
      let isBlocked = isBlocked(account, market)
      if isBlocked, blocked.insert(account).inserted { tally.blocked += 1 }
      return !isBlocked
    }
  }

  /// Whether the oracle's guard keeps an account from liquidation now.
  func isBlocked(_ account: Int, _ market: MarketState) -> Bool {
    guard let oracle, oracle.hasGuard else { return false }
    return ledger.book.positions(of: account).contains { position in
      let about = ledger.book.columns[Int(ledger.book.column[position])]
      guard ledger.quantity[position] != 0 else { return false }
      return oracle.isStale(about.asset, mark: market.marks[about.asset])
        || (about.otherAsset.map { oracle.isStale($0, mark: market.marks[$0]) } ?? false)
    }
  }

  /// Whether the model's factors are made from an estimate of volatility.
  var looksAtVolatility: Bool { !factors.volatilities.isEmpty }

  private func withoutExempt(_ found: [Int]) -> [Int] {
    for account in exempt {
      let headroom = model.headroom.headroom(
        row: Int(account), quantity: ledger.quantity, weighted: holdings.weighted,
        constant: ledger.standing, columns: shown.packed)
      if headroom - scenarioRequirement(of: Int(account)) >= 0 { exempt.remove(account) }
    }
    return found.filter { !exempt.contains(Int32($0)) }
  }

  func addFlows(of closing: Closing, to flows: inout [Double]) {
    for position in ledger.book.positions(of: closing.account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let units = closing.fraction(of: about.side) * ledger.quantity[position]
      flows[about.asset] -= units * columns.unitTraded[column]
      if let other = about.otherAsset { flows[other] -= units * columns.unitTraded[column] }
    }
  }

  /// The closings of the wave last decided, for traces.
  var lastClosings: [Closing] { closings }

  func countLiquidation(of closing: Closing, prices: [Double]) {
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

  /// Health of an account now under a multiple of the given factors per column, but for what scenarios ask for.
  func health(of account: Int, factors: borrowing FixedBuffer<Double>, times multiple: Double = 1) -> Double {
    var headroom = ledger.standing[account]
    for position in ledger.book.positions(of: account) {
      let column = Int(ledger.book.column[position])
      let quantity = ledger.quantity[position]
      headroom += holdings.weighted[position] * shown.unitValue[column]
      headroom -=
        factors[factorIndex(column: column, quantity: quantity)] * multiple
        * model.requirements.maintenance.requirement(
          position: position, notional: abs(quantity) * shown.unitNotional[column])
    }
    return headroom
  }

  /// Takes the marks within `step`: those of a low or high, or what a wave left behind.
  func revalue(step: Int, market: MarketState) {
    mayWait = true
    columns.revalue(marks: market.marks)
    causes.follow(at: step, market: market)
    if let oracle, oracle.follow(marks: market.marks, at: step) { shown.revalue(marks: oracle.prices) }
  }

  /// The waterfall at the end of `step`: reserve income first, then draws, then winners, then who is left.
  func endStep(_ step: Int) {
    if !blocked.isEmpty { blocked.removeAll(keepingCapacity: true) }
    tally.cumulativeDraw += tally.stepShortfall - tally.stepInflow
    tally.requiredReserve = max(tally.requiredReserve, tally.cumulativeDraw)
    guard tally.stepShortfall > 0 || tally.stepInflow > 0 else { return }
    let result = waterfall.settle(
      shortfall: tally.stepShortfall, income: tally.stepInflow, ledger: ledger, columns: columns, outside: &outside)
    tally.reserve = waterfall.balances.reduce(0, +)
    tally.stepShortfall = 0
    tally.stepInflow = 0
    tally.drawnFromSegments += result.drawnFromSegments
    tally.drawnFromShared += result.drawnFromShared
    guard result.uncovered > 0 else { return }
    tally.exhaustionStep = tally.exhaustionStep ?? step
    tally.uncovered += result.uncovered
    tally.deleveraged += result.deleveraged
    tally.haircut += result.haircut
    tally.socialised += result.socialised
    tally.badDebt += result.uncovered - result.haircut - result.socialised
    // Accounts lost cash or contracts in a way no bound covers.
    if result.haircut > 0 || result.socialised > 0 { screen.invalidate() }
  }
}
