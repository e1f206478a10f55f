import Clearing
import Foundation
import Markets
import TestSupport
import Testing
import Venues

@Suite("Every model that follows volatility")
struct DynamicModelTests {
  @Test("keeps the contract", arguments: SampleModel.all, [false, true])
  func contract(sample: SampleModel, isGarch: Bool) throws {
    let grid = try #require(TimeGrid(steps: 9, stepHours: 8))
    let overlays = [
      RateOverlays.none,
      RateOverlays(
        isMarketWide: true, longRunFloor: 0.8, stressWeight: 0.25, stressMultiple: 2, buffer: 0.25, largestChange: 0.1),
    ]
    for overlay in overlays {
      let terms = DynamicTerms(
        recursions: SampleModel.recursions(0.8, grid: grid, isGarch: isGarch), floor: 0.02, cap: 0.4, updateSteps: 3,
        maintenanceFraction: 0.6, overlays: overlay, longRunVolatilities: [0.7, 0.9])
      let contract = MarginModelContract(
        model: sample.make(terms), instruments: SampleVenue.exchange, prices: SampleVenue.prices, isHomogeneous: true,
        isSided: true)
      #expect(contract.violations() == [])
    }
  }

  @Test(
    "moves of constant size keep the rates: longs and shorts as under a static model of their rate",
    arguments: SampleModel.all, [false, true])
  func constantVolatility(sample: SampleModel, isGarch: Bool) throws {
    let grid = try #require(TimeGrid(steps: 50, stepHours: 4))
    let model = sample.make(
      DynamicTerms(
        recursions: SampleModel.recursions(0.8, grid: grid, isGarch: isGarch), maintenanceFraction: 0.6))
    let instruments = SampleVenue.exchange
    for quantity in [1000.0, -1000] {
      let book = Book(
        accounts: [Account(id: "a")], groups: ["all"], instruments: instruments,
        positions: [Position(account: 0, instrument: 1, quantity: quantity, entryPrice: 90)])
      let start = model.initialHealth(of: book, prices: [100, 20])[0].requirement
      let table = try #require(
        BracketTable([.init(from: 0, initial: start.initial / 1e5, maintenance: start.maintenance / 1e5)]))
      let flat = TieredMargin(instruments: instruments, tables: [table, table])
      let factors = model.makeFactors(for: book)
      let requirements = model.requirements(of: book)
      factors.reset(oraclePrices: [100, 20])
      let move = 0.8 * grid.stepYears.squareRoot()
      for step in 1...50 {
        let prices = [step % 2 == 0 ? 100 : 100 * exp(move), 20]
        _ = factors.advance(step: step, oraclePrices: prices)
        let dynamic = requirements.health(
          of: 0, in: book, at: ColumnValues(book: book, prices: prices), initialFactors: factors.initial,
          maintenanceFactors: factors.maintenance)
        let fixed = flat.initialHealth(of: book, prices: prices)[0]
        #expect(abs(dynamic.requirement.initial - fixed.requirement.initial) < 1e-8)
        #expect(abs(dynamic.health - fixed.health) < 1e-8)
      }
      #expect(start.initial > 0 && start.maintenance > 0 && start.maintenance <= start.initial)
    }
  }

  @Test(
    "sees the volatility that the path realises on the same clock, and not on another", arguments: SampleModel.all,
    [false, true])
  func clock(sample: SampleModel, isGarch: Bool) throws {
    let hourly = try #require(TimeGrid(steps: 400, stepHours: 1))
    let daily = try #require(TimeGrid(steps: 400, stepHours: 24))
    func seen(clock: TimeGrid) -> Double {
      let model = sample.make(
        DynamicTerms(
          recursions: SampleModel.recursions(0.8, grid: clock, isGarch: isGarch), maintenanceFraction: 0.6))
      let book = Book(
        accounts: [Account(id: "a")], groups: ["all"], instruments: SampleVenue.exchange,
        positions: [Position(account: 0, instrument: 1, quantity: 1)])
      let factors = model.makeFactors(for: book)
      factors.reset(oraclePrices: [100, 20])
      let move = 0.8 * hourly.stepYears.squareRoot()
      var sum = 0.0
      for step in 1...400 {
        _ = factors.advance(step: step, oraclePrices: [step % 2 == 0 ? 100 : 100 * exp(move), 20])
        sum += factors.volatilities[0]
      }
      return sum / 400
    }
    #expect(abs(seen(clock: hourly) / 0.8 - 1) < 1e-9)
    #expect(abs(seen(clock: daily) / 0.8 - 1) > 0.1)
  }

  @Test("that options imply: keeps the contract, stands still without news, and shows what it was given")
  func implied() throws {
    let grid = try #require(TimeGrid(steps: 9, stepHours: 8))
    let overlay = RateOverlays(
      isMarketWide: true, longRunFloor: 0.8, stressWeight: 0.25, stressMultiple: 2, buffer: 0.25, largestChange: 0.1)
    for overlay in [RateOverlays.none, overlay] {
      let model = SampleModel.implied(
        DynamicTerms(
          recursions: SampleModel.recursions(0.3, grid: grid, isGarch: false), floor: 0.02, cap: 0.4, updateSteps: 3,
          maintenanceFraction: 0.6, overlays: overlay, longRunVolatilities: [0.7, 0.9]))
      let contract = MarginModelContract(
        model: model, instruments: SampleVenue.exchange, prices: SampleVenue.prices, isHomogeneous: true,
        isSided: true)
      #expect(contract.violations() == [])
    }
    let model = SampleModel.implied(
      DynamicTerms(recursions: SampleModel.recursions(0.3, grid: grid, isGarch: false), maintenanceFraction: 0.6))
    let book = Book(
      accounts: [Account(id: "a")], groups: ["all"], instruments: SampleVenue.exchange,
      positions: [Position(account: 0, instrument: 1, quantity: 1)])
    let factors = model.makeFactors(for: book)
    factors.reset(oraclePrices: [100, 20])
    let start = factors.initial[0]
    #expect(factors.followsImpliedVolatility && abs(start - 0.8 * 2.33 / 365.0.squareRoot()) < 1e-12)
    _ = factors.advance(step: 1, oraclePrices: [50, 40])
    #expect(factors.initial[0] == start && factors.volatilities == [0.8, 0.8])
    factors.take(impliedVolatilities: [1.6, 0.4])
    #expect(factors.advance(step: 2, oraclePrices: [50, 40]) && factors.volatilities == [1.6, 0.4])
    #expect(abs(factors.initial[0] - 2 * start) < 1e-15)
    factors.reset(oraclePrices: [100, 20])
    #expect(factors.initial[0] == start)
  }

  @Test("longs and shorts are charged apart where the law says so, maintenance is never above initial")
  func sides() throws {
    let grid = try #require(TimeGrid(steps: 1, stepHours: 1))
    let terms = DynamicTerms(
      recursions: SampleModel.recursions(0.8, grid: grid, isGarch: false), maintenanceFraction: 0.5)
    let book = Book(
      accounts: [Account(id: "a"), Account(id: "b")], groups: ["all"], instruments: SampleVenue.exchange,
      positions: [
        Position(account: 0, instrument: 1, quantity: 10), Position(account: 1, instrument: 1, quantity: -10),
      ])
    let deviation = 0.8 / 365.0.squareRoot()
    // Of 701 residuals from −3 to 4 the 694th largest loss is 2.93 for a long and 3.93 for a short.
    let requirements = SampleModel.all[2].make(terms).initialHealth(of: book, prices: [100, 20]).map(\.requirement)
    #expect(abs(requirements[0].initial - 2.93 * deviation * 1000) < 1e-9)
    #expect(abs(requirements[1].initial - 3.93 * deviation * 1000) < 1e-9)
    #expect(abs(requirements[1].maintenance - 0.5 * 3.93 * deviation * 1000) < 1e-9)
    let own = SampleModel.all[1].make(terms).initialHealth(of: book, prices: [100, 20]).map(\.requirement)
    #expect(abs(own[0].maintenance / own[0].initial - 1.64 / 2.33) < 1e-12)
  }
}
