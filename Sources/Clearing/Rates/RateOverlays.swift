import Schema

import Foundation

/// What may be put on any dynamic model: where its volatility comes from, and how fast and how far its rates move.
///
/// In this order: the volatility is replaced by a market-wide one, then floored by a long-run one; the law's rate is
/// mixed with a stressed one; floor and cap apply; the buffer and the speed limit act on what is charged.
/// Source of floor, buffer and stress weight: Commission Delegated Regulation (EU) 153/2013, Article 28(1).
public struct RateOverlays: Sendable, Hashable {
  /// Whether every asset's volatility is its long-run one times a market-wide index in place of its own estimate.
  public var isMarketWide: Bool
  /// Smallest volatility, in long-run volatilities of the asset; 0 for none.
  public var longRunFloor: Double
  /// Weight of the stressed rate in the rate; 0 for none.
  public var stressWeight: Double
  /// The stressed volatility, in long-run volatilities of the asset.
  public var stressMultiple: Double
  /// b of charged = max(rate, min((1 + b)·rate, previous)); nil for none. The first previous is (1 + b)·rate.
  public var buffer: Double?
  /// Largest relative change of a charged rate at one update, up (1 + x) or down 1/(1 + x); nil for none.
  public var largestChange: Double?

  /// None of them.
  public static let none = RateOverlays(
    isMarketWide: false, longRunFloor: 0, stressWeight: 0, stressMultiple: 1, buffer: nil, largestChange: nil)

  /// Creates overlays.
  public init(
    isMarketWide: Bool = false, longRunFloor: Double = 0, stressWeight: Double = 0, stressMultiple: Double = 1,
    buffer: Double? = nil, largestChange: Double? = nil
  ) {
    self.isMarketWide = isMarketWide
    self.longRunFloor = longRunFloor
    self.stressWeight = stressWeight
    self.stressMultiple = stressMultiple
    self.buffer = buffer
    self.largestChange = largestChange
  }

  /// Whether a long-run volatility is needed.
  var needsLongRun: Bool { isMarketWide || longRunFloor > 0 || stressWeight > 0 }

  /// What is charged when the model asks for `rate` after having charged `previous`; nil at the start.
  func charged(_ rate: Double, previous: Double?) -> Double {
    var charged = rate
    if let buffer { charged = max(rate, min((1 + buffer) * rate, previous ?? .infinity)) }
    guard let largestChange, let previous, previous > 0 else { return charged }
    return min(max(charged, previous / (1 + largestChange)), previous * (1 + largestChange))
  }
}

extension RateOverlays {
  /// The words of the file.
  private enum Scope: String, CaseIterable {
    case own
    case market
  }

  /// What one largest change is meant for.
  private enum Clock: String, CaseIterable {
    case update
    case day
  }

  static let parameter = Parameter<DocumentNode>.nested(
    "overlays",
    allowed:
      "{ volatility: own | market, longRunFloor: 1, stress: { weight: 0.25, volatilityMultiple: 2 }, buffer: 0.25, speedLimit: { largestChange: 0.1, per: update | day } }",
    isOptional: true, "what slows, floors or buffers the rates")
  private static let scope = Parameter<Scope>.choice(
    "volatility", default: .own, "each asset's own estimate, or its long-run volatility times a market-wide index")
  private static let floor = Parameter<Double>.number(
    "longRunFloor", unit: "long-run volatilities", in: Bounds(0, 10), default: 0, "smallest volatility")
  private static let weight = Parameter<Double>.number(
    "weight", unit: "fraction", in: .fraction, "weight of the stressed rate")
  private static let multiple = Parameter<Double>.number(
    "volatilityMultiple", unit: "long-run volatilities", in: Bounds(0, 100, openBelow: true), "the stressed volatility")
  private static let buffer = Parameter<Double>.number(
    "buffer", unit: "fraction of the rate", in: Bounds(0, 10, openBelow: true), isOptional: true,
    "charged above the rate in calm times and used up before the charge rises")
  private static let change = Parameter<Double>.number(
    "largestChange", unit: "fraction", in: Bounds(0, 100, openBelow: true), "largest relative change of a rate")
  private static let clock = Parameter<Clock>.choice("per", default: .update, "what the largest change is meant for")

  /// Reads `overlays:`; nil, recorded, where something is wrong. `updateHours` is the time between two updates.
  init?(reading reader: inout ParameterReader, updateHours: Double) {
    let before = reader.problems.count
    guard let node = reader.take(Self.parameter.description.key) else {
      self = .none
      return
    }
    var section = ParameterReader(node, problems: reader.problems)
    self.init()
    isMarketWide = section.read(Self.scope) == .market
    longRunFloor = section.read(Self.floor) ?? 0
    buffer = section.readIfPresent(Self.buffer)
    if var stress = section.section("stress", required: false) {
      stressWeight = stress.read(Self.weight) ?? 0
      stressMultiple = stress.read(Self.multiple) ?? 1
      stress.finish()
    }
    if var limit = section.section("speedLimit", required: false) {
      let change = limit.read(Self.change)
      let clock = limit.read(Self.clock)
      limit.finish()
      largestChange = change.map { clock == .day ? pow(1 + $0, updateHours / 24) - 1 : $0 }
    }
    section.finish()
    if reader.problems.count > before { return nil }
  }
}
