import Clearing
import Foundation
import TestSupport
import Testing
import Venues

/// Liquidation prices of accounts with options, under tables and under scenarios, against a plain scan of prices.
@Suite("Liquidation prices of accounts with options")
struct CurvedRangeTests {
  private static let prices = [100.0, 40]
  private static let instruments: [Instrument] = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(id: "A", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
    Instrument(id: "B", kind: .perpetual(PerpetualTerms(asset: 1, brackets: 1))),
    option("A-CALL", asset: 0, isCall: true, strike: 105, hours: 400),
    option("A-PUT", asset: 0, isCall: false, strike: 100, hours: 400),
    option("B-CALL", asset: 1, isCall: true, strike: 38, hours: 2000),
  ]

  private static func option(_ id: String, asset: Int, isCall: Bool, strike: Double, hours: Double) -> Instrument {
    Instrument(
      id: id,
      kind: .option(
        OptionTerms(
          asset: asset, isCall: isCall, strike: strike, expiry: FutureExpiry(hours: hours, basisPerYear: 0.1),
          volatility: 0.7, smile: VolatilitySmile(slope: -0.1, curvature: 0.05), brackets: asset)))
  }

  private static func grid(groups: [[Int]]) -> ScenarioGridMargin {
    let grid = ScenarioGrid(
      priceRange: 0.16, priceSteps: 4, volatilityUp: 0.5, volatilityDown: 0.25,
      extremes: ScenarioGrid.damped([-0.66, 1, 5], priceRange: 0.16))
    let contingencies = ScenarioGridMargin.Contingencies(futures: 0.005, shortOptions: 0.01)
    return ScenarioGridMargin(
      grids: [grid, grid], contingencies: [contingencies, contingencies], groups: groups, scaling: VolatilityScaling(),
      maintenanceFraction: 0.8, reach: .portfolio, instruments: instruments, tables: SampleVenue.tables)
  }

  /// Accounts of every kind near liquidation on either side, and two that are unhealthy now and healthy on both sides:
  /// a long straddle on credit, nearer to one end and to the other.
  private static func book() -> Book {
    var accounts: [Account] = []
    var positions: [Position] = []
    func add(_ quantities: [Double]) {
      let index = accounts.count
      accounts.append(Account(id: "\(index)", mode: index % 3 == 2 ? .cross : .portfolio))
      positions += quantities.enumerated().map {
        Position(account: index, instrument: $0, quantity: $1, entryPrice: $0 == 0 ? 0 : prices[$0 == 2 ? 1 : 0])
      }
    }
    var state: UInt64 = 11
    func next() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(Int64(bitPattern: state)) / Double(Int64.max)
    }
    for _ in 0..<60 {
      add([80 * next() + 50] + (1...5).map { _ in next().magnitude < 0.3 ? 0 : 3 * next() })
    }
    for cash in [-70.0, -72, -75, -80, -90] { add([cash, 0, 0, 5, 5, 0]) }
    return Book(accounts: accounts, groups: ["all"], instruments: instruments, positions: positions)
  }

  /// Signs of health on a ladder of 1 %, as a plain evaluation at each price finds them, [account][rung].
  private static let rungs = -110...110
  private static func signs(_ book: Book, _ model: any MarginModel, isMoved: [Bool]) -> [[Bool]] {
    let healths = rungs.map { rung in
      let moved = zip(prices, isMoved).map { $1 ? $0 * pow(1.01, Double(rung)) : $0 }
      return model.initialHealth(of: book, prices: moved).map(\.health)
    }
    return book.accounts.indices.map { account in healths.map { $0[account] >= 0 } }
  }

  @Test(
    "the range is the run of healthy prices nearest to the present one, ends between its last rung and the next",
    arguments: [[], [[0, 1]]], [true, false])
  func ranges(groups: [[Int]], isGrid: Bool) throws {
    let book = Self.book()
    let model: any MarginModel =
      isGrid
      ? Self.grid(groups: groups) : TieredMargin(instruments: Self.instruments, tables: SampleVenue.tables)
    let curve = HealthCurve(book: book, model: model, prices: Self.prices)
    var (ends, reversed) = (0, 0)
    for isMoved in [[true, false], [false, true], [true, true]] {
      let signs = Self.signs(book, model, isMoved: isMoved)
      for account in book.accounts.indices {
        let healthy = Array(Self.rungs).indices.filter { signs[account][$0] }
        let present = 110
        let found = curve.healthyRange(of: account, isMoved: isMoved)
        guard let nearest = healthy.min(by: { (abs($0 - present), $0) < (abs($1 - present), $1) }) else {
          // Healthy beyond the scan, or nowhere.
          #expect(found.isEmpty || (found.low ?? 0) > 2.9 || (found.high ?? 9) < 0.34, "account \(account)")
          continue
        }
        if nearest != present, healthy.contains(where: { ($0 - present) * (nearest - present) < 0 }) { reversed += 1 }
        var (first, last) = (nearest, nearest)
        while first > 0, signs[account][first - 1] { first -= 1 }
        while last < 220, signs[account][last + 1] { last += 1 }
        let place = "account \(account), \(isMoved)"
        if first > 0 {
          let low = try #require(found.low, "\(place)")
          #expect(low >= pow(1.01, Double(first - 111)) && low <= pow(1.01, Double(first - 110)), "\(place)")
          ends += 1
        } else {
          #expect((found.low ?? 0) <= pow(1.01, -110), "\(place)")
        }
        if last < 220 {
          let high = try #require(found.high, "\(place)")
          #expect(high >= pow(1.01, Double(last - 110)) && high <= pow(1.01, Double(last - 109)), "\(place)")
          ends += 1
        } else {
          #expect((found.high ?? .infinity) >= pow(1.01, 110), "\(place)")
        }
      }
    }
    #expect(ends > 60 && reversed >= 3, "\(ends) ends, \(reversed) accounts healthy on both sides and not now")
  }

  @Test("at a liquidation price health, evaluated plainly, is zero")
  func zero() throws {
    let book = Self.book()
    let model = Self.grid(groups: [])
    let curve = HealthCurve(book: book, model: model, prices: Self.prices)
    var ends = 0
    for account in book.accounts.indices {
      let range = curve.healthyRange(of: account, isMoved: [true, false])
      for ratio in [range.low, range.high].compactMap(\.self) {
        let health = model.initialHealth(of: book, prices: [ratio * 100, 40])[account]
        #expect(abs(health.health) < 1e-9 * (100 + abs(health.equity) + health.requirement.maintenance))
        ends += 1
      }
    }
    #expect(ends > 20)
  }

  @Test("the map counts an account where its own range ends")
  func map() {
    let book = Self.book()
    let venue = Venue(
      id: "v", summary: "", settlement: "USD", isSynthetic: true, depths: [nil, nil], instruments: Self.instruments,
      book: book)
    let curve = HealthCurve(book: book, model: Self.grid(groups: []), prices: Self.prices)
    let map = LiquidationMap(.all, venue: venue, curve: curve, prices: Self.prices)
    for ratio in [0.4, 0.7, 0.9, 0.99, 1.01, 1.1, 1.5, 2] {
      let expected = book.accounts.indices.count { account in
        guard !book.positions(of: account).isEmpty else { return false }
        let range = curve.healthyRange(of: account, isMoved: [true, true])
        if range.isEmpty || (range.low ?? 0) > 1 || (range.high ?? 2) < 1 { return true }
        return ratio < 1 ? (range.low ?? 0) >= ratio : (range.high ?? .infinity) <= ratio
      }
      #expect(map.liquidated(at: ratio).accounts == expected && expected > 0, "\(ratio)")
    }
  }
}
