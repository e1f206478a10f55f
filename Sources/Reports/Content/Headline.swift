import RiskMeasures

/// The few numbers that a reader wants first, the models side by side.
struct Headline: Sendable {
  /// One number under one model.
  struct Cell: Sendable {
    /// The value.
    let value: String
    /// Its interval, in brackets; may be empty.
    let interval: String
    /// Against the baseline, where the difference is distinguishable: `lower` or `higher`.
    let change: String
    /// Whether that is good; nil where it is neither, or nothing is distinguishable.
    let isBetter: Bool?
  }

  /// One measure.
  struct Row: Sendable {
    /// Which number.
    let label: MeasureLabel
    /// Its name.
    let name: String
    /// One cell a model, in the report's order.
    let cells: [Cell]
  }

  /// The venue.
  let venue: String
  /// The rows that exist in the report.
  let rows: [Row]

  /// Picks the headline of one venue.
  init(_ report: StressReport, venue: String) {
    self.venue = venue
    rows = Self.labels(report, venue: venue).map { label in
      Row(
        label: label, name: MeasureWording.name(of: label),
        cells: report.models.indices.map { Self.cell(report, model: $0, label) })
    }
  }

  /// Which level of a measure goes into the headline.
  private enum Level {
    case only, near99, highest
  }

  /// The measures in the order to read: the reserve, losses, liquidations, and what margin it takes.
  private static let chosen: [(id: String, level: Level)] = [
    ("venue.failureProbability", .only), ("reserve.exhaustionProbability", .only), ("reserve.required", .highest),
    ("reserve.uncovered.mean", .only), ("adl.haircut.mean", .only), ("socialised.mean", .only),
    ("badDebt.mean", .only), ("delay.waiting.mean", .only), ("delay.hours.mean", .only),
    ("delay.open.mean", .only),
    ("backstop.failureProbability", .only), ("backstop.profit.mean", .only), ("venue.loss.var", .near99),
    ("venue.loss.es", .near99),
    ("venue.loss.es", .highest),
    ("liquidation.frequency", .only), ("liquidation.count.mean", .only), ("liquidation.notional.mean", .only),
    ("cascade.amplification.q99", .only), ("cause.price", .only), ("cause.ownImpact", .only),
    ("cause.otherVenue", .only), ("attacker.gain.mean", .only), ("attacker.reserveFall.mean", .only),
    ("owners.toppedUp.mean", .only), ("owners.liquidationsAvoided.mean", .only), ("hedger.cost.mean", .only),
    ("hedger.moveShare.mean", .only), ("oracle.error.largest.q99", .only), ("oracle.blocked.mean", .only),
    ("margin.initial.mean", .only),
    ("margin.coverage", .only),
    ("margin.peakToTrough", .only), ("margin.largestIncrease", .only), ("margin.changeDeviation", .only),
    ("margin.callLargest", .only), ("margin.requirementDrivenShare", .only),
  ]

  /// What is of all venues together, or of a venue's part in it.
  private static let chosenOfAll: [(id: String, level: Level)] = [
    ("total.exhaustionProbability", .only), ("total.jointExhaustionProbability", .only),
    ("total.reserve.required", .highest), ("total.uncovered.mean", .only), ("total.loss.var", .near99),
    ("total.loss.es", .near99), ("component.venue.es", .only),
  ]

  /// The labels of the headline that some model has an estimate for; each once.
  static func labels(_ report: StressReport, venue: String) -> [MeasureLabel] {
    let all = report.models.flatMap(\.estimates).map(\.label).filter { $0.venue == venue && $0.isWhole }
    var labels: [MeasureLabel] = []
    for (id, level) in chosen + chosenOfAll where !hiddenWhereZero.contains(id) || !isZeroThroughout(id, report) {
      guard let label = pick(level, from: all.filter { $0.id == id }), !labels.contains(label) else { continue }
      labels.append(label)
    }
    return labels
  }

  /// Who bears what the reserve cannot pay is the venue's choice; what is zero by its rules says nothing. So is money put in
  /// where owners only take out.
  private static let hiddenWhereZero: Set<String> = [
    "adl.haircut.mean", "socialised.mean", "badDebt.mean", "delay.waiting.mean", "delay.hours.mean", "delay.open.mean",
    "backstop.failureProbability", "backstop.profit.mean", "owners.toppedUp.mean",
  ]

  private static func isZeroThroughout(_ id: String, _ report: StressReport) -> Bool {
    report.models.flatMap(\.estimates).allSatisfy { $0.id != id || $0.value == 0 || !$0.value.isFinite }
  }

  /// The one label at the level that the headline wants.
  private static func pick(_ level: Level, from labels: [MeasureLabel]) -> MeasureLabel? {
    switch level {
    case .only: labels.first
    case .near99: labels.min { abs(($0.level ?? 0) - 0.99) < abs(($1.level ?? 0) - 0.99) }
    case .highest: labels.max { ($0.level ?? 0) < ($1.level ?? 0) }
    }
  }

  /// One number; the arrow only where the paired difference is distinguishable.
  private static func cell(_ report: StressReport, model: Int, _ label: MeasureLabel) -> Cell {
    guard let estimate = report.models[model].estimate(label) else {
      return Cell(value: "–", interval: "", change: "", isBetter: nil)
    }
    let difference = report.comparisons.first { $0.model == model }?.difference(label)
    let distinct = difference.flatMap { $0.isDistinguishable ? $0.difference : nil }
    return Cell(
      value: NumberText.text(estimate.value, label.unit), interval: NumberText.interval(estimate.interval, label.unit),
      change: distinct.map { $0 < 0 ? "lower" : "higher" } ?? "",
      isBetter: distinct.flatMap { MeasureWording(label.id).isBetter(difference: $0) })
  }
}

extension MeasureLabel {
  /// Whether the number is of the whole venue, not of a part of its accounts or of what another does to it.
  fileprivate var isWhole: Bool {
    let parts = [group, asset, leverageBucket, origin]
    return parts.allSatisfy { $0 == nil }
  }
}

extension StressReport {
  /// Under which names there is a headline: the venues, and, where there are several, all of them together.
  var headlineVenues: [String] { venues.map(\.id) + (venues.count > 1 ? [MeasureLabel.allVenues] : []) }

  /// The headline of every venue as a table for a terminal, values with their intervals.
  public var headlineTable: TextTable {
    let headlines = headlineVenues.map { Headline(self, venue: $0) }
    let rows = headlines.flatMap { headline in
      headline.rows.map { row in
        [venues.count > 1 ? "\(headline.venue): \(row.name)" : row.name]
          + row.cells.map { $0.interval.isEmpty ? $0.value : "\($0.value) \($0.interval)" }
      }
    }
    return TextTable(header: ["measure"] + models.map(\.displayName), rows: rows)
  }
}
