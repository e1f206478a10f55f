import Markets
import Schema

/// Reads what an asset has besides a price: `funding` and `impliedVolatility`.
///
/// ```yaml
/// funding: { intervalHours: 8, mean: 0.0001, deviation: 0.0002, halfLifeHours: 48, correlationWithPrice: 0.2, limit: 0.003 }
/// impliedVolatility: { initial: 0.5, longRun: 0.6, halfLifeHours: 400, volatilityOfVolatility: 1.2,
///   correlationWithPrice: -0.3 }
/// ```
enum FactorReading {
  private static let halfLife = Parameter<Double>.number(
    "halfLifeHours", unit: "hours", in: Bounds(0, 1e7, openBelow: true), "hours in which half of a departure is gone")
  private static let correlation = Parameter<Double>.number(
    "correlationWithPrice", in: Bounds(-1, 1), default: 0, "of its shock with the asset's log return")

  private static let interval = Parameter<Double>.number(
    "intervalHours", unit: "hours", in: Bounds(0, 8760, openBelow: true), default: 8, "what the rates are stated for")
  private static let rates = Bounds(-1, 1)
  private static let mean = Parameter<Double>.number(
    "mean", unit: "fraction of notional", in: rates, "where the rate reverts to")
  private static let deviation = Parameter<Double>.number(
    "deviation", unit: "fraction of notional", in: .fraction, "the rate's standard deviation in the long run")
  private static let limit = Parameter<Double>.number(
    "limit", unit: "fraction of notional", in: Bounds(0, 1, openBelow: true), "the largest rate paid either way")
  private static let initialRate = Parameter<Double>.number(
    "initial", unit: "fraction of notional", in: rates, isOptional: true, "the rate at t = 0; the mean if absent")

  private static let levels = Bounds(0, 100, openBelow: true)
  private static let initialLevel = Parameter<Double>.number(
    "initial", unit: "per year", in: levels, "implied volatility at t = 0")
  private static let longRun = Parameter<Double>.number("longRun", unit: "per year", in: levels, "where it reverts to")
  private static let volatility = Parameter<Double>.number(
    "volatilityOfVolatility", unit: "per year", in: Bounds(0, 100), "volatility of its logarithm over a short time")

  /// What a section looks like.
  private static let allowedFunding = "{ mean, deviation, halfLifeHours, correlationWithPrice, limit, intervalHours }"
  private static let allowedVolatility =
    "{ initial, longRun, halfLifeHours, volatilityOfVolatility, correlationWithPrice }"

  /// Both sections of an asset; nil where they are absent or wrong (recorded).
  static func factors(
    _ reader: inout ParameterReader
  ) -> (funding: FundingParameters?, impliedVolatility: ImpliedVolatilityParameters?) {
    (
      funding(reader.section("funding", required: false, allowed: allowedFunding)),
      impliedVolatility(reader.section("impliedVolatility", required: false, allowed: allowedVolatility))
    )
  }

  private static func funding(_ section: ParameterReader?) -> FundingParameters? {
    guard var section else { return nil }
    let interval = section.read(Self.interval)
    let mean = section.read(Self.mean)
    let deviation = section.read(Self.deviation)
    let halfLife = section.read(Self.halfLife)
    let correlation = section.read(Self.correlation)
    let limit = section.read(Self.limit)
    let initial = section.readIfPresent(initialRate)
    readErrors(&section, of: ["mean", "deviation", "halfLifeHours", "correlationWithPrice"])
    section.finish()
    guard let interval, let mean, let deviation, let halfLife, let correlation, let limit else { return nil }
    return FundingParameters(
      intervalHours: interval, mean: mean, deviation: deviation, halfLifeHours: halfLife,
      correlationWithPrice: correlation, limit: limit, initial: initial)
  }

  private static func impliedVolatility(_ section: ParameterReader?) -> ImpliedVolatilityParameters? {
    guard var section else { return nil }
    let initial = section.read(initialLevel)
    let longRun = section.read(Self.longRun)
    let halfLife = section.read(Self.halfLife)
    let volatility = section.read(Self.volatility)
    let correlation = section.read(Self.correlation)
    readErrors(&section, of: ["longRun", "halfLifeHours", "volatilityOfVolatility", "correlationWithPrice"])
    section.finish()
    guard let initial, let longRun, let halfLife, let volatility, let correlation else { return nil }
    return ImpliedVolatilityParameters(
      initial: initial, longRun: longRun, halfLifeHours: halfLife, volatilityOfVolatility: volatility,
      correlationWithPrice: correlation)
  }

  /// `standardErrors: { … }`, for the reader of the file: they only have to be numbers.
  static func readErrors(_ section: inout ParameterReader, of keys: [String]) {
    guard var errors = section.section("standardErrors", required: false) else { return }
    for key in keys {
      _ = errors.readIfPresent(Parameter<Double>.number(key, in: .nonNegative, isOptional: true, "for the record"))
    }
    errors.finish()
  }
}
