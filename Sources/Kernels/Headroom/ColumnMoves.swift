/// How far columns have moved from a reference state, in the measure in which a row's *reach* is its distance from zero.
///
/// - Formula: from unit values v, sizes u and factors F to v', u', F' the headroom of a row falls by at most
///   Σ_k g_k·m(c_k, side_k), g_k = max(|p_k|, s_k·|q_k|)·y_c, y = max(u, |v|), p_k = w_k·q_k, s_k being the steepest slope of
///   the entry's requirement, side_k the sign of q_k and m(c, ±) = (±(v − v'))⁺/y + σ_c·[F'·(u' − u)⁺ + (F' − F)⁺·u]/y, F
///   being that of the side and σ_c = max s_k ÷ max(|w_k|, s_k), |w_k| the least weight the entry can have. For T is
///   convex, T(0) = 0 and its slopes are at most s, so that
///   F'·T(n') − F·T(n) ≤ s·[F'·(n' − n)⁺ + (F' − F)⁺·n]. With any scale a(c, ±) > 0: a row whose reach
///   H ÷ Σ g_k·a_k is at least the largest of the moves m ÷ a of its columns is not negative after the move.
/// - Layout: a key names what a row's reach is compared with: 2·column for one long entry, 2·column + 1 for one short
///   entry; the key after all of these, for rows of several entries, is the largest move of all.
/// - Units: m is a fraction of the price at the reference, a move a multiple of its scale.
/// - Cost: about 3 ns a column.
/// - Oracle: the rows' headroom itself.
///
/// One worker's memory, made once.
public final class ColumnMoves {
  /// Number of columns.
  public let columns: Int
  /// Value, size and factors of each column at the reference, as `HeadroomRows.negativeRows` reads them.
  let reference: UnsafeMutablePointer<Double>
  /// Scale by column and side.
  let scale: UnsafeMutablePointer<Double>
  /// Move by key, in multiples of its scale.
  let moves: UnsafeMutablePointer<Double>
  private let steepness: UnsafeMutablePointer<Double>

  /// Added to every m: far above the rounding of a headroom relative to its gross, far below any price move.
  static let tolerance = 1e-10
  /// The least scale, so that a column that stands still can be divided by it.
  static let leastScale = 1e-6

  /// Moves of the columns of `rows`; every scale is one, and the reference is set by `begin`.
  public init(rows: HeadroomRows, columns: Int) {
    self.columns = columns
    reference = .allocate(capacity: max(columns, 1) * HeadroomRows.columnStride)
    reference.initialize(repeating: 0, count: max(columns, 1) * HeadroomRows.columnStride)
    scale = .allocate(capacity: 2 * columns + 1)
    scale.initialize(repeating: 1, count: 2 * columns + 1)
    moves = .allocate(capacity: 2 * columns + 1)
    moves.initialize(repeating: .infinity, count: 2 * columns + 1)
    steepness = .allocate(capacity: max(columns, 1))
    for (column, share) in rows.steepness(columns: columns).enumerated() { (steepness + column).initialize(to: share) }
  }

  deinit {
    reference.deallocate()
    scale.deallocate()
    moves.deallocate()
    steepness.deallocate()
  }

  /// Whether every move is a number, so that a comparison with it says something.
  var areComparable: Bool {
    // Moves are not negative, so their sum is a number just if each of them is.
    var sum = 0.0
    for key in 0...severalKey { sum += moves[key] }
    return !sum.isNaN
  }

  /// The key of rows of several entries, the last.
  var severalKey: Int { 2 * columns }

  /// Takes the state in `state` (see `HeadroomRows.columnStride`) as reference.
  public func begin(_ state: borrowing FixedBuffer<Double>) {
    precondition(state.count >= columns * HeadroomRows.columnStride, "a state has every column")
    for index in 0..<columns * HeadroomRows.columnStride { reference[index] = state[index] }
  }

  /// Scales each side of a column by `typical` moves, one a column.
  public func setScales(typical: [Double]) {
    precondition(typical.count >= columns, "one typical move a column")
    for column in 0..<columns {
      let size = typical[column] > Self.leastScale ? typical[column] : Self.leastScale
      (scale[2 * column], scale[2 * column + 1]) = (size, size)
    }
  }

  /// Scales by the largest moves from the reference to any state within `bounds` (see `ColumnBounds`).
  public func setScales(within bounds: borrowing FixedBuffer<Double>) {
    for index in 0..<2 * columns { scale[index] = 1 }
    move(within: bounds)
    for index in 0..<2 * columns { scale[index] = moves[index] > Self.leastScale ? moves[index] : Self.leastScale }
  }

  /// Computes the moves from the reference to `state`.
  public func move(to state: borrowing FixedBuffer<Double>) {
    precondition(state.count >= columns * HeadroomRows.columnStride, "a state has every column")
    let state = state.base
    var largest = 0.0
    for column in 0..<columns {
      let now = column &* HeadroomRows.columnStride
      let move = set(
        column, worstLong: state[now], worstShort: state[now], size: state[now &+ 1],
        factors: (state[now &+ 2], state[now &+ 3]))
      largest = larger(largest, move)
    }
    moves[severalKey] = largest
  }

  /// Computes the largest moves from the reference to any state within `bounds` (see `ColumnBounds`).
  public func move(within bounds: borrowing FixedBuffer<Double>) {
    precondition(bounds.count >= columns * HeadroomRows.boundStride, "bounds have every column")
    var largest = 0.0
    for column in 0..<columns {
      let about = column * HeadroomRows.boundStride
      let move = set(
        column, worstLong: bounds[about], worstShort: bounds[about + 3],
        size: larger(bounds[about + 4], bounds[about + 5]), factors: (bounds[about + 6], bounds[about + 7]))
      largest = larger(largest, move)
    }
    moves[severalKey] = largest
  }

  /// g·a of an entry: what a move of its column, in multiples of its scale, can take from its row's headroom.
  @inline(__always)
  func gross(_ entry: HeldEntry) -> Double {
    let column = Int(entry.column) &* HeadroomRows.columnStride
    return entry.gross * Self.unit(value: reference[column], size: reference[column &+ 1]) * scale[Int(entry.key)]
  }

  /// What moves of a column are fractions of: its size or its value, whichever is larger, since a column can have either
  /// without the other; 1 where it has neither.
  @inline(__always)
  static func unit(value: Double, size: Double) -> Double {
    let unit = larger(size, value < 0 ? -value : value)
    return unit > 0 ? unit : 1
  }

  /// Sets both moves of a column and returns the larger.
  @inline(__always)
  private func set(
    _ column: Int, worstLong: Double, worstShort: Double, size: Double, factors: (long: Double, short: Double)
  ) -> Double {
    let start = column &* HeadroomRows.columnStride
    let (value, before) = (reference[start], reference[start &+ 1])
    let growth = larger(size - before, 0)
    let longDemand =
      steepness[column] * (factors.long * growth + larger(factors.long - reference[start &+ 2], 0) * before)
    let shortDemand =
      steepness[column] * (factors.short * growth + larger(factors.short - reference[start &+ 3], 0) * before)
    let inverse = 1 / Self.unit(value: value, size: before)
    let long = (larger(value - worstLong, 0) + longDemand) * inverse + Self.tolerance
    let short = (larger(worstShort - value, 0) + shortDemand) * inverse + Self.tolerance
    moves[2 &* column] = long / scale[2 &* column]
    moves[2 &* column &+ 1] = short / scale[2 &* column &+ 1]
    return larger(moves[2 &* column], moves[2 &* column &+ 1])
  }
}

/// The larger of two numbers, or NaN where the first is: what cannot be compared must not be skipped.
@inline(__always)
private func larger(_ a: Double, _ b: Double) -> Double { a <= b ? b : a }
