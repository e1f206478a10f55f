import Clearing
import Venues

/// The quantities of one path at one venue, each from the trace and the tallies by its definition.
public struct ReferenceOutcome: Sendable, Hashable {
  /// Shortfalls minus reserve income, plus the negative equity of accounts still open at the end.
  public var loss: Double
  /// Sum of all shortfalls.
  public var shortfalls: Double
  /// Shortfalls beyond the reserve.
  public var uncovered: Double
  /// Greatest cumulative (shortfall − reserve income) at the end of a step, at least 0.
  public var requiredReserve: Double
  /// Income of the reserve.
  public var reserveInflow: Double
  /// Largest shortfall of one account.
  public var largestShortfall: Double
  /// Sum of the two largest.
  public var twoLargestShortfalls: Double
  /// Notional of contracts closed against winners.
  public var deleveragedNotional: Double
  /// Profit that those winners forwent.
  public var profitForgone: Double
  /// Charged to the remaining accounts.
  public var socialised: Double
  /// Borne by nobody.
  public var badDebt: Double
  /// Equity at t = 0 of accounts that ended with a shortfall.
  public var equityLost: Double
  /// Penalties and bonuses paid.
  public var penalties: Double
  /// Shortfalls paid by segments and by the shared reserve.
  public var drawnFromSegments: Double
  /// The latter.
  public var drawnFromShared: Double
  /// Notional waiting at the ends of steps, times hours.
  public var waitingHours: Double
  /// The most that waited at once.
  public var largestWaiting: Double
  /// Negative equity of accounts still open at the end, and of the backstop.
  public var openDeficit: Double
  /// What liquidators earned.
  public var liquidatorIncome: Double
  /// Notional that the backstop took, what it gained, and whether it failed.
  public var backstopTaken: Double
  /// Its gain, at least minus its capital.
  public var backstopProfit: Double
  /// Whether it failed.
  public var backstopFailed: Bool
  /// Hours until a shortfall first exceeded the reserve; +∞ if none did.
  public var exhaustionHours: Double
  /// Names of the accounts liquidated at least once, isolated positions under their owner, sub-accounts under their holder.
  public var liquidatedOwners: Set<String>
  /// Liquidation actions.
  public var liquidationEvents: Int
  /// Notional closed, bought back or repaid.
  public var liquidatedNotional: Double
  /// First liquidations that the requirement of t = 0 would not have caused.
  public var requirementDriven: Int
  /// What the first liquidations are explained by.
  public var causes: ReferenceCauses
  /// Largest number of a wave, counted from 1 in each step, in which the venue liquidated somebody.
  public var waves: Int
  /// Worst fall of a mark below its start, largest over assets.
  public var markDrawdown: Double
  /// Worst fall of an exogenous price below its start, largest over assets.
  public var exogenousDrawdown: Double
  /// What hedgers traded, paid, gained, and their share of moves; nil where nobody hedges.
  /// Money that owners put in after margin calls; nil, like the three that follow, where they do nothing.
  public var toppedUp: Double?
  /// How often.
  public var topUps: Int?
  /// Notional that they closed.
  public var deleveraged: Double?
  /// Money that they took out.
  public var withdrawn: Double?
  /// Accounts liquidated on the same path on which they do nothing, less those here; whoever runs that fills it in.
  public var liquidationsAvoided: Int?
  /// Shortfalls in the same way.
  public var shortfallAvoided: Double?
  /// Money that hedgers traded; nil, like the three that follow, where nobody hedges.
  public var hedgeFlow: Double?
  /// What that cost against the marks before.
  public var hedgeCost: Double?
  /// What they gained at the last marks.
  public var hedgeGain: Double?
  /// Their share of the hedged assets' moves.
  public var hedgeMoveShare: Double?
  /// Pairs of account and step that the oracle's guard kept from liquidation; nil where the oracle shows the marks.
  public var oracleBlocked: Int?
  /// Mean |oracle ÷ mark − 1| over steps and the book's assets; nil where the oracle shows the marks.
  public var oracleErrorMean: Double?
  /// The largest of the same.
  public var oracleErrorLargest: Double?
  /// Largest absolute residual of the conservation check over the steps, relative.
  public var conservationResidual: Double
  /// What the margin model demanded, the book of t = 0 held constant.
  public var margin: ReferenceMarginMeasures
  /// Fall of the summed equity: of all accounts first, then of each group.
  public var bookLoss: [Double]

  init(house: ReferenceClearingHouse, venue: Int, steps: [ReferenceStep], market: ReferenceMarket) {
    let path = house.path
    let first = steps[0].venues[venue].accounts
    let last = steps[steps.count - 1].venues[venue].accounts
    let deficit = last.filter(\.isOpen).reduce(0) { $0 + max(0, -$1.equity) }
    let end = house.valuation(
      steps[steps.count - 1].closingMarks, hours: Double(steps.count - 1) * market.stepHours)
    let vault = house.backstop?.equity(end) ?? 0
    openDeficit = deficit + max(0, -vault)
    loss = path.shortfalls - path.reserveIncome + openDeficit
    equityLost = path.equityLost
    penalties = path.penalties
    drawnFromSegments = path.drawnFromSegments
    drawnFromShared = path.drawnFromShared
    waitingHours = path.waitingHours
    largestWaiting = path.largestWaiting
    liquidatorIncome = house.liquidators
    backstopTaken = house.backstop?.taken ?? 0
    backstopProfit = house.backstop.map { max(0, vault) - $0.terms.capital } ?? 0
    backstopFailed = house.backstop?.hasFailed ?? false
    shortfalls = path.shortfalls
    uncovered = path.uncovered
    requiredReserve = path.requiredReserve
    reserveInflow = path.reserveIncome
    let largest = path.shortfallOfAccount.values.sorted(by: >)
    largestShortfall = largest.first ?? 0
    twoLargestShortfalls = largest.prefix(2).reduce(0, +)
    deleveragedNotional = path.deleveraged
    profitForgone = path.profitForgone
    if house.rules.behaviour != nil {
      toppedUp = house.owners.toppedUp
      topUps = house.owners.topUps
      deleveraged = house.owners.deleveraged
      withdrawn = house.owners.withdrawn
    }
    if house.rules.hedging.isActive {
      let hedgers = house.hedgers
      hedgeFlow = hedgers.flow
      hedgeCost = hedgers.cost
      hedgeGain = hedgers.equity(steps[steps.count - 1].closingMarks)
      hedgeMoveShare = hedgers.moves > 0 ? min(1, hedgers.ownMoves / hedgers.moves) : 0
    }
    if house.oracle.differsFromMarks {
      let assets = Set(house.venue.book.columns.map(\.asset))
      let errors = house.oracle.errors.flatMap { step in assets.map { step[$0] } }
      oracleBlocked = path.blocked
      oracleErrorMean = errors.isEmpty ? 0 : errors.reduce(0, +) / Double(errors.count)
      oracleErrorLargest = errors.max() ?? 0
    }
    socialised = path.socialised
    badDebt = path.badDebt
    exhaustionHours = path.exhaustionHours
    liquidatedOwners = path.liquidatedOwners
    liquidationEvents = path.liquidationEvents
    liquidatedNotional = path.liquidatedNotional
    requirementDriven = path.requirementDriven
    causes = path.causes
    waves = steps.map { Self.lastWave(of: venue, in: $0.waves) }.max() ?? 0
    conservationResidual = steps.map { abs($0.venues[venue].conservationResidual) }.max() ?? 0

    margin = ReferenceMarginMeasures(house: house, venue: venue, steps: steps, stepHours: market.stepHours)

    let start = steps[0].exogenous
    let exogenous = steps.flatMap { step in step.visits.map(\.exogenous) + [step.exogenous] }
    let marks = steps.flatMap { step in
      step.visits.flatMap { [$0.openingMarks, $0.closingMarks] } + [step.openingMarks] + step.waves.map(\.marks)
        + step.interimMarks + [step.closingMarks]
    }
    markDrawdown = Self.drawdown(of: marks, from: start)
    exogenousDrawdown = Self.drawdown(of: exogenous, from: start)

    let book = house.venue.book
    let falls = zip(first, last).map { $0.equity - $1.equity }
    var losses = [Double](repeating: 0, count: book.groups.count + 1)
    for (account, fall) in falls.enumerated() {
      losses[0] += fall
      losses[1 + book.accounts[account].group] += fall
    }
    for (group, money) in house.owners.inflow {
      losses[0] += money
      losses[1 + group] += money
    }
    bookLoss = losses
  }

  private static func lastWave(of venue: Int, in waves: [ReferenceWave]) -> Int {
    (waves.lastIndex { wave in wave.actions.contains { $0.venue == venue } } ?? -1) + 1
  }

  /// max over assets of 1 − lowest ÷ start.
  private static func drawdown(of prices: [[Double]], from start: [Double]) -> Double {
    start.indices.map { asset in
      1 - (prices.map { $0[asset] }.min() ?? start[asset]) / start[asset]
    }.max() ?? 0
  }
}
