import Foundation
import Kernels
import Markets

/// The law of a log peg x + d: Ornstein–Uhlenbeck plus decaying jumps.
///
/// Stationary cumulants: mean ln level + λm/κ_d, variance ν²/(2κ) + λE J²/(2κ_d), third cumulant λE J³/(3κ_d),
/// autocovariance ν²/(2κ)·e^(−κt) + λE J²/(2κ_d)·e^(−κ_d t) (shot noise: Cox and Isham, *Point Processes*, 1980, 5.6).
let pegCase = VerificationCase(
  id: "peg", group: .processes,
  summary: "a peg's long-run law on long paths (1,024 × 1,200 days), and its law after 30 days on three grids"
) { setting in try longRunRows(setting.workers) + gridRows(setting.workers) }

private let peg = PegParameters(
  halfLifeHours: 240, volatility: 0.05, level: 0.99,
  depegs: DepegParameters(intensityPerYear: 12, size: JumpSize(mean: -0.02, deviation: 0.015), halfLifeHours: 480))

/// A market whose second asset is worth exactly its peg.
private func market(steps: Int, stepHours: Double) throws -> MarketModel {
  let grid = try required(TimeGrid(steps: steps, stepHours: stepHours), "the grid")
  let assets = [AssetCalibration(id: "A", price: 1, volatility: 0.8)]
  let process = GeometricBrownianMotion(assets: assets, grid: grid)
  let calibration = MarketCalibration(
    assets: assets, correlation: .identity(1), derived: [DerivedAsset(id: "coin", base: .settlement, peg: peg)])
  return try MarketModel(
    assetIDs: ["A"], grid: grid, process: process, dependence: .gaussian, correlation: .identity(1),
    derived: DerivedMarket(calibration: calibration, process: process, grid: grid))
}

/// Cumulants after `years` (infinite for the long run) of the peg that starts at its level.
private struct PegCumulants {
  let mean: Double
  let diffusion: Double
  let depegs: Double
  let third: Double
  static let rates = (diffusion: M_LN2 * 8760 / 240, depeg: M_LN2 * 8760 / 480)

  init(years: Double) {
    let (m, s, intensity) = (-0.02, 0.015, 12.0)
    let gone = { (rate: Double, power: Double) in -expm1(-power * rate * years) / (power * rate) }
    mean = log(0.99) + intensity * m * gone(Self.rates.depeg, 1)
    diffusion = 0.05 * 0.05 * gone(Self.rates.diffusion, 2)
    depegs = intensity * (m * m + s * s) * gone(Self.rates.depeg, 2)
    third = intensity * (m * m * m + 3 * m * s * s) * gone(Self.rates.depeg, 3)
  }
}

private func longRunRows(_ workers: Int) throws -> [VerificationRow] {
  let drawn = try DrawnReturns(try market(steps: 1200, stepHours: 24), seed: 51, blocks: 4, workers: workers)
  let law = PegCumulants(years: .infinity)
  // 400 days are 40 half-lives of the diffusion and 20 of a de-peg: the start is forgotten to 1e-6.
  let series = (0..<drawn.paths).map { path in
    var log = Foundation.log(0.99)
    return drawn.path(path, asset: 1).map { move in
      log += move
      return log - law.mean
    }.dropFirst(400).map { $0 }
  }
  var rows = [
    SampleMean(series.map { mean($0) + law.mean }).row("mean of ln Q in the long run", expected: law.mean),
    SampleMean(series.map { mean($0.map { $0 * $0 }) }).row("variance", expected: law.diffusion + law.depegs),
    SampleMean(series.map { mean($0.map { $0 * $0 * $0 }) }).row("third central moment", expected: law.third),
  ]
  for days in [1, 10, 40] {
    let years = Double(days) / 365
    let expected =
      law.diffusion * exp(-PegCumulants.rates.diffusion * years) + law.depegs * exp(-PegCumulants.rates.depeg * years)
    let products = series.map { row in mean(zip(row, row.dropFirst(days)).map { $0 * $1 }) }
    rows.append(SampleMean(products).row("autocovariance over \(days) days", expected: expected))
  }
  return rows
}

private func gridRows(_ workers: Int) throws -> [VerificationRow] {
  let law = PegCumulants(years: 720.0 / 8760)
  return try [(1, 720.0), (30, 24), (720, 1)].flatMap { steps, hours -> [VerificationRow] in
    let drawn = try DrawnReturns(
      try market(steps: steps, stepHours: hours), seed: 52, blocks: steps > 100 ? 32 : 256, workers: workers)
    let ends = (0..<drawn.paths).map { drawn.path($0, asset: 1).reduce(log(0.99), +) - law.mean }
    let name = "after 30 days in steps of \(significant(hours, digits: 3)) h"
    return [
      SampleMean(ends.map { $0 + law.mean }).row("mean \(name)", expected: law.mean),
      SampleMean(ends.map { $0 * $0 }).row("variance \(name)", expected: law.diffusion + law.depegs),
      SampleMean(ends.map { $0 * $0 * $0 }).row("third central moment \(name)", expected: law.third),
    ]
  }
}
