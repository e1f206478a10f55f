/// How a venue closes an account whose health is negative.
public enum LiquidationMethod: Sendable, Hashable {
  /// Everything is closed at once.
  case full
  /// The same fraction of every derivative position, just enough to be `targetBuffer` above maintenance again.
  case partial(targetBuffer: Double)
  /// The same fraction of every derivative position: that of the lowest rung which the account has fallen below. Rungs are
  /// in descending order, the first at 1.
  case ladder([LiquidationRung])
  /// Lending: up to `closeFactor` of the debt is repaid, all of it below `fullBelowHealthFactor`; the liquidator seizes
  /// collateral worth the repayment times (1 + `bonus`).
  case closeFactor(closeFactor: Double, fullBelowHealthFactor: Double, bonus: Double)
}

/// One rung of a partial-liquidation ladder.
public struct LiquidationRung: Sendable, Hashable {
  /// Weighted equity ÷ maintenance requirement that an account is below.
  public var below: Double
  /// Fraction of its derivatives that is then closed at once.
  public var share: Double

  /// Creates a rung.
  public init(below: Double, share: Double) {
    self.below = below
    self.share = share
  }
}

/// A venue's liquidation terms.
public struct LiquidationPolicy: Sendable, Hashable {
  /// How accounts are closed.
  public var method: LiquidationMethod
  /// Penalty, a fraction of the closed notional; 0 for lending, where the bonus takes its place.
  public var penalty: Double
  /// Share of the penalty, or of the bonus, that goes to the reserve; the rest is the liquidator's.
  public var reserveShare: Double
  /// Largest number of waves in one step; what is left waits for the next step.
  public var waves: Int

  /// Creates a policy.
  public init(method: LiquidationMethod, penalty: Double, reserveShare: Double, waves: Int) {
    self.method = method
    self.penalty = penalty
    self.reserveShare = reserveShare
    self.waves = waves
  }
}

/// What happens to accounts that a model would liquidate at t = 0 already.
public enum AtStart: String, Sendable, Hashable, CaseIterable {
  /// Closed in the first wave of the first step.
  case close
  /// Not liquidatable until healthy once.
  case exempt
  /// The job is refused.
  case refuse
}
