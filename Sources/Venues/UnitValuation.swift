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
public struct UnitValuation: Sendable, Hashable {
  /// Value and notional per unit of mark.
  public var slope: Double
  /// Value at a mark of 0.
  public var constant: Double
  /// Notional at a mark of 0.
  public var face: Double

  /// Creates a valuation.
  public init(slope: Double, constant: Double = 0, face: Double = 0) {
    self.slope = slope
    self.constant = constant
    self.face = face
  }

  /// What one unit adds to equity at `mark`.
  public func value(at mark: Double) -> Double { slope * mark + constant }

  /// What one unit counts for in notional at `mark`.
  public func notional(at mark: Double) -> Double { slope * mark + face }
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
    }
  }

  /// Hours from t = 0 to the moment that positions are settled in cash; nil where they never are.
  public var expiryHours: Double? {
    guard case .perpetual(let terms) = kind else { return nil }
    return terms.expiry?.hours
  }
}
