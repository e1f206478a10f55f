public import Markets
public import Schema
public import Venues

/// The built-in margin models, in the order `plimsoll describe` shows them. A new one is a file and a line here.
public let allMarginModels: [any MarginModel.Type] = [
  TieredMargin.self,
  LoanToValueMargin.self,
  VolatilityScaledMargin.self,
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
  /// Maintenance ÷ initial requirement of the baseline over the whole book at t = 0: the default of a model that states
  /// only its initial requirement. Nil while the baseline itself is made.
  public let baselineMaintenanceFraction: Double?

  /// Creates a context.
  public init(
    grid: TimeGrid, venue: Venue, rules: ClearingRules, initialVolatilities: [Double],
    baselineMaintenanceFraction: Double?
  ) {
    self.grid = grid
    self.venue = venue
    self.rules = rules
    self.initialVolatilities = initialVolatilities
    self.baselineMaintenanceFraction = baselineMaintenanceFraction
  }
}

/// What accounts of one venue must post: maps positions and the market's state to an initial and a maintenance
/// requirement. Executable contract: `MarginModelContract` in the test support.
public protocol MarginModel: Sendable {
  /// Name, formula, source and parameters.
  static var kind: Kind { get }

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

/// The factors of one model along one path: a buffer of one worker, returned to t = 0 for each path.
public protocol MarginFactors: AnyObject {
  /// Factor on the initial requirement of each column.
  var initial: [Double] { get }
  /// Factor on the maintenance requirement of each column.
  var maintenance: [Double] { get }
  /// The annualised volatility estimate of each asset that the factors are made from; empty for a static model.
  var volatilities: [Double] { get }

  /// Returns to t = 0, where the oracle shows `oraclePrices`, one per asset.
  func reset(oraclePrices: [Double])

  /// Takes the oracle prices of `step` (1…T), published before any wave of the step. True if a factor changed.
  func advance(step: Int, oraclePrices: [Double]) -> Bool
}

/// The factors of a static model: all 1.
final class StaticFactors: MarginFactors {
  let initial: [Double]
  let maintenance: [Double]
  let volatilities: [Double] = []

  init(columns: Int) {
    initial = [Double](repeating: 1, count: columns)
    maintenance = initial
  }

  func reset(oraclePrices: [Double]) {}

  func advance(step: Int, oraclePrices: [Double]) -> Bool { false }
}
