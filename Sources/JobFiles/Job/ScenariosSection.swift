import Markets
import Schema
import Venues

/// The `scenarios:` of a job, read in two goes: names and plain keys first, so that limits can refer to them, then, when
/// market, portfolio and models stand, the markets themselves.
struct ScenariosSection {
  /// One entry of the list.
  struct Entry {
    let name: String
    let summary: String
    let paths: Int?
    let hasOwnGrid: Bool
    /// The scenario's own times; nil where it has none, or they are wrong (recorded).
    let grid: TimeGrid?
    let market: DocumentNode?
    let shocks: [DocumentNode]
    let place: SourceLocation
  }

  /// The entries that could be read so far.
  let entries: [Entry]

  private static let name = Parameter<String>.text("name", "the scenario's name in reports and limits")
  private static let description = Parameter<String>.text("description", default: "", "what it is, in words")
  private static let pathCount = Parameter<Int>.integer(
    "paths", in: 1...JobHeader.greatestPathCount, isOptional: true, "number of paths; the job's if absent")

  /// Reads names and plain keys.
  init(reading reader: inout ParameterReader) {
    let problems = reader.problems
    var entries: [Entry] = []
    for node in reader.list("scenarios", required: false, allowed: "a list of { name, market | shocks | horizon, … }") {
      guard let entry = Self.entry(node, problems) else { continue }
      if entries.contains(where: { $0.name == entry.name }) {
        problems.record(
          "two scenarios have the same name", at: node.location.appending(key: "name"),
          found: quotedForMessage(entry.name))
      }
      entries.append(entry)
    }
    self.entries = entries
  }

  /// The names in the order written.
  var names: [String] { entries.map(\.name) }

  private static func entry(_ node: DocumentNode, _ problems: ProblemCollector) -> Entry? {
    var reader = ParameterReader(node, problems: problems)
    let name = reader.read(Self.name)
    let summary = reader.read(Self.description)
    let paths = reader.readIfPresent(Self.pathCount)
    let horizon = reader.section("horizon", required: false, allowed: "{ hours: 48, stepHours: 1 }")
    let market = reader.take("market")
    let shocks = reader.list("shocks", required: false, allowed: "a list of { kind, … }")
    reader.finish()
    if let flaw = name.flatMap(AccountName.flaw) { reader.record("the scenario's name \(flaw)", key: "name") }
    if horizon == nil, market == nil, shocks.isEmpty {
      reader.record(
        "the scenario changes nothing", key: "shocks", allowed: "shocks, market, horizon, or several of them")
    }
    guard let name, let summary else { return nil }
    return Entry(
      name: name, summary: summary, paths: paths, hasOwnGrid: horizon != nil, grid: horizon.flatMap(JobHeader.grid),
      market: market, shocks: shocks, place: node.location)
  }

  /// The scenarios; nil, recorded, where any cannot be made.
  func scenarios(of job: ScenarioBase) -> [JobScenario]? {
    let made = entries.compactMap { entry in
      entry.hasOwnGrid && entry.grid == nil ? nil : ScenarioReading(entry: entry, job: job).scenario()
    }
    return made.count == entries.count ? made : nil
  }
}

/// What a scenario varies. Without portfolio or models, which could not be read, a scenario is checked as far as it goes.
struct ScenarioBase {
  let paths: Int
  let grid: TimeGrid
  /// The job's `market:` as written.
  let node: DocumentNode
  let market: MarketSection
  let model: MarketModel
  let portfolios: [Portfolio]?
  let models: [JobModel]?
  let baseline: Int
  let section: ModelsSection
  let file: FileReference
  let intake: Intake
}
