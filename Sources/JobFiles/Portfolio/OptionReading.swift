import Schema
import Venues

/// Reads an option or a pool share of a venue's `instruments:`.
///
/// ```yaml
/// - { id: BTC-JUN-60000-C, kind: option, asset: BTC, type: call, strike: 60000, expiryHours: 720, basis: 0.06,
///     volatility: market, smile: { slope: -0.05, curvature: 0.03 }, margin: options,
///     collateralWeight: { initial: 1, maintenance: 1 } }
/// - { id: ETH-USD-LP, kind: pool-share, asset: ETH, otherAsset: BTC, product: 0.25,
///     collateralWeight: { initial: 0.7, maintenance: 0.8 }, ltv: 0.6, liquidationThreshold: 0.7 }
/// ```
struct OptionReading {
  private enum Right: String, CaseIterable { case call, put }

  private static let right = Parameter<Right>.choice("type", "whether it is a right to buy or to sell")
  private static let strike = Parameter<Double>.number(
    "strike", unit: "money", in: Bounds(0, 1e15, openBelow: true), "price at which the asset may be bought or sold")
  private static let volatilityText = Parameter<String>.text(
    "volatility", "at-the-money implied volatility: a number per √year, or market for the market's own")
  private static let slope = Parameter<Double>.number(
    "slope", unit: "per standard deviation", in: Bounds(-2, 2), default: 0,
    "relative change of volatility per standard deviation of the strike above the forward")
  private static let curvature = Parameter<Double>.number(
    "curvature", unit: "per squared standard deviation", in: Bounds(-1, 2), default: 0,
    "relative change of volatility per squared standard deviation")
  private static let floor = Parameter<Double>.number(
    "floor", unit: "multiple", in: Bounds(0, 1, openBelow: true), default: 0.5,
    "smallest volatility, as a multiple of the at-the-money one")
  private static let cap = Parameter<Double>.number(
    "cap", unit: "multiple", in: Bounds(1, 100), default: 3,
    "largest volatility, as a multiple of the at-the-money one")
  private static let product = Parameter<Double>.number(
    "product", unit: "units of both assets", in: Bounds(0, 1e30, openBelow: true),
    "k of one share: units of the asset times units of the other that it claims")

  /// What the contract is, on its own; nil, recorded, where a key is wrong.
  static func contract(_ entry: inout ParameterReader) -> (isCall: Bool, strike: Double)? {
    let type = entry.read(Self.right)
    let strike = entry.read(Self.strike)
    guard let type, let strike else { return nil }
    return (type == .call, strike)
  }

  /// The volatility at t = 0, and whether it is the market's: `atMarket` is what the asset's starts from, 0 where it has
  /// none, nil where the market is not known. Nil, recorded, where the key is wrong.
  static func volatility(_ entry: inout ParameterReader, atMarket: Double?) -> (initial: Double, isMarket: Bool)? {
    guard let text = entry.read(volatilityText) else { return nil }
    if text == "market" {
      guard atMarket != 0 else {
        entry.record(
          "the option takes the market's implied volatility, but its asset has none in the calibration",
          key: "volatility", found: "market",
          hint: "give the asset impliedVolatility: { initial, longRun, … }, or state a number")
        return nil
      }
      return (atMarket ?? 0, true)
    }
    guard let number = Double(text), number >= 0, number <= 100 else {
      entry.record(
        "the volatility is not allowed", key: "volatility", found: quotedForMessage(text),
        allowed: "a number from 0 to 100 per √year, or market")
      return nil
    }
    return (number, false)
  }

  /// The smile; flat where the key is absent, nil, recorded, where it is wrong.
  static func smile(_ entry: inout ParameterReader) -> VolatilitySmile? {
    guard entry.has("smile") else { return .flat }
    guard var section = entry.section("smile", required: false, allowed: "{ slope, curvature, floor, cap }") else {
      return nil
    }
    let slope = section.read(Self.slope)
    let curvature = section.read(Self.curvature)
    let floor = section.read(Self.floor)
    let cap = section.read(Self.cap)
    section.finish()
    guard let slope, let curvature, let floor, let cap else { return nil }
    return VolatilitySmile(slope: slope, curvature: curvature, floor: floor, cap: cap)
  }

  /// k of a pool share; nil, recorded, where it is wrong.
  static func shareProduct(_ entry: inout ParameterReader) -> Double? { entry.read(product) }
}
