/// Observed quantiles of an asset's returns against those of the fitted process: on the diagonal the two agree.
struct QuantileFigure {
  /// The asset.
  let asset: AssetDiagnostics

  private let frame = CalibrationCharts.small

  /// Creates the chart of one asset.
  init(_ asset: AssetDiagnostics) { self.asset = asset }

  /// The chart with its numbers.
  var figure: Figure {
    let points = asset.quantiles.filter { $0.observed.isFinite && $0.simulated.middle.isFinite }
    let values = points.flatMap { [$0.observed, $0.simulated.low, $0.simulated.high] }
    let x = Scale(covering: values, from: frame.left, to: frame.plotRight, divisions: 4)
    let y = Scale(.linear, domain: x.domain, from: frame.plotBottom, to: frame.top)
    let axes =
      frame.verticalAxis(y, ticks: y.ticks(4), format: NumberText.percent)
      + frame.horizontalAxis(x, title: "model", ticks: x.ticks(4), format: NumberText.percent)
    let band = Drawing.area(
      lower: points.map { (x.position($0.simulated.middle), y.position($0.simulated.low)) },
      upper: points.map { (x.position($0.simulated.middle), y.position($0.simulated.high)) }, Drawing.seriesClass(0))
    let ends = (x.domain.lowerBound, x.domain.upperBound)
    let diagonal = Drawing.stroke(
      from: (x.position(ends.0), y.position(ends.0)), to: (x.position(ends.1), y.position(ends.1)), "rule")
    let marks = points.map { point in
      Drawing.mark(x: x.position(point.simulated.middle), y: y.position(point.observed), series: 0, radius: 3).tooltip(
        "\(NumberText.percent(point.probability)) quantile: observed \(NumberText.percent(point.observed)), model "
          + CalibrationCharts.text(point.simulated, NumberText.percent))
    }
    return Figure(
      title: asset.id, caption: "",
      drawing: frame.drawing(
        title: "Quantiles of the returns of \(asset.id)",
        description: "Observed quantiles upwards, those of the fitted process across.",
        axes + [band, diagonal] + marks), table: table)
  }

  private var table: FigureTable {
    FigureTable(
      header: ["probability", "observed", "model", "5\u{00A0}% below", "5\u{00A0}% above"],
      rows: asset.quantiles.map {
        [NumberText.percent($0.probability)]
          + [$0.observed, $0.simulated.middle, $0.simulated.low, $0.simulated.high].map {
            NumberText.percent($0, .measured)
          }
      })
  }
}
