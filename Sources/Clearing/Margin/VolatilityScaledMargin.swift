import Markets
public import Schema
public import Venues

import Kernels

/// A dynamic model: the rate follows the volatility that the venue sees.
///
/// rate = clamp(multiple·z_α·σ̂_j·√(margin period), floor, cap) on the notional of every perpetual, σ̂ exponentially
/// weighted, or the calibrated GARCH's forecast over the margin period ("predictive"), from the path's own oracle prices,
/// starting from the calibrated state. Maintenance is a stated fraction of initial, the baseline's aggregate fraction, or
/// the rate at a confidence of its own. Spot positions follow the collateral schedule.
/// Source: the value-at-risk margin of central counterparties, see Murphy, Vasios and Vause (2014), Bank of England
/// Financial Stability Paper 29.
public struct VolatilityScaledMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "volatility-scaled", summary: "dynamic: z_α·σ̂·√(margin period), σ̂ from the path's own oracle prices",
    formula: "rate = clamp(multiple·z_α·σ̂·√(h/8760), floor, cap)",
    source: "Murphy, Vasios and Vause (2014), Bank of England Financial Stability Paper 29; RiskMetrics (1996)",
    parameters: [confidence.description, multiple.description, maintenanceConfidence.description]
      + DynamicTerms.descriptions)

  static let confidence = Parameter<Double>.number(
    "confidence", unit: "probability", in: Bounds(0.5, 1, openBelow: true, openAbove: true), default: 0.99,
    "quantile α that the rate covers")
  static let maintenanceConfidence = Parameter<Double>.number(
    "maintenanceConfidence", unit: "probability", in: Bounds(0.5, 1, openBelow: true, openAbove: true),
    isOptional: true, "quantile that the maintenance rate covers, in place of maintenanceFraction")
  static let multiple = Parameter<Double>.number(
    "multiple", unit: "multiple", in: .positive, default: 1, "add-on to the quantile")

  /// The law and the terms that make its rates.
  public let rates: DynamicRates<NormalLaw>

  /// Creates a model.
  public init(rates: DynamicRates<NormalLaw>) { self.rates = rates }

  /// Creates a model of exponentially weighted volatilities without overlays; `floor` ≤ `cap`.
  ///
  /// - Parameters:
  ///   - ratePerVolatility: multiple·z_α·√(margin period in years): the rate per unit of annual volatility.
  ///   - updateSteps: steps between changes of the rates.
  ///   - maintenanceFraction: maintenance ÷ initial.
  public init(
    estimator: ExponentialVolatility, ratePerVolatility: Double, floor: Double, cap: Double, updateSteps: Int,
    maintenanceFraction: Double, instruments: [Instrument], initialVolatilities: [Double]
  ) {
    let terms = DynamicTerms(
      recursions: initialVolatilities.map { VolatilityRecursion(estimator, initialVolatility: $0) }, floor: floor,
      cap: cap, updateSteps: updateSteps, maintenanceFraction: maintenanceFraction)
    self.init(
      rates: DynamicRates(
        law: NormalLaw(ratePerVolatility: ratePerVolatility), terms: terms, instruments: instruments))
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    guard let rates = Self.rates(reading: &reader, context: context, kind: Self.kind.name, isImplied: false) else {
      return nil
    }
    self.init(rates: rates)
  }

  /// The rates of a model of this law, its volatility estimated or, with `isImplied`, the market's; nil, recorded, where
  /// they cannot be made.
  static func rates(
    reading reader: inout ParameterReader, context: MarginContext, kind: String, isImplied: Bool
  ) -> DynamicRates<NormalLaw>? {
    let confidence = reader.read(Self.confidence)
    let multiple = reader.read(Self.multiple)
    let period = reader.read(DynamicTerms.period)
    let hasOwn = reader.has(Self.maintenanceConfidence.description.key)
    let own = Self.maintenanceConfidence(reading: &reader, atMost: confidence)
    let terms = DynamicTerms(
      reading: &reader, context: context, kind: kind, period: period,
      ownMaintenance: hasOwn ? Self.maintenanceConfidence.description.key : nil, isImplied: isImplied)
    guard let terms, let confidence, let multiple, let period, !hasOwn || own != nil else { return nil }
    let scale = multiple * (period / TimeGrid.hoursPerYear).squareRoot()
    func law(_ confidence: Double) -> NormalLaw {
      NormalLaw(
        ratePerVolatility: multiple * normalQuantile(confidence) * (period / TimeGrid.hoursPerYear).squareRoot())
    }
    guard scale.isFinite else {
      reader.record("the rate is not a finite number", key: "multiple", hint: "lower multiple or marginPeriodHours")
      return nil
    }
    return DynamicRates(
      law: law(confidence), maintenanceLaw: own.map(law), terms: terms, instruments: context.venue.instruments)
  }

  /// The confidence of maintenance, where it has one of its own: no more than that of the initial rate.
  static func maintenanceConfidence(reading reader: inout ParameterReader, atMost confidence: Double?) -> Double? {
    let key = maintenanceConfidence.description.key
    guard let own = reader.readIfPresent(maintenanceConfidence) else { return nil }
    if let confidence, own > confidence {
      reader.record(
        "maintenance covers more than the initial rate", key: key, found: "\(own)",
        allowed: "≤ confidence (\(confidence))")
      return nil
    }
    return own
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { true }

  /// Terms of every position.
  public func requirements(of book: Book) -> RequirementTable { rates.requirements(of: book) }

  /// The initial rate at an annual volatility, without overlays.
  public func rate(volatility: Double) -> Double { rates.rates(asset: 0, volatility: volatility).long }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { rates.makeFactors(for: book) }
}
