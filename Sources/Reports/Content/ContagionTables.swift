public import RiskMeasures

/// A table of texts with a heading, for any format.
struct TitledTable: Sendable {
  /// The heading.
  let title: String
  /// How to read it.
  let note: String
  /// Column titles.
  let header: [String]
  /// Rows of finished cells.
  let rows: [[String]]
}

/// What liquidations come from, who moved whom, and what impact does: the tables that the formats share.
enum ContagionTables {
  /// Those that have something to say.
  static func all(_ report: StressReport) -> [TitledTable] {
    let matrices = report.venues.count > 1 ? report.models.map { matrix(report, $0) } : []
    return [causes(report)].filter { !$0.rows.isEmpty } + matrices + report.impactPairings.map { pairing(report, $0) }
  }

  private static func cell(_ estimate: Estimate?) -> String {
    guard let estimate else { return "–" }
    let range = NumberText.interval(estimate.interval, estimate.label.unit)
    let value = NumberText.text(estimate.value, estimate.label.unit)
    return range.isEmpty ? value : "\(value) \(range)"
  }

  /// Shares of first liquidations by cause, one row per venue and model.
  private static func causes(_ report: StressReport) -> TitledTable {
    var ids = ["cause.price", "cause.ownImpact", "cause.otherVenue", "cause.requirement"]
    if report.venues.count == 1 { ids.removeAll { $0 == "cause.otherVenue" } }
    let rows = report.venues.flatMap { venue in
      report.models.compactMap { model -> [String]? in
        let found = ids.map { id in model.estimates.first { $0.id == id && $0.label.venue == venue.id } }
        return found.contains { $0?.value.isFinite ?? false } ? [venue.id, model.displayName] + found.map(cell) : nil
      }
    }
    let titles = [
      "cause.price": "price alone", "cause.ownImpact": "own impact", "cause.otherVenue": "other venues",
      "cause.requirement": "risen requirement",
    ]
    return TitledTable(
      title: "Why accounts were liquidated",
      note:
        "Share of first liquidations by the least that explains them: exogenous prices; the impact of the account's own "
        + "venue besides; all impact and the losses of claims; else the requirement has moved.",
      header: ["venue", "model"] + ids.map { titles[$0] ?? $0 }, rows: rows)
  }

  /// Venue by venue: liquidations that would not be without an impact.
  private static func matrix(_ report: StressReport, _ model: ModelResult) -> TitledTable {
    TitledTable(
      title: "Contagion under \(model.displayName)",
      note:
        "Share of first liquidations at a venue (row) that would not have been without the impact made by a venue "
        + "(column), all else as it was. Shares need not add up.",
      header: ["liquidated at"] + report.venues.map { "by \($0.id)" },
      rows: report.venues.map { venue in
        [venue.id]
          + report.venues.map { origin in
            cell(
              model.estimates.first {
                $0.id == "contagion.share" && $0.label.venue == venue.id && $0.label.origin == origin.id
              })
          }
      })
  }

  /// The measures of the headline with against without impact.
  private static func pairing(_ report: StressReport, _ pairing: ImpactPairingResult) -> TitledTable {
    let model = report.models[pairing.model]
    let places = report.headlineVenues
    let shown = Set(places.flatMap { Headline.labels(report, venue: $0) })
    let listed = places.flatMap { place in
      pairing.rows.filter { $0.with.label.venue == place && shown.contains($0.with.label) }
    }
    // Who bears what the reserve cannot pay is one of two; the other is zero by the venue's rules and says nothing.
    let rows = listed.filter { $0.with.value != 0 || $0.without.value != 0 }.map { row in
      let label = row.difference.label
      return [
        label.venue, MeasureWording.name(of: label), cell(row.with), cell(row.without),
        NumberText.difference(row.difference.difference, label.unit) + " "
          + NumberText.interval(row.difference.interval, label.unit, signed: true),
      ]
    }
    let factors = pairing.amplifications.map { estimate in
      [
        estimate.label.venue, MeasureWording.name(of: estimate.label), "", "",
        "×\u{00A0}" + cell(estimate),
      ]
    }
    return TitledTable(
      title: "With against without impact, \(model.displayName)",
      note:
        "The same paths on a market that trades do not move. Differences are paired by path; a factor is the sum over "
        + "paths with impact over the sum without.",
      header: ["venue", "measure", "with impact", "without", "difference"], rows: rows + factors)
  }
}

/// A model with against without impact, as a report has it.
public struct ImpactPairingResult: Sendable {
  /// Index of the model in the report.
  public var model: Int
  /// The pairs.
  public var rows: [ImpactPairing.Row]
  /// Sums with over sums without.
  public var amplifications: [Estimate]

  /// The pairing of the report's model `model`.
  public init(model: Int, _ pairing: ImpactPairing) {
    self.model = model
    rows = pairing.rows
    amplifications = pairing.amplifications
  }
}
