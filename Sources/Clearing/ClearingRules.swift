/// Who bears what the reserve cannot pay.
public enum LossAllocation: String, Sendable, Hashable, CaseIterable {
  /// The remaining accounts of the venue, in proportion to their positive equity.
  case socialise
  /// Nobody: it is recorded as bad debt of the pool.
  case badDebt = "bad-debt"
}

/// The venue's reserve (insurance fund) at t = 0.
public struct ReserveFund: Sendable, Hashable {
  /// Balance in the settlement currency, ≥ 0.
  public var balance: Double

  /// Creates a reserve.
  public init(balance: Double) { self.balance = balance }
}

/// How one venue clears: margin tables, liquidation, impact of its trades, and who bears losses in which order.
public struct ClearingRules: Sendable {
  /// Bracket tables, referred to by instruments.
  public var brackets: [BracketTable]
  /// Names of the tables.
  public var bracketNames: [String]
  /// How accounts are closed.
  public var liquidation: LiquidationPolicy
  /// What trades do to marks.
  public var impact: MarketImpact
  /// The reserve.
  public var reserve: ReserveFund
  /// What follows the reserve.
  public var lossAllocation: LossAllocation

  /// Creates rules.
  public init(
    brackets: [BracketTable], bracketNames: [String], liquidation: LiquidationPolicy, impact: MarketImpact,
    reserve: ReserveFund, lossAllocation: LossAllocation
  ) {
    self.brackets = brackets
    self.bracketNames = bracketNames
    self.liquidation = liquidation
    self.impact = impact
    self.reserve = reserve
    self.lossAllocation = lossAllocation
  }
}
