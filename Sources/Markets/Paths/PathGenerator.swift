import Kernels

/// Draws blocks of price paths. Path p is the same, number for number, whatever the number of paths, workers or shards.
public struct PathGenerator: Sendable {
  /// The market drawn from.
  public let market: MarketModel
  /// The seed of the whole run.
  public let seed: UInt64

  /// A generator for `market`; the seed keys every draw.
  public init(market: MarketModel, seed: UInt64) {
    self.market = market
    self.seed = seed
  }

  /// A block of the right size to `generate` into.
  public func makeBlock() -> PathBlock {
    PathBlock(
      assetCount: market.assetIDs.count, points: market.grid.points, others: market.channels)
  }

  /// Buffers for one worker.
  public func makeWorkspace() -> PathWorkspace {
    PathWorkspace(market: market)
  }

  /// Fills `block` with paths 256·`index` … 256·`index` + 255.
  public func generate(block index: Int, into block: inout PathBlock, workspace: inout PathWorkspace) {
    workspace.run(generator: self, firstPath: index * pathsPerBlock, into: &block)
  }

  /// Correlated unit-variance shocks of one step, [asset][path].
  func drawShocks(step: Int, firstPath: Int, tiles: inout ShockTiles) {
    draw(step, firstPath, normals: &tiles.normals, shocks: &tiles.shocks, mixing: &tiles.mixing)
  }

  private func draw(
    _ step: Int, _ firstPath: Int, normals: inout [Double], shocks: inout [Double], mixing: inout [Double]
  ) {
    let assets = market.factor.lower.rows
    var normalTile = normals.mutableSpan
    fillNormals(
      seed: seed, firstPath: UInt64(firstPath), step: UInt32(step), factorCount: assets, purpose: .priceShock,
      into: &normalTile)
    var shockTile = shocks.mutableSpan
    multiply(market.factor, normals.span, columns: pathsPerBlock, into: &shockTile)
    guard case .studentT(let degreesOfFreedom) = market.dependence else { return }
    var mixingRow = mixing.mutableSpan
    fillStudentMixing(
      degreesOfFreedom: degreesOfFreedom, seed: seed, firstPath: UInt64(firstPath), step: UInt32(step),
      into: &mixingRow)
    scaleColumns(&shockTile, rows: assets, by: mixing.span)
  }
}

/// The tiles of one step: independent normals, correlated shocks, and the common t scale of each path.
struct ShockTiles {
  var normals: [Double]
  var shocks: [Double]
  var mixing: [Double]

  init(assetCount: Int) {
    normals = [Double](repeating: 0, count: assetCount * pathsPerBlock)
    shocks = normals
    mixing = [Double](repeating: 1, count: pathsPerBlock)
  }
}

/// One worker's buffers for drawing blocks, with the state of its process; allocated once.
public struct PathWorkspace {
  private var runner: any BlockRunner

  init(market: MarketModel) { runner = Self.open(market.process, market) }

  mutating func run(generator: PathGenerator, firstPath: Int, into block: inout PathBlock) {
    runner.run(generator: generator, firstPath: firstPath, into: &block)
  }

  private static func open<P: PriceProcess>(_ process: P, _ market: MarketModel) -> any BlockRunner {
    ProcessRunner(process: process, state: process.makeState(), market: market)
  }
}

/// A process bound to its state, so that the process is dispatched once per block and not once per step.
private protocol BlockRunner {
  mutating func run(generator: PathGenerator, firstPath: Int, into block: inout PathBlock)
}

private struct ProcessRunner<P: PriceProcess>: BlockRunner {
  let process: P
  var state: P.State
  var tiles: ShockTiles
  var prices: [Double]
  /// Hypothetical shocks on top of the process; nil where there are none.
  var shocked: ShockedTiles?
  /// What follows the process's prices; nil where nothing does.
  var derived: DerivedTiles?
  var extremes: StepExtremes
  /// The prices of up to eight steps that no path has yet.
  var recent: [Double] = []

  init(process: P, state: P.State, market: MarketModel) {
    shocked = market.shocks.map { ShockedTiles($0, assetCount: market.factor.lower.rows) }
    self.process = process
    self.state = state
    tiles = ShockTiles(assetCount: market.factor.lower.rows)
    prices = [Double](repeating: 0, count: market.assetIDs.count * pathsPerBlock)
    derived = market.derived.map { DerivedTiles(market: $0, grid: market.grid) }
    extremes = StepExtremes()
  }

  mutating func run(generator: PathGenerator, firstPath: Int, into block: inout PathBlock) {
    block.firstPath = firstPath
    process.reset(&state, block: BlockKey(seed: generator.seed, firstPath: firstPath))
    for (asset, price) in process.initialPrices.enumerated() {
      for path in 0..<pathsPerBlock { prices[asset * pathsPerBlock + path] = price }
    }
    derived?.reset(block: BlockKey(seed: generator.seed, firstPath: firstPath), prices: &prices, into: &block)
    scatter(step: 0, into: &block)
    shocked?.reset(initial: prices)
    let market = generator.market
    if market.intraStep != .none { extremes.begin(at: prices, into: &block) }
    for step in 1..<block.points {
      if process.needsShocks { generator.drawShocks(step: step, firstPath: firstPath, tiles: &tiles) }
      shocked?.blend(step: step, seed: generator.seed, firstPath: firstPath, tiles: &tiles)
      switch market.intraStep {
      case .none: Self.advance(process, &state, step: step, tiles: tiles, prices: &prices)
      case .bars:
        Self.advance(process, &state, step: step, tiles: tiles, prices: &prices)
        extremes.take(from: process, state, step: step)
      case .brownianBridge(let joint):
        extremes.ask(process, state, moment(of: step, isOver: false, generator))
        Self.advance(process, &state, step: step, tiles: tiles, prices: &prices)
        extremes.ask(process, state, moment(of: step, isOver: true, generator))
        extremes.draw(to: prices, step: step, firstPath: firstPath, generator: generator, joint: joint)
      }
      shocked?.move(step: step, prices: &prices)
      derived?.advance(step: step, shocks: market.shocks, prices: &prices, into: &block)
      scatter(step: step, into: &block)
      guard market.intraStep != .none else { continue }
      extremes.finish(step: step, closes: prices, shocks: &shocked, derived: derived, into: &block)
    }
  }

  private func moment(of step: Int, isOver: Bool, _ generator: PathGenerator) -> StepMoment {
    StepMoment(step: step, years: generator.market.grid.stepYears, isOver: isOver, scale: tiles.mixing)
  }

  /// Takes its buffers one by one, so that each is borrowed by itself.
  private static func advance(
    _ process: P, _ state: inout P.State, step: Int, tiles: ShockTiles, prices: inout [Double]
  ) {
    var tile = prices.mutableSpan
    process.advance(&state, step: step, shocks: tiles.shocks.span, prices: &tile)
  }

  /// Hands on the prices of a step: kept until eight steps are together, for then each path gets a cache line at a time.
  private mutating func scatter(step: Int, into block: inout PathBlock) {
    if recent.isEmpty { recent = [Double](repeating: 0, count: stepsPerScatter * prices.count) }
    let place = step % stepsPerScatter
    Self.keep(prices, at: place * prices.count, in: &recent)
    if place == stepsPerScatter - 1 {
      let first = step + 1 - stepsPerScatter
      let (assets, points, slabSize) = (block.assetCount, block.points, block.slabSize)
      var slabs = block.values.mutableSpan
      scatterStepsToPaths(
        tiles: recent.span, assets: assets, firstStep: first, stepsPlusOne: points, slabSize: slabSize, offset: 0,
        into: &slabs)
    } else if step == block.points - 1 {
      for each in 0...place { scatterOne(each, step: step - place + each, into: &block) }
    }
  }

  private static func keep(_ prices: [Double], at start: Int, in recent: inout [Double]) {
    var tiles = recent.mutableSpan
    copyRow(prices.span, to: start, of: &tiles)
  }

  /// Hands on one of the last steps, too few for a cache line.
  private func scatterOne(_ place: Int, step: Int, into block: inout PathBlock) {
    let (assets, points, slabSize) = (block.assetCount, block.points, block.slabSize)
    let size = assets * pathsPerBlock
    var slabs = block.values.mutableSpan
    let tiles = recent.span
    scatterToPaths(
      tile: tiles.extracting(place * size..<(place + 1) * size), assets: assets, step: step, stepsPlusOne: points,
      slabSize: slabSize, offset: 0, into: &slabs)
  }
}
