public import Clearing
public import Venues

/// One venue with its rules and one margin model.
public struct ReferenceVenue: Sendable {
  /// The venue.
  public var venue: Venue
  /// How it clears.
  public var rules: ClearingRules
  /// What it demands.
  public var model: ReferenceMarginModel
  /// One factor on all its requirements; 1 as configured.
  public var scale: Double

  /// Creates a venue for the reference.
  public init(venue: Venue, rules: ClearingRules, model: ReferenceMarginModel, scale: Double = 1) {
    self.venue = venue
    self.rules = rules
    self.model = model
    self.scale = scale
  }
}

/// One venue along one path: accounts, margin, reserve, and the other side of every trade.
///
/// Its verbs are spread over files by the phase of a step they belong to; what lies here is state, the start of a path,
/// funding, and detection.
struct ReferenceClearingHouse {
  let venue: Venue
  let rules: ClearingRules
  let market: ReferenceMarket
  /// The margin model with its estimates and rates as they are now.
  var margin: ReferenceMargin
  /// The margin as it was at t = 0, to tell what a change of the requirement caused.
  let startingMargin: ReferenceMargin
  var accounts: [ReferenceAccount]
  /// Cumulative funding per unit of each instrument.
  var funding: [Double]
  /// Balance of the reserve; a step's income arrives at its end.
  var reserve: Double
  /// What all liquidators together earned.
  var liquidators = 0.0
  /// The other side of every trade.
  var outside: ReferenceOutsideMarket
  /// Whether the venue has failed; it then liquidates nobody any more.
  var hasFailed = false
  /// What would be shown with less impact, for the causes of liquidations.
  var counterfactuals: [ReferenceCounterfactual] = []
  /// The step under way; depth and spread are those of its end.
  var stepNumber = 0
  /// What owners of accounts did.
  var owners = ReferenceOwners()
  /// Who hedges in its market.
  var hedgers: ReferenceHedgers
  /// What the venue judges accounts by.
  var oracle: ReferenceOracle
  /// What happened in the step so far.
  var step = ReferenceStepTally()
  /// What happened on the path so far.
  var path = ReferencePathTally()

  init(_ input: ReferenceVenue, market: ReferenceMarket, prices: [Double]) {
    venue = input.venue
    rules = input.rules
    self.market = market
    margin = ReferenceMargin(
      model: input.model, scale: input.scale, stepHours: market.stepHours, volatilities: market.initialVolatilities,
      prices: prices, venue: input.venue)
    startingMargin = margin
    accounts = venue.book.accounts.indices.map {
      ReferenceAccount($0, of: input.venue.book, instruments: input.venue.instruments)
    }
    funding = venue.instruments.map { _ in 0 }
    reserve = rules.reserve.balance
    outside = ReferenceOutsideMarket(accounts: accounts)
    hedgers = ReferenceHedgers(rules.hedging, marks: prices)
    oracle = ReferenceOracle(policy: rules.oracle, market: market, marks: prices)
  }

  /// The venue's positions at `prices` now.
  func valuation(_ prices: [Double], hours: Double) -> ReferenceValuation {
    let point = Int((hours / market.stepHours).rounded())
    return ReferenceValuation(
      prices: prices, hours: hours, funding: funding,
      impliedVolatilities: market.impliedVolatilities.map { $0[point] })
  }

  /// Marks who is liquidatable at t = 0 and what that means for them: closed in the first wave of the first step, or
  /// exempt until found healthy once.
  mutating func flagAtStart(_ valuation: ReferenceValuation, atStart: AtStart) {
    for index in accounts.indices where margin.health(of: accounts[index], valuation) < 0 {
      accounts[index].wasFlaggedAtStart = true
      accounts[index].isExempt = atStart == .exempt
    }
  }

  /// At multiples of its interval, counted from t = 0, every perpetual pays rate × mark per unit, an inverse one rate per
  /// unit of face: longs to shorts when positive. The mark is that of the step before its waves; the rate is constant, or
  /// the market's at that time.
  mutating func payFunding(step: Int, hours: Double, marks: [Double]) {
    for (index, instrument) in venue.instruments.enumerated() {
      guard case .perpetual(let terms) = instrument.kind, terms.expiry == nil else { continue }
      let intervals = hours / terms.fundingIntervalHours
      guard abs(intervals - intervals.rounded()) < 1e-9 else { continue }
      var rate = terms.fundingRate
      if terms.takesMarketFunding { rate = market.fundingRates[terms.asset][step] * terms.fundingIntervalHours }
      funding[index] += rate * (terms.inverseFace == nil ? marks[terms.asset] : 1)
    }
  }

  /// Who is liquidated in this wave: open accounts whose health is below zero, all judged at the same prices, so that the
  /// order of accounts never matters. An exempt account found healthy is exempt no longer. Accounts in an asset whose
  /// oracle is too far from its mark wait, and are counted once a step.
  mutating func detect(_ valuation: ReferenceValuation, marks: [Double], forcingFlagged: Bool) -> [Int] {
    var detected: [Int] = []
    if hasFailed { return [] }
    for index in accounts.indices where accounts[index].isOpen {
      let isHealthy = margin.health(of: accounts[index], valuation) >= 0
      if isHealthy { accounts[index].isExempt = false }
      let isForced = forcingFlagged && accounts[index].wasFlaggedAtStart
      guard (!isHealthy && !accounts[index].isExempt) || isForced else { continue }
      let isBlocked = accounts[index].positions.contains {
        $0.quantity != 0
          && (oracle.isStale($0.asset, marks: marks)
            || $0.share?.otherAsset.map { oracle.isStale($0, marks: marks) } == true)
      }
      if isBlocked { step.blocked.insert(index) } else { detected.append(index) }
    }
    return detected
  }

  /// Net flow of closings per asset, in money at the marks, positive for buying.
  func flows(of closings: [ReferenceClosing], _ valuation: ReferenceValuation) -> [Double] {
    var flows = valuation.prices.map { _ in 0.0 }
    for closing in closings {
      for position in accounts[closing.account].positions {
        for part in valuation.traded(position) {
          flows[part.asset] -= closing.share(of: position) * position.quantity * part.money
        }
      }
    }
    return flows
  }
}

/// What happened at a venue in one step.
struct ReferenceStepTally {
  /// What wiped-out accounts could not pay.
  var shortfalls = 0.0
  /// The reserve's share of penalties and bonuses.
  var reserveIncome = 0.0
  /// Accounts that the oracle's guard kept from liquidation.
  var blocked: Set<Int> = []
}

/// What happened at a venue on one path.
struct ReferencePathTally {
  var shortfalls = 0.0
  var reserveIncome = 0.0
  /// Greatest cumulative (shortfalls − reserve income) at the end of a step.
  var requiredReserve = 0.0
  /// Shortfalls beyond the reserve, and how they were shared out.
  var uncovered = 0.0
  var socialised = 0.0
  var badDebt = 0.0
  /// When a shortfall first exceeded the reserve.
  var exhaustionHours = Double.infinity
  /// By index of the account, isolated positions apart from their owners.
  var shortfallOfAccount: [Int: Double] = [:]
  /// Names of accounts liquidated at least once, isolated positions under their owners, sub-accounts under their holders.
  var liquidatedOwners: Set<String> = []
  var causes = ReferenceCauses()
  var liquidationEvents = 0
  var liquidatedNotional = 0.0
  var requirementDriven = 0
  /// Pairs of account and step that the oracle's guard kept from liquidation.
  var blocked = 0
}

/// The outside market: the counterparty of every trade, tallied from its own trades and never as a balancing item.
struct ReferenceOutsideMarket {
  /// Minus the accounts' cash at t = 0, minus what it paid since.
  var cash: Double
  /// Claims of lenders that were given up; a loss of somebody outside.
  var badDebt = 0.0
  /// Units of each asset sold to hedgers.
  private var soldToHedgers: [Double] = []
  /// What it holds, one entry per instrument and side of the book, since a debt accrues at its own rate.
  var holdings: [ReferencePosition] = []

  /// The opposite of everything the accounts hold.
  init(accounts: [ReferenceAccount]) {
    cash = -accounts.reduce(0) { $0 + $1.cash }
    for account in accounts {
      for position in account.positions { add(-position.quantity, like: position) }
    }
  }

  /// Takes over `quantity` of what `position` is one of, paying `money`.
  mutating func take(_ quantity: Double, like position: ReferencePosition, paying money: Double) {
    add(quantity, like: position)
    cash -= money
  }

  private mutating func add(_ quantity: Double, like position: ReferencePosition) {
    let known = holdings.firstIndex {
      $0.instrument == position.instrument && $0.side == position.side && $0.leg == position.leg
    }
    if let index = known {
      holdings[index].quantity += quantity
      return
    }
    var own = position
    own.quantity = quantity
    holdings.append(own)
  }

  /// Sells hedgers what they buy.
  mutating func sellToHedgers(_ units: [Double], at executions: [ReferenceExecution]) {
    if soldToHedgers.isEmpty { soldToHedgers = units.map { _ in 0 } }
    for asset in units.indices where units[asset] != 0 {
      soldToHedgers[asset] += units[asset]
      cash += units[asset] * executions[asset].fill
    }
  }

  /// Cash plus the value of what it holds, less the claims it lost.
  func equity(_ valuation: ReferenceValuation) -> Double {
    zip(soldToHedgers, valuation.prices).reduce(0) { $0 - $1.0 * $1.1 }
      + holdings.reduce(cash - badDebt) { $0 + valuation.value($1) }
  }
}
