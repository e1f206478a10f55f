/// One value per path, held once while all are the same: many quantities never occur at a venue.
package struct PathColumn: Sendable {
  /// Number of paths.
  package let count: Int
  /// What all paths have while `values` is empty; nil before any path has a value.
  private var common: Double?
  private var values: [Double] = []

  /// A column of so many paths, none of which has a value yet.
  package init(count: Int) { self.count = count }

  /// The given values.
  package init(_ values: [Double]) {
    count = values.count
    self.values = values
  }

  /// The values of all paths; 0 where none was set.
  package var elements: [Double] { values.isEmpty ? [Double](repeating: common ?? 0, count: count) : values }

  /// Sets the values of the paths in `places`.
  package mutating func replace(_ places: Range<Int>, with block: ArraySlice<Double>) {
    if values.isEmpty {
      let first = common ?? block.first
      guard let first else { return }
      common = first
      // By their bits, since a NaN does not equal itself.
      if block.allSatisfy({ $0.bitPattern == first.bitPattern }) { return }
      values = [Double](repeating: first, count: count)
    }
    values.replaceSubrange(places, with: block)
  }
}
