import ArgumentParser
import Foundation
import JobFiles
import Kernels
import Reports
import Schema
import StressTesting

/// `plimsoll run`: computes a job and writes its run folder.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Compute a job and write its reports.",
    discussion: """
      Examples: plimsoll run Jobs/nightly.yaml
                plimsoll run Jobs/nightly.yaml --path 17 --model dynamic
                plimsoll run Jobs/nightly.yaml --paths 100000 --set 'marginModels[1].floor=0.05'

      The run folder Results/JOB/TIME-HASH/ is written under a temporary name and renamed when complete. The same job \
      and seed give the same figures on any number of workers.
      """)

  @Argument(help: "The job file.", completion: .file(extensions: ["yaml", "yml", "json"]))
  var job: String

  @Option(name: .long, help: "Folder that gets JOB/TIME-HASH/ (default: Results beside the job's folder).")
  var out: String?

  @Option(name: .long, help: "Number of paths, instead of the job's.")
  var paths: String?

  @Option(name: .customLong("path"), help: "Replay this path alone, from 0 on, and write what happens on it.")
  var tracedPath: Int?

  @Option(name: .long, help: "With --path: the margin model, as the report names it (default: the baseline).")
  var model: String?

  @Option(name: .long, help: "Seed, instead of the job's.")
  var seed: String?

  @Option(name: .long, help: "Number of threads (default: the cores this process may use).")
  var workers: Int?

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Any value of the job, by key path.", valueName: "key.path=value"))
  var settings: [String] = []

  @OptionGroup var talk: TalkOptions

  func validate() throws {
    if model != nil, tracedPath == nil { throw ValidationError("--model goes with --path") }
    if let workers, workers < 1 { throw ValidationError("--workers: found \(workers), allowed: a whole number ≥ 1") }
  }

  func run() throws {
    let console = talk.console
    try reportingFailures(console, "nothing was written") {
      let started = Date.now
      let job = try StressJob.load(path: self.job, overrides: overrides())
      for warning in job.warnings { console.warning(warning) }
      if let tracedPath { return try trace(tracedPath, of: job, console) }
      let interruption = Interruption()
      console.detail("read \(job.inputs.count) files in \(Text.seconds(Date.now.timeIntervalSince(started)))")
      let folder = ResultsFolder(job: job, file: self.job, out: out)
      try folder.checkWritable()
      let report = try compute(job, into: folder, startedAt: started, interruption, console)
      for warning in report.warnings where !job.warnings.contains(warning) { console.warning(warning) }
      let run = try RunFolder(parent: folder.path, name: report.provenance.folderName)
        .write(report.files(in: allReportFormats.filter { job.formats.contains($0.kind.name) }))
      try console.output(ending(of: report, run: run, showsPage: job.formats.contains(ReportHTML.kind.name)))
      if report.hasBreach { throw ExitStatus.limitBreached }
    }
  }

  /// Replays one path and writes `trace.json` and `trace.html` into a folder of its own.
  private func trace(_ path: Int, of job: StressJob, _ console: Console) throws {
    let folder = ResultsFolder(job: job, file: self.job, out: out)
    try folder.checkWritable()
    let trace: PathTrace
    do {
      trace = try StressTest(job).trace(path: path, model: model, workers: workers)
    } catch let error as NoSuchPath {
      throw ValidationError(error.description)
    }
    let written = try RunFolder(parent: folder.path, name: "path-\(path)").write(trace.files())
    var lines = trace.facts.map { "\($0.name): \($0.text)" }
    lines.append("trace: \(written)/trace.html, \(written)/trace.json")
    try console.output(NumberText.plain(lines.joined(separator: "\n")))
  }

  /// Runs the job; a signal that asks to stop is honoured until the report stands.
  private func compute(
    _ job: StressJob, into folder: ResultsFolder, startedAt: Date, _ interruption: Interruption, _ console: Console
  ) throws -> StressReport {
    let report = try StressTest(job).run(
      workers: workers, program: .ofThisBuild, startedAt: startedAt, writingTo: folder.path,
      shouldStop: { interruption.isRequested },
      progress: { console.show($0.step) })
    let cost = report.provenance
    console.detail(
      "computed in \(Text.seconds(cost.wallSeconds)) on \(Text.counted(cost.workers, "worker")), "
        + "at most \(cost.peakMemoryBytes / 1_000_000) MB of memory")
    return report
  }

  /// What is said at the end: the headline figures, the limits, and where everything is.
  private func ending(of report: StressReport, run: String, showsPage: Bool) -> String {
    var lines = [report.headlineTable.text, report.verdict.headline.text]
    lines += report.limits.map { "  " + $0.sentence }
    lines += report.worstPaths.map {
      "worst path under \(report.models[$0.model].displayName): \($0.command)"
    }
    lines.append("run folder: \(run)")
    if showsPage { lines.append("report: \(run)/report.html") }
    return NumberText.plain(lines.joined(separator: "\n"))
  }

  private func overrides() throws -> [JobOverride] {
    let named = [("paths", paths), ("seed", seed)].compactMap { key, value in
      value.map { JobOverride(keyPath: key, yaml: $0, origin: "--\(key)") }
    }
    return try settings.map { try JobOverride(argument: $0) } + named
  }
}

extension RunProgress {
  /// What the progress line says.
  fileprivate var step: ProgressStep {
    switch activity {
    case .matching: ProgressStep("matching margin levels", done: done, total: total)
    case .simulating: ProgressStep("simulating", done: done, total: total, rate: (256, "paths"))
    case .attributing: ProgressStep("attributing tail losses", done: done, total: total)
    case .estimating: ProgressStep("estimating", done: done, total: total)
    case .varying: ProgressStep("running scenarios", done: done, total: total, rate: (256, "paths"))
    case .pairing: ProgressStep("running without impact", done: done, total: total, rate: (256, "paths"))
    }
  }
}
