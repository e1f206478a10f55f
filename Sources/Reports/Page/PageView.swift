import RiskMeasures

/// What the templates read: text to escape, and markup that is already escaped. Names are those in the templates.
struct PageView {
  /// An entry of the navigation.
  struct Link {
    let id: String
    let name: String
  }

  /// A text that may be absent.
  struct Text {
    let text: String
  }

  /// A sentence with its tone, which names a CSS class.
  struct Statement {
    let tone: String
    let text: String
  }

  /// A venue's headline; `table` is markup.
  struct VenueTable {
    let venue: String
    let table: String
  }

  /// A table that opens on demand; `table` is markup.
  struct Table {
    let title: String
    let note: String?
    let table: String
  }

  /// The scenarios: what they are and what they came to.
  struct Scenarios {
    let note: String
    let tables: [Table]
    let pairs: [NamedText]
  }

  /// A heading with text and a list.
  struct Notes {
    let title: String
    let text: String?
    let pairs: [NamedText]
  }

  /// Title of the job, or its name.
  let title: String
  /// Size of the run in one line.
  let subtitle: String
  /// The style sheet.
  let style: String
  /// The navigation.
  let sections: [Link]
  /// The notice on synthetic data.
  let banner: Text?
  /// Tone of the verdict's headline: a CSS class.
  let tone: String
  /// The verdict in one line.
  let headline: String
  /// The verdict's sentences.
  let sentences: [Statement]
  /// Whether the job has limits.
  let hasLimits: Bool
  /// The limits.
  let limits: [Statement]
  /// Whether there are warnings.
  let hasWarnings: Bool
  /// The warnings.
  let warnings: [String]
  /// What brackets and arrows mean.
  let headlineNote: String
  /// The headline tables.
  let headlines: [VenueTable]
  /// The scenarios; nil where the job has none.
  let scenarios: Scenarios?
  /// Causes, contagion, impact; empty where nothing was liquidated.
  let contagion: [Table]
  /// Whether there are such tables.
  let hasContagion: Bool
  /// The charts.
  let chartSections: [ChartSectionView]
  /// The full tables.
  let tables: [Table]
  /// Notes on method and data.
  let method: [Notes]
  /// Where the figures come from.
  let provenance: [NamedText]
  /// The table of input files; markup.
  let inputs: String
  /// Program, job and time in one line.
  let footer: String

  /// Everything of a report as the templates want it.
  init(_ report: StressReport) {
    let verdict = report.verdict
    title = report.run.title.isEmpty ? report.run.job : report.run.title
    subtitle = RunWording.subtitle(report)
    style = StyleSheet.text
    let charts = ChartSections.all(report)
    sections = Self.links(
      charts, hasScenarios: !report.scenarios.isEmpty, hasContagion: !ContagionTables.all(report).isEmpty)
    banner = RunWording.syntheticNotice(report).map { Text(text: $0) }
    tone = verdict.headline.tone.rawValue
    headline = verdict.headline.text
    sentences = (verdict.reserve + verdict.comparison).map { Statement(tone: $0.tone.rawValue, text: $0.text) }
    hasLimits = !report.limits.isEmpty
    limits = report.limits.map { Statement(tone: $0.tone.rawValue, text: $0.sentence) }
    hasWarnings = !report.warnings.isEmpty
    warnings = report.warnings
    headlineNote = RunWording.headlineNote(report, hasArrows: true)
    headlines = report.headlineVenues.map { VenueTable(venue: $0, table: HeadlineMarkup.table(report, venue: $0).text) }
    scenarios = Self.scenarios(report)
    contagion = ContagionTables.all(report).map {
      Table(
        title: $0.title, note: $0.note,
        table: FigureTable(header: $0.header, rows: $0.rows, textColumns: $0.header.first == "venue" ? 2 : 1).markup
          .text)
    }
    hasContagion = !contagion.isEmpty
    chartSections = charts
    tables = DetailTables.all(report)
    method = MethodNotes.all(report)
    provenance = RunWording.provenance(report)
    inputs = DetailTables.inputs(report.provenance).text
    footer = "plimsoll \(report.provenance.programVersion), job \(report.run.job), \(report.provenance.startText)"
  }

  /// The tables of the scenarios, three a venue.
  private static func scenarios(_ report: StressReport) -> Scenarios? {
    guard !report.scenarios.isEmpty else { return nil }
    let tables = report.venues.flatMap { venue in
      [
        ("\(venue.id): losses and reserve", ScenarioTable.losses(report, venue: venue.id)),
        ("\(venue.id): liquidations", ScenarioTable.liquidations(report, venue: venue.id)),
        ("\(venue.id): margin", ScenarioTable.margins(report, venue: venue.id)),
      ].map { title, table in
        Table(
          title: title, note: nil,
          table: FigureTable(header: table.header, rows: table.rows, textColumns: 2, isStacked: true).markup.text)
      }
    }
    return Scenarios(note: ScenarioTable.note(report), tables: tables, pairs: ScenarioTable.contents(report))
  }

  /// The navigation: fixed parts and the chart sections that exist.
  private static func links(_ charts: [ChartSectionView], hasScenarios: Bool, hasContagion: Bool) -> [Link] {
    [Link(id: "verdict", name: "Verdict"), Link(id: "headline", name: "Headline figures")]
      + (hasScenarios ? [Link(id: "scenarios", name: "Scenarios")] : [])
      + (hasContagion ? [Link(id: "contagion", name: "Causes and contagion")] : [])
      + charts.map { Link(id: $0.id, name: $0.heading) } + [
        Link(id: "tables", name: "Full tables"), Link(id: "method", name: "Method and data"),
        Link(id: "provenance", name: "Provenance"),
      ]
  }
}

/// A section of charts as the templates want it.
struct ChartSectionView {
  /// Its anchor.
  let id: String
  /// Its heading.
  let heading: String
  /// What holds for all its charts.
  let note: String?
  /// Whether the charts are small multiples.
  let isSmall: Bool
  /// The charts.
  let figures: [FigureView]
  /// Tables under the charts.
  var tables: [PageView.Table] = []
}

/// A chart as the templates want it.
struct FigureView {
  /// An entry of the legend; `swatch` is markup.
  struct Key {
    let swatch: String
    let name: String
  }

  /// Its heading.
  let title: String
  /// How to read it.
  let caption: String
  /// Whether it takes the whole width.
  let isWide: Bool
  /// Whether there is a legend.
  let hasLegend: Bool
  /// The legend.
  let legend: [Key]
  /// The SVG; markup.
  let drawing: String
  /// The plotted numbers; markup.
  let table: String

  /// Turns drawing, legend and numbers into markup.
  init(_ figure: Figure) {
    title = figure.title
    caption = figure.caption
    isWide = figure.isWide
    hasLegend = !figure.legend.isEmpty
    legend = figure.legend.map { Key(swatch: Self.swatch($0.series), name: $0.name) }
    drawing = figure.drawing.text
    table = figure.table.markup.text
  }

  /// A short piece of the series' line with its mark.
  private static func swatch(_ series: Int) -> String {
    let line = Drawing.line([(0, 6), (30, 6)], Drawing.seriesClass(series))
    return MarkupElement(
      "svg", [("viewBox", "0 0 30 12"), ("aria-hidden", "true")], [line, Drawing.mark(x: 15, y: 6, series: series)]
    ).text
  }
}
