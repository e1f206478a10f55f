/// Many sparse rows of a concave piecewise-linear function of a few column values.
///
/// - Formula: headroom(r) = constant_r + Σ_k w_k·q_k·value_c − factor_c·T_k(|q_k|·size_c), where c is the column of
///   entry k and T_k(n) = max(0, max_i (n·slope_i − deduction_i)).
/// - Layout: entries of a row are contiguous; the structure is fixed here, `q` and the constants are passed in because
///   they change along a path. Column data are interleaved so that one entry reads one cache line.
/// - Cost: about 2 ns an entry, 3 ns for a bound.
/// - Oracle: `AccountHealth` and the reference twin, which evaluate the same definition plainly.
///
/// The class owns its memory and is immutable, hence safe to share between workers.
public final class HeadroomRows: @unchecked Sendable {
  /// Numbers per column that `negativeRows` reads: value, size, factor.
  public static let columnStride = 4
  /// Numbers per column that `possiblyNegativeRows` reads: see `ColumnBounds`.
  public static let boundStride = 8

  /// Number of rows.
  public let count: Int
  private let rowStart: UnsafeMutablePointer<Int32>
  private let entries: UnsafeMutablePointer<Entry>
  private let lines: UnsafeMutablePointer<Line>

  private struct Line {
    var slope: Double
    var deduction: Double
  }

  /// What an entry's requirement is, and where.
  private struct Entry {
    var weight: Double
    /// Slope of the only line through the origin; used when `lineEnd == lineStart`.
    var slope: Double
    /// The largest slope of all its lines, at least zero; infinite where a requirement does not begin at zero.
    var steepest: Double
    var column: Int32
    var lineStart: Int32
    var lineEnd: Int32
  }

  /// Builds rows `rowStart[r]..<rowStart[r+1]` of entries; entry k has `column[k]`, `weight[k]` and the requirement
  /// lines `tableStart[table[k]]..<tableStart[table[k] + 1]` of `slopes` and `deductions`.
  public init(
    rowStart: [Int32], column: [Int32], weight: [Double], table: [Int32], tableStart: [Int32], slopes: [Double],
    deductions: [Double]
  ) {
    precondition(column.count == weight.count && column.count == table.count, "one column, weight and table an entry")
    count = rowStart.count - 1
    self.rowStart = .allocate(capacity: rowStart.count)
    self.rowStart.initialize(from: rowStart, count: rowStart.count)
    entries = .allocate(capacity: max(column.count, 1))
    lines = .allocate(capacity: max(slopes.count, 1))
    for index in slopes.indices {
      (lines + index).initialize(to: Line(slope: slopes[index], deduction: deductions[index]))
    }
    for index in column.indices {
      var first = tableStart[Int(table[index])]
      let end = tableStart[Int(table[index]) + 1]
      let hasOffset = deductions[Int(first)..<Int(end)].contains { !($0 >= 0) }
      let steepest = hasOffset ? .infinity : slopes[Int(first)..<Int(end)].reduce(0, max)
      var slope = 0.0
      if end - first == 1, deductions[Int(first)] == 0 {
        slope = slopes[Int(first)]
        first = end
      }
      (entries + index).initialize(
        to: Entry(
          weight: weight[index], slope: slope, steepest: steepest, column: column[index], lineStart: first,
          lineEnd: end))
    }
  }

  deinit {
    rowStart.deallocate()
    entries.deallocate()
    lines.deallocate()
  }

  /// Writes the rows among the first `count` of `rows` whose headroom is below zero to `found`, in order, and returns how many there are.
  ///
  /// - Parameters:
  ///   - columns: `columnStride` numbers per column: unit value, unit size, factor, unused.
  ///   - found: at least as long as `rows`.
  public func negativeRows(
    among rows: [Int32], first count: Int, quantity: [Double], constant: [Double], columns: [Double],
    into found: inout [Int32]
  ) -> Int {
    var number = 0
    quantity.withUnsafeBufferPointer { quantity in
      columns.withUnsafeBufferPointer { columns in
        for index in 0..<count {
          let row = Int(rows[index])
          let headroom = self.headroom(row, quantity, constant[row], columns)
          found[number] = Int32(truncatingIfNeeded: row)
          number += headroom < 0 ? 1 : 0
        }
      }
    }
    return number
  }

  /// The headroom of one row.
  public func headroom(row: Int, quantity: [Double], constant: Double, columns: [Double]) -> Double {
    quantity.withUnsafeBufferPointer { quantity in
      columns.withUnsafeBufferPointer { headroom(row, quantity, constant, $0) }
    }
  }

  /// Writes the rows among the first `count` of `rows` whose headroom might be below zero somewhere within `bounds` to `found`, in order,
  /// and returns how many there are. A row that is left out is certainly not negative there.
  ///
  /// Each entry is concave in its column's price, so its smallest value over an interval is at one of the ends.
  public func possiblyNegativeRows(
    among rows: [Int32], first count: Int, quantity: [Double], constant: [Double], bounds: [Double],
    into found: inout [Int32]
  ) -> Int {
    var number = 0
    quantity.withUnsafeBufferPointer { quantity in
      bounds.withUnsafeBufferPointer { bounds in
        for index in 0..<count {
          let row = Int(rows[index])
          var headroom = constant[row]
          for entry in Int(rowStart[row])..<Int(rowStart[row + 1]) {
            headroom += lowest(entries[entry], quantity[entry], bounds)
          }
          found[number] = Int32(truncatingIfNeeded: row)
          number += headroom < 0 ? 1 : 0
        }
      }
    }
    return number
  }

  /// Headroom of one row over its gross in the state `columns`, and the key of the move it is to be compared with; see
  /// `HeadroomReach`. A row that cannot be compared is always in reach, one that holds nothing and owes nothing never.
  @inline(__always)
  func reach(
    _ row: Int, _ quantity: UnsafeBufferPointer<Double>, _ constant: Double, _ columns: UnsafeBufferPointer<Double>,
    several: Int32
  ) -> (reach: Double, key: Int32) {
    var gross = 0.0
    let (first, end) = (Int(rowStart[row]), Int(rowStart[row + 1]))
    for index in first..<end {
      let entry = entries[index]
      gross +=
        max(abs(entry.weight), entry.steepest) * abs(quantity[index])
        * columns[Int(entry.column) &* Self.columnStride &+ 1]
    }
    let key = end - first == 1 ? entries[first].column * 2 + (quantity[first] < 0 ? 1 : 0) : several
    let headroom = headroom(row, quantity, constant, columns)
    guard gross > 0 else { return (headroom >= 0 ? .infinity : -.infinity, key) }
    let reach = headroom / gross
    return (reach.isNaN ? -.infinity : reach, key)
  }

  /// For each of so many columns, the largest s ÷ max(|w|, s) of its entries; see `HeadroomReach`.
  func steepness(columns: Int) -> [Double] {
    var largest = [Double](repeating: 0, count: columns)
    for index in 0..<Int(rowStart[count]) where entries[index].steepest > 0 {
      let entry = entries[index]
      let share = entry.steepest < .infinity ? entry.steepest / max(abs(entry.weight), entry.steepest) : 1
      largest[Int(entry.column)] = max(largest[Int(entry.column)], share)
    }
    return largest
  }

  private func headroom(
    _ row: Int, _ quantity: UnsafeBufferPointer<Double>, _ constant: Double, _ columns: UnsafeBufferPointer<Double>
  ) -> Double {
    var headroom = constant
    for index in Int(rowStart[row])..<Int(rowStart[row + 1]) {
      let entry = entries[index]
      let held = quantity[index]
      let column = Int(entry.column) &* Self.columnStride
      headroom +=
        entry.weight * held * columns[column]
        - columns[column &+ 2] * requirement(entry, abs(held) * columns[column &+ 1])
    }
    return headroom
  }

  private func lowest(_ entry: Entry, _ held: Double, _ bounds: UnsafeBufferPointer<Double>) -> Double {
    let column = Int(entry.column) &* Self.boundStride
    let side = column &+ (held < 0 ? 2 : 0)
    let size = abs(held)
    let factor = bounds[column &+ 6]
    let weighted = entry.weight * held
    let low = weighted * bounds[side] - factor * requirement(entry, size * bounds[column &+ 4])
    let high = weighted * bounds[side &+ 1] - factor * requirement(entry, size * bounds[column &+ 5])
    return min(low, high)
  }

  private func requirement(_ entry: Entry, _ notional: Double) -> Double {
    if entry.lineStart == entry.lineEnd { return entry.slope * notional }
    var largest = 0.0
    for line in Int(entry.lineStart)..<Int(entry.lineEnd) {
      largest = max(largest, notional * lines[line].slope - lines[line].deduction)
    }
    return largest
  }
}
