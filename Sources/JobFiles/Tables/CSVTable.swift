import Schema

/// A comma-separated file with a header: rows of fields with their line, nothing of their meaning.
///
/// A record that cannot be read, or has another number of fields than the header, is recorded and passed over.
struct CSVTable {
  /// Largest number of columns.
  static let greatestColumnCount = 4096
  /// Largest number of rows.
  static let greatestRowCount = 100_000_000

  /// The file in messages.
  let file: String
  /// The column names in the order written.
  let columns: [String]
  /// Where problems go.
  let problems: ProblemCollector
  /// The number of rows handed out so far.
  private(set) var rowCount = 0
  private var cursor: CSVCursor
  private var isOver = false

  /// Reads the header; nil, recorded, where there is none or it is broken.
  init?(_ bytes: Span<UInt8>, file: String, problems: ProblemCollector) {
    self.file = file
    self.problems = problems
    cursor = CSVCursor(capacity: Self.greatestColumnCount)
    let top = SourceLocation(file: file, line: 1)
    guard cursor.advance(in: bytes) else {
      problems.record("the file is empty", at: SourceLocation(file: file), allowed: "a header line and rows")
      return nil
    }
    if let defect = cursor.defect {
      let isBinary = defect == .nulByte
      problems.record(
        "the header cannot be read: \(defect.rawValue)", at: top,
        hint: isBinary ? "tables are read as plain CSV in UTF-8; convert other formats first" : nil)
      return nil
    }
    guard cursor.fieldCount <= Self.greatestColumnCount else {
      problems.record(
        "the header has too many columns", at: top, found: "\(cursor.fieldCount)",
        allowed: "≤ \(Self.greatestColumnCount)")
      return nil
    }
    var columns: [String] = []
    for field in cursor.fields.prefix(cursor.fieldCount) { columns.append(field.shown(in: bytes)) }
    self.columns = columns
    guard Self.isUnique(columns, at: top, problems) else { return nil }
    cursor = CSVCursor(continuing: cursor, capacity: columns.count)
  }

  /// The place of column `name`.
  func index(of name: String) -> Int? { columns.firstIndex(of: name) }

  /// Checks the header against the columns that have a meaning; false, recorded, where one is missing or unknown.
  func hasColumns(required: [String], optional: [String]) -> Bool {
    let known = required + optional
    let top = SourceLocation(file: file, line: 1)
    for name in required where !columns.contains(name) {
      problems.record(
        "a column is missing", at: top, found: columns.prefix(12).map(quotedForMessage).joined(separator: ", "),
        allowed: name)
    }
    for name in columns where !known.contains(name) {
      problems.record(
        "unknown column", at: top, found: quotedForMessage(name), allowed: known.joined(separator: ", "),
        hint: nearestWord(to: name, among: known).map { "did you mean '\($0)'?" })
    }
    return required.allSatisfy(columns.contains)
  }

  /// Moves to the next row that can be read; false at the end.
  mutating func advance(in bytes: Span<UInt8>) -> Bool {
    while !isOver, cursor.advance(in: bytes) {
      if let defect = cursor.defect {
        report("the row cannot be read: \(defect.rawValue)")
        isOver = defect == .nulByte || defect == .openQuote
        continue
      }
      guard cursor.fieldCount == columns.count else {
        report(
          "the row has another number of fields than the header", found: "\(cursor.fieldCount)",
          allowed: "\(columns.count)")
        continue
      }
      guard rowCount < Self.greatestRowCount else {
        report("the file has too many rows", allowed: "≤ \(Self.greatestRowCount)")
        return false
      }
      rowCount += 1
      return true
    }
    return false
  }

  /// The line on which the current row starts.
  var line: Int { cursor.line }

  /// Field `column` of the current row.
  func field(_ column: Int) -> CSVField { cursor.fields[column] }

  /// Records a problem of the current row, in column number `column` where one is to blame.
  func report(
    _ message: @autoclosure () -> String, column: Int? = nil, found: @autoclosure () -> String? = nil,
    allowed: @autoclosure () -> String? = nil, hint: @autoclosure () -> String? = nil
  ) {
    guard !problems.isFull else { return problems.countOnly() }
    problems.record(message(), at: location(column: column), found: found(), allowed: allowed(), hint: hint())
  }

  /// The place of the current row.
  func location(column: Int? = nil) -> SourceLocation {
    SourceLocation(file: file, line: cursor.line, keyPath: column.map { columns[$0] } ?? "")
  }

  /// Whether no column has the name of another; recorded where one does.
  private static func isUnique(_ columns: [String], at top: SourceLocation, _ problems: ProblemCollector) -> Bool {
    var seen: Set<String> = []
    let doubles = columns.filter { !seen.insert($0).inserted }
    for name in doubles.prefix(20) { problems.record("a column appears twice", at: top, found: quotedForMessage(name)) }
    return doubles.isEmpty
  }
}
