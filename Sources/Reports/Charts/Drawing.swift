import Foundation

/// The strokes that charts are made of.
///
/// Colour comes from CSS: class `sN` sets the colour of series N, `line`, `area`, `mark`, `bar`, `whisker`, `rule` say
/// what is drawn with it. So one drawing serves light, dark and paper.
enum Drawing {
  /// Number of series that have a colour of their own; more take the colours again with another dash.
  static let colours = 6

  /// The class of series `index`, such as `s2`.
  static func seriesClass(_ index: Int) -> String { "s\(index % colours)" + (index >= colours ? " again" : "") }

  /// A coordinate with two decimals.
  static func coordinate(_ value: Double) -> String {
    guard abs(value) < 1e6 else { return "0" }
    let text = String(format: "%.2f", value)
    return text.hasSuffix(".00") ? String(text.dropLast(3)) : text
  }

  /// A line through points.
  static func line(_ points: [(x: Double, y: Double)], _ classes: String) -> MarkupElement {
    MarkupElement("path", [("class", "line \(classes)"), ("d", pathData(points))])
  }

  /// The area between a lower and an upper line over the same x.
  static func area(
    lower: [(x: Double, y: Double)], upper: [(x: Double, y: Double)], _ classes: String
  ) -> MarkupElement {
    let outline = upper + lower.reversed()
    return MarkupElement(
      "path", [("class", "area \(classes)"), ("d", outline.isEmpty ? "M0 0" : pathData(outline) + "Z")])
  }

  /// A straight stroke.
  static func stroke(
    from: (x: Double, y: Double), to: (x: Double, y: Double), _ classes: String
  ) -> MarkupElement {
    MarkupElement(
      "line",
      [
        ("class", classes), ("x1", coordinate(from.x)), ("y1", coordinate(from.y)), ("x2", coordinate(to.x)),
        ("y2", coordinate(to.y)),
      ])
  }

  /// A rectangle given by two corners.
  static func rectangle(x: Double, y: Double, width: Double, height: Double, _ classes: String) -> MarkupElement {
    MarkupElement(
      "rect",
      [
        ("class", classes), ("x", coordinate(x)), ("y", coordinate(y)), ("width", coordinate(max(0, width))),
        ("height", coordinate(max(0, height))),
      ])
  }

  /// A mark whose shape, besides its colour, tells the series: circle, square, diamond, triangle in turn.
  static func mark(x: Double, y: Double, series: Int, radius r: Double = 4) -> MarkupElement {
    let classes = "mark " + seriesClass(series)
    if series % 4 == 0 {
      return MarkupElement(
        "circle", [("class", classes), ("cx", coordinate(x)), ("cy", coordinate(y)), ("r", coordinate(r))])
    }
    return MarkupElement(
      "polygon",
      [
        ("class", classes),
        (
          "points",
          corners(series % 4, r).map { coordinate(x + $0.0) + "," + coordinate(y + $0.1) }.joined(separator: " ")
        ),
      ])
  }

  /// Text; `anchor` is `start`, `middle` or `end`.
  static func label(
    _ text: String, x: Double, y: Double, anchor: String = "middle", _ classes: String = "label"
  ) -> MarkupElement {
    MarkupElement(
      "text", [("class", classes), ("x", coordinate(x)), ("y", coordinate(y)), ("text-anchor", anchor)], text: text)
  }

  /// Corners of a mark around its centre, sized so that all shapes look equally large.
  private static func corners(_ shape: Int, _ r: Double) -> [(Double, Double)] {
    switch shape {
    case 1: [(-r, -r), (r, -r), (r, r), (-r, r)]
    case 2: [(0, -r * 1.3), (r * 1.3, 0), (0, r * 1.3), (-r * 1.3, 0)]
    default: [(0, -r * 1.2), (r * 1.2, r), (-r * 1.2, r)]
    }
  }

  /// The `d` attribute of a path: one move, then lines; a lone move where there are no points.
  private static func pathData(_ points: [(x: Double, y: Double)]) -> String {
    guard !points.isEmpty else { return "M0 0" }
    return "M" + points.map { coordinate($0.x) + " " + coordinate($0.y) }.joined(separator: "L")
  }
}

extension Drawing {
  /// A mark that is only an outline.
  static func openMark(x: Double, y: Double, series: Int, radius: Double = 4) -> MarkupElement {
    var mark = mark(x: x, y: y, series: series, radius: radius)
    mark.attributes[0].value += " open"
    return mark
  }

  /// An invisible spot that shows `text` when the pointer rests on it.
  static func hoverSpot(x: Double, y: Double, _ text: String) -> MarkupElement {
    MarkupElement("circle", [("class", "spot"), ("cx", coordinate(x)), ("cy", coordinate(y)), ("r", "5")]).tooltip(text)
  }

  /// A vertical whisker with caps.
  static func whisker(x: Double, low: Double, high: Double, _ classes: String) -> [MarkupElement] {
    [
      stroke(from: (x, low), to: (x, high), classes), stroke(from: (x - 3, low), to: (x + 3, low), classes),
      stroke(from: (x - 3, high), to: (x + 3, high), classes),
    ]
  }

  /// Moves ascending or descending positions apart so that labels at them do not touch; the first stays.
  static func staggered(_ positions: [Double], apart: Double) -> [Double] {
    var placed: [Double] = []
    for position in positions.sorted() { placed.append(max(position, (placed.last ?? -.infinity) + apart)) }
    let order = positions.indices.sorted { positions[$0] < positions[$1] }
    var result = positions
    for (rank, index) in order.enumerated() { result[index] = placed[rank] }
    return result
  }
}
