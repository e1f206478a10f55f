import Markets
import Schema
import Venues

/// A multiple of volatility for every asset and side: the tail of its rescaled past losses.
public struct HistoricalLaw: RateLaw {
  /// Rate per unit of forecast standard deviation of the margin period, one pair per asset; none is negative.
  public let coefficients: [SidedRate]
  /// √(margin period in years).
  public let rootPeriod: Double

  /// Creates a law.
  public init(coefficients: [SidedRate], rootPeriod: Double) {
    self.coefficients = coefficients.map { $0.mapped { max(0, $0) } }
    self.rootPeriod = rootPeriod
  }

  /// The law of each asset's past losses: their quantile at `confidence`, or the mean of what lies beyond it.
  public init(losses: [RescaledLosses?], confidence: Double, isShortfall: Bool, rootPeriod: Double) {
    self.init(
      coefficients: losses.map { losses in
        guard let losses else { return SidedRate(0) }
        let tail = isShortfall ? RescaledLosses.shortfall : RescaledLosses.quantile
        return SidedRate(long: tail(losses.long, confidence), short: tail(losses.short, confidence))
      }, rootPeriod: rootPeriod)
  }

  /// coefficient·σ̂·√h.
  public func rates(asset: Int, volatility: Double) -> SidedRate {
    let deviation = volatility * rootPeriod
    return coefficients[asset].mapped { $0 * deviation }
  }
}

extension DynamicRates where Law == HistoricalLaw {
  /// Files that the job's reader opens for the model; here only their keys.
  static var fileDescriptions: [ParameterDescription] { [residuals.description, history.description] }

  private static var residuals: Parameter<String> {
    .text(
      "residuals", isOptional: true,
      "CSV of past moves over the margin period in units of the volatility forecast, a column per asset")
  }
  private static var history: Parameter<String> {
    .text("history", isOptional: true, "CSV of past prices; the market's history if absent")
  }

  /// Reads a model that charges the quantile or the shortfall; nil, recorded, where it cannot be made.
  init?(reading reader: inout ParameterReader, context: MarginContext, kind: String, isShortfall: Bool) {
    for key in [Self.residuals, Self.history].map(\.description.key) { _ = reader.take(key) }
    let confidence = reader.read(VolatilityScaledMargin.confidence)
    let period = reader.read(DynamicTerms.period)
    let key = VolatilityScaledMargin.maintenanceConfidence.description.key
    let hasOwn = reader.has(key)
    let own = VolatilityScaledMargin.maintenanceConfidence(reading: &reader, atMost: confidence)
    let terms = DynamicTerms(
      reading: &reader, context: context, kind: kind, period: period, ownMaintenance: hasOwn ? key : nil)
    guard let history = context.history else {
      reader.record(
        "\(kind) has no past moves to look at", key: "kind", found: kind,
        hint: "give it residuals: or history:, or estimate the market from market.history")
      return nil
    }
    guard let terms, let confidence, let period, !hasOwn || own != nil else { return nil }
    guard let steps = context.grid.wholeSteps(in: period) else {
      reader.record(
        "the margin period is not a whole number of steps", key: "marginPeriodHours", found: "\(period) h",
        allowed: "a multiple of \(context.grid.stepHours) h")
      return nil
    }
    let losses = Self.losses(
      history, terms, steps: steps, confidence: confidence, context: context, reader: reader, kind: kind)
    guard let losses else { return nil }
    func law(_ confidence: Double) -> HistoricalLaw {
      HistoricalLaw(
        losses: losses, confidence: confidence, isShortfall: isShortfall,
        rootPeriod: (period / TimeGrid.hoursPerYear).squareRoot())
    }
    self.init(
      law: law(confidence), maintenanceLaw: own.map(law), terms: terms, instruments: context.venue.instruments)
  }

  /// The losses of every asset that has a perpetual and moves; nil, recorded, where any has too few.
  private static func losses(
    _ history: MarginHistory, _ terms: DynamicTerms, steps: Int, confidence: Double, context: MarginContext,
    reader: ParameterReader, kind: String
  ) -> [RescaledLosses?]? {
    let before = reader.problems.count
    let fewest = Int((1 / (1 - confidence)).rounded(.up))
    let margined = Set(
      context.venue.instruments.compactMap { instrument in
        if case .perpetual(let terms) = instrument.kind { terms.asset } else { nil }
      })
    let found = terms.recursions.indices.map { asset -> RescaledLosses? in
      guard margined.contains(asset), context.initialVolatilities[asset] > 0 else { return nil }
      let losses: RescaledLosses
      switch history {
      case .prices(let prices):
        losses =
          prices.prices.indices.contains(asset)
          ? RescaledLosses(history: prices, asset: asset, recursion: terms.recursions[asset], steps: steps)
          : RescaledLosses(residuals: [])
      case .residuals(let rows):
        losses = RescaledLosses(residuals: rows.indices.contains(asset) ? rows[asset] ?? [] : [])
      }
      if losses.long.count < fewest {
        let known = context.calibration?.assets ?? []
        let id = known.indices.contains(asset) ? known[asset].id : "a derived asset"
        reader.record(
          "\(id) has too few past margin periods for this confidence", key: "kind", found: "\(losses.long.count)",
          allowed: "≥ \(fewest), so that one lies beyond the quantile")
      }
      return losses
    }
    return reader.problems.count == before ? found : nil
  }
}
