/// The rows of a `HeadroomRows` in the order in which they come into reach, so that a screen of a whole book looks only
/// at the first few of each key.
///
/// - Formula: by key, ascending reach from one reference state (see `HeadroomReach`); the rows below a move are a prefix,
///   found by bisection.
/// - Layout: rows of one key are contiguous.
/// - Cost: to build, one evaluation of each row and a sort; to ask, a bisection a key and a bit a row found.
/// - Oracle: `HeadroomRows.possiblyNegativeRows` among all rows.
public struct HeadroomOrder: Sendable {
  /// Moves from the reference state; a copy of it belongs to each worker.
  public let reach: HeadroomReach
  private let keyStart: [Int]
  private let rows: [Int32]
  private let reaches: [Double]

  /// Orders all of `rows` by how far the state `columns` is from where each turns negative.
  public init(rows headroom: HeadroomRows, quantity: [Double], constant: [Double], columns: [Double]) {
    var reach = HeadroomReach(rows: headroom, columns: columns.count / HeadroomRows.columnStride)
    reach.begin(columns: columns)
    self.reach = reach
    let all = (0..<headroom.count).map { Int32(truncatingIfNeeded: $0) }
    var distance = [Double](repeating: 0, count: all.count)
    var keys = [Int32](repeating: 0, count: all.count)
    headroom.fillReaches(
      among: all, first: all.count, quantity: quantity, constant: constant, columns: columns, into: &distance,
      keys: &keys)
    let order = all.sorted { first, second in
      let (a, b) = (Int(first), Int(second))
      return (keys[a], distance[a], a) < (keys[b], distance[b], b)
    }
    rows = order
    reaches = order.map { distance[Int($0)] }
    var starts = [Int](repeating: 0, count: reach.keyCount + 1)
    for key in keys { starts[Int(key) + 1] += 1 }
    for key in 0..<reach.keyCount { starts[key + 1] += starts[key] }
    keyStart = starts
  }

  /// Sets the bit of every row that the present moves of `moved` bring into reach; row r is bit r % 64 of word r / 64.
  public func mark(_ moved: HeadroomReach, in bits: inout [UInt64]) {
    let moves = moved.current
    for key in 0..<moves.count {
      var low = keyStart[key]
      var high = keyStart[key + 1]
      let first = low
      while low < high {
        let middle = (low + high) / 2
        if reaches[middle] >= moves[key] { high = middle } else { low = middle + 1 }
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
