import Schema
import Simulation

/// The `compare:` of a job: the baseline, and what the others are made equal in.
struct CompareSection {
  /// Index of the baseline among the models.
  let baseline: Int
  /// What compared models are made equal in, in the order written.
  let matchings: [Matching]
  /// Paths that a matching factor is estimated on.
  let pilotPaths: Int
  /// Whether every model is also run without impact, on the same paths.
  let pairsWithoutImpact: Bool

  private static let baselineName = Parameter<String>.text(
    "baseline", isOptional: true, "the model that the others are compared with; the first if absent")
  private static let match = Parameter<[String]>.texts(
    "match", default: [Matching.asConfigured.rawValue], "what compared models are made equal in")
  private static let pilot = Parameter<Int>.integer(
    "pilotPaths", in: 2...1_000_000, default: 1024, "paths that a matching factor is estimated on")

  private static let withoutImpact = Parameter<Bool>.flag(
    "withoutImpact", default: false, "whether every model is also run without impact, on the same paths")

  /// Reads the section; `models` are the names of the job's models.
  init(reading reader: inout ParameterReader, models: [String]) {
    let node = reader.take("compare") ?? DocumentNode(.null, at: reader.location.appending(key: "compare"))
    var section = ParameterReader(node, problems: reader.problems)
    baseline = Self.baseline(&section, models)
    matchings = Self.matchings(&section)
    pilotPaths = section.read(Self.pilot) ?? 1024
    pairsWithoutImpact = section.read(Self.withoutImpact) ?? false
    section.finish()
  }

  /// Index of the model that the others are compared with; an unknown name is recorded and read as the first.
  private static func baseline(_ section: inout ParameterReader, _ models: [String]) -> Int {
    guard let name = section.readIfPresent(baselineName) else { return 0 }
    if let index = models.firstIndex(of: name) { return index }
    section.record(
      "there is no such model", key: "baseline", found: quotedForMessage(name),
      allowed: models.map(quotedForMessage).joined(separator: ", "),
      hint: nearestWord(to: name, among: models).map { "did you mean '\($0)'?" })
    return 0
  }

  /// The matchings named, each once.
  private static func matchings(_ section: inout ParameterReader) -> [Matching] {
    guard let names = section.read(match) else { return [.asConfigured] }
    var found: [Matching] = []
    for name in names {
      guard let matching = Matching(rawValue: name) else {
        section.record(
          "unknown matching", key: "match", found: quotedForMessage(name),
          allowed: Matching.allCases.map(\.rawValue).joined(separator: " | "))
        continue
      }
      if found.contains(matching) {
        section.record("a matching is named twice", key: "match", found: matching.rawValue)
      }
      found.append(matching)
    }
    return found
  }
}
