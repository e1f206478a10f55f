import JobFiles
import Kernels
import Markets
import Reports
import RiskMeasures
import Schema
import Simulation

/// What one scenario, or the job's own market beside the scenarios, came to.
struct ScenarioOutcome {
  /// Estimates, for the table and for limits.
  let summary: ScenarioSummary
  /// The scenario in the report.
  let result: ScenarioResult
  /// What a reader must know before using the figures.
  let warnings: [String]
}

extension RunPlan {
  /// The job's own market, so that it stands in the table of the scenarios; nil where there are none.
  func ownOutcome(table: OutcomeTable) -> ScenarioOutcome? {
    guard !job.scenarios.isEmpty else { return nil }
    let description = ScenarioDescription(
      name: nil, summary: job.summary, process: job.processKind, shocks: [],
      isOnePath: job.market.process.distinctPaths != nil && job.paths == 1)
    return outcome(description, table: table, isComplete: false)
  }

  /// Runs every scenario, one after the other, so that one table of outcomes is held at a time.
  ///
  /// `onBlockDone` gets the number of blocks finished over all scenarios; `shouldStop` ends the run by throwing
  /// `WorkStopped`.
  func runScenarios(
    workers: Int, shouldStop: @Sendable () -> Bool, onBlockDone: @Sendable (Int) -> Void
  ) throws -> [ScenarioOutcome] {
    var done = 0
    return try job.scenarios.map { scenario in
      let simulator = simulator(of: scenario)
      let before = done
      let table = try simulator.run(workers: workers, shouldStop: shouldStop) { onBlockDone(before + $0) }
      done += simulator.blockCount
      let description = ScenarioDescription(
        name: scenario.name, summary: scenario.summary, process: scenario.processKind,
        variations: scenario.variations.map { NamedText($0.key, $0.value) },
        shocks: scenario.shocks.map(\.line), isOnePath: scenario.isOnePath)
      return outcome(
        description, table: table, isComplete: job.limits.contains { $0.selector.scenario == scenario.name })
    }
  }

  /// Blocks of all scenarios.
  var scenarioBlocks: Int {
    job.scenarios.reduce(0) { $0 + ($1.paths + pathsPerBlock - 1) / pathsPerBlock }
  }

  private func outcome(
    _ description: ScenarioDescription, table: OutcomeTable, isComplete: Bool
  ) -> ScenarioOutcome {
    let summary = ScenarioSummary(name: description.name, of: table, settings: job.measures, isComplete: isComplete)
    let ended = table.pathStates.reduce(0) { $0 + $1[PathState.nonFinite.rawValue] }
    let result = ScenarioResult(
      description: description, paths: table.paths, steps: table.steps, stepHours: table.stepHours,
      figures: summary.models.map(\.figures),
      pathStates: PathState.allCases.map { state in
        PathStateCount("\(state)", table.pathStates.reduce(0) { $0 + $1[state.rawValue] })
      },
      largestConservationResidual: Self.largestResidual(in: table))
    let name = description.name.map { "in scenario \($0) " } ?? ""
    let warning =
      "\(name)\(ended) of \(table.paths * entries.count) replays ended where a price or a total was no longer a finite "
      + "number; the figures leave them out and are therefore too favourable"
    return ScenarioOutcome(
      summary: summary, result: result, warnings: ended > 0 && description.name != nil ? [warning] : [])
  }
}
