import Markets
public import Schema
public import Venues

import Foundation
import Kernels

/// A dynamic model: the rate follows the volatility that the venue sees.
///
/// rate = clamp(multiple·z_α·σ̂_j·√(margin period), floor, cap) on the notional of every perpetual, σ̂ exponentially
/// weighted from the path's own oracle prices, starting from the calibrated state. Maintenance is a stated fraction of
/// initial; without one, the baseline's aggregate fraction. Spot positions follow the collateral schedule.
/// Source: the value-at-risk margin of central counterparties, see Murphy, Vasios and Vause (2014), Bank of England
/// Financial Stability Paper 29.
public struct VolatilityScaledMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "volatility-scaled", summary: "dynamic: z_α·σ̂·√(margin period), σ̂ from the path's own oracle prices",
    formula: "rate = clamp(multiple·z_α·σ̂·√(h/8760), floor, cap)",
    source: "Murphy, Vasios and Vause (2014), Bank of England Financial Stability Paper 29; RiskMetrics (1996)",
    parameters: [
      volatility.description, confidence.description, period.description, multiple.description, floor.description,
      cap.description, update.description, maintenance.description,
    ])

  private static let volatility = Parameter<DocumentNode>.nested(
    "volatility", allowed: "{ kind: ewma, lambda: 0.94, lambdaPer: day | step }", isOptional: true,
    "how the venue estimates volatility")
  private static let confidence = Parameter<Double>.number(
    "confidence", unit: "probability", in: Bounds(0.5, 1, openBelow: true, openAbove: true), default: 0.99,
    "quantile α of the standard normal that the rate covers")
  private static let period = Parameter<Double>.number(
    "marginPeriodHours", unit: "hours", in: .positive, default: 24, "margin period of risk")
  private static let multiple = Parameter<Double>.number(
    "multiple", unit: "multiple", in: .positive, default: 1, "add-on to the quantile")
  private static let floor = Parameter<Double>.number(
    "floor", unit: "fraction of notional", in: .fraction, default: 0, "smallest initial rate")
  private static let cap = Parameter<Double>.number(
    "cap", unit: "fraction of notional", in: .fraction, default: 1, "largest initial rate")
  private static let update = Parameter<Double>.number(
    "updateHours", unit: "hours", in: .positive, isOptional: true,
    "hours between changes of the rates; a multiple of the step, every step if absent")
  private static let maintenance = Parameter<Double>.number(
    "maintenanceFraction", unit: "fraction of initial", in: Bounds(0, 1, openBelow: true), isOptional: true,
    "maintenance ÷ initial; the baseline's aggregate fraction if absent")

  /// The estimator of volatility.
  public let estimator: ExponentialVolatility
  /// multiple·z_α·√(margin period in years): the rate per unit of annual volatility.
  public let ratePerVolatility: Double
  /// Smallest initial rate.
  public let floor: Double
  /// Largest initial rate.
  public let cap: Double
  /// Steps between changes of the rates.
  public let updateSteps: Int
  /// Maintenance ÷ initial.
  public let maintenanceFraction: Double
  private let instruments: [Instrument]
  private let initialVolatilities: [Double]

  /// Creates a model; `floor` ≤ `cap`.
  public init(
    estimator: ExponentialVolatility, ratePerVolatility: Double, floor: Double, cap: Double, updateSteps: Int,
    maintenanceFraction: Double, instruments: [Instrument], initialVolatilities: [Double]
  ) {
    self.estimator = estimator
    self.ratePerVolatility = ratePerVolatility
    self.floor = floor
    self.cap = cap
    self.updateSteps = updateSteps
    self.maintenanceFraction = maintenanceFraction
    self.instruments = instruments
    self.initialVolatilities = initialVolatilities
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    let node = reader.take(Self.volatility.description.key)
    var nested = ParameterReader(
      node ?? DocumentNode(.null, at: reader.location.appending(key: "volatility")), problems: reader.problems)
    let estimator = ExponentialVolatility(reading: &nested, grid: context.grid)
    let confidence = reader.read(Self.confidence)
    let period = reader.read(Self.period)
    let multiple = reader.read(Self.multiple)
    let floor = reader.read(Self.floor)
    let cap = reader.read(Self.cap)
    let hours = reader.readIfPresent(Self.update)
    let fraction = reader.readIfPresent(Self.maintenance) ?? context.baselineMaintenanceFraction
    guard let estimator, let confidence, let period, let multiple, let floor, let cap else { return nil }
    if floor > cap {
      reader.record("the floor is above the cap", key: "floor", found: "\(floor)", allowed: "≤ cap (\(cap))")
    }
    let steps = hours.map { context.grid.wholeSteps(in: $0) } ?? 1
    if steps == nil {
      reader.record(
        "the update interval is not a whole number of steps", key: "updateHours", found: hours.map { "\($0) h" },
        allowed: "a multiple of \(context.grid.stepHours) h")
    }
    if fraction == nil {
      reader.record(
        "the baseline model has no maintenance fraction to inherit", key: "maintenanceFraction",
        hint: "state maintenanceFraction for this model")
    }
    if !context.venue.instruments.contains(where: { if case .perpetual = $0.kind { true } else { false } }) {
      reader.record(
        "volatility-scaled margins perpetuals only, and the venue has none", key: "kind",
        hint: "use loan-to-value for a lending pool")
    }
    guard let steps, let fraction, floor <= cap else { return nil }
    self.init(
      estimator: estimator,
      ratePerVolatility: multiple * normalQuantile(confidence) * (period / TimeGrid.hoursPerYear).squareRoot(),
      floor: floor, cap: cap, updateSteps: steps, maintenanceFraction: fraction,
      instruments: context.venue.instruments, initialVolatilities: context.initialVolatilities)
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { true }

  /// Terms of every position.
  public func requirements(of book: Book) -> RequirementTable {
    let perpetual = PositionTerms(
      initialLines: [RequirementLine(slope: 1)], maintenanceLines: [RequirementLine(slope: 1)])
    return RequirementTable(book: book) { _, column in
      switch instruments[column.instrument].kind {
      case .perpetual: perpetual
      case .spot(let terms): .scheduled(terms, side: column.side)
      case .settlement: PositionTerms()
      }
    }
  }

  /// The initial rate at an annual volatility.
  public func rate(volatility: Double) -> Double { min(max(ratePerVolatility * volatility, floor), cap) }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors {
    VolatilityFactors(model: self, columns: book.columns, initialVolatilities: initialVolatilities)
  }
}

/// Follows the volatility of every asset and turns it into rates on schedule.
final class VolatilityFactors: MarginFactors {
  private(set) var initial: [Double]
  private(set) var maintenance: [Double]
  private(set) var volatilities: [Double]
  private let model: VolatilityScaledMargin
  private let columns: [Book.Column]
  private let initialVolatilities: [Double]
  private var variances: [Double]
  private var previousPrices: [Double]

  init(model: VolatilityScaledMargin, columns: [Book.Column], initialVolatilities: [Double]) {
    self.model = model
    self.columns = columns
    self.initialVolatilities = initialVolatilities
    initial = [Double](repeating: 1, count: columns.count)
    maintenance = initial
    volatilities = initialVolatilities
    variances = initialVolatilities
    previousPrices = initialVolatilities
  }

  func reset(oraclePrices: [Double]) {
    for asset in variances.indices {
      volatilities[asset] = initialVolatilities[asset]
      variances[asset] = model.estimator.stepVariance(volatility: initialVolatilities[asset])
      previousPrices[asset] = oraclePrices[asset]
    }
    setRates()
  }

  func advance(step: Int, oraclePrices: [Double]) -> Bool {
    for asset in variances.indices {
      let price = oraclePrices[asset]
      variances[asset] = model.estimator.updated(variances[asset], logReturn: log(price / previousPrices[asset]))
      volatilities[asset] = model.estimator.volatility(stepVariance: variances[asset])
      previousPrices[asset] = price
    }
    guard step % model.updateSteps == 0 else { return false }
    setRates()
    return true
  }

  private func setRates() {
    for (index, column) in columns.enumerated() {
      let rate = column.side == .perpetual ? model.rate(volatility: volatilities[column.asset]) : 1
      initial[index] = rate
      maintenance[index] = rate * model.maintenanceFraction
    }
  }
}
