import Clearing
import Foundation
import Markets
import Testing
import Venues

@Suite("Overlays on dynamic rates, by hand")
struct RateOverlayTests {
  /// Rates that a venue charges when each step's return alone makes its volatility: the rate is ten times the move.
  private func rates(
    _ overlays: RateOverlays, moves: [Double], start: Double = 0.01, floor: Double = 0, cap: Double = 1,
    updateSteps: Int = 1
  ) throws -> [Double] {
    let grid = try #require(TimeGrid(steps: moves.count, stepHours: 8760))
    let forgetful = ExponentialVolatility(lambda: 1e-12, per: .step, grid: grid)
    let model = VolatilityScaledMargin(
      rates: DynamicRates(
        law: NormalLaw(ratePerVolatility: 10),
        terms: DynamicTerms(
          recursions: [start, start].map { VolatilityRecursion(forgetful, initialVolatility: $0) }, floor: floor,
          cap: cap, updateSteps: updateSteps, maintenanceFraction: 0.5, overlays: overlays,
          longRunVolatilities: [0.02, 0.04]), instruments: SampleVenue.exchange))
    let book = Book(
      accounts: [Account(id: "a")], groups: ["all"], instruments: SampleVenue.exchange,
      positions: [
        Position(account: 0, instrument: 1, quantity: 3), Position(account: 0, instrument: 2, quantity: -20),
      ])
    let factors = model.makeFactors(for: book)
    var prices = [100.0, 45]
    factors.reset(oraclePrices: prices)
    var charged = [factors.initial[0]]
    for (index, move) in moves.enumerated() {
      prices[0] *= exp(move)
      _ = factors.advance(step: index + 1, oraclePrices: prices)
      charged.append(factors.initial[0])
      #expect(factors.maintenance[0] == 0.5 * factors.initial[0])
    }
    return charged
  }

  private func isClose(_ found: [Double], _ expected: [Double]) -> Bool {
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) < 1e-6 }
  }

  @Test("without overlays the rate is the law's")
  func none() throws {
    #expect(isClose(try rates(.none, moves: [0.02, -0.005]), [0.1, 0.2, 0.05]))
  }

  @Test("a buffer of 25 % is charged in calm times, used up before the charge rises, and built up again")
  func buffer() throws {
    let charged = try rates(RateOverlays(buffer: 0.25), moves: [0.012, 0.0125, 0.02, 0.019, 0.01, 0.02])
    // previous(0) = 0.125; max(IM, min(1.25·IM, previous)).
    #expect(isClose(charged, [0.125, 0.125, 0.125, 0.2, 0.2, 0.125, 0.2]))
  }

  @Test("a speed limit holds both directions, per update")
  func speedLimit() throws {
    let charged = try rates(RateOverlays(largestChange: 0.5), moves: [0.04, 0.04, 0.04, 0.001])
    #expect(isClose(charged, [0.1, 0.15, 0.225, 0.3375, 0.225]))
  }

  @Test("a rate of nothing may rise all the same")
  func fromZero() throws {
    let charged = try rates(RateOverlays(largestChange: 0.5), moves: [0, 0.02], start: 0)
    #expect(isClose(charged, [0, 0, 0.2]))
  }

  @Test("a stressed rate has a quarter of the weight, before floor and cap")
  func stress() throws {
    let overlays = RateOverlays(stressWeight: 0.25, stressMultiple: 3)
    // The stressed rate is 10·3·0.02 = 0.6.
    #expect(isClose(try rates(overlays, moves: [0.02, 0]), [0.225, 0.3, 0.15]))
    #expect(isClose(try rates(overlays, moves: [0.02, 0], floor: 0.16, cap: 0.25), [0.225, 0.25, 0.16]))
  }

  @Test("volatility does not fall below its long-run level")
  func floor() throws {
    #expect(isClose(try rates(RateOverlays(longRunFloor: 1), moves: [0.001, 0.03]), [0.2, 0.2, 0.3]))
    #expect(isClose(try rates(RateOverlays(longRunFloor: 0.4), moves: [0.001, 0.03]), [0.1, 0.08, 0.3]))
  }

  @Test("a market-wide index moves an asset that stands still: open interest 300 and 900, the second asset calm")
  func index() throws {
    // σ̂/σ̄: the first 0.5, then move/0.02; the second 0.25, then 0. Index 0.25·a + 0.75·b; rate 10·0.02·index.
    let charged = try rates(RateOverlays(isMarketWide: true), moves: [0.02, 0])
    #expect(isClose(charged, [0.2 * (0.25 * 0.5 + 0.75 * 0.25), 0.2 * 0.25, 0]))
  }

  @Test("together: the buffer acts on the bounded rate, the speed limit on what the buffer leaves, on schedule")
  func together() throws {
    let overlays = RateOverlays(buffer: 0.25, largestChange: 0.2)
    let charged = try rates(overlays, moves: [0.02, 0.05, 0.05, 0.002], cap: 0.16, updateSteps: 2)
    #expect(isClose(charged, [0.125, 0.125, 0.15, 0.15, 0.125]))
  }
}
