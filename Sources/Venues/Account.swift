/// How the positions of an account share collateral.
public enum AccountMode: String, Sendable, Hashable, CaseIterable {
  /// All positions share all collateral.
  case cross
  /// One position with its own posted collateral: its loss stops there.
  case isolated
  /// As cross, and margined by the loss of the whole portfolio in scenarios where the venue's margin model has them; any
  /// other model takes it for a cross account.
  case portfolio
}

/// One account as it takes part in the simulation. An isolated position is an account of its own with an owner.
public struct Account: Sendable, Hashable {
  /// Its name, unique at the venue; `OWNER#INSTRUMENT` for an isolated position.
  public let id: String
  /// How its positions share collateral.
  public let mode: AccountMode
  /// Index into the book's groups.
  public let group: Int
  /// Index of the account that an isolated position is reported under and returns its remainder to.
  public let owner: Int?
  /// Loan-to-value (initial) and liquidation threshold (maintenance) agreed for this account alone.
  public let loanToValue: TwoLevels?
  /// Index of the venue's efficiency mode that the account is in.
  public let efficiencyMode: Int?
  /// Whom the account is reported under where it is a sub-account; nil for itself. Accounts of one holder are margined
  /// apart and do not pay for each other.
  public let holder: String?
  /// Money of an agreed credit line, ≥ 0: counts in health at both levels, and not in equity.
  public let credit: Double

  /// Creates an account.
  public init(
    id: String, mode: AccountMode = .cross, group: Int = 0, owner: Int? = nil, loanToValue: TwoLevels? = nil,
    efficiencyMode: Int? = nil, holder: String? = nil, credit: Double = 0
  ) {
    self.id = id
    self.mode = mode
    self.group = group
    self.owner = owner
    self.loanToValue = loanToValue
    self.efficiencyMode = efficiencyMode
    self.holder = holder
    self.credit = credit
  }
}

/// One row of a positions file, before it is laid out for replay.
public struct Position: Sendable, Hashable {
  /// Index of the account.
  public var account: Int
  /// Index of the instrument.
  public var instrument: Int
  /// Signed quantity in asset units (money for the settlement instrument).
  public var quantity: Double
  /// Price at which a perpetual was entered; unused for balances.
  public var entryPrice: Double

  /// Creates a position.
  public init(account: Int, instrument: Int, quantity: Double, entryPrice: Double = 0) {
    self.account = account
    self.instrument = instrument
    self.quantity = quantity
    self.entryPrice = entryPrice
  }
}
