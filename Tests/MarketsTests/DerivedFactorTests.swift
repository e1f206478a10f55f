import Foundation
import Kernels
import Markets
import Testing

@Suite("Funding rates and implied volatilities")
struct DerivedFactorTests {
  static let funding = FundingParameters(
    mean: 1e-4, deviation: 2e-4, halfLifeHours: 24, correlationWithPrice: 0.4, limit: 1, initial: 5e-4)
  static let volatility = ImpliedVolatilityParameters(
    initial: 0.5, longRun: 0.7, halfLifeHours: 72, volatilityOfVolatility: 2, correlationWithPrice: -0.5)

  static func market(
    funding: FundingParameters? = funding, volatility: ImpliedVolatilityParameters? = volatility, grid: TimeGrid
  ) throws -> MarketModel {
    var assets = DerivedSample.assets
    assets[1].funding = funding
    assets[0].impliedVolatility = volatility
    return try DerivedSample.market([], assets: assets, grid: grid)
  }

  /// A channel of one asset over many paths, [point][path].
  private static func values(
    _ market: MarketModel, _ channel: PathBlock.Channel, _ asset: Int, blocks: Int
  ) throws -> [[Double]] {
    let generator = PathGenerator(market: market, seed: 3)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    let place = block.offset(of: channel)
    let offset = try #require(place)
    var rows = [[Double]](repeating: [], count: market.grid.points)
    for index in 0..<blocks {
      generator.generate(block: index, into: &block, workspace: &workspace)
      for path in 0..<pathsPerBlock {
        let start = block.slab(path).lowerBound + offset + asset * market.grid.points
        for point in 0..<market.grid.points { rows[point].append(block.values[start + point]) }
      }
    }
    return rows
  }

  @Test("A block holds a channel only where the market has it")
  func channels() throws {
    let grid = try DerivedSample.grid(2, hours: 8)
    #expect(try Self.market(funding: nil, volatility: nil, grid: grid).derived == nil)
    let funded = try #require(Self.market(volatility: nil, grid: grid).derived)
    #expect(funded.channels == [.fundingRate] && funded.fundedAssets == [1] && funded.optionAssets == [])
    let both = try #require(Self.market(grid: grid).derived)
    #expect(both.channels == [.fundingRate, .impliedVolatility] && both.optionAssets == [0])
    let block = DerivedSample.block(try Self.market(grid: grid))
    #expect(block.slabSize == 3 * block.channelSize)
    let without = try Self.values(Self.market(grid: grid), .fundingRate, 0, blocks: 1)
    #expect(without.allSatisfy { $0.allSatisfy { $0 == 0 } })
  }

  @Test("Funding has the declared mean, variance and autocovariance, per hour, and starts where it is said to")
  func fundingMoments() throws {
    let grid = try DerivedSample.grid(30, hours: 8)
    let rows = try Self.values(Self.market(grid: grid), .fundingRate, 1, blocks: 40)
    #expect(rows[0].allSatisfy { $0 == 5e-4 / 8 })
    for point in [1, 6, 30] {
      let kept = exp2(-8 * Double(point) / 24)
      let mean = (1e-4 + 4e-4 * kept) / 8
      let variance = pow(2e-4 / 8, 2) * (1 - kept * kept)
      #expect(DerivedSample.distance(rows[point], from: mean) < 4)
      #expect(DerivedSample.distance(rows[point].map { pow($0 - mean, 2) }, from: variance) < 4)
      guard point < 30 else { continue }
      let nextMean = (1e-4 + 4e-4 * kept * exp2(-1.0 / 3)) / 8
      let products = zip(rows[point], rows[point + 1]).map { ($0 - mean) * ($1 - nextMean) }
      #expect(DerivedSample.distance(products, from: variance * exp2(-1.0 / 3)) < 4)
    }
  }

  @Test("Without deviation the rate is constant to the bit; the limit holds")
  func clamp() throws {
    let grid = try DerivedSample.grid(20, hours: 1)
    var still = Self.funding
    still.deviation = 0
    still.initial = nil
    let rows = try Self.values(Self.market(funding: still, grid: grid), .fundingRate, 1, blocks: 1)
    #expect(rows.allSatisfy { $0.allSatisfy { $0 * 8 == 1e-4 } })
    var wild = Self.funding
    wild.deviation = 0.01
    wild.limit = 0.003
    let clamped = try Self.values(Self.market(funding: wild, grid: grid), .fundingRate, 1, blocks: 2)
    let ends = clamped.dropFirst().flatMap { $0 }
    #expect(ends.max() == 0.003 / 8 && ends.min() == -0.003 / 8)
    #expect(ends.contains { abs($0) < 0.003 / 8 })
  }

  @Test("The logarithm of implied volatility has the declared mean and variance, its level the lognormal mean")
  func impliedVolatilityMoments() throws {
    let grid = try DerivedSample.grid(24, hours: 12)
    let rows = try Self.values(Self.market(grid: grid), .impliedVolatility, 0, blocks: 40)
    #expect(rows[0].allSatisfy { abs($0 / 0.5 - 1) < 1e-15 * 4 })
    let rate = M_LN2 * 8760 / 72
    for point in [1, 8, 24] {
      let kept = exp2(-12 * Double(point) / 72)
      let mean = log(0.7) + log(0.5 / 0.7) * kept
      let variance = 4 * (1 - kept * kept) / (2 * rate)
      #expect(DerivedSample.distance(rows[point].map { log($0) }, from: mean) < 4)
      #expect(DerivedSample.distance(rows[point].map { pow(log($0) - mean, 2) }, from: variance) < 4)
      #expect(DerivedSample.distance(rows[point], from: exp(mean + variance / 2)) < 4)
    }
  }

  @Test("Shocks are correlated with the standardised return of their own asset")
  func correlations() throws {
    let grid = try DerivedSample.grid(1, hours: 8)
    let market = try Self.market(grid: grid)
    let rates = try Self.values(market, .fundingRate, 1, blocks: 40)[1]
    let volatilities = try Self.values(market, .impliedVolatility, 0, blocks: 40)[1]
    // The same seed as `values`, so the same paths.
    let generator = PathGenerator(market: market, seed: 3)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    var returns: [[Double]] = [[], []]
    for index in 0..<40 {
      generator.generate(block: index, into: &block, workspace: &workspace)
      for path in 0..<pathsPerBlock {
        for asset in 0..<2 {
          let figures = DerivedSample.assets[asset]
          let move = log(block.price(path: path, asset: asset, point: 1) / figures.price)
          let drift = (figures.drift - figures.volatility * figures.volatility / 2) * grid.stepYears
          returns[asset].append((move - drift) / (figures.volatility * grid.stepYears.squareRoot()))
        }
      }
    }
    let kept = (exp2(-8.0 / 24), exp2(-8.0 / 72))
    let deviation = 2e-4 / 8 * (1 - kept.0 * kept.0).squareRoot()
    let mean = (1e-4 + 4e-4 * kept.0) / 8
    #expect(DerivedSample.distance(zip(rates, returns[1]).map { ($0 - mean) / deviation * $1 }, from: 0.4) < 4)
    let centre = log(0.7) + log(0.5 / 0.7) * kept.1
    let spread = 2 * ((1 - kept.1 * kept.1) / (2 * M_LN2 * 8760 / 72)).squareRoot()
    #expect(
      DerivedSample.distance(zip(volatilities, returns[0]).map { (log($0) - centre) / spread * $1 }, from: -0.5) < 4)
  }

  @Test("A path's factors depend neither on the blocks drawn before it nor on the horizon; prices not on the factors")
  func repeatable() throws {
    let market = try Self.market(grid: try DerivedSample.grid(6, hours: 1))
    let longer = try Self.market(grid: try DerivedSample.grid(9, hours: 1))
    for channel in [PathBlock.Channel.fundingRate, .impliedVolatility] {
      let asset = channel == .fundingRate ? 1 : 0
      let short = try Self.values(market, channel, asset, blocks: 3)
      let long = try Self.values(longer, channel, asset, blocks: 3)
      #expect(Array(long.prefix(7)) == short)
      let alone = DerivedSample.block(market, 2, seed: 3)
      let place = alone.offset(of: channel)
      let offset = try #require(place)
      for path in 0..<pathsPerBlock {
        for point in 0...6 {
          let value = alone.values[alone.slab(path).lowerBound + offset + asset * 7 + point]
          #expect(value == short[point][512 + path])
        }
      }
    }
    let plain = DerivedSample.block(
      try Self.market(funding: nil, volatility: nil, grid: try DerivedSample.grid(6, hours: 1)))
    let with = DerivedSample.block(market)
    for path in 0..<pathsPerBlock {
      #expect(plain.price(path: path, asset: 1, point: 6) == with.price(path: path, asset: 1, point: 6))
    }
  }
}
