import Markets
public import Schema
public import Venues

/// A dynamic model: the expected shortfall of a lognormal price over the margin period, longs and shorts apart.
///
/// See `LognormalLaw` for the formula. The tail probability is the venue's choice: small ones make rates that depend on
/// the normal tail far beyond what anybody has observed.
public struct LognormalShortfallMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "lognormal-es", summary: "dynamic: expected shortfall of a lognormal price, longs and shorts apart",
    formula: "short = Φ(Φ⁻¹(λ) + s)/λ − 1,  long = 1 − Φ(Φ⁻¹(λ) − s)/λ,  s = σ̂·√(h/8760)",
    source: "Siska (2020), Margins and Credit Risk on Vega",
    parameters: [tail.description, maintenanceTail.description] + DynamicTerms.descriptions)

  private static let allowedTail = Bounds(1e-12, 0.5, openAbove: true)
  private static let tail = Parameter<Double>.number(
    "tailProbability", unit: "probability", in: allowedTail, default: 0.001, "λ: the worst cases that are averaged")
  private static let maintenanceTail = Parameter<Double>.number(
    "maintenanceTailProbability", unit: "probability", in: allowedTail, isOptional: true,
    "λ of the maintenance rate, in place of maintenanceFraction")

  /// The law and the terms that make its rates.
  public let rates: DynamicRates<LognormalLaw>

  /// Creates a model.
  public init(rates: DynamicRates<LognormalLaw>) { self.rates = rates }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    let tail = reader.read(Self.tail)
    let period = reader.read(DynamicTerms.period)
    let key = Self.maintenanceTail.description.key
    let hasOwn = reader.has(key)
    let own = reader.readIfPresent(Self.maintenanceTail)
    let terms = DynamicTerms(
      reading: &reader, context: context, kind: Self.kind.name, period: period, ownMaintenance: hasOwn ? key : nil)
    if let own, let tail, own < tail {
      reader.record(
        "maintenance covers more than the initial rate", key: key, found: "\(own)",
        allowed: "≥ tailProbability (\(tail))")
      return nil
    }
    guard let terms, let tail, let period, !hasOwn || own != nil else { return nil }
    func law(_ tail: Double) -> LognormalLaw {
      LognormalLaw(tailProbability: tail, horizonYears: period / TimeGrid.hoursPerYear)
    }
    self.init(
      rates: DynamicRates(
        law: law(tail), maintenanceLaw: own.map(law), terms: terms, instruments: context.venue.instruments))
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { true }

  /// Terms of every position.
  public func requirements(of book: Book) -> RequirementTable { rates.requirements(of: book) }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { rates.makeFactors(for: book) }
}
