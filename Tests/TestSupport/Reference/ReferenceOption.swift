package import Venues

import Foundation

/// What options and pool shares are worth, written out once more: nothing here is the engine's but the terms.
package enum ReferenceOption {
  /// Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + x⁷/(3·5·7) + …).
  ///
  /// Source: G. Marsaglia, "Evaluating the normal distribution", Journal of Statistical Software 11 (2004).
  package static func normal(_ x: Double) -> Double {
    if x < -8 { return 0 }
    if x > 8 { return 1 }
    var term = x
    var sum = x
    var odd = 1.0
    while abs(term) > 1e-18 * abs(sum) {
      odd += 2
      term *= x * x / odd
      sum += term
    }
    return 0.5 + sum * exp(-x * x / 2) / sqrt(2 * .pi)
  }

  /// Black's value of a call or put on a forward, undiscounted, the smile of the venue's terms applied.
  package static func value(_ terms: OptionTerms, mark: Double, atTheMoney: Double, hours: Double) -> Double {
    let years = hours / 8760
    let forward = mark * exp(terms.expiry.basisPerYear * years)
    let intrinsic = terms.isCall ? max(0, forward - terms.strike) : max(0, terms.strike - forward)
    guard years > 0, atTheMoney > 0 else { return intrinsic }
    let moneyness = log(terms.strike / forward) / (atTheMoney * sqrt(years))
    let smile = terms.smile
    let wanted = 1 + smile.slope * moneyness + smile.curvature * moneyness * moneyness
    let deviation = atTheMoney * min(smile.cap, max(smile.floor, wanted)) * sqrt(years)
    let first = log(forward / terms.strike) / deviation + deviation / 2
    let second = first - deviation
    let call = forward * normal(first) - terms.strike * normal(second)
    return terms.isCall ? call : call - forward + terms.strike
  }
}

extension ReferencePosition {
  /// The terms of an option; nil for anything else.
  package var option: OptionTerms? { if case .option(let terms) = kind { terms } else { nil } }

  /// The terms of a pool share; nil for anything else.
  package var share: PoolShareTerms? { if case .poolShare(let terms) = kind { terms } else { nil } }

  /// What it counts for as collateral or debt; nil for a contract.
  package var asCollateral: SpotTerms? {
    switch kind {
    case .spot(let terms): terms
    case .poolShare(let terms): terms.collateral
    default: nil
    }
  }

  /// Whether its value is no straight line in one mark.
  package var isCurved: Bool { option != nil || share != nil }
}

extension ReferenceValuation {
  /// Value of one unit of an option now; what it pays from its expiry on.
  func unitValue(of option: OptionTerms) -> Double {
    let left = option.expiry.hours - hours
    let volatility = option.takesMarketVolatility ? impliedVolatilities[option.asset] : option.volatility
    return ReferenceOption.value(
      option, mark: prices[option.asset], atTheMoney: volatility * volatilityFactor,
      hours: left > 1e-9 * option.expiry.hours ? left : 0)
  }

  /// Value of one share: equal values of both assets.
  func unitValue(of share: PoolShareTerms) -> Double {
    let other = share.otherAsset.map { prices[$0] } ?? 1
    return sqrt(share.product * prices[share.collateral.asset] * other) * 2
  }

  /// Money that closing a unit moves in each asset's market.
  func traded(_ position: ReferencePosition) -> [(asset: Int, money: Double)] {
    if position.option != nil { return [] }
    guard let share = position.share else { return [(position.asset, unitTraded(position))] }
    let half = unitValue(of: share) / 2
    return [(position.asset, half)] + (share.otherAsset.map { [($0, half)] } ?? [])
  }

  /// What closing all of a position counts for: notional of futures and debts, the value of options.
  func closedSize(_ position: ReferencePosition) -> Double {
    if position.option != nil { return abs(value(position)) }
    return position.countsAsNotional ? notional(position) : 0
  }

  /// What a unit is closed at: at fills, but an option at its value at the marks of this moment, a pool share redeemed for
  /// both assets at these marks and each sold at its fill.
  func closingPrice(_ position: ReferencePosition, fills: [Double]) -> Double {
    if position.option != nil { return unitValue(position) }
    // What is owed in another currency is settled at its mark; nothing is bought or sold.
    if position.leg == .money { return unitValue(position) }
    guard let share = position.share else { return at(fills).unitValue(position) }
    let units = sqrt(share.product * (share.otherAsset.map { prices[$0] } ?? 1) / prices[position.asset])
    guard let other = share.otherAsset else { return units * fills[position.asset] + share.product / units }
    return units * fills[position.asset] + share.product / units * fills[other]
  }
}
