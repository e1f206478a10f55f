/// The share of accounts liquidated within the horizon, by leverage at the start: one bar a model, with error whiskers.
struct LeverageChart {
  /// One bar.
  struct Bar {
    /// Index of the series.
    let series: Int
    /// Name of the series.
    let name: String
    /// Estimate.
    let frequency: Double
    /// Lower end of the interval.
    let low: Double
    /// Upper end of the interval.
    let high: Double
  }

  /// The bars of one leverage bucket.
  struct Bucket {
    /// Name of the bucket.
    let name: String
    /// One bar a model.
    let bars: [Bar]
  }

  /// The venue, for the title.
  let venue: String
  /// Buckets with rising leverage.
  let buckets: [Bucket]
  /// The series, for the legend.
  let legend: [Figure.Key]

  /// The paper it is drawn on.
  private let frame = ChartFrame()

  /// The chart with its legend and numbers.
  var figure: Figure {
    let values = buckets.flatMap { $0.bars.flatMap { [$0.frequency, $0.high] } }
    let y = Scale(covering: values, from: frame.plotBottom, to: frame.top, includingZero: true)
    let width = (frame.plotRight - frame.left) / Double(max(1, buckets.count))
    let groups = buckets.enumerated().flatMap { index, bucket in
      group(bucket, left: frame.left + Double(index) * width, width: width, y)
    }
    let title = "Liquidation frequency by leverage, \(venue)"
    let caption =
      "Share of the accounts of each leverage bucket (exposure ÷ equity at the start) that is liquidated within the "
      + "horizon; whiskers show the interval, clustered by path."
    let axis = [
      Drawing.stroke(from: (frame.left, frame.plotBottom), to: (frame.plotRight, frame.plotBottom), "axis"),
      Drawing.label(
        "leverage at the start", x: (frame.left + frame.plotRight) / 2, y: frame.height - 8, "axistitle"),
    ]
    return Figure(
      title: title, caption: caption,
      drawing: frame.drawing(
        title: title, description: caption, frame.verticalAxis(y, format: NumberText.percent) + axis + groups),
      legend: legend, table: table)
  }

  /// The bars of one bucket, centred over its name.
  private func group(_ bucket: Bucket, left: Double, width: Double, _ y: Scale) -> [MarkupElement] {
    let thickness = min(34, width * 0.8 / Double(max(1, bucket.bars.count)))
    let start = left + (width - thickness * Double(bucket.bars.count)) / 2
    let bars = bucket.bars.enumerated().flatMap { index, bar in
      self.bar(bar, bucket.name, x: start + Double(index) * thickness, width: thickness, y)
    }
    let label = Drawing.label(
      Self.shortened(bucket.name, to: Int(width / 6.2)), x: left + width / 2, y: frame.plotBottom + 17, "ticklabel")
    return bars + [label.tooltip(bucket.name)]
  }

  /// One bar with its whisker, if the interval is known; nothing for an undefined frequency.
  private func bar(_ bar: Bar, _ bucket: String, x: Double, width: Double, _ y: Scale) -> [MarkupElement] {
    guard bar.frequency.isFinite else { return [] }
    let classes = Drawing.seriesClass(bar.series)
    let top = y.position(bar.frequency)
    let body = Drawing.rectangle(
      x: x + 1, y: top, width: width - 2, height: frame.plotBottom - top, "bar \(classes)")
    let interval = "[\(NumberText.percent(bar.low)), \(NumberText.percent(bar.high))]"
    let words = "\(bar.name), leverage \(bucket): \(NumberText.percent(bar.frequency)) \(interval)"
    guard bar.low.isFinite, bar.high.isFinite else { return [body.tooltip(words)] }
    return [body.tooltip(words)]
      + Drawing.whisker(x: x + width / 2, low: y.position(bar.low), high: y.position(bar.high), "errorbar")
  }

  /// Cuts a long name to about `count` characters.
  static func shortened(_ name: String, to count: Int) -> String {
    name.count <= max(2, count) ? name : name.prefix(max(1, count - 1)) + "…"
  }

  /// The plotted frequencies, one row a bucket and model.
  private var table: FigureTable {
    FigureTable(
      header: ["leverage", "model", "liquidated", "from", "to"],
      rows: buckets.flatMap { bucket in
        bucket.bars.map {
          [
            bucket.name, $0.name, NumberText.percent($0.frequency), NumberText.percent($0.low),
            NumberText.percent($0.high),
          ]
        }
      }, textColumns: 2)
  }
}
