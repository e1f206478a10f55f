/// Many sparse rows of a concave piecewise-linear function of a few column values.
///
/// - Formula: headroom(r) = constant_r + Σ_k p_k·value_c − factor_cs·T_k(|q_k|·size_c), where c is the column of entry k,
///   s the side of q_k, p_k = w_k(|q_k|)·q_k its weighted quantity, and T_k(n) = max(0, max_i (n·slope_i − deduction_i)).
/// - Layout: entries of a row are contiguous; the structure is fixed here, `q`, `p` and the constants are passed in
///   because they change along a path. Column data are interleaved so that one entry reads one cache line.
/// - Cost: about 2 ns an entry, 3 ns for a bound.
/// - Oracle: `AccountHealth` and the reference twin, which evaluate the same definition plainly.
///
/// The class owns its memory and is immutable, hence safe to share between workers.
public final class HeadroomRows: @unchecked Sendable {
  /// Numbers per column that `negativeRows` reads: value, size, factor for q > 0, factor for q < 0.
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
    /// Slope of the only line through the origin; used when `lineEnd == lineStart`.
    var slope: Double
    var column: Int32
    var lineStart: Int32
    var lineEnd: Int32
  }

  /// Builds rows `rowStart[r]..<rowStart[r+1]` of entries; entry k has `column[k]` and the requirement
  /// lines `tableStart[table[k]]..<tableStart[table[k] + 1]` of `slopes` and `deductions`.
  public init(
    rowStart: [Int32], column: [Int32], table: [Int32], tableStart: [Int32], slopes: [Double], deductions: [Double]
  ) {
    precondition(column.count == table.count, "one column and table an entry")
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
      var slope = 0.0
      if end - first == 1, deductions[Int(first)] == 0 {
        slope = slopes[Int(first)]
        first = end
      }
      (entries + index).initialize(
        to: Entry(slope: slope, column: column[index], lineStart: first, lineEnd: end))
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
  ///   - quantity: q of every entry; `weighted`: w·q.
  ///   - columns: `columnStride` numbers per column: unit value, unit size, factor for q > 0 and for q < 0.
  ///   - found: at least as long as `rows`.
  public func negativeRows(
    among rows: [Int32], first count: Int, quantity: [Double], weighted: [Double], constant: [Double],
    columns: [Double], into found: inout [Int32]
  ) -> Int {
    var number = 0
    quantity.withUnsafeBufferPointer { quantity in
      weighted.withUnsafeBufferPointer { weighted in
        columns.withUnsafeBufferPointer { columns in
          for index in 0..<count {
            let row = Int(rows[index])
            let headroom = self.headroom(row, quantity, weighted, constant[row], columns)
            found[number] = Int32(truncatingIfNeeded: row)
            number += headroom < 0 ? 1 : 0
          }
        }
      }
    }
    return number
  }

  /// The headroom of one row.
  public func headroom(
    row: Int, quantity: [Double], weighted: [Double], constant: Double, columns: [Double]
  ) -> Double {
    quantity.withUnsafeBufferPointer { quantity in
      weighted.withUnsafeBufferPointer { weighted in
        columns.withUnsafeBufferPointer { headroom(row, quantity, weighted, constant, $0) }
      }
    }
  }

  /// Writes the rows among the first `count` of `rows` whose headroom might be below zero somewhere within `bounds` to `found`, in order,
  /// and returns how many there are. A row that is left out is certainly not negative there.
  ///
  /// Each entry is concave in its column's price, so its smallest value over an interval is at one of the ends.
  public func possiblyNegativeRows(
    among rows: [Int32], first count: Int, quantity: [Double], weighted: [Double], constant: [Double],
    bounds: [Double], into found: inout [Int32]
  ) -> Int {
    var number = 0
    quantity.withUnsafeBufferPointer { quantity in
      weighted.withUnsafeBufferPointer { weighted in
        bounds.withUnsafeBufferPointer { bounds in
          for index in 0..<count {
            let row = Int(rows[index])
            var headroom = constant[row]
            for entry in Int(rowStart[row])..<Int(rowStart[row + 1]) {
              headroom += lowest(entries[entry], quantity[entry], weighted[entry], bounds)
            }
            found[number] = Int32(truncatingIfNeeded: row)
            number += headroom < 0 ? 1 : 0
          }
        }
      }
    }
    return number
  }

  private func headroom(
    _ row: Int, _ quantity: UnsafeBufferPointer<Double>, _ weighted: UnsafeBufferPointer<Double>, _ constant: Double,
    _ columns: UnsafeBufferPointer<Double>
  ) -> Double {
    var headroom = constant
    for index in Int(rowStart[row])..<Int(rowStart[row + 1]) {
      let entry = entries[index]
      let held = quantity[index]
      let column = Int(entry.column) &* Self.columnStride
      headroom +=
        weighted[index] * columns[column]
        - columns[column &+ (held < 0 ? 3 : 2)] * requirement(entry, abs(held) * columns[column &+ 1])
    }
    return headroom
  }

  private func lowest(
    _ entry: Entry, _ held: Double, _ weighted: Double, _ bounds: UnsafeBufferPointer<Double>
  ) -> Double {
    let column = Int(entry.column) &* Self.boundStride
    let side = column &+ (held < 0 ? 2 : 0)
    let size = abs(held)
    let factor = bounds[column &+ (held < 0 ? 7 : 6)]
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
