public import Markets
public import Schema
public import Venues

/// The built-in margin models, in the order `plimsoll describe` shows them. A new one is a file and a line here.
public let allMarginModels: [any MarginModel.Type] = [
  TieredMargin.self,
  LoanToValueMargin.self,
  VolatilityScaledMargin.self,
  SizePremiumMargin.self,
  OpenInterestMargin.self,
  HistoricalQuantileMargin.self,
  HistoricalShortfallMargin.self,
  LognormalShortfallMargin.self,
  ImpliedVolatilityMargin.self,
  ScenarioGridMargin.self,
]

/// What a margin model may need to be set up.
public struct MarginContext: Sendable {
  /// The monitoring times.
  public let grid: TimeGrid
  /// The venue that is margined.
  public let venue: Venue
  /// Its bracket tables and other rules.
  public let rules: ClearingRules
  /// Volatility of each asset at t = 0, annualised: what estimates start from.
  public let initialVolatilities: [Double]
  /// Long-run volatility of each asset, annualised; empty where it is not known.
  public let longRunVolatilities: [Double]
  /// At-the-money implied volatility of each asset at t = 0, annualised, 0 for an asset without one; empty where the
  /// market has none at all.
  public let impliedVolatilities: [Double]
  /// The calibrated assets, in the order of the market; nil where there are none.
  public let calibration: MarketCalibration?
  /// Past moves, for a model that `needsHistory`; nil where the job names none.
  public let history: MarginHistory?
  /// Maintenance ÷ initial requirement of the baseline over the whole book at t = 0: the default of a model that states
  /// only its initial requirement. Nil while the baseline itself is made.
  public let baselineMaintenanceFraction: Double?
  /// Names of the assets of the universe; empty where they are not known.
  public let assetIDs: [String]

  /// Creates a context.
  public init(
    grid: TimeGrid, venue: Venue, rules: ClearingRules, initialVolatilities: [Double],
    longRunVolatilities: [Double] = [], impliedVolatilities: [Double] = [], calibration: MarketCalibration? = nil,
    history: MarginHistory? = nil, baselineMaintenanceFraction: Double?, assetIDs: [String] = []
  ) {
    self.grid = grid
    self.venue = venue
    self.rules = rules
    self.initialVolatilities = initialVolatilities
    self.longRunVolatilities = longRunVolatilities
    self.impliedVolatilities = impliedVolatilities
    self.calibration = calibration
    self.history = history
    self.baselineMaintenanceFraction = baselineMaintenanceFraction
    self.assetIDs = assetIDs
  }
}

/// What accounts of one venue must post: maps positions and the market's state to an initial and a maintenance
/// requirement. Executable contract: `MarginModelContract` in the test support.
public protocol MarginModel: Sendable {
  /// Name, formula, source and parameters.
  static var kind: Kind { get }

  /// Whether the model takes past moves from `MarginContext.history`; false unless a model says otherwise.
  static var needsHistory: Bool { get }

  /// Reads the model from a job, recording every problem, among them instruments it cannot margin; nil if it cannot
  /// be made.
  init?(reading reader: inout ParameterReader, context: MarginContext)

  /// Whether the factors move along a path.
  var isDynamic: Bool { get }

  /// The terms of every position; called once.
  func requirements(of book: Book) -> RequirementTable

  /// The factor on the requirement of each column at t = 0, as (initial, maintenance).
  func makeFactors(for book: Book) -> any MarginFactors
}

extension MarginModel {
  /// False: most models look at the present path only.
  public static var needsHistory: Bool { false }
}

/// The factors of one model along one path: a buffer of one worker, returned to t = 0 for each path.
///
/// A column has two factors, since a long and a short may be margined differently: `factorIndex` says where each is. The
/// sign of a position never changes along a path.
public protocol MarginFactors: AnyObject {
  /// Factors on the initial requirement, two per column.
  var initial: [Double] { get }
  /// Factors on the maintenance requirement, two per column.
  var maintenance: [Double] { get }
  /// The annualised volatility of each asset that the factors are made from; empty where they are made from none.
  var volatilities: [Double] { get }
  /// Whether the factors are made from the market's implied volatilities; false unless a model says otherwise.
  var followsImpliedVolatility: Bool { get }

  /// Returns to t = 0, where the oracle shows `oraclePrices`, one per asset.
  func reset(oraclePrices: [Double])

  /// Takes the oracle prices of `step` (1…T), published before any wave of the step. True if a factor changed.
  func advance(step: Int, oraclePrices: [Double]) -> Bool

  /// Takes the implied volatility of each asset as it is at the step that `advance` is called for next; called where
  /// the factors follow it, and does nothing unless a model says otherwise.
  func take(impliedVolatilities: [Double])
}

extension MarginFactors {
  /// False: most models look at prices only.
  public var followsImpliedVolatility: Bool { false }

  /// Does nothing.
  public func take(impliedVolatilities: [Double]) {}
}

/// Where the factor on a position of `quantity` in `column` stands: 2·column, and one more if it is negative.
@inlinable
public func factorIndex(column: Int, quantity: Double) -> Int { 2 * column + (quantity < 0 ? 1 : 0) }

/// The factors of a static model: all 1.
final class StaticFactors: MarginFactors {
  let initial: [Double]
  let maintenance: [Double]
  let volatilities: [Double] = []

  init(columns: Int) {
    initial = [Double](repeating: 1, count: 2 * columns)
    maintenance = initial
  }

  func reset(oraclePrices: [Double]) {}

  func advance(step: Int, oraclePrices: [Double]) -> Bool { false }
}
