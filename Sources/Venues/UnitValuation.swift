import Foundation

/// What one unit of a column is worth as a function of its asset's mark M, before funding.
///
/// ```text
/// value    = slope·M + constant
/// notional = slope·M + face
/// traded   = slope·M            money that closing a unit moves in the asset's market
/// ```
/// | column | slope | constant | face |
/// |---|---|---|---|
/// | balance, debt | growth by interest | 0 | 0 |
/// | linear perpetual | 1 | 0 | 0 |
/// | dated future | exp(basis·τ) | 0 | 0 |
/// | coins of an inverse contract | 1 | 0 | 0 |
/// | face of an inverse contract | 0 | −1 | 1 |
/// | money of a contract in another currency | 1, of that currency's mark; nothing is traded | 0 | 0 |
///
/// Options and pool shares are no straight lines; they have a `curve` and no slope, constant or face. An option's size is
/// the mark of its underlying, since that is what margin tables are stated on; closing one trades nothing there.
public struct UnitValuation: Sendable, Hashable {
  /// What takes the place of the straight line.
  public enum Curve: Sendable, Hashable {
    /// An option under an at-the-money volatility, so many hours before it ends.
    case option(OptionTerms, volatility: Double, hoursToExpiry: Double)
    /// A share of a pool.
    case poolShare(PoolShareTerms)
  }

  /// Value and notional per unit of mark.
  public var slope: Double
  /// Value at a mark of 0.
  public var constant: Double
  /// Notional at a mark of 0.
  public var face: Double
  /// What the value is where it is no straight line; nil for everything else.
  public var curve: Curve?

  /// Creates a valuation.
  public init(slope: Double, constant: Double = 0, face: Double = 0, curve: Curve? = nil) {
    self.slope = slope
    self.constant = constant
    self.face = face
    self.curve = curve
  }

  /// What one unit adds to equity at `prices`, one per asset; `asset` is the column's.
  public func value(at prices: [Double], asset: Int) -> Double {
    switch curve {
    case nil: slope * prices[asset] + constant
    case .option(let terms, let volatility, let hours):
      terms.value(mark: prices[asset], volatility: volatility, hoursToExpiry: hours)
    case .poolShare(let terms): terms.value(at: prices)
    }
  }

  /// What one unit counts for in notional at `prices`, one per asset.
  public func notional(at prices: [Double], asset: Int) -> Double {
    switch curve {
    case nil: slope * prices[asset] + face
    case .option: prices[asset]
    case .poolShare(let terms): terms.value(at: prices)
    }
  }

  /// What one unit stands for in the market of its asset, in money: the notional; of an option, that of its delta.
  public func exposure(at prices: [Double], asset: Int) -> Double {
    guard case .option(let terms, let volatility, let hours) = curve else { return notional(at: prices, asset: asset) }
    let mark = prices[asset]
    return abs(terms.greeks(mark: mark, volatility: volatility, hoursToExpiry: hours).delta) * mark
  }

  /// First and second derivative of the value with respect to the price of `moved`, and the first with respect to the
  /// at-the-money volatility.
  public func greeks(at prices: [Double], asset: Int, moved: Int) -> (delta: Double, gamma: Double, vega: Double) {
    switch curve {
    case nil: return moved == asset ? (slope, 0, 0) : (0, 0, 0)
    case .option(let terms, let volatility, let hours):
      guard moved == asset else { return (0, 0, 0) }
      let greeks = terms.greeks(mark: prices[asset], volatility: volatility, hoursToExpiry: hours)
      return (greeks.delta, greeks.gamma, greeks.vega)
    case .poolShare(let terms):
      guard moved == asset || moved == terms.otherAsset else { return (0, 0, 0) }
      let value = terms.value(at: prices)
      return (value / (2 * prices[moved]), -value / (4 * prices[moved] * prices[moved]), 0)
    }
  }
}

extension Instrument {
  /// What one unit of a column of this instrument is worth `hours` after t = 0.
  public func valuation(side: Book.Column.Side, leg: Book.Column.Leg, after hours: Double) -> UnitValuation {
    switch kind {
    case .settlement: return UnitValuation(slope: 1)
    case .spot(let terms):
      let rate = side == .owed ? terms.borrowRate : terms.supplyRate
      return UnitValuation(slope: exp(rate * hours / (24 * 365)))
    case .perpetual(let terms):
      if leg == .face { return UnitValuation(slope: 0, constant: -1, face: 1) }
      if leg == .money { return UnitValuation(slope: 1) }
      return UnitValuation(slope: terms.expiry?.premium(after: hours) ?? 1)
    case .option(let terms):
      return UnitValuation(
        slope: 0,
        curve: .option(terms, volatility: terms.volatility, hoursToExpiry: terms.hoursLeft(after: hours)))
    case .poolShare(let terms): return UnitValuation(slope: 0, curve: .poolShare(terms))
    }
  }

  /// Hours from t = 0 to the moment that positions are settled in cash; nil where they never are.
  public var expiryHours: Double? {
    switch kind {
    case .perpetual(let terms): terms.expiry?.hours
    case .option(let terms): terms.expiry.hours
    case .settlement, .spot, .poolShare: nil
    }
  }
}
