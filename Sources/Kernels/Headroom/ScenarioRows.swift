/// Many rows of a sum of worst losses over scenarios.
///
/// - Formula: loss(r) = Σ_g max(0, max_s −Σ_{k∈g} q_k·D_{c(k),s}), g the segments of row r, D what one unit of a column gains
///   in a scenario.
/// - Layout: the D of a column lie side by side from its offset on, in as many whole blocks of eight as its segment has;
///   lanes beyond the last scenario hold 0. Entries of a segment, and segments of a row, are contiguous.
/// - Cost: about 1 ns an entry and block of eight scenarios.
/// - Oracle: `ScenarioPart.losses` and the reference twin, which are triple loops.
///
/// The class owns its memory and is immutable, hence safe to share between workers.
public final class ScenarioRows: @unchecked Sendable {
  /// Scenarios in a block.
  public static let blockSize = 8

  /// One group of underlyings of one row, as it is described.
  public struct Segment: Sendable {
    /// The group.
    public var group: Int32
    /// Blocks of eight scenarios.
    public var blocks: Int32
    /// Place of the quantity of each entry.
    public var positions: [Int32]
    /// Where the values of each entry's column begin.
    public var offsets: [Int32]

    /// Creates a segment without entries.
    public init(group: Int32, blocks: Int32) {
      self.group = group
      self.blocks = blocks
      positions = []
      offsets = []
    }
  }

  private struct Place {
    var group: Int32
    var blocks: Int32
    var first: Int32
    var end: Int32
  }

  private struct Entry {
    var position: Int32
    var offset: Int32
  }

  /// Number of rows.
  public let count: Int
  /// Number of values that the columns have together.
  private let valueCount: Int
  private let rowStart: UnsafeMutablePointer<Int32>
  private let places: UnsafeMutablePointer<Place>
  private let entries: UnsafeMutablePointer<Entry>

  /// Builds rows of segments over `valueCount` values.
  public init(rows: [[Segment]], valueCount: Int) {
    count = rows.count
    self.valueCount = valueCount
    let segments = rows.flatMap(\.self)
    rowStart = .allocate(capacity: rows.count + 1)
    rowStart.initialize(repeating: 0, count: rows.count + 1)
    for (row, held) in rows.enumerated() { rowStart[row + 1] = rowStart[row] + Int32(truncatingIfNeeded: held.count) }
    places = .allocate(capacity: max(segments.count, 1))
    entries = .allocate(capacity: max(segments.reduce(0) { $0 + $1.positions.count }, 1))
    var next = 0
    for (index, segment) in segments.enumerated() {
      let end = next + segment.positions.count
      (places + index).initialize(
        to: Place(
          group: segment.group, blocks: segment.blocks, first: Int32(truncatingIfNeeded: next),
          end: Int32(truncatingIfNeeded: end)))
      for (position, offset) in zip(segment.positions, segment.offsets) {
        precondition(Int(offset) + Int(segment.blocks) * Self.blockSize <= valueCount, "an entry has its values")
        (entries + next).initialize(to: Entry(position: position, offset: offset))
        next += 1
      }
    }
  }

  deinit {
    rowStart.deallocate()
    places.deallocate()
    entries.deallocate()
  }

  /// Writes the loss of every row to `losses`, and the sums over rows by group to `groups`.
  public func losses(
    quantity: [Double], values: [Double], into losses: inout [Double], groups: inout [Double]
  ) {
    precondition(losses.count >= count && values.count >= valueCount, "room for every row, a value for every lane")
    for group in groups.indices { groups[group] = 0 }
    for row in 0..<count { losses[row] = 0 }
    _ = quantity.withUnsafeBufferPointer { quantity in
      withValues(values) { values in
        guard let quantity = quantity.baseAddress else { return 0 }
        for row in 0..<count {
          var sum = 0.0
          for place in Int(rowStart[row])..<Int(rowStart[row &+ 1]) {
            let loss = self.loss(places[place], quantity, values)
            sum += loss
            groups[Int(places[place].group)] += loss
          }
          losses[row] = sum
        }
        return 0
      }
    }
  }

  /// The loss of one row.
  public func loss(row: Int, quantity: borrowing FixedBuffer<Double>, values: [Double]) -> Double {
    precondition(values.count >= valueCount, "a value for every lane")
    let quantity = UnsafePointer(quantity.base)
    return withValues(values) { values in
      var sum = 0.0
      for place in Int(rowStart[row])..<Int(rowStart[row &+ 1]) { sum += loss(places[place], quantity, values) }
      return sum
    }
  }

  /// The loss of one row, that of each group times its scale.
  public func loss(row: Int, quantity: borrowing FixedBuffer<Double>, values: [Double], groupScale: [Double]) -> Double
  {
    precondition(values.count >= valueCount, "a value for every lane")
    let quantity = UnsafePointer(quantity.base)
    return withValues(values) { values in
      var sum = 0.0
      for place in Int(rowStart[row])..<Int(rowStart[row &+ 1]) {
        sum += groupScale[Int(places[place].group)] * loss(places[place], quantity, values)
      }
      return sum
    }
  }

  @inline(__always)
  private func loss(
    _ place: Place, _ quantity: UnsafePointer<Double>, _ values: UnsafePointer<Double>
  ) -> Double {
    var worst = Lanes(repeating: 0)
    for block in 0..<Int(place.blocks) {
      var gain = Lanes(repeating: 0)
      for index in Int(place.first)..<Int(place.end) {
        let entry = entries[index]
        gain = lanes(values, Int(entry.offset) &+ block &* Self.blockSize).timesPlus(
          quantity[Int(entry.position)], gain)
      }
      worst = worst.or(gain, where: gain .< worst)
    }
    return -worst.min()
  }

  /// Lends the memory of an array; where it has none, no row has an entry and nothing is lost.
  @inline(__always)
  private func withValues(_ values: [Double], _ body: (UnsafePointer<Double>) -> Double) -> Double {
    values.withUnsafeBufferPointer { values in
      guard let values = values.baseAddress else { return 0 }
      return body(values)
    }
  }
}
