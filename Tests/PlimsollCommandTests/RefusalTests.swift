import Foundation
import Testing

/// One way to spoil a job, and what the program must say.
struct Refusal: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let status: Int32
  /// What the messages must hold: file, line or key, what was found, what is allowed.
  let fragments: [String]
  let job: String
  let options: [String]
  let spoil: @Sendable (Workshop) throws -> Void

  init(
    _ description: String, _ status: Int32, _ fragments: [String], job: String = "Jobs/two-accounts.yaml",
    options: [String] = [], spoil: @escaping @Sendable (Workshop) throws -> Void = { _ in }
  ) {
    testDescription = description
    self.status = status
    self.fragments = fragments
    self.job = job
    self.options = options
    self.spoil = spoil
  }
}

/// Inputs that cannot be run: each gets a message that names file and place, all problems at once, the right exit code,
/// and leaves no run folder.
@Suite("Refusals")
struct RefusalTests {
  private static let book = "Portfolios/two-accounts"

  private static let files: [Refusal] = [
    Refusal("a job that is not there", 74, ["nothing.yaml", "No such file"], job: "nothing.yaml"),
    Refusal("a folder for a job", 74, ["Jobs", "Is a directory"], job: "Jobs"),
    Refusal("a missing portfolio file", 74, ["\(book)/positions.csv", "No such file"]) {
      try $0.remove("\(book)/positions.csv")
    },
    Refusal("a missing market file", 74, ["two-accounts.yaml:6: market.calibration", "\(book)/market.yaml"]) {
      try $0.remove("\(book)/market.yaml")
    },
    Refusal("a folder for a table", 74, ["\(book)/accounts.csv", "Is a directory"]) {
      try $0.remove("\(book)/accounts.csv")
      try FileManager.default.createDirectory(
        atPath: "\($0.folder)/\(book)/accounts.csv", withIntermediateDirectories: false)
    },
    Refusal("an empty table", 65, ["\(book)/positions.csv: the file is empty"]) {
      try $0.write("\(book)/positions.csv", "")
    },
    Refusal("a table without rows", 65, ["\(book)/positions.csv: the file has no rows"]) {
      try $0.write("\(book)/positions.csv", "account,instrument,quantity,entry_price\n")
    },
    Refusal("binary garbage for a document", 65, ["\(book)/venue.yaml: the file is not UTF-8 text"]) {
      try $0.write("\(book)/venue.yaml", Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 128) }))
    },
    Refusal("binary garbage for a table", 65, ["\(book)/positions.csv:1: a column is missing", "allowed: account"]) {
      try $0.write("\(book)/positions.csv", Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ 128) }))
    },
  ]

  private static let values: [Refusal] = [
    Refusal(
      "numbers that are none, all at once", 65,
      ["positions.csv:3: quantity", "'nan'", "positions.csv:5: entry_price", "'-100'", "2 problems found"]
    ) {
      try $0.edit("\(book)/positions.csv", ",1000,100", ",nan,100")
      try $0.edit("\(book)/positions.csv", "-1000,100", "-1000,-100")
    },
    Refusal("a number beyond computing", 65, ["positions.csv:3: quantity", "too large"]) {
      try $0.edit("\(book)/positions.csv", ",1000,100", ",1e308,100")
    },
    Refusal("negative prices", 65, ["prices.csv:5: COIN", "'-82'", "prices.csv:6: COIN", "'0'"]) {
      try $0.edit("\(book)/prices.csv", ",82", ",-82")
      try $0.edit("\(book)/prices.csv", ",84", ",0")
    },
    Refusal("an account that appears twice", 65, ["accounts.csv:3: account: duplicate account", "first in line 2"]) {
      try $0.edit("\(book)/accounts.csv", "short,", "long,")
    },
    Refusal(
      "an unknown instrument", 65, ["positions.csv:5: instrument", "'COIM-PERP'", "did you mean 'COIN-PERP'?"]
    ) { try $0.edit("\(book)/positions.csv", "COIN-PERP,-1000", "COIM-PERP,-1000") },
    Refusal("unknown keys", 65, ["two-accounts.yaml:9: horizon.hour", "hours", "venue.yaml:16: reserve.balanse"]) {
      try $0.edit("Jobs/two-accounts.yaml", "hours: 4", "hour: 4")
      try $0.edit("\(book)/venue.yaml", "balance: 500", "balanse: 500")
    },
    Refusal("a correlation that is none", 65, ["market.yaml:9: correlation.matrix[0][0]", "[-1, 1]"]) {
      try $0.edit("\(book)/market.yaml", "[1.0]", "[1.5]")
    },
    Refusal(
      "a correlation matrix that is not positive definite", 65,
      ["market.yaml:9: correlation.matrix[2]", "not positive definite: COIN, B and C"],
      job: "Jobs/drawn.yaml"
    ) { try $0.write("\(book)/market.yaml", indefinite) },
    Refusal("accounts under water where that is refused", 65, ["two-accounts.yaml:13", "'long'", "refuse"]) {
      try $0.edit("\(book)/positions.csv", "11473", "1")
    },
  ]

  private static let options: [Refusal] = [
    Refusal("no paths", 65, ["--paths", "'0'", "≥ 1"], options: ["--paths", "0"]),
    Refusal("paths that are no number", 65, ["--paths", "'many'"], options: ["--paths", "many"]),
    Refusal("a negative seed", 65, ["--seed", "'-1'"], options: ["--seed=-1"]),
    Refusal("a negative step", 65, ["--set: horizon.stepHours", "'-1'"], options: ["--set", "horizon.stepHours=-1"]),
    Refusal(
      "a horizon of no whole steps", 65, ["two-accounts.yaml:9: horizon.hours", "3.0 h"],
      options: ["--set", "horizon.stepHours=3"]),
    Refusal("an override without a value", 65, ["--set", "key.path=value"], options: ["--set", "horizon"]),
    Refusal(
      "everything wrong at once", 65,
      ["colour", "marginModels[0].kind", "did you mean 'tiered'?", "output.formats", "measures.levels", "4 problems"],
      options: [
        "--set", "colour=blue", "--set", "marginModels[0].kind=tired", "--set", "output.formats=[pdf]", "--set",
        "measures.levels=[2]",
      ]),
    Refusal(
      "10^12 paths", 65, ["Jobs/drawn.yaml: paths: 1000000000000 paths need about", "TB", "allowed: at most"],
      job: "Jobs/drawn.yaml", options: ["--paths", "1000000000000"]),
    Refusal(
      "a results folder below a file", 74, ["Jobs/two-accounts.yaml/x", "Not a directory"],
      options: ["--out", "Jobs/two-accounts.yaml/x"]),
    Refusal(
      "a results folder that nobody can write", 74, ["/proc/two-accounts", "cannot write results to"],
      options: ["--out", "/proc"]),
  ]

  @Test(arguments: files + values + options)
  func refused(_ refusal: Refusal) throws {
    let shop = try Workshop()
    try refusal.spoil(shop)
    let outcome = try shop.plimsoll.run(["run", refusal.job] + refusal.options)
    #expect(outcome.status == refusal.status, "\(outcome.messages)")
    for fragment in refusal.fragments { #expect(outcome.messages.contains(fragment), "\(outcome.messages)") }
    #expect(outcome.messages.split(separator: "\n").allSatisfy { $0.hasPrefix("error: ") })
    #expect(outcome.output.isEmpty)
    #expect(shop.entries("Results").isEmpty && shop.entries("").allSatisfy { !$0.contains(".tmp-") })
  }

  @Test("validate finds the same problems as run", arguments: files + values)
  func validated(_ refusal: Refusal) throws {
    let shop = try Workshop()
    try refusal.spoil(shop)
    let run = try shop.plimsoll("run", refusal.job)
    // A folder is a portfolio to `validate`, and one that lacks its files.
    guard refusal.job != "Jobs" else { return }
    let validate = try shop.plimsoll("validate", refusal.job)
    #expect(validate.status == run.status)
    #expect(validate.messages == run.messages.replacing("; nothing was written", with: ""))
  }

  @Test("a folder without the right to write is refused before anything is computed", .disabled(if: getuid() == 0))
  func unwritable() throws {
    let shop = try Workshop()
    try FileManager.default.createDirectory(
      atPath: shop.folder + "/closed", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o555])
    let outcome = try shop.plimsoll("run", "Jobs/two-accounts.yaml", "--out", "closed")
    #expect(outcome.status == 74 && outcome.messages.contains("Permission denied"))
    #expect(shop.entries("closed").isEmpty)
  }

  @Test("output that nothing takes is a failure and not a crash")
  func full() throws {
    let shop = try Workshop()
    let outcome = try shop.plimsoll.run(["describe"], output: "/dev/full")
    #expect(outcome.status == 74)
    #expect(outcome.messages == "error: cannot write to standard output: No space left on device\n")
  }

  /// Three assets whose correlations contradict each other.
  private static let indefinite = """
    assets:
      - { id: COIN, price: 100, volatility: 0.5 }
      - { id: B, price: 100, volatility: 0.5 }
      - { id: C, price: 100, volatility: 0.5 }
    correlation:
      matrix:
        - [1, 0.9, 0.9]
        - [0.9, 1, -0.9]
        - [0.9, -0.9, 1]

    """
}
