import Foundation
import Kernels
import Markets
import Testing

/// Shocks on assets that follow others: a peg shock moves the token's own part, whatever else moves.
@Suite("Shocks on derived assets")
struct DerivedShockTests {
  /// A and B drawn; STAKED = A × rate × peg, WRAPPED = STAKED × 1.2.
  private static func market(correlation: Double = DerivedSample.peg.correlationWithBase) throws -> MarketModel {
    var peg = DerivedSample.peg
    peg.correlationWithBase = correlation
    let staked = DerivedAsset(id: "STAKED", base: .asset("A"), initialRate: 1.1, ratePerYear: 0.04, peg: peg)
    let wrapped = DerivedAsset(id: "WRAPPED", base: .asset("STAKED"), initialRate: 1.2)
    return try DerivedSample.market([staked, wrapped], grid: DerivedSample.grid(24, hours: 1))
  }

  private static func shocked(_ market: MarketModel, _ shocks: [any MarketShock]) -> MarketModel {
    market.shocked(by: ShockSchedule(shocks, assetCount: 4, grid: market.grid, drifts: [0, 0, 0, 0]))
  }

  @Test(
    "a peg shock multiplies the token's ratio to its base by 1 + size, recovering; what it follows stays bit for bit")
  func peg() throws {
    let market = try Self.market()
    let plain = DerivedSample.block(market)
    let onset = ShockOnset(atHours: 4, rampHours: 2, halfLifeHours: 5)
    let block = DerivedSample.block(Self.shocked(market, [PegShock(assets: [2], size: -0.08, onset: onset)]))
    // Half after an hour of the ramp, all after two, half of it five hours later, a quarter ten hours later.
    let shares: [Int: Double] = [3: 0, 4: 0, 5: 0.5, 6: 1, 11: 0.5, 16: 0.25, 21: 0.125]
    for path in [0, 17, 255] {
      for (point, share) in shares {
        func ratio(_ block: borrowing PathBlock, _ asset: Int, over base: Int) -> Double {
          block.price(path: path, asset: asset, point: point) / block.price(path: path, asset: base, point: point)
        }
        for asset in 0...1 {
          #expect(
            block.price(path: path, asset: asset, point: point) == plain.price(path: path, asset: asset, point: point))
        }
        let moved = ratio(block, 2, over: 0) / ratio(plain, 2, over: 0)
        #expect(abs(moved - pow(0.92, share)) < 1e-13, "point \(point)")
        // What stands for the token falls with it, and keeps its own ratio.
        #expect(abs(ratio(block, 3, over: 2) - 1.2) < 1e-13)
      }
    }
  }

  @Test("a price shock on the base reaches what follows it, once; a peg that does not move with its base stays")
  func base() throws {
    let market = try Self.market(correlation: 0)
    let plain = DerivedSample.block(market)
    let shock = PriceShock(assets: [0], size: -0.3, onset: ShockOnset(atHours: 6))
    let block = DerivedSample.block(Self.shocked(market, [shock]))
    for path in [0, 99] {
      for point in [0, 5, 6, 24] {
        let factor = point < 6 ? 1.0 : 0.7
        for asset in [0, 2, 3] {
          let moved =
            block.price(path: path, asset: asset, point: point) / plain.price(path: path, asset: asset, point: point)
          #expect(abs(moved - factor) < 1e-13, "\(asset) at \(point): \(moved)")
        }
        #expect(block.price(path: path, asset: 1, point: point) == plain.price(path: path, asset: 1, point: point))
      }
    }
  }

  @Test("a shift laid on a token and one laid on its base add up in the token")
  func both() throws {
    let market = try DerivedSample.market(
      [DerivedAsset(id: "STAKED", base: .asset("A")), DerivedAsset(id: "COIN", base: .settlement)],
      grid: DerivedSample.grid(8, hours: 1))
    let plain = DerivedSample.block(market)
    let block = DerivedSample.block(
      Self.shocked(
        market,
        [
          PriceShock(assets: [0], size: -0.3, onset: ShockOnset(atHours: 2)),
          PriceShock(assets: [2, 3], size: -0.1, onset: ShockOnset(atHours: 3)),
        ]))
    for (point, factors) in [(1, (1.0, 1.0)), (2, (0.7, 1.0)), (3, (0.63, 0.9)), (8, (0.63, 0.9))] {
      for (asset, factor) in [(2, factors.0), (3, factors.1)] {
        let moved = block.price(path: 5, asset: asset, point: point) / plain.price(path: 5, asset: asset, point: point)
        #expect(abs(moved - factor) < 1e-13, "\(asset) at \(point)")
      }
    }
  }
}
