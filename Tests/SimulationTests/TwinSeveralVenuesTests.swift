import Clearing
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// Several venues on one market: the engine against the reference, and what must not depend on each other.
@Suite("Several venues on one market")
struct TwinSeveralVenuesTests {
  static let cases = 0..<340

  @Test("the engine equals the reference, step by step and path by path, with one to three venues")
  func equal() throws {
    var counts: [String: Int] = [:]
    for number in Self.cases {
      let twin = try #require(TwinCase(several: number))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
        for (venue, outcome) in trace.outcomes.enumerated() {
          #expect(outcome.conservationResidual <= 1e-9)
          count(outcome, table.series(model: 0, venue: venue), path, of: twin, venue: venue, in: &counts)
        }
        let active = trace.outcomes.count { $0.liquidationEvents > 0 }
        counts["\(active) of \(twin.venues.count)", default: 0] += 1
        for (venue, outcome) in trace.outcomes.enumerated() where twin.venues[venue].rules.onExhaustion == .fail {
          guard outcome.exhaustionHours < twin.grid.horizonHours else { continue }
          counts["failed before the end", default: 0] += 1
          counts["claims lost value", default: 0] += twin.claims.contains { $0.venue == venue } ? 1 : 0
        }
      }
    }
    for both in ["1 of 1", "1 of 2", "2 of 2", "2 of 3", "3 of 3", "failed before the end", "claims lost value"]
      + ["price", "own impact", "other venue", "requirement", "preventable by another"]
    {
      #expect(counts[both, default: 0] >= 30, "\(both): \(counts[both, default: 0]) paths")
    }
  }

  /// Compares the contagion columns and counts what explains liquidations.
  private func count(
    _ outcome: ReferenceOutcome, _ series: OutcomeSeries, _ path: Int, of twin: TwinCase, venue: Int,
    in counts: inout [String: Int]
  ) {
    let causes = outcome.causes
    let explained = causes.price + causes.ownImpact + causes.otherVenue + causes.requirement + causes.atStart
    #expect(explained == outcome.liquidatedOwners.count)
    guard twin.venues.count > 1 else {
      #expect(series.contagion.isEmpty && causes.otherVenue == 0)
      return
    }
    let expected = causes.preventable
    #expect(series.contagion.map { $0[path] } == expected.map(Double.init), "case \(twin.number), path \(path)")
    counts["price", default: 0] += causes.price
    counts["own impact", default: 0] += causes.ownImpact
    counts["other venue", default: 0] += causes.otherVenue
    counts["requirement", default: 0] += causes.requirement
    counts["preventable by another", default: 0] +=
      expected.enumerated().reduce(0) { $0 + ($1.offset == venue ? 0 : $1.element) }
  }

  @Test("without impact and spread a venue alone equals the same venue beside others, bit for bit")
  func alone() throws {
    var compared = 0
    for number in 0..<60 {
      let twin = try #require(TwinCase(several: number)).withoutFriction()
      guard twin.venues.count > 1 else { continue }
      let together = try twin.simulator().run(workers: 1)
      for venue in twin.venues.indices {
        let alone = try twin.with(venues: [venue]).simulator().run(workers: 1).series(model: 0, venue: 0)
        let beside = together.series(model: 0, venue: venue)
        for quantity in PathQuantity.allCases {
          #expect(
            alone[quantity].map(\.bitPattern) == beside[quantity].map(\.bitPattern), "case \(number), \(quantity)")
        }
        #expect(alone.bookLoss == beside.bookLoss && alone.liquidationsByAccount == beside.liquidationsByAccount)
        compared += 1
      }
    }
    #expect(compared >= 60, "\(compared) venues were compared")
  }

  @Test("the order of the venues does not matter")
  func order() throws {
    for number in 0..<100 {
      let twin = try #require(TwinCase(several: number))
      guard twin.venues.count > 1 else { continue }
      let turned = twin.with(venues: twin.venues.indices.reversed())
      let tables = [try twin.simulator().run(workers: 1), try turned.simulator().run(workers: 1)]
      let last = twin.venues.count - 1
      for venue in twin.venues.indices {
        let gross = twin.grossEquity(venue: venue)
        let pair = [tables[0].series(model: 0, venue: venue), tables[1].series(model: 0, venue: last - venue)]
        for path in twin.paths.indices {
          #expect(abs(pair[0][.loss][path] - pair[1][.loss][path]) <= 1e-9 * gross, "case \(number)")
          #expect(pair[0][.liquidationEvents][path] == pair[1][.liquidationEvents][path], "case \(number)")
          #expect(
            abs(pair[0][.markDrawdown][path] - pair[1][.markDrawdown][path]) <= 1e-9, "case \(number), path \(path)")
        }
      }
    }
  }
}
