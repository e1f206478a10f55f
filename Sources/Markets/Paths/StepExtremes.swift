import Kernels

/// One worker's tiles for the lowest and highest prices of a step, [asset][path]; empty until a block holds them.
struct StepExtremes {
  private var lows: [Double] = []
  private var highs: [Double] = []

  /// Starts a block: at t = 0 both extremes are the price.
  mutating func begin(at prices: [Double], into block: inout PathBlock) {
    lows = prices
    highs = prices
    scatter(step: 0, into: &block)
  }

  /// Takes the extremes that the process itself has.
  mutating func take<P: PriceProcess>(from process: P, _ state: P.State, step: Int, into block: inout PathBlock) {
    Self.write(process, state, step: step, lows: &lows, highs: &highs)
    scatter(step: step, into: &block)
  }

  /// Takes its buffers one by one, so that each is borrowed by itself.
  private static func write<P: PriceProcess>(
    _ process: P, _ state: P.State, step: Int, lows: inout [Double], highs: inout [Double]
  ) {
    var lowTile = lows.mutableSpan
    var highTile = highs.mutableSpan
    process.writeExtremes(state, step: step, lows: &lowTile, highs: &highTile)
  }

  private func scatter(step: Int, into block: inout PathBlock) {
    block.write(lows, as: .low, step: step)
    block.write(highs, as: .high, step: step)
  }
}

extension PathBlock {
  /// Writes one step of a channel from a tile; does nothing if the block does not hold the channel.
  mutating func write(_ tile: [Double], as channel: Channel, step: Int) {
    guard let offset = offset(of: channel) else { return }
    let assets = assetCount
    let points = points
    let slabSize = slabSize
    var slabs = values.mutableSpan
    scatterToPaths(
      tile: tile.span, assets: assets, step: step, stepsPlusOne: points, slabSize: slabSize, offset: offset,
      into: &slabs)
  }
}
