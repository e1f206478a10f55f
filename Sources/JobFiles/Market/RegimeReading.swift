import Markets
import Schema

/// Reads `regimes:` of a calibration: a list of states that the whole market switches between.
///
/// ```yaml
/// regimes:
///   - { name: calm, volatilityMultiple: 0.8, meanDurationDays: 60, next: { wary: 4, crisis: 1 } }
///   - { name: wary, volatilityMultiple: 1.2, meanDurationDays: 15, next: { calm: 3, crisis: 1 } }
///   - { name: crisis, volatilityMultiple: 3, correlationBlend: 0.6, meanDurationDays: 3, next: { wary: 1 } }
/// ```
/// `next` weighs the regimes that may follow; with two regimes it is the other one.
enum RegimeReading {
  /// What a list of regimes looks like.
  static let allowed = "a list of { name, volatilityMultiple, correlationBlend, meanDurationDays, next }"

  private static let durations = Bounds(
    RegimeChain.allowedDurationDays.lowerBound, RegimeChain.allowedDurationDays.upperBound)
  private static let name = Parameter<String>.text("name", "the regime's name")
  private static let multiple = Parameter<Double>.number(
    "volatilityMultiple", unit: "multiple", in: Bounds(0, 100), "scales every asset's volatility")
  private static let blend = Parameter<Double>.number(
    "correlationBlend", unit: "fraction", in: .fraction, default: 0, "how far all correlations go towards 1")
  private static let duration = Parameter<Double>.number(
    "meanDurationDays", unit: "days", in: durations, isOptional: true, "expected stay; needed from two regimes on")

  /// One regime as written.
  private struct Entry {
    var name: String
    var multiple: Double
    var blend: Double
    var days: Double?
    var next: ParameterReader?
    var reader: ParameterReader
  }

  /// The chain of the regimes at `items`; nil where there are none, or they are wrong (recorded).
  static func chain(_ items: [DocumentNode], problems: ProblemCollector) -> RegimeChain? {
    let before = problems.count
    let entries = items.compactMap { entry($0, problems) }
    let names = entries.map(\.name)
    for (index, entry) in entries.enumerated() where names[..<index].contains(entry.name) {
      entry.reader.record("a regime appears twice", key: "name", found: quotedForMessage(entry.name))
    }
    guard let place = items.first?.location, problems.count == before else { return nil }
    let regimes = entries.enumerated().map { regime($1, number: $0, names: names) }
    guard problems.count == before else { return nil }
    if let chain = RegimeChain(regimes) { return chain }
    problems.record(
      "not every regime can be reached from every other", at: place, hint: "look at the weights in next")
    return nil
  }

  private static func entry(_ node: DocumentNode, _ problems: ProblemCollector) -> Entry? {
    var reader = ParameterReader(node, problems: problems)
    let name = reader.read(Self.name)
    let multiple = reader.read(Self.multiple)
    let blend = reader.read(Self.blend)
    let days = reader.readIfPresent(duration)
    let next = reader.section("next", required: false)
    FitKeys.readErrors(&reader, of: ["volatilityMultiple", "correlationBlend", "meanDurationDays"])
    reader.finish()
    if name == "stationary" {
      reader.record(
        "the name is taken: it asks for the long-run law", key: "name", found: quotedForMessage("stationary"))
    }
    guard let name, let multiple, let blend else { return nil }
    return Entry(name: name, multiple: multiple, blend: blend, days: days, next: next, reader: reader)
  }

  /// The regime with its next probabilities; what is missing or contradicts `names` is recorded.
  private static func regime(_ entry: Entry, number: Int, names: [String]) -> MarketRegime {
    if names.count > 1, entry.days == nil {
      entry.reader.record("the key is required", key: "meanDurationDays", allowed: durations.description)
    }
    return MarketRegime(
      name: entry.name, volatilityMultiple: entry.multiple, correlationBlend: entry.blend,
      meanDurationDays: entry.days ?? 1, nextProbabilities: next(entry, number: number, names: names))
  }

  private static func next(_ entry: Entry, number: Int, names: [String]) -> [Double] {
    guard var next = entry.next else {
      if names.count > 2 {
        entry.reader.record(
          "the key is required with more than two regimes", key: "next", allowed: "{ name: weight, … }",
          hint: "weigh the regimes that may follow")
      }
      return names.indices.map { names.count == 2 && $0 != number ? 1 : 0 }
    }
    var weights = names.map { _ in 0.0 }
    for (index, name) in names.enumerated() where index != number {
      let weight = Parameter<Double>.number(name, in: Bounds(0, 1e6), isOptional: true, "weight of the regime")
      weights[index] = next.readIfPresent(weight) ?? 0
    }
    next.finish()
    let total = weights.reduce(0, +)
    guard total > 0 else {
      if names.count > 1 { entry.reader.record("no regime may follow", key: "next", allowed: "a weight above 0") }
      return weights
    }
    return weights.map { $0 / total }
  }
}
