import RiskMeasures
public import Schema

/// `report.md`: verdict, headline, comparisons, limits and provenance, ready to paste into a proposal or an issue.
public struct ReportMarkdown: ReportFormat {
  /// What `plimsoll describe formats` prints.
  public static let kind = Kind("markdown", summary: "report.md: verdict, headline, comparisons, limits, provenance")

  /// Creates the format.
  public init() {}

  /// `report.md`.
  public func files(for report: StressReport) throws -> [OutputFile] {
    let title = report.run.title.isEmpty ? report.run.job : report.run.title
    var blocks = ["# \(Self.escaped(title))", Self.escaped(RunWording.subtitle(report))]
    blocks += RunWording.syntheticNotice(report).map { ["> **\(Self.escaped($0))**"] } ?? []
    blocks += Self.verdict(report)
    blocks += Self.headlines(report) + Self.scenarios(report) + report.comparisons.map { Self.comparison(report, $0) }
    blocks += Self.contagion(report)
    blocks += ["## Provenance", Self.list(RunWording.provenance(report).map { "\($0.name): \($0.text)" })]
    return [OutputFile(name: "report.md", text: blocks.joined(separator: "\n\n") + "\n")]
  }

  /// Verdict, limits, warnings.
  private static func verdict(_ report: StressReport) -> [String] {
    let verdict = report.verdict
    var blocks = ["## Verdict", "**\(escaped(verdict.headline.text))**"]
    blocks.append(list((verdict.reserve + verdict.comparison).map(\.text)))
    if !report.limits.isEmpty { blocks += ["### Limits", list(report.limits.map(\.sentence))] }
    if !report.warnings.isEmpty { blocks += ["### Warnings", list(report.warnings)] }
    return blocks
  }

  /// One table a venue.
  private static func headlines(_ report: StressReport) -> [String] {
    let header = ["measure"] + report.models.map(\.displayName)
    return ["## Headline figures", escaped(RunWording.headlineNote(report, hasArrows: false))]
      + report.headlineVenues.flatMap { venue in
        let rows = Headline(report, venue: venue).rows.map { row in
          [row.name] + row.cells.map { $0.interval.isEmpty ? $0.value : "\($0.value) \($0.interval)" }
        }
        return ["### \(escaped(venue))", table(header, rows)]
      }
  }

  /// Causes, contagion, impact, and the worst paths; nothing where nothing is known of them.
  private static func contagion(_ report: StressReport) -> [String] {
    let tables = ContagionTables.all(report)
    let worst = WorstPathWording.sentences(report)
    return
      (tables.isEmpty
      ? []
      : ["## Causes and contagion"]
        + tables.flatMap { ["### \(escaped($0.title))", escaped($0.note), table($0.header, $0.rows)] })
      + (worst.isEmpty ? [] : ["## The worst paths", list(worst)])
  }

  /// The scenarios side by side; nothing where the job has none.
  private static func scenarios(_ report: StressReport) -> [String] {
    guard !report.scenarios.isEmpty else { return [] }
    let what = list(ScenarioTable.contents(report).map { "\($0.name): \($0.text)" })
    return ["## Scenarios", escaped(ScenarioTable.note(report))]
      + report.venues.flatMap { venue in
        let losses = ScenarioTable.losses(report, venue: venue.id)
        let liquidations = ScenarioTable.liquidations(report, venue: venue.id)
        let margins = ScenarioTable.margins(report, venue: venue.id)
        return [
          "### \(escaped(venue.id))", table(losses.header, losses.rows),
          table(liquidations.header, liquidations.rows), table(margins.header, margins.rows),
        ]
      } + [what]
  }

  /// One table a compared model, the measures of the headline.
  private static func comparison(_ report: StressReport, _ comparison: ComparisonResult) -> String {
    let names = [report.models[comparison.model].displayName, report.models.first?.displayName ?? ""]
    let labels = report.headlineVenues.flatMap { Headline.labels(report, venue: $0) }
    let rows = labels.compactMap { comparison.difference($0) }.map { item in
      [
        MeasureWording.name(of: item.label), item.label.venue,
        NumberText.difference(item.difference, item.label.unit),
        NumberText.interval(item.interval, item.label.unit, signed: true),
      ]
    }
    let title = "## \(escaped(names[0])) against \(escaped(names[1]))"
    return title + "\n\n" + table(["measure", "venue", "difference", "interval"], rows)
  }

  /// A table with the first column to the left and the others to the right.
  private static func table(_ header: [String], _ rows: [[String]]) -> String {
    let rule = header.indices.map { $0 == 0 ? "---" : "---:" }
    return ([header.map(escaped), rule] + rows.map { $0.map(escaped) })
      .map { "| " + $0.joined(separator: " | ") + " |" }.joined(separator: "\n")
  }

  /// A bullet list.
  private static func list(_ items: [String]) -> String {
    items.isEmpty ? "None." : items.map { "- " + escaped($0) }.joined(separator: "\n")
  }

  /// Text that Markdown shows as it is: ASCII signs, special characters after a backslash, `<` and `&` as entities, line
  /// breaks as spaces.
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in NumberText.plain(text).unicodeScalars {
      switch scalar {
      case "<": out += "&lt;"
      case "&": out += "&amp;"
      case "\\", "`", "*", "_", "[", "]", "#", "|", "~": out += "\\" + String(Character(scalar))
      case _ where scalar.properties.generalCategory == .control: out += " "
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }
}
