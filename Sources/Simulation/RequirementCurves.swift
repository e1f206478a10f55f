import Clearing
import Venues

/// The summed requirement of all positions in one column as a function of the column's unit notional.
///
/// Each position's requirement is piecewise linear in n = |q|·u, so the sum is piecewise linear in u with a corner where
/// a position changes bracket, at u = corner/|q|. Sorted corners with running sums make the whole book's requirement
/// one multiplication a column, whatever the number of accounts.
struct RequirementCurve: Sendable {
  /// Unit notionals at which a position changes bracket, ascending.
  private let corners: [Double]
  /// Slope and deduction in front of each corner, and behind the last.
  private let slopes: [Double]
  private let deductions: [Double]

  /// Σ requirement at `unitNotional`. `hint` is the segment found last time and makes the look-up cheap for prices that
  /// move little.
  func value(at unitNotional: Double, hint: inout Int) -> Double {
    while hint > 0, unitNotional < corners[hint - 1] { hint -= 1 }
    while hint < corners.count, unitNotional >= corners[hint] { hint += 1 }
    return unitNotional * slopes[hint] - deductions[hint]
  }

  /// One curve per column of `book`.
  static func curves(book: Book, level: RequirementTable.Level) -> [RequirementCurve] {
    var steps = [[Corner]](repeating: [], count: book.columns.count)
    for position in book.quantity.indices {
      let size = abs(book.quantity[position])
      guard size > 0 else { continue }
      append(level, position: position, size: size, to: &steps[Int(book.column[position])])
    }
    return steps.map { RequirementCurve($0) }
  }

  /// A change of slope and deduction at a unit notional.
  private struct Corner {
    let at: Double
    let slope: Double
    let deduction: Double
  }

  private static func append(
    _ level: RequirementTable.Level, position: Int, size: Double, to corners: inout [Corner]
  ) {
    let table = Int(level.table[position])
    var previous = RequirementLine(slope: 0, deduction: 0)
    for index in Int(level.tableStart[table])..<Int(level.tableStart[table + 1]) {
      let line = level.lines[index]
      let rise = line.slope - previous.slope
      guard rise > 0 else { continue }
      let notional = (line.deduction - previous.deduction) / rise
      corners.append(
        Corner(at: notional / size, slope: rise * size, deduction: line.deduction - previous.deduction))
      previous = line
    }
  }

  private init(_ steps: [Corner]) {
    var corners: [Double] = []
    var slopes = [0.0]
    var deductions = [0.0]
    for step in steps.sorted(by: { $0.at < $1.at }) {
      let slope = (slopes.last ?? 0) + step.slope
      let deduction = (deductions.last ?? 0) + step.deduction
      if step.at <= 0 {
        slopes[0] = slope
        deductions[0] = deduction
      } else {
        corners.append(step.at)
        slopes.append(slope)
        deductions.append(deduction)
      }
    }
    self.corners = corners
    self.slopes = slopes
    self.deductions = deductions
  }
}
