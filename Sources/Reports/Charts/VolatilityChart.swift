/// The volatility that a margin model saw against the volatility that the same paths realised.
struct VolatilityChart {
  /// The mean over one group of paths.
  struct Point {
    /// Volatility realised, annualised.
    let realised: Double
    /// Volatility seen by the margin model, annualised.
    let seen: Double
  }

  /// The points of one model.
  struct Line {
    /// Index of the series.
    let series: Int
    /// Name of the series.
    let name: String
    /// Points with rising realised volatility.
    let points: [Point]
  }

  /// The venue, for the title.
  let venue: String
  /// One line a dynamic model.
  let lines: [Line]

  /// The paper it is drawn on.
  private let frame = ChartFrame()

  /// The chart with its legend and numbers.
  var figure: Figure {
    let points = lines.flatMap(\.points)
    let values = points.flatMap { [$0.realised, $0.seen] }
    let x = Scale(covering: values, from: frame.left, to: frame.plotRight)
    let y = Scale(.linear, domain: x.domain, from: frame.plotBottom, to: frame.top)
    let axes =
      frame.verticalAxis(y, format: NumberText.percent)
      + frame.horizontalAxis(x, title: "volatility realised (annualised)", format: NumberText.percent)
    let title = "Volatility seen by the margin, \(venue)"
    let caption =
      "Mean volatility that the margin model saw (upwards) against the volatility realised (across), by tenths of the "
      + "paths. On the dashed diagonal the model sees what happens; below it, it lags."
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(
        title: title, description: caption, axes + [diagonal(x, y)] + lines.flatMap { marks($0, x, y) }),
      legend: lines.map { Figure.Key(series: $0.series, name: $0.name) }, table: table)
  }

  /// Where volatility seen and realised are the same.
  private func diagonal(_ x: Scale, _ y: Scale) -> MarkupElement {
    let ends = (x.domain.lowerBound, x.domain.upperBound)
    return Drawing.stroke(
      from: (x.position(ends.0), y.position(ends.0)), to: (x.position(ends.1), y.position(ends.1)), "rule")
  }

  /// One model's line with a mark a group of paths.
  private func marks(_ line: Line, _ x: Scale, _ y: Scale) -> [MarkupElement] {
    let shown = line.points.filter { $0.realised.isFinite && $0.seen.isFinite }
    let path = shown.map { (x: x.position($0.realised), y: y.position($0.seen)) }
    return [Drawing.line(path, Drawing.seriesClass(line.series))]
      + zip(shown, path).map { point, place in
        Drawing.mark(x: place.x, y: place.y, series: line.series).tooltip(
          "\(line.name): realised \(NumberText.percent(point.realised)), seen \(NumberText.percent(point.seen))")
      }
  }

  /// The plotted volatilities, one row a model and group.
  private var table: FigureTable {
    FigureTable(
      header: ["model", "realised", "seen"],
      rows: lines.flatMap { line in
        line.points.map { [line.name, NumberText.percent($0.realised), NumberText.percent($0.seen)] }
      })
  }
}
