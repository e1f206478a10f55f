import Foundation
import Kernels
import Markets
import Schema
import TestSupport
import Testing

@Suite("Heston's and Bates's process")
struct HestonTests {
  /// The first meets Feller's condition 2κθ > ξ², the second does not, the third is without figures and still.
  static let assets = [
    AssetCalibration(
      id: "A", price: 60_000, volatility: 0.8, drift: 0.3,
      heston: HestonParameters(
        reversionPerYear: 6, volatilityOfVariance: 1.5, correlation: -0.4, initialVolatility: 0.5)),
    AssetCalibration(
      id: "B", price: 2.5, volatility: 0.6, drift: -0.2,
      heston: HestonParameters(reversionPerYear: 3, volatilityOfVariance: 2.5, correlation: -0.7)),
    AssetCalibration(id: "C", price: 1e-4, volatility: 0.05, drift: -0.5, heston: nil),
  ]
  static let jumps = [
    AssetJumps(
      marketWide: JumpSize(mean: -0.03, deviation: 0.04),
      own: OwnJumps(intensityPerYear: 60, size: JumpSize(mean: 0.01, deviation: 0.03))),
    AssetJumps(marketWide: JumpSize(mean: -0.02, deviation: 0.02)),
  ]
  static let marketJumps = MarketJumps(intensityPerYear: 90, sizeCorrelation: 0.4)

  static func market(
    _ assets: [AssetCalibration], _ grid: TimeGrid, _ dependence: Dependence = .gaussian, jumps: Bool = false,
    marketJumps: MarketJumps? = nil
  ) throws -> MarketModel {
    let process = try #require(
      Heston(assets: assets, hasJumps: jumps, marketJumps: marketJumps, grid: grid, dependence: dependence))
    return try ProcessContractTests.market(process, grid, dependence)
  }

  @Test(
    "Moments of Heston and the common contract, under either dependence",
    arguments: [Dependence.gaussian, .studentT(degreesOfFreedom: 4)], [1.0, 8])
  func contract(dependence: Dependence, hours: Double) throws {
    let grid = try ProcessContractTests.grid(8, hours: hours)
    let contract = try #require(
      PriceProcessContract(grid: grid, blocks: 96) { try Self.market(Self.assets, $0, dependence) })
    let laws = Self.assets.map { HestonMoments(asset: $0, stepYears: grid.stepYears) }
    let violations = try contract.violations { asset, step in
      step <= grid.steps ? laws[asset].moments(step: step) : nil
    }
    #expect(violations == [])
  }

  static var batesAssets: [AssetCalibration] {
    var assets = assets
    for (index, jumps) in jumps.enumerated() { assets[index].jumps = jumps }
    return assets
  }

  @Test("Moments of Bates and the common contract")
  func batesContract() throws {
    let grid = try ProcessContractTests.grid(6, hours: 12)
    let contract = try #require(
      PriceProcessContract(grid: grid, blocks: 96) {
        try Self.market(Self.batesAssets, $0, jumps: true, marketJumps: Self.marketJumps)
      })
    let laws = Self.batesAssets.map { asset in
      HestonMoments(asset: asset, jumps: JumpProcessTests.laws(asset, Self.marketJumps), stepYears: grid.stepYears)
    }
    let violations = try contract.violations { asset, step in
      step <= grid.steps ? laws[asset].moments(step: step) : nil
    }
    #expect(violations == [])
  }

  @Test("The moments themselves: Heston's mean, and the closed forms of jumps and of a constant variance")
  func closedForms() {
    let years = 1 / 365.0
    let heston = HestonMoments(asset: Self.assets[0], stepYears: years).moments(step: 3)
    // E v(t) = θ + (v₀ − θ)e^(−κt), integrated over the third day.
    let integral = 0.64 * years + (0.25 - 0.64) * (exp(-6 * 2 * years) - exp(-6 * 3 * years)) / 6
    #expect(abs(heston.mean - (0.3 * years - integral / 2)) < 1e-9)
    var constant = JumpProcessTests.assets[1]
    constant.heston = HestonParameters(reversionPerYear: 1, volatilityOfVariance: 0, correlation: 0)
    let laws = JumpProcessTests.laws(constant, JumpProcessTests.marketJumps)
    let merton = HestonMoments(asset: constant, jumps: laws, stepYears: years).moments(step: 2)
    let expected = JumpProcessTests.moments(JumpProcessTests.assets[1], years, .gaussian)
    for (value, exact) in [
      (merton.mean, expected.mean), (merton.variance, expected.variance), (merton.third ?? 0, expected.third ?? 1),
      (merton.fourth ?? 0, expected.fourth ?? 1), (merton.squaresWithNext ?? 0, expected.squaresWithNext ?? 1),
    ] { #expect(abs(value / exact - 1) < 1e-4) }
  }

  @Test(
    "A variance without noise, at its long-run level, is geometric Brownian motion; without volatility, the forward")
  func limits() throws {
    let grid = try ProcessContractTests.grid(24)
    let plain = ProcessContractTests.assets
    let expected = block(
      try ProcessContractTests.market(GeometricBrownianMotion(assets: plain, grid: grid), grid))
    for (noise, tolerance) in [(0.0, 1e-12), (1e-4, 1e-5)] {
      var constant = plain
      for index in constant.indices {
        constant[index].heston = HestonParameters(
          reversionPerYear: 4, volatilityOfVariance: noise, correlation: -0.5)
      }
      let prices = block(try Self.market(constant, grid))
      #expect(zip(prices, expected).allSatisfy { abs($0 / $1 - 1) < tolerance }, "ξ = \(noise)")
    }
    let still = plain.map { AssetCalibration(id: $0.id, price: $0.price, volatility: 0, drift: $0.drift) }
    let contract = try #require(PriceProcessContract(grid: grid, blocks: 1) { try Self.market(still, $0) })
    #expect(
      try contract.violations(prices: { asset, point, _ in
        still[asset].price * exp(still[asset].drift * Double(point) * grid.stepYears)
      }) == [])
  }

  @Test("A deterministic variance has the integral of its path")
  func deterministic() throws {
    var asset = Self.assets[0]
    asset.heston?.volatilityOfVariance = 0
    let grid = try ProcessContractTests.grid(10, hours: 48)
    let contract = try #require(
      PriceProcessContract(grid: grid) { try Self.market([asset] + Self.assets.dropFirst(), $0) })
    let violations = try contract.violations { index, step in
      guard index == 0, step <= grid.steps else { return nil }
      let (start, end) = (Double(step - 1) * grid.stepYears, Double(step) * grid.stepYears)
      let variance = 0.64 * grid.stepYears - 0.39 * (exp(-6 * start) - exp(-6 * end)) / 6
      return PriceProcessContract.Moments(
        mean: 0.3 * grid.stepYears - variance / 2, variance: variance, third: 0, fourth: 3 * variance * variance)
    }
    #expect(violations == [])
  }

  @Test("The expected price is the forward, in both branches of the scheme")
  func expectedPrice() throws {
    let grid = try ProcessContractTests.grid(12, hours: 24 * 14)
    var assets = Self.assets
    assets[2].heston = HestonParameters(reversionPerYear: 1, volatilityOfVariance: 1, correlation: 0.6)
    let generator = PathGenerator(market: try Self.market(assets, grid), seed: 8)
    for asset in assets.indices {
      let forward = assets[asset].price * exp(assets[asset].drift * 12 * grid.stepYears)
      let (mean, variance, count) = final(generator, asset: asset, blocks: 300)
      #expect(abs(mean - forward) < 4 * (variance / count).squareRoot(), "asset \(asset): \(mean) for \(forward)")
    }
  }

  /// One option: which figures, strike ÷ price, and its value.
  struct Quote: Sendable {
    let asset: Int
    let isBates: Bool
    let strike, value: Double
  }

  /// Calls on one unit in 30 days without drift, by Lewis's integral of the characteristic function in scipy 1.17.1:
  /// 1 − √K/π·∫₀^∞ Re[exp(−iu·ln K)·φ(u − i/2)]/(u² + ¼) du (`scipy.integrate.quad`), φ in the form without branch cuts
  /// of Albrecher, Mayer, Schoutens and Tistaert (2007). Bates: intensities 10 and 15 a year.
  static let quotes = [
    Quote(asset: 0, isBates: false, strike: 0.8, value: 0.20786044835201145),
    Quote(asset: 0, isBates: false, strike: 1, value: 0.06457687168971393),
    Quote(asset: 0, isBates: false, strike: 1.25, value: 0.005462077520371644),
    Quote(asset: 1, isBates: false, strike: 0.8, value: 0.2122720671799676),
    Quote(asset: 1, isBates: false, strike: 1, value: 0.06418134802203024),
    Quote(asset: 1, isBates: false, strike: 1.25, value: 0.0022627297700843485),
    Quote(asset: 0, isBates: true, strike: 0.8, value: 0.21327645860330913),
    Quote(asset: 0, isBates: true, strike: 1, value: 0.0776444449110123),
    Quote(asset: 0, isBates: true, strike: 1.25, value: 0.012053244732996182),
  ]

  @Test("Call prices are those of the characteristic function at eight-hour steps", arguments: quotes)
  func options(quote: Quote) throws {
    var asset = Self.assets[quote.asset]
    asset.price = 1
    asset.drift = 0
    var market: MarketJumps?
    if quote.isBates {
      let own = OwnJumps(intensityPerYear: 15, size: JumpSize(mean: 0.02, deviation: 0.06))
      let jumps = AssetJumps(marketWide: JumpSize(mean: -0.05, deviation: 0.08), own: own)
      asset.jumps = jumps
      market = MarketJumps(intensityPerYear: 10)
      // θ stays 0.64: the jumps' variance comes on top.
      asset.volatility = (0.64 + 10 * (0.0025 + 0.0064) + 15 * (0.0004 + 0.0036)).squareRoot()
    }
    let grid = try ProcessContractTests.grid(90, hours: 8)
    let process = try #require(
      Heston(assets: [asset], hasJumps: quote.isBates, marketJumps: market, grid: grid, dependence: .gaussian))
    let generator = try oneAsset(process, grid, seed: 77)
    let (price, error) = callPrice(generator, strike: quote.strike, blocks: 300)
    #expect(abs(price - quote.value) < 4 * error, "\(price) ± \(error), not \(quote.value)")
  }

  @Test("Under Student-t dependence the joint tail is fatter and each asset's own is not")
  func jointTail() throws {
    let grid = try ProcessContractTests.grid(1)
    let counts = try [Dependence.gaussian, .studentT(degreesOfFreedom: 3)].map { dependence in
      let generator = PathGenerator(market: try Self.market(Self.assets, grid, dependence), seed: 12)
      return tail(generator, level: -2.5, volatilities: [0.5, 0.6], blocks: 400)
    }
    let paths = Double(400 * pathsPerBlock)
    #expect(abs(counts[0].first - counts[1].first) < 4 * (2 * counts[0].first).squareRoot())
    #expect(counts[0].first / paths > 0.004)
    #expect(counts[1].both > 1.5 * counts[0].both)
  }

  @Test("Figures that are missing, or that ask for a shorter step, are refused by asset")
  func reading() throws {
    func read(_ assets: [AssetCalibration], _ keys: [String: String] = [:]) throws -> (Heston?, [Problem]) {
      let place = SourceLocation(file: "job.yaml", keyPath: "process")
      let entries = keys.map {
        DocumentNode.Entry(key: $0.key, value: DocumentNode(.scalar($0.value), at: place.appending(key: $0.key)))
      }
      let collector = ProblemCollector()
      var reader = ParameterReader(DocumentNode(.mapping(entries), at: place), problems: collector)
      let context = ProcessContext(
        calibration: MarketCalibration(
          assets: assets, correlation: .identity(assets.count), marketJumps: Self.marketJumps),
        grid: try ProcessContractTests.grid(2, hours: 24), dependence: .gaussian)
      return (Heston(reading: &reader, context: context), collector.problems)
    }
    let two = Array(Self.assets.dropLast())
    let process = try #require(try read(two).0)
    #expect(process.initialVolatilities == [0.5, 0.6] && process.longRunVolatilities == [0.8, 0.6])
    #expect(try read(Self.assets).1.map(\.message) == ["C has no Heston figures"])
    #expect(try read(two, ["jumps": "true"]).1.count == 1, "there are no jumps to add")
    let bates = try #require(try read(Array(Self.batesAssets.dropLast()), ["jumps": "true"]).0)
    #expect(abs(bates.longRunVolatilities[0] - 0.8) < 1e-12 && abs(bates.initialVolatilities[1] - 0.6) < 1e-12)
    let added = 90 * (0.0009 + 0.0016) + 60 * (0.0001 + 0.0009)
    #expect(abs(bates.initialVolatilities[0] - (0.25 + added).squareRoot()) < 1e-12)
    var wild = two
    wild[1].heston = HestonParameters(reversionPerYear: 300, volatilityOfVariance: 1100, correlation: 0.9)
    #expect(try read(wild).1.count == 1)
  }
}

/// All prices of one block.
private func block(_ market: MarketModel) -> [Double] {
  let generator = PathGenerator(market: market, seed: 3)
  var block = generator.makeBlock()
  var workspace = generator.makeWorkspace()
  generator.generate(block: 1, into: &block, workspace: &workspace)
  return block.values
}

/// Mean and variance of an asset's price at the horizon.
private func final(
  _ generator: PathGenerator, asset: Int, blocks: Int
) -> (mean: Double, variance: Double, count: Double) {
  var block = generator.makeBlock()
  var workspace = generator.makeWorkspace()
  var prices: [Double] = []
  for index in 0..<blocks {
    generator.generate(block: index, into: &block, workspace: &workspace)
    for path in 0..<pathsPerBlock { prices.append(block.price(path: path, asset: asset, point: block.points - 1)) }
  }
  let (mean, variance) = meanAndVariance(prices.span)
  return (mean, variance, Double(prices.count))
}

/// Paths on which asset 0, and assets 0 and 1, fall in the first hour by more than `level` standard deviations.
private func tail(
  _ generator: PathGenerator, level: Double, volatilities: [Double], blocks: Int
) -> (first: Double, both: Double) {
  var block = generator.makeBlock()
  var workspace = generator.makeWorkspace()
  let root = generator.market.grid.stepYears.squareRoot()
  var (first, both) = (0.0, 0.0)
  for index in 0..<blocks {
    generator.generate(block: index, into: &block, workspace: &workspace)
    for path in 0..<pathsPerBlock {
      let falls = volatilities.indices.map { asset in
        let move = log(
          block.price(path: path, asset: asset, point: 1) / block.price(path: path, asset: asset, point: 0))
        return move < level * volatilities[asset] * root
      }
      first += falls[0] ? 1 : 0
      both += falls.allSatisfy { $0 } ? 1 : 0
    }
  }
  return (first, both)
}
