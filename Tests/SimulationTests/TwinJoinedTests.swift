import Clearing
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// Portfolio margin, credit lines, oracles, several venues and the causes of liquidations, all at once: the engine against
/// the plain reference.
@Suite("The engine equals the reference where everything comes together")
struct TwinJoinedTests {
  static let cases = 0..<320

  @Test("step by step and path by path, and each thing takes part where portfolios are liquidated")
  func equal() throws {
    var counts = TwinFeatureCounts()
    for number in Self.cases {
      let twin = try #require(try TwinCase(joined: number))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      #expect(table.pathStates == [[twin.paths.count, 0]], "case \(number)")
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
        for (venue, outcome) in trace.outcomes.enumerated() {
          let series = table.series(model: 0, venue: venue)
          #expect(outcome.conservationResidual <= 1e-9)
          let preventable = twin.venues.count > 1 ? outcome.causes.preventable.map(Double.init) : []
          #expect(series.contagion.map { $0[path] } == preventable, "case \(number), path \(path), venue \(venue)")
        }
        counts.addJoined(trace, of: twin)
      }
    }
    #expect(counts.counts.count == 28)
    for (feature, count) in counts.counts.sorted(by: { $0.key < $1.key }) {
      // A liquidation by the venue's own impact beside others', or by options that came closer to the money or to expiry
      // alone, is rare.
      let isRare = feature == "cause: own impact" || feature == "cause: requirement"
      #expect(count >= (isRare ? 5 : 30), "\(feature): \(count) times")
    }
  }
}

extension TwinFeatureCounts {
  /// Adds what happened to portfolios on one path.
  mutating func addJoined(_ trace: ReferenceTrace, of twin: TwinCase) {
    for (venue, outcome) in trace.outcomes.enumerated() {
      let input = twin.venues[venue]
      guard case .scenarioGrid(let grid) = input.model else { continue }
      addOracle(input.rules.oracle, outcome, isFrozen: twin.frozenOracles != nil)
      addCauses(outcome, venue: venue)
      let accounts = input.venue.book.accounts
      let covered = accounts.indices.filter { accounts[$0].isMargined(by: grid) }
      let last = trace.steps[trace.steps.count - 1].venues[venue].accounts
      add(
        "portfolio below zero that credit keeps open",
        when: covered.contains { last[$0].isOpen && last[$0].equity < 0 && last[$0].health >= 0 })
      let hasFailed = input.rules.onExhaustion == .fail && outcome.exhaustionHours < twin.grid.horizonHours
      add("venue of portfolios failed before the end", when: hasFailed)
      add("portfolios hold a claim on a venue", when: outcome.liquidationEvents > 0 && !twin.claims.isEmpty)
      add("spared until healthy once", when: outcome.liquidationEvents > 0 && twin.atStart == .exempt)
    }
    for step in trace.steps {
      for wave in step.waves {
        let venues = Set(wave.actions.map(\.venue))
        for action in wave.actions { addJoined(action, in: step, besideOthers: venues.count > 1, of: twin) }
      }
    }
  }

  private mutating func addOracle(_ oracle: OraclePolicy, _ outcome: ReferenceOutcome, isFrozen: Bool) {
    let happened = outcome.liquidationEvents > 0 && outcome.oracleErrorLargest ?? 0 > 0
    add("late oracle", when: happened && oracle.latencySteps > 0)
    add("frozen oracle", when: happened && isFrozen)
    add("kept from liquidation by a stale oracle", when: outcome.oracleBlocked ?? 0 > 0)
    switch oracle.rule {
    case .spot: add("spot oracle", when: happened)
    case .average: add("averaging oracle", when: happened)
    case .deviation: add("oracle that waits for a deviation", when: happened)
    }
  }

  private mutating func addCauses(_ outcome: ReferenceOutcome, venue: Int) {
    let causes = outcome.causes
    add("cause: price", when: causes.price > 0)
    add("cause: own impact", when: causes.ownImpact > 0)
    add("cause: other venue", when: causes.otherVenue > 0)
    add("cause: requirement", when: causes.requirement > 0)
    add(
      "preventable by another venue",
      when: causes.preventable.enumerated().contains { $0.offset != venue && $0.element > 0 })
  }

  private mutating func addJoined(
    _ action: ReferenceAction, in step: ReferenceStep, besideOthers: Bool, of twin: TwinCase
  ) {
    let input = twin.venues[action.venue]
    guard case .scenarioGrid(let grid) = input.model else { return }
    let book = input.venue.book
    let account = book.accounts[action.closing.account]
    guard account.isMargined(by: grid) else {
      add("account outside the grid closed")
      return
    }
    let columns = book.positions(of: action.closing.account).map { book.columns[Int(book.column[$0])] }
    add("portfolio with a credit line closed", when: account.credit > 0)
    add("portfolio of a holder closed", when: account.holder != nil)
    add("portfolio with a credit line leaves a shortfall", when: account.credit > 0 && action.shortfall > 0)
    add("portfolio with options closed", when: columns.contains { $0.leg == .option })
    add("portfolio with inverse contracts closed", when: columns.contains { $0.leg == .face })
    add("portfolio with money in another currency closed", when: columns.contains { $0.leg == .money })
    let share = action.closing.perpetualShare
    add("portfolio closed in part", when: share > 0 && share < 1)
    add("portfolio closed in full", when: share == 1)
    add("portfolio closed beside accounts of another venue", when: besideOthers)
    add("portfolio closed in a second wave", when: step.waves.count > 1)
    let isLateOption = input.rules.oracle.latencySteps > 0 && columns.contains { $0.leg == .option }
    add("credit line, options and a late oracle", when: account.credit > 0 && isLateOption)
    add("closed at an extreme", when: step.visits.contains { $0.waves > 0 })
  }
}

extension Account {
  /// Whether scenarios margin it.
  fileprivate func isMargined(by grid: ReferenceScenarios) -> Bool {
    owner == nil && (mode == .portfolio || grid.takesAll)
  }
}
