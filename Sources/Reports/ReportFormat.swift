public import Schema

/// Every format that `output.formats` may name, in the order shown. A new format is its own file and one line here.
public let allReportFormats: [any ReportFormat.Type] = [
  SummaryJSON.self,
  TablesCSV.self,
  ReportHTML.self,
  ReportMarkdown.self,
  LossArray.self,
  RunManifest.self,
]

/// A way of writing a report down.
///
/// A format is a pure function of the report: the same report gives the same bytes. It escapes or quotes every text that
/// came from a user's file.
public protocol ReportFormat: Sendable {
  /// What the job and `plimsoll describe formats` call it.
  static var kind: Kind { get }

  /// Whether it is written without being asked for; false unless the format says otherwise.
  static var isAlwaysWritten: Bool { get }

  /// Creates the format; formats have no settings.
  init()

  /// The files of the format, with names relative to the run folder.
  func files(for report: StressReport) throws -> [OutputFile]
}

extension ReportFormat {
  /// Only on request.
  public static var isAlwaysWritten: Bool { false }
}

extension StressReport {
  /// The files of a run folder: those of the chosen formats and those that are always written, each once.
  public func files(in formats: [any ReportFormat.Type]) throws -> [OutputFile] {
    let names = Set(formats.map { $0.kind.name })
    let wanted = allReportFormats.filter { $0.isAlwaysWritten || names.contains($0.kind.name) }
    return try wanted.flatMap { try $0.init().files(for: self) }
  }
}

/// A finished file of a run folder.
public struct OutputFile: Sendable, Hashable {
  /// Name relative to the run folder, with `/` between folders, such as `tables/measures.csv`.
  public let name: String
  /// Its contents.
  public let bytes: [UInt8]

  /// Creates a file from bytes.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Creates a file from text, in UTF-8.
  public init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }
}
