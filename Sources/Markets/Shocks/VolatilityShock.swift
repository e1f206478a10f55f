public import Schema

/// Larger or smaller moves for a time.
public struct VolatilityShock: MarketShock {
  /// Name, formula and parameters.
  public static let kind = Kind(
    "volatility", summary: "log returns deviate from their drift by a multiple, for a time",
    formula: "r' = d + factor^u·(r − d);  d the calibrated drift of a step, 0 for a replay;  u the share of the window",
    parameters: [
      ShockKeys.assets.description, factor.description, ShockWindow.from.description, ShockWindow.length.description,
      ShockWindow.ramp.description,
    ])

  private static let factor = Parameter<Double>.number(
    "factor", unit: "multiple", in: Bounds(0, 100, openBelow: true),
    "multiple of the deviation, 2 for twice the volatility")

  private let assets: [Int]
  private let factor: Double
  private let window: ShockWindow

  /// Multiplies the deviations of `assets` by `factor` > 0.
  public init(assets: [Int], factor: Double, window: ShockWindow) {
    self.assets = assets
    self.factor = factor
    self.window = window
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ShockContext) {
    let assets = ShockKeys.assets(&reader, context, .refused)
    let factor = reader.read(Self.factor)
    let window = ShockWindow(reading: &reader, context: context)
    guard let assets, let factor, let window else { return nil }
    self.init(assets: assets, factor: factor, window: window)
  }

  /// Scales the returns.
  public func apply(to schedule: inout ShockSchedule) { schedule.scaleReturns(assets, by: factor, window) }
}
