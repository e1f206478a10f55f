/// A table for a terminal: columns aligned with spaces, the first to the left, the others to the right.
///
///     let table = TextTable(header: ["Measure", "static"], rows: [["VaR 99 %", "1.2 M"]])
///     print(table.text)
public struct TextTable: Sendable {
  /// The column titles.
  public var header: [String]
  /// The rows; a short row is filled up with empty cells.
  public var rows: [[String]]

  /// Creates a table.
  public init(header: [String], rows: [[String]]) {
    self.header = header
    self.rows = rows
  }

  /// The table, one line a row, a rule under the header, ending with a line feed.
  public var text: String {
    let cells = ([header] + rows).map { row in row.map { Self.oneLine(NumberText.plain($0)) } }
    let columns = cells.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      cells.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    var lines = cells.map { Self.line($0, widths: widths) }
    lines.insert(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "), at: 1)
    return lines.joined(separator: "\n") + "\n"
  }

  /// One row, padded; no blanks at its end.
  private static func line(_ row: [String], widths: [Int]) -> String {
    var text = ""
    for (column, width) in widths.enumerated() {
      let cell = column < row.count ? row[column] : ""
      let padding = String(repeating: " ", count: width - cell.count)
      text += (column == 0 ? "" : "  ") + (column == 0 ? cell + padding : padding + cell)
    }
    while text.last == " " { text.removeLast() }
    return text
  }

  /// Control characters become spaces: a name from a file must not move the cursor.
  private static func oneLine(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}
