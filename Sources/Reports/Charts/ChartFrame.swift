/// The paper a chart is drawn on: size, margins, axes with ticks and titles, and the accessible wrapper.
///
/// 480 units wide, so that text stays legible on a telephone, where the drawing shrinks to 340 pixels.
struct ChartFrame: Sendable {
  /// Width of the drawing.
  var width = 480.0
  /// Height of the drawing.
  var height = 300.0
  /// Space to the left, for tick labels.
  var left = 62.0
  /// Space to the right: the last tick label must not be cut.
  var right = 30.0
  /// Space above.
  var top = 14.0
  /// Space below, for tick labels and the axis title.
  var bottom = 46.0

  /// Right end of the plotted region.
  var plotRight: Double { width - right }
  /// Lower end of the plotted region.
  var plotBottom: Double { height - bottom }

  /// Grid lines, tick labels and title of the horizontal axis.
  func horizontalAxis(
    _ scale: Scale, title: String, ticks: [Double]? = nil, format: (Double) -> String
  ) -> [MarkupElement] {
    let marks = (ticks ?? scale.ticks()).flatMap { value in
      let x = scale.position(value)
      return [
        Drawing.stroke(from: (x, plotBottom), to: (x, plotBottom + 4), "tick"),
        Drawing.label(format(value), x: x, y: plotBottom + 17, "ticklabel"),
      ]
    }
    let base = Drawing.stroke(from: (left, plotBottom), to: (plotRight, plotBottom), "axis")
    return marks + [base, Drawing.label(title, x: (left + plotRight) / 2, y: height - 8, "axistitle")]
  }

  /// Grid lines and tick labels of the vertical axis; its title stands above the axis, level.
  func verticalAxis(_ scale: Scale, ticks: [Double]? = nil, format: (Double) -> String) -> [MarkupElement] {
    (ticks ?? scale.ticks()).flatMap { value in
      let y = scale.position(value)
      return [
        Drawing.stroke(from: (left, y), to: (plotRight, y), "grid"),
        Drawing.label(format(value), x: left - 6, y: y + 4, anchor: "end", "ticklabel"),
      ]
    }
  }

  /// The finished drawing with the title and description that a screen reader speaks.
  func drawing(title: String, description: String, _ children: [MarkupElement]) -> MarkupElement {
    let words = [MarkupElement("title", text: title), MarkupElement("desc", text: description)]
    return MarkupElement(
      "svg",
      [
        ("xmlns", "http://www.w3.org/2000/svg"), ("role", "img"), ("aria-label", title),
        ("viewBox", "0 0 \(Drawing.coordinate(width)) \(Drawing.coordinate(height))"),
      ], words + children)
  }
}
