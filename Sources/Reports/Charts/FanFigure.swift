/// Quantiles of a path-dependent value along time: nested bands around the median.
struct FanFigure {
  /// The quantile probabilities, ascending and symmetric, such as 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99.
  let probabilities: [Double]
  /// Time of each point in hours.
  let hours: [Double]
  /// The quantiles, [point][probability].
  let quantiles: [[Double]]
  /// The heading.
  let title: String
  /// How to read it.
  let caption: String
  /// Index of the series that gives the colour.
  let series: Int
  /// How to print a value.
  let format: @Sendable (Double) -> String
  /// The size of the drawing; small ones stand side by side.
  var frame = ChartFrame()
  /// Whether the vertical axis holds zero.
  var includesZero = true

  /// At most this many points in time are drawn and tabulated, the first and the last among them.
  static let pointsShown = 61

  /// The chart with its numbers.
  var figure: Figure {
    let shown = Self.evenlySpaced(count: min(hours.count, quantiles.count), to: Self.pointsShown)
    let x = Scale(covering: shown.map { hours[$0] / 24 }, from: frame.left, to: frame.plotRight)
    let y = Scale(
      covering: shown.flatMap { quantiles[$0] }, from: frame.plotBottom, to: frame.top, includingZero: includesZero)
    let axes =
      frame.verticalAxis(y, format: format) + frame.horizontalAxis(x, title: "days", format: NumberText.ratio)
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(title: title, description: caption, axes + bands(shown, x, y) + median(shown, x, y)),
      table: table(shown))
  }

  /// One area for each pair of quantiles; they lie over each other, so the middle is darkest.
  private func bands(_ shown: [Int], _ x: Scale, _ y: Scale) -> [MarkupElement] {
    (0..<probabilities.count / 2).map { index in
      let mirror = probabilities.count - 1 - index
      let line = { (quantile: Int) in
        shown.map { (x: x.position(hours[$0] / 24), y: y.position(value($0, quantile))) }
      }
      let range = "\(NumberText.percent(probabilities[index])) to \(NumberText.percent(probabilities[mirror]))"
      return Drawing.area(lower: line(index), upper: line(mirror), Drawing.seriesClass(series))
        .tooltip("\(title): \(range) of paths")
    }
  }

  /// The middle quantile as a line, with a spot for the pointer at each point.
  private func median(_ shown: [Int], _ x: Scale, _ y: Scale) -> [MarkupElement] {
    let middle = probabilities.count / 2
    let line = shown.map { (x: x.position(hours[$0] / 24), y: y.position(value($0, middle))) }
    let spots = shown.map { point in
      Drawing.hoverSpot(
        x: x.position(hours[point] / 24), y: y.position(value(point, middle)),
        "day \(NumberText.ratio(hours[point] / 24)): median \(format(value(point, middle)))")
    }
    return [Drawing.line(line, Drawing.seriesClass(series) + " median")] + spots
  }

  /// A quantile at a point in time; NaN where the input is ragged, which the scale puts at its lower end.
  private func value(_ point: Int, _ quantile: Int) -> Double {
    quantile < quantiles[point].count ? quantiles[point][quantile] : .nan
  }

  /// The plotted quantiles, one row a point in time.
  private func table(_ shown: [Int]) -> FigureTable {
    FigureTable(
      header: ["hours"] + probabilities.map(NumberText.percent),
      rows: shown.map { point in [NumberText.ratio(hours[point])] + quantiles[point].map(format) })
  }

  /// `limit` indices of 0..<count, evenly spread, with both ends; all of them if there are no more.
  static func evenlySpaced(count: Int, to limit: Int) -> [Int] {
    guard count > limit, limit > 1 else { return Array(0..<max(0, count)) }
    return (0..<limit).map { $0 * (count - 1) / (limit - 1) }
  }
}
