import Clearing
import Foundation
import Simulation
import TestSupport
import Testing
import Venues

/// Small cases with an answer that can be written down, on the reference.
@Suite("The reference on cases with a known answer")
struct TwinClosedFormTests {
  /// Largest relative difference that rounding explains here.
  private let rounding = 1e-12

  @Test(
    "a ladder closes the share of the lowest rung reached: a quarter below maintenance, all below half of it",
    arguments: [(94.5, 0.25), (93, 0.25), (92.4, 0.25), (92.2, 1), (96, 0)])
  func ladder(price: Double, share: Double) throws {
    // 1,000 of cash carry 100 at 100; at price p equity is 100p − 9,000 and maintenance 5p, so half of it is reached at 92.31.
    var venue = TwinSmallVenue(holdings: [.init(cash: 1000, perpetual: 100, entryPrice: 100)])
    venue.liquidation = LiquidationPolicy(
      method: .ladder([LiquidationRung(below: 1, share: 0.25), LiquidationRung(below: 0.5, share: 1)]), penalty: 0,
      reserveShare: 0, waves: 1)
    let action = try venue.trace([100, price]).steps[1].waves.first?.actions.first
    #expect(action?.closing.perpetualShare ?? 0 == share)
    let observer = TwinObserver()
    let twin = try venue.twin([100, price])
    _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
    #expect(observer.waves.first?.closings.first?.derivativeFraction ?? 0 == share)
  }

  @Test(
    "a partial close without impact lands on the target buffer, spread and penalty paid",
    arguments: [0.0, 0.1, 0.25, 1], [0.0, 0.01])
  func targetBuffer(buffer: Double, cost: Double) throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: 1000, perpetual: 100, entryPrice: 100)])
    venue.liquidation = LiquidationPolicy(
      method: .partial(targetBuffer: buffer), penalty: cost, reserveShare: 0.5, waves: 8)
    venue.halfSpread = cost / 5
    let step = try venue.trace([100, 94.5]).steps[1]
    let action = try #require(step.waves.first?.actions.first)
    let requirement = 100 * 94.5 * 0.05
    let expected =
      ((1 + buffer) * requirement - 450) / ((1 + buffer) * requirement - (cost + cost / 5) * 9450)
    #expect(abs(action.closing.perpetualShare - expected) < rounding)
    let account = step.venues[0].accounts[0]
    let required = abs(account.quantities[0]) * 94.5 * 0.05
    #expect(abs(account.health - buffer * required) < 1e-9)
    #expect(buffer == 0 || step.waves.count == 1)
  }

  @Test("a non-positive denominator of the partial fraction means a full close")
  func costlyClosing() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: 1000, perpetual: 100, entryPrice: 100)])
    venue.liquidation = LiquidationPolicy(
      method: .partial(targetBuffer: 0.1), penalty: 0.06, reserveShare: 0.5, waves: 8)
    let step = try venue.trace([100, 94.5]).steps[1]
    #expect(step.waves.first?.actions.first?.closing.perpetualShare == 1)
    #expect(step.venues[0].accounts[0].quantities == [0])
  }

  /// dYdX documentation, "liquidations": equity 1,000, short 3 ETH at 3,000, maintenance 5 %: liquidation at 3,174.60.
  @Test("published liquidation price of a short", arguments: [(3174.60, false), (3174.61, true)])
  func publishedShort(price: Double, isLiquidated: Bool) throws {
    let venue = TwinSmallVenue(holdings: [.init(cash: 1000, perpetual: -3, entryPrice: 3000)])
    #expect(try venue.trace([3000, price]).steps[1].waves.isEmpty != isLiquidated)
  }

  /// A linear isolated position: entry 100, quantity 1, margin 10, maintenance 0.5 %: 90/0.995 and 110/1.005.
  @Test("liquidation prices of isolated positions", arguments: [(1.0, 90.4522613065), (-1.0, 109.4527363184)])
  func isolatedLiquidationPrice(quantity: Double, price: Double) throws {
    let isolated = TwinSmallVenue.Holding(cash: 10, perpetual: quantity, entryPrice: 100, owner: 0)
    var venue = TwinSmallVenue(holdings: [.init(cash: 500), isolated])
    venue.maintenanceRate = 0.005
    #expect(try venue.trace([100, price + quantity * 1e-8]).steps[1].waves.isEmpty)
    #expect(try !venue.trace([100, price - quantity * 1e-8]).steps[1].waves.isEmpty)
  }

  @Test("what an isolated position has left returns to its owner, what it lacks does not")
  func isolated() throws {
    let isolated = TwinSmallVenue.Holding(cash: 10, perpetual: 1, entryPrice: 100, owner: 0)
    let venue = TwinSmallVenue(holdings: [.init(cash: 500), isolated])
    let returned = try venue.trace([100, 94]).steps[1].venues[0]
    #expect(returned.accounts.map(\.cash) == [504, 0])
    let short = try venue.trace([100, 80]).steps[1].venues[0]
    #expect(short.accounts.map(\.cash) == [500, 0])
    #expect(short.waterfall.badDebt == 10)
    #expect(short.accounts.map(\.isOpen) == [true, false])
  }

  @Test("remainders come back before it is judged whether their owner is wiped out")
  func remainderSavesOwner() throws {
    let isolated = TwinSmallVenue.Holding(cash: 20, perpetual: 2, entryPrice: 100, owner: 0)
    let owner = TwinSmallVenue.Holding(cash: 5, perpetual: 1, entryPrice: 100)
    var venue = TwinSmallVenue(holdings: [owner, isolated])
    venue.maintenanceRate = 0.06
    let state = try venue.trace([100, 94]).steps[1].venues[0]
    #expect(state.accounts.map(\.cash) == [7, 0])
    #expect(state.waterfall.shortfalls == 0)
  }

  @Test("a full close sells only the collateral that negative cash needs")
  func collateralSale() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: -100, spot: 5, perpetual: 20, entryPrice: 100)])
    venue.halfSpread = 0.01
    let step = try venue.trace([100, 86]).steps[1]
    let action = try #require(step.waves.first?.actions.first)
    let missing = 100 + 20 * 14 + 20 * 86 * 0.01
    #expect(abs(action.closing.collateralShare - missing / (5 * 86 * 0.99)) < rounding)
    let account = step.venues[0].accounts[0]
    #expect(abs(account.cash) < 1e-9 || step.venues[0].accounts[0].isOpen)
    #expect(abs(account.equity - account.quantities[0] * 86 - account.cash) < 1e-9)
  }

  @Test("close-factor: repayment, seizure and health factor by hand")
  func closeFactor() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: -820, spot: 10)])
    venue.isLending = true
    venue.liquidation = LiquidationPolicy(
      method: .closeFactor(closeFactor: 0.5, fullBelowHealthFactor: 0.95, bonus: 0.05), penalty: 0, reserveShare: 0.2,
      waves: 8)
    let step = try venue.trace([110, 100]).steps[1]
    let action = try #require(step.waves.first?.actions.first)
    #expect(action.closing.repaid == 410)
    #expect(abs(action.closing.collateralShare - 0.4305) < rounding)
    let account = step.venues[0].accounts[0]
    #expect(abs(account.cash + 410) < 1e-9 && abs(account.quantities[0] - 5.695) < rounding)
    #expect(abs(account.health - (0.8 * 569.5 - 410)) < 1e-9)
    #expect(abs(step.venues[0].waterfall.reserveIncome - 0.2 * 0.05 * 410) < 1e-9)
    #expect(abs(step.venues[0].liquidators - 0.8 * 0.05 * 410) < 1e-9)
  }

  @Test("close-factor: everything is repaid below the threshold; where collateral runs short, the rest is bad debt")
  func closeFactorInFull() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: -850, spot: 10)])
    venue.isLending = true
    venue.liquidation = LiquidationPolicy(
      method: .closeFactor(closeFactor: 0.5, fullBelowHealthFactor: 0.95, bonus: 0.05), penalty: 0, reserveShare: 0,
      waves: 8)
    let whole = try venue.trace([120, 100]).steps[1].venues[0].accounts[0]
    #expect(whole.cash == 0 && abs(whole.quantities[0] - (10 - 8.925)) < rounding)
    let exhausted = try venue.trace([120, 60]).steps[1].venues[0]
    #expect(exhausted.accounts[0].quantities == [0] && !exhausted.accounts[0].isOpen)
    #expect(abs(exhausted.waterfall.badDebt - (850 - 600 / 1.05)) < 1e-9)
  }

  @Test("funding moves money from longs to shorts at the mark, and interest compounds")
  func fundingAndInterest() throws {
    var venue = TwinSmallVenue(
      holdings: [.init(cash: 1000, perpetual: 2, entryPrice: 100), .init(cash: 1000, perpetual: -2, entryPrice: 100)])
    venue.fundingRate = 0.001
    let step = try venue.trace([100, 110, 105]).steps[2].venues[0]
    #expect(abs(step.accounts[0].equity - (1000 + 10 - 2 * 0.001 * 215)) < 1e-9)
    #expect(abs(step.accounts[1].equity - (1000 - 10 + 2 * 0.001 * 215)) < 1e-9)

    venue.holdings = [.init(cash: 1000, spot: -2), .init(cash: 0, spot: 3)]
    venue.spot.borrowRate = 0.1
    venue.spot.supplyRate = 0.04
    venue.stepHours = 8760
    let year = try venue.trace([100, 100]).steps[1].venues[0]
    #expect(abs(year.accounts[0].equity - (1000 - 200 * exp(0.1))) < 1e-9)
    #expect(abs(year.accounts[1].equity - 300 * exp(0.04)) < 1e-9)
  }

  @Test("accounts liquidatable at the start: closed in the first wave, or spared until healthy once")
  func atStart() throws {
    let venue = TwinSmallVenue(holdings: [.init(cash: 4, perpetual: 1, entryPrice: 100)])
    let prices = [100, 103, 104, 98.0]
    let closed = try venue.trace(prices, atStart: .close)
    #expect(closed.steps.map { $0.waves.count } == [0, 1, 0, 0])
    let spared = try venue.trace(prices, atStart: .exempt)
    #expect(spared.steps.map { $0.waves.count } == [0, 0, 0, 1])
    let neverHealthy = try venue.trace([100, 99, 98, 97], atStart: .exempt)
    #expect(neverHealthy.steps.allSatisfy { $0.waves.isEmpty })
    #expect(neverHealthy.outcomes[0].loss == 0)
  }

  @Test("the average fill is the mean of the impact along the trade, by quadrature", arguments: [0.5, 0.3, 1])
  func averageFill(exponent: Double) throws {
    let accounts: [TwinSmallVenue.Holding] = [
      .init(cash: 600, perpetual: 100, entryPrice: 100), .init(cash: 1100, perpetual: 200, entryPrice: 100),
    ]
    var venue = TwinSmallVenue(holdings: accounts)
    venue.impact = MarketImpact(coefficient: 1, exponent: exponent, permanentShare: 0.5, halfLifeHours: 4)
    let waves = try venue.trace([100, 99]).steps[1].waves
    var start = 0.0
    for wave in waves {
      let execution = wave.executions[0]
      let scale = 0.8 * (1.0 / 365).squareRoot()
      func impact(_ flow: Double) -> Double { -scale * pow(abs(flow) / 1e6, exponent) }
      let pieces = 20_000
      let mean = (0..<pieces).reduce(0) { sum, piece in
        sum + impact(start + execution.flow * (Double(piece) + 0.5) / Double(pieces))
      }
      let logFill = log(execution.fill / wave.marks[0])
      #expect(abs(logFill - (mean / Double(pieces) - impact(start))) < 1e-6)
      start += execution.flow
    }
    #expect(!waves.isEmpty)
  }
}
