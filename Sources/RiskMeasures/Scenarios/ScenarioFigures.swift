import Simulation

/// The figures by which scenarios are set side by side: totals over the horizon, so that one given path and the mean of
/// thousands stand in the same table.
///
/// Of a single path every mean is that path's own value and has no error.
public enum ScenarioFigures {
  /// What is reported of each scenario, in the order of its table.
  public static let measures = [
    MeasureDescription("scenario.loss.mean", .money, "loss of the venue over the horizon"),
    MeasureDescription("scenario.loss.es", .money, levels: .losses, "mean loss of the venue beyond the level"),
    MeasureDescription("scenario.shortfall.mean", .money, "shortfalls of accounts, before the reserve"),
    MeasureDescription(
      "scenario.open.mean", .money, "what accounts still open at the end lack: loss that no reserve has paid yet"),
    MeasureDescription("scenario.uncovered.mean", .money, "shortfalls beyond the reserve"),
    MeasureDescription("scenario.reserveLeft.mean", .money, "reserve at the end"),
    MeasureDescription("scenario.exhaustionProbability", .probability, "chance that the reserve does not last"),
    MeasureDescription(
      "scenario.exhaustionHours.median", .hours, "hours to the first uncovered loss, where there is one"),
    MeasureDescription("scenario.accounts.mean", .count, "accounts liquidated at least once"),
    MeasureDescription("scenario.notional.mean", .money, "notional closed or repaid by liquidations"),
    MeasureDescription(
      "scenario.exogenousFall.mean", .fraction, "deepest fall of any exogenous price below its start"),
    MeasureDescription(
      "scenario.markFall.mean", .fraction, "deepest fall of any traded mark below its start, impact included"),
    MeasureDescription("scenario.initialMargin.mean", .money, "initial requirement of the book held constant"),
    MeasureDescription(
      "scenario.coverage.mean", .fraction, "share of moves over a margin period that the rate covered"),
    MeasureDescription(
      "scenario.call.mean", .money, "largest increase of the initial requirement over the call window"),
    MeasureDescription("scenario.peakToTrough.mean", .ratio, "largest over smallest requirement per unit of notional"),
    MeasureDescription("scenario.attackerGain.mean", .money, "gain of the account group attacker, where there is one"),
    MeasureDescription(
      "scenario.oracleError.mean", .fraction, "largest difference of oracle and mark, where they are not the same"),
    MeasureDescription(
      "scenario.oracleBlocked.mean", .count, "pairs of account and step that a stale oracle kept from liquidation"),
  ]

  /// The figures of one model at one venue.
  static func estimates(of outcomes: VenueOutcomes) -> [Estimate] {
    (losses(outcomes) + reserve(outcomes) + means(outcomes) + oracle(outcomes))
      .flatMap { $0.estimates(confidence: outcomes.settings.confidence) }
  }

  /// Mean loss, and the tail where there is one.
  private static func losses(_ outcomes: VenueOutcomes) -> [PathVariable] {
    var statistics: [(label: MeasureLabel, statistic: PathStatistic)] = [
      (outcomes.label("scenario.loss.mean", .money), .mean)
    ]
    if outcomes.table.paths > 1 {
      statistics += outcomes.settings.levels.map {
        (outcomes.label("scenario.loss.es", .money, level: $0), .expectedShortfall($0))
      }
    }
    return [PathVariable(values: outcomes[.loss], statistics: statistics)]
  }

  /// What is left of the reserve, whether it lasts, and when it ends.
  private static func reserve(_ outcomes: VenueOutcomes) -> [PathVariable] {
    let initial = outcomes.venueLabel.initialReserve
    let flows = zip(outcomes[.reserveInflow], zip(outcomes[.shortfall], outcomes[.uncovered]))
    let hours = outcomes[.exhaustionHours]
    return [
      PathVariable(
        values: flows.map { initial + $0 - ($1.0 - $1.1) },
        statistics: [(outcomes.label("scenario.reserveLeft.mean", .money), .mean)]),
      PathVariable(
        values: hours.map { $0.isNaN ? .nan : $0.isFinite ? 1 : 0 },
        statistics: [(outcomes.label("scenario.exhaustionProbability", .probability), .proportion)]),
      PathVariable(
        values: hours,
        statistics: [(outcomes.label("scenario.exhaustionHours.median", .hours), .quantileOfFinite(0.5))],
        undefinedBecause: "the reserve was exhausted on no path", keepsInfinite: true),
    ]
  }

  /// What an attacker gains and an oracle does, where there is one.
  private static func oracle(_ outcomes: VenueOutcomes) -> [PathVariable] {
    let gain = ManipulationGain.gain(outcomes).map {
      PathVariable(values: $0, statistics: [(outcomes.label("scenario.attackerGain.mean", .money), .mean)])
    }
    guard outcomes[.oracleErrorLargest].contains(where: { !$0.isNaN }) else { return [gain].compactMap(\.self) }
    let error = PathVariable(
      values: outcomes[.oracleErrorLargest],
      statistics: [(outcomes.label("scenario.oracleError.mean", .fraction), .mean)])
    let blocked = PathVariable(
      values: outcomes[.oracleBlocked], statistics: [(outcomes.label("scenario.oracleBlocked.mean", .count), .mean)])
    return [gain, error, blocked].compactMap(\.self)
  }

  /// Means of what the engine records of each path.
  private static func means(_ outcomes: VenueOutcomes) -> [PathVariable] {
    let means: [(String, MeasureUnit, PathQuantity)] = [
      ("scenario.shortfall.mean", .money, .shortfall), ("scenario.open.mean", .money, .openDeficit),
      ("scenario.uncovered.mean", .money, .uncovered),
      ("scenario.accounts.mean", .count, .liquidatedAccounts), ("scenario.notional.mean", .money, .liquidatedNotional),
      ("scenario.exogenousFall.mean", .fraction, .exogenousDrawdown),
      ("scenario.markFall.mean", .fraction, .markDrawdown),
      ("scenario.initialMargin.mean", .money, .initialMarginMean), ("scenario.coverage.mean", .fraction, .coverage),
      ("scenario.call.mean", .money, .largestCall), ("scenario.peakToTrough.mean", .ratio, .peakToTrough),
    ]
    return means.map { id, unit, quantity in
      PathVariable(values: outcomes[quantity], statistics: [(outcomes.label(id, unit), .mean)])
    }
  }
}
