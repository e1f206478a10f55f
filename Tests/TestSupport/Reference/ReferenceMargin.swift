public import Clearing
package import Venues

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
  /// Loan-to-value and liquidation threshold of each collateral.
  case loanToValue
  /// One rate per asset that follows its volatility.
  case volatilityScaled(ReferenceVolatilityScaling)
}

/// A margin model along one path: what it demands now.
package struct ReferenceMargin: Sendable {
  let model: ReferenceMarginModel
  /// λ: one factor on all requirements, after floor and cap.
  let scale: Double
  let stepHours: Double
  /// Variance of one step of each asset, as estimated.
  private var variances: [Double]
  /// The rate of each asset in force, initial level; 1 for models without one.
  private(set) var rates: [Double]
  /// The last oracle price of each asset.
  private var oracle: [Double]

  /// The model at t = 0.
  package init(model: ReferenceMarginModel, scale: Double, stepHours: Double, volatilities: [Double], prices: [Double])
  {
    self.model = model
    self.scale = scale
    self.stepHours = stepHours
    variances = volatilities.map { $0 * $0 * stepHours / 8760 }
    rates = volatilities.map { _ in 1 }
    oracle = prices
    setRates()
  }

  /// σ̂ of each asset, annualised.
  package var volatilities: [Double] { variances.map { sqrt($0 / (stepHours / 8760)) } }

  /// Takes the oracle prices of a step: s²_t = λ_step·s²_{t−1} + (1 − λ_step)·ρ_t²; the rates follow on schedule.
  package mutating func advance(step: Int, prices: [Double]) {
    guard case .volatilityScaled(let figures) = model else { return }
    let keep = pow(figures.lambda, stepHours / figures.lambdaHours)
    for asset in prices.indices {
      let logReturn = log(prices[asset] / oracle[asset])
      variances[asset] = keep * variances[asset] + (1 - keep) * logReturn * logReturn
      oracle[asset] = prices[asset]
    }
    let updates = (Double(step) * stepHours) / figures.updateHours
    if abs(updates - updates.rounded()) < 1e-9 { setRates() }
  }

  private mutating func setRates() {
    guard case .volatilityScaled(let figures) = model else { return }
    rates = volatilities.map { figures.rate(volatility: $0) }
  }

  /// The same model with given rates per asset in force.
  func withRates(_ rates: [Double]) -> ReferenceMargin {
    var other = self
    other.rates = rates
    return other
  }

  /// What a position of `notional` ≥ 0 demands at one level.
  package func requirement(
    _ level: ReferenceLevel, position: ReferencePosition, notional: Double, ownTerms: TwoLevels?
  ) -> Double {
    if position.leg == .coins { return 0 }
    switch (model, position.kind) {
    case (.tiered(let tables), .perpetual(let terms)):
      guard let index = terms.brackets else { return 0 }
      return scale * Self.bracketed(notional, by: tables[index].brackets, level)
    case (.volatilityScaled(let figures), .perpetual):
      let rate = rates[position.asset] * (level == .maintenance ? figures.maintenanceFraction : 1)
      return scale * rate * notional
    case (.loanToValue, .spot(let terms)) where position.side == .held:
      guard let listed = terms.loanToValue else { return scale * notional }
      return scale * notional * (1 - level.of(ownTerms ?? listed))
    default: return 0
    }
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

  /// What a unit of the position's value counts for in weighted equity.
  package func weight(_ level: ReferenceLevel, position: ReferencePosition) -> Double {
    if case .loanToValue = model { return 1 }
    guard case .spot(let terms) = position.kind else { return 1 }
    return level.of(position.side == .owed ? terms.liabilityWeight : terms.collateralWeight)
  }
}

extension ReferenceMargin {
  /// Σ over the positions of what each demands.
  func requirement(_ level: ReferenceLevel, of account: ReferenceAccount, _ valuation: ReferenceValuation) -> Double {
    account.positions.reduce(0) { sum, position in
      sum
        + requirement(
          level, position: position, notional: valuation.notional(position), ownTerms: account.terms.loanToValue)
    }
  }

  /// Cash plus the weighted value of every position.
  func weightedEquity(_ level: ReferenceLevel, of account: ReferenceAccount, _ valuation: ReferenceValuation) -> Double
  {
    account.positions.reduce(account.cash) { $0 + weight(level, position: $1) * valuation.value($1) }
  }

  /// Weighted equity minus maintenance requirement: below zero the account is liquidatable.
  func health(of account: ReferenceAccount, _ valuation: ReferenceValuation) -> Double {
    weightedEquity(.maintenance, of: account, valuation) - requirement(.maintenance, of: account, valuation)
  }
}
