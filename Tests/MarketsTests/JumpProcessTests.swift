import Foundation
import Kernels
import Markets
import Schema
import TestSupport
import Testing

@Suite("Merton's jump diffusion")
struct JumpProcessTests {
  static let marketJumps = MarketJumps(intensityPerYear: 120, sizeCorrelation: 0.5)
  /// A jumps with the market, B also by itself, C not at all.
  static let assets = [
    AssetCalibration(
      id: "A", price: 60_000, volatility: 0.9, drift: 0.3,
      jumps: AssetJumps(marketWide: JumpSize(mean: -0.04, deviation: 0.03))),
    AssetCalibration(
      id: "B", price: 2.5, volatility: 1.2,
      jumps: AssetJumps(
        marketWide: JumpSize(mean: -0.03, deviation: 0.05),
        own: OwnJumps(intensityPerYear: 150, size: JumpSize(mean: 0.02, deviation: 0.04)))),
    AssetCalibration(id: "C", price: 1e-4, volatility: 0.05, drift: -0.5),
  ]

  /// The laws of an asset's jumps with their intensities.
  static func laws(_ asset: AssetCalibration, _ market: MarketJumps) -> [(intensity: Double, size: JumpSize)] {
    [
      asset.jumps?.marketWide.map { (market.intensityPerYear, $0) },
      asset.jumps?.own.map { ($0.intensityPerYear, $0.size) },
    ].compactMap { $0 }
  }

  static func market(
    _ assets: [AssetCalibration], _ jumps: MarketJumps?, _ grid: TimeGrid, _ dependence: Dependence = .gaussian
  ) throws -> MarketModel {
    try ProcessContractTests.market(
      MertonJumpDiffusion(assets: assets, marketJumps: jumps, grid: grid), grid, dependence)
  }

  /// Cumulants of a compound Poisson sum are λΔ times the moments of a jump; the diffusion adds its own.
  static func moments(
    _ asset: AssetCalibration, _ years: Double, _ dependence: Dependence
  ) -> PriceProcessContract.Moments {
    let laws = laws(asset, marketJumps)
    func sum(_ moment: (JumpSize) -> Double) -> Double { laws.reduce(0) { $0 + $1.intensity * moment($1.size) } }
    let variance = asset.volatility * asset.volatility * years
    let diffusion = asset.volatility * asset.volatility - sum(\.meanSquare)
    let drift = asset.drift - diffusion / 2 - sum(\.expectedMove)
    var fourth = years * sum { pow($0.mean, 4) + 6 * pow($0.mean * $0.deviation, 2) + 3 * pow($0.deviation, 4) }
    if case .studentT(let nu) = dependence { fourth += 6 / (nu - 4) * pow(diffusion * years, 2) }
    return PriceProcessContract.Moments(
      mean: (drift + sum(\.mean)) * years, variance: variance,
      third: years * sum { pow($0.mean, 3) + 3 * $0.mean * $0.deviation * $0.deviation },
      fourth: fourth + 3 * variance * variance, squaresWithNext: variance * variance)
  }

  @Test("Moments and the common contract", arguments: [Dependence.gaussian, .studentT(degreesOfFreedom: 12)])
  func contract(dependence: Dependence) throws {
    let grid = try ProcessContractTests.grid(6, hours: 24)
    let contract = try #require(
      PriceProcessContract(grid: grid, blocks: 96) { try Self.market(Self.assets, Self.marketJumps, $0, dependence) })
    let violations = try contract.violations { asset, step in
      step <= grid.steps ? Self.moments(Self.assets[asset], grid.stepYears, dependence) : nil
    }
    #expect(violations == [])
  }

  @Test("Without jumps the bits are those of geometric Brownian motion")
  func noJumps() throws {
    let grid = try ProcessContractTests.grid(8)
    let plain = GeometricBrownianMotion(assets: ProcessContractTests.assets, grid: grid)
    var still = ProcessContractTests.assets
    for index in still.indices { still[index].jumps = AssetJumps(marketWide: JumpSize(mean: 0, deviation: 0)) }
    for dependence in [Dependence.gaussian, .studentT(degreesOfFreedom: 3)] {
      let expected = drawn(try ProcessContractTests.market(plain, grid, dependence))
      #expect(drawn(try Self.market(ProcessContractTests.assets, Self.marketJumps, grid, dependence)) == expected)
      #expect(drawn(try Self.market(still, MarketJumps(intensityPerYear: 5000), grid, dependence)) == expected)
    }
  }

  @Test("Without volatility the price is the forward")
  func forward() throws {
    let still = ProcessContractTests.assets.map {
      AssetCalibration(id: $0.id, price: $0.price, volatility: 0, drift: $0.drift)
    }
    let grid = try ProcessContractTests.grid(24)
    let contract = try #require(
      PriceProcessContract(grid: grid, blocks: 1) { try Self.market(still, Self.marketJumps, $0) })
    #expect(
      try contract.violations(prices: { asset, point, _ in
        still[asset].price * exp(still[asset].drift * Double(point) * grid.stepYears)
      }) == [])
  }

  /// Assets that only jump, so that a jump is seen: their volatility is that of their jumps.
  static func pureJumps(_ correlation: Double) -> (assets: [AssetCalibration], market: MarketJumps) {
    let market = MarketJumps(intensityPerYear: 60, sizeCorrelation: correlation)
    let own = OwnJumps(intensityPerYear: 100, size: JumpSize(mean: 0, deviation: 0.02))
    let common = JumpSize(mean: -0.05, deviation: 0.03)
    let jumps = [
      AssetJumps(marketWide: common), AssetJumps(marketWide: common), AssetJumps(own: own),
    ]
    let assets = zip(["A", "B", "C"], jumps).map { id, jumps in
      let rate = jumps.own.map { $0.intensityPerYear * $0.size.meanSquare } ?? 60 * common.meanSquare
      return AssetCalibration(id: id, price: 1, volatility: rate.squareRoot(), jumps: jumps)
    }
    return (assets, market)
  }

  @Test("All assets jump at one moment in a jump of the market, and an asset's own jumps are its own")
  func simultaneity() throws {
    let (assets, market) = Self.pureJumps(0.7)
    let grid = try ProcessContractTests.grid(40, hours: 6)
    let returns = returns(try Self.market(assets, market, grid), blocks: 24, years: grid.stepYears, assets, market)
    var (both, common, own) = (0.0, 0.0, 0.0)
    var pairs: [(Double, Double)] = []
    for row in returns {
      #expect((row[0] == 0) == (row[1] == 0))
      common += row[0] != 0 ? 1 : 0
      own += row[2] != 0 ? 1 : 0
      both += row[0] != 0 && row[2] != 0 ? 1 : 0
      if row[0] != 0 { pairs.append((row[0], row[1])) }
    }
    let count = Double(returns.count)
    let (p, q) = (-expm1(-60 * grid.stepYears), -expm1(-100 * grid.stepYears))
    for (observed, expected) in [(common, p), (own, q), (both, p * q)] {
      #expect(abs(observed / count - expected) < 4 * (expected * (1 - expected) / count).squareRoot())
    }
    // The covariance of the two sums, given that there is a jump: (E n·s²ρ + Var n·m²) with n zero-truncated Poisson.
    let mean = 60 * grid.stepYears / p
    let variance = mean * (1 + 60 * grid.stepYears) - mean * mean
    let products = pairs.map { ($0.0 + 0.05 * mean) * ($0.1 + 0.05 * mean) }
    let (observed, spread) = meanAndVariance(products.span)
    let expected = mean * 0.03 * 0.03 * 0.7 + variance * 0.05 * 0.05
    #expect(abs(observed - expected) < 4 * (spread / Double(products.count)).squareRoot())
  }

  @Test("Call prices are those of Merton's series", arguments: [0.8, 1, 1.2])
  func options(strike: Double) throws {
    let market = MarketJumps(intensityPerYear: 8)
    let size = JumpSize(mean: -0.1, deviation: 0.15)
    let asset = AssetCalibration(id: "A", price: 1, volatility: 0.8, jumps: AssetJumps(marketWide: size))
    let grid = try ProcessContractTests.grid(6, hours: 5 * 24)
    let sigma = (0.64 - 8 * size.meanSquare).squareRoot()
    let expected = Self.mertonCall(strike, years: 30 / 365.0, sigma: sigma, intensity: 8, size: size)
    let generator = try oneAsset(MertonJumpDiffusion(assets: [asset], marketJumps: market, grid: grid), grid, seed: 31)
    let (price, error) = callPrice(generator, strike: strike, blocks: 600)
    #expect(abs(price - expected) < 4 * error, "\(price) ± \(error), not \(expected)")
  }

  /// Σ Poisson(λ(1+k)T; n)·Black–Scholes with rate −λk + n·ln(1+k)/T and variance σ² + n·s²/T (Merton, 1976, equation 18).
  static func mertonCall(
    _ strike: Double, years: Double, sigma: Double, intensity: Double, size: JumpSize
  ) -> Double {
    let growth = intensity * size.expectedMove
    var weight = exp(-intensity * years)
    var price = 0.0
    for n in 0..<60 {
      let forward = exp(-growth * years + Double(n) * (size.mean + size.deviation * size.deviation / 2))
      let deviation = (sigma * sigma * years + Double(n) * size.deviation * size.deviation).squareRoot()
      let d1 = log(forward / strike) / deviation + deviation / 2
      price += weight * (forward * normalCDF(d1) - strike * normalCDF(d1 - deviation))
      weight *= intensity * years / Double(n + 1)
    }
    return price
  }

  @Test("Volatility is that of log returns, jumps included; jumps that exceed it are refused, and so are none")
  func reading() throws {
    func read(_ assets: [AssetCalibration], _ market: MarketJumps?) throws -> (MertonJumpDiffusion?, [Problem]) {
      let place = SourceLocation(file: "job.yaml", keyPath: "process")
      let collector = ProblemCollector()
      var reader = ParameterReader(DocumentNode(.mapping([]), at: place), problems: collector)
      let context = ProcessContext(
        calibration: MarketCalibration(assets: assets, correlation: .identity(assets.count), marketJumps: market),
        grid: try ProcessContractTests.grid(2, hours: 24), dependence: .gaussian)
      return (MertonJumpDiffusion(reading: &reader, context: context), collector.problems)
    }
    let process = try #require(try read(Self.assets, Self.marketJumps).0)
    #expect(process.initialVolatilities == [0.9, 1.2, 0.05] && process.longRunVolatilities == [0.9, 1.2, 0.05])
    var tight = Self.assets
    tight[0].volatility = 0.5
    #expect(try read(tight, Self.marketJumps).1.map(\.message).contains { $0.contains("jumps of A alone") })
    #expect(try read(ProcessContractTests.assets, nil).1.count == 1)
    #expect(try read(ProcessContractTests.assets, Self.marketJumps).1.count == 1)
    var often = Self.assets
    often[1].jumps?.own = OwnJumps(intensityPerYear: 1e5, size: JumpSize(mean: 0, deviation: 1e-4))
    #expect(try read(often, Self.marketJumps).1.count == 1)
  }
}

/// Log returns less drift, [path and step][asset], of assets that only jump; exactly 0 where there was no jump.
private func returns(
  _ market: MarketModel, blocks: Int, years: Double, _ assets: [AssetCalibration], _ jumps: MarketJumps
) -> [[Double]] {
  let generator = PathGenerator(market: market, seed: 3)
  var block = generator.makeBlock()
  var workspace = generator.makeWorkspace()
  let drifts = assets.map { asset in
    -years * JumpProcessTests.laws(asset, jumps).reduce(0) { $0 + $1.intensity * $1.size.expectedMove }
  }
  var rows: [[Double]] = []
  for index in 0..<blocks {
    generator.generate(block: index, into: &block, workspace: &workspace)
    for path in 0..<pathsPerBlock {
      for point in 1..<block.points {
        rows.append(
          assets.indices.map { asset in
            let move =
              block.price(path: path, asset: asset, point: point)
              / block.price(path: path, asset: asset, point: point - 1)
            let rest = log(move) - drifts[asset]
            return abs(rest) < 1e-9 ? 0 : rest
          })
      }
    }
  }
  return rows
}

/// The bits of one block.
private func drawn(_ market: MarketModel) -> [UInt64] {
  let generator = PathGenerator(market: market, seed: 3)
  var block = generator.makeBlock()
  var workspace = generator.makeWorkspace()
  generator.generate(block: 1, into: &block, workspace: &workspace)
  return block.values.map(\.bitPattern)
}

/// Paths of one asset.
func oneAsset(_ process: any PriceProcess, _ grid: TimeGrid, seed: UInt64) throws -> PathGenerator {
  let market = try MarketModel(
    assetIDs: ["A"], grid: grid, process: process, dependence: .gaussian, correlation: .identity(1))
  return PathGenerator(market: market, seed: seed)
}

/// The mean payoff of a call on asset 0 at the horizon, and its standard error.
func callPrice(_ generator: PathGenerator, strike: Double, blocks: Int) -> (price: Double, error: Double) {
  var block = generator.makeBlock()
  var workspace = generator.makeWorkspace()
  var payoffs: [Double] = []
  for index in 0..<blocks {
    generator.generate(block: index, into: &block, workspace: &workspace)
    for path in 0..<pathsPerBlock {
      payoffs.append(max(0, block.price(path: path, asset: 0, point: block.points - 1) - strike))
    }
  }
  let (mean, variance) = meanAndVariance(payoffs.span)
  return (mean, (variance / Double(payoffs.count)).squareRoot())
}
