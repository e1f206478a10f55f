import Clearing
import Foundation
import Markets
import Testing
import Venues

@Suite("Exponentially weighted volatility and the margin scaled by it")
struct ExponentialVolatilityTests {
  @Test("λ per day and λ per step of a day's step are the same; over a day of hours the weights multiply to λ")
  func clocks() throws {
    let daily = try #require(TimeGrid(steps: 1, stepHours: 24))
    let hourly = try #require(TimeGrid(steps: 1, stepHours: 1))
    let perDay = ExponentialVolatility(lambda: 0.94, per: .day, grid: daily)
    #expect(perDay == ExponentialVolatility(lambda: 0.94, per: .step, grid: daily))
    let perHour = ExponentialVolatility(lambda: 0.94, per: .day, grid: hourly)
    #expect(abs(pow(perHour.stepDecay, 24) - 0.94) < 1e-14)
  }

  @Test("RiskMetrics by hand: 0.94·1 %² + 0.06·3 %² per day is 1.2166 % per day")
  func byHand() throws {
    let grid = try #require(TimeGrid(steps: 1, stepHours: 24))
    let estimator = ExponentialVolatility(lambda: 0.94, per: .day, grid: grid)
    let variance = estimator.updated(0.0001, logReturn: -0.03)
    #expect(abs(variance - 0.000148) < 1e-18)
    #expect(abs(estimator.volatility(stepVariance: variance) - 0.012165525060596439 * 365.0.squareRoot()) < 1e-14)
    #expect(abs(estimator.volatility(stepVariance: estimator.stepVariance(volatility: 0.7)) - 0.7) < 1e-15)
  }

  @Test("moves of constant size keep the rate: the dynamic model equals the static one with that rate")
  func constantVolatility() throws {
    let grid = try #require(TimeGrid(steps: 50, stepHours: 4))
    let model = SampleVenue.volatilityScaled(grid: grid)
    let rate = model.rate(volatility: 0.8)
    let table = try #require(BracketTable([.init(from: 0, initial: rate, maintenance: rate * 0.6)]))
    let flat = TieredMargin(instruments: SampleVenue.exchange, tables: [table, table])
    let book = Book(
      accounts: [Account(id: "a")], groups: ["all"], instruments: SampleVenue.exchange,
      positions: [
        Position(account: 0, instrument: 0, quantity: 1000),
        Position(account: 0, instrument: 1, quantity: -30, entryPrice: 90),
      ])
    let move = 0.8 * grid.stepYears.squareRoot()
    let factors = model.makeFactors(for: book)
    let requirements = model.requirements(of: book)
    factors.reset(oraclePrices: [100, 20])
    for step in 1...50 {
      let prices = [step % 2 == 0 ? 100 : 100 * exp(move), 20]
      _ = factors.advance(step: step, oraclePrices: prices)
      let dynamic = requirements.health(
        of: 0, in: book, at: ColumnValues(book: book, prices: prices), initialFactors: factors.initial,
        maintenanceFactors: factors.maintenance)
      let fixed = flat.initialHealth(of: book, prices: prices)[0]
      #expect(abs(dynamic.requirement.initial - fixed.requirement.initial) < 1e-9)
      #expect(abs(dynamic.health - fixed.health) < 1e-9)
    }
  }

  @Test("floor, cap and schedule: the rate moves only when due, and stays within its bounds")
  func schedule() throws {
    let grid = try #require(TimeGrid(steps: 9, stepHours: 8))
    let model = SampleVenue.volatilityScaled(floor: 0.08, cap: 0.2, updateSteps: 3, grid: grid)
    let book = Book(
      accounts: [Account(id: "a")], groups: ["all"], instruments: SampleVenue.exchange,
      positions: [Position(account: 0, instrument: 1, quantity: 1, entryPrice: 100)])
    let factors = model.makeFactors(for: book)
    factors.reset(oraclePrices: SampleVenue.prices[0])
    var rates = [factors.initial[0]]
    for step in 1...9 {
      let hasChanged = factors.advance(step: step, oraclePrices: SampleVenue.prices[step])
      #expect(hasChanged == (step % 3 == 0))
      rates.append(factors.initial[0])
      #expect(factors.maintenance[0] == factors.initial[0] * 0.6)
    }
    #expect(rates.allSatisfy { $0 >= 0.08 && $0 <= 0.2 })
    #expect(rates[1] == rates[0] && rates[4] == rates[3] && rates[3] != rates[2])
    #expect(rates[9] == 0.2)
  }
}
