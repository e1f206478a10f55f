public import Schema
import Simulation

/// Who bore the losses of liquidated accounts, in the order of the waterfall, and what came in against them.
public struct LossWaterfall: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "loss-waterfall",
    summary: "who paid: accounts, penalties, segments of the reserve, its shared part; then winners, members, nobody",
    formula: "shortfalls = segments + shared reserve + profit forgone + socialised + bad debt, path by path",
    source: "mean with Student-t interval")

  /// What it reports; what comes after the reserve is with the measures of the reserve.
  public static let measures = [
    MeasureDescription("waterfall.equity.mean", .money, "mean equity at t = 0 of accounts that end with a shortfall"),
    MeasureDescription("waterfall.penalty.mean", .money, "mean penalties and bonuses paid by liquidated accounts"),
    MeasureDescription("waterfall.shortfall.mean", .money, "mean shortfalls, before anybody pays them"),
    MeasureDescription("waterfall.segments.mean", .money, "mean shortfalls paid by segments of the reserve"),
    MeasureDescription("waterfall.reserve.mean", .money, "mean shortfalls paid by the shared reserve"),
    MeasureDescription("liquidators.income.mean", .money, "mean income of liquidators, after slippage and costs"),
  ]

  /// Creates the family.
  public init() {}

  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    let means: [(String, PathQuantity)] = [
      ("waterfall.equity.mean", .equityLost), ("waterfall.penalty.mean", .penalties),
      ("waterfall.shortfall.mean", .shortfall), ("waterfall.segments.mean", .drawnFromSegments),
      ("waterfall.reserve.mean", .drawnFromShared), ("liquidators.income.mean", .liquidatorIncome),
    ]
    return means.map { id, quantity in
      PathVariable(values: outcomes[quantity], statistics: [(outcomes.label(id, .money), .mean)])
    }
  }
}

/// What waits because of breakers, liquidators or waves used up, for how long, and how the backstop fares.
public struct DelayedClosing: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "delayed-closing", summary: "notional that waits to be closed, for how long; failure and profit of the backstop",
    formula: "waiting hours = Σ waiting notional at the ends of steps × hours of a step ÷ Σ notional closed",
    source: "Little (1961), Operations Research 9, for the mean wait; intervals: Wilson (1927)")

  /// What it reports.
  public static let measures = [
    MeasureDescription("delay.waiting.mean", .money, "mean of the largest notional that waits at one time"),
    MeasureDescription("delay.hours.mean", .hours, "mean hours from being due to being closed, weighted by notional"),
    MeasureDescription(
      "delay.open.mean", .money,
      "mean of what accounts still open at the horizon lack: loss that no reserve has paid yet"),
    MeasureDescription("backstop.failureProbability", .probability, "chance that the backstop's capital is used up"),
    MeasureDescription("backstop.profit.mean", .money, "mean gain of the backstop; it loses at most its capital"),
    MeasureDescription("backstop.taken.mean", .money, "mean notional that the backstop takes over"),
  ]

  /// Creates the family.
  public init() {}

  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    [
      PathVariable(
        values: outcomes[.largestWaiting], statistics: [(outcomes.label("delay.waiting.mean", .money), .mean)]),
      PathVariable(
        values: outcomes[.waitingNotionalHours], denominators: outcomes[.liquidatedNotional],
        statistics: [(outcomes.label("delay.hours.mean", .hours), .ratio)],
        undefinedBecause: "nothing was liquidated on any path"),
      PathVariable(values: outcomes[.openDeficit], statistics: [(outcomes.label("delay.open.mean", .money), .mean)]),
      PathVariable(
        values: outcomes[.backstopFailed],
        statistics: [(outcomes.label("backstop.failureProbability", .probability), .proportion)]),
      PathVariable(
        values: outcomes[.backstopProfit], statistics: [(outcomes.label("backstop.profit.mean", .money), .mean)]),
      PathVariable(
        values: outcomes[.backstopTaken], statistics: [(outcomes.label("backstop.taken.mean", .money), .mean)]),
    ]
  }
}
