import Foundation
import JobFiles
import Kernels
import Markets
import Reports

/// Measures what a run costs, from its creation on.
struct RunClock {
  private let wall = Machine.monotonicSeconds
  private let cpu = Machine.cpuSeconds

  /// Where the figures come from and what they cost so far.
  func provenance(of job: StressJob, program: ProgramVersion, workers: Int, startedAt: Date) -> Provenance {
    Provenance(
      startedAt: startedAt, jobHash: hash(of: job),
      inputs: job.inputs.map { Reports.InputFile(label: $0.label, sha256: $0.sha256, bytes: $0.bytes) },
      programVersion: program.version, gitRevision: program.revision, blasConfiguration: BLAS.configuration,
      blasFlavour: BLAS.flavour.map(String.init(describing:)) ?? "unknown", blasCore: BLAS.coreName,
      cpuModel: Machine.cpuModel, instructionSet: Machine.compiledFor, workers: workers,
      wallSeconds: Machine.monotonicSeconds - wall, cpuSeconds: Machine.cpuSeconds - cpu,
      peakMemoryBytes: Machine.peakResidentBytes)
  }

  /// Identifies what was computed: the digests of all inputs, and what of the job a command line may have changed.
  ///
  /// Where the files lie, the number of workers and the formats of the report do not matter to it.
  private func hash(of job: StressJob) -> String {
    let size = ["\(job.seed)", "\(job.paths)", "\(job.grid.steps) x \(job.grid.stepHours) h"]
    let market = [job.processKind, "\(job.market.dependence)"] + job.processParameters.map(Self.text)
    let models = job.marginModels.flatMap { [$0.name, $0.kind] + $0.parameters.map(Self.text) }
    let comparison =
      ["\(job.baseline)", "\(job.matchings)", "\(job.pilotPaths)", "\(job.atStart)", "\(job.measures)"]
      + (job.pairsWithoutImpact ? ["without impact"] : [])
    let parts = job.inputs.map(\.sha256) + size + market + models + comparison + job.scenarios.flatMap(Self.text)
    return SHA256.hexDigest(of: Array(parts.joined(separator: "/").utf8))
  }

  /// What sets a scenario apart.
  private static func text(_ scenario: JobScenario) -> [String] {
    let size = [scenario.name, "\(scenario.paths)", "\(scenario.grid.steps) x \(scenario.grid.stepHours) h"]
    let market = [scenario.processKind, "\(scenario.market.dependence)"]
    let parameters = (scenario.processParameters + scenario.variations).map { text($0) }
    return size + market + parameters + scenario.shocks.map(\.line)
  }

  private static func text(_ parameter: ParameterText) -> String { "\(parameter.key)=\(parameter.value)" }
}
