import Markets
public import Schema
public import Venues

/// A dynamic model: the rate follows what options imply and not what prices did.
///
/// rate = clamp(multiple·z_α·v_j·√(margin period), floor, cap) on the notional of every perpetual, v_j being the
/// at-the-money implied volatility of the path (`PathBlock.Channel.impliedVolatility`). Everything else is as under
/// `VolatilityScaledMargin`. An implied volatility looks ahead: it can rise before prices move, and holds a premium over
/// what prices then do, which the report's volatility seen and realised shows.
/// Source: the law is that of `VolatilityScaledMargin`; that v takes the place of an estimate is a choice, there is no
/// published schedule that it reproduces.
public struct ImpliedVolatilityMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "implied-volatility", summary: "dynamic: z_α·v·√(margin period), v the market's at-the-money implied volatility",
    formula: "rate = clamp(multiple·z_α·v·√(h/8760), floor, cap)",
    source: "as volatility-scaled, with the volatility that options imply in place of an estimate",
    parameters: [
      VolatilityScaledMargin.confidence.description, VolatilityScaledMargin.multiple.description,
      VolatilityScaledMargin.maintenanceConfidence.description,
    ] + DynamicTerms.descriptionsWithoutEstimator)

  /// The law and the terms that make its rates.
  public let rates: DynamicRates<NormalLaw>

  /// Creates a model of terms that hold implied volatilities.
  public init(rates: DynamicRates<NormalLaw>) { self.rates = rates }

  /// Reads it from a job, recording every problem, among them a perpetual whose asset has no implied volatility in the
  /// job's market; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    let rates = VolatilityScaledMargin.rates(
      reading: &reader, context: context, kind: Self.kind.name, isImplied: true)
    guard let rates else { return nil }
    self.init(rates: rates)
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { true }

  /// Terms of every position.
  public func requirements(of book: Book) -> RequirementTable { rates.requirements(of: book) }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { rates.makeFactors(for: book) }
}
