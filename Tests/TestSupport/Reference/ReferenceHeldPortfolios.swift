import Venues

/// The accounts margined by scenarios, as they were at t = 0 and are held along one path.
struct ReferenceHeldPortfolios {
  /// One of them.
  struct Portfolio {
    let account: ReferenceAccount
    /// Notional of its derivatives at t = 0.
    let notional: Double
  }

  let house: ReferenceClearingHouse
  let steps: [ReferenceStep]
  let stepHours: Double
  /// Those that have derivatives.
  private(set) var all: [Portfolio] = []

  init(house: ReferenceClearingHouse, steps: [ReferenceStep], stepHours: Double) {
    self.house = house
    self.steps = steps
    self.stepHours = stepHours
    guard case .scenarioGrid(let scenarios) = house.margin.model else { return }
    for index in house.venue.book.accounts.indices {
      let account = ReferenceAccount(index, of: house.venue.book, instruments: house.venue.instruments)
      guard scenarios.covers(account.terms) else { continue }
      let derivatives = account.positions.filter { $0.side == .perpetual && $0.countsAsNotional }
      let notional = derivatives.reduce(0) { $0 + moment(0).notional($1) }
      if notional > 0 { all.append(Portfolio(account: account, notional: notional)) }
    }
  }

  /// Whether a position counts as notional of an account margined by scenarios.
  func takesPart(_ held: (position: ReferencePosition, account: ReferenceAccount)) -> Bool {
    guard case .scenarioGrid(let scenarios) = house.margin.model else { return false }
    return held.position.side == .perpetual && held.position.countsAsNotional && scenarios.covers(held.account.terms)
  }

  /// What the oracle shows before a step's waves, without funding.
  private func moment(_ step: Int) -> ReferenceValuation { moment(step, prices: house.oracle.openings[step]) }

  private func moment(_ step: Int, prices: [Double]) -> ReferenceValuation {
    var moment = house.valuation(prices, hours: Double(step) * stepHours)
    moment.funding = house.venue.instruments.map { _ in 0 }
    return moment
  }

  /// What scenarios ask of all of them at the prices of one step, per unit of price what they asked for at another.
  func requirement(at step: Int, ratesOf other: Int) -> Double {
    all.reduce(0) {
      $0 + house.margin.scenarioRequirement(.initial, of: $1.account, moment(step), ratesOf: moment(other))
    }
  }

  /// Everything that is initially required of one of them at a step.
  func required(of portfolio: Portfolio, at step: Int) -> Double {
    house.margin.requirement(.initial, of: portfolio.account, moment(step))
  }

  /// What its derivatives lose at the marks from one step to another; what expires between them is settled at its expiry.
  func loss(of portfolio: Portfolio, from first: Int, to last: Int) -> Double {
    portfolio.account.positions.filter { $0.side == .perpetual && $0.leg != .money }.reduce(0) { sum, position in
      var expiry = last
      if let end = position.expiry { expiry = Int((end.hours / stepHours).rounded()) }
      let (start, end) = (min(first, expiry), min(last, expiry))
      let before = moment(start, prices: steps[start].openingMarks).unitValue(position)
      let after = moment(end, prices: steps[end].openingMarks).unitValue(position)
      return sum - position.quantity * (after - before)
    }
  }
}
