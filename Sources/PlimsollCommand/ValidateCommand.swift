import ArgumentParser
import Foundation
import JobFiles
import Markets
import Venues

/// `plimsoll validate`: every problem of a job or a portfolio at once.
struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check a job file or a portfolio folder without computing anything.",
    discussion: """
      Examples: plimsoll validate Jobs/nightly.yaml
                plimsoll validate Portfolios/lending-pool
      """)

  @Argument(help: "A job file or a portfolio folder.", completion: .file())
  var path: String

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Any value of the job, by key path.", valueName: "key.path=value"))
  var settings: [String] = []

  @OptionGroup var talk: TalkOptions

  func run() throws {
    let console = talk.console
    try reportingFailures(console) {
      let isFolder = try? URL(fileURLWithPath: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory
      if isFolder == true { try checkPortfolio(console) } else { try checkJob(console) }
    }
  }

  private func checkJob(_ console: Console) throws {
    let job = try StressJob.load(path: path, overrides: try settings.map { try JobOverride(argument: $0) })
    for warning in job.warnings { console.warning(warning) }
    let venues = job.venues.count > 1 ? [Text.counted(job.venues.count, "venue")] : []
    let size =
      venues + [
        Text.counted(job.market.assetIDs.count, "asset"), Self.accounts(job.venues.map(\.venue.book)),
        Text.counted(job.marginModels.count, "margin model"),
        "\(Text.counted(job.paths, "path")) of \(Text.counted(job.grid.steps, "step"))",
      ]
    let scenarios = job.scenarios.isEmpty ? [] : [Text.counted(job.scenarios.count, "scenario")]
    try console.output("\(path): ok, \((size + scenarios).joined(separator: ", "))")
  }

  private func checkPortfolio(_ console: Console) throws {
    guard settings.isEmpty else { throw ValidationError("--set changes a job; a portfolio has none") }
    let check = try Portfolio.validate(folder: path)
    for warning in check.warnings { console.warning(warning) }
    let book = check.venue.book
    let size = [
      Text.counted(check.venue.instruments.count, "instrument"), Self.accounts([book]),
      Text.counted(book.quantity.count, "position"),
    ]
    try console.output("\(path): ok, \(size.joined(separator: ", "))")
  }

  /// How many accounts there are; isolated positions, which clear like accounts of their own, are counted apart.
  private static func accounts(_ books: [Book]) -> String {
    let accounts = books.flatMap(\.accounts)
    let isolated = accounts.count { $0.owner != nil }
    let owners = Text.counted(accounts.count - isolated, "account")
    let holders = Set(accounts.compactMap(\.holder)).count
    let credited = accounts.count { $0.credit > 0 }
    return owners + (isolated == 0 ? "" : " with \(Text.counted(isolated, "isolated position"))")
      + (holders == 0 ? "" : ", sub-accounts of \(Text.counted(holders, "owner"))")
      + (credited == 0 ? "" : ", \(Text.counted(credited, "credit line"))")
  }
}
