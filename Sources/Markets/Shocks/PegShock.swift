public import Schema

import Glibc

/// A pegged or staked token that loses its peg and finds it again.
public struct PegShock: MarketShock {
  /// Name, formula and parameters.
  public static let kind = Kind(
    "peg", summary: "a token leaves its peg and comes back with a half-life",
    formula: "ln X'(t) = ln X(t) + ln(1 + size)·u(t) for the token alone;  u halves every recoveryHours once complete",
    parameters: [
      asset.description, size.description, ShockOnset.at.description, ShockOnset.ramp.description,
      recovery.description,
    ])

  private static let asset = Parameter<[String]>.texts("assets", "the token, or a list of them")
  private static let size = Parameter<Double>.number(
    "size", unit: "fraction of the peg", in: Bounds(-1, 10, openBelow: true),
    "deviation from the peg, −0.05 for 5 % below")
  private static let recovery = Parameter<Double>.number(
    "recoveryHours", unit: "hours", in: .positive, "half-life of the deviation")

  private let assets: [Int]
  private let logSize: Double
  private let onset: ShockOnset

  /// A deviation of `assets` by `size` > −1, whose onset has a half-life.
  public init(assets: [Int], size: Double, onset: ShockOnset) {
    self.assets = assets
    logSize = log1p(size)
    self.onset = onset
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ShockContext) {
    if !reader.has("assets") { _ = reader.read(Self.asset) }
    let assets = ShockKeys.assets(&reader, context, .throughBases)
    let size = reader.read(Self.size)
    let recovery = reader.read(Self.recovery)
    let onset = ShockOnset(reading: &reader, halfLifeHours: recovery, context: context)
    guard reader.has("assets"), let assets, let size, recovery != nil, let onset else { return nil }
    self.init(assets: assets, size: size, onset: onset)
  }

  /// Shifts the token's log price.
  public func apply(to schedule: inout ShockSchedule) { schedule.shift(assets, by: logSize, onset) }
}
