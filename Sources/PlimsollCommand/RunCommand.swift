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
      Example: plimsoll run Jobs/nightly.yaml --paths 100000 --set marginModels[1].floor=0.05

      The run folder Results/JOB/TIME-HASH/ is written under a temporary name and renamed when complete.
      """)

  @Argument(help: "The job file.", completion: .file(extensions: ["yaml", "yml", "json"]))
  var job: String

  @Option(name: .long, help: "Folder that gets JOB/RUN/ (default: Results beside the job's folder).")
  var out: String?

  @Option(name: .long, help: "Number of paths, instead of the job's.")
  var paths: String?

  @Option(name: .long, help: "Seed, instead of the job's.")
  var seed: String?

  @Option(name: .long, help: "Number of threads (default: the cores this process may use).")
  var workers: Int?

  @Option(
    name: .customLong("set"), help: ArgumentHelp("Any value of the job, by key path.", valueName: "key.path=value"))
  var settings: [String] = []

  @OptionGroup var talk: TalkOptions

  func validate() throws {
    if let workers, workers < 1 { throw ValidationError("--workers: found \(workers), allowed: a whole number ≥ 1") }
  }

  func run() throws {
    let console = talk.console
    try reportingFailures(console) {
      let started = Date.now
      let job = try StressJob.load(path: self.job, overrides: overrides())
      for warning in job.warnings { console.warning(warning) }
      console.detail("read \(job.inputs.count) files in \(Text.seconds(Date.now.timeIntervalSince(started)))")
      let interruption = Interruption()
      let report = try StressTest(job).run(
        workers: workers, program: .ofThisBuild, startedAt: started, writingTo: resultsFolder(of: job),
        shouldStop: { interruption.isRequested },
        progress: { console.show($0.activity.text, done: $0.done, total: $0.total, unit: "paths", perUnit: 256) })
      console.clearProgress()
      let folder = try RunFolder(parent: resultsFolder(of: job), name: report.provenance.folderName)
        .write(report.files(in: allReportFormats.filter { job.formats.contains($0.kind.name) }))
      console.output(report.headlineTable.text)
      console.output("report: \(folder)")
      if report.hasBreach { throw ExitStatus.limitBreached }
    }
  }

  private func overrides() throws -> [JobOverride] {
    let named = [("paths", paths), ("seed", seed)].compactMap { key, value in
      value.map { JobOverride(keyPath: key, yaml: $0, origin: "--\(key)") }
    }
    return try settings.map { try JobOverride(argument: $0) } + named
  }

  private func resultsFolder(of job: StressJob) -> String {
    let beside = URL(fileURLWithPath: self.job).deletingLastPathComponent().deletingLastPathComponent()
    return (out ?? beside.appendingPathComponent("Results").relativePath) + "/" + job.name
  }
}

extension RunProgress.Activity {
  /// What the progress line says.
  fileprivate var text: String {
    switch self {
    case .simulating: "simulating"
    case .attributing: "attributing tail losses"
    case .estimating: "estimating"
    }
  }
}
