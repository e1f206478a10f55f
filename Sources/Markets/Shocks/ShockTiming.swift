import Schema

import Glibc

/// When a shock jumps: at an hour, at once or over a ramp, for good or with a half-life.
public struct ShockOnset: Sendable, Hashable {
  /// Hour after t = 0 at which it sets in.
  public let atHours: Double
  /// Hours over which it grows to its full size, in equal parts; 0 for at once.
  public let rampHours: Double
  /// Hours in which half of it is gone, counted from when it is complete; nil for one that stays.
  public let halfLifeHours: Double?

  /// Creates an onset.
  public init(atHours: Double, rampHours: Double = 0, halfLifeHours: Double? = nil) {
    self.atHours = atHours
    self.rampHours = rampHours
    self.halfLifeHours = halfLifeHours
  }

  static let at = Parameter<Double>.number(
    "at", unit: "hours", in: .nonNegative, default: 0, "hour after t = 0 at which it sets in; 0 is the first step")
  static let ramp = Parameter<Double>.number(
    "rampHours", unit: "hours", in: .nonNegative, default: 0,
    "hours over which it grows to its full size; 0 for at once")

  /// Reads `at` and `rampHours`; nil, recorded, where they are wrong or beyond the horizon.
  init?(reading reader: inout ParameterReader, halfLifeHours: Double?, context: ShockContext) {
    guard let at = reader.read(Self.at), let ramp = reader.read(Self.ramp) else { return nil }
    let horizon = context.grid.horizonHours
    guard at < horizon || (at == horizon && ramp == 0) else {
      reader.record(
        "the shock sets in when the paths are over", key: "at", found: "\(at) h",
        allowed: ramp == 0 ? "≤ \(horizon) h, the horizon" : "< \(horizon) h, the horizon")
      return nil
    }
    self.init(atHours: at, rampHours: ramp, halfLifeHours: halfLifeHours)
  }

  /// The share of the shock that is there at `hours` after t = 0; none at t = 0, whose prices the book is valued at.
  public func share(at hours: Double) -> Double {
    guard hours > 0, hours >= atHours else { return 0 }
    let passed = hours - atHours
    if passed < rampHours { return passed / rampHours }
    guard let halfLifeHours else { return 1 }
    return exp2(-(passed - rampHours) / halfLifeHours)
  }
}

/// While a shock lasts: from an hour on, for a time or to the end, with equal ramps at both ends.
public struct ShockWindow: Sendable, Hashable {
  /// Hour after t = 0 from which it holds.
  public let fromHours: Double
  /// Hours from its start to where it begins to fade; nil for one that lasts to the end.
  public let hours: Double?
  /// Hours over which it grows, and over which it fades; 0 for at once.
  public let rampHours: Double

  /// Creates a window.
  public init(fromHours: Double, hours: Double? = nil, rampHours: Double = 0) {
    self.fromHours = fromHours
    self.hours = hours
    self.rampHours = rampHours
  }

  static let from = Parameter<Double>.number(
    "from", unit: "hours", in: .nonNegative, default: 0, "hour after t = 0 from which it holds")
  static let length = Parameter<Double>.number(
    "hours", unit: "hours", in: .positive, isOptional: true, "how long it holds; to the end if absent")
  static let ramp = Parameter<Double>.number(
    "rampHours", unit: "hours", in: .nonNegative, default: 0, "hours over which it grows, and fades; 0 for at once")

  /// Reads the three keys; nil, recorded, where they are wrong or beyond the horizon.
  ///
  /// - Parameter ramps: whether it may grow and fade; without, `rampHours` is no key.
  init?(reading reader: inout ParameterReader, context: ShockContext, ramps: Bool = true) {
    let from = reader.read(Self.from)
    let length = reader.readIfPresent(Self.length)
    let ramp = ramps ? reader.read(Self.ramp) : 0
    guard let from, let ramp, length != nil || !reader.has("hours") else { return nil }
    guard from < context.grid.horizonHours else {
      reader.record(
        "the shock begins when the paths are over", key: "from", found: "\(from) h",
        allowed: "< \(context.grid.horizonHours) h, the horizon")
      return nil
    }
    if let length, length < ramp {
      reader.record(
        "the shock fades before it is complete", key: "rampHours", found: "\(ramp) h",
        allowed: "≤ \(length) h, its length")
      return nil
    }
    self.init(fromHours: from, hours: length, rampHours: ramp)
  }

  /// The share of the shock that holds at `hours` after t = 0: what trades at that moment see.
  public func share(at hours: Double) -> Double {
    guard hours >= fromHours else { return 0 }
    let rising = rampHours > 0 ? min(1, (hours - fromHours) / rampHours) : 1
    guard let length = self.hours, hours > fromHours + length else { return rising }
    return rampHours > 0 ? max(0, 1 - (hours - fromHours - length) / rampHours) : 0
  }

  /// The share that holds over a step that ends at `hours`: a step that ends where the window begins is outside.
  public func share(ofStepEndingAt hours: Double) -> Double { hours > fromHours ? share(at: hours) : 0 }
}
