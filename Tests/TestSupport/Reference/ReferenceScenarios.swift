public import Clearing
import Venues

import Foundation

/// A scenario grid as plain figures, and the worst loss in it by a triple loop.
public struct ReferenceScenarios: Sendable {
  /// The figures of one underlying.
  public struct Underlying: Sendable, Hashable {
    /// Largest price move, and rise and fall of implied volatility at 30 days.
    public var priceRange: Double, volatilityUp: Double, volatilityDown: Double
    /// Damped moves at volatility up.
    public var extremes: [ScenarioGrid.Extreme]
    /// Charged on the notional of every future.
    public var futuresContingency: Double
    /// Charged on the price of the underlying for every short option.
    public var shortOptionMinimum: Double

    /// Creates figures.
    public init(
      priceRange: Double, volatilityUp: Double, volatilityDown: Double, extremes: [ScenarioGrid.Extreme],
      futuresContingency: Double, shortOptionMinimum: Double
    ) {
      self.priceRange = priceRange
      self.volatilityUp = volatilityUp
      self.volatilityDown = volatilityDown
      self.extremes = extremes
      self.futuresContingency = futuresContingency
      self.shortOptionMinimum = shortOptionMinimum
    }
  }

  /// Moves on each side.
  public var priceSteps: Int
  /// By asset.
  public var underlyings: [Underlying]
  /// Underlyings shocked together; one that is named nowhere is by itself.
  public var groups: [[Int]]
  /// How volatility shocks depend on the time to expiry.
  public var shortPower: Double, longPower: Double, leastDays: Double
  /// Maintenance ÷ initial.
  public var maintenanceFraction: Double
  /// Whether cross accounts are margined so too.
  public var takesAll: Bool
  /// What the other accounts are margined by.
  public var tables: [BracketTable]

  /// Creates a grid.
  public init(
    priceSteps: Int, underlyings: [Underlying], groups: [[Int]], shortPower: Double, longPower: Double,
    leastDays: Double, maintenanceFraction: Double, takesAll: Bool, tables: [BracketTable]
  ) {
    self.priceSteps = priceSteps
    self.underlyings = underlyings
    self.groups = groups
    self.shortPower = shortPower
    self.longPower = longPower
    self.leastDays = leastDays
    self.maintenanceFraction = maintenanceFraction
    self.takesAll = takesAll
    self.tables = tables
  }

  /// Whether an account is margined so: isolated positions never are.
  func covers(_ account: Account) -> Bool {
    if account.owner != nil { return false }
    return account.mode == .portfolio || takesAll
  }

  /// Every underlying once: the stated groups, and the others one by one.
  var allGroups: [[Int]] {
    let named = Set(groups.flatMap(\.self))
    return groups + underlyings.indices.filter { !named.contains($0) }.map { [$0] }
  }

  /// (price move, volatility move, weight) of every scenario of one underlying.
  private func scenarios(of asset: Int) -> [(price: Double, volatility: Double, weight: Double)] {
    let figures = underlyings[asset]
    var all: [(price: Double, volatility: Double, weight: Double)] = []
    for step in -priceSteps...priceSteps {
      for volatility in [-figures.volatilityDown, 0, figures.volatilityUp] {
        all.append((figures.priceRange * Double(step) / Double(priceSteps), volatility, 1))
      }
    }
    return all + figures.extremes.map { ($0.move, figures.volatilityUp, $0.weight) }
  }

  /// The worst loss of the derivatives in one group at a moment; what is settled loses nothing.
  func worstLoss(_ group: [Int], of positions: [ReferencePosition], _ moment: ReferenceValuation) -> Double {
    var now = moment
    now.funding = now.funding.map { _ in 0 }
    let held = positions.filter { position in
      guard position.side == .perpetual, position.leg != .money, group.contains(position.asset) else { return false }
      return position.expiry.map { moment.hours <= $0.hours * (1 - 1e-9) } ?? true
    }
    let values = held.map { now.unitValue($0) }
    let shocks = underlyings.indices.map { group.contains($0) ? scenarios(of: $0) : [] }
    var worst = 0.0
    for number in shocks[group[0]].indices {
      var loss = 0.0
      for (position, value) in zip(held, values) {
        let scenario = shocks[position.asset][number]
        var shocked = now
        shocked.prices[position.asset] *= 1 + scenario.price
        if position.option != nil {
          let days = max(leastDays, ((position.expiry?.hours ?? 0) - moment.hours) / 24)
          let scaled = scenario.volatility * pow(30 / days, days > 30 ? longPower : shortPower)
          shocked.volatilityFactor = max(0, 1 + scaled)
        }
        loss -= position.quantity * (shocked.unitValue(position) - value) * scenario.weight
      }
      worst = max(worst, loss)
    }
    return worst
  }
}

extension ReferenceMargin {
  /// λ times maintenance ÷ initial, at the level.
  func scenarioFactor(_ level: ReferenceLevel, _ scenarios: ReferenceScenarios) -> Double {
    level == .initial ? scale : scale * scenarios.maintenanceFraction
  }

  /// What scenarios add for `account`; `ratesOf`, if given, is the moment whose requirement per unit of the price is taken.
  func scenarioRequirement(
    _ level: ReferenceLevel, of account: ReferenceAccount, _ valuation: ReferenceValuation,
    ratesOf other: ReferenceValuation? = nil
  ) -> Double {
    guard case .scenarioGrid(let scenarios) = model, scenarios.covers(account.terms) else { return 0 }
    let moment = other ?? valuation
    return scenarioFactor(level, scenarios)
      * scenarios.allGroups.reduce(0) { sum, group in
        sum + scenarios.worstLoss(group, of: account.positions, moment)
          * (valuation.prices[group[0]] / moment.prices[group[0]])
      }
  }

  /// What a unit of the position's value counts for: an option of an account margined by scenarios counts in full.
  func weight(_ level: ReferenceLevel, position: ReferencePosition, of account: ReferenceAccount) -> Double {
    if case .scenarioGrid(let scenarios) = model, scenarios.covers(account.terms), position.option != nil { return 1 }
    return weight(level, position: position)
  }

  /// Health now if requirements were those of t = 0: rates in force there, and what scenarios asked for there in proportion
  /// to the price.
  func healthAtStartRates(
    of account: ReferenceAccount, _ valuation: ReferenceValuation, start: ReferenceValuation
  ) -> Double {
    health(of: account, valuation) + scenarioRequirement(.maintenance, of: account, valuation)
      - scenarioRequirement(.maintenance, of: account, valuation, ratesOf: start)
  }

  /// Contingency of a derivative of an account margined by scenarios, the venue's table for any other.
  func requirement(
    _ scenarios: ReferenceScenarios, _ position: ReferencePosition, notional: Double, of account: Account,
    _ level: ReferenceLevel
  ) -> Double {
    let isLongOption = position.option != nil && position.quantity > 0
    guard scenarios.covers(account) else {
      guard !isLongOption, let index = position.brackets else { return 0 }
      return scale * Self.bracketed(notional, by: scenarios.tables[index].brackets, level)
    }
    let figures = scenarios.underlyings[position.asset]
    let rate = position.option == nil ? figures.futuresContingency : figures.shortOptionMinimum
    return isLongOption ? 0 : scenarioFactor(level, scenarios) * rate * notional
  }
}

extension ReferencePosition {
  /// Index of the table that margins it by itself; nil for none.
  fileprivate var brackets: Int? {
    if case .perpetual(let terms) = kind { return terms.brackets }
    return option?.brackets
  }
}
