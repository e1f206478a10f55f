import Kernels
import Markets

extension ProcessStudies {
  /// A peg with a half-life of 10 hours and 60 de-pegs a year, hour by hour: a derived asset of a market. Coarser steps get
  /// larger de-pegs, to be told from the diffusion.
  public static func peg(
    paths: Int, hours: Int, stepHours: Double = 1, intensity: Double = 60
  ) throws -> ProcessRecovery? {
    guard let grid = TimeGrid(steps: Int(Double(hours) / stepHours), stepHours: stepHours) else { return nil }
    let size = stepHours > 1 ? JumpSize(mean: -0.05, deviation: 0.01) : JumpSize(mean: -0.01, deviation: 0.008)
    let depegs = DepegParameters(intensityPerYear: intensity, size: size)
    let peg = PegParameters(halfLifeHours: 10, volatility: 0.1, level: 0.998, depegs: depegs)
    let assets = [AssetCalibration(id: "A", price: 100, volatility: 0.8)]
    let process = GeometricBrownianMotion(assets: assets, grid: grid)
    let calibration = MarketCalibration(
      assets: assets, correlation: .identity(1), derived: [DerivedAsset(id: "COIN", base: .settlement, peg: peg)])
    let derived = try DerivedMarket(calibration: calibration, process: process, grid: grid)
    let drawn = DrawnHistories(
      market: try market(assets, correlation: 0, grid: grid, process: process, derived: derived), count: paths, seed: 77
    )
    return ProcessRecovery(
      name: "peg",
      truth: [
        ("half-life", peg.halfLifeHours), ("volatility", peg.volatility), ("level", peg.level),
        ("de-pegs a year", depegs.intensityPerYear), ("de-peg mean", depegs.size.mean),
        ("de-peg deviation", depegs.size.deviation),
      ], paths: paths
    ) { path in
      // The coin stands for one unit of the settlement currency: its price is its ratio.
      guard let fit = PegFit(ratios: drawn.prices(path: path, asset: 1), stepHours: stepHours), fit.converged,
        !fit.isAtBorder
      else { return nil }
      return [
        fit.halfLifeHours, fit.volatility, fit.level, fit.depegIntensityPerYear, fit.depegMean, fit.depegDeviation,
      ]
    }
  }
}
