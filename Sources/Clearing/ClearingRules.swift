public import Venues

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

/// A category of assets that move together and may therefore be borrowed against each other further than others.
///
/// It applies to an account that is in it and owes nothing outside it; then the account's collateral in the category has
/// the category's figures, any other its own. Source: Aave v3 technical paper (2022), efficiency mode.
public struct EfficiencyMode: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// Indices of the instruments in it.
  public var instruments: Set<Int>
  /// Loan-to-value (initial) and liquidation threshold (maintenance) of collateral in it.
  public var loanToValue: TwoLevels

  /// Creates a category.
  public init(name: String, instruments: Set<Int>, loanToValue: TwoLevels) {
    self.name = name
    self.instruments = instruments
    self.loanToValue = loanToValue
  }
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
  /// What trades do to the marks of assets with a law of their own, by index in the universe.
  public var assetImpacts: [Int: MarketImpact] = [:]
  /// What the owners of accounts do of their own accord; nil where they do nothing.
  public var behaviour: AccountBehaviour?
  /// Who hedges in its market.
  public var hedging = Hedging.none
  /// The prices that health is judged at.
  public var oracle = OraclePolicy.spot
  /// The reserve.
  public var reserve: ReserveFund
  /// What follows the reserve.
  public var lossAllocation: LossAllocation
  /// Categories of assets, referred to by accounts.
  public var efficiencyModes: [EfficiencyMode]
  /// What becomes of the venue when its reserve is exhausted.
  public var onExhaustion = ExhaustionPolicy.carryOn

  /// Creates rules.
  public init(
    brackets: [BracketTable], bracketNames: [String], liquidation: LiquidationPolicy, impact: MarketImpact,
    reserve: ReserveFund, lossAllocation: LossAllocation, efficiencyModes: [EfficiencyMode] = []
  ) {
    self.brackets = brackets
    self.bracketNames = bracketNames
    self.liquidation = liquidation
    self.impact = impact
    self.reserve = reserve
    self.lossAllocation = lossAllocation
    self.efficiencyModes = efficiencyModes
  }

  /// The impact law of an asset.
  public func impact(of asset: Int) -> MarketImpact { assetImpacts[asset] ?? impact }
}
