import Glibc
import Kernels

/// Joint historical values of several assets, of the slots in which every asset has one, in order of time.
///
/// The order is a circle: the last vector is followed by the first, and the two sides of a slot that is left out are
/// neighbours too. So every vector has one successor and one predecessor, and a resampled series visits all equally.
public struct HistoricalVectors: Sendable {
  /// Values, [asset][vector].
  public let values: [[Double]]
  /// Number of vectors.
  public let count: Int

  /// The fewest vectors that are resampled: below, paths repeat the same few moves.
  public static let fewest = 20

  /// Takes the slots of `values`, [asset][slot], in which every asset has a finite value; nil if they are fewer than
  /// `fewest`, or if there is no asset.
  public init?(_ values: [[Double]]) {
    guard let first = values.first, values.allSatisfy({ $0.count == first.count }) else { return nil }
    let slots = first.indices.filter { slot in values.allSatisfy { $0[slot].isFinite } }
    guard slots.count >= Self.fewest else { return nil }
    self.values = values.map { row in slots.map { row[$0] } }
    count = slots.count
  }

  private init(checked values: [[Double]], count: Int) {
    self.values = values
    self.count = count
  }

  /// The same with every asset's values shifted so that the mean of exp(value) is exp(`growth`) of the asset.
  func recentred(growth: [Double]) -> HistoricalVectors {
    let shifted = zip(values, growth).map { row, growth in
      let excess = growth - log(Kernels.mean(row.map { exp($0) }))
      return row.map { $0 + excess }
    }
    return HistoricalVectors(checked: shifted, count: count)
  }

  /// The same with every asset's values standardised to zero mean and unit variance over the vectors (divisor: their
  /// number); an asset whose values do not vary becomes zero.
  func standardised() -> HistoricalVectors {
    let rows = zip(values, standardDeviations).map { row, deviation in
      let centre = Kernels.mean(row)
      return row.map { deviation > 0 ? ($0 - centre) / deviation : 0 }
    }
    return HistoricalVectors(checked: rows, count: count)
  }

  /// The standard deviation of every asset's values over the vectors (divisor: their number): that of a uniform draw.
  var standardDeviations: [Double] {
    values.map { row in
      guard let first = row.first, row.contains(where: { $0 != first }) else { return 0 }
      let centre = Kernels.mean(row)
      return Kernels.mean(row.map { ($0 - centre) * ($0 - centre) }).squareRoot()
    }
  }
}

/// Which vector every path of a block takes: the stationary bootstrap's walk.
///
/// With probability 1/meanBlockSteps, and at the first step, a path jumps to a vector drawn uniformly; else it takes the
/// next one on the circle. D. Politis, J. Romano, "The stationary bootstrap", Journal of the American Statistical
/// Association 89 (1994).
struct ResamplingWalk {
  private let count: Int
  private let renewal: Double
  private var key = BlockKey(seed: 0, firstPath: 0)
  private var uniforms = [Double](repeating: 0, count: 2 * pathsPerBlock)
  /// The number of each path's vector.
  private var vectors = [Int](repeating: 0, count: pathsPerBlock)

  /// A walk over `count` ≥ 1 vectors in blocks of `meanBlockSteps` ≥ 1 steps on average.
  init(count: Int, meanBlockSteps: Double) {
    self.count = count
    renewal = 1 / meanBlockSteps
  }

  /// Starts again for another block.
  mutating func reset(_ key: BlockKey) { self.key = key }

  /// Moves every path to its vector of `step`.
  mutating func move(to step: Int) {
    let key = key
    var tile = uniforms.mutableSpan
    fillUniforms(
      seed: key.seed, firstPath: UInt64(key.firstPath), step: UInt32(step), factorCount: 2, purpose: .bootstrap,
      into: &tile)
    for path in 0..<pathsPerBlock {
      if step == 1 || uniforms[path] < renewal {
        vectors[path] = min(count - 1, Int(uniforms[pathsPerBlock + path] * Double(count)))
      } else {
        vectors[path] = vectors[path] + 1 == count ? 0 : vectors[path] + 1
      }
    }
  }

  /// The paths' values of one asset.
  func gather(_ values: [Double], into row: inout [Double]) {
    for path in 0..<pathsPerBlock { row[path] = values[vectors[path]] }
  }
}
