import Clearing
import Foundation
import JobFiles
import Markets
import Schema
import Testing
import Venues

/// Portfolio margin as a job states it.
struct ScenarioGridFileTests {
  /// The good job with portfolio margin in place of its dynamic model.
  private func workplace(_ keys: String) throws -> Workplace {
    let workplace = try Workplace()
    let old = """
          kind: volatility-scaled
          volatility: { kind: ewma, lambda: 0.97, lambdaPer: day }
          floor: 0.03
          cap: 0.5
          updateHours: 8
      """
    let lines = ("kind: scenario-grid\n" + keys).split(separator: "\n").map { "    \($0)" }
    try workplace.edit("job.yaml", old, lines.joined(separator: "\n"))
    return workplace
  }

  private func messages(_ keys: String) throws -> [String] {
    try workplace(keys).problems().map { "\($0.location.keyPath): \($0.message)" }
  }

  @Test("published figures where nothing is stated, and figures by underlying where something is")
  func figures() throws {
    let plain = try #require(try workplace("accounts: all").load().marginModels[1].model as? ScenarioGridMargin)
    #expect(plain.grids.allSatisfy { $0.shocks.count == 35 && $0.priceRange == 0.16 && $0.extremes.count == 8 })
    #expect(plain.maintenanceFraction == 0.8 && plain.scaling == VolatilityScaling() && plain.groups.isEmpty)
    #expect(plain.contingencies.allSatisfy { $0 == .init(futures: 0.005, shortOptions: 0.01) })
    let keys = """
      accounts: all
      priceSteps: 2
      extremes: [-0.5, 1]
      extremeWeights: [0.4, 0.3]
      futuresContingency: 0
      offsets: [[ETH, BTC]]
      assets: { ETH: { priceRange: 0.2, futuresContingency: 0.01 } }
      """
    let job = try workplace(keys).load()
    let model = try #require(job.marginModels[1].model as? ScenarioGridMargin)
    let ids = job.market.assetIDs
    let eth = try #require(ids.firstIndex(of: "ETH"))
    #expect(model.grids[eth].priceRange == 0.2 && model.contingencies[eth].futures == 0.01)
    #expect(model.grids.indices.filter { model.grids[$0].priceRange == 0.16 }.count == ids.count - 1)
    #expect(model.grids[eth].extremes.map(\.weight) == [0.4, 0.3] && model.grids[eth].shocks.count == 17)
    #expect(model.groups == [[try #require(ids.firstIndex(of: "ETH")), try #require(ids.firstIndex(of: "BTC"))]])
    let without = try #require(
      try workplace("accounts: all\nextremes: []").load().marginModels[1].model as? ScenarioGridMargin)
    #expect(without.grids[0].extremes.isEmpty)
  }

  @Test("a mode in accounts.csv says who is margined so")
  func modes() throws {
    let workplace = try workplace("")
    #expect(workplace.problems().map(\.message).contains { $0.contains("none of mode portfolio") })
    try workplace.edit("book/accounts.csv", "cross", "portfolio")
    let job = try workplace.load()
    #expect(job.venues[0].venue.book.accounts.contains { $0.mode == .portfolio })
  }

  @Test("what makes no sense is refused with the place and the reason")
  func problems() throws {
    let found = try messages(
      """
      accounts: some
      priceRange: 1.5
      extremes: [0, 1]
      extremeWeights: [0.5]
      offsets: [[ETH], [ETH, DOGE], [ETH, BTC]]
      assets: { DOGE: { priceRange: 0.2 }, ETH: { volatilityDown: 2, steps: 3 } }
      """)
    for part in [
      "accounts: the value", "priceRange: the value", "extremes: an extreme moves nothing", "differ in number",
      "a group has at least two", "the market has no such asset", "an asset is named twice", "assets.DOGE",
      "volatilityDown: the value", "steps: unknown key",
    ] { #expect(found.contains { $0.contains(part) }, "\(part) in \(found)") }
    let wrong = try messages("accounts: all\nextremes: { a: 1 }\noffsets: ETH\nextremeWeights: [2]")
    #expect(wrong.count == 3, "\(wrong)")
  }
}
