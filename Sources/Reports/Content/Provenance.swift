public import Foundation

/// One file that a run read.
public struct InputFile: Sendable, Hashable {
  /// The file as the job names it.
  public var label: String
  /// SHA-256 of its bytes, in hexadecimal.
  public var sha256: String
  /// Its size.
  public var bytes: Int

  /// Creates an entry.
  public init(label: String, sha256: String, bytes: Int) {
    self.label = label
    self.sha256 = sha256
    self.bytes = bytes
  }
}

/// Where a result comes from: what is needed to get the same numbers again, and what it cost.
///
/// None of it enters `summary.json`: that file is the same bytes for the same job on any number of workers.
public struct Provenance: Sendable, Hashable {
  /// When the run began.
  public var startedAt: Date
  /// SHA-256 of the resolved job, in hexadecimal; its first eight digits are in the folder's name.
  public var jobHash: String
  /// The files that were read.
  public var inputs: [InputFile]
  /// The program's version.
  public var programVersion: String
  /// The revision of the source it was built from; nil where it was not built from a repository.
  public var gitRevision: String?
  /// The linear-algebra library's account of itself.
  public var blasConfiguration: String
  /// How that library makes threads.
  public var blasFlavour: String
  /// The processor family whose kernels it uses; last bits differ between families.
  public var blasCore: String
  /// The processor's model name.
  public var cpuModel: String
  /// The instruction set that the program was compiled for.
  public var instructionSet: String
  /// Number of workers.
  public var workers: Int
  /// Time from start to end.
  public var wallSeconds: Double
  /// Processor time of all workers.
  public var cpuSeconds: Double
  /// Greatest resident memory.
  public var peakMemoryBytes: Int

  /// Creates a record.
  public init(
    startedAt: Date, jobHash: String, inputs: [InputFile], programVersion: String, gitRevision: String?,
    blasConfiguration: String, blasFlavour: String, blasCore: String, cpuModel: String, instructionSet: String,
    workers: Int, wallSeconds: Double, cpuSeconds: Double, peakMemoryBytes: Int
  ) {
    self.startedAt = startedAt
    self.jobHash = jobHash
    self.inputs = inputs
    self.programVersion = programVersion
    self.gitRevision = gitRevision
    self.blasConfiguration = blasConfiguration
    self.blasFlavour = blasFlavour
    self.blasCore = blasCore
    self.cpuModel = cpuModel
    self.instructionSet = instructionSet
    self.workers = workers
    self.wallSeconds = wallSeconds
    self.cpuSeconds = cpuSeconds
    self.peakMemoryBytes = peakMemoryBytes
  }

  /// The start in ISO 8601, UTC: `2026-11-21T03:15:00Z`.
  public var startText: String { startedAt.formatted(.iso8601) }

  /// The name of the run's folder: start in basic ISO 8601 and the job's hash, `20261121T031500Z-3f9a12bc`.
  public var folderName: String { startText.filter { $0 != "-" && $0 != ":" } + "-" + jobHash.prefix(8) }
}
