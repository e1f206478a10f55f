import Foundation

/// A pair of figures for the two levels of a requirement.
public struct TwoLevels: Sendable, Hashable {
  /// What opening or withdrawing is judged by.
  public var initial: Double
  /// What liquidation is judged by.
  public var maintenance: Double

  /// Creates a pair.
  public init(initial: Double, maintenance: Double) {
    self.initial = initial
    self.maintenance = maintenance
  }

  /// 1 at both levels: counts in full.
  public static let full = TwoLevels(initial: 1, maintenance: 1)
}

/// A spot asset as collateral (positive quantity) or debt (negative quantity).
public struct SpotTerms: Sendable, Hashable {
  /// Index of the asset in the universe.
  public var asset: Int
  /// What a unit of held value counts for in weighted equity; each in [0, 1].
  public var collateralWeight: TwoLevels
  /// What a unit of debt counts for in weighted equity; each ≥ 1.
  public var liabilityWeight: TwoLevels
  /// Loan-to-value at the initial level and liquidation threshold at the maintenance level, in [0, 1]; nil where the
  /// asset cannot be borrowed against.
  public var loanToValue: TwoLevels?
  /// Annual interest on a held balance, continuously compounded.
  public var supplyRate: Double
  /// Annual interest on a debt, continuously compounded.
  public var borrowRate: Double

  /// Creates terms.
  public init(
    asset: Int, collateralWeight: TwoLevels = .full, liabilityWeight: TwoLevels = .full, loanToValue: TwoLevels? = nil,
    supplyRate: Double = 0, borrowRate: Double = 0
  ) {
    self.asset = asset
    self.collateralWeight = collateralWeight
    self.liabilityWeight = liabilityWeight
    self.loanToValue = loanToValue
    self.supplyRate = supplyRate
    self.borrowRate = borrowRate
  }
}

/// When a dated future ends, and what it trades at until then.
public struct FutureExpiry: Sendable, Hashable {
  /// Hours from t = 0 to expiry; > 0. Within the horizon it is a whole number of steps.
  public var hours: Double
  /// Annual premium of the future over the mark, continuously compounded: a future of τ years trades at M·exp(basis·τ).
  public var basisPerYear: Double

  /// Creates an expiry.
  public init(hours: Double, basisPerYear: Double = 0) {
    self.hours = hours
    self.basisPerYear = basisPerYear
  }

  /// What a future trades at, relative to the mark, `elapsed` hours after t = 0; 1 from expiry on.
  public func premium(after elapsed: Double) -> Double {
    exp(basisPerYear * max(0, hours - elapsed) / (24 * 365))
  }
}

/// A futures contract: perpetual or dated, linear or inverse.
///
/// - *linear*: one unit gains what the mark gains, less funding;
/// - *inverse* (coin-margined): a contract has a fixed face in settlement money and pays face·(1/entry − 1/M) coins, which
///   are worth face·(M/entry − 1) at the mark M;
/// - *in another currency*: a linear one whose gain is counted and paid in units of another asset S: q·(M/M_S − entry) of
///   them, worth q·(M − entry·M_S);
/// - *dated*: one unit gains what M·exp(basis·τ) gains and is settled in cash at the mark of its expiry.
public struct PerpetualTerms: Sendable, Hashable {
  /// Index of the asset in the universe.
  public var asset: Int
  /// Index of the venue's bracket table; nil where only a dynamic model can margin it.
  public var brackets: Int?
  /// Fraction of the mark that a long unit pays, a short unit receives, at each funding time; may be negative.
  public var fundingRate: Double
  /// Hours between funding times, counted from t = 0; a multiple of the step.
  public var fundingIntervalHours: Double
  /// Whether the market's funding rate of the asset takes the place of `fundingRate`: the rate at each funding time, per
  /// hour, times the interval.
  public var takesMarketFunding: Bool
  /// Face of one contract in settlement money where the contract is inverse; nil for a linear one, whose unit is one
  /// unit of the asset.
  public var inverseFace: Double?
  /// Index of the asset that gains are paid in; nil for the venue's settlement currency and for inverse contracts.
  public var settlementAsset: Int?
  /// When it ends; nil for a perpetual.
  public var expiry: FutureExpiry?

  /// Creates terms.
  public init(
    asset: Int, brackets: Int?, fundingRate: Double = 0, fundingIntervalHours: Double = 8,
    takesMarketFunding: Bool = false, inverseFace: Double? = nil, settlementAsset: Int? = nil,
    expiry: FutureExpiry? = nil
  ) {
    self.asset = asset
    self.brackets = brackets
    self.fundingRate = fundingRate
    self.fundingIntervalHours = fundingIntervalHours
    self.takesMarketFunding = takesMarketFunding
    self.inverseFace = inverseFace
    self.settlementAsset = settlementAsset
    self.expiry = expiry
  }

  /// Whether anything is paid at funding times; a dated future pays nothing.
  public var paysFunding: Bool { expiry == nil && (takesMarketFunding || fundingRate != 0) }
}

/// Something an account can hold a signed quantity of.
public struct Instrument: Sendable, Hashable {
  /// What it is.
  public enum Kind: Sendable, Hashable {
    /// The settlement currency itself.
    case settlement
    /// A spot balance or debt.
    case spot(SpotTerms)
    /// A futures contract.
    case perpetual(PerpetualTerms)
    /// A European option.
    case option(OptionTerms)
    /// A share of a constant-product pool.
    case poolShare(PoolShareTerms)
  }

  /// Its name, unique at the venue.
  public let id: String
  /// What it is.
  public let kind: Kind

  /// Creates an instrument.
  public init(id: String, kind: Kind) {
    self.id = id
    self.kind = kind
  }

  /// Index of the asset whose price moves it; nil for the settlement currency.
  public var asset: Int? {
    switch kind {
    case .settlement: nil
    case .spot(let terms): terms.asset
    case .perpetual(let terms): terms.asset
    case .option(let terms): terms.asset
    case .poolShare(let terms): terms.collateral.asset
    }
  }

  /// Terms as collateral or debt; nil for what is neither.
  public var spotTerms: SpotTerms? {
    switch kind {
    case .spot(let terms): terms
    case .poolShare(let terms): terms.collateral
    case .settlement, .perpetual, .option: nil
    }
  }

  /// Index of the venue's bracket table that margins it; nil for none.
  public var brackets: Int? {
    switch kind {
    case .perpetual(let terms): terms.brackets
    case .option(let terms): terms.brackets
    case .settlement, .spot, .poolShare: nil
    }
  }

  /// Whether it is a contract and not a balance: a future or an option.
  public var isDerivative: Bool {
    switch kind {
    case .perpetual, .option: true
    case .settlement, .spot, .poolShare: false
    }
  }

  /// Whether it is an option.
  public var isOption: Bool { if case .option = kind { true } else { false } }
}
