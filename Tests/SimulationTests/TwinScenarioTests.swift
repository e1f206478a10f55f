import Clearing
import Simulation
import TestSupport
import Testing
import Venues

/// The engine against the plain reference under portfolio margin.
@Suite("The engine equals the reference under portfolio margin")
struct TwinScenarioTests {
  static let cases = 0..<400

  @Test("step by step and path by path, and the cases exercise what there is")
  func equal() throws {
    let comparison = TwinComparisonTests()
    var counts: [String: Int] = [:]
    for number in Self.cases {
      let twin = try #require(TwinCase(scenarios: number))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        let observer = TwinObserver()
        _ = simulator.replay(path: path, model: 0, observer: observer)
        let difference = comparison.firstDifference(observer, trace, twin)
        #expect(difference == nil, "case \(number), path \(path)")
        for (venue, outcome) in trace.outcomes.enumerated() {
          let series = table.series(model: 0, venue: venue)
          let differing = comparison.differences(series, path, outcome, twin, venue: venue)
          #expect(differing == [], "case \(number), path \(path), venue \(venue)")
        }
        count(trace, of: twin, in: &counts)
      }
    }
    #expect(counts.count == 9)
    for (feature, count) in counts.sorted(by: { $0.key < $1.key }) {
      #expect(count >= 30, "\(feature): \(count) times")
    }
  }

  private func count(_ trace: ReferenceTrace, of twin: TwinCase, in counts: inout [String: Int]) {
    for step in trace.steps {
      for wave in step.waves {
        for action in wave.actions {
          guard case .scenarioGrid(let grid) = twin.venues[action.venue].model else { continue }
          let book = twin.venues[action.venue].venue.book
          let account = book.accounts[action.closing.account]
          guard account.owner == nil, account.mode == .portfolio || grid.takesAll else {
            counts["account outside the grid closed", default: 0] += 1
            continue
          }
          let columns = book.positions(of: action.closing.account).map { book.columns[Int(book.column[$0])] }
          let futures = columns.filter { $0.side == .perpetual && $0.leg != .coins }
          let underlyings = Set(futures.map(\.asset))
          let share = action.closing.perpetualShare
          counts["portfolio closed in part", default: 0] += share > 0 && share < 1 ? 1 : 0
          counts["portfolio closed in full", default: 0] += share == 1 ? 1 : 0
          counts["futures that offset each other", default: 0] += futures.count > underlyings.count ? 1 : 0
          counts["several underlyings", default: 0] += underlyings.count > 1 ? 1 : 0
          counts["underlyings shocked together", default: 0] +=
            grid.groups.contains { underlyings.isSuperset(of: $0) } ? 1 : 0
          counts["extremes", default: 0] += grid.underlyings[0].extremes.isEmpty ? 0 : 1
          counts["contingencies", default: 0] += grid.underlyings[0].futuresContingency > 0 ? 1 : 0
          counts["second wave", default: 0] += step.waves.count > 1 ? 1 : 0
        }
      }
    }
  }
}
