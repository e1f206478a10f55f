import Clearing
import Foundation
import JobFiles
import Reports
import Schema
import StressTesting
import Testing

/// Every cell of the table of instruments, account modes and margin models: it runs from files, or is refused with the
/// reason that the table gives.
@Suite("What runs with what")
struct RunsWithWhatTests {
  /// A folder with the files of one cell.
  private final class Cell {
    let folder = NSTemporaryDirectory() + "plimsoll-cell-" + UUID().uuidString

    init(_ holding: RunsWithWhat.Holding, mode: String, _ model: RunsWithWhat.Model, besideFutures: Bool) throws {
      try FileManager.default.createDirectory(atPath: folder + "/book", withIntermediateDirectories: true)
      let hasFutures = holding.isFuture || besideFutures
      try write("market.yaml", Self.market)
      try write("tails.csv", "BTC\n" + (1...60).map { "\(Double($0) / 20 - 1.5)" }.joined(separator: "\n") + "\n")
      try write(
        "book/venue.yaml",
        Self.venue(holding, hasFutures ? ["{ id: OTHER, kind: perpetual, asset: BTC, margin: flat }"] : []))
      try write("book/accounts.csv", "account,mode,group\na,\(mode),all\nb,cross,all\n")
      let posted = mode == "isolated" && holding.isFuture ? "100" : ""
      try write(
        "book/positions.csv",
        """
        account,instrument,quantity,entry_price,isolated_collateral
        a,USD,400,,
        a,X,\(holding.quantity),\(posted)
        b,USD,500,,
        \(besideFutures ? "b,OTHER,1,100,\n" : "")
        """)
      try write(
        "job.yaml",
        """
        job: cell
        portfolio: book
        market: { calibration: market.yaml, process: { kind: gbm } }
        horizon: { hours: 6, stepHours: 1 }
        paths: 20
        seed: 1
        marginModels: [{ name: m, kind: \(model.kind)\(model.parameters) }]
        """)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
    }

    private static func venue(_ holding: RunsWithWhat.Holding, _ others: [String]) -> String {
      """
      venue: cell
      settlement: USD
      assets:
        - { id: BTC, averageDailyVolume: 1e7, halfSpread: 0.0001 }
        - { id: USDT, averageDailyVolume: 1e8, halfSpread: 0.0001 }
      instruments:
        - { id: USD, kind: settlement }
        - { id: X, \(holding.instrument) }
      \(others.map { "  - \($0)" }.joined(separator: "\n"))
      margin: { flat: [{ from: 0, initial: 0.1, maintenance: 0.05 }] }
      liquidation: { policy: full, penalty: 0.01, reserveShare: 0.5, waves: 8 }
      impact: { coefficient: 1, permanentShare: 0.5, halfLifeHours: 4 }
      reserve: { balance: 100 }
      lossAllocation: socialise
      """
    }

    private static let market = """
      calibration: { source: "made up", window: { from: 2024-01-01, to: 2024-12-31 }, observations: 8760 }
      assets:
        - { id: BTC, price: 100, volatility: 2.5, impliedVolatility: { initial: 2, longRun: 2, halfLifeHours: 12, volatilityOfVolatility: 2 } }
        - { id: USDT, price: 1, volatility: 0.02 }
      correlation: { matrix: [[1, 0], [0, 1]] }
      """

    /// What is wrong with the cell, one message per problem; empty where it loads and runs.
    func messages() throws -> [String] {
      let job: StressJob
      do {
        job = try StressJob.load(path: folder + "/job.yaml")
      } catch {
        return error.all.map { "\($0.location.keyPath): \($0.message)" }
      }
      let report = try StressTest(job).run(workers: 1)
      return report.largestConservationResidual < 1e-9 ? [] : ["money is not conserved"]
    }
  }

  @Test("every cell runs, or is refused with its reason")
  func cells() throws {
    for holding in RunsWithWhat.holdings {
      for mode in RunsWithWhat.modes {
        for model in RunsWithWhat.models {
          let name = "\(holding.name), \(mode), \(model.kind)"
          func found(besideFutures: Bool) throws -> [String] {
            try Cell(holding, mode: mode, model, besideFutures: besideFutures).messages()
          }
          let alone = try found(besideFutures: false)
          switch RunsWithWhat.outcome(holding, mode: mode, model) {
          case .runs: #expect(alone == [], "\(name)")
          case .refused(let reason): expect(alone, refusedFor: reason, name)
          case .besideFutures:
            expect(alone, refusedFor: .noFuture, name)
            #expect(try found(besideFutures: true) == [], "\(name)")
          case .withoutFutures:
            #expect(alone == [], "\(name)")
            expect(try found(besideFutures: true), refusedFor: .noLoan, name)
          }
        }
      }
    }
  }

  private func expect(_ messages: [String], refusedFor reason: RunsWithWhat.Reason, _ name: String) {
    #expect(!messages.isEmpty && messages.allSatisfy { $0.contains(reason.message) }, "\(name): \(messages)")
  }

  @Test("the documentation has this table, letter by letter, and every margin model is in it")
  func documentation() throws {
    let page = try String(
      contentsOfFile: Embedded.root + "/Sources/StressTesting/StressTesting.docc/VenuesAndAccounts.md", encoding: .utf8)
    #expect(page.contains(RunsWithWhat.table), "put this into the page:\n\(RunsWithWhat.table)")
    #expect(Set(RunsWithWhat.models.map(\.kind)) == Set(allMarginModels.map { $0.kind.name }))
  }
}
