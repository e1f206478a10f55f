import Kernels

/// Prints the rows of each case as it ends, and counts the verdicts.
struct VerificationTable {
  private(set) var failures = 0
  private var passes = 0
  private var skips = 0
  private var notes = 0
  private var group: VerificationCase.Group?
  private let started = Machine.monotonicSeconds

  private static let widths = (name: 80, number: 13, distance: 42)

  /// Runs one case; an error it throws is a failure of its own.
  mutating func run(_ item: VerificationCase, _ setting: VerificationSetting) {
    let begun = Machine.monotonicSeconds
    if group != item.group {
      group = item.group
      print("\n\(item.group.rawValue)")
      print(Self.line("case", "expected", "obtained", "apart", "verdict"))
    }
    print("· \(item.id): \(item.summary)")
    let rows: [VerificationRow]
    do { rows = try item.rows(setting) } catch { rows = [.broken(item.id, error)] }
    for row in rows {
      count(row.verdict)
      print(Self.line("  " + row.name, row.expected, row.obtained, row.distance, row.verdict.rawValue))
    }
    print("  (\(significant(Machine.monotonicSeconds - begun, digits: 3)) s)")
  }

  /// The last line.
  func printTotals() {
    let seconds = significant(Machine.monotonicSeconds - started, digits: 3)
    print("\n\(passes) hold, \(failures) fail, \(skips) skipped, \(notes) noted; \(seconds) s")
  }

  private mutating func count(_ verdict: VerificationRow.Verdict) {
    switch verdict {
    case .pass: passes += 1
    case .fail: failures += 1
    case .skipped: skips += 1
    case .noted: notes += 1
    }
  }

  private static func line(
    _ name: String, _ expected: String, _ obtained: String, _ distance: String, _ verdict: String
  ) -> String {
    let cells = [
      padded(name, widths.name), padded(expected, widths.number), padded(obtained, widths.number),
      padded(distance, widths.distance), verdict,
    ]
    return cells.joined(separator: " ")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
