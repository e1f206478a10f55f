public import Schema

/// Everything moves together for a time: each asset's shock is blended with one common to all.
public struct CorrelationShock: MarketShock {
  /// Name, formula and parameters.
  public static let kind = Kind(
    "correlation", summary: "shocks are blended with one common to all assets, so correlations rise",
    formula: "ε' = √(1 − b·u)·ε + √(b·u)·c, of unit variance;  every correlation becomes (1 − b·u)·ρ + b·u",
    parameters: [
      blend.description, ShockWindow.from.description, ShockWindow.length.description, ShockWindow.ramp.description,
    ])

  private static let blend = Parameter<Double>.number(
    "blend", unit: "fraction", in: .fraction, "share b of the common shock in each shock's variance")

  private let blend: Double
  private let window: ShockWindow

  /// Gives the common shock the share `blend` in [0, 1] of the variance.
  public init(blend: Double, window: ShockWindow) {
    self.blend = blend
    self.window = window
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ShockContext) {
    let blend = reader.read(Self.blend)
    let window = ShockWindow(reading: &reader, context: context)
    guard context.takesShocks else {
      reader.record(
        "this process has no correlated shocks that could be blended", key: "kind", found: context.processKind,
        allowed: "a process that draws its prices from the market's correlated shocks",
        hint: "given or resampled prices have the correlations that they have; dcc-garch moves its own")
      return nil
    }
    guard let blend, let window else { return nil }
    self.init(blend: blend, window: window)
  }

  /// Blends the shocks.
  public func apply(to schedule: inout ShockSchedule) { schedule.blend(blend, window) }
}
