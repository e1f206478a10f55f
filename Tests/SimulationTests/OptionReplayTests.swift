import Clearing
import Markets
import Simulation
import TestSupport
import Testing
import Venues

/// Options and pool shares along paths whose outcome is known in closed form.
@Suite("Options and pool shares along a path")
struct OptionReplayTests {
  /// One asset at 100, one account, tables of 15 % and 7.5 %.
  private struct OneAccount {
    var instruments: [Instrument]
    var quantities: [(instrument: Int, quantity: Double, entry: Double)]
    var prices: [Double]
    var penalty = 0.0
    var impact = MarketImpact.none
    var implied: ImpliedVolatilityParameters?

    func twin() throws -> TwinCase {
      let table = try #require(BracketTable([BracketTable.Bracket(from: 0, initial: 0.15, maintenance: 0.075)]))
      let depths: [MarketDepth?] = [MarketDepth(averageDailyVolume: 1e6, halfSpread: 0)]
      let listed = [Instrument(id: "USD", kind: .settlement)] + instruments
      let rules = ClearingRules(
        brackets: [table], bracketNames: ["flat"],
        liquidation: LiquidationPolicy(method: .full, penalty: penalty, reserveShare: 1, waves: 8), impact: impact,
        reserve: ReserveFund(balance: 0), lossAllocation: .badDebt)
      let book = Book(
        accounts: [Account(id: "only")], groups: ["all"], instruments: listed,
        positions: quantities.map {
          Position(account: 0, instrument: $0.instrument, quantity: $0.quantity, entryPrice: $0.entry)
        })
      let venue = Venue(
        id: "small", summary: "", settlement: "USD", isSynthetic: true, depths: depths, instruments: listed, book: book)
      var twin = TwinCase(
        number: 0, grid: try #require(TimeGrid(steps: prices.count - 1, stepHours: 1)), paths: [[prices]],
        initialVolatilities: [0.8], longRunVolatilities: [0.8], depths: depths, impact: impact,
        venues: [ReferenceVenue(venue: venue, rules: rules, model: .tiered([table]))], atStart: .close)
      twin.implied = implied
      return twin
    }

    /// The account's equity at the end of every step.
    func equities() throws -> [Double] {
      let observer = TwinObserver()
      _ = try twin().simulator().replay(path: 0, model: 0, observer: observer)
      return observer.closed.map { $0[0].equities[0] }
    }
  }

  private static func option(
    isCall: Bool, strike: Double, hours: Double, volatility: Double, basis: Double = 0, isMarket: Bool = false,
    smile: VolatilitySmile = .flat
  ) -> Instrument {
    Instrument(
      id: "\(isCall ? "C" : "P")\(strike)",
      kind: .option(
        OptionTerms(
          asset: 0, isCall: isCall, strike: strike, expiry: FutureExpiry(hours: hours, basisPerYear: basis),
          volatility: volatility, takesMarketVolatility: isMarket, smile: smile, brackets: 0)))
  }

  private static func future(hours: Double, basis: Double) -> Instrument {
    Instrument(
      id: "F",
      kind: .perpetual(
        PerpetualTerms(asset: 0, brackets: 0, expiry: FutureExpiry(hours: hours, basisPerYear: basis))))
  }

  private static let wild = [100.0, 103, 97, 99, 110, 88, 91, 95, 104, 100]

  @Test("a long call, a short put and a short future of one strike and expiry are worth the same all along")
  func parity() throws {
    let implied = ImpliedVolatilityParameters(
      initial: 0.9, longRun: 0.6, halfLifeHours: 5, volatilityOfVolatility: 6, correlationWithPrice: -0.5)
    let smile = VolatilitySmile(slope: -0.2, curvature: 0.1, floor: 0.5, cap: 2)
    let equities = try OneAccount(
      instruments: [
        Self.option(
          isCall: true, strike: 101, hours: 6, volatility: 0.9, basis: 0.3, isMarket: true, smile: smile),
        Self.option(
          isCall: false, strike: 101, hours: 6, volatility: 0.9, basis: 0.3, isMarket: true, smile: smile),
        Self.future(hours: 6, basis: 0.3),
      ],
      quantities: [(0, 200, 0), (1, 2, 0), (2, -2, 0), (3, -2, 100)], prices: Self.wild, implied: implied
    ).equities()
    #expect(equities.count == 9)
    // 2·(F − 101) − 2·(F − 100) + 200, whatever F.
    for equity in equities { #expect(abs(equity - 198) < 1e-10) }
  }

  @Test("at expiry an option pays M − K or nothing, and is worth that from then on", arguments: [97.0, 94])
  func payoff(strike: Double) throws {
    let call = Self.option(isCall: true, strike: strike, hours: 7, volatility: 0.7)
    let put = Self.option(isCall: false, strike: strike, hours: 7, volatility: 0.7)
    for (instrument, pays) in [(call, max(0, 95 - strike)), (put, max(0, strike - 95))] {
      let equities = try OneAccount(instruments: [instrument], quantities: [(0, 5, 0), (1, 3, 0)], prices: Self.wild)
        .equities()
      #expect(equities.suffix(3).allSatisfy { abs($0 - (5 + 3 * pays)) < 1e-12 })
    }
  }

  @Test("an option deep in the money moves as the future less its strike")
  func deepInTheMoney() throws {
    let call = Self.option(isCall: true, strike: 0.01, hours: 500, volatility: 0.7, basis: 0.1)
    let option = try OneAccount(instruments: [call], quantities: [(0, 0, 0), (1, 1, 0)], prices: Self.wild).equities()
    let future = try OneAccount(
      instruments: [Self.future(hours: 500, basis: 0.1)], quantities: [(0, 100, 0), (1, 1, 100.01)],
      prices: Self.wild
    ).equities()
    for (one, other) in zip(option, future) { #expect(abs(one - other) < 1e-10) }
  }

  @Test("a short call without volatility is closed where cash − (M − K)⁺ − 7.5 % of M falls below zero")
  func shortCall() throws {
    // 10 − 2 − 0.075·102 = 0.35; 10 − 3 − 0.075·103 < 0: bought back at 3, penalty 1 % of that.
    let account = OneAccount(
      instruments: [Self.option(isCall: true, strike: 100, hours: 500, volatility: 0)],
      quantities: [(0, 10, 0), (1, -1, 0)], prices: [100, 102, 103, 120], penalty: 0.01)
    let equities = try account.equities()
    #expect(abs(equities[0] - 8) < 1e-12)
    #expect(abs(equities[1] - 6.97) < 1e-12 && abs(equities[2] - 6.97) < 1e-12)
    let table = try account.twin().simulator().run(workers: 1)
    let series = table.series(model: 0, venue: 0)
    #expect(abs(series[.liquidatedNotional][0] - 3) < 1e-12 && abs(series[.reserveInflow][0] - 0.03) < 1e-14)
  }

  @Test("a long option requires nothing and a share of a pool is worth twice the root of k·M")
  func poolShare() throws {
    let share = Instrument(
      id: "LP",
      kind: .poolShare(
        PoolShareTerms(
          collateral: SpotTerms(asset: 0, collateralWeight: TwoLevels(initial: 0.8, maintenance: 0.9)),
          otherAsset: nil, product: 4)))
    let account = OneAccount(
      instruments: [share, Self.option(isCall: false, strike: 50, hours: 500, volatility: 0)],
      quantities: [(0, -30, 0), (1, 1, 0), (2, 100, 0)], prices: [100, 81, 121])
    let equities = try account.equities()
    #expect(abs(equities[0] - (2 * 18 - 30)) < 1e-12 && abs(equities[1] - (2 * 22 - 30)) < 1e-12)
    // Half of what is sold is the coin: at 64 the weighted 0.9·32 is less than 30, 30 are needed of 32, and half of 30
    // moves the coin's market.
    let closed = OneAccount(
      instruments: [share, Self.future(hours: 500, basis: 0)],
      quantities: [(0, -30, 0), (1, 1, 0), (2, 0.001, 100)], prices: [100, 64, 64],
      impact: MarketImpact(coefficient: 1, exponent: 0.5, permanentShare: 1, halfLifeHours: 1))
    let observer = TwinObserver()
    _ = try closed.twin().simulator().replay(path: 0, model: 0, observer: observer)
    let flow = 15 + 0.001 * 64 + 0.5 * 0.001 * 36
    let shift = 0.8 * (1.0 / 365).squareRoot() * (flow / 1e6).squareRoot()
    #expect(abs(observer.closed[0][0].marks[0] / (64 * (1 - shift)) - 1) < 1e-6)
  }
}
