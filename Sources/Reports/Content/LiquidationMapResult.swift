/// How much of a venue's book a model would liquidate when prices stand elsewhere than they do, before any simulation.
public struct LiquidationMapResult: Sendable, Hashable {
  /// What stands at one price.
  public struct Point: Sendable, Hashable {
    /// Price ÷ present price.
    public var ratio: Double
    /// Futures, debts and options by their delta, of accounts that are liquidatable there, at present prices.
    public var notional: Double
    /// Number of those accounts, isolated positions counted apart.
    public var accounts: Int

    /// Creates a point.
    public init(ratio: Double, notional: Double, accounts: Int) {
      self.ratio = ratio
      self.notional = notional
      self.accounts = accounts
    }
  }

  /// Index of the model in the report.
  public var model: Int
  /// Name of the venue.
  public var venue: String
  /// The asset that is moved alone; nil where all prices move by the same ratio.
  public var asset: String?
  /// The asset's present price; nil where all move.
  public var price: Double?
  /// Futures, debts and options by their delta, of all accounts that hold a moved asset on either side.
  public var totalNotional: Double
  /// Points by rising ratio.
  public var points: [Point]

  /// Creates a map.
  public init(
    model: Int, venue: String, asset: String?, price: Double?, totalNotional: Double, points: [Point]
  ) {
    self.model = model
    self.venue = venue
    self.asset = asset
    self.price = price
    self.totalNotional = totalNotional
    self.points = points
  }

  /// The ratios that maps are tabulated at: every hundredth from 0.01 to 2.
  public static let ratios = (1...200).map { Double($0) / 100 }
}
