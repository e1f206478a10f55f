import ArgumentParser
import Clearing
import Foundation
import JobFiles
import Markets
import Reports
import Schema
import Venues

/// `plimsoll explain`: the margin of a book, or of one account position by position, before anything is simulated.
struct ExplainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Show the margin of a book, or of one account by position, with liquidation and bankruptcy prices.",
    discussion: """
      Examples: plimsoll explain Jobs/nightly.yaml
                plimsoll explain Jobs/nightly.yaml --account taker-00012 --model dynamic
                plimsoll explain Portfolios/two-accounts --account long

      A job is shown under its baseline unless --model names another; a portfolio by its own market.yaml under its \
      bracket tables, or by loan-to-value where it has no futures. Everything is at the start: present prices, margin \
      rates in force, no funding or interest yet.
      """)

  @Argument(help: "A job file or a portfolio folder.", completion: .file())
  var path: String

  @Option(
    name: .long,
    help: "The account to show, by name, or all accounts of an owner; isolated positions are shown with them.")
  var account: String?

  @Option(name: .long, help: "The margin model, by its name in the job (default: the baseline).")
  var model: String?

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Any value of the job, by key path.", valueName: "key.path=value"))
  var settings: [String] = []

  @OptionGroup var talk: TalkOptions

  func run() throws {
    let console = talk.console
    try reportingFailures(console) {
      let subjects = try subjects(console)
      guard let account else {
        return try console.output(subjects.map(\.bookText).joined(separator: "\n"))
      }
      let texts = try subjects.flatMap { try $0.accountTexts(account) }
      guard texts.isEmpty else { return try console.output(texts.joined(separator: "\n")) }
      let names = subjects.flatMap { $0.venue.book.accounts.flatMap { [$0.id] + ($0.holder.map { [$0] } ?? []) } }
      let hint = nearestWord(to: account, among: Array(names.prefix(10_000))).map { "did you mean '\($0)'?" }
      throw Problems([
        Problem(
          "there is no such account", at: SourceLocation(file: path), found: quotedForMessage(account),
          allowed: "one of \(names.count) names, such as \(quotedForMessage(names.first ?? ""))", hint: hint)
      ])
    }
  }

  /// The venues to explain under the model asked for.
  private func subjects(_ console: Console) throws -> [MarginSubject] {
    let isFolder = try? URL(fileURLWithPath: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory
    if isFolder == true { return [try portfolio()] }
    let job = try StressJob.load(path: path, overrides: try settings.map { try JobOverride(argument: $0) })
    for warning in job.warnings { console.warning(warning) }
    let names = job.marginModels.map(\.name)
    let index = model.map { names.firstIndex(of: $0) } ?? job.baseline
    guard let index else {
      let hint = nearestWord(to: model ?? "", among: names).map { "; did you mean '\($0)'?" } ?? ""
      throw ValidationError(
        "--model: found \(quotedForMessage(model ?? "")), allowed: \(names.joined(separator: ", "))\(hint)")
    }
    return zip(job.venues, job.marginModels[index].venues).map { venue, own in
      MarginSubject(
        venue: venue.venue, assetIDs: job.market.assetIDs, prices: job.market.initialPrices,
        modelName: names[index], model: own.model, bases: DerivedBases(job.calibration))
    }
  }

  /// A portfolio by itself: its own market and the margin that its files state.
  private func portfolio() throws -> MarginSubject {
    guard settings.isEmpty else { throw ValidationError("--set changes a job; a portfolio has none") }
    guard model == nil else { throw ValidationError("--model names a model of a job; a portfolio has none") }
    let check = try Portfolio.validate(folder: path)
    guard let calibration = check.calibration else {
      throw Problems([
        Problem(
          "the portfolio has no prices of its own", at: SourceLocation(file: path),
          hint: "add a market.yaml, or name a job that has a market")
      ])
    }
    let instruments = check.venue.instruments
    let unlisted = instruments.filter { $0.isDerivative && $0.brackets == nil }
    guard unlisted.isEmpty else {
      throw Problems([
        Problem(
          "\(unlisted.map(\.id).joined(separator: ", ")) can be margined by a job's model only",
          at: SourceLocation(file: path), hint: "name a job instead, or give each a bracket table with `margin:`")
      ])
    }
    let isDerivatives = instruments.contains(where: \.isDerivative)
    let model: any MarginModel =
      isDerivatives
      ? TieredMargin(instruments: instruments, tables: check.rules.brackets)
      : LoanToValueMargin(instruments: instruments)
    return MarginSubject(
      venue: check.venue, assetIDs: calibration.assetIDs, prices: calibration.prices,
      modelName: type(of: model).kind.name, model: model, bases: DerivedBases(calibration))
  }
}
