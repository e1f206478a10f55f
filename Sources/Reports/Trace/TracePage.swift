import Mustache

extension PathTrace {
  /// `trace.json` and `trace.html`: every number, and the pictures. The same trace gives the same bytes; every text that
  /// came from a file is escaped.
  public func files() throws -> [OutputFile] {
    var library = MustacheLibrary()
    let parts = [
      ("facts", TraceTemplate.facts), ("figures", FigureTemplate.text), ("closings", TraceTemplate.closings),
    ]
    for template in PageTemplate.page(of: parts) { try library.register(template.text, named: template.name) }
    let page = try MustacheTemplate(string: "{{>page}}")
    return [
      OutputFile(name: "trace.json", text: document.text),
      OutputFile(name: "trace.html", text: page.render(TraceView(self), library: library)),
    ]
  }

  /// What the path came to, for a terminal.
  public var facts: [NamedText] {
    let last = steps.last
    let waves = steps.map { step in step.venues.map(\.waves).max() ?? 0 }.max() ?? 0
    let perVenue = venues.enumerated().map { index, venue in
      let end = last?.venues[index]
      return NamedText(
        venue.id,
        "loss \(NumberText.money(venue.loss)), uncovered \(NumberText.money(venue.uncovered)), reserve left "
          + "\(NumberText.money(end?.reserve ?? .nan)), \(RunWording.counted(end?.closings ?? 0, "closing")) of "
          + NumberText.money(end?.liquidated ?? .nan))
    }
    let why = causes.map { "\(Self.words[$0.name] ?? $0.name) \(NumberText.count($0.count))" }
    return [
      NamedText("Path", "\(path) of job \(job), seed \(seed), under \(model)"),
      NamedText("Loss of all venues", NumberText.money(loss)),
    ] + perVenue + [
      NamedText("Waves in one step", "at most \(NumberText.count(waves))"),
      NamedText("First liquidations by cause", why.isEmpty ? "none" : why.joined(separator: ", ")),
      NamedText(
        "State", isNonFinite ? "ended where a price or a total was no longer a finite number" : "ran to the horizon"),
    ]
  }

  /// The causes in words.
  static let words = [
    "atStart": "flagged at the start", "price": "price alone", "ownImpact": "impact of the venue",
    "otherVenue": "other venues", "requirement": "risen requirement",
  ]

  /// The document.
  private var document: JSONValue {
    .members([
      ("job", .string(job)), ("seed", .unsigned(seed)), ("path", .integer(path)), ("model", .string(model)),
      ("state", .string(isNonFinite ? "nonFinite" : "completed")), ("loss", .finite(loss)),
      ("assets", .array(assets.map { .string($0) })),
      (
        "venues",
        .array(
          venues.map {
            .object([("id", .string($0.id)), ("loss", .finite($0.loss)), ("uncovered", .finite($0.uncovered))])
          })
      ), ("steps", .array(steps.map(step))),
      ("liquidations", .array(liquidations.map(liquidation))),
    ])
  }

  private func step(_ step: Step) -> JSONValue {
    .object([
      ("hours", .finite(step.hours)), ("exogenous", .array(step.exogenous.map { .finite($0) })),
      ("marks", .array(step.marks.map { .finite($0) })),
      (
        "venues",
        .array(
          zip(venues, step.venues).map { about, venue in
            .object([
              ("venue", .string(about.id)), ("reserve", .finite(venue.reserve)), ("equity", .finite(venue.equity)),
              ("requirement", .finite(venue.requirement)), ("shortfalls", .finite(venue.shortfalls)),
              ("uncovered", .finite(venue.uncovered)), ("liquidated", .finite(venue.liquidated)),
              ("closings", .integer(venue.closings)), ("waves", .integer(venue.waves)),
            ])
          })
      ),
    ])
  }

  private func liquidation(_ item: Liquidation) -> JSONValue {
    .members([
      ("hours", .finite(item.hours)), ("wave", .integer(item.wave)), ("venue", .string(item.venue)),
      ("account", .string(item.account)), ("notional", .finite(item.notional)),
      ("cause", item.cause.map { .string($0) }),
    ])
  }
}

/// What the templates of a trace's page read.
struct TraceView {
  let title: String
  let subtitle: String
  let style: String
  let sections: [PageView.Link]
  let facts: [NamedText]
  let chartSections: [ChartSectionView]
  let closingsNote: String
  let closings: String
  let footer: String

  /// Closings shown on the page; all are in the JSON.
  private static let closingsShown = 100

  init(_ trace: PathTrace) {
    title = "Path \(trace.path) of \(trace.job)"
    subtitle = "under \(trace.model), seed \(trace.seed)"
    style = StyleSheet.text
    sections = [("facts", "What happened"), ("path", "Step by step"), ("closings", "Largest closings")].map {
      PageView.Link(id: $0.0, name: $0.1)
    }
    facts = trace.facts
    chartSections = [
      ChartSectionView(
        id: "path", heading: "Step by step", note: nil, isSmall: false,
        figures: TraceFigures.all(trace).map(FigureView.init))
    ]
    let largest = trace.liquidations.enumerated().sorted {
      ($0.element.notional, $1.offset) > ($1.element.notional, $0.offset)
    }.prefix(Self.closingsShown).map(\.element)
    closingsNote =
      trace.liquidations.count <= Self.closingsShown
      ? "All closings, largest first."
      : "The \(largest.count) largest of \(NumberText.count(trace.liquidations.count)) closings; all are in trace.json."
    closings =
      FigureTable(
        header: ["account", "venue", "cause", "hours", "wave", "notional"],
        rows: largest.map {
          [
            $0.account, $0.venue, $0.cause.map { PathTrace.words[$0] ?? $0 } ?? "liquidated before",
            NumberText.ratio($0.hours), "\($0.wave)", NumberText.money($0.notional),
          ]
        }, textColumns: 3
      ).markup.text
    footer = "plimsoll, job \(trace.job), path \(trace.path)"
  }
}

/// The parts of a trace's page that a report does not have.
enum TraceTemplate {
  /// What the path came to.
  static let facts = """
    <section id="facts">
    <h2>What happened</h2>
    <dl>{{#facts}}<dt>{{name}}</dt><dd>{{text}}</dd>{{/facts}}</dl>
    </section>
    """

  /// The largest closings.
  static let closings = """
    <section id="closings">
    <h2>Largest closings</h2>
    <p class="soft">{{closingsNote}}</p>
    <div class="scroll">{{{closings}}}</div>
    </section>
    """
}
