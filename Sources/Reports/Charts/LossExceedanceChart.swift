/// P(loss ≥ x) against x with a logarithmic vertical axis, so that the tail fills the picture; VaR and ES are marked on
/// it at the height of their probability.
struct LossExceedanceChart {
  /// VaR and ES of one curve at one level.
  struct TailMark {
    /// The level, such as 0.99.
    let level: Double
    /// Value at risk.
    let valueAtRisk: Double
    /// Expected shortfall.
    let expectedShortfall: Double
  }

  /// The curve of one model.
  struct Line {
    /// Index of the series.
    let series: Int
    /// Name of the series.
    let name: String
    /// Losses and the probability of more, from the likeliest down.
    let points: [(loss: Double, probability: Double)]
    /// What to mark.
    let marks: [TailMark]
  }

  /// The venue, for the title.
  let venue: String
  /// One curve a model.
  let lines: [Line]

  /// The paper, with room at the right for the levels.
  private let frame = ChartFrame(right: 56)

  /// The chart with its legend and numbers.
  var figure: Figure {
    let losses = lines.flatMap { $0.points.map(\.loss) + $0.marks.flatMap { [$0.valueAtRisk, $0.expectedShortfall] } }
    let chances = lines.flatMap { $0.points.map(\.probability) + $0.marks.map { (1 - $0.level) / 2 } }
    let x = Scale(covering: losses, from: frame.left, to: frame.plotRight)
    let y = Scale(decadesCovering: chances + [1], from: frame.plotBottom, to: frame.top)
    let axes =
      frame.verticalAxis(y, format: NumberText.percent)
      + frame.horizontalAxis(x, title: "loss of the venue over the horizon", format: NumberText.money)
    let title = "Loss exceedance, \(venue)"
    let caption =
      "Probability that the venue loses at least the amount on the horizontal axis. Filled mark: value at risk; open "
      + "mark: expected shortfall at the same level."
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(
        title: title, description: caption,
        axes + lines.flatMap { curve($0, x, y) } + lines.flatMap { tailMarks($0, x, y) } + levelLabels(y)),
      legend: lines.map { Figure.Key(series: $0.series, name: $0.name) }, table: table)
  }

  /// One model's curve with its spots for the pointer. Zero has no place on a logarithmic axis.
  private func curve(_ line: Line, _ x: Scale, _ y: Scale) -> [MarkupElement] {
    let shown = line.points.filter { $0.probability > 0 }
    let path = shown.map { (x: x.position($0.loss), y: y.position($0.probability)) }
    let hover = shown.map { point in
      Drawing.hoverSpot(
        x: x.position(point.loss), y: y.position(point.probability),
        "\(line.name): P(loss ≥ \(NumberText.money(point.loss))) = \(NumberText.percent(point.probability))")
    }
    return [Drawing.line(path, Drawing.seriesClass(line.series))] + hover
  }

  /// A segment from VaR to ES at height 1 − level, a little apart for each series.
  private func tailMarks(_ line: Line, _ x: Scale, _ y: Scale) -> [MarkupElement] {
    line.marks.filter { $0.valueAtRisk.isFinite && $0.expectedShortfall.isFinite }.flatMap { mark in
      let height = y.position(1 - mark.level) + (Double(line.series) - Double(lines.count - 1) / 2) * 5
      let at = (from: x.position(mark.valueAtRisk), to: x.position(mark.expectedShortfall))
      let classes = Drawing.seriesClass(line.series)
      let level = NumberText.percent(mark.level)
      return [
        Drawing.stroke(from: (at.from, height), to: (at.to, height), "whisker \(classes)"),
        Drawing.mark(x: at.from, y: height, series: line.series)
          .tooltip("\(line.name): VaR at \(level) = \(NumberText.money(mark.valueAtRisk))"),
        Drawing.openMark(x: at.to, y: height, series: line.series)
          .tooltip("\(line.name): ES at \(level) = \(NumberText.money(mark.expectedShortfall))"),
      ]
    }
  }

  /// The levels at the right edge, at least 13 units apart.
  private func levelLabels(_ y: Scale) -> [MarkupElement] {
    let levels = Set(lines.flatMap { $0.marks.map(\.level) }).sorted()
    let heights = Drawing.staggered(levels.map { y.position(1 - $0) + 4 }, apart: 13)
    return zip(levels, heights).map { level, height in
      Drawing.label(NumberText.percent(level), x: frame.plotRight + 5, y: height, anchor: "start", "ticklabel")
    }
  }

  /// The plotted probabilities, one row a model and loss.
  private var table: FigureTable {
    FigureTable(
      header: ["model", "loss", "P(more)"],
      rows: lines.flatMap { line in
        line.points.map { [line.name, NumberText.money($0.loss), NumberText.percent($0.probability)] }
      })
  }
}
