import Clearing
import Simulation
import TestSupport
import Testing
import Venues

/// The engine against the plain reference under portfolio margin.
@Suite("The engine equals the reference under portfolio margin")
struct TwinScenarioTests {
  static let cases = 0..<560

  @Test("step by step and path by path, and the cases exercise what there is")
  func equal() throws {
    var counts: [String: Int] = [:]
    for number in Self.cases {
      let twin = try #require(try TwinCase(scenarios: number))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
        count(trace, of: twin, in: &counts)
      }
    }
    #expect(counts.count == 12)
    for (feature, count) in counts.sorted(by: { $0.key < $1.key }) {
      // A first liquidation by options alone that came closer to the money or to expiry is rare.
      #expect(count >= (feature == "requirement-driven" ? 15 : 30), "\(feature): \(count) times")
    }
  }

  @Test("one future on each underlying is margined as by a flat table, path by path")
  func loneFutures() throws {
    var liquidations = 0
    for number in 0..<150 {
      var flat = try #require(TwinCase(number: number))
      var figures = TwinRandomFigures(seed: 7_000_005, case: number)
      let (rate, fraction) = (figures.uniform(0.03, 0.25), figures.uniform(0.4, 1))
      let table = try #require(
        BracketTable([BracketTable.Bracket(from: 0, initial: rate, maintenance: rate * fraction)]))
      var scenarios = flat
      for index in flat.venues.indices where flat.venues[index].isExchange {
        let tables = flat.venues[index].rules.brackets.map { _ in table }
        flat.venues[index].model = .tiered(tables)
        scenarios.venues[index].model = .scenarioGrid(
          ReferenceScenarios(
            priceSteps: 3,
            underlyings: flat.initialVolatilities.map { _ in
              ReferenceScenarios.Underlying(
                priceRange: rate, volatilityUp: 0.5, volatilityDown: 0.25, extremes: [], futuresContingency: 0,
                shortOptionMinimum: 0)
            }, groups: [], shortPower: 0.3, longPower: 0.13, leastDays: 1, maintenanceFraction: fraction,
            takesAll: true, tables: tables))
      }
      let (first, second) = (try flat.simulator().run(workers: 1), try scenarios.simulator().run(workers: 1))
      for venue in flat.venues.indices {
        let (one, other) = (first.series(model: 0, venue: venue), second.series(model: 0, venue: venue))
        let gross = flat.grossEquity(venue: venue)
        // Coverage judges portfolios and not markets; all other figures are the same.
        let numbers: Set<PathQuantity> = [
          .peakToTrough, .largestIncrease, .volatilityRealised, .markDrawdown, .exogenousDrawdown, .liquidationEvents,
          .liquidatedAccounts, .requirementDriven, .waves, .exhaustionHours,
        ]
        for quantity in PathQuantity.allCases where quantity != .coverage {
          for (a, b) in zip(one[quantity], other[quantity]) {
            let isSame =
              a == b || (a.isNaN && b.isNaN)
              || abs(a - b) <= 1e-9 * (numbers.contains(quantity) ? max(1, abs(a)) : gross)
            #expect(isSame, "case \(number), \(quantity): \(a) and \(b)")
          }
        }
        liquidations += Int(one[.liquidationEvents].reduce(0, +))
      }
    }
    #expect(liquidations > 300)
  }

  private func count(_ trace: ReferenceTrace, of twin: TwinCase, in counts: inout [String: Int]) {
    for outcome in trace.outcomes {
      counts["requirement-driven", default: 0] += outcome.requirementDriven > 0 ? 1 : 0
    }
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
          counts["account with options", default: 0] += columns.contains { $0.leg == .option } ? 1 : 0
          let isHedged = columns.contains { $0.leg == .option } && columns.contains { $0.leg == .whole }
          counts["options beside futures", default: 0] += isHedged ? 1 : 0
          counts["second wave", default: 0] += step.waves.count > 1 ? 1 : 0
        }
      }
    }
  }
}
