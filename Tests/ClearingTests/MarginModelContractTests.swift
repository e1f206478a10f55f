import Clearing
import Markets
import TestSupport
import Testing
import Venues

@Suite("Every margin model keeps the contract")
struct MarginModelContractTests {
  @Test func tiered() {
    let contract = MarginModelContract(
      model: TieredMargin(instruments: SampleVenue.exchange, tables: SampleVenue.tables),
      instruments: SampleVenue.exchange, prices: SampleVenue.prices, isHomogeneous: false)
    #expect(contract.violations() == [])
  }

  @Test func loanToValue() {
    let contract = MarginModelContract(
      model: LoanToValueMargin(instruments: SampleVenue.pool), instruments: SampleVenue.pool,
      prices: SampleVenue.prices, isHomogeneous: true)
    #expect(contract.violations() == [])
  }

  @Test(arguments: [1, 3])
  func volatilityScaled(updateSteps: Int) throws {
    let grid = try #require(TimeGrid(steps: 9, stepHours: 8))
    let contract = MarginModelContract(
      model: SampleVenue.volatilityScaled(floor: 0.02, cap: 0.4, updateSteps: updateSteps, grid: grid),
      instruments: SampleVenue.exchange, prices: SampleVenue.prices, isHomogeneous: true)
    #expect(contract.violations() == [])
  }

  @Test("and the contract is not empty: a tiered model is not proportional, and a rate is bounded")
  func contractBites() {
    let model = TieredMargin(instruments: SampleVenue.exchange, tables: SampleVenue.tables)
    let proportional = MarginModelContract(
      model: model, instruments: SampleVenue.exchange, prices: SampleVenue.prices, isHomogeneous: true)
    #expect(proportional.violations().contains { $0.contains("not proportional") })
    let bounded = MarginModelContract(
      model: model, instruments: SampleVenue.exchange, prices: SampleVenue.prices, isHomogeneous: false,
      largestRate: 0.2)
    #expect(bounded.violations().contains { $0.contains("jumps") })
  }
}
