import Kernels
import Schema

/// Reads a table of bars, one row per bar: the time it begins at, the asset, and open, high, low and close.
///
/// Columns in any order. Times as in `PricesFile`. A column `event` or `venue` keeps bars of different events or sources
/// apart; columns of volumes and trade counts are passed over. Times rise strictly within a series, that is one asset at
/// one venue in one event; the rows of a series need not stand together.
struct BarsFile {
  /// The bars of one asset from one source in one event.
  struct Series {
    /// Name of the event; empty where the table has no such column.
    let event: String
    /// Name of the source; empty where the table has no such column.
    let venue: String
    /// Name of the asset.
    let asset: String
    /// When each bar begins, in hours, since 1970-01-01T00:00Z where dates were given.
    var timesHours: [Double] = []
    /// The bars.
    var bars: [Bar] = []
    /// Line of each bar.
    var lines: [Int] = []
  }

  /// The prices of one bar: all positive, the low not above and the high not below the others.
  struct Bar {
    let open: Double
    let high: Double
    let low: Double
    let close: Double
  }

  /// The file in messages.
  let file: String
  /// Whether times are dates, rather than plain hours.
  let isDated: Bool
  /// The series in the order they first appear.
  private(set) var series: [Series] = []
  private var names = NameIndex()

  /// Columns without which a row is no bar.
  static let required = ["asset", "open", "high", "low", "close"]
  private static let grouping = ["event", "venue"]
  private static let passedOver = ["volume", "base_volume", "quote_volume", "usdt_volume", "trades"]

  /// The places of the columns that are read.
  private struct Columns {
    let time: Int
    let asset: Int
    let prices: [Int]
    let groups: [Int?]
  }

  /// Reads the table in `bytes`; `file` is what messages call it.
  init?(_ bytes: Span<UInt8>, file: String, problems: ProblemCollector) {
    self.file = file
    guard var table = CSVTable(bytes, file: file, problems: problems) else { return nil }
    let times = table.columns.filter(PricesFile.timeColumns.contains)
    isDated = times != ["hours"]
    let isComplete = table.hasColumns(
      required: Self.required, optional: PricesFile.timeColumns + Self.grouping + Self.passedOver)
    guard times.count == 1 else {
      problems.record(
        "exactly one column of times is needed", at: SourceLocation(file: file, line: 1), found: "\(times.count)",
        allowed: PricesFile.timeColumns.joined(separator: " | "))
      return nil
    }
    let prices = ["open", "high", "low", "close"].compactMap { table.index(of: $0) }
    guard isComplete, let time = table.index(of: times[0]), let asset = table.index(of: "asset"), prices.count == 4
    else { return nil }
    let columns = Columns(
      time: time, asset: asset, prices: prices, groups: Self.grouping.map { table.index(of: $0) })
    while table.advance(in: bytes) { take(table, columns, bytes) }
    if table.rowCount == 0, problems.isEmpty {
      problems.record("the file has no rows", at: SourceLocation(file: file), allowed: "one row per bar")
    }
  }

  /// Adds one row to its series; one that is no bar is recorded and left out.
  private mutating func take(_ table: CSVTable, _ columns: Columns, _ bytes: Span<UInt8>) {
    guard let hours = PricesFile.hours(table, columns.time, bytes), let bar = Self.bar(table, columns.prices, bytes),
      let number = seriesNumber(table, columns, bytes)
    else { return }
    if let previous = series[number].timesHours.last, hours <= previous {
      table.report(
        "the bar is not later than the one before it of the same asset", column: columns.time,
        found: quotedForMessage(table.field(columns.time).shown(in: bytes)))
      return
    }
    series[number].timesHours.append(hours)
    series[number].bars.append(bar)
    series[number].lines.append(table.line)
  }

  /// The number of the series that the row belongs to; nil, recorded, where it names no asset.
  private mutating func seriesNumber(_ table: CSVTable, _ columns: Columns, _ bytes: Span<UInt8>) -> Int? {
    let asset = table.field(columns.asset)
    guard !asset.isEmpty, AccountName.flaw(of: asset.text(in: bytes)) == nil else {
      table.report("the row names no asset, or not by a plain name", column: columns.asset)
      return nil
    }
    let groups = columns.groups.map { $0.map { table.field($0).content(in: bytes) } ?? [] }
    let placed = names.insert(Array((groups + [asset.content(in: bytes)]).joined(separator: [0])))
    if placed.isNew {
      series.append(
        Series(
          event: String(decoding: groups[0], as: UTF8.self), venue: String(decoding: groups[1], as: UTF8.self),
          asset: asset.shown(in: bytes)))
    }
    return placed.number
  }

  /// The row's prices; nil, recorded, where one is none or they contradict each other.
  private static func bar(_ table: CSVTable, _ columns: [Int], _ bytes: Span<UInt8>) -> Bar? {
    let values = columns.map { column -> Double? in
      let field = table.field(column)
      if let value = parseDouble(bytes, from: field.from, to: field.to), PricesFile.allowedPrices.contains(value) {
        return value
      }
      table.report(
        "the price is not allowed", column: column, found: quotedForMessage(field.shown(in: bytes)),
        allowed: "\(PricesFile.allowedPrices)", hint: "a bar is complete or not there at all")
      return nil
    }.compactMap(\.self)
    guard values.count == columns.count else { return nil }
    let bar = Bar(open: values[0], high: values[1], low: values[2], close: values[3])
    if bar.high < max(bar.open, bar.close) || bar.high < bar.low {
      table.report(
        "the high is below another price of the bar", column: columns[1], found: "\(bar.high)",
        allowed: "≥ \(max(bar.open, bar.close, bar.low))")
      return nil
    }
    if bar.low > min(bar.open, bar.close) {
      table.report(
        "the low is above another price of the bar", column: columns[2], found: "\(bar.low)",
        allowed: "≤ \(min(bar.open, bar.close))")
      return nil
    }
    return bar
  }

  /// A time of this file for a message.
  func shown(_ hours: Double) -> String { isDated ? UTCTime.text(hours) : "\(hours) h" }
}
