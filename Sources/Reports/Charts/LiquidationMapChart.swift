/// Share of the notional that would be liquidated at each price, falling to the left and rising to the right of today's.
struct LiquidationMapChart {
  /// The map of one model.
  struct Line {
    /// Index of the series.
    let series: Int
    /// Name of the series.
    let name: String
    /// Price ÷ present price and what is liquidated there, rising.
    let points: [LiquidationMapResult.Point]
  }

  /// What is moved, for the title.
  let moved: String
  /// Futures, debts and options (by delta) of the accounts that hold a moved asset.
  let totalNotional: Double
  /// One line a model.
  let lines: [Line]

  /// The paper it is drawn on.
  private let frame = ChartFrame()
  /// The shown part of the map.
  private static let shown = 0.5...1.5

  /// Creates a chart.
  init(moved: String, totalNotional: Double, lines: [Line]) {
    self.moved = moved
    self.totalNotional = totalNotional
    self.lines = lines
  }

  /// The chart with its legend and numbers.
  var figure: Figure {
    let shares = lines.flatMap { shown($0).map { share($0) } }
    let x = Scale(.linear, domain: Self.shown, from: frame.left, to: frame.plotRight)
    let y = Scale(covering: shares, from: frame.plotBottom, to: frame.top, includingZero: true)
    let axes =
      frame.verticalAxis(y, format: NumberText.percent)
      + frame.horizontalAxis(x, title: "price as a share of the present one", format: NumberText.percent)
    let title = "Liquidation map, \(moved)"
    let caption =
      "Of \(NumberText.money(totalNotional)) of futures, debts and options (by delta), the share of accounts that are "
      + "liquidatable when the price stands at the share on the horizontal axis, everything else as it is. Impact and cascades are not in it."
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(title: title, description: caption, axes + present(x) + lines.flatMap { curve($0, x, y) }),
      legend: lines.map { Figure.Key(series: $0.series, name: $0.name) }, table: table)
  }

  private func shown(_ line: Line) -> [LiquidationMapResult.Point] {
    line.points.filter { Self.shown.contains($0.ratio) }
  }

  private func share(_ point: LiquidationMapResult.Point) -> Double {
    totalNotional > 0 ? point.notional / totalNotional : 0
  }

  /// The upright line at the present price.
  private func present(_ x: Scale) -> [MarkupElement] {
    let at = x.position(1)
    return [
      Drawing.stroke(from: (at, frame.top), to: (at, frame.plotBottom), "rule"),
      Drawing.label("now", x: at + 5, y: frame.top + 11, anchor: "start"),
    ]
  }

  /// One model's line with spots for the pointer at every fifth point.
  private func curve(_ line: Line, _ x: Scale, _ y: Scale) -> [MarkupElement] {
    let points = shown(line)
    let path = points.map { (x: x.position($0.ratio), y: y.position(share($0))) }
    let spots = zip(points, path).enumerated().filter { $0.offset % 5 == 0 }.map { _, pair in
      Drawing.hoverSpot(
        x: pair.1.x, y: pair.1.y,
        "\(line.name): at \(NumberText.percent(pair.0.ratio)) \(NumberText.money(pair.0.notional)) of "
          + "\(NumberText.count(pair.0.accounts)) accounts")
    }
    return [Drawing.line(path, Drawing.seriesClass(line.series))] + spots
  }

  /// Every tenth of the price.
  private var table: FigureTable {
    FigureTable(
      header: ["model", "price", "notional", "share", "accounts"],
      rows: lines.flatMap { line in
        line.points.filter { Int(($0.ratio * 100).rounded()) % 10 == 0 && Self.shown.contains($0.ratio) }.map {
          [
            line.name, NumberText.percent($0.ratio), NumberText.money($0.notional), NumberText.percent(share($0)),
            NumberText.count($0.accounts),
          ]
        }
      })
  }
}
