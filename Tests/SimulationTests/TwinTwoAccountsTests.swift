import Clearing
import TestSupport
import Testing
import Venues

/// The path that `Portfolios/two-accounts/README.md` works by hand; every expected figure here is quoted from there.
@Suite("The reference works the two-accounts case as by hand")
struct TwinTwoAccountsTests {
  private let trace: ReferenceTrace

  init() throws {
    let table = try #require(BracketTable([BracketTable.Bracket(from: 0, initial: 0.1, maintenance: 0.05)]))
    let instruments = [
      Instrument(id: "USD", kind: .settlement),
      Instrument(
        id: "COIN-PERP",
        kind: .perpetual(PerpetualTerms(asset: 0, brackets: 0, fundingRate: 0.001, fundingIntervalHours: 2))),
    ]
    let book = Book(
      accounts: [Account(id: "long"), Account(id: "short")], groups: ["taker"], instruments: instruments,
      positions: [
        Position(account: 0, instrument: 0, quantity: 11_473),
        Position(account: 0, instrument: 1, quantity: 1000, entryPrice: 100),
        Position(account: 1, instrument: 0, quantity: 30_000),
        Position(account: 1, instrument: 1, quantity: -1000, entryPrice: 100),
      ])
    let depths = [MarketDepth(averageDailyVolume: 4_600_000, halfSpread: 0.001)]
    let impact = MarketImpact(coefficient: 1, exponent: 0.5, permanentShare: 0.5, halfLifeHours: 1)
    let rules = ClearingRules(
      brackets: [table], bracketNames: ["flat"],
      liquidation: LiquidationPolicy(
        method: .partial(targetBuffer: 0.25), penalty: 0.01, reserveShare: 0.5, waves: 8),
      impact: impact, reserve: ReserveFund(balance: 500), lossAllocation: .socialise)
    let venue = Venue(
      id: "perps", summary: "", settlement: "USD", isSynthetic: true, depths: depths, instruments: instruments,
      book: book)
    var simulator = ReferenceSimulator(
      venues: [ReferenceVenue(venue: venue, rules: rules, model: .tiered([table]))],
      market: ReferenceMarket(
        stepHours: 1, exogenous: [[100, 98, 92, 82, 84]], initialVolatilities: [1.91049731745428],
        longRunVolatilities: [1.91049731745428], depths: depths, impact: impact),
      atStart: .close)
    trace = simulator.run()
  }

  /// Whether two amounts agree to the cent.
  private func agree(_ amounts: [Double], _ expected: [Double]) -> Bool {
    amounts.count == expected.count && zip(amounts, expected).allSatisfy { abs($0 - $1) <= 0.005 + 1e-9 }
  }

  @Test("marks before and after the waves, to six decimals")
  func marks() {
    let before = trace.steps.map { $0.openingMarks[0] }
    let after = trace.steps.map { $0.closingMarks[0] }
    for (mark, expected) in zip(before, [100, 98, 92, 81.299107, 82.915346]) { #expect(abs(mark - expected) < 5.1e-7) }
    for (mark, expected) in zip(after, [100, 98, 90.953006, 80.668180, 82.915346]) {
      #expect(abs(mark - expected) < 5.1e-7)
    }
  }

  @Test("equity of both accounts, reserve and liquidators, to the cent")
  func balances() {
    let states = trace.steps.map { $0.venues[0] }
    #expect(agree(states.map { $0.accounts[0].equity }, [11_473, 9473, 1899.37, 0, 0]))
    #expect(agree(states.map { $0.accounts[1].equity }, [30_000, 32_000, 39_138.99, 48_636.63, 46_472.37]))
    #expect(agree(states.map(\.reserve), [500, 500, 801.31, 0, 0]))
    #expect(agree(states.map(\.liquidators), [0, 0, 301.31, 301.31, 301.31]))
    #expect(states.allSatisfy { abs($0.conservationResidual) < 1e-14 })
  }

  @Test("fractions, fills, penalties and impact of the three waves")
  func waves() throws {
    let waves = trace.steps.flatMap(\.waves)
    #expect(trace.steps.map { $0.waves.count } == [0, 0, 2, 1, 0])
    let shares = waves.map { $0.actions[0].closing.perpetualShare }
    #expect(zip(shares, [0.5, 0.31313772, 1]).allSatisfy { abs($0 - $1) < 5.1e-9 })
    let fills = waves.map { $0.executions[0].fill }
    #expect(zip(fills, [91.297318, 90.926276, 80.797065]).allSatisfy { abs($0 - $1) < 5.1e-7 })
    let shifts = waves.map { $0.executions[0].shift }
    #expect(zip(shifts, [-0.01, -0.00144562, -0.00779083]).allSatisfy { abs($0 - $1) < 5.1e-9 })
    #expect(agree(waves.map { $0.executions[0].flow }, [-46_000, -14_261.01, -27_920.65]))
    #expect(agree(waves.map { $0.actions[0].penalty }, [460, 142.61, 0]))
    #expect(agree(waves.prefix(2).map { $0.actions[0].health }, [-1219, -165.16]))
    #expect(abs(waves[2].actions[0].health - (-1416.08 - 1396.03)) < 0.01)
    #expect(agree(waves.map { $0.actions[0].shortfall }, [0, 0, 1588.50]))
    let third = trace.steps[3].venues[0].waterfall
    #expect(agree([third.drawn, third.socialised, third.badDebt], [801.31, 787.19, 0]))
  }

  @Test("the path's measures")
  func measures() {
    let outcome = trace.outcomes[0]
    #expect(agree([outcome.loss, outcome.requiredReserve], [1287.19, 1287.19]))
    #expect(agree([outcome.uncovered, outcome.socialised, outcome.badDebt], [787.19, 787.19, 0]))
    #expect(agree([outcome.largestShortfall, outcome.reserveInflow], [1588.50, 301.31]))
    #expect(agree([outcome.liquidatedNotional, outcome.bookLoss[0]], [88_181.65, -4999.37]))
    #expect(outcome.exhaustionHours == 3)
    #expect(outcome.liquidationEvents == 3)
    #expect(outcome.liquidatedOwners.count == 1)
    #expect(outcome.waves == 2)
    #expect(abs(outcome.markDrawdown / outcome.exogenousDrawdown - 1.073990) < 5.1e-7)
  }
}
