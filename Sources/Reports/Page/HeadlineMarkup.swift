/// The headline table as HTML: whether the model differs from the baseline, the value, and its interval below.
enum HeadlineMarkup {
  /// The table of one venue.
  static func table(_ report: StressReport, venue: String) -> MarkupElement {
    let titles = ["Measure"] + report.models.map(\.displayName)
    let head = MarkupElement("tr", [], titles.map { MarkupElement("th", [("scope", "col")], text: $0) })
    let rows = Headline(report, venue: venue).rows.map { row in
      MarkupElement(
        "tr", [],
        [MarkupElement("th", [("scope", "row")], text: MeasureWording.capitalized(row.name))] + row.cells.map(cell))
    }
    return MarkupElement(
      "table", [("class", "headlines")], [MarkupElement("thead", [], [head]), MarkupElement("tbody", [], rows)])
  }

  /// One cell: arrow, value, interval.
  private static func cell(_ cell: Headline.Cell) -> MarkupElement {
    var parts = cell.change.isEmpty ? [] : [change(cell)]
    parts.append(MarkupElement("span", text: cell.value))
    if !cell.interval.isEmpty { parts.append(MarkupElement("span", [("class", "interval")], text: cell.interval)) }
    return MarkupElement("td", [], parts)
  }

  /// The arrow with its word, so that colour is not needed to understand it.
  private static func change(_ cell: Headline.Cell) -> MarkupElement {
    let arrow = cell.change == "lower" ? "▼" : "▲"
    let tone = cell.isBetter.map { $0 ? " good" : " bad" } ?? ""
    let word = cell.isBetter.map { $0 ? "better" : "worse" } ?? cell.change
    return MarkupElement("span", [("class", "change" + tone)], text: "\(arrow) \(word)")
  }
}
