import Foundation
import JobFiles
import Kernels
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

  /// Identifies what was computed: the digests of all inputs, the seed and the number of paths.
  private func hash(of job: StressJob) -> String {
    let text = job.inputs.map(\.sha256).joined() + "/\(job.seed)/\(job.paths)"
    return SHA256.hexDigest(of: Array(text.utf8))
  }
}
