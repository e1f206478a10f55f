import Foundation
import Kernels
import Markets
import TestSupport
import Testing

/// Markets with derived assets for the tests, and what their log pegs look like.
enum DerivedSample {
  static let ids = ["A", "B"]
  static let assets = [
    AssetCalibration(id: "A", price: 2000, volatility: 0.8, drift: 0.2),
    AssetCalibration(id: "B", price: 60_000, volatility: 0.5),
  ]
  static let correlation = Matrix(rows: 2, columns: 2, values: [1, 0.6, 0.6, 1])

  /// A peg with everything: reversion, correlation, de-pegs with a half-life of their own.
  static let peg = PegParameters(
    halfLifeHours: 40, volatility: 0.3, level: 0.98, correlationWithBase: 0.5,
    depegs: DepegParameters(
      intensityPerYear: 150, size: JumpSize(mean: -0.04, deviation: 0.02), halfLifeHours: 100))

  static func grid(_ steps: Int, hours: Double) throws -> TimeGrid {
    try #require(TimeGrid(steps: steps, stepHours: hours))
  }

  /// Geometric Brownian motion of `assets` and what is derived from it.
  static func market(
    _ derived: [DerivedAsset], assets: [AssetCalibration] = assets, grid: TimeGrid, process: (any PriceProcess)? = nil,
    dependence: Dependence = .gaussian
  ) throws -> MarketModel {
    let calibration = MarketCalibration(assets: assets, correlation: correlation, derived: derived)
    let process = process ?? GeometricBrownianMotion(assets: assets, grid: grid)
    return try MarketModel(
      assetIDs: ids, grid: grid, process: process, dependence: dependence, correlation: correlation,
      derived: DerivedMarket(calibration: calibration, process: process, grid: grid))
  }

  /// One block of a market.
  static func block(_ market: MarketModel, _ index: Int = 0, seed: UInt64 = 5) -> PathBlock {
    let generator = PathGenerator(market: market, seed: seed)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: index, into: &block, workspace: &workspace)
    return block
  }

  /// ln(price of `asset`/price of `base`) of many paths at each point, [point][path]; base nil is the settlement currency.
  static func logRatios(_ market: MarketModel, _ asset: Int, over base: Int?, blocks: Int) -> [[Double]] {
    let generator = PathGenerator(market: market, seed: 11)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    var rows = [[Double]](repeating: [], count: market.grid.points)
    for index in 0..<blocks {
      generator.generate(block: index, into: &block, workspace: &workspace)
      for point in 0..<market.grid.points {
        for path in 0..<pathsPerBlock {
          let price = block.price(path: path, asset: asset, point: point)
          rows[point].append(log(price / (base.map { block.price(path: path, asset: $0, point: point) } ?? 1)))
        }
      }
    }
    return rows
  }

  /// How many standard errors the mean of `sample` is from `expected`.
  static func distance(_ sample: [Double], from expected: Double) -> Double {
    let (mean, variance) = meanAndVariance(sample)
    return abs(mean - expected) / (variance / Double(sample.count)).squareRoot()
  }
}

/// Closed forms of a log peg ln Q = x + d that starts at its level.
struct PegLaw {
  let peg: PegParameters
  /// κ of x and of d, per year.
  private var rate: Double { M_LN2 * 8760 / peg.halfLifeHours }
  private var recovery: Double { M_LN2 * 8760 / (peg.depegs?.halfLifeHours ?? peg.halfLifeHours) }
  private var intensity: Double { peg.depegs?.intensityPerYear ?? 0 }
  private var size: JumpSize { peg.depegs?.size ?? JumpSize(mean: 0, deviation: 0) }

  /// E J³ of the normal law.
  private var meanCube: Double { pow(size.mean, 3) + 3 * size.mean * pow(size.deviation, 2) }

  /// What has gone of a deviation after `years`: 1 − e^(−κt), and of its square and cube.
  private func gone(_ rate: Double, _ years: Double, _ power: Double = 1) -> Double { -expm1(-power * rate * years) }

  func mean(_ years: Double) -> Double {
    log(peg.level) + intensity * size.mean * gone(recovery, years) / recovery
  }
  func diffusionVariance(_ years: Double) -> Double {
    peg.volatility * peg.volatility * gone(rate, years, 2) / (2 * rate)
  }
  func depegVariance(_ years: Double) -> Double {
    intensity * size.meanSquare * gone(recovery, years, 2) / (2 * recovery)
  }
  func depegThird(_ years: Double) -> Double { intensity * meanCube * gone(recovery, years, 3) / (3 * recovery) }

  /// Moments of the log return from `years` to `years` + `step` of base × peg, the base a geometric Brownian motion.
  func moments(
    base: AssetCalibration, rate growth: Double, from years: Double, step: Double
  ) -> PriceProcessContract.Moments {
    let variance = base.volatility * base.volatility * step
    let lost = (x: gone(rate, step), d: gone(recovery, step))
    let shared = 2 * peg.correlationWithBase * (diffusionVariance(step) * variance).squareRoot()
    return PriceProcessContract.Moments(
      mean: (base.drift - base.volatility * base.volatility / 2 + growth) * step + mean(years + step) - mean(years),
      variance: variance + shared + diffusionVariance(step) + pow(lost.x, 2) * diffusionVariance(years)
        + depegVariance(step) + pow(lost.d, 2) * depegVariance(years),
      third: depegThird(step) - pow(lost.d, 3) * depegThird(years))
  }
}
