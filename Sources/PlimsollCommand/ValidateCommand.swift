import ArgumentParser
import Foundation
import JobFiles
import Markets
import Venues

/// `plimsoll validate`: every problem of a job or a portfolio at once.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check a job file or a portfolio folder without computing anything.",
    discussion: "Example: plimsoll validate Jobs/nightly.yaml")

  @Argument(help: "A job file or a portfolio folder.", completion: .file())
  var path: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Any value of the job, by key path.", valueName: "key.path=value"))
  var settings: [String] = []

  func run() throws {
    let console = Console()
    try reportingFailures(console) {
      let isFolder = try? URL(fileURLWithPath: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory
      if isFolder == true { try checkPortfolio(console) } else { try checkJob(console) }
    }
  }

  private func checkJob(_ console: Console) throws {
    let job = try StressJob.load(path: path, overrides: try settings.map { try JobOverride(argument: $0) })
    for warning in job.warnings { console.warning(warning) }
    let accounts = job.venues.reduce(0) { $0 + $1.venue.book.accounts.count }
    console.output(
      "\(path): ok, \(job.market.assetIDs.count) assets, \(accounts) accounts, \(job.marginModels.count) margin models, "
        + "\(job.paths) paths of \(job.grid.steps) steps")
  }

  private func checkPortfolio(_ console: Console) throws {
    guard settings.isEmpty else { throw ValidationError("--set changes a job; a portfolio has none") }
    let check = try Portfolio.validate(folder: path)
    for warning in check.warnings { console.warning(warning) }
    let book = check.venue.book
    console.output(
      "\(path): ok, \(check.venue.instruments.count) instruments, \(book.accounts.count) accounts, "
        + "\(book.quantity.count) positions")
  }
}
