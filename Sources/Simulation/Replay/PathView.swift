import Clearing
import Markets

/// The path being replayed: one slab of a block, as the engine reads it.
struct PathView {
  /// Its number in the run, and the run's seed: what draws along the path are keyed by.
  let number: UInt64
  let seed: UInt64
  /// All slabs of the block.
  let values: [Double]
  /// Where this path's slab starts.
  let start: Int
  /// Numbers in it.
  let slabSize: Int
  /// Points of one series.
  let points: Int
  /// Where lows and highs begin within the slab; nil where prices are known on the grid only. At every step they
  /// enclose the price.
  let extremes: (low: Int, high: Int)?
  /// Where the funding rates begin in the slab; nil where the block has none.
  let fundingOffset: Int?
  /// Where the implied volatilities begin in the slab; nil where the block has none.
  let impliedOffset: Int?

  /// A view of one path of `block`, numbered within it.
  init(of block: borrowing PathBlock, path: Int, seed: UInt64) {
    number = UInt64(block.firstPath + path)
    self.seed = seed
    values = block.values
    start = block.slab(path).lowerBound
    slabSize = block.slabSize
    points = block.points
    fundingOffset = block.offset(of: .fundingRate)
    impliedOffset = block.offset(of: .impliedVolatility)
    if let low = block.offset(of: .low), let high = block.offset(of: .high) {
      extremes = (low, high)
    } else {
      extremes = nil
    }
  }

  /// Steps T.
  var steps: Int { points - 1 }

  /// What a long perpetual on `asset` pays per hour at a point; 0 without a funding rate.
  func fundingRate(asset: Int, at point: Int) -> Double {
    fundingOffset.map { values[start + $0 + asset * points + point] } ?? 0
  }

  /// At-the-money implied volatility of an asset at a point, annualised; 0 without one.
  func impliedVolatility(asset: Int, at point: Int) -> Double {
    impliedOffset.map { values[start + $0 + asset * points + point] } ?? 0
  }

  /// Lets factors that follow implied volatilities take those of a point; `buffer` has one element per asset.
  func give(to factors: any MarginFactors, at point: Int, buffer: inout [Double]) {
    guard factors.followsImpliedVolatility, impliedOffset != nil else { return }
    for asset in buffer.indices { buffer[asset] = impliedVolatility(asset: asset, at: point) }
    factors.take(impliedVolatilities: buffer)
  }
}
