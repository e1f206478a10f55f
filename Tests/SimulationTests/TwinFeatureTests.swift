import Clearing
import TestSupport
import Testing
import Venues

/// What the random cases must exercise for a comparison on them to mean something.
struct TwinFeatureCounts {
  var counts: [String: Int] = [:]

  /// Counts a feature once per occurrence.
  mutating func add(_ feature: String, when happened: Bool = true) {
    counts[feature, default: 0] += happened ? 1 : 0
  }

  /// Adds what happened on one path of `twin`.
  mutating func add(_ trace: ReferenceTrace, of twin: TwinCase) {
    for step in trace.steps {
      add("cascade of several waves", when: step.waves.count >= 2)
      for visit in step.visits { add("wave at a \(visit.phase)", when: visit.waves > 0) }
      let places = step.visits.map(\.waves) + [step.waves.count - step.visits.reduce(0) { $0 + $1.waves }]
      add("waves at two places of a step", when: places.filter { $0 > 0 }.count > 1)
      add("failed backstop sold out", when: step.waves.contains(where: \.sellsBackstop))
      for wave in step.waves { add(wave, start: trace.steps[0], of: twin) }
      for (venue, state) in step.venues.enumerated() { add(state, of: twin.venues[venue], step: step) }
    }
    for (venue, outcome) in trace.outcomes.enumerated() {
      add("path without any liquidation", when: outcome.liquidationEvents == 0)
      add("requirement-driven liquidation", when: outcome.requirementDriven > 0)
      let rules = twin.venues[venue].rules
      add("notional waiting under a breaker", when: outcome.waitingHours > 0 && rules.circuitBreaker != nil)
      add("notional waiting for liquidators", when: outcome.waitingHours > 0 && rules.liquidators != nil)
      add("backstop took over", when: outcome.backstopTaken > 0)
      add("backstop gained", when: outcome.backstopProfit > 0)
      add("backstop failed", when: outcome.backstopFailed)
      add("waves used up", when: outcome.waves == twin.venues[venue].rules.liquidation.waves && outcome.waves > 1)
      let last = trace.steps[trace.steps.count - 1].venues[venue].accounts
      add("open account with negative equity at the end", when: last.contains { $0.isOpen && $0.equity < 0 })
      add(
        "open account below zero that credit keeps open",
        when: last.contains { $0.isOpen && $0.equity < 0 && $0.health >= 0 })
      let book = twin.venues[venue].venue.book
      let holders = Set(book.accounts.compactMap(\.holder))
      add("sub-account closed", when: !holders.isDisjoint(with: outcome.liquidatedOwners))
    }
    let venues = trace.outcomes.filter { $0.liquidationEvents > 0 }.count
    add("liquidations at two venues on one path", when: venues == 2)
  }

  private mutating func add(_ wave: ReferenceWave, start: ReferenceStep, of twin: TwinCase) {
    add("impact", when: wave.executions.contains { $0.shift != 0 })
    add("two-sided wave", when: wave.executions.contains { $0.flow > 0 } && wave.executions.contains { $0.flow < 0 })
    for action in wave.actions {
      let closing = action.closing
      add("closing with a cost", when: closing.cost > 0)
      let account = twin.venues[action.venue].venue.book.accounts[closing.account]
      add("full close", when: closing.perpetualShare == 1)
      add("partial close", when: closing.perpetualShare > 0 && closing.perpetualShare < 1)
      if case .ladder = twin.venues[action.venue].rules.liquidation.method {
        add("rung of a ladder", when: closing.perpetualShare < 1)
        add("last rung of a ladder", when: closing.perpetualShare == 1)
      }
      add("isolated close", when: account.owner != nil)
      add("close of an account with credit", when: account.credit > 0)
      add("isolated collateral returned", when: action.returned > 0)
      add("collateral sold in part", when: closing.collateralShare > 0 && closing.collateralShare < 1)
      add("collateral sold out", when: closing.collateralShare == 1)
      add("debt bought back", when: closing.debtShare > 0 && closing.repaid == 0)
      add("loan repaid in part", when: closing.repaid > 0 && closing.debtShare < 1 && !closing.isCollateralExhausted)
      add("loan repaid in full", when: closing.repaid > 0 && closing.debtShare == 1)
      add("loan with collateral exhausted", when: closing.repaid > 0 && closing.isCollateralExhausted)
      add("negative cash repaid", when: closing.repaidCash > 0)
      add("penalty", when: action.penalty > 0 && closing.repaid == 0)
      add("penalty cut to what is left", when: isCut(action, twin.venues[action.venue].rules))
      add("shortfall", when: action.shortfall > 0)
      add("forced though healthy", when: action.health >= 0)
      let wasFlagged = start.venues[action.venue].accounts[closing.account].health < 0
      add("flagged at the start, exempt, closed later", when: wasFlagged && twin.atStart == .exempt)
      if case .volatilityScaled = twin.venues[action.venue].model { add("close under a dynamic model") }
    }
  }

  private func ranking(_ venue: ReferenceVenue) -> AutoDeleveraging.Ranking? { venue.rules.autoDeleveraging?.ranking }

  private func isCut(_ action: ReferenceAction, _ rules: ClearingRules) -> Bool {
    action.closing.repaid == 0 && action.penalty < rules.liquidation.penalty * action.notional * (1 - 1e-9)
  }

  private mutating func add(_ state: ReferenceVenueState, of venue: ReferenceVenue, step: ReferenceStep) {
    let waterfall = state.waterfall
    add("draw on the reserve", when: waterfall.drawn > 0)
    add("reserve exhausted", when: waterfall.shortfalls > waterfall.drawn)
    add("draw on a segment", when: waterfall.drawnFromSegments > 0)
    add("auto-deleveraging in turn", when: waterfall.profitForgone > 0 && ranking(venue) == .profitTimesLeverage)
    add("auto-deleveraging pro rata", when: waterfall.profitForgone > 0 && ranking(venue) == .proRata)
    add(
      "loss beyond what winners can forgo",
      when: waterfall.profitForgone > 0 && waterfall.badDebt + waterfall.socialised > 0)
    add("loss socialised", when: waterfall.socialised > 0)
    add("socialised up to all there is", when: waterfall.socialised > 0 && waterfall.badDebt > 0)
    add("bad debt", when: waterfall.badDebt > 0)
    add("positive funding", when: state.funding.contains { $0 > 0 })
    add("negative funding", when: state.funding.contains { $0 < 0 })
    guard step.number == 0 else { return }
    let flagged = state.accounts.contains { $0.health < 0 }
    add("liquidatable at the start", when: flagged)
  }
}

@Suite("The random venues")
struct TwinFeatureTests {
  @Test("exercise everything that there is, many times over")
  func features() throws {
    var features = TwinFeatureCounts()
    for number in TwinComparisonTests.cases {
      let twin = try #require(TwinCase(number: number))
      for path in twin.paths.indices { features.add(twin.trace(path: path), of: twin) }
    }
    for (feature, count) in features.counts.sorted(by: { $0.key < $1.key }) {
      #expect(count >= 30, "\(feature): \(count) times")
    }
  }
}
