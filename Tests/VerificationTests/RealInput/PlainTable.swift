import Foundation

/// The rows of a plain CSV (no quotes) by column name.
func plainTable(_ path: String) throws -> [[Substring: Substring]] {
  let lines = try String(contentsOfFile: path, encoding: .utf8).split(whereSeparator: \.isNewline)
  let header = lines.first?.split(separator: ",", omittingEmptySubsequences: false) ?? []
  return lines.dropFirst().map { line in
    Dictionary(
      zip(header, line.split(separator: ",", omittingEmptySubsequences: false)), uniquingKeysWith: { first, _ in first }
    )
  }
}
