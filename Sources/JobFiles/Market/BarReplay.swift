import Foundation
import Markets
import Schema

extension BarHistory {
  /// The path to replay: bar t gives the close at point t and the extremes between t − 1 and t; point 0 is the open of
  /// the first bar. Nil, recorded, where bars are missing, are not one step long, or do not fill the horizon.
  ///
  /// - Parameters:
  ///   - assets: the market's assets, in their order.
  ///   - prices: their calibrated prices, which a scaled path starts at.
  ///   - selection: the first and last time that a bar may begin at.
  func replay(
    _ assets: [String], prices: [Double], _ selection: HistorySelection, grid: TimeGrid, intake: Intake
  ) -> ReplayPath? {
    guard let sources = sources(of: assets, intake: intake),
      let rows = rows(of: sources.compactMap(\.series), selection, grid: grid, intake)
    else { return nil }
    var path: [[Double]] = []
    var lows: [[Double]] = []
    var highs: [[Double]] = []
    var next = 0
    for (index, source) in sources.enumerated() {
      guard let series = source.series else {
        let flat = [Double](repeating: prices[index], count: grid.points)
        path.append(flat)
        lows.append(flat)
        highs.append(flat)
        continue
      }
      let bars = series.bars[rows[next]..<rows[next] + grid.steps]
      next += 1
      let first = bars[bars.startIndex].open
      let isOwn = series.asset == assets[index]
      let start = isScaled || !isOwn ? prices[index] : first
      func price(_ value: Double) -> Double { start * pow(value / first, source.factor) }
      path.append([start] + bars.map { price($0.close) })
      let before = [first] + bars.dropLast().map(\.close)
      // A bar may open away from the close before it: the way there belongs to the step as well.
      lows.append([start] + zip(bars, before).map { price(min($0.low, $1)) })
      highs.append([start] + zip(bars, before).map { price(max($0.high, $1)) })
    }
    guard isInRange(lows, highs, assets, intake) else { return nil }
    return ReplayPath(
      name: event ?? "bars", prices: path, extremes: ReplayExtremes(lows: lows, highs: highs))
  }

  /// The times that the series have in common with the selection: when the first bar begins, how many there are, and how
  /// long each is. Nil where there is nothing.
  func span(of series: [BarsFile.Series], _ selection: HistorySelection) -> (start: Double, bars: Int, hours: Double)? {
    let from = selection.from ?? -.infinity
    let to = selection.to ?? .infinity
    let starts = series.compactMap { $0.timesHours.first { $0 >= from } }
    let ends = series.compactMap { $0.timesHours.last { $0 <= to } }
    let spacings = series.flatMap { zip($0.timesHours.dropFirst(), $0.timesHours).map { $0 - $1 } }
    guard let start = starts.min(), let end = ends.max(), let hours = spacings.min(), end >= start else { return nil }
    return (start, Int(((end - start) / hours + 1e-6).rounded(.down)) + 1, hours)
  }

  /// The first row of each series, from which on there is a bar for every step; nil, recorded, where there is not.
  private func rows(
    of series: [BarsFile.Series], _ selection: HistorySelection, grid: TimeGrid, _ intake: Intake
  ) -> [Int]? {
    if series.isEmpty { return [] }
    guard let span = span(of: series, selection) else {
      intake.problems.record("no bar lies in the window", at: place, hint: "look at market.from and market.to")
      return nil
    }
    guard abs(span.hours - grid.stepHours) <= 1e-6 * grid.stepHours else {
      intake.problems.record(
        "the bars are not one step long", at: place, found: "\(plain(span.hours)) h",
        allowed: "\(plain(grid.stepHours)) h, the job's step", hint: "set horizon.stepHours to \(plain(span.hours))")
      return nil
    }
    guard span.bars >= grid.steps else {
      intake.problems.record(
        "the bars do not fill the horizon", at: place, found: "\(span.bars) bars from \(table.shown(span.start))",
        allowed: "\(grid.steps) bars", hint: "a horizon of \(plain(Double(span.bars) * span.hours)) hours would fit")
      return nil
    }
    if span.bars > grid.steps {
      intake.warn(excess: "\(span.bars - grid.steps) bars", at: place)
    }
    let before = intake.problems.count
    let rows = series.map { firstRow(of: $0, from: span.start, grid: grid, intake.problems) }
    return intake.problems.count == before ? rows.compactMap(\.self) : nil
  }

  /// The row of the bar that begins at `start`; nil, recorded with every gap, where not all steps have a bar.
  private func firstRow(of series: BarsFile.Series, from start: Double, grid: TimeGrid, _ problems: ProblemCollector)
    -> Int?
  {
    let tolerance = 1e-6 * grid.stepHours
    let first = series.timesHours.firstIndex { $0 >= start - tolerance } ?? series.timesHours.count
    var row = first
    var step = 0
    while step < grid.steps {
      let expected = start + Double(step) * grid.stepHours
      if row < series.timesHours.count, abs(series.timesHours[row] - expected) <= tolerance {
        row += 1
        step += 1
        continue
      }
      let end = start + Double(grid.steps) * grid.stepHours
      let resumed = row < series.timesHours.count ? min(series.timesHours[row], end) : end
      let missing = max(1, Int(((resumed - expected) / grid.stepHours).rounded()))
      problems.record(
        "bars of \(series.asset) are missing",
        at: SourceLocation(file: table.file, line: row < series.lines.count ? series.lines[row] : series.lines.last),
        found: "none from \(table.shown(expected)) on, \(missing) in all",
        allowed: "one every \(plain(grid.stepHours)) h from \(table.shown(start)) to \(table.shown(end))",
        hint: "choose another window, or let another asset stand in with proxies")
      if row < series.timesHours.count, series.timesHours[row] < expected - tolerance {
        row += 1
      } else {
        step += missing
      }
    }
    return first
  }

  /// Whether scaling and factors left all prices in the range that prices may have; recorded where not.
  private func isInRange(_ lows: [[Double]], _ highs: [[Double]], _ assets: [String], _ intake: Intake) -> Bool {
    let before = intake.problems.count
    for (index, asset) in assets.enumerated() {
      let ends = [lows[index].min() ?? 1, highs[index].max() ?? 1]
      for end in ends where !PricesFile.allowedPrices.contains(end) {
        intake.problems.record(
          "the replayed price of \(asset) leaves the range of prices", at: place, found: "\(end)",
          allowed: "\(PricesFile.allowedPrices)")
      }
    }
    return intake.problems.count == before
  }
}
