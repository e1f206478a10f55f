import Foundation
import JobFiles
import Kernels
import Markets
import Reports
import RiskMeasures
import StressTesting
import Venues

/// What a child process tells of one job.
struct JobFigures: Codable {
  var wallSeconds: Double
  var cpuSeconds: Double
  var peakBytes: Int
  /// Account-checks of one path under all models, the share of accounts liquidated on a path and model, and positions per
  /// account; nil where the child does not say.
  var checksPerPath: Double?
  var shareTouched: Double?
  var meanPositions: Double?
}

/// Runs as the child: a whole job of this repository, from its files to the report's values.
func runJobChild(_ session: Session, job name: String) throws {
  let start = Machine.monotonicSeconds
  let job = try StressJob.load(
    path: "\(session.root)/Jobs/\(name).yaml", overrides: [JobOverride(argument: "paths=\(session.nightlyPaths)")])
  let report = try StressTest(job).run(workers: session.workers)
  let accounts = job.venues.reduce(0) { $0 + $1.venue.book.accounts.count }
  let held = job.venues.reduce(0) { $0 + $1.venue.book.quantity.count }
  let frequencies = report.models.compactMap { model in
    model.estimates.first {
      $0.id == "liquidation.frequency" && $0.label.group == nil && $0.label.asset == nil
        && $0.label.leverageBucket == nil
    }?.value
  }
  let figures = JobFigures(
    wallSeconds: Machine.monotonicSeconds - start, cpuSeconds: Machine.cpuSeconds, peakBytes: Machine.peakResidentBytes,
    checksPerPath: Double(accounts * job.grid.steps * report.models.count),
    shareTouched: frequencies.isEmpty ? nil : frequencies.reduce(0, +) / Double(frequencies.count),
    meanPositions: Double(held) / Double(accounts))
  FileHandle.standardOutput.write(try JSONEncoder().encode(figures))
}

/// A whole job on so many paths in a process of its own: seconds by the clock in use, and what the process tells.
private func seconds(
  _ session: Session, job: String, paths: Int
) throws -> (seconds: Double, figures: JobFigures) {
  let output = try session.output(
    of: CommandLine.arguments[0],
    [
      "--child", job, "--root", session.root, "--nightly-paths", "\(paths)", "--workers", "\(session.workers)",
    ])
  let figures = try JSONDecoder().decode(JobFigures.self, from: output)
  let processor = figures.cpuSeconds / Double(session.workers)
  return (session.usesProcessorTime ? processor : figures.wallSeconds, figures)
}

/// The part of `evaluate` with options and accounts margined by scenarios: the job `options-venue`, by the difference of two
/// sizes, so that pilot paths, tables and the map of liquidation prices, which do not grow with the paths, do not count.
func evaluateOptions(_ session: Session) throws {
  let (few, many) = (256, 768)
  let first = try seconds(session, job: "options-venue", paths: few)
  let last = try seconds(session, job: "options-venue", paths: many)
  let perPath = (last.seconds - first.seconds) / Double(many - few)
  guard perPath > 0, let checks = last.figures.checksPerPath else {
    throw Failure("options-venue took no longer on \(many) paths than on \(few)")
  }
  session.table.add(
    Row(
      name: "evaluate.options-venue", figure: checks / perPath, unit: "checks/s",
      shareTouched: last.figures.shareTouched, meanPositions: last.figures.meanPositions,
      note: "\(short(perPath * 1e3)) ms a path: standard margin, and scenarios as configured and matched; "
        + "\(session.workers) workers"))
}

/// `nightly`: the whole job in a process of its own.
func runNightly(_ session: Session) throws {
  let paths = session.nightlyPaths
  let few = try seconds(session, job: "nightly", paths: max(256, paths / 10))
  let all = try seconds(session, job: "nightly", paths: paths)
  session.table.add(
    Row(
      name: "nightly.\(paths)", figure: all.seconds, unit: "s",
      note: "whole job, static, dynamic and matched, \(session.workers) workers"))
  // What does not grow with the paths (reading, tables, pilot paths) is counted once.
  let perPath = (all.seconds - few.seconds) / Double(paths - max(256, paths / 10))
  session.table.add(
    Row(
      name: "nightly.100000", figure: few.seconds + perPath * Double(100_000 - max(256, paths / 10)), unit: "s",
      note: paths == 100_000 ? "as measured" : "from \(max(256, paths / 10)) and \(paths) paths by their difference"))
  session.table.add(Row(name: "nightly.memory", figure: Double(all.figures.peakBytes) / 1e6, unit: "MB at most"))
}

/// `startup`: the smallest job in a process of its own, from its start to its end.
func runStartup(_ session: Session) throws {
  // By the wall always: what another process uses is not in this one's processor time.
  var seconds = Double.infinity
  for _ in 0..<6 {
    let start = Machine.monotonicSeconds
    _ = try session.output(of: session.program, ["validate", "\(session.root)/Jobs/two-accounts.yaml", "--quiet"])
    seconds = min(seconds, Machine.monotonicSeconds - start)
  }
  session.table.add(
    Row(
      name: "startup", figure: seconds, unit: "s", note: "plimsoll validate Jobs/two-accounts.yaml, the process whole"))
}

/// `read`: a portfolio of a million positions, read and resolved, against the csv module of Python.
func runRead(_ session: Session) throws {
  let folder = FileManager.default.temporaryDirectory.appending(path: "plimsoll-read-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  let source = "\(session.root)/Portfolios/perpetual-venue"
  for file in ["venue.yaml", "market.yaml"] {
    try FileManager.default.copyItem(
      at: URL(fileURLWithPath: "\(source)/\(file)"), to: folder.appending(path: file))
  }
  let positions = 1_000_000
  let text = positionsText(count: positions)
  try Data(text.positions.utf8).write(to: folder.appending(path: "positions.csv"))
  try Data(text.accounts.utf8).write(to: folder.appending(path: "accounts.csv"))
  let bytes = Double(text.positions.utf8.count + text.accounts.utf8.count)
  var failure: (any Error)?
  let seconds = session.seconds(rounds: 2, threads: 1) {
    do { _ = try Portfolio.validate(folder: folder.path()) } catch { failure = error }
  }
  if let failure { throw Failure("the benchmark's portfolio is refused: \(failure)") }
  let theirs = session.peer("read-csv", ["--folder", folder.path(), "--threads", "1"])
  session.table.add(
    Row(
      name: "read.\(positions)-positions", figure: seconds, unit: "s", against: "python csv",
      ratio: theirs.map { $0.seconds / seconds },
      note: "\(short(bytes)) bytes read, checked and laid out" + (theirs == nil ? "; python did not run" : "")))
}

/// Positions of 250,000 accounts: cash and three perpetuals each.
private func positionsText(count: Int) -> (positions: String, accounts: String) {
  let perpetuals = ["BTC-PERP", "ETH-PERP", "SOL-PERP", "BNB-PERP", "XRP-PERP", "ADA-PERP", "DOGE-PERP"]
  var positions = "account,instrument,quantity,entry_price\n"
  var accounts = "account,mode,group\n"
  positions.reserveCapacity(count * 36)
  var draws = Draws(state: 5)
  for account in 0..<count / 4 {
    accounts += "a\(account),cross,all\n"
    positions += "a\(account),USD,\(Int(draws.uniform() * 1e6)).25,\n"
    for place in 0..<3 {
      let side = draws.uniform() < 0.5 ? "-" : ""
      positions +=
        "a\(account),\(perpetuals[(account + 2 * place) % 7]),\(side)\(Int(1 + draws.uniform() * 1e4)).0625,\(Int(1 + draws.uniform() * 9e3)).5\n"
    }
  }
  return (positions, accounts)
}
