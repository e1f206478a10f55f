import Kernels
import Schema

/// Reads a table of standardised past moves: a column per asset, a row per past margin period.
///
/// A cell is a simple return over the margin period divided by the standard deviation that was forecast for it, or blank.
/// Other columns than the market's assets are not used.
struct ResidualsFile {
  /// The assets in the order of the columns.
  private let assetIDs: [String]
  /// Moves, [column][row]; NaN for a blank cell.
  private var values: [[Double]]

  /// Reads the file that `node` names; nil, recorded, where it is wrong.
  init?(_ node: DocumentNode, base: FileReference, intake: Intake) {
    guard case .scalar(let path) = node.content, !path.isEmpty else {
      intake.problems.record(
        "the residuals are the path of a CSV file", at: node.location, found: node.shortDescription,
        allowed: "residuals.csv")
      return nil
    }
    let reference = base.sibling(path)
    guard let file = intake.open(reference, asker: node.location) else { return nil }
    let problems = ProblemCollector()
    let read = file.withBytes { ResidualsFile($0, file: reference.shown, problems: problems) }
    intake.problems.absorb(problems)
    guard let read, problems.isEmpty else { return nil }
    self = read
  }

  /// Reads the table in `bytes`; `file` is what messages call it.
  init?(_ bytes: Span<UInt8>, file: String, problems: ProblemCollector) {
    guard var table = CSVTable(bytes, file: file, problems: problems) else { return nil }
    assetIDs = table.columns
    values = table.columns.map { _ in [] }
    while table.advance(in: bytes) {
      for column in values.indices { values[column].append(Self.value(table, column, bytes)) }
    }
    if table.rowCount == 0, problems.isEmpty {
      problems.record("the file has no rows", at: SourceLocation(file: file), allowed: "one row per past margin period")
    }
  }

  /// The moves of each of `assets`; nil for one without a column.
  func rows(of assets: [String]) -> [[Double]?] {
    assets.map { id in assetIDs.firstIndex(of: id).map { values[$0] } }
  }

  private static func value(_ table: CSVTable, _ column: Int, _ bytes: Span<UInt8>) -> Double {
    let field = table.field(column)
    if field.isEmpty { return .nan }
    if let value = parseDouble(bytes, from: field.from, to: field.to), abs(value) <= 1e6 { return value }
    table.report(
      "the number is not allowed", column: column, found: quotedForMessage(field.shown(in: bytes)),
      allowed: "a number in [-1e6, 1e6], or nothing")
    return .nan
  }
}
