import Clearing
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// The engine against the plain reference: the same accounts at the same steps, the same money.
@Suite("The engine equals the reference on random venues")
struct TwinComparisonTests {
  static let cases = 0..<1400
  /// Money may differ by this part of the venue's gross equity, prices and rates by this part of themselves.
  static let tolerance = 1e-9

  @Test("step by step: marks, equities, reserve, and who is closed by how much in which wave")
  func stepByStep() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number))
      let simulator = try twin.simulator()
      for path in twin.paths.indices {
        let observer = TwinObserver()
        _ = simulator.replay(path: path, model: 0, observer: observer)
        let difference = firstDifference(observer, twin.trace(path: path), twin)
        #expect(difference == nil, "case \(number), path \(path)")
      }
    }
  }

  @Test("path by path: every quantity of the outcome table, for all venues")
  func pathByPath() throws {
    for number in Self.cases {
      let twin = try #require(TwinCase(number: number))
      let table = try twin.simulator().run(workers: 1)
      #expect(table.pathStates == [[twin.paths.count, 0]])
      for path in twin.paths.indices {
        for (venue, outcome) in twin.trace(path: path).outcomes.enumerated() {
          let differing = differences(table.series(model: 0, venue: venue), path, outcome, twin, venue: venue)
          #expect(differing == [], "case \(number), path \(path), venue \(venue)")
        }
      }
    }
  }

  @Test("the same where funding rates move along the path, step by step and path by path")
  func movingFunding() throws {
    var paid = 0
    for number in 0..<250 {
      let twin = try #require(try TwinCase(number: number)?.withMovingFunding(seed: 1))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      for path in twin.paths.indices {
        let observer = TwinObserver()
        _ = simulator.replay(path: path, model: 0, observer: observer)
        let trace = twin.trace(path: path)
        #expect(firstDifference(observer, trace, twin) == nil, "case \(number), path \(path)")
        for (venue, outcome) in trace.outcomes.enumerated() {
          let differing = differences(table.series(model: 0, venue: venue), path, outcome, twin, venue: venue)
          #expect(differing == [], "case \(number), path \(path), venue \(venue)")
          paid += Set(trace.steps.map { $0.venues[venue].funding }).count > 2 ? 1 : 0
        }
      }
    }
    #expect(paid > 100, "funding fell due more than once on \(paid) paths")
  }

  @Test("an account forced closed while healthy is looked at again in the next wave")
  func forcedThenUnhealthy() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: -951, spot: 10)])
    venue.isLending = true
    venue.spot.loanToValue = TwoLevels(initial: 0.9, maintenance: 0.95)
    venue.liquidation = LiquidationPolicy(
      method: .closeFactor(closeFactor: 0.5, fullBelowHealthFactor: 0.9, bonus: 0.1), penalty: 0, reserveShare: 0,
      waves: 8)
    let twin = try venue.twin([100, 100.2, 100.2, 100.2])
    let trace = twin.trace(path: 0)
    #expect(trace.steps[1].waves.count > 1)
    let observer = TwinObserver()
    _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
    #expect(firstDifference(observer, trace, twin) == nil)
  }

  @Test(
    "a ladder of liquidation prices 0.02 % apart: screening misses nobody", arguments: [0.0, 0.3],
    [0.0, 0.0005, -0.0005])
  func ladder(coefficient: Double, fundingRate: Double) throws {
    let rungs = 1...300
    var venue = TwinSmallVenue(
      holdings: rungs.flatMap { rung in
        [1.0, -1.0].map { side in .init(cash: 5 + 0.02 * Double(rung), perpetual: side, entryPrice: 100) }
      })
    venue.impact = MarketImpact(coefficient: coefficient, exponent: 0.5, permanentShare: 0.5, halfLifeHours: 4)
    venue.fundingRate = fundingRate
    var figures = TwinRandomFigures(seed: 7, case: 0)
    for _ in 0..<10 {
      var prices = [100.0]
      for _ in 0..<60 { prices.append(prices[prices.count - 1] * (1 + 0.004 * figures.normal())) }
      let twin = try venue.twin(prices)
      let observer = TwinObserver()
      _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
      #expect(firstDifference(observer, twin.trace(path: 0), twin) == nil)
    }
  }

  @Test("a path whose mark stops being a positive number ends there, and is counted")
  func nonFinite() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: 1000, perpetual: 100, entryPrice: 100)])
    venue.impact = MarketImpact(coefficient: 1e6, exponent: 0.5, permanentShare: 0.5, halfLifeHours: 4)
    let twin = try venue.twin([100, 99, 91, 100, 100])
    let trace = twin.trace(path: 0)
    #expect(trace.isNonFinite && trace.steps.count == 3)
    let table = try twin.simulator().run(workers: 1)
    #expect(table.pathStates == [[0, 1]])
  }

  // MARK: Steps

  func firstDifference(_ engine: TwinObserver, _ trace: ReferenceTrace, _ twin: TwinCase) -> String? {
    for step in trace.steps.dropFirst() {
      for visit in step.visits {
        let found = engine.visited[visit.phase == .low ? .low : .high]?[step.number - 1].first?.marks
        if !agree(found ?? [], visit.openingMarks) { return "marks at the \(visit.phase) of step \(step.number)" }
      }
      let began = engine.opened[step.number - 1]
      if !agree(began[0].marks, step.openingMarks) { return "opening marks of step \(step.number)" }
      for venue in twin.venues.indices {
        let expected = twin.maintenanceFactors(venue: venue, rates: step.venues[venue].rates)
        let pairs = zip(began[venue].maintenanceFactors, expected).filter { $1 != nil }
        if !agree(pairs.map(\.0), pairs.compactMap(\.1)) { return "factors of step \(step.number)" }
      }
      if let place = firstDifference(of: engine.waves.filter { $0.step == step.number }, step, twin) { return place }
      for (venue, reference) in step.venues.enumerated() {
        let snapshot = engine.closed[step.number - 1][venue]
        let scale = twin.grossEquity(venue: venue)
        let place = "of venue \(venue) after step \(step.number)"
        if !agree(snapshot.marks, step.closingMarks) { return "marks \(place)" }
        if !agree(snapshot.equities, reference.accounts.map(\.equity), scale: scale) { return "equities \(place)" }
        if !agree([snapshot.reserve], [reference.reserve], scale: scale) { return "reserve \(place)" }
        if !agree([snapshot.requirement], [reference.requirement], scale: scale) { return "requirement \(place)" }
      }
    }
    return nil
  }

  private func firstDifference(of waves: [TwinObserver.Wave], _ step: ReferenceStep, _ twin: TwinCase) -> String? {
    for (index, reference) in step.waves.enumerated() {
      for venue in twin.venues.indices {
        let actions = reference.actions.filter { $0.venue == venue }
        let wave = waves.first { $0.number == index + 1 && $0.venue == venue }
        let closings = wave?.closings ?? []
        let place = "in wave \(index + 1) of step \(step.number) at venue \(venue)"
        if closings.map(\.account) != actions.map(\.closing.account) {
          return "closed \(closings.map(\.account)) and not \(actions.map(\.closing.account)) \(place)"
        }
        if let wave, !agree(wave.fills, reference.executions, scale: twin.grossEquity(venue: venue)) {
          return "fills \(place)"
        }
        let book = twin.venues[venue].venue.book
        let scale = twin.grossEquity(venue: venue)
        if !agree(closings.map(\.notional), actions.map(\.notional), scale: scale) { return "notional closed \(place)" }
        for (closing, action) in zip(closings, actions) {
          let sides = Set(book.positions(of: closing.account).map { book.columns[Int(book.column[$0])].side })
          let shares = action.closing
          if sides.contains(.perpetual), !agree([closing.derivativeFraction], [shares.perpetualShare], scale: 1) {
            return "share of perpetuals of account \(closing.account) \(place)"
          }
          if sides.contains(.held), !agree([closing.heldFraction], [shares.collateralShare], scale: 1) {
            return "share of collateral of account \(closing.account) \(place)"
          }
          if sides.contains(.owed), !agree([closing.debtFraction], [shares.debtShare], scale: 1) {
            return "share of debts of account \(closing.account) \(place)"
          }
        }
      }
    }
    let last = waves.map(\.number).max() ?? 0
    return last > step.waves.count ? "\(last) waves and not \(step.waves.count) in step \(step.number)" : nil
  }

  /// Whether values agree to the tolerance, relative to `scale` or to each value itself.
  private func agree(_ values: [Double], _ expected: [Double], scale: Double? = nil) -> Bool {
    values.count == expected.count
      && zip(values, expected).allSatisfy { abs($0 - $1) <= Self.tolerance * (scale ?? abs($1)) }
  }

  /// Whether fills agree to the tolerance, or cost no more than that of `scale`: next to nothing is traded at a price that a
  /// law with a steep start makes of rounding.
  private func agree(_ fills: [Double], _ executions: [ReferenceExecution], scale: Double) -> Bool {
    fills.count == executions.count
      && zip(fills, executions).allSatisfy { fill, expected in
        let difference = abs(fill / expected.fill - 1)
        return difference <= Self.tolerance || difference * abs(expected.flow) <= Self.tolerance * scale
      }
  }

  // MARK: Outcomes

  func differences(
    _ series: OutcomeSeries, _ path: Int, _ outcome: ReferenceOutcome, _ twin: TwinCase, venue: Int
  ) -> [String] {
    let gross = twin.grossEquity(venue: venue)
    var differing: [String] = []
    for quantity in PathQuantity.allCases {
      let (expected, scale) = reference(quantity, outcome, twin, gross: gross)
      let found = series[quantity][path]
      let isSame = found == expected || (found.isNaN && expected.isNaN) || abs(found - expected) <= scale
      if !isSame { differing.append("\(quantity) is \(found) and not \(expected)") }
    }
    for (index, loss) in outcome.bookLoss.enumerated() where abs(series.bookLoss[index][path] - loss) > 1e-9 * gross {
      differing.append("book loss \(index) is \(series.bookLoss[index][path]) and not \(loss)")
    }
    return differing
  }

  /// What the reference has for a quantity, and by how much it may differ.
  private func reference(
    _ quantity: PathQuantity, _ outcome: ReferenceOutcome, _ twin: TwinCase, gross: Double
  ) -> (Double, Double) {
    let money = Self.tolerance * gross
    let margin = outcome.margin
    func relative(_ value: Double) -> (Double, Double) { (value, Self.tolerance * max(1, abs(value))) }
    switch quantity {
    case .loss: return (outcome.loss, money)
    case .uncovered: return (outcome.uncovered, money)
    case .requiredReserve: return (outcome.requiredReserve, money)
    case .reserveInflow: return (outcome.reserveInflow, money)
    case .largestShortfall: return (outcome.largestShortfall, money)
    case .twoLargestShortfalls: return (outcome.twoLargestShortfalls, money)
    case .deleveragedNotional: return (outcome.deleveragedNotional, money)
    case .profitForgone: return (outcome.profitForgone, money)
    case .socialised: return (outcome.socialised, money)
    case .badDebt: return (outcome.badDebt, money)
    case .exhaustionHours: return (outcome.exhaustionHours, 0)
    case .liquidatedAccounts: return (Double(outcome.liquidatedOwners.count), 0)
    case .liquidationEvents: return (Double(outcome.liquidationEvents), 0)
    case .liquidatedNotional: return (outcome.liquidatedNotional, money)
    case .requirementDriven: return (Double(outcome.requirementDriven), 0)
    case .waves: return (Double(outcome.waves), 0)
    case .markDrawdown: return relative(outcome.markDrawdown)
    case .exogenousDrawdown: return relative(outcome.exogenousDrawdown)
    case .initialMarginMean: return (margin.initialMarginMean, money)
    case .coverage: return relative(margin.coverage)
    case .peakToTrough: return relative(margin.peakToTrough)
    case .largestIncrease: return relative(margin.largestIncrease)
    case .changeDeviation: return (margin.changeDeviation, Self.tolerance)
    case .largestCall: return (margin.largestCall, money)
    case .volatilitySeen: return relative(margin.volatilitySeen ?? .nan)
    case .volatilityRealised: return relative(margin.volatilityRealised ?? .nan)
    case .conservationResidual: return (0, 1e-9)
    case .shortfall: return (outcome.shortfalls, money)
    case .toppedUp: return (outcome.toppedUp ?? .nan, money)
    case .topUps: return (outcome.topUps.map(Double.init) ?? .nan, 0)
    case .deleveraged: return (outcome.deleveraged ?? .nan, money)
    case .withdrawn: return (outcome.withdrawn ?? .nan, money)
    case .liquidationsAvoided: return (outcome.liquidationsAvoided.map(Double.init) ?? .nan, 0)
    case .shortfallAvoided: return (outcome.shortfallAvoided ?? .nan, money)
    case .hedgeFlow: return (outcome.hedgeFlow ?? .nan, money + Self.tolerance * abs(outcome.hedgeFlow ?? 0))
    case .hedgeCost: return (outcome.hedgeCost ?? .nan, money)
    case .hedgeGain: return (outcome.hedgeGain ?? .nan, money)
    case .hedgeMoveShare: return relative(outcome.hedgeMoveShare ?? .nan)
    case .equityLost: return (outcome.equityLost, money)
    case .penalties: return (outcome.penalties, money)
    case .drawnFromSegments: return (outcome.drawnFromSegments, money)
    case .drawnFromShared: return (outcome.drawnFromShared, money)
    case .waitingNotionalHours: return (outcome.waitingHours, money * twin.grid.horizonHours)
    case .openDeficit: return (outcome.openDeficit, money)
    case .largestWaiting: return (outcome.largestWaiting, money)
    case .liquidatorIncome: return (outcome.liquidatorIncome, money)
    case .backstopTaken: return (outcome.backstopTaken, money)
    case .backstopProfit: return (outcome.backstopProfit, money)
    case .backstopFailed: return (outcome.backstopFailed ? 1 : 0, 0)
    case .causedByPrice: return (Double(outcome.causes.price), 0)
    case .causedByOwnImpact: return (Double(outcome.causes.ownImpact), 0)
    case .causedByOtherVenue: return (Double(outcome.causes.otherVenue), 0)
    case .causedByRequirement: return (Double(outcome.causes.requirement), 0)
    case .oracleBlocked: return (outcome.oracleBlocked.map(Double.init) ?? .nan, 0)
    case .oracleErrorMean: return relative(outcome.oracleErrorMean ?? .nan)
    case .oracleErrorLargest: return relative(outcome.oracleErrorLargest ?? .nan)
    }
  }
}
