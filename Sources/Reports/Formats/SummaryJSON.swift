import RiskMeasures
public import Schema

/// `summary.json`: every estimate, comparison and limit for programs to read.
///
/// Keys keep one order and numbers their shortest exact form, so the same job gives the same bytes on any number of
/// workers: times, hosts and workers are in `manifest.json` only. What is undefined is null.
///
/// | key | what it holds |
/// |---|---|
/// | `job` `title` `seed` `paths` `steps` `stepHours` `synthetic` | the run |
/// | `market` `venues` | what was simulated, with the data sources |
/// | `pathStates` `conservation` | how paths ended; the largest relative residual of the money count |
/// | `models` | name, matching, factor, parameters, accounts liquidatable at the start, `measures` |
/// | `comparisons` | paired differences of each other model from the first |
/// | `scenarios` | where the job has some, its own market first: what differs, paths, each model's figures |
/// | `withoutImpact` | where the job asks for it: each model on the same paths without impact, and paired differences |
/// | `worstPaths` | the path with the largest loss of all venues under each model |
/// | `limits` | value, limit, status `kept`, `breached` or `undecided` |
/// | `verdict` `warnings` | the sentences of the report |
///
/// A measure has `id`, `venue`, `unit`, where they apply `level`, `group`, `asset`, `leverageBucket`, `hours`, `origin`, then
/// `value`, `standardError`, `interval`, `confidence`, `paths`, and a `note` where there is something to say.
public struct SummaryJSON: ReportFormat {
  /// What `plimsoll describe formats` prints.
  public static let kind = Kind("json", summary: "summary.json: estimates, comparisons and limits for programs")

  /// Creates the format.
  public init() {}

  /// `summary.json`.
  public func files(for report: StressReport) throws -> [OutputFile] {
    [OutputFile(name: "summary.json", text: Self.document(report).text)]
  }

  /// The document.
  static func document(_ report: StressReport) -> JSONValue {
    .members(
      run(report.run) + [
        ("market", market(report.market)), ("venues", .array(report.venues.map(venue))),
        ("pathStates", .object(report.pathStates.map { ($0.name, .integer($0.count)) })),
        ("conservation", .object([("largestRelativeResidual", .finite(report.largestConservationResidual))])),
        ("models", .array(report.models.map(model))),
        ("comparisons", .array(report.comparisons.map { comparison($0, report.models) })),
        (
          "scenarios",
          report.scenarios.isEmpty ? nil : .array(report.scenarios.map { scenario($0, report.models) })
        ),
        (
          "withoutImpact",
          report.impactPairings.isEmpty ? nil : .array(report.impactPairings.map { pairing($0, report.models) })
        ), ("worstPaths", .array(report.worstPaths.map { worstPath($0, report.models) })),
        ("limits", .array(report.limits.map(limit))),
        ("verdict", .array(report.verdict.sentences.map(sentence))),
        ("warnings", .array(report.warnings.map { .string($0) })),
      ])
  }

  /// The job's own figures, at the top of the document.
  private static func run(_ run: RunDescription) -> [(String, JSONValue?)] {
    [
      ("job", .string(run.job)), ("title", run.title.isEmpty ? nil : .string(run.title)),
      ("seed", .unsigned(run.seed)), ("paths", .integer(run.paths)), ("steps", .integer(run.steps)),
      ("stepHours", .finite(run.stepHours)), ("synthetic", .bool(run.isSynthetic)),
    ]
  }

  /// `market`.
  private static func market(_ market: MarketDescription) -> JSONValue {
    .members([
      ("process", .string(market.process)), ("dependence", .string(market.dependence)),
      ("assets", .array(market.assets.map { .string($0) })),
      ("dataSources", .array(market.dataSources.map { .string($0) })), ("parameters", pairs(market.parameters)),
    ])
  }

  /// An element of `venues`.
  private static func venue(_ venue: VenueDescription) -> JSONValue {
    .members([
      ("id", .string(venue.id)), ("summary", venue.summary.isEmpty ? nil : .string(venue.summary)),
      ("settlement", .string(venue.settlement)), ("synthetic", .bool(venue.isSynthetic)),
      ("accounts", .integer(venue.accountCount)), ("positions", .integer(venue.positionCount)),
      ("totalEquity", .finite(venue.totalEquity)), ("openInterest", .finite(venue.openInterest)),
      ("initialReserve", .finite(venue.initialReserve)), ("assets", .array(venue.assets.map { .string($0) })),
      ("parameters", pairs(venue.parameters)),
    ])
  }

  /// An element of `models`.
  private static func model(_ model: ModelResult) -> JSONValue {
    .members([
      ("name", .string(model.name)), ("matching", .string(model.matching)), ("kind", .string(model.kind)),
      ("dynamic", .bool(model.isDynamic)), ("factor", .finite(model.factor)),
      ("factorStandardError", .finite(model.factorStandardError)),
      ("factors", model.venueFactors.isEmpty ? nil : .array(model.venueFactors.map(factor))),
      ("meanMaintenance", model.meanMaintenance.isFinite ? .number(model.meanMaintenance) : nil),
      ("parameters", pairs(model.parameters)),
      ("liquidatableAtStart", .array(model.liquidatableAtStart.map(atStart))),
      ("measures", .array(model.estimates.map(estimate))),
    ])
  }

  /// An element of a model's `factors`, where several venues have one each.
  private static func factor(_ factor: VenueFactor) -> JSONValue {
    .object([
      ("venue", .string(factor.venue)), ("factor", .finite(factor.value)),
      ("standardError", .finite(factor.standardError)),
    ])
  }

  /// An element of a model's `liquidatableAtStart`.
  private static func atStart(_ accounts: AccountsAtStart) -> JSONValue {
    .object([
      ("venue", .string(accounts.venue)), ("count", .integer(accounts.count)),
      ("ids", .array(accounts.ids.map { .string($0) })),
    ])
  }

  /// An element of a model's `measures`.
  private static func estimate(_ estimate: Estimate) -> JSONValue {
    .members(
      label(estimate.label) + [
        ("value", .finite(estimate.value)), ("standardError", .finite(estimate.standardError)),
        ("interval", interval(estimate.interval)), ("confidence", .finite(estimate.confidence)),
        ("paths", .integer(estimate.paths)), ("note", estimate.note.map { .string($0) }),
      ])
  }

  /// An element of `comparisons`.
  private static func comparison(_ comparison: ComparisonResult, _ models: [ModelResult]) -> JSONValue {
    let model = models[comparison.model]
    return .object([
      ("baseline", .optional(models.first?.name)), ("model", .string(model.name)),
      ("matching", .string(model.matching)), ("measures", .array(comparison.differences.map(difference))),
    ])
  }

  /// An element of a comparison's `measures`.
  private static func difference(_ item: PairedDifference) -> JSONValue {
    .members(
      label(item.label) + [
        ("difference", .finite(item.difference)), ("standardError", .finite(item.standardError)),
        ("interval", interval(item.interval)), ("confidence", .finite(item.confidence)),
        ("paths", .integer(item.paths)), ("note", item.note.map { .string($0) }),
      ])
  }

  /// An element of `scenarios`; the job's own market has no name.
  private static func scenario(_ scenario: ScenarioResult, _ models: [ModelResult]) -> JSONValue {
    let about = scenario.description
    let results = zip(models, scenario.figures).map { model, figures in
      JSONValue.object([
        ("name", .string(model.name)), ("matching", .string(model.matching)),
        ("measures", .array(figures.map(estimate))),
      ])
    }
    return .members([
      ("name", about.name.map { .string($0) }), ("summary", about.summary.isEmpty ? nil : .string(about.summary)),
      ("process", .string(about.process)), ("market", about.variations.isEmpty ? nil : pairs(about.variations)),
      ("shocks", .array(about.shocks.map { .string($0) })), ("onePath", .bool(about.isOnePath)),
      ("paths", .integer(scenario.paths)), ("steps", .integer(scenario.steps)),
      ("stepHours", .finite(scenario.stepHours)),
      ("pathStates", .object(scenario.pathStates.map { ($0.name, .integer($0.count)) })),
      ("largestRelativeResidual", .finite(scenario.largestConservationResidual)), ("models", .array(results)),
    ])
  }

  /// An element of `withoutImpact`.
  private static func pairing(_ pairing: ImpactPairingResult, _ models: [ModelResult]) -> JSONValue {
    .object([
      ("model", .string(models[pairing.model].name)), ("matching", .string(models[pairing.model].matching)),
      ("amplifications", .array(pairing.amplifications.map(estimate))),
      ("without", .array(pairing.rows.map { estimate($0.without) })),
      ("differences", .array(pairing.rows.map { difference($0.difference) })),
    ])
  }

  /// An element of `worstPaths`.
  private static func worstPath(_ worst: WorstPath, _ models: [ModelResult]) -> JSONValue {
    .object([
      ("model", .string(models[worst.model].name)), ("matching", .string(models[worst.model].matching)),
      ("path", .integer(worst.path)), ("loss", .finite(worst.loss)),
    ])
  }

  /// An element of `limits`.
  private static func limit(_ limit: LimitResult) -> JSONValue {
    var members: [(String, JSONValue?)] = [("measure", .string(limit.label.id))]
    members += label(limit.label).dropFirst()
    members += [
      ("scenario", limit.scenario.map { .string($0) }), ("model", .string(limit.model)),
      ("matching", .string(limit.matching)), ("value", .finite(limit.value)),
      ("interval", interval(limit.interval)), ("side", .string(limit.side.rawValue)), ("limit", .finite(limit.limit)),
      ("status", .string(limit.status.rawValue)),
      ("breached", .bool(limit.isBreached)),
    ]
    return .members(members)
  }

  /// An element of `verdict`.
  private static func sentence(_ sentence: Verdict.Sentence) -> JSONValue {
    .object([("tone", .string(sentence.tone.rawValue)), ("text", .string(NumberText.plain(sentence.text)))])
  }

  /// The keys that say which number it is; what does not apply is left out.
  private static func label(_ label: MeasureLabel) -> [(String, JSONValue?)] {
    [
      ("id", .string(label.id)), ("venue", .string(label.venue)), ("level", label.level.map { .finite($0) }),
      ("group", label.group.map { .string($0) }), ("asset", label.asset.map { .string($0) }),
      ("leverageBucket", label.leverageBucket.map { .string($0) }), ("hours", label.hours.map { .finite($0) }),
      ("origin", label.origin.map { .string($0) }),
      ("unit", .string(label.unit.rawValue)),
    ]
  }

  /// Two numbers; an unknown end is null.
  private static func interval(_ interval: ConfidenceInterval) -> JSONValue {
    .array([.finite(interval.low), .finite(interval.high)])
  }

  /// Names and texts as an object.
  private static func pairs(_ pairs: [NamedText]) -> JSONValue {
    .object(pairs.map { ($0.name, .string($0.text)) })
  }
}
