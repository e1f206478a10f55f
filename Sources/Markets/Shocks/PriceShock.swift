public import Schema

import Glibc

/// A relative move of prices on top of what the process draws: a crash, a squeeze.
public struct PriceShock: MarketShock {
  /// Name, formula and parameters.
  public static let kind = Kind(
    "price", summary: "a relative move of prices, at once or over a ramp, for good or recovering",
    formula: "ln X'(t) = ln X(t) + ln(1 + size)·u(t);  u grows from 0 to 1 over the ramp, then halves every half-life",
    parameters: [
      ShockKeys.assets.description, size.description, ShockOnset.at.description, ShockOnset.ramp.description,
      recovery.description,
    ])

  private static let size = Parameter<Double>.number(
    "size", unit: "fraction of price", in: Bounds(-1, 1000, openBelow: true), "relative move, −0.3 for a fall by 30 %")
  private static let recovery = Parameter<Double>.number(
    "recoveryHours", unit: "hours", in: .positive, isOptional: true,
    "half-life in which the log move goes back; it stays if absent")

  private let assets: [Int]
  private let logSize: Double
  private let onset: ShockOnset

  /// A move of `assets` by `size` > −1.
  public init(assets: [Int], size: Double, onset: ShockOnset) {
    self.assets = assets
    logSize = log1p(size)
    self.onset = onset
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ShockContext) {
    let assets = ShockKeys.assets(&reader, context, .throughBases)
    let size = reader.read(Self.size)
    let recovery = reader.readIfPresent(Self.recovery)
    let onset = ShockOnset(reading: &reader, halfLifeHours: recovery, context: context)
    guard let assets, let size, let onset, recovery != nil || !reader.has("recoveryHours") else { return nil }
    self.init(assets: assets, size: size, onset: onset)
  }

  /// Shifts the log prices.
  public func apply(to schedule: inout ShockSchedule) { schedule.shift(assets, by: logSize, onset) }
}
