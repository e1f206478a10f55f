/// How often assets fall together, observed against the fitted dependence.
struct TailFigures {
  /// What is drawn.
  let tails: TailDiagnostics

  private let frame = ChartFrame()

  /// Creates the charts.
  init(_ tails: TailDiagnostics) { self.tails = tails }

  /// The mean over pairs by q, then every pair at one q.
  var figures: [Figure] { [levels, pairs] }

  private var levels: Figure {
    let points = tails.levels
    let values = points.flatMap { [$0.observed, $0.simulated.low, $0.simulated.high, $0.probability] }
    let x = Scale(
      covering: points.map(\.probability), from: frame.left, to: frame.plotRight, includingZero: true)
    let y = Scale(covering: values, from: frame.plotBottom, to: frame.top, includingZero: true)
    let axes =
      frame.verticalAxis(y, format: NumberText.percent)
      + frame.horizontalAxis(x, title: "share of steps that counts as a fall", format: NumberText.percent)
    let area = Drawing.area(
      lower: points.map { (x.position($0.probability), y.position($0.simulated.low)) },
      upper: points.map { (x.position($0.probability), y.position($0.simulated.high)) }, Drawing.seriesClass(0))
    let median = Drawing.line(
      points.map { (x.position($0.probability), y.position($0.simulated.middle)) }, Drawing.seriesClass(0))
    let independent = Drawing.line(
      points.map { (x.position($0.probability), y.position($0.probability)) }, "rule")
    let marks = points.map { point in
      Drawing.mark(x: x.position(point.probability), y: y.position(point.observed), series: 1).tooltip(
        "lowest \(NumberText.percent(point.probability)): observed \(NumberText.percent(point.observed)), model "
          + CalibrationCharts.text(point.simulated, NumberText.percent))
    }
    let title = "Falling together, mean of all pairs"
    let caption =
      "Of the steps in which an asset is among its lowest returns (across), the share in which another one is too. The "
      + "dashed line is independence."
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(title: title, description: caption, axes + [area, independent, median] + marks),
      legend: CalibrationCharts.legend,
      table: FigureTable(
        header: ["lowest", "observed", "model", "5\u{00A0}% below", "5\u{00A0}% above"],
        rows: points.map { [NumberText.percent($0.probability)] + Self.cells($0.observed, $0.simulated) }))
  }

  private var pairs: Figure {
    let points = tails.pairs.filter { $0.observed.isFinite && $0.simulated.middle.isFinite }
    let values = points.flatMap { [$0.observed, $0.simulated.low, $0.simulated.high] }
    let x = Scale(covering: values, from: frame.left, to: frame.plotRight)
    let y = Scale(.linear, domain: x.domain, from: frame.plotBottom, to: frame.top)
    let axes =
      frame.verticalAxis(y, format: NumberText.percent)
      + frame.horizontalAxis(x, title: "fitted process", format: NumberText.percent)
    let ends = (x.domain.lowerBound, x.domain.upperBound)
    let diagonal = Drawing.stroke(
      from: (x.position(ends.0), y.position(ends.0)), to: (x.position(ends.1), y.position(ends.1)), "rule")
    let marks = points.flatMap { pair -> [MarkupElement] in
      let place = (x: x.position(pair.simulated.middle), y: y.position(pair.observed))
      let range = Drawing.stroke(
        from: (x.position(pair.simulated.low), place.y), to: (x.position(pair.simulated.high), place.y),
        "range \(Drawing.seriesClass(0))")
      let mark = Drawing.mark(x: place.x, y: place.y, series: 1, radius: 3).tooltip(
        "\(pair.assets.0) and \(pair.assets.1): observed \(NumberText.percent(pair.observed)), model "
          + CalibrationCharts.text(pair.simulated, NumberText.percent))
      return [range, mark]
    }
    let level = NumberText.percent(tails.pairProbability)
    let title = "Falling together, pair by pair"
    let caption =
      "The same for every pair at the lowest \(level), observed upwards, fitted across; bars hold 90\u{00A0}% of simulated "
      + "histories. On the dashed diagonal the two agree."
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(title: title, description: caption, axes + [diagonal] + marks),
      table: FigureTable(
        header: ["pair", "observed", "model", "5\u{00A0}% below", "5\u{00A0}% above"],
        rows: tails.pairs.map { ["\($0.assets.0) and \($0.assets.1)"] + Self.cells($0.observed, $0.simulated) }))
  }

  private static func cells(_ observed: Double, _ band: SimulatedBand) -> [String] {
    [observed, band.middle, band.low, band.high].map { NumberText.percent($0, .measured) }
  }
}
