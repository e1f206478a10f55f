public import Schema
public import Venues

/// A dynamic model: the quantile of past losses over the margin period, rescaled to the present volatility (FHS-VaR).
///
/// rate = clamp(c_j·σ̂_j·√(margin period), floor, cap), longs and shorts apart, c being q_α of the
/// past losses over a margin period, each divided by the volatility forecast at its start; see `RescaledLosses`. Past
/// moves come from a file of residuals, from a file of prices, or from the market's own history.
public struct HistoricalQuantileMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "fhs-var",
    summary: "dynamic: the quantile of past losses, rescaled to the present volatility, longs and shorts apart",
    formula: "rate = clamp(c·σ̂·√(h/8760), floor, cap),  c = q_α of the losses ÷ (σ̂√h at their start)",
    source: "Hull and White (1998), Journal of Risk 1; Barone-Adesi, Giannopoulos and Vosper (1999)",
    parameters: [
      VolatilityScaledMargin.confidence.description, VolatilityScaledMargin.maintenanceConfidence.description,
    ] + DynamicRates.fileDescriptions + DynamicTerms.descriptions)

  /// True.
  public static let needsHistory = true

  /// The law and the terms that make its rates.
  public let rates: DynamicRates<HistoricalLaw>

  /// Creates a model.
  public init(rates: DynamicRates<HistoricalLaw>) { self.rates = rates }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    let rates = DynamicRates(reading: &reader, context: context, kind: Self.kind.name, isShortfall: false)
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
