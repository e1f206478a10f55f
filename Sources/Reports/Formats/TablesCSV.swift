import RiskMeasures
public import Schema

/// `tables/*.csv`: measures, comparisons, accounts and curves for spreadsheets and data frames.
///
/// | file | one row per |
/// |---|---|
/// | `measures.csv` | model and estimate |
/// | `comparisons.csv` | compared model and paired difference |
/// | `accounts.csv` | account and model: equity, exposure, leverage bucket, P(liquidated) with Wilson's interval |
/// | `scenarios.csv` | scenario, model and figure; only where the job has scenarios |
/// | `without_impact.csv` | model and measure with against without impact; only where the job asks for it |
/// | `curves.csv` | point of a curve, see `CurveTable` |
/// | `liquidation_map.csv` | model, moved asset (empty: all prices) and price: what is liquidatable there |
/// | `exposure.csv` | venue, group of accounts (empty: all) and asset: notional and greeks before any simulation |
/// | `effective_leverage.csv` | model and venue: notional ÷ headroom before any simulation |
/// | `loops.csv` | model, venue and range of leverage of looped collateral; only where there is some |
///
/// Numbers are exact, undefined ones are empty. Quoting and what happens to text that looks like a formula: see `CSVText`.
public struct TablesCSV: ReportFormat {
  /// What `plimsoll describe formats` prints.
  public static let kind = Kind(
    "csv", summary: "tables/*.csv: measures, comparisons, accounts, curves, liquidation map",
    source: "RFC 4180; OWASP, CSV Injection")

  /// Creates the format.
  public init() {}

  /// The five tables, and those that not every report has.
  public func files(for report: StressReport) throws -> [OutputFile] {
    [
      OutputFile(name: "tables/measures.csv", text: Self.measures(report)),
      OutputFile(name: "tables/comparisons.csv", text: Self.comparisons(report)),
      OutputFile(name: "tables/accounts.csv", text: Self.accounts(report)),
      OutputFile(name: "tables/curves.csv", text: CurveTable.text(report)),
      OutputFile(name: "tables/liquidation_map.csv", text: Self.liquidationMap(report)),
    ] + Self.scenarios(report) + Self.withoutImpact(report) + ExposureTables.files(report)
      + Self.loops(report)
  }

  /// One row per model, venue, loop and range of leverage.
  private static func loops(_ report: StressReport) -> [OutputFile] {
    let found = report.curves.loops.filter { $0.model < report.models.count }
    guard !found.isEmpty else { return [] }
    var table = CSVText(
      header: [
        "venue", "model", "matching", "loop", "leverage", "accounts", "collateral", "debt", "share_of_debt",
        "first_peg",
        "median_peg",
      ])
    for loop in found {
      let model = report.models[loop.model]
      for row in loop.rows {
        let names = [loop.venue, model.name, model.matching, loop.root, row.bucket].map(CSVText.cell)
        let numbers: [Double?] = [row.collateral, row.debt, loop.shareOfDebt, row.firstPeg, row.medianPeg]
        table.append(names + [String(row.accounts)] + numbers.map(CSVText.number))
      }
    }
    return [OutputFile(name: "tables/loops.csv", text: table.text)]
  }

  private static func scenarios(_ report: StressReport) -> [OutputFile] {
    report.scenarios.isEmpty
      ? [] : [OutputFile(name: "tables/scenarios.csv", text: ScenarioTableCSV.text(report))]
  }

  /// One row per model and pair.
  private static func withoutImpact(_ report: StressReport) -> [OutputFile] {
    guard !report.impactPairings.isEmpty else { return [] }
    let numbers = ["with_impact", "without_impact", "difference", "standard_error", "low", "high", "paths"]
    var table = CSVText(header: ["model", "matching"] + labelHeader + numbers)
    for pairing in report.impactPairings {
      let names = [report.models[pairing.model].name, report.models[pairing.model].matching].map(CSVText.cell)
      for row in pairing.rows {
        let item = row.difference
        let values = [
          row.with.value, row.without.value, item.difference, item.standardError, item.interval.low,
          item.interval.high,
        ]
        table.append(names + cells(item.label) + values.map(CSVText.number) + [String(item.paths)])
      }
    }
    return [OutputFile(name: "tables/without_impact.csv", text: table.text)]
  }

  /// Columns that say which number a row is.
  private static let labelHeader = [
    "measure", "venue", "level", "group", "asset", "leverage_bucket", "hours", "origin", "unit",
  ]

  /// The cells under `labelHeader`; empty where something does not apply.
  private static func cells(_ label: MeasureLabel) -> [String] {
    [
      CSVText.cell(label.id), CSVText.cell(label.venue), CSVText.number(label.level), CSVText.cell(label.group ?? ""),
      CSVText.cell(label.asset ?? ""), CSVText.cell(label.leverageBucket ?? ""), CSVText.number(label.hours),
      CSVText.cell(label.origin ?? ""),
      label.unit.rawValue,
    ]
  }

  /// One row per model and estimate.
  private static func measures(_ report: StressReport) -> String {
    let numbers = ["value", "standard_error", "low", "high", "confidence", "paths", "note"]
    var table = CSVText(header: ["model", "matching"] + labelHeader + numbers)
    for model in report.models {
      for item in model.estimates {
        let values = [item.value, item.standardError, item.interval.low, item.interval.high, item.confidence]
        table.append(
          [CSVText.cell(model.name), CSVText.cell(model.matching)] + cells(item.label) + values.map(CSVText.number)
            + [String(item.paths), CSVText.cell(item.note ?? "")])
      }
    }
    return table.text
  }

  /// One row per compared model and difference.
  private static func comparisons(_ report: StressReport) -> String {
    let numbers = ["difference", "standard_error", "low", "high", "confidence", "paths", "distinguishable", "note"]
    var table = CSVText(header: ["baseline", "model", "matching"] + labelHeader + numbers)
    for comparison in report.comparisons {
      let model = report.models[comparison.model]
      let names = [report.models.first?.name ?? "", model.name, model.matching].map(CSVText.cell)
      for item in comparison.differences {
        let values = [item.difference, item.standardError, item.interval.low, item.interval.high, item.confidence]
        table.append(
          names + cells(item.label) + values.map(CSVText.number)
            + [String(item.paths), item.isDistinguishable ? "true" : "false", CSVText.cell(item.note ?? "")])
      }
    }
    return table.text
  }

  /// One row per map and price.
  private static func liquidationMap(_ report: StressReport) -> String {
    var table = CSVText(
      header: ["venue", "model", "matching", "asset", "price_ratio", "price", "notional", "total_notional", "accounts"])
    for map in report.curves.liquidationMaps where map.model < report.models.count {
      let model = report.models[map.model]
      let names = [map.venue, model.name, model.matching, map.asset ?? ""].map(CSVText.cell)
      for point in map.points {
        let numbers: [Double?] = [point.ratio, map.price.map { $0 * point.ratio }, point.notional, map.totalNotional]
        table.append(names + numbers.map(CSVText.number) + [String(point.accounts)])
      }
    }
    return table.text
  }

  /// One row per account and model, so that the columns do not depend on the job.
  private static func accounts(_ report: StressReport) -> String {
    let start = ["venue", "account", "group", "equity", "exposure", "leverage_bucket"]
    var table = CSVText(header: start + ["model", "matching", "liquidation_probability", "low", "high"])
    let models = report.models.map { CSVText.cell($0.name) + "," + CSVText.cell($0.matching) }
    for account in report.accounts {
      let text = [account.venue, account.id, account.group].map(CSVText.cell)
      let numbers = [account.equity, account.exposure].map { CSVText.number($0) }
      let row = (text + numbers + [CSVText.cell(account.leverageBucket)]).joined(separator: ",")
      for (model, chance) in zip(models, account.liquidation) {
        table.append([row, model] + [chance.value, chance.low, chance.high].map { CSVText.number($0) })
      }
    }
    return table.text
  }
}
