import RiskMeasures
import Schema
import Simulation
import Venues

/// What a limit may refer to.
struct LimitContext {
  /// Names of the models.
  let models: [String]
  /// Names of the scenarios.
  let scenarios: [String]
  /// The venues; nil where they could not be read, and then venue and group are not checked.
  let venues: [Venue]?
  /// Levels of the measures; nil where they are wrong.
  let settings: MeasureSettings?
  /// The matchings of the job.
  let matchings: [Matching]
  /// Index of the baseline, which is always as configured.
  let baseline: Int

  /// What a limit on `model` means that names no matching: as configured, where the model is run so.
  func defaultMatching(of model: String) -> Matching {
    if matchings.contains(.asConfigured) || models.firstIndex(of: model) == baseline { return .asConfigured }
    return matchings.first ?? .asConfigured
  }

  /// What may stand as `venue`: the names, and with several venues the one under which totals are reported.
  var venueNames: [String]? {
    venues.map { $0.map(\.id) + ($0.count > 1 ? [MeasureLabel.allVenues] : []) }
  }

  /// Groups of the named venue, of all where none is named; nil where they are not known.
  func groups(of venue: String?) -> [String]? {
    venues.map { $0.filter { venue == nil || $0.id == venue }.flatMap(\.book.groups) }
  }
}

/// The `limits:` of a job.
enum LimitsSection {
  private static let measure = Parameter<String>.text("measure", "the measure's id")
  private static let model = Parameter<String>.text("model", "name of the margin model")
  private static let scenario = Parameter<String>.text(
    "scenario", isOptional: true, "name of the scenario; the job's own market if absent")
  private static let venue = Parameter<String>.text("venue", isOptional: true, "name of the venue")
  private static let level = Parameter<Double>.number(
    "level", in: .openFraction, isOptional: true, "level of a quantile or tail mean")
  private static let group = Parameter<String>.text("group", isOptional: true, "account group")
  private static let origin = Parameter<String>.text(
    "origin", isOptional: true, "venue whose impact the measure is about")
  private static let matching = Parameter<Matching>.choice("matching", "what the model was made equal in")
  private static let above = Parameter<Double>.number(
    "above", in: .any, isOptional: true, "a greater value is a breach")
  private static let below = Parameter<Double>.number(
    "below", in: .any, isOptional: true, "a smaller value is a breach")

  /// Reads the list; wrong entries are recorded and left out.
  static func limits(reading reader: inout ParameterReader, context: LimitContext) -> [MeasureLimit] {
    reader.list("limits", required: false, allowed: "a list of { measure, model, above | below }").compactMap {
      limit($0, context, reader.problems)
    }
  }

  /// One limit; nil, recorded, where it names what the run will not report.
  private static func limit(_ node: DocumentNode, _ context: LimitContext, _ problems: ProblemCollector)
    -> MeasureLimit?
  {
    let before = problems.count
    var entry = ParameterReader(node, problems: problems)
    let measure = entry.read(Self.measure)
    let model = entry.read(Self.model)
    let scenario = entry.readIfPresent(Self.scenario)
    let venue = entry.readIfPresent(Self.venue)
    let level = entry.readIfPresent(Self.level)
    let group = entry.readIfPresent(Self.group)
    let origin = entry.readIfPresent(Self.origin)
    let matching = entry.readIfPresent(Self.matching)
    let bounds = (above: entry.readIfPresent(Self.above), below: entry.readIfPresent(Self.below))
    entry.finish()
    if entry.has("above") == entry.has("below") {
      entry.record("a limit is either above or below", key: entry.has("above") ? "below" : "above")
    }
    check("model", model, among: context.models, entry)
    check("scenario", scenario, among: context.scenarios, entry)
    check("venue", venue, among: context.venueNames, entry)
    check("origin", origin, among: context.venues.map { $0.map(\.id) }, entry)
    check("group", group, among: context.groups(of: venue), entry)
    check("matching", matching?.rawValue, among: context.matchings.map(\.rawValue), entry)
    guard let measure, let model else { return nil }
    var selector = MeasureSelector(
      measure: measure, model: model, matching: matching ?? context.defaultMatching(of: model), venue: venue,
      level: level, group: group, scenario: scenario)
    selector.origin = origin
    if venue == nil, let names = context.venueNames, names.count > 1, !selector.isTotal {
      entry.record(
        "the measure is reported for every venue", key: "venue", found: "no venue",
        allowed: names.filter { $0 != MeasureLabel.allVenues }.map(quotedForMessage).joined(separator: ", "))
    }
    if let settings = context.settings, var problem = selector.problem(under: settings, at: node.location) {
      if problem.found == "'\(measure)'" { problem.found = quotedForMessage(measure) }
      problem.hint = nearestWord(to: measure, among: selector.reported.map(\.id)).flatMap {
        $0 == measure ? nil : "did you mean '\($0)'?"
      }
      problems.record(problem)
    }
    guard problems.count == before, let bound = bounds.above ?? bounds.below else { return nil }
    return MeasureLimit(selector, breachedWhen: bounds.above == nil ? .below : .above, bound)
  }

  /// Records a name that is not among those allowed; where these are not known, nothing is checked.
  private static func check(_ key: String, _ value: String?, among allowed: [String]?, _ entry: ParameterReader) {
    guard let value, let allowed, !allowed.contains(value) else { return }
    entry.record(
      "there is no such \(key)", key: key, found: quotedForMessage(value),
      allowed: allowed.map(quotedForMessage).joined(separator: ", "),
      hint: nearestWord(to: value, among: allowed).map { "did you mean '\($0)'?" })
  }
}
