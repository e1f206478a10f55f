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
  private let terms: UnsafeMutablePointer<Terms>
  private let lines: UnsafeMutablePointer<Line>

  private struct Line {
    var slope: Double
    var deduction: Double
  }

  /// An entry is where it is and what applies to it: eight bytes, so that a book of many rows stays near the processor.
  private struct Entry {
    var column: Int32
    var terms: Int32
  }

  /// A weight and a requirement; a book has few different ones.
  private struct Terms {
    /// The least |p| ÷ |q| that is known of it; what prices do to its value is compared with its requirement by it.
    var weight: Double
    /// Slope of the only line through the origin; used when `lineEnd == lineStart`.
    var slope: Double
    /// The largest slope of all its lines, at least zero; infinite where a requirement does not begin at zero.
    var steepest: Double
    var lineStart: Int32
    var lineEnd: Int32
  }

  /// Builds rows `rowStart[r]..<rowStart[r+1]` of entries; entry k has `column[k]` and the requirement
  /// lines `tableStart[table[k]]..<tableStart[table[k] + 1]` of `slopes` and `deductions`. `weight[k]` is what |p_k| ÷ |q_k|
  /// is at least, whatever q.
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
    var distinct = DistinctTerms(tables: tableStart.count)
    for index in column.indices {
      (entries + index).initialize(
        to: Entry(column: column[index], terms: distinct.number(weight[index], table[index])))
    }
    terms = .allocate(capacity: max(distinct.all.count, 1))
    for (index, each) in distinct.all.enumerated() {
      var first = tableStart[Int(each.table)]
      let end = tableStart[Int(each.table) + 1]
      let hasOffset = deductions[Int(first)..<Int(end)].contains { !($0 >= 0) }
      let steepest = hasOffset ? .infinity : slopes[Int(first)..<Int(end)].reduce(0, max)
      var slope = 0.0
      if end - first == 1, deductions[Int(first)] == 0 {
        slope = slopes[Int(first)]
        first = end
      }
      (terms + index).initialize(
        to: Terms(weight: each.weight, slope: slope, steepest: steepest, lineStart: first, lineEnd: end))
    }
  }

  deinit {
    rowStart.deallocate()
    entries.deallocate()
    terms.deallocate()
    lines.deallocate()
  }

  /// Writes the rows among the first `count` of `rows` whose headroom is below zero to `found`, in order, and returns how many there are.
  ///
  /// - Parameters:
  ///   - quantity: q of every entry; `weighted`: p.
  ///   - columns: `columnStride` numbers per column: unit value, unit size, factor for q > 0 and for q < 0.
  ///   - found: at least as long as `rows`.
  public func negativeRows(
    among rows: [Int32], first count: Int, quantity: borrowing FixedBuffer<Double>,
    weighted: borrowing FixedBuffer<Double>, constant: borrowing FixedBuffer<Double>,
    columns: borrowing FixedBuffer<Double>, into found: inout [Int32]
  ) -> Int {
    var number = 0
    let held = Holdings(quantity, weighted, constant)
    for index in 0..<count {
      let row = Int(rows[index])
      let headroom = self.headroom(row, held, columns.base)
      found[number] = Int32(truncatingIfNeeded: row)
      number += headroom < 0 ? 1 : 0
    }
    return number
  }

  /// The headroom of one row.
  public func headroom(
    row: Int, quantity: borrowing FixedBuffer<Double>, weighted: borrowing FixedBuffer<Double>,
    constant: borrowing FixedBuffer<Double>, columns: borrowing FixedBuffer<Double>
  ) -> Double {
    headroom(row, Holdings(quantity, weighted, constant), columns.base)
  }

  /// Writes the rows among the first `count` of `rows` whose headroom might be below zero somewhere within `bounds` to `found`, in order,
  /// and returns how many there are. A row that is left out is certainly not negative there.
  ///
  /// Each entry is concave in its column's price, so its smallest value over an interval is at one of the ends.
  public func possiblyNegativeRows(
    among rows: [Int32], first count: Int, quantity: borrowing FixedBuffer<Double>,
    weighted: borrowing FixedBuffer<Double>, constant: borrowing FixedBuffer<Double>,
    bounds: borrowing FixedBuffer<Double>,
    into found: inout [Int32]
  ) -> Int {
    var number = 0
    let held = Holdings(quantity, weighted, constant)
    for index in 0..<count {
      let row = Int(rows[index])
      found[number] = Int32(truncatingIfNeeded: row)
      number += lowest(row, held, bounds.base) >= 0 ? 0 : 1
    }
    return number
  }

  /// Headroom of one row at the reference of `moves` over its gross, and the key of the move it is to be compared with.
  func reach(_ row: Int, _ holdings: Holdings, _ moves: ColumnMoves) -> (reach: Double, key: Int32) {
    var headroom = holdings.constant[row]
    var gross = 0.0
    let (first, end) = (Int(rowStart[row]), Int(rowStart[row + 1]))
    for index in first..<end {
      let entry = entry(index, holdings)
      headroom += value(entry, moves.reference)
      gross += moves.gross(entry)
    }
    let key = end - first == 1 ? entry(first, holdings).key : Int32(moves.severalKey)
    return (Self.reach(headroom: headroom, gross: gross), key)
  }

  /// A row that cannot be compared is always in reach, one that holds nothing and owes nothing never.
  @inline(__always)
  static func reach(headroom: Double, gross: Double) -> Double {
    guard gross > 0 else { return headroom >= 0 ? .infinity : -.infinity }
    let reach = headroom / gross
    return reach.isNaN ? -.infinity : reach
  }

  /// For each of so many columns, the largest s ÷ max(|w|, s) of its entries; see `ColumnMoves`.
  func steepness(columns: Int) -> [Double] {
    var largest = [Double](repeating: 0, count: columns)
    for index in 0..<Int(rowStart[count]) {
      let applied = terms[Int(entries[index].terms)]
      guard applied.steepest > 0 else { continue }
      let share = applied.steepest < .infinity ? applied.steepest / max(abs(applied.weight), applied.steepest) : 1
      largest[Int(entries[index].column)] = max(largest[Int(entries[index].column)], share)
    }
    return largest
  }

  /// The places of the entries of a row.
  @inline(__always)
  func places(of row: Int) -> Range<Int> { Int(rowStart[row])..<Int(rowStart[row + 1]) }

  /// An entry with what it holds.
  @inline(__always)
  func entry(_ index: Int, _ holdings: Holdings) -> HeldEntry {
    let applied = terms[Int(entries[index].terms)]
    let (held, weighted) = (holdings.quantity[index], holdings.weighted[index])
    return HeldEntry(
      weighted: weighted, size: abs(held), slope: applied.slope,
      gross: held == 0 ? 0 : max(abs(weighted), applied.steepest * abs(held)), lineStart: applied.lineStart,
      lineEnd: applied.lineEnd, column: entries[index].column, isShort: held < 0 ? 1 : 0)
  }

  /// The same without the lines that never count while the unit of each column is at most that in `sizes`.
  @inline(__always)
  func entry(_ index: Int, _ holdings: Holdings, _ sizes: UnsafePointer<Double>) -> HeldEntry {
    var entry = entry(index, holdings)
    guard entry.lineStart < entry.lineEnd else { return entry }
    let first = lines[Int(entry.lineStart)]
    guard first.deduction == 0, first.slope >= 0 else { return entry }
    // Some way above, so that rounding cannot let another line be the largest.
    let notional = entry.size * sizes[Int(entry.column)] * (1 + 1e-9)
    for line in Int(entry.lineStart) &+ 1..<Int(entry.lineEnd) {
      // A steeper line is below the first up to where they cross, and so at any smaller notional.
      guard lines[line].slope >= first.slope, notional * (lines[line].slope - first.slope) < lines[line].deduction
      else {
        return entry
      }
    }
    entry.slope = first.slope
    entry.lineEnd = entry.lineStart
    return entry
  }

  @inline(__always)
  func headroom(_ row: Int, _ holdings: Holdings, _ columns: UnsafePointer<Double>) -> Double {
    var headroom = holdings.constant[row]
    for index in places(of: row) { headroom += value(entry(index, holdings), columns) }
    return headroom
  }

  /// A lower bound of the headroom of one row within `bounds`.
  @inline(__always)
  func lowest(_ row: Int, _ holdings: Holdings, _ bounds: UnsafePointer<Double>) -> Double {
    var headroom = holdings.constant[row]
    for index in places(of: row) { headroom += lowest(entry(index, holdings), bounds) }
    return headroom
  }

  /// What an entry adds to a headroom.
  @inline(__always)
  func value(_ entry: HeldEntry, _ columns: UnsafePointer<Double>) -> Double {
    let column = Int(entry.column) &* Self.columnStride
    return entry.weighted * columns[column]
      - columns[column &+ 2 &+ Int(entry.isShort)] * requirement(entry, entry.size * columns[column &+ 1])
  }

  /// A lower bound of what an entry adds to a headroom within `bounds`.
  @inline(__always)
  func lowest(_ entry: HeldEntry, _ bounds: UnsafePointer<Double>) -> Double {
    let column = Int(entry.column) &* Self.boundStride
    let side = column &+ 2 &* Int(entry.isShort)
    let factor = bounds[column &+ 6 &+ Int(entry.isShort)]
    let low = entry.weighted * bounds[side] - factor * requirement(entry, entry.size * bounds[column &+ 4])
    let high = entry.weighted * bounds[side &+ 1] - factor * requirement(entry, entry.size * bounds[column &+ 5])
    return min(low, high)
  }

  @inline(__always)
  private func requirement(_ entry: HeldEntry, _ notional: Double) -> Double {
    if entry.lineStart == entry.lineEnd { return entry.slope * notional }
    var largest = 0.0
    for line in Int(entry.lineStart)..<Int(entry.lineEnd) {
      largest = max(largest, notional * lines[line].slope - lines[line].deduction)
    }
    return largest
  }
}

/// An entry with what it holds: all that its part of a headroom is made from, but for prices and factors.
struct HeldEntry {
  /// p.
  var weighted: Double
  /// |q|.
  var size: Double
  /// Slope of the only line through the origin; used when `lineEnd == lineStart`.
  var slope: Double
  /// g of `ColumnMoves`, before the column's unit.
  var gross: Double
  var lineStart: Int32
  var lineEnd: Int32
  var column: Int32
  /// 1 for q < 0, else 0.
  var isShort: Int32

  /// The key of the moves of the entry's side of its column.
  @inline(__always) var key: Int32 { column &* 2 &+ isShort }
}

/// What the rows hold now: q and p of each entry, the constant of each row. Valid while the buffers are lent.
struct Holdings {
  let quantity: UnsafePointer<Double>
  let weighted: UnsafePointer<Double>
  let constant: UnsafePointer<Double>

  @inline(__always)
  init(
    _ quantity: borrowing FixedBuffer<Double>, _ weighted: borrowing FixedBuffer<Double>,
    _ constant: borrowing FixedBuffer<Double>
  ) {
    self.quantity = UnsafePointer(quantity.base)
    self.weighted = UnsafePointer(weighted.base)
    self.constant = UnsafePointer(constant.base)
  }
}

/// Numbers the different pairs of a weight and a table.
private struct DistinctTerms {
  struct Pair: Hashable {
    var weight: Double
    var table: Int32
  }

  private(set) var all: [Pair] = []
  private var numbers: [Pair: Int32] = [:]
  /// The pair last met of each table.
  private var last: [Int32]

  init(tables: Int) { last = [Int32](repeating: -1, count: tables) }

  mutating func number(_ weight: Double, _ table: Int32) -> Int32 {
    let recent = last[Int(table)]
    if recent >= 0, all[Int(recent)].weight == weight { return recent }
    let pair = Pair(weight: weight, table: table)
    let number = numbers[pair] ?? Int32(truncatingIfNeeded: all.count)
    if number == all.count {
      all.append(pair)
      numbers[pair] = number
    }
    last[Int(table)] = number
    return number
  }
}
