/// The share of accounts that have been liquidated by a time.
struct FirstPassageChart {
  /// The curve of one model.
  struct Line {
    /// Index of the series.
    let series: Int
    /// Name of the series.
    let name: String
    /// Hours and the share so far, at most `FanFigure.pointsShown` of them.
    let points: [(hours: Double, share: Double)]
  }

  /// The venue, for the title.
  let venue: String
  /// One curve a model.
  let lines: [Line]

  /// The paper it is drawn on.
  private let frame = ChartFrame()

  /// Creates a chart.
  init(venue: String, lines: [Line]) {
    self.venue = venue
    self.lines = lines
  }

  /// The chart with its legend and numbers.
  var figure: Figure {
    let points = lines.flatMap(\.points)
    let x = Scale(covering: points.map { $0.hours / 24 }, from: frame.left, to: frame.plotRight, includingZero: true)
    let y = Scale(covering: points.map(\.share), from: frame.plotBottom, to: frame.top, includingZero: true)
    let axes =
      frame.verticalAxis(y, format: NumberText.percent)
      + frame.horizontalAxis(x, title: "days", format: NumberText.ratio)
    let title = "Time to the first liquidation, \(venue)"
    let caption = "Share of the accounts, over all paths, that have been liquidated by the time on the horizontal axis."
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(title: title, description: caption, axes + lines.flatMap { curve($0, x, y) }),
      legend: lines.map { Figure.Key(series: $0.series, name: $0.name) }, table: table)
  }

  /// One model's line with its spots for the pointer.
  private func curve(_ line: Line, _ x: Scale, _ y: Scale) -> [MarkupElement] {
    let path = line.points.map { (x: x.position($0.hours / 24), y: y.position($0.share)) }
    let spots = zip(line.points, path).map { point, place in
      Drawing.hoverSpot(
        x: place.x, y: place.y,
        "\(line.name): day \(NumberText.ratio(point.hours / 24)), \(NumberText.percent(point.share))")
    }
    return [Drawing.line(path, Drawing.seriesClass(line.series))] + spots
  }

  /// The plotted shares, one row a point.
  private var table: FigureTable {
    FigureTable(
      header: ["model", "hours", "liquidated so far"],
      rows: lines.flatMap { line in
        line.points.map { [line.name, NumberText.ratio($0.hours), NumberText.percent($0.share)] }
      })
  }
}
