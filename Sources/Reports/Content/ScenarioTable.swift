import RiskMeasures

/// The scenarios side by side at one venue: what they cost, and what margin did about it.
struct ScenarioTable {
  /// Column titles.
  let header: [String]
  /// One row a scenario and model.
  let rows: [[String]]

  /// What is put into one column.
  private enum Column {
    /// A figure in its unit, with its interval where it has one.
    case figure(String)
    /// Two figures of the same kind, the second after an arrow.
    case pair(String, String)
    /// Whether, how likely or when the reserve ends.
    case exhaustion
  }

  private typealias Titled = (title: String, column: Column)

  private static let losses: [Titled] = [
    ("loss", .figure("scenario.loss.mean")), ("loss, ES", .figure("scenario.loss.es")),
    ("shortfalls", .figure("scenario.shortfall.mean")), ("still open", .figure("scenario.open.mean")),
    ("uncovered", .figure("scenario.uncovered.mean")), ("reserve left", .figure("scenario.reserveLeft.mean")),
    ("reserve exhausted", .exhaustion),
  ]

  private static let liquidations: [Titled] = [
    ("accounts liquidated", .figure("scenario.accounts.mean")), ("notional", .figure("scenario.notional.mean")),
    ("deepest fall, price → mark", .pair("scenario.exogenousFall.mean", "scenario.markFall.mean")),
  ]

  private static let margins: [Titled] = [
    ("initial margin", .figure("scenario.initialMargin.mean")), ("coverage", .figure("scenario.coverage.mean")),
    ("largest call", .figure("scenario.call.mean")), ("peak to trough", .figure("scenario.peakToTrough.mean")),
  ]

  /// Columns of what only some venues have.
  private static let occasional: [(id: String, title: String)] = [
    ("scenario.attackerGain.mean", "attacker's gain"), ("scenario.oracleError.mean", "oracle off by"),
    ("scenario.oracleBlocked.mean", "liquidations that waited"),
  ]

  /// Losses and the reserve.
  static func losses(_ report: StressReport, venue: String) -> ScenarioTable {
    ScenarioTable(report, venue: venue, losses)
  }

  /// Liquidations, and how far prices fell.
  static func liquidations(_ report: StressReport, venue: String) -> ScenarioTable {
    ScenarioTable(report, venue: venue, liquidations)
  }

  /// What was asked for, and whether it was enough; the attacker and the oracle where there is one.
  static func margins(_ report: StressReport, venue: String) -> ScenarioTable {
    let present = occasional.filter { column in
      report.scenarios.contains { scenario in
        report.models.indices.contains { scenario.figure(column.id, model: $0, venue: venue) != nil }
      }
    }
    return ScenarioTable(report, venue: venue, margins + present.map { ($0.title, .figure($0.id)) })
  }

  private init(_ report: StressReport, venue: String, _ columns: [Titled]) {
    header = ["scenario", "margin model"] + columns.map(\.title)
    rows = report.scenarios.flatMap { scenario in
      report.models.indices.map { model in
        [scenario.description.displayName, report.models[model].displayName]
          + columns.map { Self.cell($0.column, scenario, model: model, venue: venue) }
      }
    }
  }

  private static func cell(_ column: Column, _ scenario: ScenarioResult, model: Int, venue: String) -> String {
    switch column {
    case .figure(let id): return text(scenario.figure(id, model: model, venue: venue))
    case .pair(let first, let second):
      let values = [first, second].map { id in
        scenario.figure(id, model: model, venue: venue).map { NumberText.text($0.value, $0.label.unit) } ?? "–"
      }
      return values.joined(separator: " → ")
    case .exhaustion:
      guard let chance = scenario.figure("scenario.exhaustionProbability", model: model, venue: venue) else {
        return "–"
      }
      guard scenario.description.isOnePath else { return text(chance) }
      guard chance.value.isFinite else { return NumberText.undefined }
      guard chance.value > 0 else { return "no" }
      let hours = scenario.figure("scenario.exhaustionHours.median", model: model, venue: venue)?.value ?? .nan
      return "after \(NumberText.hours(hours))"
    }
  }

  /// A value with its interval; a dash where there is none.
  private static func text(_ estimate: Estimate?) -> String {
    guard let estimate else { return "–" }
    let range = NumberText.interval(estimate.interval, estimate.label.unit)
    let value = NumberText.text(estimate.value, estimate.label.unit)
    return range.isEmpty ? value : "\(value) \(range)"
  }

  /// How to read the tables.
  static func note(_ report: StressReport) -> String {
    let levels = report.scenarios.flatMap(\.figures).joined().filter { $0.id == "scenario.loss.es" }
    let level = levels.compactMap(\.label.level).min { abs($0 - 0.99) < abs($1 - 0.99) }
    let tail = level.map { " ES is the mean loss beyond \(NumberText.percent($0))." } ?? ""
    return
      "Totals over each scenario's own horizon: means over its paths with their intervals, the value itself for one given "
      + "path.\(tail) Loss is shortfalls less the reserve's income, plus what accounts still open at the end lack, because "
      + "their closing waits or their venue has failed; that part is in no shortfall, and the reserve has not paid it. The book, the venue's rules, the margin models and their factors are those of the job."
  }

  /// What each scenario is, one pair each.
  static func contents(_ report: StressReport) -> [NamedText] {
    report.scenarios.map { scenario in
      let summary = scenario.description.name == nil ? "" : scenario.description.summary
      return NamedText(
        scenario.description.displayName,
        [summary, scenario.sizeText, scenario.contentText].filter { !$0.isEmpty }.joined(separator: ". "))
    }
  }
}
