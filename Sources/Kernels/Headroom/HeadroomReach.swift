/// How far columns may move from a reference state before a row of `HeadroomRows` can turn negative.
///
/// - Formula: from a state with unit values v, sizes u and factors F to another, the headroom of a row falls by at most
///   Σ_k g_k·m(c_k, side_k), where g_k = max(|w_k|, s_k)·|q_k|·u_c, s_k is the steepest slope of the entry's requirement,
///   side_k the sign of q_k, and the *move* of a column and side is
///   m = (±(v − v'))⁺/u + σ·[F'·(u' − u)⁺ + (F' − F)⁺·u]/u with σ_c = max s_k ÷ max(|w_k|, s_k), at most 1.
///   T is convex with T(0) ≤ 0 and slopes up to s, so F'T(n') − F·T(n) ≤ s·[F'·(n' − n)⁺ + (F' − F)⁺·n]. A row whose
///   *reach* H ÷ Σ g_k exceeds the moves of its columns is not negative in the other state.
/// - Layout: a key names what a row must be compared with: 2·column for one long entry, 2·column + 1 for one short
///   entry, and one key after all of these for rows of several entries, which are compared with the largest move.
/// - Units: none; reach and move are fractions of the price at the reference.
/// - Cost: below 1 ns a row to compare; building costs one evaluation of the row.
/// - Oracle: the reference twin, which looks at everybody; the rows' headroom itself.
public struct HeadroomReach: Sendable {
  /// The reference state, in the layout that `HeadroomRows.negativeRows` reads.
  private var reference: [Double]
  private let steepness: [Double]
  /// The largest move since the reference by key.
  private var moves: [Double]

  /// Added to every move: far above the rounding of a headroom relative to its gross, far below any price move.
  static let tolerance = 1e-10

  /// Moves of the columns that `rows` has entries in; the reference is set by `begin`.
  public init(rows: HeadroomRows, columns: Int) {
    reference = [Double](repeating: 0, count: columns * HeadroomRows.columnStride)
    steepness = rows.steepness(columns: columns)
    moves = [Double](repeating: .infinity, count: 2 * columns + 1)
  }

  /// Number of keys.
  public var keyCount: Int { moves.count }

  /// The moves by key as last computed.
  var current: [Double] { moves }

  /// Takes the state in `columns` (see `HeadroomRows.columnStride`) as reference.
  public mutating func begin(columns: [Double]) {
    for index in reference.indices { reference[index] = columns[index] }
  }

  /// Computes the moves from the reference to the state in `columns`.
  public mutating func move(to columns: [Double]) {
    var largest = 0.0
    for column in steepness.indices {
      let now = column * HeadroomRows.columnStride
      set(column, worstLong: columns[now], worstShort: columns[now], size: columns[now + 1], factor: columns[now + 2])
      largest = Self.larger(largest, Self.larger(moves[2 * column], moves[2 * column + 1]))
    }
    moves[moves.count - 1] = largest
  }

  /// Computes the largest moves from the reference to any state within `bounds` (see `ColumnBounds`).
  public mutating func move(within bounds: [Double]) {
    var largest = 0.0
    for column in steepness.indices {
      let about = column * HeadroomRows.boundStride
      set(
        column, worstLong: bounds[about], worstShort: bounds[about + 3],
        size: max(bounds[about + 4], bounds[about + 5]), factor: bounds[about + 6])
      largest = Self.larger(largest, Self.larger(moves[2 * column], moves[2 * column + 1]))
    }
    moves[moves.count - 1] = largest
  }

  private mutating func set(_ column: Int, worstLong: Double, worstShort: Double, size: Double, factor: Double) {
    let start = column * HeadroomRows.columnStride
    let (value, before, held) = (reference[start], reference[start + 1], reference[start + 2])
    let demand = steepness[column] * (factor * max(size - before, 0) + max(factor - held, 0) * before)
    moves[2 * column] = (max(value - worstLong, 0) + demand) / before + Self.tolerance
    moves[2 * column + 1] = (max(worstShort - value, 0) + demand) / before + Self.tolerance
  }

  /// The larger of two numbers, or whichever is not one: what cannot be compared must not be skipped.
  private static func larger(_ a: Double, _ b: Double) -> Double { a > b || a.isNaN ? a : b }
}

extension HeadroomRows {
  /// The reach of each of the first `count` of `rows` in the state `columns`, and the key of the move to compare it with.
  public func fillReaches(
    among rows: [Int32], first count: Int, quantity: [Double], constant: [Double], columns: [Double],
    into reaches: inout [Double], keys: inout [Int32]
  ) {
    let several = Int32(columns.count / Self.columnStride * 2)
    quantity.withUnsafeBufferPointer { quantity in
      columns.withUnsafeBufferPointer { columns in
        for index in 0..<count {
          let row = Int(rows[index])
          (reaches[index], keys[index]) = reach(row, quantity, constant[row], columns, several: several)
        }
      }
    }
  }

  /// Writes those of the first `count` of `rows` whose reach the present moves exceed to `found`, in order, and returns
  /// how many there are. `found` must be as long as `rows`.
  public func rowsInReach(
    among rows: [Int32], first count: Int, reaches: [Double], keys: [Int32], moved: HeadroomReach,
    into found: inout [Int32]
  ) -> Int {
    precondition(rows.count >= count && reaches.count >= count && keys.count >= count && found.count >= count)
    var number = 0
    rows.withUnsafeBufferPointer { rows in
      reaches.withUnsafeBufferPointer { reaches in
        keys.withUnsafeBufferPointer { keys in
          moved.current.withUnsafeBufferPointer { moves in
            found.withUnsafeMutableBufferPointer { found in
              for index in 0..<count {
                found[number] = rows[index]
                number &+= reaches[index] >= moves[Int(keys[index])] ? 0 : 1
              }
            }
          }
        }
      }
    }
    return number
  }
}
