import Clearing
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// Oracles that are late, average, wait for a deviation or stand still: engine and reference agree, and the limits hold.
@Suite("Oracles")
struct TwinOracleTests {
  @Test("engine and reference agree step by step and path by path")
  func againstReference() throws {
    var features = TwinFeatureCounts()
    for number in 0..<400 {
      let twin = try #require(TwinCase(number: number)).withOracles()
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
        for (venue, outcome) in trace.outcomes.enumerated() {
          features.add(twin.venues[venue].rules.oracle, outcome, isFrozen: twin.frozenOracles != nil)
        }
      }
    }
    for (feature, count) in features.counts.sorted(by: { $0.key < $1.key }) {
      #expect(count >= 30, "\(feature): \(count) times")
    }
  }

  @Test("an average over one step and a deviation of nothing are the spot price, bit for bit")
  func limits() throws {
    for number in 0..<60 {
      let spot = try #require(TwinCase(number: number))
      let rules: [OraclePolicy.Rule] = [
        .average(windowHours: spot.grid.stepHours), .deviation(threshold: 0, heartbeatHours: .infinity),
      ]
      let expected = try spot.simulator().run(workers: 1)
      for rule in rules {
        let found = try spot.with(OraclePolicy(rule: rule)).simulator().run(workers: 1)
        #expect(isSame(found, expected), "case \(number)")
      }
    }
  }

  @Test("where prices stand still every oracle shows them, and nothing changes")
  func constantPrices() throws {
    for number in 0..<60 {
      var still = try #require(TwinCase(number: number))
      still = still.withConstantPrices()
      let expected = try still.simulator().run(workers: 1)
      let late = OraclePolicy(rule: .average(windowHours: 3 * still.grid.stepHours), latencySteps: 2)
      let found = try still.with(late).simulator().run(workers: 1)
      // Impact moves marks, so only what is not touched by it is the same: with none, everything.
      guard still.impact == .none else { continue }
      #expect(isSame(found, expected), "case \(number)")
    }
  }

  @Test("latency of L steps on given prices liquidates at the same prices L steps later", arguments: [1, 3, 7])
  func latency(steps: Int) throws {
    let venue = TwinSmallVenue(
      holdings: (1...40).map { .init(cash: 5 + 0.4 * Double($0), perpetual: 1, entryPrice: 100) })
    let fall = (0...30).map { 100 - 0.7 * Double($0) }
    let prices = fall + [Double](repeating: fall[30], count: 10)
    let prompt = try venue.twin(prices)
    let late = prompt.with(OraclePolicy(rule: .spot, latencySteps: steps))
    let actions = [prompt, late].map { $0.trace(path: 0).steps.map { $0.waves.flatMap(\.actions).map(\.closing) } }
    #expect(actions[0].contains { !$0.isEmpty })
    for step in prices.indices {
      #expect(actions[1][step] == (step < steps ? [] : actions[0][step - steps]), "step \(step)")
    }
    let observers = try [prompt, late].map { twin in
      let observer = TwinObserver()
      _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
      return observer
    }
    // What is closed is the same, at marks that are not.
    let closed = observers.map { observer in
      observer.waves.map { wave in
        let shares = wave.closings.map { [$0.derivativeFraction, $0.heldFraction, $0.debtFraction] }
        return (wave.step, wave.closings.map(\.account), shares)
      }
    }
    #expect(zip(closed[0], closed[1]).allSatisfy { $0.0 + steps == $1.0 && $0.1 == $1.1 && $0.2 == $1.2 })
    #expect(closed[0].count == closed[1].count)
  }

  @Test("a stale oracle keeps accounts from liquidation until it agrees again; each step counts once")
  func guardOfStaleness() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: 10, perpetual: 1, entryPrice: 100)])
    venue.oracle = OraclePolicy(rule: .spot, latencySteps: 1, maximumDeviation: 0.05)
    let twin = try venue.twin([100, 94, 80, 79.5, 79])
    let trace = twin.trace(path: 0)
    // Shown: 100, 94, 80, 79.5. At step 2 the oracle says 94 and the mark is 80.
    #expect(trace.steps.map { $0.waves.count } == [0, 0, 0, 1, 0])
    #expect(trace.outcomes[0].oracleBlocked == 1)
    #expect(trace.outcomes[0].shortfalls == 10.5)
    let table = try twin.simulator().run(workers: 1)
    #expect(table.series(model: 0, venue: 0)[.oracleBlocked] == [1])
    #expect(table.series(model: 0, venue: 0)[.shortfall] == [10.5])
  }

  @Test("a frozen oracle lets a fall go by, and liquidates when it wakes")
  func frozen() throws {
    let venue = TwinSmallVenue(holdings: [.init(cash: 10, perpetual: 1, entryPrice: 100)])
    var twin = try venue.twin([100, 99, 92, 98, 92, 91])
    #expect(twin.trace(path: 0).steps.map { $0.waves.count } == [0, 0, 1, 0, 0, 0])
    twin.frozenOracles = [[false, false, true, true, true, false]]
    let trace = twin.trace(path: 0)
    #expect(trace.steps.map { $0.waves.count } == [0, 0, 0, 0, 0, 1])
    #expect(trace.outcomes[0].oracleErrorLargest == 99.0 / 92.0 - 1)
    let observer = TwinObserver()
    _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
    #expect(TwinComparisonTests().firstDifference(observer, trace, twin) == nil)
  }

  private func isSame(_ found: OutcomeTable, _ expected: OutcomeTable) -> Bool {
    let blanks: Set<PathQuantity> = [.oracleBlocked, .oracleErrorMean, .oracleErrorLargest]
    return zip(found.series, expected.series).allSatisfy { first, second in
      PathQuantity.allCases.filter { !blanks.contains($0) }.allSatisfy { quantity in
        zip(first[quantity], second[quantity]).allSatisfy { $0.bitPattern == $1.bitPattern }
      }
    }
  }
}

extension TwinCase {
  /// The same case with one oracle at every venue.
  func with(_ oracle: OraclePolicy) -> TwinCase {
    var other = self
    for index in other.venues.indices { other.venues[index].rules.oracle = oracle }
    return other
  }

  /// The same case with an oracle of random kind at each venue; sometimes oracles stand still for a while.
  func withOracles() -> TwinCase {
    var figures = TwinRandomFigures(seed: 20_270_301, case: number)
    var other = self
    let step = grid.stepHours
    for index in venues.indices {
      let rule: OraclePolicy.Rule = figures.pick(
        .spot, .spot, .average(windowHours: step * figures.pick(1, 2, 5)),
        .deviation(threshold: figures.pick(0, 0.01, 0.05), heartbeatHours: figures.pick(.infinity, 4 * step)))
      other.venues[index].rules.oracle = OraclePolicy(
        rule: rule, latencySteps: figures.pick(0, 0, 1, 3),
        maximumDeviation: figures.flip(0.4) ? figures.logUniform(0.005, 0.1) : nil)
    }
    guard figures.flip(0.3) else { return other }
    other.frozenOracles = depths.map { _ in
      let from = figures.count(1...grid.steps)
      let length = figures.count(1...6)
      return (0..<grid.points).map { $0 >= from && $0 < from + length }
    }
    return other
  }

  /// The same case with all prices those of t = 0.
  func withConstantPrices() -> TwinCase {
    TwinCase(
      number: number, grid: grid, paths: paths.map { $0.map { prices in prices.map { _ in prices[0] } } },
      initialVolatilities: initialVolatilities, longRunVolatilities: longRunVolatilities, depths: depths,
      impact: impact,
      venues: venues, atStart: atStart)
  }
}

extension TwinFeatureCounts {
  /// Counts what an oracle did on one path.
  mutating func add(_ oracle: OraclePolicy, _ outcome: ReferenceOutcome, isFrozen: Bool) {
    let happened = outcome.liquidationEvents > 0 && outcome.oracleErrorLargest ?? 0 > 0
    add("late", when: happened && oracle.latencySteps > 0)
    add("frozen", when: happened && isFrozen)
    add("blocked", when: outcome.oracleBlocked ?? 0 > 0)
    switch oracle.rule {
    case .spot: add("spot", when: happened)
    case .average: add("average", when: happened)
    case .deviation: add("deviation", when: happened)
    }
  }
}
