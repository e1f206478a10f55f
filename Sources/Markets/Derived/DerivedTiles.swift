import Glibc
import Kernels

/// One worker's state of a derived market along a block: pegs, factors, and rows to work in; allocated once.
///
/// Tiles are [row][path]. It takes its turn after the process has written its prices of a step.
struct DerivedTiles {
  private let market: DerivedMarket
  private let stepYears: Double
  private var key = BlockKey(seed: 0, firstPath: 0)
  /// Prices of the step before and standardised returns, [asset][path]; empty where no asset's are needed.
  private var before: [Double]
  private var standardised: [Double]
  /// x and d of every token's peg.
  private var diffusions: [[Double]]
  private var depegs: [[Double]]
  private var logs: [Double]
  private var counts: [Double]
  /// Price over the base's price of every token, at the step before and now.
  private var ratiosBefore: [[Double]]
  private var ratios: [[Double]]
  private var shocks: [Double]
  private var fundings: FactorTiles
  private var volatilities: FactorTiles

  init(market: DerivedMarket, grid: TimeGrid) {
    self.market = market
    stepYears = grid.stepYears
    let assets = market.initialPrices.count
    let row = [Double](repeating: 0, count: pathsPerBlock)
    let hasStandards = market.standards.contains { $0 != nil }
    before = [Double](repeating: 0, count: hasStandards ? assets * pathsPerBlock : 0)
    standardised = before
    diffusions = market.tokens.map { _ in row }
    depegs = diffusions
    logs = row
    counts = row
    ratiosBefore = diffusions
    ratios = diffusions
    shocks = [Double](repeating: 0, count: market.tokens.count * pathsPerBlock)
    fundings = FactorTiles(walks: market.fundings, purpose: .fundingShock, assets: assets)
    volatilities = FactorTiles(walks: market.volatilities, purpose: .impliedVolatilityShock, assets: assets)
  }

  /// Returns to t = 0 of the block that `key` names, writing the derived assets' rows of `prices` and the channels.
  mutating func reset(block key: BlockKey, prices: inout [Double], into block: inout PathBlock) {
    self.key = key
    for (token, resolved) in market.tokens.enumerated() {
      resolved.peg?.reset(diffusion: &diffusions[token], depeg: &depegs[token])
      let asset = market.baseCount + token
      let base = resolved.base.map { market.initialPrices[$0] } ?? 1
      for path in 0..<pathsPerBlock {
        prices[asset * pathsPerBlock + path] = market.initialPrices[asset]
        ratios[token][path] = market.initialPrices[asset] / base
      }
    }
    keep(prices)
    fundings.reset()
    volatilities.reset()
    scatterChannels(step: 0, into: &block)
  }

  /// Takes the step after the process: derived prices in their order, then the factors.
  ///
  /// A shift that `shocks` lay on a derived asset is one of its price over its base's.
  mutating func advance(step: Int, shocks: ShockSchedule?, prices: inout [Double], into block: inout PathBlock) {
    if market.tokens.contains(where: { $0.peg?.needsShocks ?? false }) { drawShocks(step: step) }
    for asset in 0..<market.baseCount { standardise(asset, prices) }
    for token in market.tokens.indices {
      move(token, step: step, shift: shocks?.shifts[market.baseCount + token][step] ?? 0, prices: &prices)
      standardise(market.baseCount + token, prices)
    }
    keep(prices)
    guard !market.channels.isEmpty else { return }
    fundings.advance(step: step, block: key, standardised: standardised)
    volatilities.advance(step: step, block: key, standardised: standardised)
    scatterChannels(step: step, into: &block)
  }

  private mutating func drawShocks(step: Int) {
    let (key, count) = (key, market.tokens.count)
    var tile = shocks.mutableSpan
    fillNormals(
      seed: key.seed, firstPath: UInt64(key.firstPath), step: UInt32(step), factorCount: count,
      purpose: .pegShock, into: &tile)
  }

  /// Works out z of an asset, where it is needed.
  private mutating func standardise(_ asset: Int, _ prices: [Double]) {
    guard let standard = market.standards[asset] else { return }
    Self.standardise(Self.row(asset), standard, before: before, after: prices, into: &standardised)
  }

  private static func standardise(
    _ row: Range<Int>, _ standard: ReturnStandard, before: [Double], after: [Double], into standardised: inout [Double]
  ) {
    var tile = standardised.mutableSpan
    var out = tile._mutatingExtracting(row)
    standardiseReturns(
      before: before.span.extracting(row), after: after.span.extracting(row), mean: standard.mean,
      deviation: standard.deviation, into: &out)
  }

  /// Keeps the prices whose returns are standardised at the next step.
  private mutating func keep(_ prices: [Double]) {
    for asset in market.standards.indices where market.standards[asset] != nil {
      for index in Self.row(asset) { before[index] = prices[index] }
    }
  }

  /// Moves a token's peg and sets its price.
  private mutating func move(_ token: Int, step: Int, shift: Double, prices: inout [Double]) {
    let resolved = market.tokens[token]
    let rate = resolved.rate(after: stepYears * Double(step))
    let scale = shift == 0 ? rate : rate * exp(shift)
    if let peg = resolved.peg {
      if peg.needsShocks, peg.correlation != 0, let base = resolved.base {
        Self.correlate(&shocks, Self.row(token), with: standardised, Self.row(base), peg.correlation)
      }
      if peg.diffuses { Self.move(peg, shocks, Self.row(token), &diffusions[token]) }
      peg.moveDepegs(step: step, block: key, counts: &counts, depeg: &depegs[token])
      for path in 0..<pathsPerBlock { logs[path] = diffusions[token][path] + depegs[token][path] }
    } else {
      for path in 0..<pathsPerBlock { logs[path] = 0 }
    }
    if let base = resolved.base {
      for path in 0..<pathsPerBlock { counts[path] = prices[base * pathsPerBlock + path] }
    } else {
      for path in 0..<pathsPerBlock { counts[path] = 1 }
    }
    let row = Self.row(market.baseCount + token)
    Self.price(counts, logs, scale: scale, row, &prices)
    for path in 0..<pathsPerBlock {
      ratiosBefore[token][path] = ratios[token][path]
      ratios[token][path] = prices[row.lowerBound + path] / counts[path]
    }
  }

  /// Writes the derived assets' rows of the extremes of the step just taken: the base's low at the lower, its high at the
  /// higher of the two ratios to the base at the ends of the step.
  func fillExtremes(lows: inout [Double], highs: inout [Double]) {
    for (token, resolved) in market.tokens.enumerated() {
      let own = (market.baseCount + token) * pathsPerBlock
      for path in 0..<pathsPerBlock {
        let (before, now) = (ratiosBefore[token][path], ratios[token][path])
        lows[own + path] = min(before, now) * (resolved.base.map { lows[$0 * pathsPerBlock + path] } ?? 1)
        highs[own + path] = max(before, now) * (resolved.base.map { highs[$0 * pathsPerBlock + path] } ?? 1)
      }
    }
  }

  private static func move(_ peg: PegWalk, _ shocks: [Double], _ row: Range<Int>, _ diffusion: inout [Double]) {
    var values = diffusion.mutableSpan
    peg.move(shocks: shocks.span.extracting(row), diffusion: &values)
  }

  private static func price(
    _ bases: [Double], _ logs: [Double], scale: Double, _ row: Range<Int>, _ prices: inout [Double]
  ) {
    var tile = prices.mutableSpan
    var out = tile._mutatingExtracting(row)
    pegPrices(bases: bases.span, logs: logs.span, scale: scale, into: &out)
  }

  /// Gives a row of shocks the correlation with a row of standardised returns.
  static func correlate(
    _ shocks: inout [Double], _ row: Range<Int>, with standardised: [Double], _ other: Range<Int>,
    _ correlation: Double
  ) {
    var tile = shocks.mutableSpan
    var own = tile._mutatingExtracting(row)
    correlateShocks(&own, with: standardised.span.extracting(other), correlation: correlation)
  }

  /// Where row number `index` of a tile lies.
  static func row(_ index: Int) -> Range<Int> { index * pathsPerBlock..<(index + 1) * pathsPerBlock }

  private func scatterChannels(step: Int, into block: inout PathBlock) {
    for channel in market.channels {
      switch channel {
      case .fundingRate: block.write(fundings.values, as: channel, step: step)
      case .impliedVolatility: block.write(volatilities.values, as: channel, step: step)
      default: break
      }
    }
  }
}
