import Clearing
import Testing
import Venues

@Suite("Liquidation prices, statements and the liquidation map")
struct ExposureTests {
  /// A venue of futures on two assets at 100 and 50 and spot collateral of the first.
  private struct Fixture {
    let venue: Venue
    let model: TieredMargin
    let prices = [100.0, 50]

    init(accounts: [Account], positions: [Position], brackets: [BracketTable.Bracket], inverseFace: Double? = nil)
      throws
    {
      let instruments = [
        Instrument(id: "USD", kind: .settlement),
        Instrument(id: "A", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0, inverseFace: inverseFace))),
        Instrument(id: "B", kind: .perpetual(PerpetualTerms(asset: 1, brackets: 0))),
        Instrument(
          id: "SPOT", kind: .spot(SpotTerms(asset: 0, collateralWeight: TwoLevels(initial: 0.8, maintenance: 0.9)))),
      ]
      venue = Venue(
        id: "v", summary: "", settlement: "USD", isSynthetic: true, depths: [nil, nil], instruments: instruments,
        book: Book(accounts: accounts, groups: ["all"], instruments: instruments, positions: positions))
      model = TieredMargin(instruments: instruments, tables: [try #require(BracketTable(brackets))])
    }

    var curve: HealthCurve { HealthCurve(book: venue.book, model: model, prices: prices) }

    func statement(_ account: Int = 0) -> AccountStatement {
      AccountStatement(account: account, venue: venue, curve: curve, prices: prices)
    }
  }

  private static let flat = [BracketTable.Bracket(from: 0, initial: 0.01, maintenance: 0.005)]
  private static let steep = [
    BracketTable.Bracket(from: 0, initial: 0.02, maintenance: 0.01),
    BracketTable.Bracket(from: 900, initial: 0.1, maintenance: 0.05),
    BracketTable.Bracket(from: 1400, initial: 0.5, maintenance: 0.25),
  ]

  /// Linear, isolated: entry 100, one unit, margin 10, maintenance 0.5 %: (100 ∓ 10)/(1 ∓ 0.005); bankrupt at 100 ∓ 10.
  @Test(arguments: [(1.0, 90.4522613065, 90.0), (-1.0, 109.4527363184, 110)])
  func isolated(quantity: Double, published: Double, bankruptcy: Double) throws {
    let fixture = try Fixture(
      accounts: [Account(id: "a")],
      positions: [
        Position(account: 0, instrument: 0, quantity: 10),
        Position(account: 0, instrument: 1, quantity: quantity, entryPrice: 100),
      ], brackets: Self.flat)
    let points = try #require(fixture.statement().prices.first)
    let found = try #require(quantity > 0 ? points.liquidationBelow : points.liquidationAbove)
    #expect(abs(found - published) < 1e-9)
    #expect((quantity > 0 ? points.liquidationAbove : points.liquidationBelow) == nil)
    #expect(abs(try #require(points.bankruptcy) - bankruptcy) < 1e-12)
    #expect(abs(fixture.statement().effectiveLeverage - 100 / 9.5) < 1e-12)
  }

  /// A statement adds up to what the model says of the account, and both legs of an inverse position are one row.
  @Test func statementAddsUp() throws {
    let fixture = try Fixture(
      accounts: [Account(id: "a")],
      positions: [
        Position(account: 0, instrument: 0, quantity: 50), Position(account: 0, instrument: 3, quantity: 2),
        Position(account: 0, instrument: 1, quantity: -40, entryPrice: 80),
        Position(account: 0, instrument: 2, quantity: 4, entryPrice: 45),
      ], brackets: Self.steep, inverseFace: 10)
    let statement = fixture.statement()
    let health = fixture.model.initialHealth(of: fixture.venue.book, prices: fixture.prices)[0]
    #expect(statement.health == health)
    let inverse = try #require(statement.rows.first { $0.instrument == "A" })
    // −400 of face entered at 80: −400·(100/80 − 1) = −100.
    #expect(inverse.quantity == -40 && inverse.notional == 400 && abs(inverse.value + 100) < 1e-9)
    #expect(statement.rows.count == 3 && statement.notional == 600)
    let sums = statement.rows.reduce(into: (statement.cash, statement.cash, 0.0, 0.0)) { sum, row in
      sum.0 += row.value
      sum.1 += row.weighted.maintenance
      sum.2 += row.requirement.initial
      sum.3 += row.requirement.maintenance
    }
    #expect(abs(sums.0 - health.equity) < 1e-9 && abs(sums.1 - health.weightedEquity.maintenance) < 1e-9)
    #expect(abs(sums.2 - health.requirement.initial) < 1e-9 && abs(sums.3 - health.requirement.maintenance) < 1e-9)
  }

  /// The healthy range is where the model's own health, evaluated plainly at moved prices, changes its sign.
  @Test(arguments: [-12.0, -6, 5, 9, 14], [-14.0, 0, 12])
  func rangeAgainstScan(first: Double, second: Double) throws {
    let fixture = try Fixture(
      accounts: [Account(id: "a")],
      positions: [
        Position(account: 0, instrument: 0, quantity: 260), Position(account: 0, instrument: 3, quantity: 1),
        Position(account: 0, instrument: 1, quantity: first, entryPrice: 98),
        Position(account: 0, instrument: 2, quantity: second, entryPrice: 51),
      ], brackets: Self.steep)
    for isMoved in [[true, false], [false, true], [true, true]] {
      let range = fixture.curve.healthyRange(of: 0, isMoved: isMoved)
      for step in 1...600 {
        let ratio = Double(step) / 100
        let prices = zip(fixture.prices, isMoved).map { $1 ? $0 * ratio : $0 }
        let health = fixture.model.initialHealth(of: fixture.venue.book, prices: prices)[0].health
        let isInside = !range.isEmpty && ratio >= (range.low ?? 0) && ratio <= (range.high ?? .infinity)
        #expect(isInside == (health >= 0) || abs(health) < 1e-6, "\(isMoved) at \(ratio): \(health), \(range)")
      }
      for edge in [range.low, range.high].compactMap(\.self) {
        let prices = zip(fixture.prices, isMoved).map { $1 ? $0 * edge : $0 }
        #expect(abs(fixture.model.initialHealth(of: fixture.venue.book, prices: prices)[0].health) < 1e-8)
      }
    }
  }

  /// Three longs with known liquidation prices and a short: the map is a staircase at exactly those prices.
  @Test func map() throws {
    let margins = [10.0, 20, 40]
    let accounts = (margins + [25]).enumerated().map { Account(id: "\($0.offset)") }
    let positions = margins.enumerated().flatMap { index, margin in
      [
        Position(account: index, instrument: 0, quantity: margin),
        Position(account: index, instrument: 1, quantity: 1, entryPrice: 100),
      ]
    }
    let short = [
      Position(account: 3, instrument: 0, quantity: 25),
      Position(account: 3, instrument: 1, quantity: -2, entryPrice: 100),
    ]
    let fixture = try Fixture(accounts: accounts, positions: positions + short, brackets: Self.flat)
    let map = LiquidationMap(.asset(0), venue: fixture.venue, curve: fixture.curve, prices: fixture.prices)
    #expect(map.totalNotional == 500)
    for (turn, margin) in zip(map.falling, margins) { #expect(abs(turn.ratio - (1 - margin / 100) / 0.995) < 1e-12) }
    #expect(map.rising.count == 1 && abs(map.rising[0].ratio - 1.125 / 1.005) < 1e-12)
    #expect(map.liquidated(at: 0.5).notional == 300 && map.liquidated(at: 0.5).accounts == 3)
    #expect(map.liquidated(at: 0.85).notional == 100 && map.liquidated(at: 1).accounts == 0)
    #expect(map.liquidated(at: 1.2).notional == 200)
    let exposure = BookExposure.all(of: fixture.venue.book, prices: fixture.prices)
    #expect(exposure.count == 1 && exposure[0].longNotional == 300 && exposure[0].shortNotional == 200)
    #expect(exposure[0].delta == 1 && exposure[0].deltaMoney == 100)
  }

  /// A loan counts with its debt in the map of its collateral: 10 units at 100, weight 0.9, against 500 of money owed.
  @Test func mapOfALoan() throws {
    let fixture = try Fixture(
      accounts: [Account(id: "a")],
      positions: [
        Position(account: 0, instrument: 0, quantity: -500), Position(account: 0, instrument: 3, quantity: 10),
      ], brackets: Self.flat)
    let map = LiquidationMap(.asset(0), venue: fixture.venue, curve: fixture.curve, prices: fixture.prices)
    #expect(map.totalNotional == 500 && map.falling.count == 1 && map.rising.isEmpty)
    #expect(abs(map.falling[0].ratio - 500.0 / 900) < 1e-12 && map.falling[0].notional == 500)
  }

  /// An account that is liquidatable now stands at the present price in both directions.
  @Test func underwaterNow() throws {
    let fixture = try Fixture(
      accounts: [Account(id: "a")],
      positions: [
        Position(account: 0, instrument: 0, quantity: 0.1),
        Position(account: 0, instrument: 1, quantity: 1, entryPrice: 100),
      ], brackets: Self.flat)
    let map = LiquidationMap(.all, venue: fixture.venue, curve: fixture.curve, prices: fixture.prices)
    #expect(map.liquidated(at: 1).notional == 100 && map.liquidated(at: 1.001).notional == 100)
    let statement = fixture.statement()
    #expect(statement.effectiveLeverage == .infinity)
    let back = try #require(statement.prices[0].liquidationBelow)
    #expect(abs(back - 99.9 / 0.995) < 1e-9, "healthy again above this price")
  }
}
