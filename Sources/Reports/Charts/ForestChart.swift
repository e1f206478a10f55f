/// Paired differences between a model and the baseline, one row a measure, as a share of the baseline's value.
///
/// Only so can money, probabilities and ratios share an axis. The interval is that of the difference divided by the
/// baseline's estimate, which is taken as given.
struct ForestChart {
  /// The difference of one model in one measure.
  struct Mark {
    /// Index of the series.
    let series: Int
    /// Name of the series.
    let name: String
    /// Difference ÷ |baseline|.
    let share: Double
    /// Lower end of its interval.
    let low: Double
    /// Upper end of its interval.
    let high: Double
  }

  /// One measure.
  struct Row {
    /// Words for the measure.
    let label: String
    /// One mark a model.
    let marks: [Mark]
  }

  /// The heading.
  let title: String
  /// Name of the baseline.
  let baseline: String
  /// Measures from top to bottom.
  let rows: [Row]
  /// The series, for the legend.
  let legend: [Figure.Key]

  /// Shares beyond ± this stand at the edge as an arrow with their value.
  static let widestShare = 1.0

  /// A line for the measure's name, then one for each model.
  private var rowHeight: Double { 24 + 12 * Double(legend.count) }
  /// The paper, as tall as the rows need.
  private var frame: ChartFrame {
    ChartFrame(height: 52 + rowHeight * Double(rows.count), left: 24, right: 34, top: 6, bottom: 46)
  }

  /// The chart with its legend and numbers.
  var figure: Figure {
    let x = scale
    let caption =
      "Difference from \(baseline) on the same paths, as a share of the value under \(baseline), with its interval. An "
      + "interval that crosses the upright line at zero shows no distinguishable difference."
    let zero = Drawing.stroke(
      from: (x.position(0), frame.top), to: (x.position(0), frame.plotBottom), "rule")
    let axis = frame.horizontalAxis(
      x, title: "difference from \(baseline)", ticks: x.ticks(4), format: Self.signedPercent)
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(
        title: title, description: caption,
        axis + [zero] + rows.enumerated().flatMap { row($0.element, at: $0.offset, x) }),
      legend: legend, table: table)
  }

  /// Holds zero, every mark and every end of an interval within ± `widestShare`.
  private var scale: Scale {
    let ends = rows.flatMap { $0.marks.flatMap { [$0.low, $0.high, $0.share] } }
    let inside = ends.filter(\.isFinite).map { min(max($0, -Self.widestShare), Self.widestShare) }
    return Scale(covering: inside, from: frame.left, to: frame.plotRight, includingZero: true, divisions: 4)
  }

  /// One measure: its name at the left, the models' marks below it.
  private func row(_ row: Row, at index: Int, _ x: Scale) -> [MarkupElement] {
    let top = frame.top + Double(index) * rowHeight
    let label = Drawing.label(row.label, x: frame.left, y: top + 15, anchor: "start")
    let rule = Drawing.stroke(from: (frame.left, top + rowHeight), to: (frame.plotRight, top + rowHeight), "grid")
    let marks = row.marks.enumerated().flatMap { offset, mark in
      self.mark(mark, y: top + 20 + (Double(offset) + 0.5) * (rowHeight - 24) / Double(row.marks.count), row.label, x)
    }
    return [rule, label] + marks
  }

  /// One model's mark and whisker; nothing where the interval is unknown.
  private func mark(_ mark: Mark, y: Double, _ label: String, _ x: Scale) -> [MarkupElement] {
    guard mark.share.isFinite, mark.low.isFinite, mark.high.isFinite else { return [] }
    let whisker = Drawing.stroke(
      from: (x.position(mark.low), y), to: (x.position(mark.high), y), "whisker \(Drawing.seriesClass(mark.series))")
    let words = "\(mark.name), \(label): \(Self.interval(mark))"
    guard x.contains(mark.share) else { return [arrow(mark, y: y).tooltip(words)] }
    return [whisker, Drawing.mark(x: x.position(mark.share), y: y, series: mark.series).tooltip(words)]
  }

  /// Stands for a mark beyond the axis.
  private func arrow(_ mark: Mark, y: Double) -> MarkupElement {
    let atRight = mark.share > 0
    let amount = Self.signedPercent(mark.share)
    return Drawing.label(
      atRight ? "\(amount) ▶" : "◀ \(amount)", x: atRight ? frame.plotRight : frame.left, y: y + 4,
      anchor: atRight ? "end" : "start", "arrow \(Drawing.seriesClass(mark.series))")
  }

  /// A share with its sign: `+12 %`.
  private static func signedPercent(_ share: Double) -> String {
    share > 0 ? "+" + NumberText.percent(share) : NumberText.percent(share)
  }

  /// A share with its interval, for the tooltip.
  private static func interval(_ mark: Mark) -> String {
    "\(signedPercent(mark.share)) [\(signedPercent(mark.low)), \(signedPercent(mark.high))]"
  }

  /// The plotted shares, one row a measure and model.
  private var table: FigureTable {
    FigureTable(
      header: ["measure", "model", "difference", "from", "to"],
      rows: rows.flatMap { row in
        row.marks.map { mark in
          [row.label, mark.name] + [mark.share, mark.low, mark.high].map(Self.signedPercent)
        }
      }, textColumns: 2)
  }
}
