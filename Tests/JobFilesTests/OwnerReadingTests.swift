import Foundation
import JobFiles
import Markets
import Schema
import Simulation
import Testing
import Venues

@Suite("Owners and credit lines in accounts.csv")
struct OwnerReadingTests {
  private func workplace(_ accounts: String) throws -> Workplace {
    let workplace = try Workplace()
    try workplace.write("book/accounts.csv", accounts)
    return workplace
  }

  @Test("sub-accounts stand under their owner, with credit lines; blanks are neither")
  func good() throws {
    let job = try workplace("account,mode,group,owner,credit\nbob,cross,all,firm,2500\nalice,,all,firm,\n").load()
    let book = job.venues[0].venue.book
    #expect(book.accounts.prefix(2).map(\.holder) == ["firm", "firm"])
    #expect(book.accounts.prefix(2).map(\.credit) == [2500, 0])
    #expect(book.accounts[2].owner == 1 && book.accounts[2].holder == nil && book.accounts[2].credit == 0)
    #expect(zip(book.standing, book.cash).map { $0 - $1 } == [2500, 0, 0])
    let plan = VenuePlan(
      venue: job.venues[0].venue, rules: job.venues[0].rules, grid: job.grid, assetIDs: job.market.assetIDs,
      initialPrices: job.market.initialPrices)
    #expect(plan.census.ids == ["firm"] && plan.census.reportingIndex == [0, 0, 0])
    let values = ColumnValues(book: book, prices: job.market.initialPrices)
    let equity = book.accounts.indices.reduce(0) { $0 + book.equity(of: $1, at: values) }
    #expect(abs(plan.census.labels[0].equity - equity) < 1e-9)
  }

  @Test("an account may be the owner of others and is reported with them")
  func ownAccount() throws {
    let job = try workplace("account,mode,group,owner\nbob,cross,all,\nalice,,all,bob\n").load()
    let plan = VenuePlan(
      venue: job.venues[0].venue, rules: job.venues[0].rules, grid: job.grid, assetIDs: job.market.assetIDs,
      initialPrices: job.market.initialPrices)
    #expect(plan.census.ids == ["bob"])
  }

  @Test("what makes no sense is refused with line and reason")
  func refused() throws {
    let credit = try workplace("account,mode,group,credit\nbob,cross,all,-5\nalice,,all,plenty\n").problems()
    #expect(credit.count == 2 && credit.map(\.location.line) == [2, 3])
    #expect(credit.allSatisfy { $0.message.contains("credit line is not allowed") })
    let chain = try workplace("account,mode,group,owner\nbob,cross,all,firm\nalice,,all,bob\n").problems()
    #expect(chain.count == 1 && chain[0].message.contains("owner is a sub-account itself"))
    #expect(chain[0].hint?.contains("'firm'") == true)
    let groups = try workplace("account,mode,group,owner\nbob,cross,one,firm\nalice,,two,firm\n").problems()
    #expect(groups.count == 1 && groups[0].message.contains("different groups") && groups[0].location.line == 3)
  }
}
