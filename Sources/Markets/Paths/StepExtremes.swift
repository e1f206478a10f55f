import Kernels

/// One worker's tiles for the lowest and highest prices of a step, [asset][path]; empty until a block holds them.
struct StepExtremes {
  private var lows: [Double] = []
  private var highs: [Double] = []
  /// The bridge: prices before the step, standard deviations of it, normals for lows and then for highs.
  private var previous: [Double] = []
  private var deviations: [Double] = []
  private var independent: [Double] = []
  private var draws: [Double] = []

  /// Starts a block: at t = 0 both extremes are the price.
  mutating func begin(at prices: [Double], into block: inout PathBlock) {
    lows = prices
    highs = prices
    previous = prices
    if deviations.isEmpty {
      deviations = prices
      independent = [Double](repeating: 0, count: 2 * prices.count)
      draws = independent
    }
    scatter(step: 0, into: &block)
  }

  /// Asks the process how much it diffuses over the step, before or after it takes it.
  mutating func ask<P: PriceProcess>(_ process: P, _ state: P.State, _ moment: StepMoment) {
    Self.ask(process, state, moment, into: &deviations)
  }

  private static func ask<P: PriceProcess>(
    _ process: P, _ state: P.State, _ moment: StepMoment, into deviations: inout [Double]
  ) {
    var tile = deviations.mutableSpan
    process.stepVolatilities(state, at: moment, into: &tile)
  }

  /// Takes the extremes that the process itself has.
  mutating func take<P: PriceProcess>(from process: P, _ state: P.State, step: Int) {
    Self.write(process, state, step: step, lows: &lows, highs: &highs)
  }

  /// Moves the step's extremes by the shocks that have moved its `closes`, lets those of derived assets follow, and writes
  /// them.
  mutating func finish(
    step: Int, closes: [Double], shocks: inout ShockedTiles?, derived: DerivedTiles?, into block: inout PathBlock
  ) {
    shocks?.moveExtremes(step: step, closes: closes, lows: &lows, highs: &highs)
    derived?.fillExtremes(lows: &lows, highs: &highs)
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

  /// Draws the extremes of a bridge from the process's prices before to those it has just written, of its own assets.
  mutating func draw(
    to prices: [Double], step: Int, firstPath: Int, generator: PathGenerator, joint: JointExtremes
  ) {
    let assets = generator.market.factor.lower.rows
    Self.fill(
      &independent, &draws, generator: generator, joint: joint, assets: assets, step: step, firstPath: firstPath)
    for asset in 0..<assets {
      Self.bridge(
        from: previous, to: prices, deviations: deviations, draws: draws, asset: asset, assets: assets, lows: &lows,
        highs: &highs)
    }
    for index in prices.indices { previous[index] = prices[index] }
  }

  /// Normals of the lows, then of the highs, [asset][path] each, hanging together as asked.
  private static func fill(
    _ independent: inout [Double], _ draws: inout [Double], generator: PathGenerator, joint: JointExtremes,
    assets: Int, step: Int, firstPath: Int
  ) {
    var normals = independent.mutableSpan
    let factors = joint == .comonotone ? 2 : 2 * assets
    fillNormals(
      seed: generator.seed, firstPath: UInt64(firstPath), step: UInt32(step), factorCount: factors, purpose: .bridge,
      into: &normals)
    let half = assets * pathsPerBlock
    switch joint {
    case .independent: for index in draws.indices { draws[index] = independent[index] }
    case .comonotone:
      for index in draws.indices {
        draws[index] = independent[(index < half ? 0 : pathsPerBlock) + index % pathsPerBlock]
      }
    case .correlated:
      let source = independent.span
      var tile = draws.mutableSpan
      for side in 0..<2 {
        var rows = tile._mutatingExtracting(side * half..<(side + 1) * half)
        multiply(
          generator.market.factor, source.extracting(side * half..<(side + 1) * half), columns: pathsPerBlock,
          into: &rows)
      }
    }
  }

  private static func bridge(
    from previous: [Double], to prices: [Double], deviations: [Double], draws: [Double], asset: Int, assets: Int,
    lows: inout [Double], highs: inout [Double]
  ) {
    let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
    let highRow = (assets + asset) * pathsPerBlock..<(assets + asset + 1) * pathsPerBlock
    let starts = previous.span
    let ends = prices.span
    let spreads = deviations.span
    let normals = draws.span
    var lowTile = lows.mutableSpan
    var highTile = highs.mutableSpan
    var lowRow = lowTile._mutatingExtracting(row)
    var topRow = highTile._mutatingExtracting(row)
    fillBridgeExtremes(
      starts: starts.extracting(row), ends: ends.extracting(row), deviations: spreads.extracting(row),
      low: normals.extracting(row), high: normals.extracting(highRow), lows: &lowRow, highs: &topRow)
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
