public import Clearing

/// The whole model of one path, slow and plain: the specification in code, and what the engine is compared with.
///
/// Nothing is screened, cached or vectorised; every account is looked at in every wave. It shares with the engine only the
/// values that describe a venue, none of the code that computes with them. Read it in this order: `ReferenceMarket`
/// (prices, impact, fills), `ReferenceAccount` (what positions are worth), `ReferenceMargin` (what they demand),
/// `ReferenceLiquidation` (what is closed), `ReferenceBooking` (who pays whom), `ReferenceWaterfall` (who bears losses),
/// `ReferenceOutcome` and `ReferenceMarginMeasures` (what is measured of a path).
public struct ReferenceSimulator {
  private let market: ReferenceMarket
  private let atStart: AtStart
  /// Waves that each venue may do in one step.
  private let waveLimits: [Int]
  /// The market that all venues trade in: one's impact is seen by all.
  private var prices: ReferencePrices
  private var houses: [ReferenceClearingHouse]
  /// Venues that failed at the end of the step before.
  private var failing: [Int] = []
  /// Everything that exists at each venue at t = 0; the conservation check compares with it at every step.
  private let totals: [Double]
  private let grossEquities: [Double]

  /// Puts `venues` at the start of the path in `market`.
  public init(venues: [ReferenceVenue], market: ReferenceMarket, atStart: AtStart) {
    self.market = market
    self.atStart = atStart
    waveLimits = venues.map(\.rules.liquidation.waves)
    prices = ReferencePrices(market: market, venues: venues.count)
    let marks = prices.marks
    houses = venues.map { ReferenceClearingHouse($0, market: market, prices: marks) }
    for index in houses.indices {
      houses[index].counterfactuals = ReferenceCounterfactual.all(
        of: index, count: venues.count, oracle: houses[index].oracle)
      houses[index].path.causes.preventable = venues.map { _ in 0 }
      houses[index].flagAtStart(houses[index].valuation(marks, hours: 0), atStart: atStart)
    }
    totals = houses.map { $0.total($0.valuation(marks, hours: 0)) }
    grossEquities = houses.map { $0.grossEquity($0.valuation(marks, hours: 0)) }
  }

  /// Runs the path to its end: the horizon, or the first step at whose end a mark or a total is not a finite number.
  public mutating func run() -> ReferenceTrace {
    let marks = prices.marks
    var steps = [
      record(number: 0, visits: [], opening: marks, waves: [], waterfalls: houses.map { _ in ReferenceWaterfall() })
    ]
    var isNonFinite = false
    for _ in 0..<market.steps {
      steps.append(runStep())
      isNonFinite = steps.last.map { !isFinite($0) } ?? false
      if isNonFinite { break }
    }
    let outcomes = houses.indices.map { venue in
      ReferenceOutcome(house: houses[venue], venue: venue, steps: steps, market: market)
    }
    return ReferenceTrace(steps: steps, isNonFinite: isNonFinite, outcomes: outcomes)
  }

  /// One step in the order of the model: transient impact decays; waves at the step's low, then at its high, under the
  /// rates, interest and funding of the step before; at the close funding falls due, the oracle publishes the marks and
  /// the margin models take them; waves there; the waterfall at the marks they left.
  private mutating func runStep() -> ReferenceStep {
    prices.beginStep()
    for venue in failing { prices.fail(venue: venue) }
    failing = []
    for index in houses.indices {
      houses[index].stepNumber = prices.step
      houses[index].beginStep(venue: index)
    }
    var waves: [ReferenceWave] = []
    var visits: [ReferenceVisit] = []
    if market.extremes != nil {
      for phase in [ReferencePhase.low, .high] {
        prices.visit(phase)
        let opening = prices.marks
        for index in houses.indices { houses[index].look(marks: opening) }
        let found = runWaves(after: waves.count, isFirst: prices.step == 1 && phase == .low)
        waves += found
        visits.append(
          ReferenceVisit(
            phase: phase, exogenous: prices.exogenous, openingMarks: opening, closingMarks: prices.marks,
            waves: found.count))
      }
    }
    prices.visit(.close)
    let opening = prices.marks
    for index in houses.indices {
      houses[index].look(marks: opening)
      houses[index].learn(marks: opening)
      houses[index].payFunding(step: prices.step, hours: prices.hours, marks: opening)
      houses[index].settleExpired(houses[index].valuation(opening, hours: prices.hours))
      houses[index].oracle.publish(step: prices.step, marks: opening)
      for impact in houses[index].counterfactuals.indices { houses[index].counterfactuals[impact].publish(prices) }
      houses[index].margin.advance(
        step: prices.step, prices: houses[index].oracle.samples,
        impliedVolatilities: market.impliedVolatilities.map { $0[prices.step] })
    }
    waves += runWaves(after: waves.count, isFirst: prices.step == 1 && visits.isEmpty)
    let waved = prices.marks
    Self.hedge(&houses, &prices)
    let closing = prices.marks
    // What is shown at the end of the step is what a frozen oracle goes on showing.
    for index in houses.indices {
      _ = houses[index].oracle.judge(step: prices.step, marks: closing)
      for impact in houses[index].counterfactuals.indices { houses[index].counterfactuals[impact].judge(prices) }
    }
    for index in houses.indices {
      let shown = houses[index].oracle.judge(step: prices.step, marks: closing)
      houses[index].settleWaiting(
        houses[index].valuation(closing, hours: prices.hours),
        judged: houses[index].valuation(shown, hours: prices.hours))
    }
    let waterfalls = houses.indices.map { index in
      houses[index].settleLosses(houses[index].valuation(closing, hours: prices.hours))
    }
    Self.letOwnersAct(&houses, &prices)
    let final = prices.marks
    for index in houses.indices {
      _ = houses[index].oracle.judge(step: prices.step, marks: final)
      for impact in houses[index].counterfactuals.indices { houses[index].counterfactuals[impact].judge(prices) }
    }
    for index in houses.indices where houses[index].rules.onExhaustion == .fail && !houses[index].hasFailed {
      guard houses[index].path.exhaustionHours.isFinite else { continue }
      houses[index].hasFailed = true
      failing.append(index)
    }
    var result = record(number: prices.step, visits: visits, opening: opening, waves: waves, waterfalls: waterfalls)
    result.interimMarks = [waved, closing]
    return result
  }

  /// Waves follow each other until nobody is liquidated or every venue has done as many as it may in a step, of which
  /// `done` are over; who is left waits. Funding, growth and margin rates stay what they are.
  ///
  /// `isFirst` is where the path looks for the first time: the first wave there also takes accounts that were flagged at
  /// t = 0, where that is asked for, whatever their health has become.
  private mutating func runWaves(after done: Int, isFirst: Bool) -> [ReferenceWave] {
    var waves: [ReferenceWave] = []
    while done + waves.count < max(1, waveLimits.max() ?? 1) {
      let wave = runWave(
        number: done + waves.count + 1, isForcing: isFirst && waves.isEmpty && atStart == .close)
      if wave.actions.isEmpty && !wave.sellsBackstop { break }
      waves.append(wave)
    }
    return waves
  }

  /// Detection and decisions at the oracle's prices, one execution per asset for all venues together, booking.
  ///
  /// Everything is decided before anything trades.
  private mutating func runWave(number: Int, isForcing: Bool) -> ReferenceWave {
    let marks = prices.marks
    let valuations = houses.map { $0.valuation(marks, hours: prices.hours) }
    var judged: [ReferenceValuation] = []
    for index in houses.indices {
      let shown = houses[index].oracle.judge(step: prices.step, marks: marks)
      judged.append(houses[index].valuation(shown, hours: prices.hours))
    }
    var closings: [[ReferenceClosing]] = []
    var flows = marks.map { _ in 0.0 }
    var flowsByVenue: [[Double]] = []
    for index in houses.indices {
      let detected =
        number <= waveLimits[index] ? houses[index].detect(judged[index], marks: marks, forcingFlagged: isForcing) : []
      let wanted = detected.map { houses[index].closing(of: $0, judged[index]) }.filter(\.isAction)
      let found = houses[index].restrain(wanted, valuations[index], prices)
      closings.append(found)
      flowsByVenue.append(houses[index].flows(of: found, valuations[index]))
      for (asset, flow) in houses[index].backstopFlows(valuations[index]).enumerated() {
        flowsByVenue[index][asset] += flow
      }
      for (asset, flow) in flowsByVenue[index].enumerated() { flows[asset] += flow }
      for impact in houses[index].counterfactuals.indices { houses[index].counterfactuals[impact].judge(prices) }
    }
    let sellsBackstop = houses.contains(where: \.mustSellBackstop)
    let executions = prices.execute(flows: flows, byVenue: flowsByVenue)
    var actions: [ReferenceAction] = []
    for index in houses.indices {
      houses[index].sellBackstop(fills: executions.map(\.fill), valuations[index])
      actions += houses[index].book(
        closings[index], venue: index, fills: executions.map(\.fill), valuations[index], judged[index])
    }
    return ReferenceWave(marks: marks, executions: executions, actions: actions, sellsBackstop: sellsBackstop)
  }

  /// What the trace keeps of a step, as things stand now.
  private func record(
    number: Int, visits: [ReferenceVisit], opening: [Double], waves: [ReferenceWave], waterfalls: [ReferenceWaterfall]
  ) -> ReferenceStep {
    let marks = prices.marks
    return ReferenceStep(
      number: number, exogenous: prices.exogenous, visits: visits, openingMarks: opening, closingMarks: marks,
      permanentImpact: prices.permanent, transientImpact: prices.transient, waves: waves,
      venues: houses.indices.map { state(of: $0, marks: marks, waterfall: waterfalls[$0]) })
  }

  /// How one venue stands now.
  private func state(of venue: Int, marks: [Double], waterfall: ReferenceWaterfall) -> ReferenceVenueState {
    let house = houses[venue]
    let valuation = house.valuation(marks, hours: prices.hours)
    var oracle = house.oracle
    let judged = house.valuation(oracle.judge(step: prices.step, marks: marks), hours: prices.hours)
    let accounts = house.accounts.map { account in
      ReferenceAccountState(
        equity: account.equity(valuation), health: house.margin.health(of: account, judged), cash: account.cash,
        quantities: account.positions.map(\.quantity), isOpen: account.isOpen)
    }
    let residual = house.total(valuation) - house.externalInflow - totals[venue]
    return ReferenceVenueState(
      accounts: accounts, funding: house.funding, volatilities: house.margin.volatilities, rates: house.margin.rates,
      oracle: oracle.prices,
      requirement: house.accounts.reduce(0) { $0 + house.margin.requirement(.maintenance, of: $1, judged) },
      reserve: house.reserve, liquidators: house.liquidators, waterfall: waterfall,
      conservationResidual: grossEquities[venue] > 0 ? residual / grossEquities[venue] : residual)
  }

  /// Whether the path may go on: marks are positive numbers, reserves and equities are numbers.
  private func isFinite(_ step: ReferenceStep) -> Bool {
    step.closingMarks.allSatisfy { $0 > 0 && $0.isFinite }
      && step.venues.allSatisfy { venue in
        venue.reserve.isFinite && venue.accounts.allSatisfy { $0.equity.isFinite }
      }
  }
}
