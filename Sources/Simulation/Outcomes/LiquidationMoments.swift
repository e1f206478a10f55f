/// First and second moments of the number of liquidated accounts per path, by partition and by pair of models.
///
/// Integers, so that merging is exact in any order. They give frequencies whose errors are clustered by path, and
/// paired differences between models.
public struct LiquidationMoments: Sendable {
  /// The partitions of the venue's accounts.
  public let partitions: [AccountPartition]
  /// Number of models.
  public let modelCount: Int
  /// Σ over paths of the count, [model][partition].
  public internal(set) var sums: [[Int]]
  /// Σ over paths of count_m·count_n, [m][n][partition].
  public internal(set) var products: [[[Int]]]

  /// Empty moments.
  public init(partitions: [AccountPartition], modelCount: Int) {
    self.partitions = partitions
    self.modelCount = modelCount
    let row = [Int](repeating: 0, count: partitions.count)
    sums = [[Int]](repeating: row, count: modelCount)
    products = [[[Int]]](repeating: sums, count: modelCount)
  }

  /// Adds one path: `counts` is [model][partition].
  public mutating func add(_ counts: [[Int]]) {
    for m in 0..<modelCount {
      for p in partitions.indices {
        sums[m][p] += counts[m][p]
        for n in 0..<modelCount { products[m][n][p] += counts[m][p] * counts[n][p] }
      }
    }
  }

  /// Forgets all paths.
  mutating func clear() {
    for m in 0..<modelCount {
      for p in partitions.indices {
        sums[m][p] = 0
        for n in 0..<modelCount { products[m][n][p] = 0 }
      }
    }
  }

  /// Adds the moments of other paths.
  public mutating func merge(_ other: LiquidationMoments) {
    for m in 0..<modelCount {
      for p in partitions.indices {
        sums[m][p] += other.sums[m][p]
        for n in 0..<modelCount { products[m][n][p] += other.products[m][n][p] }
      }
    }
  }
}
