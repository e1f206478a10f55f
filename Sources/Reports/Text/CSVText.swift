/// Writes comma-separated values by RFC 4180: CRLF is not used (line feeds are what every reader takes), a cell that
/// holds a comma, a quote or a line break is quoted, quotes are doubled.
///
/// Text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe before it, so that a
/// spreadsheet shows it and does not run it as a formula (OWASP, "CSV Injection"). Numbers are written by `number` and are
/// left alone; readers that join on such a name must strip the apostrophe.
package struct CSVText {
  /// What was written so far.
  package private(set) var text: String

  /// Starts with a header line.
  package init(header: [String]) {
    text = header.map(Self.cell).joined(separator: ",") + "\n"
  }

  /// Appends a row of finished cells, made by `cell` and `number`.
  package mutating func append(_ cells: [String]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { text += "," }
      text += cell
    }
    text += "\n"
  }

  /// A cell of text: made harmless, then quoted where needed.
  package static func cell(_ value: String) -> String {
    let harmless = beginsLikeFormula(value) ? "'" + value : value
    let needsQuotes = harmless.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
    guard needsQuotes else { return harmless }
    return "\"" + String(harmless.unicodeScalars.flatMap { $0 == "\"" ? ["\"", "\""] : [$0] }.map(Character.init))
      + "\""
  }

  /// A cell of a number that may be absent: empty for nil and for what is not finite.
  package static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "" }
    return JSONValue.digits(value)
  }

  /// Whether a spreadsheet may take the text for a formula or a command.
  private static func beginsLikeFormula(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first else { return false }
    return "=+-@\t\r".unicodeScalars.contains(first)
  }
}
