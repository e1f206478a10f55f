import Clearing
import JobFiles
import Markets
import Reports
import StressTesting
import Testing
import Venues

/// The whole run of inverse contracts and an expiring future against `Portfolios/coin-margined/README.md`.
@Suite("Coin margin and an expiry, as worked by hand")
struct CoinMarginedTests {
  @Test("who is liquidated when, and what is left, to the cent")
  func path() throws {
    let report = try StressTest(Embedded.job("coin-margined")).run(workers: 1)
    #expect(report.accounts.map(\.equity) == [3000, 3000, 3000, 3000])
    #expect(report.accounts.map { $0.liquidation[0].value } == [1, 0, 0, 0])
    #expect(abs(try report.value("book.loss.var", level: 0.99) - (12_000 - 6300 - 14 * 33_000 / 2740)) < 1e-9)
    #expect(try report.value("liquidation.firstPassageHours.median") == 2)
    #expect(abs(try report.value("liquidation.notional.mean") - 6 * 30_000) < 1e-6, "per day: six times four hours")
    #expect(try report.value("venue.loss.var", level: 0.99) == 0)
    #expect(report.largestConservationResidual < 1e-14)
  }

  @Test("the published liquidation prices, from the files")
  func prices() throws {
    let job = try Embedded.job("coin-margined")
    let venue = job.venues[0].venue
    let prices = job.market.process.initialPrices
    let curve = HealthCurve(book: venue.book, model: job.marginModels[0].model, prices: prices)
    let points = (0..<2).compactMap { account in
      AccountStatement(account: account, venue: venue, curve: curve, prices: prices).prices.first
    }
    #expect(abs(try #require(points[0].liquidationBelow) - 27_409.0909) < 1e-4 && points[0].liquidationAbove == nil)
    #expect(abs(try #require(points[1].liquidationAbove) - 33_166.6667) < 1e-4 && points[1].liquidationBelow == nil)
    #expect(abs(try #require(points[0].bankruptcy) - 30_000 / 1.1) < 1e-9)
  }
}
