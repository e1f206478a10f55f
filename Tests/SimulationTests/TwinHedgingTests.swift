import Clearing
import Foundation
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// Dealers and the reserve's agent: engine and reference agree, nobody's money is lost, and gamma feeds back as it must.
@Suite("Hedgers")
struct TwinHedgingTests {
  @Test("engine and reference agree, with oracles and impact laws of all kinds too")
  func againstReference() throws {
    var dealt = 0
    var hedgedReserve = 0
    for number in 0..<400 {
      let plain = try #require(TwinCase(number: number))
      let twin = plain.withHedgers(number % 3 == 0 ? plain : plain.withOwnImpacts(plain.withOracles()))
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      guard table.pathStates[0][0] == twin.paths.count else { continue }
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
        for (venue, outcome) in trace.outcomes.enumerated() {
          #expect(abs(outcome.conservationResidual) < 1e-9, "case \(number), path \(path), venue \(venue)")
          let hedging = twin.venues[venue].rules.hedging
          dealt += !hedging.dealerGamma.isEmpty && outcome.hedgeFlow ?? 0 > 0 ? 1 : 0
          hedgedReserve += hedging.dealerGamma.isEmpty && outcome.hedgeFlow ?? 0 > 0 ? 1 : 0
        }
      }
    }
    #expect(dealt >= 100 && hedgedReserve >= 30, "\(dealt) and \(hedgedReserve) times")
  }

  @Test("dealers without gamma are no dealers, bit for bit")
  func noGamma() throws {
    for number in 0..<40 {
      let plain = try #require(TwinCase(number: number))
      var other = plain
      for venue in plain.venues.indices {
        other.venues[venue].rules.hedging = Hedging(dealerGamma: [0: 0])
      }
      let tables = try [plain, other].map { try $0.simulator().run(workers: 1) }
      for (first, second) in zip(tables[0].series, tables[1].series) {
        let pairs = zip(first.columns.joined(), second.columns.joined())
        #expect(pairs.allSatisfy { $0.bitPattern == $1.bitPattern }, "case \(number)")
      }
    }
  }

  @Test(
    "short gamma under linear impact: after n steps a move is x·(1 + g + … + gⁿ), in the end x/(1 − g)",
    arguments: [0.3, 0.8, -0.5])
  func gammaFeedback(gain: Double) throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: 1)])
    venue.impact = MarketImpact(coefficient: 1, exponent: 1, permanentShare: 1, halfLifeHours: 1)
    let fall = 0.1
    let steps = 160
    var twin = try venue.twin([100] + [Double](repeating: 100 * exp(-fall), count: steps))
    let perMoney = 0.8 * (1.0 / 365).squareRoot() / 1e6
    twin.venues[0].rules.hedging = Hedging(dealerGamma: [0: -gain / perMoney])
    let observer = TwinObserver()
    _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
    for step in [1, 2, 5, steps] {
      let mark = try #require(observer.closed[step - 1].first?.marks.first)
      let expected = (0...step).reduce(0) { $0 + pow(gain, Double($1)) }
      #expect(abs(-log(mark / 100) / fall - expected) < 1e-9, "step \(step)")
    }
    let last = try #require(observer.closed.last?.first?.marks.first)
    #expect(abs(-log(last / 100) / fall - 1 / (1 - gain)) < 1e-9)
  }

  @Test("the agent holds minus what accounts with negative equity hold, and so gains what the reserve goes on losing")
  func agent() throws {
    // Nobody is liquidated while the oracle is stale; the long is worth −10 at step 1 and −20 at step 2.
    var venue = TwinSmallVenue(holdings: [.init(cash: 10, perpetual: 1, entryPrice: 100)])
    venue.oracle = OraclePolicy(rule: .spot, maximumDeviation: 0.05)
    var twin = try venue.twin([100, 80, 70, 60])
    twin.frozenOracles = [[false, false, false, true]]
    twin.venues[0].rules.hedging = Hedging(reserveRatio: 1)
    twin.venues[0].rules.liquidation.waves = 1
    // The account is closed in step 1 at once, so there is nothing to hedge.
    #expect(twin.trace(path: 0).outcomes[0].hedgeFlow == 0)
    twin.frozenOracles = nil
    twin.venues[0].rules.oracle = OraclePolicy(
      rule: .average(windowHours: 2), maximumDeviation: 0.05)
    // Shown: 90, 75, 65, always more than 5 % off. Equity at what is shown: 0, −15, −25.
    let trace = twin.trace(path: 0)
    #expect(trace.outcomes[0].oracleBlocked == 3)
    #expect(trace.outcomes[0].hedgeFlow == 70)
    #expect(trace.outcomes[0].hedgeGain == 10)
    let series = try twin.simulator().run(workers: 1).series(model: 0, venue: 0)
    #expect(series[.hedgeFlow] == [70] && series[.hedgeGain] == [10])
  }
}

extension TwinCase {
  /// `base` with dealers, or an agent for the reserve, at each venue.
  func withHedgers(_ base: TwinCase) -> TwinCase {
    var figures = TwinRandomFigures(seed: 20_270_303, case: number)
    var other = base
    for index in venues.indices {
      let isAgent = figures.flip(0.4)
      let gammas = depths.indices.map { asset in
        (asset, figures.pick(-1, -1, 1) * figures.logUniform(1e4, 1e7))
      }
      other.venues[index].rules.hedging =
        isAgent
        ? Hedging(reserveRatio: figures.uniform(0.3, 1))
        : Hedging(dealerGamma: Dictionary(uniqueKeysWithValues: gammas), reserveRatio: figures.pick(0, 0, 0.5))
    }
    return other
  }
}
