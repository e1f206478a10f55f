import Clearing
import Kernels
import Venues

/// What the positions of one venue count for under one margin model: quantity times weight, kept in step with the ledger.
///
/// A weight may depend on the size of a position, and a size changes by a liquidation only; so what is multiplied here
/// whenever a quantity is set needs no look at any other time. One per worker, venue and model.
final class WeightedHoldings {
  /// w(|q|)·q of each position, at maintenance level.
  private(set) var weighted: FixedBuffer<Double>
  private let level: RequirementTable.Level
  private let start: [Double]
  private var changed: [Int32] = []

  init(book: Book, level: RequirementTable.Level) {
    self.level = level
    start = book.quantity.indices.map {
      level.weight(position: $0, quantity: book.quantity[$0]) * book.quantity[$0]
    }
    weighted = FixedBuffer(start)
  }

  /// Returns to the book.
  func reset() {
    for position in changed { weighted[Int(position)] = start[Int(position)] }
    changed.removeAll(keepingCapacity: true)
  }

  /// Takes the quantity that a position has now.
  func set(_ quantity: Double, of position: Int) {
    changed.append(Int32(position))
    weighted[position] = level.weight(position: position, quantity: quantity) * quantity
  }
}
