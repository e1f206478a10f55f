import Clearing
import Schema

/// The `circuitBreaker:`, `liquidators:` and `backstop:` of a venue, or of a model's rules.
enum RestraintTerms {
  private static let volumePerHour = Parameter<Double>.number(
    "volumePerHour", unit: "fraction of average daily volume", in: Bounds(0, 1e6),
    "largest gross money liquidated in an asset per hour")
  private static let move = Parameter<Double>.number(
    "move", unit: "fraction of the mark", in: Bounds(0, 1e3, openBelow: true), "move, either way, that starts a pause")
  private static let window = Parameter<Double>.number(
    "windowHours", unit: "hours", in: Bounds(0, 8760, openBelow: true), "time over which the move is measured")
  private static let pauseHours = Parameter<Double>.number(
    "hours", unit: "hours", in: Bounds(0, 8760, openBelow: true), "length of a pause")
  private static let capacity = Parameter<Double>.number(
    "capacityPerHour", unit: "money", in: Bounds(0, 1e18), "what liquidators can trade or repay per hour")
  private static let fixedCost = Parameter<Double>.number(
    "fixedCost", unit: "money", in: Bounds(0, 1e18), default: 0, "cost of one closing in quiet times")
  private static let slope = Parameter<Double>.number(
    "congestion", unit: "fixed costs per doubling of volatility", in: Bounds(0, 1e6), default: 0,
    "how much dearer a closing gets with volatility")
  private static let perDay = Parameter<Double>.number(
    "perDay", in: Bounds(0, 1e4), "starts of times without bids, per day")
  private static let meanHours = Parameter<Double>.number(
    "meanHours", unit: "hours", in: Bounds(0, 8760, openBelow: true), "mean length of a time without bids")
  private static let capital = Parameter<Double>.number(
    "capital", unit: "money", in: Bounds(0, 1e18, openBelow: true), "the backstop's money at the start")
  private static let discount = Parameter<Double>.number(
    "discount", unit: "fraction of the mark", in: Bounds(0, 1, openAbove: true),
    "what the backstop gains on the mark of what it takes")
  private static let maximumShare = Parameter<Double>.number(
    "maximumShare", unit: "fraction", in: Bounds(0, 1, openBelow: true), default: 1,
    "largest share taken of what waits in a step")
  private static let maximumLeverage = Parameter<Double>.number(
    "maximumLeverage", unit: "multiple of its equity", in: Bounds(0, 1e6, openBelow: true),
    "largest gross notional that the backstop holds")

  /// A breaker; nil, recorded, where any of it is wrong or it does nothing.
  static func breaker(_ section: ParameterReader) -> CircuitBreaker? {
    var section = section
    let before = section.problems.count
    let volume = section.readIfPresent(volumePerHour)
    let pause = section.section("pause", required: false, allowed: "{ move, windowHours, hours }").flatMap(pause)
    section.finish()
    guard section.problems.count == before else { return nil }
    if volume == nil, pause == nil {
      section.problems.record(
        "a circuit breaker caps or pauses", at: section.location, allowed: "volumePerHour, pause, or both",
        hint: "leave the key out for none")
      return nil
    }
    return CircuitBreaker(volumePerHour: volume, pause: pause)
  }

  private static func pause(_ section: ParameterReader) -> CircuitBreaker.Pause? {
    var section = section
    let move = section.read(Self.move)
    let window = section.read(Self.window)
    let hours = section.read(pauseHours)
    section.finish()
    guard let move, let window, let hours else { return nil }
    return CircuitBreaker.Pause(move: move, windowHours: window, hours: hours)
  }

  /// Terms of liquidators; nil, recorded, where any of it is wrong.
  static func liquidators(_ section: ParameterReader) -> LiquidatorTerms? {
    var section = section
    let before = section.problems.count
    let capacity = section.readIfPresent(Self.capacity)
    let cost = section.read(fixedCost)
    let slope = section.read(Self.slope)
    let outages = section.section("outages", required: false, allowed: "{ perDay, meanHours }").flatMap(outages)
    section.finish()
    guard let cost, let slope, section.problems.count == before else { return nil }
    if slope > 0, cost == 0 {
      section.record("congestion multiplies the fixed cost, which is 0", key: "congestion", hint: "state fixedCost")
      return nil
    }
    return LiquidatorTerms(capacityPerHour: capacity, fixedCost: cost, congestionSlope: slope, outages: outages)
  }

  private static func outages(_ section: ParameterReader) -> LiquidatorTerms.Outages? {
    var section = section
    let perDay = section.read(Self.perDay)
    let hours = section.read(meanHours)
    section.finish()
    guard let perDay, let hours else { return nil }
    return LiquidatorTerms.Outages(perDay: perDay, meanHours: hours)
  }

  /// A backstop; nil, recorded, where any of it is wrong.
  static func backstop(_ section: ParameterReader) -> Backstop? {
    var section = section
    let capital = section.read(Self.capital)
    let discount = section.read(Self.discount)
    let share = section.read(maximumShare)
    let leverage = section.read(maximumLeverage)
    section.finish()
    guard let capital, let discount, let share, let leverage else { return nil }
    return Backstop(capital: capital, discount: discount, maximumShare: share, maximumLeverage: leverage)
  }
}
