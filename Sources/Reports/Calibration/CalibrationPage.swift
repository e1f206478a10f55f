import Mustache

extension CalibrationReport {
  /// `calibration.html`: one self-contained page without scripts, in the report's style. The same report gives the same
  /// bytes; every text that came from a file is escaped.
  public func page(named name: String) throws -> OutputFile {
    var library = MustacheLibrary()
    for template in CalibrationTemplate.all { try library.register(template.text, named: template.name) }
    let page = try MustacheTemplate(string: "{{>page}}")
    return OutputFile(name: name, text: page.render(CalibrationView(self), library: library))
  }
}

/// What the page's templates read: text to escape, and markup that is already escaped.
struct CalibrationView {
  let title: String
  let subtitle: String
  let style: String
  let sections: [PageView.Link]
  let formula: String
  let method: [String]
  let hasWarnings: Bool
  let warnings: [String]
  let data: [NamedText]
  let tables: [PageView.Table]
  let chartSections: [ChartSectionView]
  let dataTables: [PageView.Table]
  let simulation: String
  let footer: String

  init(_ report: CalibrationReport) {
    title = "Calibration: \(report.process)"
    subtitle = report.data.prefix(3).map(\.text).joined(separator: ", ")
    style = StyleSheet.text + "\n" + Self.heatStyle
    let charts = Self.charts(report)
    sections =
      [PageView.Link(id: "figures", name: "Figures")] + charts.map { PageView.Link(id: $0.id, name: $0.heading) }
      + [PageView.Link(id: "data", name: "Data"), PageView.Link(id: "method", name: "Method")]
    formula = report.formula
    method = report.method
    hasWarnings = !report.warnings.isEmpty
    warnings = report.warnings
    data = report.data
    tables = report.figures.map(Self.table)
    chartSections = charts
    dataTables = Self.dataTables(report)
    simulation = report.simulation
    footer = report.program
  }

  /// Colour of squares and of thin ranges; numbers in squares have no halo.
  private static let heatStyle = """
    .heat { fill: var(--c); stroke: none; } .range { stroke: var(--c); stroke-width: 1; stroke-opacity: 0.45; }
    figure text.number { fill: var(--ink); stroke: none; }
    path.rule { fill: none; }
    """

  private static func table(_ table: FittedTable) -> PageView.Table {
    let rows = table.rows.map { row in [row.name] + row.figures.map { $0?.text ?? "" } }
    return PageView.Table(
      title: table.title, note: table.note,
      table: FigureTable(header: [""] + table.columns, rows: rows).markup.text)
  }

  private static func charts(_ report: CalibrationReport) -> [ChartSectionView] {
    let assets = report.assets
    let band = "Shaded is what 90\u{00A0}% of simulated histories show."
    let dependence =
      [report.correlation.map { CorrelationHeatMap(correlation: $0).figure }].compactMap { $0 }
      + (report.tails.map { TailFigures($0).figures } ?? [])
    return [
      section(
        "quantiles", "Returns against the fitted process", assets.map { QuantileFigure($0).figure },
        "Quantiles of the log returns of a step: observed upwards, fitted across. On the dashed diagonal the two agree; "
          + "a tail fatter than the model's bends away from it. " + band),
      section(
        "clustering", "Clustering of volatility", assets.map { AutocorrelationFigure($0).figure },
        "Autocorrelation of squared returns by lag: squares observed, the line fitted. " + band),
      section(
        "volatility", "Volatility through time", assets.map { VolatilityThroughTimeFigure($0).figure },
        "Annualised volatility of successive stretches of the window: the unbroken line realised, the other the model's own "
          + "forecast where it follows the data, the dashed level the model's median. " + band),
      section("dependence", "Dependence", dependence, nil, isSmall: false),
    ].compactMap { $0 }
  }

  private static func section(
    _ id: String, _ heading: String, _ figures: [Figure], _ note: String?, isSmall: Bool = true
  ) -> ChartSectionView? {
    guard !figures.isEmpty else { return nil }
    return ChartSectionView(
      id: id, heading: heading, note: note, isSmall: isSmall, figures: figures.map(FigureView.init))
  }

  private static func dataTables(_ report: CalibrationReport) -> [PageView.Table] {
    let coverage = FigureTable(
      header: ["asset", "from", "to", "returns", "blank rows", "mean log return a year"],
      rows: report.coverage.map {
        [
          $0.asset, $0.from, $0.to, NumberText.count($0.returns), NumberText.count($0.blanks),
          "\(NumberText.percent($0.annualMean.value)) ± "
            + NumberText.percent($0.annualMean.standardError ?? .nan),
        ]
      }, textColumns: 3)
    return [
      PageView.Table(
        title: "Prices of each asset", note: "Returns are taken between neighbouring rows only.",
        table: coverage.markup.text),
      notes(
        "Outliers", report.outliers.map { [$0.asset, $0.time, percent($0.logReturn), NumberText.ratio($0.distance)] },
        header: ["asset", "end of the step", "log return", "robust standard deviations"],
        note:
          "Returns further than ten robust standard deviations from the median. They are part of every figure: look "
          + "whether they happened.",
        none: "No return lies further than ten robust standard deviations from the median."),
      notes(
        "Gaps", report.gaps.map { [$0.from, $0.to, NumberText.count($0.missingSteps)] },
        header: ["from", "to", "missing steps"], note: "No return is taken across a gap.",
        none: "The rows are evenly spaced."),
    ]
  }

  private static func percent(_ value: Double) -> String { NumberText.percent(value, .measured) }

  /// A table, or the sentence that there is nothing in it.
  private static func notes(
    _ title: String, _ rows: [[String]], header: [String], note: String, none: String
  ) -> PageView.Table {
    guard !rows.isEmpty else { return PageView.Table(title: "\(title): none", note: none, table: "") }
    let shown = rows.prefix(200)
    let rest = rows.count - shown.count
    return PageView.Table(
      title: "\(title): \(NumberText.count(rows.count))",
      note: note + (rest > 0 ? " The first 200 are listed, \(NumberText.count(rest)) are not." : ""),
      table: FigureTable(header: header, rows: Array(shown), textColumns: 2).markup.text)
  }
}
