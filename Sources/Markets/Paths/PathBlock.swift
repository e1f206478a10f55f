import Kernels

/// The price paths of one block of `pathsPerBlock` (256) consecutive path numbers: the waist between markets and venues.
///
/// Storage is one contiguous slab per path, [channel][asset][point], point 0 being t = 0: what replaying one path wants
/// to read. Prices are the first channel, so they begin where the slab begins. Memory is allocated once per worker and
/// refilled for each block.
public struct PathBlock: ~Copyable {
  /// What a slab can hold for an asset at a time.
  public enum Channel: Int, Sendable, CaseIterable {
    /// The exogenous price X in the settlement currency; always there.
    case price
    /// The lowest exogenous price between the point before and this one, both included; that of t = 0 at point 0.
    case low
    /// The highest one.
    case high
    /// What a long perpetual pays per hour, as a fraction of notional; 0 for assets without a funding rate.
    case fundingRate
    /// At-the-money implied volatility, annualised; 0 for assets without one.
    case impliedVolatility
  }

  /// Number of assets.
  public let assetCount: Int
  /// Number of points of one series, T + 1.
  public let points: Int
  /// What the slabs hold, in their order; prices first.
  public let channels: [Channel]
  /// Number of the first path here; a multiple of 256.
  public internal(set) var firstPath = 0
  /// All slabs.
  public internal(set) var values: [Double]

  /// Allocates a block that holds prices and `others`.
  public init(assetCount: Int, points: Int, others: [Channel] = []) {
    self.assetCount = assetCount
    self.points = points
    channels = [.price] + others.filter { $0 != .price }
    values = [Double](repeating: 0, count: pathsPerBlock * channels.count * assetCount * points)
  }

  /// Numbers in one channel of one path.
  public var channelSize: Int { assetCount * points }
  /// Numbers in the slab of one path.
  public var slabSize: Int { channels.count * channelSize }

  /// Where `channel` begins within a slab; nil if the block does not hold it.
  public func offset(of channel: Channel) -> Int? { channels.firstIndex(of: channel).map { $0 * channelSize } }

  /// Where the slab of path `firstPath + path` lies in `values`.
  public func slab(_ path: Int) -> Range<Int> { path * slabSize..<(path + 1) * slabSize }

  /// One price; for tests and reports, not for loops.
  public func price(path: Int, asset: Int, point: Int) -> Double {
    values[slab(path).lowerBound + asset * points + point]
  }

  /// One number of any channel; nil if the block does not hold the channel. For tests and reports, not for loops.
  public func value(_ channel: Channel, path: Int, asset: Int, point: Int) -> Double? {
    offset(of: channel).map { values[slab(path).lowerBound + $0 + asset * points + point] }
  }
}
