import Foundation

/// One measured figure, as the JSON file lists it.
struct Row: Encodable {
  /// What was measured.
  var name: String
  /// How much of it, in `unit`; nil where it could not be measured, and `note` says why.
  var figure: Double?
  var unit: String
  /// What it is compared with; nil for a figure by itself.
  var against: String?
  /// How many times better this engine is.
  var ratio: Double?
  /// Part of what the machine allows, by the limits measured in the same run.
  var fractionOfLimit: Double?
  /// Instruction set compiled for, and vector width in bits.
  var instructionSet = Row.instructions
  /// Mean share of the accounts that a path liquidates.
  var shareTouched: Double?
  /// Mean positions of an account.
  var meanPositions: Double?
  /// What else must be known.
  var note: String?

  private enum CodingKeys: String, CodingKey {
    case name, figure, unit, against, ratio, fractionOfLimit, instructionSet, shareTouched, meanPositions, note
  }

  /// Every row has every key; what was not measured or does not apply is null.
  func encode(to encoder: any Encoder) throws {
    var row = encoder.container(keyedBy: CodingKeys.self)
    try row.encode(name, forKey: .name)
    try row.encode(figure.flatMap { $0.isFinite ? $0 : nil }, forKey: .figure)
    try row.encode(unit, forKey: .unit)
    try row.encode(against, forKey: .against)
    try row.encode(ratio.flatMap { $0.isFinite ? $0 : nil }, forKey: .ratio)
    try row.encode(fractionOfLimit, forKey: .fractionOfLimit)
    try row.encode(instructionSet, forKey: .instructionSet)
    try row.encode(shareTouched, forKey: .shareTouched)
    try row.encode(meanPositions, forKey: .meanPositions)
    try row.encode(note, forKey: .note)
  }

  /// Set once, before anything is measured.
  nonisolated(unsafe) static var instructions = ""
}

/// Prints rows as they come and keeps them for the file.
final class RowTable {
  private(set) var rows: [Row] = []

  func add(_ row: Row) {
    if rows.isEmpty { say(Self.line("benchmark", "figure", "unit", "against", "ratio", "of limit", "")) }
    rows.append(row)
    var notes = [row.note].compactMap(\.self)
    if let share = row.shareTouched { notes.append("\(short(share * 100)) % of accounts liquidated") }
    if let mean = row.meanPositions { notes.append("\(short(mean)) positions an account") }
    say(
      Self.line(
        row.name, row.figure.map(short) ?? "none", row.unit, row.against ?? "",
        row.ratio.map { "\(short($0)) x" } ?? "",
        row.fractionOfLimit.map { "\(short($0 * 100)) %" } ?? "", notes.joined(separator: ", ")))
  }

  private static func line(_ cells: String...) -> String {
    zip(cells, [44, 9, 18, 16, 9, 9, 0]).map { $0.padding(to: $1) }.joined(separator: " ")
  }
}

/// Three significant digits, with a letter for thousands, millions and billions.
func short(_ value: Double) -> String {
  guard value.isFinite else { return "\(value)" }
  for (size, letter) in [(1e9, "G"), (1e6, "M"), (1e3, "k")] where abs(value) >= size {
    return digits(value / size) + letter
  }
  return digits(value)
}

private func digits(_ value: Double) -> String {
  let size = abs(value)
  if size >= 100 { return "\(Int(value.rounded()))" }
  var scale = size >= 10 ? 10.0 : 100.0
  while size > 0, size * scale < 100, scale < 1e9 { scale *= 10 }
  return "\((value * scale).rounded() / scale)"
}

extension String {
  fileprivate func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}

/// Writes a line to standard output at once, also where that is a file.
func say(_ line: String) { FileHandle.standardOutput.write(Data("\(line)\n".utf8)) }
