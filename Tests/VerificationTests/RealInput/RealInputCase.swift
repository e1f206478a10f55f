import Clearing
import Foundation
import JobFiles
import Kernels
import Markets
import Reports
import RiskMeasures
import Simulation
import StressTesting
import Venues

/// Real accounts from file to report, by the very path that the command line takes.
let realInputCase = VerificationCase(
  id: "real-input", group: .realInput,
  summary: "1,811 Aave accounts of June 2023: health factors, calibration from hourly prices, run, report"
) { setting in
  guard LendingSnapshot.isPresent(in: setting.data) else {
    let files = "\(LendingSnapshot.accountsFile) or \(LendingSnapshot.pricesFile)"
    return [.skipped("real accounts", because: "\(files) is not in \(setting.data)")]
  }
  let run = RealInputRun(snapshot: try LendingSnapshot(folder: setting.data), setting: setting)
  return try run.bookRows() + run.marketRows() + run.reportRows() + run.recomputedRows()
}

/// The real book, written as a folder and loaded back as a job.
private struct RealInputRun {
  let folder: LendingFolder
  let setting: VerificationSetting
  private let snapshot: LendingSnapshot

  init(snapshot: LendingSnapshot, setting: VerificationSetting) {
    self.snapshot = snapshot
    self.setting = setting
    folder = LendingFolder(snapshot)
  }

  private var input: String { "\(setting.results)/\(LendingFolder.jobName)-input" }

  private func load(paths: Int) throws -> StressJob {
    try folder.write(to: input)
    return try StressJob.load(path: "\(input)/job.yaml", overrides: [JobOverride(keyPath: "paths", yaml: "\(paths)")])
  }

  /// Totals and health factors as the engine's book has them, against the file's.
  func bookRows() throws -> [VerificationRow] {
    let job = try load(paths: 2)
    let book = job.venues[0].venue.book
    let prices = job.market.initialPrices
    let health = job.marginModels[0].model.initialHealth(of: book, prices: prices)
    let values = ColumnValues(book: book, prices: prices)
    let debts = book.accounts.indices.map { account in
      book.positions(of: account).reduce(max(0, -book.cash[account])) { sum, position in
        sum + max(0, -book.quantity[position]) * values.unitValue[Int(book.column[position])]
      }
    }
    let factors = zip(health, debts).map { ($0.health + $1) / $1 }
    let apart = zip(factors, snapshot.accounts).map { abs($0 / $1.healthFactor - 1) }
    let collateral = zip(health, debts).reduce(0) { $0 + $1.0.equity + $1.1 }
    return [
      .holds("accounts", expected: "1811", obtained: "\(book.accounts.count)", book.accounts.count == 1811),
      .holds(
        "accounts whose health factor agrees to 1e-6", expected: "1811", obtained: "\(apart.count { $0 <= 1e-6 })",
        apart.allSatisfy { $0 <= 1e-6 }),
      .atMost("largest relative difference of a health factor", bound: 1e-6, obtained: apart.max() ?? .nan),
      .relative(
        "collateral", expected: snapshot.accounts.reduce(0) { $0 + $1.collateral }, obtained: collateral, within: 1e-12),
      .relative(
        "debt", expected: snapshot.accounts.reduce(0) { $0 + $1.debt }, obtained: debts.reduce(0, +), within: 1e-12),
      .holds(
        "accounts below 1 at the start", expected: "4", obtained: "\(health.count { $0.health < 0 })",
        health.count { $0.health < 0 } == 4),
    ]
  }

  /// What was estimated of the hourly prices: within the range that anyone would expect of them.
  func marketRows() throws -> [VerificationRow] {
    let calibration = try load(paths: 2).calibration
    let ether = calibration.assets[0]
    return [
      .between("annual volatility of ether, 2020-01 to 2023-06", 0.75, 1.1, obtained: ether.volatility),
      .between("annual volatility of bitcoin", 0.6, 0.9, obtained: calibration.assets[1].volatility),
      .between("correlation of the two", 0.7, 0.95, obtained: calibration.correlation[0, 1]),
      .between("degrees of freedom of the dependence", 2, 10, obtained: calibration.degreesOfFreedom ?? .nan),
    ]
  }

  /// The run and its report, every format written. The bounds are wide and only exclude nonsense. The largest deficit of
  /// Aave v2 was 2.66m CRV, 1.76m USD (governance.aave.com, "Repay excess CRV debt on Ethereum v2", 2022-12-08), in a
  /// market that is not among these.
  func reportRows() throws -> [VerificationRow] {
    let report = try StressTest(try load(paths: 2048)).run(workers: setting.workers)
    let files = try report.files(in: allReportFormats)
    let written = try RunFolder(
      parent: "\(setting.results)/\(LendingFolder.jobName)", name: report.provenance.folderName
    ).write(files)
    let isComplete = ["summary.json", "report.html", "report.md", "manifest.json", "losses.npy"].allSatisfy {
      FileManager.default.fileExists(atPath: "\(written)/\($0)")
    }
    let debt = snapshot.accounts.reduce(0) { $0 + $1.debt }
    func value(_ id: String, level: Double? = nil) throws -> Double {
      try required(
        report.models[0].estimates.first { $0.label.id == id && $0.label.level == level && $0.label.group == nil }, id
      ).value
    }
    let completed = report.pathStates.first { $0.name == "\(PathState.completed)" }?.count ?? 0
    return [
      .holds("paths that ran to the end", expected: "2048", obtained: "\(completed)", completed == 2048),
      .atMost("largest conservation residual", bound: 1e-9, obtained: report.largestConservationResidual),
      .holds("report in \(written)", expected: "complete", obtained: isComplete ? "complete" : "not", isComplete),
      .between(
        "share of accounts liquidated within 10 days", 0.005, 0.2,
        obtained: try value("liquidation.count.mean") * 10 / 1811),
      .between(
        "loss of the pool, ES 99 % over its debt", 0, 0.005,
        obtained: try value("venue.loss.es", level: 0.99) / debt),
      .between(
        "chance that a reserve of 1m is exhausted", 0, 0.05, obtained: try value("reserve.exhaustionProbability")),
    ]
  }

  /// Without impact an account is liquidated on a path exactly if its health is negative at some hour of it; that is
  /// computed here from the files' balances and the drawn prices alone.
  func recomputedRows() throws -> [VerificationRow] {
    let paths = 512
    let still = LendingFolder(snapshot, impactCoefficient: 0)
    let place = "\(setting.results)/\(LendingFolder.jobName)-input-without-impact"
    try still.write(to: place)
    let job = try StressJob.load(
      path: "\(place)/job.yaml", overrides: [JobOverride(keyPath: "paths", yaml: "\(paths)")])
    let report = try StressTest(job).run(workers: setting.workers)
    let obtained = report.accounts.map { Int(($0.liquidation[0].value * Double(paths)).rounded()) }
    let expected = try LendingRecount(still, job: job, paths: paths).counts(workers: setting.workers)
    let equal = zip(obtained, expected).count { $0 == $1 }
    return [
      .holds(
        "no impact: liquidations on 512 paths recomputed plainly", expected: "\(expected.reduce(0, +))",
        obtained: "\(obtained.reduce(0, +))", obtained == expected),
      .holds(
        "no impact: accounts with the same count", expected: "1811", obtained: "\(equal)",
        equal == 1811 && obtained.count == 1811),
    ]
  }
}
