public import Venues

/// Who bears what the reserve cannot pay.
public enum LossAllocation: String, Sendable, Hashable, CaseIterable {
  /// The remaining accounts of the venue, in proportion to their positive equity.
  case socialise
  /// Nobody: it is recorded as bad debt of the pool.
  case badDebt = "bad-debt"
}

/// The venue's reserve (insurance fund) at t = 0: a part for everything, and segments for the losses of some assets only.
public struct ReserveFund: Sendable, Hashable {
  /// A part that pays for shortfalls of its assets, and that gets their income.
  public struct Segment: Sendable, Hashable {
    /// Indices of the assets in the universe; no asset is in two segments.
    public var assets: [Int]
    /// Balance in the settlement currency, ≥ 0.
    public var balance: Double

    /// Creates a segment.
    public init(assets: [Int], balance: Double) {
      self.assets = assets
      self.balance = balance
    }
  }

  /// Balance of the shared part in the settlement currency, ≥ 0.
  public var balance: Double
  /// The segments; empty where everything is shared.
  public var segments: [Segment]

  /// Creates a reserve.
  public init(balance: Double, segments: [Segment] = []) {
    self.balance = balance
    self.segments = segments
  }

  /// Shared part and segments together.
  public var total: Double { segments.reduce(balance) { $0 + $1.balance } }
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
  /// Closing winners after the reserve; nil where the venue does not.
  public var autoDeleveraging: AutoDeleveraging?
  /// What follows at last.
  public var lossAllocation: LossAllocation
  /// What slows liquidations down; nil for nothing.
  public var circuitBreaker: CircuitBreaker?
  /// Who closes accounts; nil where they are always there, without limit and cost.
  public var liquidators: LiquidatorTerms?
  /// Who takes what liquidators leave; nil for nobody.
  public var backstop: Backstop?
  /// Categories of assets, referred to by accounts.
  public var efficiencyModes: [EfficiencyMode]
  /// What becomes of the venue when its reserve is exhausted.
  public var onExhaustion = ExhaustionPolicy.carryOn

  /// Creates rules.
  public init(
    brackets: [BracketTable], bracketNames: [String], liquidation: LiquidationPolicy, impact: MarketImpact,
    reserve: ReserveFund, autoDeleveraging: AutoDeleveraging? = nil, lossAllocation: LossAllocation,
    circuitBreaker: CircuitBreaker? = nil, liquidators: LiquidatorTerms? = nil, backstop: Backstop? = nil,
    efficiencyModes: [EfficiencyMode] = []
  ) {
    self.brackets = brackets
    self.bracketNames = bracketNames
    self.liquidation = liquidation
    self.impact = impact
    self.reserve = reserve
    self.autoDeleveraging = autoDeleveraging
    self.lossAllocation = lossAllocation
    self.circuitBreaker = circuitBreaker
    self.liquidators = liquidators
    self.backstop = backstop
    self.efficiencyModes = efficiencyModes
  }

  /// The impact law of an asset.
  public func impact(of asset: Int) -> MarketImpact { assetImpacts[asset] ?? impact }

  /// Whether shortfalls and income must be known by instrument: where the reserve has segments or winners are closed.
  public var dividesLosses: Bool { autoDeleveraging != nil || !reserve.segments.isEmpty }
}
