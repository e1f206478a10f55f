public import Schema

import Glibc

/// A price that is pushed and released: what an attacker does to a market that an oracle reads.
public struct PushShock: MarketShock {
  /// Name, formula and parameters.
  public static let kind = Kind(
    "push", summary: "a price is pushed, held for a time and released: a manipulation",
    formula: "ln X'(t) = ln X(t) + ln(1 + size)·u(t);  u grows from 0 to 1 over the ramp, holds, and goes back as fast",
    parameters: [
      ShockKeys.assets.description, size.description, ShockWindow.from.description, ShockWindow.length.description,
      ShockWindow.ramp.description,
    ])

  private static let size = Parameter<Double>.number(
    "size", unit: "fraction of price", in: Bounds(-1, 1000, openBelow: true), "relative move, 0.5 for a push up by 50 %"
  )

  private let assets: [Int]
  private let logSize: Double
  private let window: ShockWindow

  /// A push of `assets` by `size` > −1 while `window` lasts.
  public init(assets: [Int], size: Double, window: ShockWindow) {
    self.assets = assets
    logSize = log1p(size)
    self.window = window
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ShockContext) {
    let assets = ShockKeys.assets(&reader, context, .throughBases)
    let size = reader.read(Self.size)
    let window = ShockWindow(reading: &reader, context: context)
    if !reader.has("hours") {
      reader.record(
        "a push ends", key: "hours", allowed: "hours until it is released", hint: "a move that stays is a price shock")
      return nil
    }
    guard let assets, let size, let window else { return nil }
    self.init(assets: assets, size: size, window: window)
  }

  /// Shifts the log prices.
  public func apply(to schedule: inout ShockSchedule) { schedule.shift(assets, by: logSize, window) }
}
