public import Schema

/// `manifest.json`: what is needed to get the same numbers again, and what the run cost.
///
/// `inputs` and `jobSHA256` tell whether the same was asked, `program` and `blas` whether the same code answered: last
/// bits differ between families of processors and builds of the linear-algebra library. `lossRows` names the rows of
/// `losses.npy`.
public struct RunManifest: ReportFormat {
  /// What `plimsoll describe formats` prints.
  public static let kind = Kind(
    "manifest", summary: "manifest.json: input hashes, seed, version, libraries, machine, times; always written")

  /// It is.
  public static let isAlwaysWritten = true

  /// Creates the format.
  public init() {}

  /// `manifest.json`.
  public func files(for report: StressReport) throws -> [OutputFile] {
    [OutputFile(name: "manifest.json", text: Self.document(report).text)]
  }

  /// The document.
  private static func document(_ report: StressReport) -> JSONValue {
    let source = report.provenance
    return .members([
      ("job", .string(report.run.job)), ("jobSHA256", .string(source.jobHash)),
      ("startedAt", .string(source.startText)), ("seed", .unsigned(report.run.seed)),
      ("paths", .integer(report.run.paths)), ("inputs", .array(source.inputs.map(input))),
      ("program", program(source)), ("blas", blas(source)), ("machine", machine(source)), ("cost", cost(source)),
      ("pathStates", .object(report.pathStates.map { ($0.name, .integer($0.count)) })),
      ("lossRows", .array(report.losses.map { lossRow($0, report.models) })),
    ])
  }

  /// One file that was read.
  private static func input(_ file: InputFile) -> JSONValue {
    .object([("file", .string(file.label)), ("sha256", .string(file.sha256)), ("bytes", .integer(file.bytes))])
  }

  /// What ran.
  private static func program(_ source: Provenance) -> JSONValue {
    .object([
      ("version", .string(source.programVersion)), ("gitRevision", .optional(source.gitRevision)),
      ("instructionSet", .string(source.instructionSet)),
    ])
  }

  /// The linear-algebra library.
  private static func blas(_ source: Provenance) -> JSONValue {
    .object([
      ("configuration", .string(source.blasConfiguration)), ("flavour", .string(source.blasFlavour)),
      ("core", .string(source.blasCore)),
    ])
  }

  /// Where it ran.
  private static func machine(_ source: Provenance) -> JSONValue {
    .object([("cpu", .string(source.cpuModel)), ("workers", .integer(source.workers))])
  }

  /// What it took.
  private static func cost(_ source: Provenance) -> JSONValue {
    .object([
      ("wallSeconds", .finite(source.wallSeconds)), ("cpuSeconds", .finite(source.cpuSeconds)),
      ("peakMemoryBytes", .integer(source.peakMemoryBytes)),
    ])
  }

  /// What one row of `losses.npy` holds.
  private static func lossRow(_ row: LossRow, _ models: [ModelResult]) -> JSONValue {
    .object([
      ("model", .string(models[row.model].name)), ("matching", .string(models[row.model].matching)),
      ("venue", .string(row.venue)),
    ])
  }
}
