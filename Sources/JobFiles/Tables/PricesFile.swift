import Kernels
import Schema

/// Reads a table of prices: a column of times, one column per asset, and optionally a column `path`.
///
/// The time column is called `time`, `time_utc` or `date` (UTC, see `UTCTime`), or `hours` (plain numbers). A blank cell
/// is a missing price. Times rise strictly within a path; the rows of a path need not stand together.
struct PricesFile {
  /// The rows of one path.
  struct Path {
    /// Its name; empty where the table has no column `path`.
    let name: String
    /// Time of each row in hours, since 1970-01-01T00:00Z where dates were given.
    var timesHours: [Double] = []
    /// Prices, [asset][row]; NaN where there is none.
    var prices: [[Double]]
    /// Line of each row.
    var lines: [Int] = []
  }

  /// The file in messages.
  let file: String
  /// The assets in the order of the columns.
  let assetIDs: [String]
  /// The paths in the order they first appear.
  private(set) var paths: [Path] = []
  private var pathNames = NameIndex()

  /// What a column of times may be called.
  static let timeColumns = ["time", "time_utc", "date", "hours"]

  /// Reads the table in `bytes`; `file` is what messages call it.
  init?(_ bytes: Span<UInt8>, file: String, problems: ProblemCollector) {
    self.file = file
    guard var table = CSVTable(bytes, file: file, problems: problems) else { return nil }
    let times = table.columns.indices.filter { Self.timeColumns.contains(table.columns[$0]) }
    guard let time = times.first, times.count == 1 else {
      problems.record(
        "exactly one column of times is needed", at: SourceLocation(file: file, line: 1), found: "\(times.count)",
        allowed: Self.timeColumns.joined(separator: " | "))
      return nil
    }
    let path = table.index(of: "path")
    let assets = table.columns.indices.filter { $0 != time && $0 != path }
    assetIDs = assets.map { table.columns[$0] }
    guard !assets.isEmpty, assetIDs.allSatisfy({ !$0.isEmpty && AccountName.flaw(of: $0) == nil }) else {
      problems.record(
        "every column of prices needs the name of its asset, without control characters",
        at: SourceLocation(file: file, line: 1))
      return nil
    }
    while table.advance(in: bytes) {
      take(table, time: time, path: path, assets: assets, bytes)
    }
    if table.rowCount == 0, problems.isEmpty {
      problems.record("the file has no rows", at: SourceLocation(file: file), allowed: "one row per time")
    }
  }

  /// Adds one row to its path; one out of order is recorded and left out.
  private mutating func take(_ table: CSVTable, time: Int, path: Int?, assets: [Int], _ bytes: Span<UInt8>) {
    guard let hours = Self.hours(table, time, bytes), let number = pathNumber(table, path, bytes) else { return }
    if let previous = paths[number].timesHours.last, hours <= previous {
      table.report(
        "the time is not later than the row before it", column: time,
        found: quotedForMessage(table.field(time).shown(in: bytes)))
      return
    }
    paths[number].timesHours.append(hours)
    paths[number].lines.append(table.line)
    for (asset, column) in assets.enumerated() {
      paths[number].prices[asset].append(price(table, column, bytes))
    }
  }

  /// The row's time in hours; nil, recorded, where it is not one.
  static func hours(_ table: CSVTable, _ column: Int, _ bytes: Span<UInt8>) -> Double? {
    let field = table.field(column)
    if table.columns[column] == "hours" {
      if let value = parseDouble(bytes, from: field.from, to: field.to), abs(value) <= 1e9 { return value }
      table.report(
        "the time is not allowed", column: column, found: quotedForMessage(field.shown(in: bytes)),
        allowed: "a number of hours in [-1e9, 1e9]")
      return nil
    }
    if let value = UTCTime.hours(field.content(in: bytes)) { return value }
    table.report(
      "the time is not allowed", column: column, found: quotedForMessage(field.shown(in: bytes)),
      allowed: UTCTime.allowed)
    return nil
  }

  /// The number of the row's path; all rows are of one path where the table does not name any.
  private mutating func pathNumber(_ table: CSVTable, _ column: Int?, _ bytes: Span<UInt8>) -> Int? {
    let name = column.map { table.field($0).content(in: bytes) } ?? []
    if let column, name.isEmpty {
      table.report("the path is missing", column: column)
      return nil
    }
    let placed = pathNames.insert(name)
    guard placed.isNew else { return placed.number }
    paths.append(
      Path(name: pathNames.text(of: placed.number), prices: [[Double]](repeating: [], count: assetIDs.count)))
    return placed.number
  }

  /// A price, or NaN for a blank cell; NaN too, recorded, for anything that is no price.
  private func price(_ table: CSVTable, _ column: Int, _ bytes: Span<UInt8>) -> Double {
    let field = table.field(column)
    if field.isEmpty { return .nan }
    if let value = parseDouble(bytes, from: field.from, to: field.to), Self.allowedPrices.contains(value) {
      return value
    }
    table.report(
      "the price is not allowed", column: column, found: quotedForMessage(field.shown(in: bytes)),
      allowed: "\(Self.allowedPrices), or nothing where it is missing")
    return .nan
  }

  /// What a price may be: positive, and far from where sums of squares overflow.
  static let allowedPrices = Bounds(0, 1e15, openBelow: true)
}
