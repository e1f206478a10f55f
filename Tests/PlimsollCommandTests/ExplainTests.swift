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

  @Test("an owner is shown with his accounts and their sum, a credit line in headroom and not in equity")
  func owner() throws {
    try shop.write(
      "Portfolios/two-accounts/accounts.csv",
      "account,mode,group,owner,credit\nlong,cross,taker,desk,5000\nshort,cross,taker,desk,\n")
    let outcome = try shop.plimsoll("explain", "Portfolios/two-accounts", "--account", "desk")
    #expect(outcome.status == 0, "\(outcome.messages)")
    for words in [
      "long at", "short at", "desk together, 2 accounts margined apart", "agreed credit            5000.00",
      "equity                   41473.00",
    ] {
      #expect(outcome.output.contains(words), "\(words)\n\(outcome.output)")
    }
    let plain = try shop.plimsoll("explain", "Portfolios/two-accounts", "--account", "short")
    #expect(plain.status == 0 && !plain.output.contains("agreed credit") && !plain.output.contains("together"))
    let valid = try shop.plimsoll("validate", "Portfolios/two-accounts")
    #expect(valid.output.contains("2 accounts, sub-accounts of 1 owner, 1 credit line"), "\(valid.output)")
  }

  @Test("loops of staked collateral are shown for the book and for an account, with their peg")
  func loops() throws {
    let pool = Command.root.appendingPathComponent("Portfolios/lending-pool").path
    let book = try shop.plimsoll("explain", pool)
    #expect(book.status == 0 && book.output.contains("Loops on ETH") && book.output.contains("of all debt is looped"))
    let account = try shop.plimsoll("explain", pool, "--account", "borrower-0001")
    #expect(account.status == 0 && account.output.contains("Liquidated at a peg of"), "\(account.messages)")
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
