public import Foundation
public import JobFiles
public import Reports

import Kernels
import RiskMeasures
import Simulation

/// A stress test from a validated job to a report: the whole run on one page.
///
/// ```swift
/// let job = try StressJob.load(path: "Jobs/nightly.yaml")
/// let report = try StressTest(job).run()
/// ```
public struct StressTest: Sendable {
  /// What is to be computed.
  public let job: StressJob

  /// A test of `job`.
  public init(_ job: StressJob) { self.job = job }

  /// Computes everything the job asks for. The figures depend on the job alone, not on `workers`.
  ///
  /// - Parameters:
  ///   - workers: number of threads; the cores this process may use, unless told otherwise.
  ///   - program: version and revision for the provenance.
  ///   - startedAt: when the run began, for the provenance.
  ///   - folder: where the report will be written, if it will, so that its space is checked before anything else.
  ///   - shouldStop: asked now and then; true ends the run by throwing `WorkStopped`.
  ///   - progress: told what is being done and how far it is; called from any thread, one at a time.
  /// - Throws: `RunTooLarge` before anything is computed, if the machine cannot hold the run; `NoPathCompleted` if
  ///   there is nothing to estimate from; `WorkStopped`.
  public func run(
    workers: Int? = nil, program: ProgramVersion = .library, startedAt: Date = .now, writingTo folder: String? = nil,
    shouldStop: @Sendable () -> Bool = { false }, progress: @Sendable (RunProgress) -> Void = { _ in }
  ) throws -> StressReport {
    BLAS.useOneThread()
    let workers = max(1, workers ?? Machine.allowedCores)
    let clock = RunClock()
    try RunBudget(job, workers: workers).check(writingTo: folder)

    if job.marginModels.count > 1 { progress(RunProgress(activity: .matching, done: 0, total: 1)) }
    let plan = try RunPlan(job, workers: workers)
    let simulator = plan.simulator
    func stopIfAsked() throws { if shouldStop() { throw WorkStopped(blocksDone: simulator.blockCount) } }
    let table = try simulator.run(workers: workers, shouldStop: shouldStop) { done in
      progress(RunProgress(activity: .simulating, done: done, total: simulator.blockCount))
    }
    try plan.requireCompletedPaths(in: table)
    let tails = RiskSummary.tailPaths(of: table, settings: job.measures)
    let contributions = try tails.enumerated().map { index, tail in
      try stopIfAsked()
      progress(RunProgress(activity: .attributing, done: index, total: tails.count))
      return try simulator.contributions(model: tail.model, venue: tail.venue, paths: tail.paths, workers: workers)
    }
    try stopIfAsked()
    progress(RunProgress(activity: .estimating, done: 0, total: 1))
    let summary = RiskSummary(of: table, settings: job.measures, contributions: contributions)
    try stopIfAsked()
    let own = plan.ownOutcome(table: table)
    let scenarios = try plan.runScenarios(workers: workers, shouldStop: shouldStop) { done in
      progress(RunProgress(activity: .varying, done: done, total: plan.scenarioBlocks))
    }
    try stopIfAsked()
    let pairings = try plan.impactPairings(table: table, workers: workers, shouldStop: shouldStop) { done in
      progress(RunProgress(activity: .pairing, done: done, total: simulator.blockCount))
    }
    try stopIfAsked()
    let maps = plan.liquidationMaps
    let provenance = clock.provenance(of: job, program: program, workers: workers, startedAt: startedAt)
    var report = plan.report(
      table: table, summary: summary, scenarios: (own.map { [$0] } ?? []) + scenarios, provenance: provenance)
    report.curves.liquidationMaps = maps
    report.curves.exposures = plan.exposures
    report.curves.leverages = plan.leverages
    report.curves.loops = plan.loops
    report.impactPairings = pairings.enumerated().map { ImpactPairingResult(model: $0, $1) }
    report.worstPaths = plan.worstPaths(in: table)
    report.worstTrace = report.worstPaths.first { $0.model == 0 }.map { plan.trace(path: $0.path, entry: 0) }
    return report
  }
}

/// How far a run is.
public struct RunProgress: Sendable, Hashable {
  /// What is being done.
  public enum Activity: String, Sendable, Hashable {
    /// Pilot paths are drawn to compare the margin models' levels; not counted.
    case matching
    /// Paths are drawn and replayed; one unit is a block of 256 paths.
    case simulating
    /// The tail's paths are replayed to divide their losses; one unit is a model at a venue.
    case attributing
    /// Statistics are made.
    case estimating
    /// Scenarios are run; one unit is a block of 256 paths.
    case varying
    /// The paths are replayed without impact; one unit is a block of 256 paths.
    case pairing
  }

  /// What is being done.
  public let activity: Activity
  /// Units done.
  public let done: Int
  /// Units in all.
  public let total: Int
}

/// Which program made a report.
public struct ProgramVersion: Sendable, Hashable {
  /// Version number.
  public let version: String
  /// Revision of the source, where known.
  public let revision: String?

  /// Creates a version.
  public init(version: String, revision: String?) {
    self.version = version
    self.revision = revision
  }

  /// Used as a library, of unknown revision.
  public static let library = ProgramVersion(version: currentVersion, revision: nil)
  /// The version of this source.
  public static let currentVersion = "0.1.0"
}
