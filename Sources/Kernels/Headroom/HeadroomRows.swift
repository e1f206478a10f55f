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
    among rows: [Int32], first count: Int, quantity: [Double], weighted: [Double], constant: [Double],
    columns: [Double], into found: inout [Int32]
  ) -> Int {
    var number = 0
    withHoldings(quantity, weighted) { held in
      columns.withUnsafeBufferPointer { columns in
        for index in 0..<count {
          let row = Int(rows[index])
          let headroom = self.headroom(row, held, constant[row], columns)
          found[number] = Int32(truncatingIfNeeded: row)
          number += headroom < 0 ? 1 : 0
        }
      }
    }
    return number
  }

  /// The headroom of one row.
  public func headroom(
    row: Int, quantity: [Double], weighted: [Double], constant: Double, columns: [Double]
  ) -> Double {
    withHoldings(quantity, weighted) { held in
      columns.withUnsafeBufferPointer { headroom(row, held, constant, $0) }
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
    withHoldings(quantity, weighted) { held in
      bounds.withUnsafeBufferPointer { bounds in
        for index in 0..<count {
          let row = Int(rows[index])
          found[number] = Int32(truncatingIfNeeded: row)
          number += lowest(row, held, constant[row], bounds) >= 0 ? 0 : 1
        }
      }
    }
    return number
  }

  /// Headroom of one row at the reference of `moves` over its gross, and the key of the move it is to be compared with.
  /// A row that cannot be compared is always in reach, one that holds nothing and owes nothing never.
  @inline(__always)
  func reach(
    _ row: Int, _ holdings: Holdings, _ constant: Double, _ moves: ColumnMoves
  ) -> (reach: Double, key: Int32) {
    let state = UnsafeBufferPointer(start: moves.reference, count: moves.columns * Self.columnStride)
    var gross = 0.0
    let (first, end) = (Int(rowStart[row]), Int(rowStart[row + 1]))
    for index in first..<end {
      let applied = terms[Int(entries[index].terms)]
      let held = holdings.quantity[index]
      guard held != 0 else { continue }
      let column = Int(entries[index].column)
      gross +=
        max(abs(holdings.weighted[index]), applied.steepest * abs(held))
        * ColumnMoves.unit(value: state[column &* Self.columnStride], size: state[column &* Self.columnStride &+ 1])
        * moves.scale[2 &* column &+ (held < 0 ? 1 : 0)]
    }
    let isSingle = end - first == 1
    let key = isSingle ? entries[first].column &* 2 &+ (holdings.quantity[first] < 0 ? 1 : 0) : Int32(moves.severalKey)
    let headroom = headroom(row, holdings, constant, state)
    guard gross > 0 else { return (headroom >= 0 ? .infinity : -.infinity, key) }
    let reach = headroom / gross
    return (reach.isNaN ? -.infinity : reach, key)
  }

  /// For each of so many columns, the largest s ÷ max(|w|, s) of its entries; see `HeadroomReach`.
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

  @inline(__always)
  func headroom(
    _ row: Int, _ holdings: Holdings, _ constant: Double, _ columns: UnsafeBufferPointer<Double>
  ) -> Double {
    var headroom = constant
    for index in Int(rowStart[row])..<Int(rowStart[row + 1]) {
      let applied = terms[Int(entries[index].terms)]
      let held = holdings.quantity[index]
      let column = Int(entries[index].column) &* Self.columnStride
      headroom +=
        holdings.weighted[index] * columns[column]
        - columns[column &+ (held < 0 ? 3 : 2)] * requirement(applied, abs(held) * columns[column &+ 1])
    }
    return headroom
  }

  /// A lower bound of the headroom of one row within `bounds`.
  @inline(__always)
  func lowest(
    _ row: Int, _ holdings: Holdings, _ constant: Double, _ bounds: UnsafeBufferPointer<Double>
  ) -> Double {
    var headroom = constant
    for entry in Int(rowStart[row])..<Int(rowStart[row + 1]) {
      headroom += lowest(entries[entry], holdings.quantity[entry], holdings.weighted[entry], bounds)
    }
    return headroom
  }

  @inline(__always)
  private func lowest(
    _ entry: Entry, _ held: Double, _ weighted: Double, _ bounds: UnsafeBufferPointer<Double>
  ) -> Double {
    let applied = terms[Int(entry.terms)]
    let column = Int(entry.column) &* Self.boundStride
    let side = column &+ (held < 0 ? 2 : 0)
    let size = abs(held)
    let factor = bounds[column &+ (held < 0 ? 7 : 6)]
    let low = weighted * bounds[side] - factor * requirement(applied, size * bounds[column &+ 4])
    let high = weighted * bounds[side &+ 1] - factor * requirement(applied, size * bounds[column &+ 5])
    return min(low, high)
  }

  @inline(__always)
  private func requirement(_ applied: Terms, _ notional: Double) -> Double {
    if applied.lineStart == applied.lineEnd { return applied.slope * notional }
    var largest = 0.0
    for line in Int(applied.lineStart)..<Int(applied.lineEnd) {
      largest = max(largest, notional * lines[line].slope - lines[line].deduction)
    }
    return largest
  }
}

/// What the entries hold now: q and p of each.
struct Holdings {
  let quantity: UnsafeBufferPointer<Double>
  let weighted: UnsafeBufferPointer<Double>
}

/// Lends the memory of both arrays, which have one element an entry.
@inline(__always)
func withHoldings<Result>(_ quantity: [Double], _ weighted: [Double], _ body: (Holdings) -> Result) -> Result {
  quantity.withUnsafeBufferPointer { quantity in
    weighted.withUnsafeBufferPointer { body(Holdings(quantity: quantity, weighted: $0)) }
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
