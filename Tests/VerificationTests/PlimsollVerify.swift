import ArgumentParser
import Foundation
import Kernels

/// The slow statistical verification of the whole package, as a program.
@main
struct PlimsollVerify: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plimsoll-verify",
    abstract: "Compare the engine with closed forms, identities and real input.",
    discussion: "Exit codes: 0 every case holds, 1 one does not, 64 usage.",
    subcommands: [RunCases.self, WriteLendingFolder.self, CompareProcesses.self, ImpactEstimates.self])
}

/// `plimsoll-verify run`: the table of cases.
struct RunCases: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run the cases and print expected against obtained.",
    discussion: "Cases: " + allVerificationCases.map(\.id).joined(separator: ", "))

  @Argument(help: "Cases to run, by the start of their name (default: all).")
  var cases: [String] = []

  @Option(name: .long, help: "Number of threads (default: the cores this process may use).")
  var workers: Int?

  @Option(name: .long, help: "Folder of the real data (default: PLIMSOLL_DATA, else ../shared/data).")
  var data: String?

  @Option(name: .long, help: "Folder for the portfolio and the reports of the real-input case (default: Results).")
  var out: String?

  /// Every name must be the start of a case's.
  func validate() throws {
    for name in cases where !allVerificationCases.contains(where: { $0.id.hasPrefix(name) }) {
      throw ValidationError("there is no case '\(name)'; \(Self.configuration.discussion)")
    }
  }

  func run() throws {
    BLAS.useOneThread()
    let setting = VerificationSetting(
      workers: max(1, workers ?? Machine.allowedCores),
      data: URL(fileURLWithPath: data ?? ProjectFolders.data).standardizedFileURL.path,
      results: out ?? ProjectFolders.results)
    let chosen = allVerificationCases.filter { item in cases.isEmpty || cases.contains { item.id.hasPrefix($0) } }
    var table = VerificationTable()
    for item in chosen { table.run(item, setting) }
    table.printTotals()
    if table.failures > 0 { throw ExitCode(1) }
  }
}

/// `plimsoll-verify aave-portfolio`: writes a folder that `plimsoll run FOLDER/job.yaml` computes.
struct WriteLendingFolder: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "aave-portfolio", abstract: "Turn a snapshot of lending accounts into a portfolio and a job.",
    discussion: """
      Reads aave_steth_accounts_202306.csv and prices_hourly.csv from the data folder. Then: plimsoll run FOLDER/job.yaml
      """)

  @Option(name: .long, help: "Folder of the real data (default: PLIMSOLL_DATA, else ../shared/data).")
  var data: String?

  @Option(name: .long, help: "Folder to write; created if it is missing.")
  var out: String

  func run() throws {
    let snapshot = try LendingSnapshot(folder: data ?? ProjectFolders.data)
    let folder = LendingFolder(snapshot)
    try folder.write(to: out)
    print(folder.summary)
    print("next: plimsoll run \(out)/job.yaml")
  }
}
