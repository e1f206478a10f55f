import Foundation
import Kernels
import Markets
import Testing

/// Lows and highs that are drawn: which deviation each process gives the bridge, and how assets hang together.
///
/// The low of an asset is a function of its draw, so the deviation that it was drawn with can be told from it:
/// ln Φ(z) = −2·ln(X_{t−1}/low)·ln(X_t/low)/s².
@Suite("Extremes drawn between two points")
struct IntraStepTests {
  private static let seed: UInt64 = 11

  private static func market(
    _ process: any PriceProcess, _ grid: TimeGrid, _ dependence: Dependence = .gaussian,
    _ intraStep: IntraStep = .brownianBridge(.independent)
  ) throws -> MarketModel {
    try MarketModel(
      assetIDs: ProcessContractTests.ids, grid: grid, process: process, dependence: dependence,
      correlation: ProcessContractTests.correlation, intraStep: intraStep)
  }

  /// The first block of a market, [channel][asset][point][path].
  private static func block(_ market: MarketModel) -> [[[[Double]]]] {
    let generator = PathGenerator(market: market, seed: seed)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &block, workspace: &workspace)
    return block.channels.map { channel in
      (0..<block.assetCount).map { asset in
        (0..<block.points).map { point in
          (0..<pathsPerBlock).map { block.value(channel, path: $0, asset: asset, point: point) ?? .nan }
        }
      }
    }
  }

  /// The normals that lows (or, from `first` = 3 on, highs) are drawn with, [asset][path], independent of each other.
  private static func draws(step: Int, count: Int = 6) -> [[Double]] {
    var normals = [Double](repeating: 0, count: count * pathsPerBlock)
    var tile = normals.mutableSpan
    fillNormals(seed: seed, firstPath: 0, step: UInt32(step), factorCount: count, purpose: .bridge, into: &tile)
    return (0..<count).map { Array(normals[$0 * pathsPerBlock..<($0 + 1) * pathsPerBlock]) }
  }

  /// The deviation that the low of one asset, step and path was drawn with.
  private static func deviation(_ block: [[[[Double]]]], _ asset: Int, _ step: Int, _ path: Int, draw: Double)
    -> Double
  {
    let low = block[1][asset][step][path]
    let product = log(block[0][asset][step - 1][path] / low) * log(block[0][asset][step][path] / low)
    return (-2 * product / log(normalCDF(draw))).squareRoot()
  }

  /// Largest relative distance between the deviations of a block and those expected of (asset, step, path).
  private static func largestGap(
    _ block: [[[[Double]]]], _ expected: (Int, Int, Int) -> Double
  ) -> Double {
    var worst = 0.0
    for step in 1..<block[0][0].count {
      let draws = draws(step: step)
      // A low that is hardly below an end says little about the deviation.
      for asset in block[0].indices {
        for path in 0..<pathsPerBlock where draws[asset][path] < 0.5 {
          let wanted = expected(asset, step, path)
          let found = deviation(block, asset, step, path, draw: draws[asset][path])
          worst = max(worst, abs(found / wanted - 1))
        }
      }
    }
    return worst
  }

  @Test("extremes enclose the prices, which are the same as without them, to the bit")
  func enclose() throws {
    let grid = try ProcessContractTests.grid(6, hours: 8)
    for joint in JointExtremes.allCases {
      let process = GeometricBrownianMotion(assets: ProcessContractTests.assets, grid: grid)
      let drawn = Self.block(try Self.market(process, grid, .gaussian, .brownianBridge(joint)))
      #expect(drawn[0] == Self.block(try Self.market(process, grid, .gaussian, .none))[0])
      for asset in 0..<3 {
        #expect(drawn[1][asset][0] == drawn[0][asset][0] && drawn[2][asset][0] == drawn[0][asset][0])
        for step in 1...6 {
          for path in 0..<pathsPerBlock {
            let ends = [drawn[0][asset][step - 1][path], drawn[0][asset][step][path]]
            #expect(ends.allSatisfy { drawn[1][asset][step][path] <= $0 && $0 <= drawn[2][asset][step][path] })
          }
        }
      }
    }
  }

  @Test("geometric Brownian motion: σ√Δ, and under Student-t dependence times the common scale of the step")
  func geometric() throws {
    let grid = try ProcessContractTests.grid(4, hours: 8)
    let assets = ProcessContractTests.assets
    let process = GeometricBrownianMotion(assets: assets, grid: grid)
    let root = grid.stepYears.squareRoot()
    let plain = Self.block(try Self.market(process, grid))
    #expect(Self.largestGap(plain) { asset, _, _ in assets[asset].volatility * root } < 1e-6)
    let heavy = Self.block(try Self.market(process, grid, .studentT(degreesOfFreedom: 4)))
    let scales = (1...4).map { step in
      var row = [Double](repeating: 0, count: pathsPerBlock)
      var span = row.mutableSpan
      fillStudentMixing(degreesOfFreedom: 4, seed: Self.seed, firstPath: 0, step: UInt32(step), into: &span)
      return row
    }
    #expect(
      Self.largestGap(heavy) { asset, step, path in assets[asset].volatility * root * scales[step - 1][path] } < 1e-6)
  }

  @Test("GARCH: σ_t of the path itself")
  func garch() throws {
    let grid = try ProcessContractTests.grid(5)
    let figures = ProcessContractTests.garch(initial: 0.9, gamma: 0.06, nu: nil)
    let process = Garch(
      prices: [60_000, 2.5, 1e-4], parameters: [figures, figures, figures], margins: [nil, nil, nil])
    let block = Self.block(try Self.market(process, grid))
    let gap = Self.largestGap(block) { asset, step, path in
      var variance = 0.81 / 8760
      for earlier in 1..<step {
        let shock = log(block[0][asset][earlier][path] / block[0][asset][earlier - 1][path]) - figures.mean
        let alpha = figures.alpha + (shock < 0 ? figures.gamma : 0)
        variance = figures.omega + alpha * shock * shock + figures.beta * variance
      }
      return variance.squareRoot()
    }
    #expect(gap < 1e-6)
  }

  @Test("jumps, regimes and stochastic variance: the diffusion of the step alone")
  func others() throws {
    let grid = try ProcessContractTests.grid(4, hours: 24)
    let root = grid.stepYears.squareRoot()
    let merton = MertonJumpDiffusion(
      assets: JumpProcessTests.assets, marketJumps: JumpProcessTests.marketJumps, grid: grid)
    let diffusions = JumpProcessTests.assets.map { asset in
      let jumps = JumpProcessTests.laws(asset, JumpProcessTests.marketJumps)
      let variance = asset.volatility * asset.volatility
      return (variance - jumps.reduce(0) { $0 + $1.intensity * $1.size.meanSquare }).squareRoot() * root
    }
    #expect(Self.largestGap(Self.block(try Self.market(merton, grid))) { asset, _, _ in diffusions[asset] } < 1e-6)

    let chain = try #require(RegimeChain(RegimeSwitchingTests.two))
    let assets = ProcessContractTests.assets
    let regimes = RegimeSwitching(assets: assets, grid: grid, dependence: .gaussian, chain: chain, start: 1)
    let switched = Self.block(try Self.market(regimes, grid))
    var multiples: Set<Int> = []
    let draws = Self.draws(step: 4)
    for path in 0..<pathsPerBlock where draws[0][path] < 0.5 {
      let found = Self.deviation(switched, 0, 4, path, draw: draws[0][path]) / (0.6 * root)
      multiples.insert(Int((found * 1e4).rounded()))
    }
    #expect(multiples == [7000, 20_000])

    let still = [0.5, 0.8, 0.1].enumerated().map { index, volatility in
      AssetCalibration(
        id: ProcessContractTests.ids[index], price: 10, volatility: volatility,
        heston: HestonParameters(
          reversionPerYear: 20, volatilityOfVariance: 0, correlation: 0, initialVolatility: 2 * volatility))
    }
    let heston = try #require(Heston(assets: still, grid: grid, dependence: .gaussian))
    let calm = Self.block(try Self.market(heston, grid))
    #expect(
      Self.largestGap(calm) { asset, step, _ in
        let long = still[asset].volatility * still[asset].volatility
        let (from, to) = (Double(step - 1) * grid.stepYears, Double(step) * grid.stepYears)
        return (long * (grid.stepYears + 3 * (exp(-20 * from) - exp(-20 * to)) / 20)).squareRoot()
      } < 1e-6)
  }

  @Test("Heston with noise: the mean of the step's variance is that of its law")
  func heston() throws {
    let grid = try ProcessContractTests.grid(1, hours: 24)
    let assets = ProcessContractTests.ids.map {
      AssetCalibration(
        id: $0, price: 1, volatility: 0.8,
        heston: HestonParameters(reversionPerYear: 6, volatilityOfVariance: 1.5, correlation: -0.4))
    }
    let process = try #require(Heston(assets: assets, grid: grid, dependence: .gaussian))
    let block = Self.block(try Self.market(process, grid))
    let draws = Self.draws(step: 1)
    let variances = (0..<pathsPerBlock).filter { draws[0][$0] < 0.5 }.map { path in
      pow(Self.deviation(block, 0, 1, path, draw: draws[0][path]), 2) / grid.stepYears
    }
    let (mean, variance) = meanAndVariance(variances)
    #expect(abs(mean - 0.64) < 4 * (variance / Double(variances.count)).squareRoot())
    #expect(variance > 0)
  }

  @Test("joint extremes: the draws of several assets are independent, the same, or correlated as the shocks")
  func joint() throws {
    let grid = try ProcessContractTests.grid(2, hours: 8)
    let process = GeometricBrownianMotion(assets: ProcessContractTests.assets, grid: grid)
    let root = grid.stepYears.squareRoot()
    let factor = try CholeskyFactor(ProcessContractTests.correlation)
    for joint in JointExtremes.allCases {
      let block = Self.block(try Self.market(process, grid, .gaussian, .brownianBridge(joint)))
      let draws = Self.draws(step: 2, count: joint == .comonotone ? 2 : 6)
      for path in 0..<pathsPerBlock {
        for asset in 0..<3 {
          let expected: Double =
            switch joint {
            case .independent: draws[asset][path]
            case .comonotone: draws[0][path]
            case .correlated: (0...asset).reduce(0) { $0 + factor.lower[asset, $1] * draws[$1][path] }
            }
          let low = block[1][asset][2][path]
          let deviation = ProcessContractTests.assets[asset].volatility * root
          let product = log(block[0][asset][1][path] / low) * log(block[0][asset][2][path] / low)
          #expect(abs(exp(-2 * product / (deviation * deviation)) - normalCDF(expected)) < 1e-8)
        }
      }
    }
  }

  @Test("the chance that a path ever falls to a level does not depend on the step", arguments: [1, 4, 24])
  func barrier(steps: Int) throws {
    let grid = try ProcessContractTests.grid(steps, hours: 240 / Double(steps))
    let (volatility, drift, level) = (0.8, 0.3, 0.9)
    let asset = AssetCalibration(id: "A", price: 1, volatility: volatility, drift: drift)
    let market = try MarketModel(
      assetIDs: ["A"], grid: grid, process: GeometricBrownianMotion(assets: [asset], grid: grid),
      dependence: .gaussian, correlation: .identity(1), intraStep: .brownianBridge(.correlated))
    let generator = PathGenerator(market: market, seed: 3)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    var hits = (low: 0, high: 0)
    let blocks = 48
    for number in 0..<blocks {
      generator.generate(block: number, into: &block, workspace: &workspace)
      for path in 0..<pathsPerBlock {
        let lows = (0...steps).compactMap { block.value(.low, path: path, asset: 0, point: $0) }
        let highs = (0...steps).compactMap { block.value(.high, path: path, asset: 0, point: $0) }
        if lows.contains(where: { $0 <= level }) { hits.low += 1 }
        if highs.contains(where: { $0 >= 1 / level }) { hits.high += 1 }
      }
    }
    // Φ((b − μT)/σ√T) + exp(2μb/σ²)·Φ((b + μT)/σ√T), b = ln level, μ = drift − σ²/2; mirrored for the high.
    let years = 240 / 8760.0
    func chance(_ mean: Double) -> Double {
      let (b, deviation) = (log(level), volatility * years.squareRoot())
      return normalCDF((b - mean * years) / deviation)
        + exp(2 * mean * b / (volatility * volatility)) * normalCDF((b + mean * years) / deviation)
    }
    let mean = drift - volatility * volatility / 2
    let count = Double(blocks * pathsPerBlock)
    for (found, expected) in [(hits.low, chance(mean)), (hits.high, chance(-mean))] {
      #expect(abs(Double(found) / count - expected) < 4 * (expected * (1 - expected) / count).squareRoot())
    }
  }
}
