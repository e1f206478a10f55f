import Kernels
import Schema

/// Compound Poisson jumps of log prices on a grid: of the market as a whole, and of each asset by itself.
///
/// Counts are drawn for each path and step. n jumps of one law in a step add n·m + √n·s·z with one normal z, which is the
/// law of their sum. In a jump of the market z = √ρ·z₀ + √(1−ρ)·z_j, z₀ shared by the assets and z_j not.
struct CompoundJumps: Sendable {
  private let market: MarketJumps
  private let assets: [AssetJumps]
  private let stepYears: Double

  /// The jumps of `assets`; nil stands for none.
  init(assets: [AssetJumps?], market: MarketJumps?, grid: TimeGrid) {
    self.market = market ?? MarketJumps(intensityPerYear: 0)
    self.assets = assets.map { $0 ?? AssetJumps() }
    stepYears = grid.stepYears
  }

  /// The calibrated jumps, recording at `kind` what does not fit the market or its grid.
  init(_ calibration: MarketCalibration, grid: TimeGrid, reader: ParameterReader) {
    self.init(assets: calibration.assets.map(\.jumps), market: calibration.marketJumps, grid: grid)
    for (index, asset) in calibration.assets.enumerated() {
      checkVariance(of: asset, index, reader)
      checkCount(assets[index].own?.intensityPerYear ?? 0, "\(asset.id) jumps", reader)
    }
    checkCount(market.intensityPerYear, "the market jumps", reader)
    if calibration.assets.indices.allSatisfy({ annualVariance(of: $0) == 0 }) {
      reader.record(
        "no asset has jumps", key: "kind",
        hint: "give assets jumps figures in the calibration, or choose a process without jumps")
    }
  }

  private func checkVariance(of asset: AssetCalibration, _ index: Int, _ reader: ParameterReader) {
    let jumps = annualVariance(of: index)
    guard jumps > asset.volatility * asset.volatility * (1 + 1e-12) else { return }
    reader.record(
      "the jumps of \(asset.id) alone vary more than its volatility allows", key: "kind",
      found: "\(jumps.squareRoot()) per year from jumps", allowed: "at most its volatility, \(asset.volatility)",
      hint: "volatility is that of log returns, jumps included")
  }

  private func checkCount(_ intensity: Double, _ words: String, _ reader: ParameterReader) {
    guard intensity * stepYears > largestPoissonMean else { return }
    reader.record(
      "\(words) too often for the step", key: "kind", found: "\(intensity * stepYears) expected in a step",
      allowed: "at most \(largestPoissonMean)", hint: "so many jumps are a diffusion; lower the intensity or the step")
  }

  /// What jumps add to the annual variance of the asset's log returns: Σ λ(m² + s²).
  func annualVariance(of asset: Int) -> Double { sum(asset) { $0.meanSquare } }

  /// What jumps add to the annual mean of the asset's log returns: Σ λm.
  func annualMean(of asset: Int) -> Double { sum(asset) { $0.mean } }

  /// What jumps add to the annual growth of the expected price, to be taken off the drift: Σ λ(exp(m + s²/2) − 1).
  func annualGrowth(of asset: Int) -> Double { sum(asset) { $0.expectedMove } }

  /// The diffusion's annual variance where jumps and diffusion together have `volatility`.
  func diffusionVariance(of asset: Int, volatility: Double) -> Double {
    max(0, volatility * volatility - annualVariance(of: asset))
  }

  private func sum(_ asset: Int, _ value: (JumpSize) -> Double) -> Double {
    let jumps = assets[asset]
    let common = jumps.marketWide.map { market.intensityPerYear * value($0) } ?? 0
    return common + (jumps.own.map { $0.intensityPerYear * value($0.size) } ?? 0)
  }

  /// Adds the jumps of one step to the log prices, [asset][path]; `counts` is a row to work in.
  func add(step: Int, block key: BlockKey, counts: inout [Double], logs: inout [Double]) {
    if market.intensityPerYear > 0, draw(market.intensityPerYear, step, key, factor: 0, into: &counts) {
      addCommon(step: step, block: key, counts: counts, logs: &logs)
    }
    for (asset, jumps) in assets.enumerated() {
      guard let own = jumps.own, own.intensityPerYear > 0 else { continue }
      guard draw(own.intensityPerYear, step, key, factor: asset + 1, into: &counts) else { continue }
      addOwn(own.size, of: asset, step: step, block: key, counts: counts, logs: &logs)
    }
  }

  /// Draws the counts of the block's paths; whether there is any jump.
  private func draw(
    _ intensity: Double, _ step: Int, _ key: BlockKey, factor: Int, into counts: inout [Double]
  ) -> Bool {
    var row = counts.mutableSpan
    return fillPoisson(
      mean: intensity * stepYears, seed: key.seed, firstPath: UInt64(key.firstPath), step: UInt32(step),
      factor: UInt32(factor), purpose: .jump, into: &row)
  }

  private func addCommon(step: Int, block key: BlockKey, counts: [Double], logs: inout [Double]) {
    let shared = market.sizeCorrelation.squareRoot()
    let single = max(0, 1 - market.sizeCorrelation).squareRoot()
    for path in 0..<pathsPerBlock where counts[path] > 0 {
      let draws = Self.sizes(key, path)
      let common = shared * draws.normal(step: UInt32(step), factor: 0)
      for (asset, jumps) in assets.enumerated() {
        guard let size = jumps.marketWide else { continue }
        let z = common + single * draws.normal(step: UInt32(step), factor: UInt32(2 * asset + 1))
        logs[asset * pathsPerBlock + path] += Self.total(of: counts[path], size, z)
      }
    }
  }

  private func addOwn(
    _ size: JumpSize, of asset: Int, step: Int, block key: BlockKey, counts: [Double], logs: inout [Double]
  ) {
    for path in 0..<pathsPerBlock where counts[path] > 0 {
      let z = Self.sizes(key, path).normal(step: UInt32(step), factor: UInt32(2 * asset + 2))
      logs[asset * pathsPerBlock + path] += Self.total(of: counts[path], size, z)
    }
  }

  private static func sizes(_ key: BlockKey, _ path: Int) -> KeyedDraws {
    KeyedDraws(seed: key.seed, path: UInt64(key.firstPath + path), purpose: .jumpSize)
  }

  private static func total(of count: Double, _ size: JumpSize, _ z: Double) -> Double {
    count * size.mean + count.squareRoot() * size.deviation * z
  }
}
