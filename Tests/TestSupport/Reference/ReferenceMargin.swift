public import Clearing
public import Venues

import Foundation

/// The two levels of a requirement.
package enum ReferenceLevel: Sendable, CaseIterable {
  /// What opening and withdrawing are judged by.
  case initial
  /// What liquidation is judged by.
  case maintenance

  func of(_ pair: TwoLevels) -> Double { self == .initial ? pair.initial : pair.maintenance }
}

/// The figures of a margin that follows volatility.
public struct ReferenceVolatilityScaling: Sendable, Hashable {
  /// Weight of the past per `lambdaHours`.
  public var lambda: Double
  /// The hours that `lambda` is meant for: 24, or the step.
  public var lambdaHours: Double
  /// Quantile of the standard normal at the model's confidence.
  public var quantile: Double
  /// Add-on to the quantile.
  public var multiple: Double
  /// Margin period of risk.
  public var marginPeriodHours: Double
  /// Smallest initial rate.
  public var floor: Double
  /// Largest initial rate.
  public var cap: Double
  /// Hours between changes of the rates.
  public var updateHours: Double
  /// Maintenance ÷ initial.
  public var maintenanceFraction: Double

  /// Creates figures.
  public init(
    lambda: Double, lambdaHours: Double, quantile: Double, multiple: Double, marginPeriodHours: Double, floor: Double,
    cap: Double, updateHours: Double, maintenanceFraction: Double
  ) {
    self.lambda = lambda
    self.lambdaHours = lambdaHours
    self.quantile = quantile
    self.multiple = multiple
    self.marginPeriodHours = marginPeriodHours
    self.floor = floor
    self.cap = cap
    self.updateHours = updateHours
    self.maintenanceFraction = maintenanceFraction
  }

  /// clamp(multiple·z·σ̂·√(margin period in years), floor, cap).
  package func rate(volatility: Double) -> Double {
    let wanted = multiple * quantile * volatility * sqrt(marginPeriodHours / 8760)
    return min(cap, max(floor, wanted))
  }
}

/// A margin model, as the reference knows it.
public enum ReferenceMarginModel: Sendable {
  /// Bracket tables of the venue, by index.
  case tiered([BracketTable])
  /// Bracket tables, and weights that depend on size by k of each instrument.
  case sizePremium([BracketTable], factors: [Double])
  /// Loan-to-value and liquidation threshold of each collateral.
  case loanToValue
  /// The same with efficiency modes, and a shift of all figures.
  case lending(modes: [EfficiencyMode], shift: TwoLevels)
  /// One rate per asset that follows its volatility.
  case volatilityScaled(ReferenceVolatilityScaling)
  /// Rates per asset and side that follow its volatility, with overlays.
  case rated(ReferenceRating)
  /// An initial rate per instrument that follows its open interest.
  case openInterest([OpenInterestMargin.Market?])
  /// Portfolio margin.
  case scenarioGrid(ReferenceScenarios)

  /// Whether rates are made from an estimate of volatility.
  var looksAtVolatility: Bool {
    switch self {
    case .volatilityScaled, .rated: true
    default: false
    }
  }
}

/// Rates on the notional of one instrument, before the model's scale.
public struct ReferenceRates: Sendable, Hashable {
  /// Of the initial requirement of longs and shorts.
  public var initialLong = 1.0, initialShort = 1.0
  /// Of their maintenance requirement.
  public var maintenanceLong = 1.0, maintenanceShort = 1.0

  /// The one that a position of `quantity` has at a level.
  func of(_ level: ReferenceLevel, quantity: Double) -> Double {
    if level == .initial { return quantity < 0 ? initialShort : initialLong }
    return quantity < 0 ? maintenanceShort : maintenanceLong
  }
}

/// A margin model along one path: what it demands now.
package struct ReferenceMargin: Sendable {
  let model: ReferenceMarginModel
  /// λ: one factor on all requirements, after floor and cap.
  let scale: Double
  let stepHours: Double
  private let venue: Venue
  /// Variance of one step of each asset, as estimated.
  private var variances: [Double]
  /// The rates of each instrument in force; 1 for models without any.
  private(set) var rates: [ReferenceRates]
  /// The last oracle price of each asset, and the first.
  private var oracle: [Double]
  let start: [Double]

  /// The model at t = 0.
  package init(
    model: ReferenceMarginModel, scale: Double, stepHours: Double, volatilities: [Double], prices: [Double],
    venue: Venue
  ) {
    self.model = model
    self.scale = scale
    self.stepHours = stepHours
    self.venue = venue
    variances = volatilities.map { $0 * $0 * stepHours / 8760 }
    if case .rated(let rating) = model { variances = rating.startingVariances(volatilities, stepHours: stepHours) }
    rates = venue.instruments.map { _ in ReferenceRates() }
    oracle = prices
    start = prices
    setRates(isStart: true)
  }

  /// σ̂ of each asset, annualised.
  package var volatilities: [Double] {
    if case .rated(let rating) = model {
      return rating.volatilities(variances, stepHours: stepHours, openInterest: openInterest(at: start))
    }
    return variances.map { sqrt($0 / (stepHours / 8760)) }
  }

  /// Takes the oracle prices of a step and the implied volatilities of its end, where the market has any; estimates follow
  /// at once, the rates on schedule.
  package mutating func advance(step: Int, prices: [Double], impliedVolatilities: [Double] = []) {
    var updateHours = stepHours
    switch model {
    case .volatilityScaled(let figures):
      let keep = pow(figures.lambda, stepHours / figures.lambdaHours)
      for asset in prices.indices {
        let logReturn = log(prices[asset] / oracle[asset])
        variances[asset] = keep * variances[asset] + (1 - keep) * logReturn * logReturn
      }
      updateHours = figures.updateHours
    case .rated(let rating):
      if case .implied = rating.estimator { variances = impliedVolatilities.map { $0 * $0 * stepHours / 8760 } }
      for asset in prices.indices {
        let logReturn = log(prices[asset] / oracle[asset])
        variances[asset] = rating.nextVariance(
          variances[asset], asset: asset, logReturn: logReturn, stepHours: stepHours)
      }
      updateHours = rating.updateHours
    default: break
    }
    oracle = prices
    let updates = (Double(step) * stepHours) / updateHours
    if abs(updates - updates.rounded()) < 1e-9 { setRates(isStart: false) }
  }

  private mutating func setRates(isStart: Bool) {
    let seen = volatilities
    for (index, instrument) in venue.instruments.enumerated() {
      guard case .perpetual(let terms) = instrument.kind else { continue }
      switch model {
      case .volatilityScaled(let figures):
        let rate = figures.rate(volatility: seen[terms.asset])
        let maintenance = rate * figures.maintenanceFraction
        rates[index] = ReferenceRates(
          initialLong: rate, initialShort: rate, maintenanceLong: maintenance, maintenanceShort: maintenance)
      case .rated(let rating):
        rates[index] = rating.rates(
          asset: terms.asset, volatility: seen[terms.asset], previous: isStart ? nil : rates[index],
          stepHours: stepHours)
      case .openInterest(let markets):
        guard let market = markets[index] else { continue }
        let rate = market.initialRate(openInterest: openNotional(of: index, at: oracle) / 2)
        rates[index] = ReferenceRates(
          initialLong: rate, initialShort: rate, maintenanceLong: market.maintenance,
          maintenanceShort: market.maintenance)
      default: continue
      }
    }
  }

  /// Notional of the positions of t = 0 in one instrument at given prices.
  private func openNotional(of instrument: Int, at prices: [Double]) -> Double {
    let moment = ReferenceValuation(prices: prices, hours: 0, funding: venue.instruments.map { _ in 0 })
    let accounts = venue.book.accounts.indices.map {
      ReferenceAccount($0, of: venue.book, instruments: venue.instruments)
    }
    return accounts.flatMap(\.positions).filter { $0.instrument == instrument && $0.countsAsNotional }
      .reduce(0) { $0 + moment.notional($1) }
  }

  /// Notional of the perpetuals of each asset at t = 0, at given prices.
  private func openInterest(at prices: [Double]) -> [Double] {
    var sums = prices.map { _ in 0.0 }
    for (index, instrument) in venue.instruments.enumerated() {
      guard case .perpetual(let terms) = instrument.kind else { continue }
      sums[terms.asset] += openNotional(of: index, at: prices)
    }
    return sums
  }

  /// The same model with given rates per instrument in force.
  func withRates(_ rates: [ReferenceRates]) -> ReferenceMargin {
    var other = self
    other.rates = rates
    return other
  }

  /// What a position of `notional` ≥ 0 demands at one level.
  package func requirement(
    _ level: ReferenceLevel, position: ReferencePosition, notional: Double, of account: ReferenceAccount
  ) -> Double {
    if position.leg == .coins || position.leg == .money { return 0 }
    switch (model, position.kind) {
    case (.tiered(let tables), .perpetual(let terms)), (.sizePremium(let tables, _), .perpetual(let terms)):
      guard let index = terms.brackets else { return 0 }
      return scale * Self.bracketed(notional, by: tables[index].brackets, level)
    case (.tiered(let tables), .option(let terms)), (.sizePremium(let tables, _), .option(let terms)):
      guard position.quantity < 0, let index = terms.brackets else { return 0 }
      return scale * Self.bracketed(notional, by: tables[index].brackets, level)
    case (.volatilityScaled, .perpetual), (.rated, .perpetual), (.openInterest, .perpetual):
      return scale * rates[position.instrument].of(level, quantity: position.quantity) * notional
    case (.scenarioGrid(let scenarios), .perpetual), (.scenarioGrid(let scenarios), .option):
      return requirement(scenarios, position, notional: notional, of: account.terms, level)
    case (.loanToValue, _) where position.side == .held:
      guard let listed = position.asCollateral?.loanToValue else { return scale * notional }
      return scale * notional * (1 - level.of(account.terms.loanToValue ?? listed))
    case (.lending(let modes, let shift), _) where position.side == .held:
      let mode = account.terms.efficiencyMode.map { modes[$0] }
      return scale * notional * (1 - level.of(Self.accepted(position, of: account, mode: mode, shift: shift)))
    default: return 0
    }
  }

  /// What a unit of collateral carries: nothing where it cannot be borrowed against; else the account's own figures; else
  /// those of its mode, if the collateral and everything owed at the start belong to it; else the listed ones. Figures
  /// above zero are shifted, and loan-to-value never exceeds the threshold.
  private static func accepted(
    _ position: ReferencePosition, of account: ReferenceAccount, mode: EfficiencyMode?, shift: TwoLevels
  ) -> TwoLevels {
    guard var figures = position.asCollateral?.loanToValue else {
      return TwoLevels(initial: 0, maintenance: 0)
    }
    if let mode, mode.instruments.contains(position.instrument),
      account.owedAtStart.isSubset(of: mode.instruments)
    {
      figures = mode.loanToValue
    }
    if let own = account.terms.loanToValue { figures = own }
    if figures.maintenance > 0 { figures.maintenance = max(0, min(1, figures.maintenance + shift.maintenance)) }
    if figures.initial > 0 { figures.initial = max(0, min(1, figures.initial + shift.initial)) }
    figures.initial = min(figures.initial, figures.maintenance)
    return figures
  }

  /// Each bracket charges its own rate on the part of the notional that lies in it.
  static func bracketed(_ notional: Double, by brackets: [BracketTable.Bracket], _ level: ReferenceLevel) -> Double {
    var sum = 0.0
    for (index, bracket) in brackets.enumerated() {
      let end = index + 1 < brackets.count ? brackets[index + 1].from : .infinity
      let rate = level == .initial ? bracket.initial : bracket.maintenance
      sum += rate * max(0, min(notional, end) - bracket.from)
    }
    return sum
  }

  /// What a unit of the position's value counts for in weighted equity; the size of the position is that of the moment.
  package func weight(_ level: ReferenceLevel, position: ReferencePosition) -> Double {
    if let option = position.option { return position.quantity > 0 ? level.of(option.longWeight) : 1 }
    guard let terms = position.asCollateral else { return 1 }
    let listed = level.of(position.side == .owed ? terms.liabilityWeight : terms.collateralWeight)
    switch model {
    case .loanToValue, .lending: return 1
    case .sizePremium(_, let factors):
      let growth = factors[position.instrument] * sqrt(abs(position.quantity))
      return position.side == .owed ? max(listed, 0.8 * listed + growth) : min(listed, 1.1 / (1 + growth))
    default: return listed
    }
  }
}

extension ReferenceMargin {
  /// Σ over the positions of what each demands, and what scenarios ask for.
  func requirement(_ level: ReferenceLevel, of account: ReferenceAccount, _ valuation: ReferenceValuation) -> Double {
    account.positions.reduce(scenarioRequirement(level, of: account, valuation)) { sum, position in
      sum + requirement(level, position: position, notional: valuation.notional(position), of: account)
    }
  }

  /// Cash plus the weighted value of every position.
  func weightedEquity(_ level: ReferenceLevel, of account: ReferenceAccount, _ valuation: ReferenceValuation) -> Double
  {
    account.positions.reduce(account.cash) { $0 + weight(level, position: $1, of: account) * valuation.value($1) }
  }

  /// Weighted equity and agreed credit minus maintenance requirement: below zero the account is liquidatable.
  func health(of account: ReferenceAccount, _ valuation: ReferenceValuation) -> Double {
    weightedEquity(.maintenance, of: account, valuation) + account.terms.credit
      - requirement(.maintenance, of: account, valuation)
  }
}
