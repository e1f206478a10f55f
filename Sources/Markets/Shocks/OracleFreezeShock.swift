public import Schema

/// An oracle that fails: its prices stand still while the market goes on.
public struct OracleFreezeShock: MarketShock {
  /// Name, formula and parameters.
  public static let kind = Kind(
    "oracle-freeze", summary: "the oracles of all venues show the last price for a time, whatever the market does",
    formula: "O(t) = O(last step before the window) while from ≤ t ≤ from + hours",
    parameters: [
      ShockKeys.assets.description, ShockWindow.from.description, ShockWindow.length.description,
    ])

  private let assets: [Int]
  private let window: ShockWindow

  /// Stops the oracles of `assets` while `window` lasts.
  public init(assets: [Int], window: ShockWindow) {
    self.assets = assets
    self.window = window
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ShockContext) {
    let assets = ShockKeys.assets(&reader, context, .included)
    let window = ShockWindow(reading: &reader, context: context, ramps: false)
    guard let assets, let window else { return nil }
    self.init(assets: assets, window: window)
  }

  /// Stops the oracles.
  public func apply(to schedule: inout ShockSchedule) { schedule.freezeOracles(of: assets, window) }
}
