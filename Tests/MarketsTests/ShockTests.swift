import Foundation
import Kernels
import Markets
import Testing
import TestSupport

/// Shocks against their definitions: on given prices exactly, on drawn ones by identities and moments.
@Suite("Shocks on a market")
struct ShockTests {
  private static let hours = 12

  private static func grid(_ steps: Int = hours, stepHours: Double = 1) throws -> TimeGrid {
    try #require(TimeGrid(steps: steps, stepHours: stepHours))
  }

  /// Two assets with given prices of unequal moves.
  private static func given() throws -> MarketModel {
    let grid = try grid()
    let prices = [0.013, -0.021].enumerated().map { asset, move in
      (0..<grid.points).map { 100 * Double(asset + 1) * exp(move * sin(Double($0) + Double(asset))) }
    }
    return try MarketModel(
      assetIDs: ["BTC", "ETH"], grid: grid,
      process: Replay(paths: [ReplayPath(name: "given", prices: prices)], volatilities: [0.6, 0.8]),
      dependence: .gaussian, correlation: .identity(2))
  }

  /// Two correlated assets under geometric Brownian motion or GARCH.
  private static func drawn(
    dependence: Dependence = .gaussian, correlation: Double = 0.3, steps: Int = hours, isGarch: Bool = false
  ) throws -> MarketModel {
    let grid = try grid(steps)
    func garch(_ volatility: Double) -> GarchParameters {
      GarchParameters(
        stepHours: 1, mean: 0, omega: volatility * volatility / 8760 * 0.02, alpha: 0.08, gamma: 0, beta: 0.9,
        degreesOfFreedom: 4, initialVolatility: volatility)
    }
    let assets = [("BTC", 50_000.0, 0.6), ("ETH", 2000, 0.8)].map { id, price, volatility in
      AssetCalibration(id: id, price: price, volatility: volatility, drift: 0.1, garch: garch(volatility))
    }
    var matrix = Matrix.identity(2)
    matrix[0, 1] = correlation
    matrix[1, 0] = correlation
    let process: any PriceProcess =
      isGarch
      ? Garch(prices: assets.map(\.price), parameters: assets.compactMap(\.garch), margins: [nil, nil])
      : GeometricBrownianMotion(assets: assets, grid: grid)
    return try MarketModel(
      assetIDs: ["BTC", "ETH"], grid: grid, process: process, dependence: dependence, correlation: matrix)
  }

  private static func block(_ market: MarketModel, _ index: Int = 0) -> PathBlock {
    let generator = PathGenerator(market: market, seed: 11)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: index, into: &block, workspace: &workspace)
    return block
  }

  private static func schedule(
    _ market: MarketModel, drifts: [Double] = [0, 0], _ shocks: [any MarketShock]
  ) -> ShockSchedule {
    ShockSchedule(shocks, assetCount: 2, grid: market.grid, drifts: drifts)
  }

  @Test("a price shock shifts the log price: at once, over a ramp, recovering; the other asset stays bit for bit")
  func price() throws {
    let market = try Self.given()
    let plain = Self.block(market)
    let cases: [(ShockOnset, [Int: Double])] = [
      (ShockOnset(atHours: 4), [3: 0, 4: 1, 12: 1]),
      (ShockOnset(atHours: 0), [0: 0, 1: 1]),
      (ShockOnset(atHours: 3.5), [3: 0, 4: 1]),
      (ShockOnset(atHours: 4, rampHours: 4), [4: 0, 5: 0.25, 7: 0.75, 8: 1, 12: 1]),
      (ShockOnset(atHours: 2, rampHours: 2, halfLifeHours: 3), [3: 0.5, 4: 1, 7: 0.5, 10: 0.25]),
    ]
    for (onset, shares) in cases {
      let shock = PriceShock(assets: [1], size: -0.3, onset: onset)
      let shocked = Self.block(market.shocked(by: Self.schedule(market, [shock])))
      for point in 0..<market.grid.points {
        #expect(shocked.price(path: 0, asset: 0, point: point) == plain.price(path: 0, asset: 0, point: point))
        guard let share = shares[point] else { continue }
        let ratio = shocked.price(path: 0, asset: 1, point: point) / plain.price(path: 0, asset: 1, point: point)
        #expect(abs(ratio - pow(0.7, share)) < 1e-14, "\(onset) at \(point)")
      }
    }
  }

  @Test("a pushed price is released: with the window's shape, and nothing of it after")
  func push() throws {
    let market = try Self.given()
    let plain = Self.block(market)
    let shock = PushShock(assets: [1], size: 0.5, window: ShockWindow(fromHours: 3, hours: 4, rampHours: 2))
    let shocked = Self.block(market.shocked(by: Self.schedule(market, [shock])))
    let shares: [Double] = [0, 0, 0, 0, 0.5, 1, 1, 1, 0.5, 0, 0, 0, 0]
    for point in 0..<market.grid.points {
      let ratio = shocked.price(path: 0, asset: 1, point: point) / plain.price(path: 0, asset: 1, point: point)
      #expect(abs(ratio - pow(1.5, shares[point])) < 1e-14, "at \(point)")
      #expect(shocked.price(path: 0, asset: 0, point: point) == plain.price(path: 0, asset: 0, point: point))
    }
  }

  @Test("a frozen oracle stands still while its window lasts, and moves no price")
  func freeze() throws {
    let market = try Self.given()
    let shocks: [any MarketShock] = [
      OracleFreezeShock(assets: [0], window: ShockWindow(fromHours: 2.5, hours: 2)),
      OracleFreezeShock(assets: [0, 1], window: ShockWindow(fromHours: 10)),
    ]
    let schedule = Self.schedule(market, shocks)
    #expect(Self.block(market.shocked(by: schedule)).values == Self.block(market).values)
    let frozen = try #require(schedule.frozenOracles)
    #expect(frozen[0].indices.filter { frozen[0][$0] } == [3, 4, 10, 11, 12])
    #expect(frozen[1].indices.filter { frozen[1][$0] } == [10, 11, 12])
    #expect(Self.schedule(market, []).frozenOracles == nil)
  }

  @Test("a volatility shock scales each log return's deviation from the drift inside its window, and nothing outside")
  func volatility() throws {
    let market = try Self.given()
    let plain = Self.block(market)
    let shock = VolatilityShock(assets: [0], factor: 3, window: ShockWindow(fromHours: 2, hours: 6, rampHours: 2))
    let shocked = Self.block(market.shocked(by: Self.schedule(market, drifts: [0.001, 0], [shock])))
    let shares: [Double] = [0, 0, 0, 0.5, 1, 1, 1, 1, 1, 0.5, 0, 0, 0]
    for point in 1..<market.grid.points {
      func move(_ block: borrowing PathBlock, _ asset: Int) -> Double {
        log(block.price(path: 0, asset: asset, point: point) / block.price(path: 0, asset: asset, point: point - 1))
      }
      let expected = 0.001 + pow(3, shares[point]) * (move(plain, 0) - 0.001)
      #expect(abs(move(shocked, 0) - expected) < 1e-14, "step \(point)")
      #expect(shocked.price(path: 0, asset: 1, point: point) == plain.price(path: 0, asset: 1, point: point))
    }
  }

  @Test("shocks add up in any order; opposite ones cancel")
  func composition() throws {
    let market = try Self.drawn()
    let shocks: [any MarketShock] = [
      PriceShock(assets: [0, 1], size: -0.2, onset: ShockOnset(atHours: 3)),
      PriceShock(assets: [0], size: 0.25, onset: ShockOnset(atHours: 3)),
      VolatilityShock(assets: [1], factor: 2, window: ShockWindow(fromHours: 0)),
      CorrelationShock(blend: 0.4, window: ShockWindow(fromHours: 5)),
      VolatilityShock(assets: [1], factor: 0.5, window: ShockWindow(fromHours: 0)),
      LiquidityShock(assets: [0], volumeFactor: 0.25, spreadFactor: 2, window: ShockWindow(fromHours: 1, hours: 2)),
      LiquidityShock(assets: [0], volumeFactor: 2, spreadFactor: 2, window: ShockWindow(fromHours: 2)),
    ]
    let forward = Self.schedule(market, shocks)
    let backward = Self.schedule(market, shocks.reversed())
    #expect(Self.block(market.shocked(by: forward)).values == Self.block(market.shocked(by: backward)).values)
    #expect(forward.shifts[0].allSatisfy { abs($0) < 1e-15 })
    #expect(forward.multiples[1].allSatisfy { $0 == 1 })
    let liquidity = try #require(forward.liquidity)
    #expect(liquidity.volumeFactors[0].prefix(6) == [1, 0.25, 0.5, 0.5, 2, 2])
    #expect(liquidity.spreadFactors[0].prefix(6) == [1, 2, 4, 4, 2, 2])
    #expect(liquidity.volumeFactors[1].allSatisfy { $0 == 1 })
  }

  @Test("shocks of no size change no bit", arguments: [false, true])
  func nothing(isGarch: Bool) throws {
    let market = try Self.drawn(dependence: .studentT(degreesOfFreedom: 5), isGarch: isGarch)
    let shocks: [any MarketShock] = [
      PriceShock(assets: [0, 1], size: 0, onset: ShockOnset(atHours: 2)),
      VolatilityShock(assets: [0, 1], factor: 1, window: ShockWindow(fromHours: 0)),
      CorrelationShock(blend: 0, window: ShockWindow(fromHours: 0)),
      LiquidityShock(assets: [0, 1], volumeFactor: 1, spreadFactor: 1, window: ShockWindow(fromHours: 0)),
      PegShock(assets: [1], size: 0, onset: ShockOnset(atHours: 1, halfLifeHours: 4)),
    ]
    let shocked = market.shocked(by: Self.schedule(market, shocks))
    for index in [0, 3] { #expect(Self.block(shocked, index).values == Self.block(market, index).values) }
  }

  @Test("before a shock begins a path is the unshocked path, bit for bit, and a block does not depend on others")
  func prefix() throws {
    let market = try Self.drawn(isGarch: true)
    let shocked = market.shocked(
      by: Self.schedule(
        market,
        [
          VolatilityShock(assets: [0, 1], factor: 2.5, window: ShockWindow(fromHours: 6)),
          CorrelationShock(blend: 0.7, window: ShockWindow(fromHours: 6)),
        ]))
    let plain = Self.block(market, 2)
    let moved = Self.block(shocked, 2)
    for path in [0, 100, 255] {
      for point in 0...6 {
        #expect(moved.price(path: path, asset: 0, point: point) == plain.price(path: path, asset: 0, point: point))
      }
      #expect(moved.price(path: path, asset: 0, point: 7) != plain.price(path: path, asset: 0, point: 7))
    }
    let generator = PathGenerator(market: shocked, seed: 11)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    for index in [5, 0, 2] { generator.generate(block: index, into: &block, workspace: &workspace) }
    #expect(block.values == moved.values)
  }

  @Test("lows and highs of bars move with the closes, take the worse end of a shift, and still enclose both closes")
  func extremes() throws {
    let grid = try Self.grid(4)
    let closes: [Double] = [100, 101, 99, 102, 100]
    let lows: [Double] = [100, 98, 97, 99, 95]
    let highs: [Double] = [100, 103, 101, 104, 103]
    let path = ReplayPath(
      name: "bars", prices: [closes], extremes: ReplayExtremes(lows: [lows], highs: [highs]))
    let market = try MarketModel(
      assetIDs: ["BTC"], grid: grid, process: Replay(paths: [path], volatilities: [0.6]), dependence: .gaussian,
      correlation: .identity(1), intraStep: .bars)
    let shocked = market.shocked(
      by: ShockSchedule(
        [
          PriceShock(assets: [0], size: -0.2, onset: ShockOnset(atHours: 2)),
          VolatilityShock(assets: [0], factor: 2, window: ShockWindow(fromHours: 2, hours: 1)),
        ], assetCount: 1, grid: grid, drifts: [0]))
    let block = Self.block(shocked)
    let slab = block.values
    let offsets = [block.offset(of: .price), block.offset(of: .low), block.offset(of: .high)]
    let values = offsets.map { offset in
      (0..<grid.points).map { point in offset.map { slab[$0 + point] } ?? .nan }
    }
    // By hand: the shift is in the price from point 2 on, so the bar that ends there has both; the move of bar 3 doubles.
    let doubled = 102.0 / 99
    let expectedCloses = [100, 101, 99 * 0.8, 102 * doubled * 0.8, 100 * doubled * 0.8]
    let expectedLows = [100, 98, 97 * 0.8, 99 * 0.8, 95 * doubled * 0.8]
    let expectedHighs = [100, 103, 101, 104 * (104.0 / 99) * 0.8, 103 * doubled * 0.8]
    for (found, expected) in zip(values, [expectedCloses, expectedLows, expectedHighs]) {
      for (value, wanted) in zip(found, expected) { #expect(abs(value / wanted - 1) < 1e-14) }
    }
    let plain = Self.block(market.shocked(by: ShockSchedule(assetCount: 1, grid: grid, drifts: [0])))
    #expect(plain.values == Self.block(market).values)
  }

  @Test(
    "a correlation shock keeps the law of each asset and moves the correlation to (1 − b)·ρ + b",
    arguments: [Dependence.gaussian, .studentT(degreesOfFreedom: 8)], [0.5, 1.0])
  func correlation(dependence: Dependence, blend: Double) throws {
    let market = try Self.drawn(dependence: dependence, steps: 1)
    let shocked = market.shocked(
      by: Self.schedule(market, [CorrelationShock(blend: blend, window: ShockWindow(fromHours: 0))]))
    var returns: [[Double]] = [[], []]
    for index in 0..<64 {
      let block = Self.block(shocked, index)
      for path in 0..<pathsPerBlock {
        for asset in 0...1 {
          let start = market.process.initialPrices[asset]
          let volatility = [0.6, 0.8][asset]
          let drift = (0.1 - volatility * volatility / 2) / 8760
          returns[asset].append(
            (log(block.price(path: path, asset: asset, point: 1) / start) - drift)
              / (volatility / (8760.0).squareRoot()))
        }
      }
    }
    let count = Double(returns[0].count)
    // Kurtosis of a t with ν degrees of freedom is 3(ν − 2)/(ν − 4); the fourth moment sets the error of a variance.
    let kurtosis = if case .studentT(let nu) = dependence { 3 * (nu - 2) / (nu - 4) } else { 3.0 }
    for row in returns {
      let variance = row.reduce(0) { $0 + $1 * $1 } / count
      #expect(abs(variance - 1) < 4 * ((kurtosis - 1) / count).squareRoot())
    }
    let expected = (1 - blend) * 0.3 + blend
    let product = zip(returns[0], returns[1]).map { $0 * $1 }
    let mean = product.reduce(0, +) / count
    let spread = product.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    #expect(abs(mean - expected) < 4 * (spread / count).squareRoot())
    if blend == 1 { #expect(zip(returns[0], returns[1]).allSatisfy { abs($0 - $1) < 1e-9 }) }
  }
}
