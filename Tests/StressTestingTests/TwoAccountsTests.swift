import Reports
import StressTesting
import Testing

/// The whole run, from the job file to the report, against the path worked by hand in
/// `Portfolios/two-accounts/README.md`; every figure here is quoted from its last table.
@Suite("Two accounts, as worked by hand")
struct TwoAccountsTests {
  private let report: StressReport

  init() throws { report = try StressTest(Embedded.job("two-accounts")).run(workers: 1) }

  private func expectCents(
    _ id: String, level: Double? = nil, _ amount: Double, location: SourceLocation = #_sourceLocation
  ) throws {
    let value = try report.value(id, level: level)
    #expect(abs(value - amount) < 0.005 + 1e-9, "\(id): \(value), by hand \(amount)", sourceLocation: location)
  }

  @Test("losses, the reserve and who bears the rest, to the cent")
  func money() throws {
    try expectCents("venue.loss.var", level: 0.99, 1287.19)
    try expectCents("venue.loss.es", level: 0.99, 1287.19)
    try expectCents("book.loss.var", level: 0.99, -4999.37)
    try expectCents("reserve.required", level: 0.999, 1287.19)
    try expectCents("reserve.uncovered.mean", 787.19)
    try expectCents("socialised.mean", 787.19)
    try expectCents("badDebt.mean", 0)
    try expectCents("reserve.inflow.mean", 301.31)
    try expectCents("reserve.cover1", level: 0.99, 1588.50)
  }

  @Test("one path: the reserve is exhausted in hour 3, one of two accounts is liquidated, first in hour 2")
  func events() throws {
    #expect(try report.value("reserve.exhaustionProbability") == 1)
    #expect(try report.value("reserve.timeToExhaustionHours.median") == 3)
    #expect(try report.value("liquidation.frequency") == 0.5)
    #expect(try report.value("liquidation.firstPassageHours.median") == 2)
    #expect(try report.value("cascade.waves.q99", level: 0.99) == 2)
    #expect(abs(try report.value("cascade.amplification.q99", level: 0.99) - 1.073990) < 5e-7)
  }

  @Test("per day, which is six times four hours: 3 events, 1 account, 88,181.65 of notional")
  func rates() throws {
    #expect(abs(try report.value("liquidation.events.mean") - 18) < 1e-12)
    #expect(abs(try report.value("liquidation.count.mean") - 6) < 1e-12)
    #expect(abs(try report.value("liquidation.notional.mean") - 6 * 88_181.65) < 6 * 0.005)
  }

  @Test("the book, the reserve and what the accounts have at the start")
  func start() throws {
    #expect(report.venues[0].totalEquity == 41_473 && report.venues[0].initialReserve == 500)
    #expect(report.accounts.map(\.equity) == [11_473, 30_000])
    #expect(report.accounts.map { $0.liquidation[0].value } == [1, 0])
    #expect(report.pathStates == [PathStateCount("completed", 1), PathStateCount("nonFinite", 0)])
    #expect(report.largestConservationResidual < 1e-14)
  }
}
