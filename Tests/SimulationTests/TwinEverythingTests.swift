import Clearing
import Foundation
import Simulation
import TestSupport
import Testing

/// All there is at once: on one to three venues options, contracts in coins, portfolio margin, credit lines, oracles, laws
/// of impact per asset, hedgers, owners who act, breakers, liquidators, backstops, segments and auto-deleveraging.
@Suite("The engine equals the reference with everything on")
struct TwinEverythingTests {
  @Test("step by step and path by path, on two thousand paths and more")
  func equal() throws {
    var paths = 0
    var runaways = 0
    var counts = TwinFeatureCounts()
    for number in 0..<750 {
      let joined = try #require(try TwinCase(joined: number))
      var twin = joined.withOwners(joined.withHedgers(joined.withOwnImpacts(joined)))
      for venue in twin.venues.indices { twin.venues[venue].rules.restrain(case: 2 * number, venue: venue) }
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      guard table.pathStates[0][0] == twin.paths.count else { continue }
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        guard !trace.ranAway else {
          runaways += 1
          continue
        }
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
        for (venue, outcome) in trace.outcomes.enumerated() {
          let series = table.series(model: 0, venue: venue)
          #expect(abs(outcome.conservationResidual) < 1e-9, "case \(number), path \(path), venue \(venue)")
          #expect(series[.conservationResidual][path] < 1e-9, "case \(number), path \(path), venue \(venue)")
        }
        counts.addTogether(trace, of: twin)
        paths += 1
      }
    }
    #expect(paths > 2000)
    #expect(runaways < paths / 100)
    for (feature, count) in counts.counts { #expect(count >= 30, "\(feature): \(count) times") }
  }
}

extension ReferenceTrace {
  /// Whether a feedback without bounds took a mark a thousand times up or down, where rounding is no longer small against
  /// what the book began with.
  fileprivate var ranAway: Bool {
    steps.contains { step in
      zip(step.closingMarks, steps[0].closingMarks).contains { abs(log($0 / $1)) > log(1000) }
    }
  }
}

extension TwinFeatureCounts {
  /// Adds what happened on one path together with something else.
  mutating func addTogether(_ trace: ReferenceTrace, of twin: TwinCase) {
    for (venue, outcome) in trace.outcomes.enumerated() {
      let rules = twin.venues[venue].rules
      let owners = (outcome.topUps ?? 0) > 0 || (outcome.deleveraged ?? 0) > 0
      let hedged = rules.hedging.isActive
      add("owners and hedgers beside other venues", when: owners && hedged && twin.venues.count > 1)
      add("owners act beside a backstop that took over", when: owners && outcome.backstopTaken > 0)
      add("waiting under a late oracle", when: outcome.largestWaiting > 0 && rules.oracle.latencySteps > 0)
      add("profit forgone beside hedgers", when: outcome.profitForgone > 0 && hedged)
      add("segments drawn beside several venues", when: outcome.drawnFromSegments > 0 && twin.venues.count > 1)
      if case .scenarioGrid = twin.venues[venue].model {
        add("owners under portfolio margin", when: owners)
        add("waiting under portfolio margin", when: outcome.largestWaiting > 0)
      }
    }
  }
}
