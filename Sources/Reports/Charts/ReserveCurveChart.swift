/// P(reserve exhausted) against the size of the reserve, with its interval and the reserve that is there.
struct ReserveCurveChart {
  /// The probability for one size of the reserve.
  struct Point {
    /// Size of the reserve.
    let reserve: Double
    /// Estimate.
    let probability: Double
    /// Lower end of the interval.
    let low: Double
    /// Upper end of the interval.
    let high: Double
  }

  /// The curve of one model.
  struct Line {
    /// Index of the series.
    let series: Int
    /// Name of the series.
    let name: String
    /// Points with rising reserve.
    let points: [Point]
  }

  /// The venue, for the title.
  let venue: String
  /// The reserve at t = 0.
  let presentReserve: Double
  /// One curve a model.
  let lines: [Line]

  /// The paper it is drawn on.
  private let frame = ChartFrame()

  /// The chart with its legend and numbers.
  var figure: Figure {
    let sizes = lines.flatMap { $0.points.map(\.reserve) } + [presentReserve]
    let chances = lines.flatMap { $0.points.filter { $0.probability > 0 }.map(\.probability) }
    let x = Scale(covering: sizes, from: frame.left, to: frame.plotRight, includingZero: true)
    let y = Scale(decadesCovering: chances + [0.1], from: frame.plotBottom, to: frame.top)
    let axes =
      frame.verticalAxis(y, format: NumberText.percent)
      + frame.horizontalAxis(x, title: "size of the reserve at the start", format: NumberText.money)
    let title = "Reserve adequacy, \(venue)"
    let caption =
      "Probability that a reserve of the size on the horizontal axis is exhausted within the horizon, with its interval. "
      + "The upright line is the reserve that is there."
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(
        title: title, description: caption, axes + lines.flatMap { curve($0, x, y) } + presentLine(x) + emptyNote),
      legend: lines.map { Figure.Key(series: $0.series, name: $0.name) }, table: table)
  }

  /// One model's line inside the band of its intervals. Zero has no place on a logarithmic axis.
  private func curve(_ line: Line, _ x: Scale, _ y: Scale) -> [MarkupElement] {
    let classes = Drawing.seriesClass(line.series)
    let shown = line.points.filter { $0.probability > 0 && $0.reserve.isFinite }
    let place = { (point: Point, value: Double) in (x: x.position(point.reserve), y: y.position(value)) }
    let hover = shown.map { point in
      Drawing.hoverSpot(
        x: x.position(point.reserve), y: y.position(point.probability),
        "\(line.name): reserve \(NumberText.money(point.reserve)): \(Self.chance(point))")
    }
    return [
      Drawing.area(lower: shown.map { place($0, $0.low) }, upper: shown.map { place($0, $0.high) }, classes),
      Drawing.line(shown.map { place($0, $0.probability) }, classes),
    ] + hover
  }

  /// Says so where no size of the reserve was ever exhausted: a logarithmic axis cannot show zero.
  private var emptyNote: [MarkupElement] {
    guard lines.allSatisfy({ $0.points.allSatisfy { $0.probability == 0 } }) else { return [] }
    return [
      Drawing.label(
        "no path draws on the reserve", x: (frame.left + frame.plotRight) / 2, y: (frame.top + frame.plotBottom) / 2)
    ]
  }

  /// The reserve that is there, its label on the side with more room.
  private func presentLine(_ x: Scale) -> [MarkupElement] {
    let at = x.position(presentReserve)
    let isRight = at > (frame.left + frame.plotRight) / 2
    return [
      Drawing.stroke(from: (at, frame.top), to: (at, frame.plotBottom), "rule"),
      Drawing.label(
        "reserve \(NumberText.money(presentReserve))", x: at + (isRight ? -5 : 5), y: frame.top + 11,
        anchor: isRight ? "end" : "start"),
    ]
  }

  /// A probability with its interval, for the tooltip.
  private static func chance(_ point: Point) -> String {
    "\(NumberText.percent(point.probability)) [\(NumberText.percent(point.low)), \(NumberText.percent(point.high))]"
  }

  /// The plotted probabilities, one row a model and size.
  private var table: FigureTable {
    FigureTable(
      header: ["model", "reserve", "P(exhausted)", "from", "to"],
      rows: lines.flatMap { line in
        line.points.map {
          [
            line.name, NumberText.money($0.reserve), NumberText.percent($0.probability), NumberText.percent($0.low),
            NumberText.percent($0.high),
          ]
        }
      })
  }
}
