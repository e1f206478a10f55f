/// A chart with everything around it: title, explanation, legend, and the numbers it was drawn from.
struct Figure: Sendable {
  /// One entry of the legend.
  struct Key: Sendable {
    /// Index of the series, which fixes colour, dash and mark.
    let series: Int
    /// The name of the series.
    let name: String
  }

  /// The heading.
  var title: String
  /// What is drawn and how to read it, in one or two sentences.
  var caption: String
  /// The drawing.
  var drawing: MarkupElement
  /// The series; empty where there is only one.
  var legend: [Key] = []
  /// The plotted numbers.
  var table: FigureTable
  /// Whether it takes the page's whole width.
  var isWide = false
}

/// The numbers of a chart as a table that opens on demand.
struct FigureTable: Sendable {
  /// Column titles.
  var header: [String]
  /// Rows of finished cells.
  var rows: [[String]]
  /// How many columns at the left hold text; the others are numbers, set to the right.
  var textColumns = 1
  /// Whether cells wrap, intervals stand on a line of their own, and a narrow screen shows each row as a list of its cells:
  /// for tables of many columns.
  var isStacked = false

  /// The table as HTML; the first cell of a row is its heading.
  var markup: MarkupElement {
    let titles = header.enumerated().map { cell("th", $0.element, at: $0.offset, [("scope", "col")]) }
    let body = rows.map { row in
      MarkupElement("tr", [], row.enumerated().map { cell($0.offset == 0 ? "th" : "td", $0.element, at: $0.offset) })
    }
    let parts = [
      MarkupElement("thead", [], [MarkupElement("tr", [], titles)]), MarkupElement("tbody", [], body),
    ]
    return MarkupElement("table", [("class", isStacked ? "numbers stacked" : "numbers")], parts)
  }

  /// A cell, marked as text where its column is.
  private func cell(
    _ name: String, _ text: String, at column: Int, _ attributes: [(String, String)] = []
  ) -> MarkupElement {
    let attributes = attributes + (column < textColumns ? [("class", "text")] : [])
    guard isStacked, name == "td", column < header.count else { return MarkupElement(name, attributes, text: text) }
    let parts = text.split(separator: " [", maxSplits: 1)
    let interval = parts.count == 2 ? [MarkupElement("span", [("class", "interval")], text: "[\(parts[1])")] : []
    let value = MarkupElement("span", text.contains(" → ") ? [("class", "pair")] : [], text: String(parts.first ?? ""))
    return MarkupElement(
      name, attributes + [("data-title", header[column])], [MarkupElement("span", [], [value] + interval)])
  }
}
