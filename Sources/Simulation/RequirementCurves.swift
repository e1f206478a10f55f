import Clearing
import Venues

/// The summed requirement of all positions of each column as a function of the column's unit notional.
///
/// Each position's requirement is piecewise linear in n = |q|·u, so the sum is piecewise linear in u with a corner where
/// a position changes bracket, at u = corner/|q|. Sorted corners with running sums make the whole book's requirement
/// one multiplication a column, whatever the number of accounts. Columns lie one after the other in flat arrays.
struct RequirementCurves: Sendable {
  /// Segments of column c are `start[c]..<start[c + 1]`.
  private let start: [Int]
  /// Unit notional at which each segment begins; −∞ for a column's first.
  private let corners: [Double]
  private let slopes: [Double]
  private let deductions: [Double]

  /// The segments last used, one per column: look-ups are cheap for prices that move little.
  struct Hints {
    fileprivate var segments: [Int]
  }

  /// Hints that know nothing yet.
  func makeHints() -> Hints { Hints(segments: Array(start.dropLast())) }

  /// Σ requirement of `column` at `unitNotional`, before any factor.
  func value(column: Int, at unitNotional: Double, hints: inout Hints) -> Double {
    var segment = hints.segments[column]
    while unitNotional < corners[segment] { segment -= 1 }
    while segment + 1 < start[column + 1], unitNotional >= corners[segment + 1] { segment += 1 }
    hints.segments[column] = segment
    return unitNotional * slopes[segment] - deductions[segment]
  }

  /// The curves of `book` at one level of requirement; of its short positions alone if `shortOnly`.
  init(book: Book, level: RequirementTable.Level, shortOnly: Bool = false) {
    var changes = [[Change]](repeating: [], count: book.columns.count)
    for position in book.quantity.indices where book.quantity[position] != 0 {
      guard !shortOnly || book.quantity[position] < 0 else { continue }
      Self.append(
        level, position: position, size: abs(book.quantity[position]), to: &changes[Int(book.column[position])])
    }
    var start = [0]
    var segments: [Change] = []
    for column in changes {
      segments += Self.segments(column)
      start.append(segments.count)
    }
    self.start = start
    corners = segments.map(\.at)
    slopes = segments.map(\.slope)
    deductions = segments.map(\.deduction)
  }

  /// A change of slope and deduction at a unit notional, or their sums from there on.
  private struct Change {
    var at: Double
    var slope: Double
    var deduction: Double
  }

  private static func append(
    _ level: RequirementTable.Level, position: Int, size: Double, to changes: inout [Change]
  ) {
    let table = Int(level.table[position])
    var previous = RequirementLine(slope: 0, deduction: 0)
    for index in Int(level.tableStart[table])..<Int(level.tableStart[table + 1]) {
      let line = level.lines[index]
      let rise = line.slope - previous.slope
      guard rise > 0 else { continue }
      let deduction = line.deduction - previous.deduction
      changes.append(Change(at: deduction / rise / size, slope: rise * size, deduction: deduction))
      previous = line
    }
  }

  /// Running sums of `changes`, starting with a segment from −∞.
  private static func segments(_ changes: [Change]) -> [Change] {
    var result = [Change(at: -.infinity, slope: 0, deduction: 0)]
    for change in changes.sorted(by: { $0.at < $1.at }) {
      var next = result[result.count - 1]
      next.slope += change.slope
      next.deduction += change.deduction
      if change.at <= 0 || change.at == next.at {
        result[result.count - 1] = next
      } else {
        next.at = change.at
        result.append(next)
      }
    }
    return result
  }
}
