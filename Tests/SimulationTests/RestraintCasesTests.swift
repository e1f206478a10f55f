import Clearing
import Foundation
import Simulation
import TestSupport
import Testing

/// Breakers, liquidators and backstop on cases with a known answer, on the reference and on the engine.
@Suite("What delays a liquidation, on cases with a known answer")
struct RestraintCasesTests {
  /// Long 10 at 100 with 60 of equity under a maintenance rate of 5 %: liquidatable below 100 − 10/9.5.
  private static let long = TwinSmallVenue.Holding(cash: 60, perpetual: 10, entryPrice: 100)

  /// The reference's trace of one path, after the engine was found to agree in every figure.
  private func run(_ venue: TwinSmallVenue, _ prices: [Double]) throws -> ReferenceTrace {
    let twin = try venue.twin(prices)
    let compare = TwinComparisonTests()
    let trace = twin.trace(path: 0)
    let observer = TwinObserver()
    _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
    #expect(compare.firstDifference(observer, trace, twin) == nil)
    let series = try twin.simulator().run(workers: 1).series(model: 0, venue: 0)
    #expect(compare.differences(series, 0, trace.outcomes[0], twin, venue: 0) == [])
    #expect(trace.outcomes[0].conservationResidual < 1e-12)
    return trace
  }

  private func quantity(_ trace: ReferenceTrace, step: Int, account: Int = 0) -> Double {
    trace.steps[step].venues[0].accounts[account].quantities.last ?? .nan
  }

  @Test("a cap of 480 an hour closes 5 contracts of 10 at 96, then the rest at 90")
  func cap() throws {
    var venue = TwinSmallVenue(holdings: [Self.long])
    // The small venue's market trades a million a day.
    venue.breaker = CircuitBreaker(volumePerHour: 480 / 1e6)
    let trace = try run(venue, [100, 96, 90, 90])
    #expect(abs(quantity(trace, step: 1) - 5) < 1e-12 && quantity(trace, step: 2) == 0)
    // 60 − 5·4 − 5·10 = −10, where immediate closing would have left 20.
    #expect(abs(trace.outcomes[0].shortfalls - 10) < 1e-9)
    // 480 waited for one hour.
    #expect(abs(trace.outcomes[0].waitingHours - 480) < 1e-9 && abs(trace.outcomes[0].largestWaiting - 480) < 1e-9)
  }

  @Test("a capacity does the same to all accounts, in proportion")
  func capacity() throws {
    var venue = TwinSmallVenue(holdings: [Self.long, .init(cash: 180, perpetual: 30, entryPrice: 100)])
    venue.liquidators = LiquidatorTerms(capacityPerHour: 0.25 * 40 * 95)
    let trace = try run(venue, [100, 95, 95])
    #expect(abs(quantity(trace, step: 1) - 7.5) < 1e-9 && abs(quantity(trace, step: 1, account: 1) - 22.5) < 1e-9)
  }

  @Test("a pause of two hours after a fall of 3 %, then the move is measured from its end")
  func pause() throws {
    var venue = TwinSmallVenue(holdings: [Self.long])
    venue.breaker = CircuitBreaker(pause: CircuitBreaker.Pause(move: 0.03, windowHours: 4, hours: 2))
    let trace = try run(venue, [100, 96, 96, 95.5, 95.5])
    #expect(quantity(trace, step: 1) == 10 && quantity(trace, step: 2) == 10 && quantity(trace, step: 3) == 0)
  }

  @Test("what does not pay waits, until it does")
  func profit() throws {
    var venue = TwinSmallVenue(holdings: [Self.long])
    venue.liquidation = LiquidationPolicy(method: .full, penalty: 0.01, reserveShare: 0.5, waves: 8)
    // Income is 0.005·10·M: 4.8 at 96.
    venue.liquidators = LiquidatorTerms(fixedCost: 4.81)
    #expect(quantity(try run(venue, [100, 96, 96]), step: 2) == 10)
    venue.liquidators = LiquidatorTerms(fixedCost: 4.79)
    let trace = try run(venue, [100, 96, 96])
    #expect(quantity(trace, step: 1) == 0)
    #expect(abs(trace.outcomes[0].liquidatorIncome - 0.01) < 1e-9)
  }

  @Test("a loan is not liquidated while the sale would cost more than the bonus")
  func loan() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: -790, spot: 10)])
    venue.isLending = true
    venue.halfSpread = 0.06
    venue.liquidation = LiquidationPolicy(
      method: .closeFactor(closeFactor: 0.5, fullBelowHealthFactor: 0, bonus: 0.05), penalty: 0, reserveShare: 0,
      waves: 1)
    #expect(try run(venue, [100, 95]).outcomes[0].liquidationEvents == 1)
    venue.liquidators = LiquidatorTerms()
    #expect(try run(venue, [100, 95]).outcomes[0].liquidationEvents == 0)
    venue.halfSpread = 0.04
    #expect(try run(venue, [100, 95]).outcomes[0].liquidationEvents == 1)
  }

  @Test("a backstop takes at a discount, is marked, fails, sells, and leaves the rest of its loss to the reserve")
  func backstop() throws {
    var venue = TwinSmallVenue(holdings: [Self.long])
    venue.liquidators = LiquidatorTerms(capacityPerHour: 0)
    venue.backstop = Backstop(capital: 100, discount: 0.01, maximumShare: 1, maximumLeverage: 20)
    venue.reserve = 30
    let trace = try run(venue, [100, 96, 88, 84, 84])
    // Taken at 95.04: the account keeps 60 − 49.6 = 10.4, the backstop has gained 9.6.
    #expect(quantity(trace, step: 1) == 0)
    #expect(abs(trace.steps[1].venues[0].accounts[0].equity - 10.4) < 1e-9)
    // At 88 it is worth 29.6, at 84 −10.4: it fails, sells at 84 in the next step, and the reserve pays 10.4.
    let outcome = trace.outcomes[0]
    #expect(outcome.backstopFailed && abs(outcome.backstopProfit + 100) < 1e-9)
    #expect(abs(outcome.shortfalls - 10.4) < 1e-9 && abs(outcome.backstopTaken - 960) < 1e-9)
    #expect(abs(trace.steps[4].venues[0].reserve - 19.6) < 1e-9 && outcome.largestShortfall == 0)
  }

  @Test("a backstop's leverage limits what it takes")
  func leverage() throws {
    var venue = TwinSmallVenue(holdings: [Self.long])
    venue.liquidators = LiquidatorTerms(capacityPerHour: 0)
    venue.backstop = Backstop(capital: 96, discount: 0, maximumShare: 1, maximumLeverage: 2)
    #expect(abs(quantity(try run(venue, [100, 96]), step: 1) - 8) < 1e-9)
  }

  @Test("the share of steps without bids is that of the chain in the long run")
  func outages() {
    let terms = LiquidatorTerms.Outages(perDay: 1.5, meanHours: 4)
    #expect(abs(terms.longRunShare - 0.2) < 1e-12)
    // Stationary: what the chain keeps and what it lets in add up to the same share.
    let next = 0.2 * terms.probability(wasOut: true, hours: 3) + 0.8 * terms.probability(wasOut: false, hours: 3)
    #expect(abs(next - 0.2) < 1e-12)
    // Two steps of an hour are one of two hours.
    let one = terms.probability(wasOut: false, hours: 1)
    let two = one * terms.probability(wasOut: true, hours: 1) + (1 - one) * one
    #expect(abs(two - terms.probability(wasOut: false, hours: 2)) < 1e-12)
  }

  @Test("no limit is the same as none, to the bit")
  func withoutLimits() throws {
    for number in 0..<150 {
      var twin = try #require(TwinCase(number: number))
      for index in twin.venues.indices {
        twin.venues[index].rules.circuitBreaker = nil
        twin.venues[index].rules.liquidators = nil
        twin.venues[index].rules.backstop = nil
      }
      var limited = twin
      for index in twin.venues.indices {
        limited.venues[index].rules.circuitBreaker = CircuitBreaker(
          volumePerHour: 1e30, pause: CircuitBreaker.Pause(move: 1e9, windowHours: 24, hours: 24))
        // The profit test of a loan looks at slippage whatever the costs.
        if case .closeFactor = twin.venues[index].rules.liquidation.method { continue }
        limited.venues[index].rules.liquidators = LiquidatorTerms(
          capacityPerHour: 1e300, outages: LiquidatorTerms.Outages(perDay: 0, meanHours: 1))
      }
      let tables = try [twin, limited].map { try $0.simulator().run(workers: 1) }
      for venue in twin.venues.indices {
        let pair = tables.map { $0.series(model: 0, venue: venue) }
        for quantity in PathQuantity.allCases {
          let (own, other) = (pair[0][quantity], pair[1][quantity])
          #expect(
            zip(own, other).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) },
            "\(quantity) of case \(number)")
        }
        #expect(pair[0].bookLoss == pair[1].bookLoss)
      }
    }
  }

  /// Linear impact on a book whose liquidation prices lie evenly in the logarithm, ρ = g·ADV/(Y·σ_day) of notional per
  /// unit: a fall of x ends at x/(1 − g). Fills at the start of a wave and money that shrinks with the price are of order x.
  @Test("feedback of gain g under linear impact amplifies a fall by 1/(1 − g)", arguments: [0.25, 0.5, 0.75])
  func feedback(gain: Double) throws {
    let (fall, spacing, rate) = (0.002, 1e-5, 0.05)
    let perMoney = 0.8 * (1.0 / 365).squareRoot() / 1e6
    let notional = gain * spacing / perMoney
    var venue = TwinSmallVenue(
      holdings: (1...1200).map { index in
        let price = 100 * exp(-spacing * (Double(index) - 0.5))
        let contracts = notional / price
        return .init(
          cash: contracts * (100 - price) + rate * contracts * price, perpetual: contracts, entryPrice: 100)
      })
    venue.maintenanceRate = rate
    venue.liquidation.waves = 1000
    venue.impact = MarketImpact(coefficient: 1, exponent: 1, permanentShare: 1, halfLifeHours: 1)
    let table = try venue.twin([100, 100 * exp(-fall)]).simulator().run(workers: 1)
    let whole = -log(1 - table.series(model: 0, venue: 0)[.markDrawdown][0])
    #expect(abs(whole * (1 - gain) / fall - 1) < 0.02, "\(whole) and not \(fall / (1 - gain))")
  }
}
