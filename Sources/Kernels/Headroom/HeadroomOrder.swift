/// The rows of a `HeadroomRows` in the order in which they come into reach, so that a screen of a whole book looks only
/// at the first few of each key.
///
/// - Formula: by key, ascending reach from one state (see `ColumnMoves`); the rows below a move are a prefix, found by
///   bisection.
/// - Layout: rows of one key are contiguous.
/// - Cost: to build, one evaluation of each row and a sort; to ask, a bisection a key and a bit a row found.
/// - Oracle: `HeadroomRows.possiblyNegativeRows` among all rows.
public struct HeadroomOrder: Sendable {
  private let state: [Double]
  private let typical: [Double]
  private let headroom: HeadroomRows
  private let keyStart: [Int]
  private let rows: [Int32]
  private let reaches: [Double]

  /// Orders all of `rows` by how far `state` is from where each turns negative; `typical` is how far each column tends
  /// to move, and decides how quick a screen is, never what it finds.
  public init(
    rows headroom: HeadroomRows, quantity: borrowing FixedBuffer<Double>, weighted: borrowing FixedBuffer<Double>,
    constant: borrowing FixedBuffer<Double>, state: [Double], typical: [Double]
  ) {
    self.state = state
    self.typical = typical
    self.headroom = headroom
    let moves = Self.moves(headroom, state: state, typical: typical)
    let held = Holdings(quantity, weighted, constant)
    let distance = (0..<headroom.count).map { headroom.reach($0, held, moves) }
    let order = distance.indices.sorted { a, b in
      (distance[a].key, distance[a].reach, a) < (distance[b].key, distance[b].reach, b)
    }
    rows = order.map { Int32(truncatingIfNeeded: $0) }
    reaches = order.map { distance[$0].reach }
    var starts = [Int](repeating: 0, count: moves.severalKey + 2)
    for row in distance { starts[Int(row.key) + 1] += 1 }
    for key in 0...moves.severalKey { starts[key + 1] += starts[key] }
    keyStart = starts
  }

  /// A worker's buffer for the moves from the state that the rows are ordered by.
  public func makeMoves() -> ColumnMoves { Self.moves(headroom, state: state, typical: typical) }

  private static func moves(_ rows: HeadroomRows, state: [Double], typical: [Double]) -> ColumnMoves {
    let moves = ColumnMoves(rows: rows, columns: typical.count)
    moves.begin(FixedBuffer(state))
    moves.setScales(typical: typical)
    return moves
  }

  /// Sets the bit of every row that the present moves of `moved` bring into reach; row r is bit r % 64 of word r / 64.
  public func mark(_ moved: ColumnMoves, in bits: inout [UInt64]) {
    for key in 0...moved.severalKey {
      let move = moved.moves[key]
      var low = keyStart[key]
      var high = keyStart[key + 1]
      let first = low
      while low < high {
        let middle = (low + high) / 2
        if reaches[middle] >= move { high = middle } else { low = middle + 1 }
      }
      for index in first..<low { bits[Int(rows[index]) >> 6] |= 1 << UInt64(rows[index] & 63) }
    }
  }
}

/// Writes the numbers of the set bits of `bits` to `found`, ascending, clears them, and returns how many there were.
public func drainBits(_ bits: inout [UInt64], into found: inout [Int32]) -> Int {
  var number = 0
  for word in bits.indices where bits[word] != 0 {
    var rest = bits[word]
    bits[word] = 0
    while rest != 0 {
      found[number] = Int32(truncatingIfNeeded: word &* 64 &+ rest.trailingZeroBitCount)
      number += 1
      rest &= rest &- 1
    }
  }
  return number
}
