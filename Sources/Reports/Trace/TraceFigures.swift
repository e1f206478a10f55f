/// The pictures of one path: prices, liquidations, reserves, requirement, along time.
enum TraceFigures {
  /// One line along time.
  struct Line {
    let series: Int
    let name: String
    /// Set thin and unbroken, for what lies under another line of the same colour.
    var isGround = false
    /// One value per point in time.
    let values: [Double]
  }

  /// Of this many assets the marks moved furthest from their exogenous prices; they are drawn, and besides them the asset
  /// whose exogenous price made the largest move within a step.
  static let assetsShown = 2
  /// At most this many points in time are drawn and tabulated, the first and the last among them.
  private static let pointsShown = 241

  /// All pictures of `trace`.
  static func all(_ trace: PathTrace) -> [Figure] {
    guard trace.steps.count > 1 else { return [] }
    return [prices(trace), liquidations(trace), reserves(trace), requirement(trace)]
  }

  private static func prices(_ trace: PathTrace) -> Figure {
    func move(_ asset: Int) -> (Double, Double) {
      let gaps = trace.steps.map { abs($0.marks[asset] / $0.exogenous[asset] - 1) }
      let falls = trace.steps.map { abs($0.marks[asset] / trace.steps[0].marks[asset] - 1) }
      return (gaps.max() ?? 0, falls.max() ?? 0)
    }
    func leap(_ asset: Int) -> Double {
      zip(trace.steps, trace.steps.dropFirst()).map { abs($1.exogenous[asset] / $0.exogenous[asset] - 1) }.max() ?? 0
    }
    var shown = Array(trace.assets.indices.sorted { move($0) > move($1) }.prefix(assetsShown))
    if let wildest = trace.assets.indices.max(by: { leap($0) < leap($1) }), !shown.contains(wildest) {
      shown.append(wildest)
    }
    let lines = shown.enumerated().flatMap { series, asset in
      let start = trace.steps[0].marks[asset]
      return [
        Line(
          series: series, name: "\(trace.assets[asset]), exogenous", isGround: true,
          values: trace.steps.map { $0.exogenous[asset] / start }),
        Line(series: series, name: trace.assets[asset], values: trace.steps.map { $0.marks[asset] / start }),
      ]
    }
    return figure(
      trace, "Prices",
      "Traded marks (thick) over exogenous prices (thin), relative to the start: the gap is what forced selling did. "
        + "Shown are the assets that it moved most, and the one whose exogenous price leapt furthest.", lines,
      NumberText.percent, includesZero: false)
  }

  private static func liquidations(_ trace: PathTrace) -> Figure {
    figure(
      trace, "Liquidated so far", "Notional closed, bought back or repaid since the start, by venue.",
      venueLines(trace, "") { $0.liquidated }, NumberText.money)
  }

  private static func reserves(_ trace: PathTrace) -> Figure {
    figure(
      trace, "Reserves", "Balance of each venue's reserve; thin, the shortfalls since the start.",
      venueLines(trace, ", shortfalls", isGround: true) { $0.shortfalls } + venueLines(trace, "") { $0.reserve },
      NumberText.money)
  }

  private static func requirement(_ trace: PathTrace) -> Figure {
    figure(
      trace, "Equity and requirement", "Equity of all accounts; thin, their maintenance requirement.",
      venueLines(trace, ", requirement", isGround: true) { $0.requirement }
        + venueLines(trace, ", equity") { $0.equity }, NumberText.money)
  }

  private static func venueLines(
    _ trace: PathTrace, _ suffix: String, isGround: Bool = false, value: (PathTrace.VenueStep) -> Double
  ) -> [Line] {
    trace.venues.enumerated().map { index, venue in
      Line(
        series: index, name: venue.id + suffix, isGround: isGround, values: trace.steps.map { value($0.venues[index]) })
    }
  }

  /// Lines along time with legend and numbers.
  private static func figure(
    _ trace: PathTrace, _ name: String, _ caption: String, _ lines: [Line], _ format: @escaping (Double) -> String,
    includesZero: Bool = true
  ) -> Figure {
    let frame = ChartFrame()
    let shown = FanFigure.evenlySpaced(count: trace.steps.count, to: pointsShown)
    let days = shown.map { trace.steps[$0].hours / 24 }
    let x = Scale(covering: days, from: frame.left, to: frame.plotRight, includingZero: true)
    let y = Scale(
      covering: lines.flatMap { line in shown.map { line.values[$0] } }, from: frame.plotBottom, to: frame.top,
      includingZero: includesZero)
    let drawn = lines.map { line in
      Drawing.line(
        zip(shown, days).map { (x: x.position($1), y: y.position(line.values[$0])) },
        Drawing.seriesClass(line.series) + (line.isGround ? " ground" : "")
      ).tooltip(line.name)
    }
    let title = "\(name), path \(trace.path) under \(trace.model)"
    let axes =
      frame.verticalAxis(y, format: format) + frame.horizontalAxis(x, title: "days", format: NumberText.ratio)
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(title: title, description: caption, axes + drawn),
      legend: lines.filter { !$0.isGround }.map { Figure.Key(series: $0.series, name: $0.name) },
      table: FigureTable(
        header: ["hours"] + lines.map(\.name),
        rows: shown.map { point in
          [NumberText.ratio(trace.steps[point].hours)] + lines.map { format($0.values[point]) }
        }))
  }
}
