import Clearing
import Foundation
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// Impact laws per asset, pools and depth that thins: engine and reference agree, and what is known in closed form holds.
@Suite("Impact of each asset")
struct TwinImpactTests {
  @Test("engine and reference agree step by step and path by path, with oracles of all kinds too")
  func againstReference() throws {
    var pools = 0
    var thinned = 0
    for number in 0..<400 {
      let plain = try #require(TwinCase(number: number))
      let twin = plain.withOwnImpacts(number % 2 == 0 ? plain : plain.withOracles())
      let simulator = try twin.simulator()
      let table = try simulator.run(workers: 1)
      var ended = 0
      for path in twin.paths.indices {
        let trace = twin.trace(path: path)
        ended += trace.isNonFinite ? 1 : 0
        guard !trace.isNonFinite else { continue }
        twin.expectAgreement(with: trace, path: path, of: simulator, table, number: number)
        for (asset, law) in twin.assetImpacts where hasMoved(asset, trace) {
          pools += law.poolDepth == nil ? 0 : 1
          thinned += law.thinning > 0 ? 1 : 0
        }
      }
      #expect(table.pathStates[0][1] == ended, "case \(number)")
    }
    #expect(pools >= 100 && thinned >= 100, "\(pools) and \(thinned) times")
  }

  private func hasMoved(_ asset: Int, _ trace: ReferenceTrace) -> Bool {
    trace.steps.contains { $0.waves.contains { $0.executions[asset].shift != 0 } }
  }

  @Test("own laws that say what the venue's says change no bit")
  func sameLaw() throws {
    for number in 0..<40 {
      let plain = try #require(TwinCase(number: number))
      var own = plain
      for asset in plain.depths.indices { own.assetImpacts[asset] = plain.impact }
      let tables = try [plain, own].map { try $0.simulator().run(workers: 1) }
      for (first, second) in zip(tables[0].series, tables[1].series) {
        let pairs = zip(first.columns.joined(), second.columns.joined())
        #expect(pairs.allSatisfy { $0.bitPattern == $1.bitPattern }, "case \(number)")
      }
    }
  }

  /// A ladder of longs whose liquidation prices are evenly spread in the log, each worth the same money when it is sold, on
  /// a market with linear, permanent impact of gain g.
  private func ladder(gain: Double, fall: Double) throws -> TwinCase {
    let rungs = 4000
    let spacing = 2e-6
    let maintenance = 0.05
    let money = 1000.0
    let volume = 1e6
    // log move per money = Y·σ_day/ADV; density of sales = money / spacing.
    let dayVolatility = 0.8 * (1.0 / 365).squareRoot()
    let coefficient = gain * spacing / money * volume / dayVolatility
    var venue = TwinSmallVenue(
      holdings: (1...rungs).map { rung in
        let price = 100 * exp(-spacing * (Double(rung) - 0.5))
        let units = money / price
        return .init(cash: units * (100 - price * (1 - maintenance)), perpetual: units, entryPrice: 100)
      })
    venue.impact = MarketImpact(coefficient: coefficient, exponent: 1, permanentShare: 1, halfLifeHours: 1)
    venue.liquidation = LiquidationPolicy(method: .full, penalty: 0, reserveShare: 0, waves: 1000)
    return try venue.twin([100, 100 * exp(-fall)])
  }

  @Test(
    "linear impact with gain g < 1 amplifies a fall by 1/(1 − g) on a homogeneous book", arguments: [0.2, 0.5, 0.8])
  func amplification(gain: Double) throws {
    let fall = 0.001
    let twin = try ladder(gain: gain, fall: fall)
    let observer = TwinObserver()
    _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
    let end = try #require(observer.closed.first?.first?.marks.first)
    let amplified = -log(end / 100) / fall
    // What is sold below its rung's price is worth less by up to the fall, and rungs are 1/500 of the fall apart.
    #expect(abs(amplified - 1 / (1 - gain)) < 2 * (fall + 1.0 / 500) / (1 - gain) / (1 - gain), "\(amplified)")
    #expect(abs(end - twin.trace(path: 0).steps[1].closingMarks[0]) < 1e-9 * end)
  }

  @Test("with gain 1 or more nothing but the end of the book stops a cascade", arguments: [1.05, 2])
  func endless(gain: Double) throws {
    let twin = try ladder(gain: gain, fall: 0.001)
    let table = try twin.simulator().run(workers: 1)
    #expect(table.series(model: 0, venue: 0)[.liquidatedAccounts] == [4000])
  }

  @Test("the gain of a linear law is slope × money ÷ move; of a pool, what buying or selling does to it")
  func gain() {
    let linear = MarketImpact(coefficient: 2, exponent: 1, permanentShare: 1, halfLifeHours: 1)
    #expect(abs(linear.gain(notional: 3e4, logMove: -0.01, scale: 0.1, volume: 1e6) - 0.1 * 0.03 / 0.01) < 1e-12)
    #expect(linear.isLinear && !MarketImpact.none.isLinear)
    let pool = MarketImpact(
      coefficient: 0, exponent: 0.5, permanentShare: 1, halfLifeHours: 1, poolDepth: 1e6)
    #expect(abs(pool.gain(notional: 1e5, logMove: -0.1, scale: 1, volume: 1e6) - 2 * log(1.1) / 0.1) < 1e-12)
    #expect(pool.gain(notional: 1e6, logMove: 0.1, scale: 1, volume: 1e6) == .infinity)
  }

  @Test("a pool is drained: the path ends there and is counted")
  func drained() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: 1000, perpetual: -100, entryPrice: 100)])
    venue.maintenanceRate = 0.05
    var twin = try venue.twin([100, 108, 109])
    twin.assetImpacts = [
      0: MarketImpact(coefficient: 0, exponent: 0.5, permanentShare: 0.5, halfLifeHours: 1, poolDepth: 10_000)
    ]
    #expect(twin.trace(path: 0).isNonFinite)
    #expect(try twin.simulator().run(workers: 1).pathStates == [[0, 1]])
  }
}

extension TwinCase {
  /// `base` with laws of their own for some assets: other powers, pools, depth that thins.
  func withOwnImpacts(_ base: TwinCase) -> TwinCase {
    var figures = TwinRandomFigures(seed: 20_270_302, case: number)
    var other = base
    for asset in depths.indices where figures.flip(0.7) {
      let isPool = figures.flip(0.5)
      other.assetImpacts[asset] = MarketImpact(
        coefficient: figures.uniform(0.2, 2), exponent: figures.pick(0.5, 0.85, 1),
        permanentShare: figures.uniform(0, 1), halfLifeHours: figures.logUniform(0.5, 48),
        poolDepth: isPool ? figures.logUniform(2e7, 1e9) : nil, thinning: figures.pick(0, 0.5, 1, 2))
    }
    return other
  }
}
