public import Schema

/// A thin book for a time: less volume to trade against, a wider spread.
public struct LiquidityShock: MarketShock {
  /// Name, formula and parameters.
  public static let kind = Kind(
    "liquidity", summary: "daily volume and half-spread are multiplied, for a time",
    formula: "ADV' = ADV·volumeFactor^u, halfSpread' = halfSpread·spreadFactor^u;  impact grows as volumeFactor^(−δ·u)",
    parameters: [
      ShockKeys.assets.description, volume.description, spread.description, ShockWindow.from.description,
      ShockWindow.length.description, ShockWindow.ramp.description,
    ])

  private static let volume = Parameter<Double>.number(
    "volumeFactor", unit: "multiple", in: Bounds(1e-6, 1e6), default: 1, "multiple of the average daily volume")
  private static let spread = Parameter<Double>.number(
    "spreadFactor", unit: "multiple", in: Bounds(1e-6, 1e6), default: 1, "multiple of the half-spread")

  private let assets: [Int]
  private let volumeFactor: Double
  private let spreadFactor: Double
  private let window: ShockWindow

  /// Multiplies volume and half-spread of `assets`, both by factors > 0.
  public init(assets: [Int], volumeFactor: Double, spreadFactor: Double, window: ShockWindow) {
    self.assets = assets
    self.volumeFactor = volumeFactor
    self.spreadFactor = spreadFactor
    self.window = window
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ShockContext) {
    let assets = ShockKeys.assets(&reader, context, .included)
    let volume = reader.read(Self.volume)
    let spread = reader.read(Self.spread)
    let window = ShockWindow(reading: &reader, context: context)
    if !reader.has("volumeFactor"), !reader.has("spreadFactor") {
      reader.record(
        "a liquidity shock needs a factor", key: "volumeFactor", allowed: "volumeFactor, spreadFactor, or both")
      return nil
    }
    guard let assets, let volume, let spread, let window else { return nil }
    self.init(assets: assets, volumeFactor: volume, spreadFactor: spread, window: window)
  }

  /// Thins the book.
  public func apply(to schedule: inout ShockSchedule) {
    schedule.scaleDepth(assets, volume: volumeFactor, spread: spreadFactor, window)
  }
}
