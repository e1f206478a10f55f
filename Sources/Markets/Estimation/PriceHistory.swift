public import Schema

/// Observed prices of several assets at common times, the raw material of an estimate.
///
/// Rows need not be evenly spaced and prices may be missing. A return is only ever taken between two rows exactly one
/// interval apart that both have a price: a difference across a gap would be a move of several steps booked as one.
public struct PriceHistory: Sendable {
  /// The assets, in the order of `prices`.
  public let assetIDs: [String]
  /// Time of each row in hours since 1970-01-01T00:00Z, strictly increasing.
  public let timesHours: [Double]
  /// Prices, [asset][row], > 0; NaN where there is none.
  public let prices: [[Double]]
  /// Where the prices came from, for messages and for the estimation window.
  public let source: SourceLocation
  /// Hours between neighbouring rows of the regular part: the most frequent spacing, the smaller one of equals.
  public let intervalHours: Double

  /// Creates a history after checking all of it.
  ///
  /// - Parameters:
  ///   - timesHours: hours since 1970-01-01T00:00Z, strictly increasing, to the millisecond.
  ///   - prices: [asset][row]; NaN marks a missing price.
  ///   - source: what messages call the input.
  /// - Throws: every problem found: no or double assets, rows of unequal number, times that do not increase, prices that
  ///   are not positive finite numbers, fewer than two rows.
  public init(
    assetIDs: [String], timesHours: [Double], prices: [[Double]], source: SourceLocation = SourceLocation(file: "")
  ) throws(Problems) {
    let problems = ProblemCollector(limit: 100)
    Self.checkAssets(assetIDs, columns: prices.count, at: source, problems)
    Self.checkTimes(timesHours, at: source, problems)
    for (asset, column) in zip(assetIDs, prices) {
      Self.checkPrices(column, of: asset, rows: timesHours.count, at: source, problems)
    }
    try problems.throwIfAny()
    self.init(
      checked: assetIDs, timesHours: timesHours, prices: prices, source: source,
      intervalHours: Self.mostFrequentSpacing(timesHours))
  }

  private init(
    checked assetIDs: [String], timesHours: [Double], prices: [[Double]], source: SourceLocation, intervalHours: Double
  ) {
    self.assetIDs = assetIDs
    self.timesHours = timesHours
    self.prices = prices
    self.source = source
    self.intervalHours = intervalHours
  }

  /// The same history of some assets only, in the order asked for; throws for every one that is not there.
  public func selecting(_ ids: [String]) throws(Problems) -> PriceHistory {
    let problems = ProblemCollector()
    Self.checkAssets(ids, columns: ids.count, at: source, problems)
    var columns: [[Double]] = []
    for id in ids {
      guard let index = assetIDs.firstIndex(of: id) else {
        problems.record(
          "the history has no prices of an asset", at: source, found: "'\(id)'",
          allowed: assetIDs.joined(separator: ", "))
        continue
      }
      columns.append(prices[index])
    }
    try problems.throwIfAny()
    return PriceHistory(
      checked: ids, timesHours: timesHours, prices: columns, source: source, intervalHours: intervalHours)
  }

  /// The rows with `fromHours` ≤ time ≤ `toHours`; throws if fewer than two remain.
  public func window(fromHours: Double, toHours: Double) throws(Problems) -> PriceHistory {
    let rows = timesHours.indices.filter { timesHours[$0] >= fromHours && timesHours[$0] <= toHours }
    return try keeping(rows: rows, intervalHours: intervalHours, lacking: "fewer than two rows lie in the window")
  }

  /// The rows from the first to the last in which any asset has a price; all of them where none has.
  ///
  /// A table often goes on where the chosen columns do not: days without a price at its end would let every volatility relax
  /// to its long-run level before t = 0.
  public var trimmed: PriceHistory {
    let priced = timesHours.indices.filter { row in prices.contains { !$0[row].isNaN } }
    guard let first = priced.first, let last = priced.last, last > first else { return self }
    return PriceHistory(
      checked: assetIDs, timesHours: Array(timesHours[first...last]), prices: prices.map { Array($0[first...last]) },
      source: source, intervalHours: intervalHours)
  }

  /// The history seen at a coarser step, by taking the rows on a grid of `stepHours`.
  ///
  /// The grid's offset from the epoch is the one that most rows have, the earliest of equals: an hourly history becomes
  /// daily at 00:00 UTC, a daily one stamped 17:00 stays as it is. `stepHours` must be a whole multiple of the interval.
  public func resampled(toHours stepHours: Double) throws(Problems) -> PriceHistory {
    let multiple = stepHours / intervalHours
    guard multiple > 0.5, multiple < 1e9, abs(multiple - multiple.rounded()) <= 1e-9 * multiple else {
      throw Problems([
        Problem(
          "the history cannot be read at this step", at: source, found: "\(stepHours) h",
          allowed: "whole multiples of its interval of \(intervalHours) h")
      ])
    }
    if multiple.rounded() == 1 { return self }
    let step = Self.milliseconds(stepHours)
    let offsets = timesHours.map { time in
      let rest = Self.milliseconds(time) % step
      return rest < 0 ? rest + step : rest
    }
    let common = Self.mostFrequent(offsets)
    let rows = timesHours.indices.filter { offsets[$0] == common }
    return try keeping(rows: rows, intervalHours: stepHours, lacking: "fewer than two rows lie on the step's grid")
  }

  /// The log returns between rows exactly one interval apart.
  public func logReturns() -> LogReturns { LogReturns(of: self) }

  private func keeping(rows: [Int], intervalHours: Double, lacking: String) throws(Problems) -> PriceHistory {
    guard rows.count >= 2 else {
      throw Problems([Problem(lacking, at: source, found: "\(rows.count) rows", allowed: "2 or more")])
    }
    return PriceHistory(
      checked: assetIDs, timesHours: rows.map { timesHours[$0] },
      prices: prices.map { column in rows.map { column[$0] } }, source: source, intervalHours: intervalHours)
  }
}

extension PriceHistory {
  /// A time or spacing in whole milliseconds, so that equality means something; times are checked to fit.
  static func milliseconds(_ hours: Double) -> Int { Int((hours * 3_600_000).rounded()) }

  private static func mostFrequentSpacing(_ times: [Double]) -> Double {
    let stamps = times.map(milliseconds)
    return Double(mostFrequent(zip(stamps.dropFirst(), stamps).map { $0 - $1 })) / 3_600_000
  }

  /// The most frequent value, the smallest of equals; 0 of nothing.
  private static func mostFrequent(_ values: [Int]) -> Int {
    var counts: [Int: Int] = [:]
    for value in values { counts[value, default: 0] += 1 }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
  }

  private static func checkAssets(
    _ ids: [String], columns: Int, at source: SourceLocation, _ problems: ProblemCollector
  ) {
    if ids.isEmpty { problems.record("the history has no assets", at: source) }
    if ids.count != columns {
      problems.record(
        "assets and columns of prices differ in number", at: source, found: "\(columns)", allowed: "\(ids.count)")
    }
    var seen: Set<String> = []
    for id in ids where !seen.insert(id).inserted {
      problems.record("an asset appears twice in the history", at: source, found: "'\(id)'")
    }
  }

  private static func checkTimes(_ times: [Double], at source: SourceLocation, _ problems: ProblemCollector) {
    if times.count < 2 {
      problems.record(
        "a history needs rows to take returns between", at: source, found: "\(times.count)", allowed: "2 or more")
    }
    let unusable = times.indices.filter { !(abs(times[$0]) <= 1e9) }
    for row in unusable {
      problems.record(
        "row \(row + 1) has no usable time", at: source, found: "\(times[row]) h",
        allowed: "hours since 1970, up to ±1e9")
    }
    guard unusable.isEmpty else { return }
    for row in times.indices.dropFirst() where milliseconds(times[row]) <= milliseconds(times[row - 1]) {
      problems.record(
        "row \(row + 1) is not later than the row before it", at: source, found: "\(times[row]) h",
        allowed: "more than \(times[row - 1]) h")
    }
  }

  private static func checkPrices(
    _ column: [Double], of asset: String, rows: Int, at source: SourceLocation, _ problems: ProblemCollector
  ) {
    if column.count != rows {
      problems.record(
        "the prices of \(asset) do not fill the rows", at: source, found: "\(column.count)", allowed: "\(rows)")
    }
    for (row, price) in column.enumerated() where !price.isNaN && !(price > 0 && price.isFinite) {
      problems.record(
        "the price of \(asset) in row \(row + 1) is not a price", at: source, found: "\(price)",
        allowed: "a positive number, or nothing")
    }
  }
}
