import Markets
import Schema

/// Reads the jumps of a calibration: `marketJumps` of the file, `jumps` of an asset.
enum JumpReading {
  private static let intensity = Parameter<Double>.number(
    "intensityPerYear", unit: "per year", in: Bounds(0, 1e6), "expected number of jumps")
  private static let sizeCorrelation = Parameter<Double>.number(
    "sizeCorrelation", in: .fraction, default: 0, "of the sizes of two assets in one jump of the market")
  private static let mean = Parameter<Double>.number(
    "mean", unit: "log price", in: Bounds(-3, 3), "mean of a jump in log price")
  private static let deviation = Parameter<Double>.number(
    "deviation", unit: "log price", in: Bounds(0, 3), "standard deviation of a jump in log price")

  /// `marketJumps: { intensityPerYear, sizeCorrelation }`; nil where it is absent or wrong (recorded).
  static func marketJumps(_ section: ParameterReader?) -> MarketJumps? {
    guard var section else { return nil }
    let intensity = section.read(Self.intensity)
    let correlation = section.read(Self.sizeCorrelation)
    FitKeys.read(&section, errors: ["intensityPerYear", "sizeCorrelation"])
    section.finish()
    guard let intensity, let correlation else { return nil }
    return MarketJumps(intensityPerYear: intensity, sizeCorrelation: correlation)
  }

  /// `jumps: { marketWide: { mean, deviation }, own: { intensityPerYear, mean, deviation } }`; nil where it is absent or
  /// wrong (recorded).
  static func assetJumps(_ section: ParameterReader?) -> AssetJumps? {
    guard var section else { return nil }
    let marketWide = section.section("marketWide", required: false)
    let own = section.section("own", required: false)
    FitKeys.read(&section, errors: [])
    section.finish()
    if marketWide == nil, own == nil {
      section.problems.record(
        "the jumps are neither with the market nor the asset's own", at: section.location,
        allowed: "marketWide: { mean, deviation } or own: { intensityPerYear, mean, deviation } or both")
    }
    return AssetJumps(marketWide: commonSize(marketWide), own: ownJumps(own))
  }

  private static func commonSize(_ section: ParameterReader?) -> JumpSize? {
    guard var section else { return nil }
    let size = Self.size(&section)
    FitKeys.readErrors(&section, of: ["mean", "deviation"])
    section.finish()
    return size
  }

  private static func ownJumps(_ section: ParameterReader?) -> OwnJumps? {
    guard var section else { return nil }
    let intensity = section.read(Self.intensity)
    let size = Self.size(&section)
    FitKeys.readErrors(&section, of: ["intensityPerYear", "mean", "deviation"])
    section.finish()
    guard let intensity, let size else { return nil }
    return OwnJumps(intensityPerYear: intensity, size: size)
  }

  /// Records assets that jump with a market that does not, and a market that jumps without any asset.
  static func check(_ assets: [AssetCalibration], _ market: MarketJumps?, _ reader: ParameterReader) {
    let jumping = assets.filter { $0.jumps?.marketWide != nil }
    if market == nil, let first = jumping.first {
      reader.record(
        "\(first.id) jumps with the market, whose jumps are not given", key: "marketJumps",
        allowed: "{ intensityPerYear, sizeCorrelation }")
    }
    if market != nil, jumping.isEmpty, !assets.isEmpty {
      reader.record(
        "the market jumps but no asset does with it", key: "marketJumps",
        hint: "give assets jumps: { marketWide: { mean, deviation } }")
    }
  }

  private static func size(_ section: inout ParameterReader) -> JumpSize? {
    let mean = section.read(Self.mean)
    let deviation = section.read(Self.deviation)
    guard let mean, let deviation else { return nil }
    return JumpSize(mean: mean, deviation: deviation)
  }
}

/// Reads the Heston figures of an asset.
enum HestonReading {
  private static let reversion = Parameter<Double>.number(
    "reversionPerYear", unit: "per year", in: Bounds(0, 1e5, openBelow: true), "speed of reversion of the variance, κ")
  private static let volatilityOfVariance = Parameter<Double>.number(
    "volatilityOfVariance", unit: "per year", in: Bounds(0, 1e4), "ξ; 0 makes the variance deterministic")
  private static let correlation = Parameter<Double>.number(
    "correlation", in: Bounds(-1, 1), "of the shocks of price and variance, ρ")
  private static let initialVolatility = Parameter<Double>.number(
    "initialVolatility", unit: "per year", in: Bounds(0, 100), isOptional: true,
    "√v at t = 0 without jumps; the long-run one if absent")

  /// ξ below this is taken up by rounding, since ρ/ξ multiplies changes of the variance.
  private static let smallestVolatilityOfVariance = 1e-5

  /// `heston: { reversionPerYear, volatilityOfVariance, correlation, initialVolatility }`; nil where it is absent or wrong
  /// (recorded).
  static func heston(_ section: ParameterReader?) -> HestonParameters? {
    guard var section else { return nil }
    let reversion = section.read(Self.reversion)
    let volatility = section.read(Self.volatilityOfVariance)
    let correlation = section.read(Self.correlation)
    let initial = section.readIfPresent(Self.initialVolatility)
    FitKeys.read(
      &section, errors: ["reversionPerYear", "volatilityOfVariance", "correlation", "initialVolatility"])
    section.finish()
    if let volatility, volatility > 0, volatility < smallestVolatilityOfVariance {
      section.record(
        "the volatility of variance is lost in rounding", key: "volatilityOfVariance", found: "\(volatility)",
        allowed: "0, or at least \(smallestVolatilityOfVariance)")
    }
    guard let reversion, let volatility, let correlation else { return nil }
    return HestonParameters(
      reversionPerYear: reversion, volatilityOfVariance: volatility, correlation: correlation,
      initialVolatility: initial)
  }
}
