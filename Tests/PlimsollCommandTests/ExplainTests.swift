import Foundation
import Testing

/// `plimsoll explain`.
@Suite("The margin of a book and of one account")
struct ExplainTests {
  private let shop: Workshop

  init() throws { shop = try Workshop() }

  @Test("a job's account is shown position by position, under any of its models")
  func account() throws {
    let name = try #require(
      try shop.read("Portfolios/two-accounts/positions.csv").split(separator: "\n").dropFirst().first)
    let id = String(name.split(separator: ",")[0])
    let outcome = try shop.plimsoll("explain", "Jobs/drawn.yaml", "--account", id)
    #expect(outcome.status == 0 && outcome.messages.isEmpty, "\(outcome.messages)")
    for words in ["margin static", "Maintenance", "headroom to liquidation", "Liquidated below", "Equity zero at"] {
      #expect(outcome.output.contains(words))
    }
    let dynamic = try shop.plimsoll("explain", "Jobs/drawn.yaml", "--account", id, "--model", "dynamic")
    #expect(dynamic.output.contains("margin dynamic") && dynamic.output != outcome.output)
  }

  @Test("a portfolio is shown as a whole, with its liquidation map")
  func book() throws {
    let outcome = try shop.plimsoll("explain", "Portfolios/two-accounts")
    #expect(outcome.status == 0, "\(outcome.messages)")
    #expect(outcome.output.contains("effective leverage") && outcome.output.contains("Liquidated at"))
    #expect(shop.entries("Results").isEmpty)
  }

  @Test("what is not there is refused with what is")
  func refusals() throws {
    let account = try shop.plimsoll("explain", "Jobs/drawn.yaml", "--account", "nobody")
    #expect(account.status == 65 && account.messages.contains("no such account"))
    let model = try shop.plimsoll("explain", "Jobs/drawn.yaml", "--model", "dynamik")
    #expect(model.status == 64 && model.messages.contains("did you mean 'dynamic'?"))
    try shop.remove("Portfolios/two-accounts/market.yaml")
    let portfolio = try shop.plimsoll("explain", "Portfolios/two-accounts")
    #expect(portfolio.status == 65 && portfolio.messages.contains("no prices of its own"))
    #expect(try shop.plimsoll("explain", "nowhere.yaml").status == 74)
  }
}
