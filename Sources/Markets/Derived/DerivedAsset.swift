/// An asset whose price follows another's: a wrapped or staked token, or a stablecoin.
///
/// price = base price × initialRate·exp(ratePerYear·t) × peg. Without a peg it is worth exactly its rate.
public struct DerivedAsset: Sendable, Hashable {
  /// What a unit of the asset stands for.
  public enum Base: Sendable, Hashable {
    /// One unit of the settlement currency.
    case settlement
    /// An asset of the market that comes before it, itself derived or not.
    case asset(String)
  }

  /// The asset's name, unique in its universe.
  public var id: String
  /// What it stands for.
  public var base: Base
  /// Units of the base that one unit stands for at t = 0; > 0.
  public var initialRate: Double
  /// Growth of that number per year, continuously compounded: staking yield of a token whose quantity does not grow.
  public var ratePerYear: Double
  /// How its price hangs on what it stands for; nil where it never departs from it.
  public var peg: PegParameters?
  /// Its funding rate, where it has one.
  public var funding: FundingParameters?
  /// Its implied volatility, where it has one.
  public var impliedVolatility: ImpliedVolatilityParameters?

  /// Creates an asset.
  public init(
    id: String, base: Base, initialRate: Double = 1, ratePerYear: Double = 0, peg: PegParameters? = nil,
    funding: FundingParameters? = nil, impliedVolatility: ImpliedVolatilityParameters? = nil
  ) {
    self.id = id
    self.base = base
    self.initialRate = initialRate
    self.ratePerYear = ratePerYear
    self.peg = peg
    self.funding = funding
    self.impliedVolatility = impliedVolatility
  }

  /// Price at t = 0 over the base's price: rate × peg.
  var initialRatio: Double { initialRate * (peg.map { $0.initial ?? $0.level } ?? 1) }
}
