import Clearing
import Schema

/// The `margin:` of a venue: named bracket tables.
struct BracketListing {
  /// The tables in the order written.
  private(set) var tables: [BracketTable] = []
  /// Their names.
  private(set) var names: [String] = []
  /// Where each is defined.
  private(set) var places: [SourceLocation] = []
  /// Names of tables that are defined but wrong: recorded already.
  private(set) var brokenNames: Set<String> = []

  private static let from = Parameter<Double>.number(
    "from", unit: "money", in: Bounds(0, 1e18), "notional at which the bracket starts")
  private static let initial = Parameter<Double>.number(
    "initial", unit: "fraction of notional", in: Bounds(0, 1, openBelow: true),
    "marginal rate of the initial requirement")
  private static let maintenance = Parameter<Double>.number(
    "maintenance", unit: "fraction of notional", in: Bounds(0, 1, openBelow: true),
    "marginal rate of the maintenance requirement")

  /// Reads the tables; one that is wrong is recorded and left out.
  init(reading reader: inout ParameterReader, intake: Intake) {
    guard var section = reader.section("margin", required: false, allowed: "named lists of brackets") else { return }
    for name in section.keys {
      let items = section.list(name, required: true, allowed: "a list of { from, initial, maintenance }")
      let place = section.location.appending(key: name)
      guard let table = Self.table(items, at: place, intake.problems) else {
        brokenNames.insert(name)
        continue
      }
      tables.append(table)
      names.append(name)
      places.append(items.first?.location ?? place)
    }
  }

  /// One table; nil, recorded, where any of its brackets is wrong.
  private static func table(
    _ items: [DocumentNode], at place: SourceLocation, _ problems: ProblemCollector
  ) -> BracketTable? {
    let before = problems.count
    var brackets: [BracketTable.Bracket] = []
    for item in items {
      guard let bracket = bracket(item, after: brackets.last, problems) else { continue }
      brackets.append(bracket)
    }
    guard problems.count == before, !brackets.isEmpty else { return nil }
    let table = BracketTable(brackets)
    if table == nil { problems.record("the brackets do not make a table", at: place) }
    return table
  }

  /// One bracket, compared with the one before it: bounds rise, rates do not fall.
  private static func bracket(
    _ item: DocumentNode, after previous: BracketTable.Bracket?, _ problems: ProblemCollector
  ) -> BracketTable.Bracket? {
    var entry = ParameterReader(item, problems: problems)
    let from = entry.read(Self.from)
    let initial = entry.read(Self.initial)
    let maintenance = entry.read(Self.maintenance)
    entry.finish()
    guard let from, let initial, let maintenance else { return nil }
    if maintenance > initial {
      entry.record(
        "the maintenance rate is above the initial rate", key: "maintenance", found: "\(maintenance)",
        allowed: "≤ initial (\(initial))")
    }
    if let previous {
      check(from, above: previous.from, "from", "brackets must start at rising notionals", entry)
      if initial < previous.initial { falling("initial", initial, previous.initial, entry) }
      if maintenance < previous.maintenance { falling("maintenance", maintenance, previous.maintenance, entry) }
    } else if from != 0 {
      entry.record("the first bracket starts at 0", key: "from", found: "\(from)", allowed: "0")
    }
    return BracketTable.Bracket(from: from, initial: initial, maintenance: maintenance)
  }

  /// Records a value that is not above `lower`.
  private static func check(
    _ value: Double, above lower: Double, _ key: String, _ message: String, _ entry: ParameterReader
  ) {
    if value <= lower { entry.record(message, key: key, found: "\(value)", allowed: "> \(lower)") }
  }

  /// Records a rate that falls: the requirement would not be convex, and T(n) = max (n·r − d) would not hold.
  private static func falling(_ key: String, _ rate: Double, _ previous: Double, _ entry: ParameterReader) {
    entry.record(
      "the rate falls from one bracket to the next", key: key, found: "\(rate)", allowed: "≥ \(previous)",
      hint: "a requirement that grows more slowly for larger positions is not supported")
  }
}
