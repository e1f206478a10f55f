import Glibc
import Kernels
import Markets

/// The studies of every process that is estimated, besides GARCH.
public enum ProcessStudies {
  static func market(
    _ assets: [AssetCalibration], correlation: Double, grid: TimeGrid, process: any PriceProcess,
    dependence: Dependence = .gaussian, derived: DerivedMarket? = nil
  ) throws -> MarketModel {
    var matrix = Matrix(rows: assets.count, columns: assets.count, repeating: correlation)
    for index in assets.indices { matrix[index, index] = 1 }
    return try MarketModel(
      assetIDs: assets.map(\.id), grid: grid, process: process, dependence: dependence, correlation: matrix,
      derived: derived)
  }

  /// One asset whose log returns jump 40 times a year.
  public static func merton(paths: Int, days: Int) throws -> ProcessRecovery? {
    guard let grid = TimeGrid(steps: days, stepHours: 24) else { return nil }
    let own = OwnJumps(intensityPerYear: 40, size: JumpSize(mean: -0.02, deviation: 0.07))
    let asset = AssetCalibration(id: "A", price: 100, volatility: 0.8, jumps: AssetJumps(own: own))
    let process = MertonJumpDiffusion(assets: [asset], marketJumps: nil, grid: grid)
    let drawn = DrawnHistories(
      market: try market([asset], correlation: 0, grid: grid, process: process), count: paths, seed: 71)
    let diffusion = (0.64 - 40 * own.size.meanSquare).squareRoot()
    return ProcessRecovery(
      name: "merton",
      truth: [
        ("intensity", 40), ("jump mean", -0.02), ("jump deviation", 0.07), ("diffusion volatility", diffusion),
        ("volatility", 0.8),
      ], paths: paths
    ) { path in
      guard let returns = drawn.returns(path: path)?.values[0], let fit = MertonFit(returns: returns, stepHours: 24),
        fit.converged, !fit.isAtBorder
      else { return nil }
      return [fit.intensityPerYear, fit.jumpMean, fit.jumpDeviation, fit.diffusionVolatility, fit.volatility]
    }
  }

  /// Four assets that jump 20 times a year together and 20 times by themselves.
  public static func marketJumps(paths: Int, days: Int) throws -> ProcessRecovery? {
    guard let grid = TimeGrid(steps: days, stepHours: 24) else { return nil }
    let size = JumpSize(mean: -0.03, deviation: 0.09)
    let jumps = AssetJumps(marketWide: size, own: OwnJumps(intensityPerYear: 20, size: size))
    let assets = ["A", "B", "C", "D"].map { AssetCalibration(id: $0, price: 100, volatility: 0.85, jumps: jumps) }
    let common = MarketJumps(intensityPerYear: 20, sizeCorrelation: 0.6)
    let process = MertonJumpDiffusion(assets: assets, marketJumps: common, grid: grid)
    let drawn = DrawnHistories(
      market: try market(assets, correlation: 0.6, grid: grid, process: process), count: paths, seed: 72)
    return ProcessRecovery(
      name: "merton, market-wide", truth: [("intensity", 20), ("size correlation", 0.6)], paths: paths
    ) { path in
      guard let returns = drawn.returns(path: path), let fit = MarketJumpFit(returns: returns), fit.converged,
        let intensity = fit.intensityPerYear, let size = fit.sizeCorrelation
      else { return nil }
      return [intensity, size]
    }
  }

  /// One asset under Heston's variance.
  public static func heston(paths: Int, days: Int) throws -> ProcessRecovery? {
    guard let grid = TimeGrid(steps: days, stepHours: 24) else { return nil }
    let figures = HestonParameters(reversionPerYear: 12, volatilityOfVariance: 2.5, correlation: -0.4)
    let asset = AssetCalibration(id: "A", price: 100, volatility: 0.7, heston: figures)
    guard let process = Heston(assets: [asset], grid: grid, dependence: .gaussian) else { return nil }
    let drawn = DrawnHistories(
      market: try market([asset], correlation: 0, grid: grid, process: process), count: paths, seed: 73)
    return ProcessRecovery(
      name: "heston",
      truth: [("reversion", 12), ("volatility", 0.7), ("volatility of variance", 2.5), ("correlation", -0.4)],
      paths: paths
    ) { path in
      guard let returns = drawn.returns(path: path)?.values[0], let fit = HestonFit(returns: returns, stepHours: 24),
        fit.converged, !fit.isAtBorder
      else { return nil }
      return [fit.reversionPerYear, fit.volatility, fit.volatilityOfVariance, fit.correlation]
    }
  }

  /// Three assets in two regimes.
  public static func regimes(paths: Int, days: Int) throws -> ProcessRecovery? {
    // ¾·0.7² + ¼·m² = 1.
    let crisis = (4 * (1 - 0.75 * 0.49)).squareRoot()
    func regime(_ name: String, _ multiple: Double, _ blend: Double, _ days: Double, _ next: [Double]) -> MarketRegime {
      MarketRegime(
        name: name, volatilityMultiple: multiple, correlationBlend: blend, meanDurationDays: days,
        nextProbabilities: next)
    }
    guard let grid = TimeGrid(steps: days, stepHours: 24),
      let chain = RegimeChain([regime("calm", 0.7, 0, 30, [0, 1]), regime("crisis", crisis, 0.4, 10, [1, 0])])
    else { return nil }
    let assets = zip(["A", "B", "C"], [0.6, 0.8, 1.0]).map { AssetCalibration(id: $0, price: 100, volatility: $1) }
    let process = RegimeSwitching(assets: assets, grid: grid, dependence: .gaussian, chain: chain, start: nil)
    let drawn = DrawnHistories(
      market: try market(assets, correlation: 0.5, grid: grid, process: process), count: paths, seed: 74)
    return ProcessRecovery(
      name: "regimes",
      truth: [
        ("calm multiple", 0.7), ("crisis multiple", crisis), ("crisis blend", 0.4), ("calm days", 30),
        ("crisis days", 10),
      ], paths: paths
    ) { path in
      guard let returns = drawn.returns(path: path), let fit = RegimeFit(returns: returns, regimes: 2), fit.converged
      else { return nil }
      let (calm, storm) = (fit.regimes[0], fit.regimes[1])
      return [
        calm.volatilityMultiple, storm.volatilityMultiple, storm.correlationBlend, calm.meanDurationDays,
        storm.meanDurationDays,
      ]
    }
  }

  /// Three GARCH assets whose correlations move; both stages are fitted.
  public static func dynamicCorrelation(paths: Int, days: Int) throws -> ProcessRecovery? {
    guard let grid = TimeGrid(steps: days, stepHours: 24) else { return nil }
    let figures = GarchParameters(
      stepHours: 24, mean: 0, omega: 5e-5, alpha: 0.08, gamma: 0, beta: 0.88, degreesOfFreedom: nil,
      initialVolatility: 0.675)
    let assets = ["A", "B", "C"].map { AssetCalibration(id: $0, price: 100, volatility: 0.675, garch: figures) }
    let garch = Garch(
      prices: assets.map(\.price), parameters: assets.map { _ in figures }, margins: assets.map { _ in nil })
    var matrix = Matrix(rows: 3, columns: 3, repeating: 0.5)
    for index in 0..<3 { matrix[index, index] = 1 }
    guard let process = DynamicCorrelationGarch(garch: garch, correlation: matrix, reaction: 0.05, persistence: 0.92)
    else { return nil }
    let drawn = DrawnHistories(
      market: try market(assets, correlation: 0.5, grid: grid, process: process), count: paths, seed: 75)
    return ProcessRecovery(name: "dcc", truth: [("reaction", 0.05), ("persistence", 0.92)], paths: paths) { path in
      guard let returns = drawn.returns(path: path) else { return nil }
      let fits = returns.values.compactMap {
        GarchFit(returns: $0, stepHours: 24, specification: GarchSpecification(innovations: .normal))
      }
      guard fits.count == 3, let fit = DynamicCorrelationFit(fits: fits), fit.converged, !fit.isAtBorder else {
        return nil
      }
      return [fit.reaction, fit.persistence]
    }
  }

  /// A variance that is an exponentially weighted mean of squares, λ = 0.94: the GARCH process without a level to revert to.
  public static func ewma(paths: Int, steps: Int) throws -> ProcessRecovery? {
    guard let grid = TimeGrid(steps: steps, stepHours: 24) else { return nil }
    let figures = GarchParameters(
      stepHours: 24, mean: 0, omega: 1e-12, alpha: 0.06, gamma: 0, beta: 0.94 - 1e-9, degreesOfFreedom: nil,
      initialVolatility: 0.6)
    let asset = AssetCalibration(id: "A", price: 100, volatility: 0.6, garch: figures)
    let process = Garch(prices: [asset.price], parameters: [figures], margins: [nil])
    let drawn = DrawnHistories(
      market: try market([asset], correlation: 0, grid: grid, process: process), count: paths, seed: 76)
    return ProcessRecovery(name: "ewma", truth: [("lambda", 0.94)], paths: paths) { path in
      guard let returns = drawn.returns(path: path)?.values[0], let fit = EwmaFit(returns: returns, stepHours: 24),
        fit.converged
      else { return nil }
      return [fit.lambda]
    }
  }
}
