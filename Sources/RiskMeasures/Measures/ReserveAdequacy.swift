public import Schema
import Simulation

/// Whether the reserve lasts, what it would have to be, and what happens where it does not.
public struct ReserveAdequacy: PathwiseMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "reserve-adequacy",
    summary: "chance that the reserve is exhausted, the reserve needed, losses beyond it, Cover-1 and -2",
    formula: "required reserve of a path = greatest cumulative (shortfall − reserve income), at least 0",
    source: "CPMI-IOSCO, Principles for financial market infrastructures (2012), principle 4; intervals: Wilson (1927)",
    parameters: [MeasureSettings.reserveLevelsParameter.description, MeasureSettings.coverLevelParameter.description])

  /// What it reports: about exhaustion, about the size needed, and flows over the horizon.
  public static let measures = [
    MeasureDescription("reserve.exhaustionProbability", .probability, "chance that the reserve does not last"),
    MeasureDescription("reserve.required", .money, levels: .reserve, "reserve that suffices at the level"),
    MeasureDescription(
      "reserve.required.es", .money, levels: .reserve, "mean of the required reserve beyond the level"),
    MeasureDescription("reserve.uncovered.mean", .money, "mean uncovered loss, given that the reserve is exhausted"),
    MeasureDescription("reserve.uncovered.unconditional.mean", .money, "mean uncovered loss over all paths"),
    MeasureDescription(
      "reserve.timeToExhaustionHours.median", .hours, "median time to exhaustion, given that it comes"),
    MeasureDescription("reserve.cover1", .money, levels: .cover, "largest shortfall of one account at the level"),
    MeasureDescription("reserve.cover2", .money, levels: .cover, "two largest shortfalls together at the level"),
    MeasureDescription("reserve.inflow.mean", .money, "mean income of the reserve over the horizon"),
    MeasureDescription("adl.notional.mean", .money, "mean notional of contracts closed against winners"),
    MeasureDescription("adl.haircut.mean", .money, "mean unrealised profit that winners forgo"),
    MeasureDescription("socialised.mean", .money, "mean loss charged to the remaining accounts"),
    MeasureDescription("badDebt.mean", .money, "mean loss that nobody covered"),
  ]

  /// Creates the family.
  public init() {}

  /// Exhaustion, requirement and flows, in this order.
  func variables(of outcomes: VenueOutcomes) -> [PathVariable] {
    exhaustion(outcomes) + requirement(outcomes) + flows(outcomes)
  }

  /// What the time of exhaustion, +∞ if there was none, tells.
  private func exhaustion(_ outcomes: VenueOutcomes) -> [PathVariable] {
    let hours = outcomes[.exhaustionHours]
    let isExhausted = hours.map { $0.isNaN ? Double.nan : $0.isFinite ? 1 : 0 }
    let never = "the reserve was exhausted on no path"
    return [
      PathVariable(
        values: isExhausted,
        statistics: [(outcomes.label("reserve.exhaustionProbability", .probability), .proportion)]),
      PathVariable(
        values: outcomes[.uncovered], denominators: isExhausted,
        statistics: [(outcomes.label("reserve.uncovered.mean", .money), .ratio)], undefinedBecause: never),
      PathVariable(
        values: hours,
        statistics: [(outcomes.label("reserve.timeToExhaustionHours.median", .hours), .quantileOfFinite(0.5))],
        undefinedBecause: never, keepsInfinite: true),
    ]
  }

  /// How large the reserve and its Cover-1 and Cover-2 must be.
  private func requirement(_ outcomes: VenueOutcomes) -> [PathVariable] {
    let cover = outcomes.settings.coverLevel
    let required = outcomes.settings.reserveLevels.flatMap { level in
      [
        (outcomes.label("reserve.required", .money, level: level), PathStatistic.quantile(level)),
        (outcomes.label("reserve.required.es", .money, level: level), PathStatistic.expectedShortfall(level)),
      ]
    }
    return [
      PathVariable(values: outcomes[.requiredReserve], statistics: required),
      PathVariable(
        values: outcomes[.largestShortfall],
        statistics: [(outcomes.label("reserve.cover1", .money, level: cover), .quantile(cover))]),
      PathVariable(
        values: outcomes[.twoLargestShortfalls],
        statistics: [(outcomes.label("reserve.cover2", .money, level: cover), .quantile(cover))]),
    ]
  }

  /// Money over the horizon, paths without any included.
  private func flows(_ outcomes: VenueOutcomes) -> [PathVariable] {
    let means: [(String, PathQuantity)] = [
      ("reserve.uncovered.unconditional.mean", .uncovered), ("reserve.inflow.mean", .reserveInflow),
      ("adl.notional.mean", .deleveragedNotional), ("adl.haircut.mean", .profitForgone),
      ("socialised.mean", .socialised), ("badDebt.mean", .badDebt),
    ]
    return means.map { id, quantity in
      PathVariable(values: outcomes[quantity], statistics: [(outcomes.label(id, .money), .mean)])
    }
  }
}
