import Clearing
import Markets
import TestSupport
import Testing
import Venues

/// A venue of a few hand-made accounts on one asset, for cases with a known answer.
struct TwinSmallVenue {
  /// What an account holds: money, the asset itself, and a perpetual on it.
  struct Holding {
    var cash = 0.0
    var spot = 0.0
    var perpetual = 0.0
    var entryPrice = 0.0
    var owner: Int?
  }

  var holdings: [Holding]
  var liquidation = LiquidationPolicy(method: .full, penalty: 0, reserveShare: 0, waves: 8)
  var impact = MarketImpact.none
  var halfSpread = 0.0
  var reserve = 0.0
  var segment: Double?
  var deleveraging: AutoDeleveraging?
  var allocation = LossAllocation.badDebt
  var breaker: CircuitBreaker?
  var liquidators: LiquidatorTerms?
  var backstop: Backstop?
  var oracle = OraclePolicy.spot
  var maintenanceRate = 0.05
  var fundingRate = 0.0
  var spot = SpotTerms(asset: 0, loanToValue: TwoLevels(initial: 0.75, maintenance: 0.8))
  var isLending = false
  var stepHours = 1.0

  /// The path on `prices` of the asset.
  func trace(_ prices: [Double], atStart: AtStart = .close) throws -> ReferenceTrace {
    try twin(prices, atStart: atStart).trace(path: 0)
  }

  /// The venue as a case that the engine can run as well.
  func twin(_ prices: [Double], atStart: AtStart = .close) throws -> TwinCase {
    let depths = [MarketDepth(averageDailyVolume: 1e6, halfSpread: halfSpread)]
    return TwinCase(
      number: 0, grid: try #require(TimeGrid(steps: prices.count - 1, stepHours: stepHours)), paths: [[prices]],
      initialVolatilities: [0.8], longRunVolatilities: [0.8], depths: depths, impact: impact,
      venues: [venue(depths)], atStart: atStart)
  }

  private func venue(_ depths: [MarketDepth?]) -> ReferenceVenue {
    let brackets = [BracketTable.Bracket(from: 0, initial: 2 * maintenanceRate, maintenance: maintenanceRate)]
    let tables = [BracketTable(brackets)].compactMap(\.self)
    let instruments = [
      Instrument(id: "USD", kind: .settlement), Instrument(id: "SPOT", kind: .spot(spot)),
      Instrument(
        id: "PERP",
        kind: .perpetual(
          PerpetualTerms(asset: 0, brackets: 0, fundingRate: fundingRate, fundingIntervalHours: stepHours))),
    ]
    let accounts = holdings.indices.map { index in
      Account(id: "\(index)", mode: holdings[index].owner == nil ? .cross : .isolated, owner: holdings[index].owner)
    }
    let positions = holdings.enumerated().flatMap { index, holding in
      [
        Position(account: index, instrument: 0, quantity: holding.cash),
        Position(account: index, instrument: 1, quantity: holding.spot),
        Position(account: index, instrument: 2, quantity: holding.perpetual, entryPrice: holding.entryPrice),
      ]
    }
    var rules = ClearingRules(
      brackets: tables, bracketNames: ["flat"], liquidation: liquidation, impact: impact,
      reserve: ReserveFund(
        balance: reserve, segments: segment.map { [ReserveFund.Segment(assets: [0], balance: $0)] } ?? []),
      autoDeleveraging: deleveraging, lossAllocation: allocation, circuitBreaker: breaker, liquidators: liquidators,
      backstop: backstop)
    rules.oracle = oracle
    return ReferenceVenue(
      venue: Venue(
        id: "small", summary: "", settlement: "USD", isSynthetic: true, depths: depths, instruments: instruments,
        book: Book(accounts: accounts, groups: ["all"], instruments: instruments, positions: positions)),
      rules: rules, model: isLending ? .loanToValue : .tiered(tables))
  }
}
