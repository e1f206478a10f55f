import Clearing
import TestSupport
import Testing
import Venues

@Suite("Portfolio margin by a scenario grid")
struct ScenarioGridTests {
  private static let prices = [100.0, 20]
  private static let instruments: [Instrument] = [
    Instrument(id: "USD", kind: .settlement),
    Instrument(id: "A-PERP", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0))),
    Instrument(id: "B-PERP", kind: .perpetual(PerpetualTerms(asset: 1, brackets: 1))),
    Instrument(
      id: "A-DATED",
      kind: .perpetual(
        PerpetualTerms(asset: 0, brackets: 0, expiry: FutureExpiry(hours: 720, basisPerYear: 0.1)))),
    Instrument(id: "A-COIN", kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0, inverseFace: 10))),
    Instrument(
      id: "A-SPOT",
      kind: .spot(
        SpotTerms(
          asset: 0, collateralWeight: TwoLevels(initial: 0.8, maintenance: 0.9),
          liabilityWeight: TwoLevels(initial: 1.2, maintenance: 1.1)))),
  ]

  private static func model(
    range: Double = 0.16, extremes: [ScenarioGrid.Extreme] = [], contingency: Double = 0, groups: [[Int]] = [],
    fraction: Double = 0.8, reach: ScenarioGridMargin.Reach = .all, instruments: [Instrument] = instruments
  ) -> ScenarioGridMargin {
    let grid = ScenarioGrid(
      priceRange: range, priceSteps: 4, volatilityUp: 0.5, volatilityDown: 0.25, extremes: extremes)
    let contingencies = ScenarioGridMargin.Contingencies(futures: contingency, shortOptions: 0.01)
    return ScenarioGridMargin(
      grids: [grid, grid], contingencies: [contingencies, contingencies], groups: groups, scaling: VolatilityScaling(),
      maintenanceFraction: fraction, reach: reach, instruments: instruments, tables: SampleVenue.tables)
  }

  private static func requirement(
    _ model: ScenarioGridMargin, _ quantities: [(instrument: Int, quantity: Double)],
    mode: AccountMode = .portfolio
  ) -> TwoLevels {
    let book = Book(
      accounts: [Account(id: "only", mode: mode)], groups: ["all"], instruments: instruments,
      positions: quantities.map {
        Position(account: 0, instrument: $0.instrument, quantity: $0.quantity, entryPrice: 90)
      })
    return model.initialHealth(of: book, prices: prices)[0].requirement
  }

  @Test("keeps the contract of margin models, with contingencies, damped extremes and groups")
  func contract() {
    let extremes = ScenarioGrid.damped([-0.66, -0.33, 0.5, 1, 5], priceRange: 0.16)
    for groups in [[], [[0, 1]]] {
      let contract = MarginModelContract(
        model: Self.model(extremes: extremes, contingency: 0.005, groups: groups, instruments: SampleVenue.exchange),
        instruments: SampleVenue.exchange,
        prices: SampleVenue.prices, isHomogeneous: true, isSided: true)
      #expect(contract.violations() == [])
    }
    // Without extremes the grid is symmetric, and so is the requirement but for rounding.
    for quantity in [0.01, 3, 1e7] {
      let long = Self.requirement(Self.model(contingency: 0.005), [(1, quantity)]).initial
      let short = Self.requirement(Self.model(contingency: 0.005), [(1, -quantity)]).initial
      #expect(abs(long - short) <= 1e-12 * long)
    }
  }

  @Test(
    "a lone future is |q|·M times the largest weighted move, as under the static rate, and maintenance its fraction")
  func loneFuture() {
    let model = Self.model(extremes: ScenarioGrid.damped([-0.66, 3], priceRange: 0.16))
    for quantity in [3.0, -3] {
      let found = Self.requirement(model, [(1, quantity)])
      #expect(abs(found.initial - 48) < 1e-12 && abs(found.maintenance - 0.8 * 48) < 1e-12)
      // 10 of face entered at 90: 1/9 coin a contract, of which only the coins move.
      let inverse = Self.requirement(model, [(4, quantity)])
      #expect(abs(inverse.initial - 0.16 * 3 * 10 / 90 * 100) < 1e-12)
    }
    let sided = Self.model(extremes: [ScenarioGrid.Extreme(move: 2, weight: 0.25)])
    #expect(Self.requirement(sided, [(1, 1)]).initial == 16 && Self.requirement(sided, [(1, -1)]).initial == 50)
    let rate = sided.grids[0].linearRate
    #expect(rate.long == 0.16 && rate.short == 0.5)
  }

  @Test("a hedged pair pays the contingency of both legs and the basis only")
  func hedgedPair() {
    let model = Self.model(contingency: 0.005)
    let premium = FutureExpiry(hours: 720, basisPerYear: 0.1).premium(after: 0)
    let found = Self.requirement(model, [(1, 2), (3, -2)])
    let expected = 0.005 * 200 * (1 + premium) + 0.16 * 200 * (premium - 1)
    #expect(abs(found.initial - expected) < 1e-12)
    // The coins of an inverse short offset a long perpetual of as many units.
    let coins = Self.requirement(Self.model(), [(1, 1), (4, -9)])
    #expect(abs(coins.initial) < 1e-12)
  }

  @Test("underlyings do not offset each other, unless they are said to be shocked together")
  func netting() {
    let positions = [(1, 1.0), (2, -5.0)]
    #expect(abs(Self.requirement(Self.model(), positions).initial - 32) < 1e-12)
    #expect(abs(Self.requirement(Self.model(groups: [[0, 1]]), positions).initial) < 1e-12)
    // Balances are collateral: a spot holding offsets no short future.
    #expect(abs(Self.requirement(Self.model(), [(1, -1), (5, 1)]).initial - 16) < 1e-12)
  }

  @Test("subadditive, proportional and monotone in size, for random portfolios")
  func subadditive() {
    var figures = KeyedFigures(seed: 3)
    let extremes = ScenarioGrid.damped([-0.66, 0.5, 5], priceRange: 0.16)
    for groups in [[], [[0, 1]]] {
      let model = Self.model(extremes: extremes, contingency: 0.003, groups: groups)
      for _ in 0..<200 {
        let first = (1...4).map { ($0, figures.next() * 10) }
        let second = (1...4).map { ($0, figures.next() * 10) }
        let sum = zip(first, second).map { ($0.0, $0.1 + $1.1) }
        let (a, b) = (Self.requirement(model, first).initial, Self.requirement(model, second).initial)
        #expect(Self.requirement(model, sum).initial <= a + b + 1e-9)
        #expect(abs(Self.requirement(model, first.map { ($0.0, 2.5 * $0.1) }).initial - 2.5 * a) < 1e-9 * max(a, 1))
        #expect(a >= 0)
      }
    }
    #expect(Self.requirement(Self.model(contingency: 0.01), []) == TwoLevels(initial: 0, maintenance: 0))
  }

  @Test("other accounts are margined by the venue's tables, isolated positions among them")
  func others() {
    let model = Self.model(reach: .portfolio)
    let tiered = TieredMargin(instruments: Self.instruments, tables: SampleVenue.tables)
    let book = Book(
      accounts: [
        Account(id: "p", mode: .portfolio), Account(id: "c"), Account(id: "p#A-PERP", mode: .isolated, owner: 0),
      ], groups: ["all"], instruments: Self.instruments,
      positions: (0..<3).map { Position(account: $0, instrument: 1, quantity: 20_000, entryPrice: 100) })
    let found = model.initialHealth(of: book, prices: Self.prices)
    let plain = tiered.initialHealth(of: book, prices: Self.prices)
    #expect(found[1] == plain[1] && found[2] == plain[2])
    #expect(abs(found[0].requirement.initial - 0.16 * 2e6) < 1e-6)
    #expect(
      tiered.initialHealth(of: book, prices: Self.prices)[0] == plain[1], "elsewhere a portfolio is a cross account")
  }

  @Test("the published scenarios: 27 of the range, eight extremes whose weights are 16 % ÷ |move|")
  func published() {
    let moves = [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5]
    let grid = ScenarioGrid(
      priceRange: 0.16, priceSteps: 4, volatilityUp: 0.5, volatilityDown: 0.25,
      extremes: ScenarioGrid.damped(moves, priceRange: 0.16))
    #expect(grid.shocks.count == 35 && grid.shocks[0] == ScenarioShock(priceMove: 0))
    let published = [0.24, 0.48, 0.32, 0.16, 0.08, 0.0533, 0.04, 0.032]
    for (extreme, weight) in zip(grid.extremes, published) { #expect(abs(extreme.weight - weight) < 0.005) }
    let scaling = VolatilityScaling()
    #expect(scaling.multiple(hoursToExpiry: 720) == 1 && abs(scaling.multiple(hoursToExpiry: 24) - 2.7742) < 1e-4)
    #expect(scaling.multiple(hoursToExpiry: 1) == scaling.multiple(hoursToExpiry: 24))
    #expect(abs(scaling.multiple(hoursToExpiry: 24 * 90) - 0.86693) < 1e-4)
  }

  @Test("liquidation prices are where the health, evaluated plainly, changes its sign", arguments: [[], [[0, 1]]])
  func healthyRange(groups: [[Int]]) throws {
    let model = Self.model(
      extremes: [ScenarioGrid.Extreme(move: 1, weight: 0.3)], contingency: 0.004, groups: groups)
    for (first, second, cash) in [(3.0, -4.0, 60.0), (-3, 10, 90), (2, 7, 50), (-2, -9, 80)] {
      let book = Book(
        accounts: [Account(id: "a", mode: .portfolio)], groups: ["all"], instruments: Self.instruments,
        positions: [
          Position(account: 0, instrument: 0, quantity: cash),
          Position(account: 0, instrument: 1, quantity: first, entryPrice: 100),
          Position(account: 0, instrument: 2, quantity: second, entryPrice: 20),
        ])
      let curve = HealthCurve(book: book, model: model, scale: 1.2, prices: Self.prices)
      for isMoved in [[true, false], [false, true], [true, true]] {
        let range = curve.healthyRange(of: 0, isMoved: isMoved)
        for step in 1...400 {
          let ratio = Double(step) / 100
          let moved = zip(Self.prices, isMoved).map { $1 ? $0 * ratio : $0 }
          let health = HealthCurve(book: book, model: model, scale: 1.2, prices: moved).health(of: 0).health
          let isInside = !range.isEmpty && ratio >= (range.low ?? 0) && ratio <= (range.high ?? .infinity)
          #expect(isInside == (health >= 0) || abs(health) < 1e-6, "\(isMoved) at \(ratio): \(health), \(range)")
        }
      }
    }
  }

  @Test("a statement adds up and names the worst scenario")
  func statement() throws {
    let book = Book(
      accounts: [Account(id: "a", mode: .portfolio)], groups: ["all"], instruments: Self.instruments,
      positions: [
        Position(account: 0, instrument: 0, quantity: 100),
        Position(account: 0, instrument: 1, quantity: 3, entryPrice: 100),
        Position(account: 0, instrument: 3, quantity: -1, entryPrice: 100),
        Position(account: 0, instrument: 2, quantity: -4, entryPrice: 20),
      ])
    let venue = Venue(
      id: "v", summary: "", settlement: "USD", isSynthetic: true, depths: [nil, nil], instruments: Self.instruments,
      book: book)
    let model = Self.model(contingency: 0.01)
    let curve = HealthCurve(book: book, model: model, prices: Self.prices)
    let found = AccountStatement(account: 0, venue: venue, curve: curve, prices: Self.prices)
    #expect(found.worstCases.map(\.assets) == [[0], [1]])
    #expect(found.worstCases.allSatisfy { $0.scenarios.count == 27 && $0.scenarios[0].gain == 0 })
    #expect(found.worstCases[0].shock == ScenarioShock(priceMove: -0.16))
    #expect(found.worstCases[1].shock == ScenarioShock(priceMove: 0.16))
    let sum =
      found.rows.reduce(0) { $0 + $1.requirement.maintenance }
      + found.worstCases.reduce(0) { $0 + $1.requirement.maintenance }
    #expect(abs(sum - found.health.requirement.maintenance) < 1e-9)
  }
}

/// Numbers in (−1, 1), the same everywhere.
private struct KeyedFigures {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> Double {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Double(Int64(bitPattern: state)) / Double(Int64.max)
  }
}
