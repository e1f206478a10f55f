/// Autocorrelation of squared returns, observed against the fitted process: how long volatility stays where it is.
struct AutocorrelationFigure {
  /// The asset.
  let asset: AssetDiagnostics

  private let frame = CalibrationCharts.small

  /// Creates the chart of one asset.
  init(_ asset: AssetDiagnostics) { self.asset = asset }

  /// The chart with its numbers.
  var figure: Figure {
    let points = asset.autocorrelations.enumerated().map { (lag: Double($0.offset + 1), value: $0.element) }
      .filter { $0.value.observed.isFinite && $0.value.simulated.middle.isFinite }
    let values = points.flatMap { [$0.value.observed, $0.value.simulated.low, $0.value.simulated.high] }
    let x = Scale(
      .linear, domain: 0...max(1, points.last?.lag ?? 1), from: frame.left, to: frame.plotRight)
    let y = Scale(
      covering: values, from: frame.plotBottom, to: frame.top, includingZero: true, divisions: 4)
    let axes =
      frame.verticalAxis(y, ticks: y.ticks(4), format: NumberText.ratio)
      + frame.horizontalAxis(x, title: "lag in steps", ticks: x.ticks(4), format: NumberText.ratio)
    let band = Drawing.area(
      lower: points.map { (x.position($0.lag), y.position($0.value.simulated.low)) },
      upper: points.map { (x.position($0.lag), y.position($0.value.simulated.high)) }, Drawing.seriesClass(0))
    let median = Drawing.line(
      points.map { (x.position($0.lag), y.position($0.value.simulated.middle)) }, Drawing.seriesClass(0))
    let marks = points.map { point in
      Drawing.mark(x: x.position(point.lag), y: y.position(point.value.observed), series: 1, radius: 2.6).tooltip(
        "lag \(NumberText.ratio(point.lag)): observed \(NumberText.ratio(point.value.observed)), model "
          + CalibrationCharts.text(point.value.simulated, NumberText.ratio))
    }
    let zero = Drawing.stroke(from: (frame.left, y.position(0)), to: (frame.plotRight, y.position(0)), "axis")
    return Figure(
      title: asset.id, caption: "",
      drawing: frame.drawing(
        title: "Autocorrelation of the squared returns of \(asset.id)",
        description: "By lag in steps, observed as squares, of the fitted process as a line in its band.",
        axes + [band, zero, median] + marks), table: table)
  }

  private var table: FigureTable {
    FigureTable(
      header: ["lag", "observed", "model", "5\u{00A0}% below", "5\u{00A0}% above"],
      rows: asset.autocorrelations.enumerated().map { index, point in
        [String(index + 1)]
          + [point.observed, point.simulated.middle, point.simulated.low, point.simulated.high].map {
            NumberText.ratio($0, .measured)
          }
      })
  }
}
