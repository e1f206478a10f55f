/// The rows that can turn negative while the columns stay within given bounds, and of these the few that a state can have
/// reached.
///
/// - Formula: `HeadroomRows.possiblyNegativeRows` for the bounds; then each row's reach from the state at which the
///   window begins (see `ColumnMoves`), so that a later state needs the headroom of those rows only whose reach its moves
///   exceed.
/// - Layout: candidates ascending; found rows ascending.
/// - Cost: below 1 ns a candidate and state, a few ns for a candidate in reach.
/// - Oracle: `HeadroomRows.negativeRows` among all rows.
///
/// One worker's memory, made once.
public final class HeadroomWindow {
  /// Number of candidates.
  public private(set) var count = 0
  private let rows: HeadroomRows
  private let moves: ColumnMoves
  private let candidates: UnsafeMutablePointer<Int32>
  private let reaches: UnsafeMutablePointer<Double>
  private let keys: UnsafeMutablePointer<Int32>
  /// Where a row stands among the candidates, if it does.
  private let place: UnsafeMutablePointer<Int32>
  private let near: UnsafeMutablePointer<Int32>

  /// A window on `rows`, which have entries in so many columns.
  public init(rows: HeadroomRows, columns: Int) {
    self.rows = rows
    moves = ColumnMoves(rows: rows, columns: columns)
    let capacity = rows.count + 1
    candidates = .allocate(capacity: capacity)
    reaches = .allocate(capacity: capacity)
    keys = .allocate(capacity: capacity)
    place = .allocate(capacity: capacity)
    near = .allocate(capacity: capacity)
    for list in [candidates, keys, place, near] { list.initialize(repeating: 0, count: capacity) }
    reaches.initialize(repeating: 0, count: capacity)
  }

  deinit {
    for list in [candidates, keys, place, near] { list.deallocate() }
    reaches.deallocate()
  }

  /// Begins a window at `state`: the candidates are those among the first `count` of `among` whose headroom might be
  /// below zero somewhere within `bounds`.
  public func begin(
    among: [Int32], first count: Int, quantity: [Double], weighted: [Double], constant: [Double], bounds: [Double],
    state: [Double]
  ) {
    moves.begin(state)
    moves.setScales(within: bounds)
    var number = 0
    withHoldings(quantity, weighted) { held in
      bounds.withUnsafeBufferPointer { bounds in
        for index in 0..<count {
          let row = Int(among[index])
          candidates[number] = among[index]
          number &+= rows.lowest(row, held, constant[row], bounds) >= 0 ? 0 : 1
        }
      }
      for index in 0..<number {
        let row = Int(candidates[index])
        (reaches[index], keys[index]) = rows.reach(row, held, constant[row], moves)
        place[row] = Int32(truncatingIfNeeded: index)
      }
    }
    self.count = number
  }

  /// Takes note of rows that changed since the window began.
  public func update(_ changed: [Int32], quantity: [Double], weighted: [Double], constant: [Double]) {
    withHoldings(quantity, weighted) { held in
      for row in changed {
        let index = Int(place[Int(row)])
        guard index < count, candidates[index] == row else { continue }
        (reaches[index], keys[index]) = rows.reach(Int(row), held, constant[Int(row)], moves)
      }
    }
  }

  /// Writes the rows whose headroom is below zero in `state`, which must be within the window's bounds, to `found`, in
  /// order, and returns how many there are.
  public func negativeRows(
    state: [Double], quantity: [Double], weighted: [Double], constant: [Double], into found: inout [Int32]
  ) -> Int {
    moves.move(to: state)
    let moved = moves.moves
    var inReach = 0
    if moves.areComparable {
      // The sign of the difference, added without a branch: which rows are in reach, no processor can foresee. ∞ − ∞ is
      // a NaN of either sign: such a row is in reach or holds nothing.
      for index in 0..<count {
        near[inReach] = candidates[index]
        inReach &+= Int(truncatingIfNeeded: (reaches[index] - moved[Int(keys[index])]).bitPattern >> 63)
      }
    } else {
      for index in 0..<count { near[index] = candidates[index] }
      inReach = count
    }
    var number = 0
    withHoldings(quantity, weighted) { held in
      state.withUnsafeBufferPointer { state in
        for index in 0..<inReach {
          let row = Int(near[index])
          let headroom = rows.headroom(row, held, constant[row], state)
          found[number] = near[index]
          number &+= headroom < 0 ? 1 : 0
        }
      }
    }
    return number
  }
}
