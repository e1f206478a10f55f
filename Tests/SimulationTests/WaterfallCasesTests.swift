import Clearing
import Simulation
import TestSupport
import Testing

/// Published and hand-made cases of the loss waterfall, on the reference and on the engine.
@Suite("The loss waterfall on cases with a known answer")
struct WaterfallCasesTests {
  /// Long 10 at 100 with 50 of equity against a mark of 40: a shortfall of 550, bankruptcy price 95.
  private static let bankrupt = TwinSmallVenue.Holding(cash: 50, perpetual: 10, entryPrice: 100)
  private static let winner = TwinSmallVenue.Holding(cash: 100, perpetual: -10, entryPrice: 100)

  /// Equities and reserve after the step to 40; the reference's, after the engine was found to agree.
  private func settle(_ venue: TwinSmallVenue) throws -> (
    equities: [Double], reserve: Double, waterfall: ReferenceWaterfall
  ) {
    let twin = try venue.twin([100, 40])
    let state = twin.trace(path: 0).steps[1].venues[0]
    let observer = TwinObserver()
    _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
    let snapshot = observer.closed[0][0]
    #expect(zip(snapshot.equities, state.accounts.map(\.equity)).allSatisfy { abs($0 - $1) < 1e-9 })
    #expect(abs(snapshot.reserve - state.reserve) < 1e-9)
    let table = try twin.simulator().run(workers: 1)
    #expect(abs(table.series(model: 0, venue: 0)[.profitForgone][0] - state.waterfall.profitForgone) < 1e-9)
    return (state.accounts.map(\.equity), state.reserve, state.waterfall)
  }

  /// The published case without auto-deleveraging: the fund pays 550 of its 1,000.
  @Test("a fund that suffices pays, and winners keep their profit")
  func fundPays() throws {
    var venue = TwinSmallVenue(holdings: [Self.bankrupt, Self.winner])
    venue.reserve = 1000
    venue.deleveraging = AutoDeleveraging(ranking: .profitTimesLeverage)
    let end = try settle(venue)
    #expect(end.reserve == 450 && end.equities == [0, 700])
  }

  /// The published case with an empty fund: the winner ends with 150, forgoing 550 of its 600.
  @Test("without a fund the winner is closed at the bankruptcy price", arguments: AutoDeleveraging.Ranking.allCases)
  func winnerForgoes(ranking: AutoDeleveraging.Ranking) throws {
    var venue = TwinSmallVenue(holdings: [Self.bankrupt, Self.winner])
    venue.deleveraging = AutoDeleveraging(ranking: ranking)
    let end = try settle(venue)
    #expect(end.equities == [0, 150])
    #expect(end.waterfall.profitForgone == 550 && end.waterfall.badDebt == 0)
    // Ten contracts at the mark of 40.
    #expect(end.waterfall.deleveraged == 400)
  }

  @Test("of two equal winners the lower account id is closed")
  func ties() throws {
    var venue = TwinSmallVenue(holdings: [Self.bankrupt, Self.winner, Self.winner])
    venue.deleveraging = AutoDeleveraging(ranking: .profitTimesLeverage)
    #expect(try settle(venue).equities == [0, 150, 700])
  }

  @Test("a fund that pays a part leaves the same part of the contracts to winners")
  func partialFund() throws {
    var venue = TwinSmallVenue(holdings: [Self.bankrupt, Self.winner])
    venue.reserve = 330
    venue.deleveraging = AutoDeleveraging(ranking: .profitTimesLeverage)
    let end = try settle(venue)
    // 220 of 550 unmet: four contracts at 55 each.
    #expect(end.reserve == 0 && abs(end.waterfall.profitForgone - 220) < 1e-9)
    #expect(abs(end.waterfall.deleveraged - 160) < 1e-9 && abs(end.equities[1] - 480) < 1e-9)
  }

  @Test("a segment pays before the shared reserve, and what winners cannot give is shared at last")
  func segmentThenShared() throws {
    var venue = TwinSmallVenue(holdings: [Self.bankrupt, .init(cash: 1000)])
    (venue.segment, venue.reserve) = (200, 100)
    venue.deleveraging = AutoDeleveraging(ranking: .profitTimesLeverage)
    venue.allocation = .socialise
    let end = try settle(venue)
    #expect(end.waterfall.drawnFromSegments == 200 && end.waterfall.drawn == 300)
    #expect(end.waterfall.profitForgone == 0 && end.waterfall.socialised == 250)
    #expect(end.equities == [0, 750])
  }

  @Test("a segment of another asset would not pay, its own penalty income fills it")
  func segmentIncome() throws {
    var venue = TwinSmallVenue(holdings: [.init(cash: 50, perpetual: 1, entryPrice: 100)])
    venue.liquidation = LiquidationPolicy(method: .full, penalty: 0.01, reserveShare: 1, waves: 8)
    venue.segment = 0
    venue.maintenanceRate = 0.6
    let twin = try venue.twin([100, 90])
    let state = twin.trace(path: 0).steps[1].venues[0]
    #expect(abs(state.reserve - 0.9) < 1e-12)
    #expect(try abs(settleReserve(twin) - 0.9) < 1e-12)
  }

  private func settleReserve(_ twin: TwinCase) throws -> Double {
    let observer = TwinObserver()
    _ = try twin.simulator().replay(path: 0, model: 0, observer: observer)
    return observer.closed[0][0].reserve
  }
}
