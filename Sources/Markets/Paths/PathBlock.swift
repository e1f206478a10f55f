import Kernels

/// The price paths of one block of `pathsPerBlock` (256) consecutive path numbers: the waist between markets and venues.
///
/// Storage is one contiguous slab per path, [channel][asset][point], point 0 being t = 0: what replaying one path wants
/// to read. Memory is allocated once per worker and refilled for each block.
public struct PathBlock: ~Copyable {
  /// What a slab can hold for an asset at a time; the raw value is the channel's place in the slab.
  public enum Channel: Int, Sendable, CaseIterable {
    /// The exogenous price X in the settlement currency.
    case price
  }

  /// Number of assets.
  public let assetCount: Int
  /// Number of points of one series, T + 1.
  public let points: Int
  /// Number of the first path here; a multiple of 256.
  public internal(set) var firstPath = 0
  /// All slabs.
  public internal(set) var values: [Double]

  /// Allocates a block.
  public init(assetCount: Int, points: Int) {
    self.assetCount = assetCount
    self.points = points
    values = [Double](repeating: 0, count: pathsPerBlock * assetCount * points)
  }

  /// Where the slab of path `firstPath + path` lies in `values`.
  public func slab(_ path: Int) -> Range<Int> {
    let size = assetCount * points
    return path * size..<(path + 1) * size
  }

  /// One price; for tests and reports, not for loops.
  public func price(path: Int, asset: Int, point: Int) -> Double {
    values[slab(path).lowerBound + asset * points + point]
  }
}
