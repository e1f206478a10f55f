import Kernels
public import Schema
import Simulation

/// What all venues of a job lose together, and how much of it each brings: reported where there are several.
///
/// A path's total is the sum over the venues of that path, so that what happens at the same time is added up at the same
/// time. The total of the required reserves is what the venues together must hold, each in a reserve of its own; reserves
/// do not lend to each other. A path counts if it counts at every venue.
///
/// The parts of expected shortfall are Euler's: the mean of a venue's loss over the tail of the total, weighted as the
/// estimator of the total weighs its paths. Those of value at risk are the mean of a venue's loss over the paths whose
/// totals are nearest to it in rank, √(n(1−α)) on either side, times one factor that makes the parts add up.
public struct TotalLoss: RiskMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "total-loss", summary: "loss, uncovered loss and required reserves of all venues together, and each venue's part",
    formula: "L = Σ_v L_v on the same path; part of ES: Σ w·L_v over the tail of L; part of VaR: E[L_v | L ≈ VaR]",
    source: "D. Tasche, Risk contributions and performance measurement (1999)",
    parameters: [
      MeasureSettings.levelsParameter.description, MeasureSettings.reserveLevelsParameter.description,
      MeasureSettings.componentLevelParameter.description,
    ])

  /// What it reports: totals under the name of all venues, parts under each venue's.
  public static let measures = [
    MeasureDescription("total.loss.var", .money, levels: .losses, "loss of all venues not exceeded at the level"),
    MeasureDescription("total.loss.es", .money, levels: .losses, "mean loss of all venues beyond the level"),
    MeasureDescription(
      "total.reserve.required", .money, levels: .reserve, "reserves that all venues together need at the level"),
    MeasureDescription("total.uncovered.mean", .money, "mean uncovered loss of all venues, over all paths"),
    MeasureDescription(
      "total.exhaustionProbability", .probability, "chance that the reserve of at least one venue does not last"),
    MeasureDescription(
      "total.jointExhaustionProbability", .probability, "chance that the reserves of two or more venues do not last"),
    MeasureDescription("component.venue.var", .money, levels: .component, "part of a venue in the total's VaR"),
    MeasureDescription("component.venue.es", .money, levels: .component, "part of a venue in the total's ES"),
  ]

  /// Creates the family.
  public init() {}

  /// Totals and parts, once a model: with the first of its venues.
  public func estimates(of outcomes: VenueOutcomes) -> [Estimate] {
    guard let totals = VenueTotals(outcomes) else { return [] }
    let confidence = outcomes.settings.confidence
    return totals.variables.flatMap { $0.estimates(confidence: confidence) }
      + totals.parts.map { Estimate($0.label, $0.estimate.measured(confidence: confidence), confidence: confidence) }
  }

  /// The change of every total and part on the same paths; each model has a tail of its own.
  public func differences(of model: VenueOutcomes, from baseline: VenueOutcomes) -> [PairedDifference] {
    guard let own = VenueTotals(model), let other = VenueTotals(baseline), let bootstrap = model.bootstrap else {
      return []
    }
    let confidence = model.settings.confidence
    let totals = zip(own.variables, other.variables).flatMap {
      $0.differences(from: $1, bootstrap: bootstrap, confidence: confidence)
    }
    let parts = zip(own.parts, other.parts).map { part, base in
      PairedDifference(
        part.label, part.estimate.difference(from: base.estimate).measured(confidence: confidence),
        confidence: confidence)
    }
    return totals + parts
  }
}

/// The columns of one model added up over its venues.
private struct VenueTotals {
  private let venues: [VenueOutcomes]
  private let settings: MeasureSettings
  private let loss: [Double]

  /// The totals of the model of `outcomes`; nil for any but the first venue, and where there is one venue only.
  init?(_ outcomes: VenueOutcomes) {
    let table = outcomes.table
    guard outcomes.venue == 0, table.venues.count > 1 else { return nil }
    venues = table.venues.indices.map {
      VenueOutcomes(table: table, model: outcomes.model, venue: $0, settings: outcomes.settings)
    }
    settings = outcomes.settings
    loss = Self.sum(of: .loss, over: venues)
  }

  /// The sum over venues, path by path; NaN where a path does not count at one of them.
  private static func sum(of quantity: PathQuantity, over venues: [VenueOutcomes]) -> [Double] {
    let columns = venues.map { $0[quantity] }
    return columns[0].indices.map { path in columns.reduce(0) { $0 + $1[path] } }
  }

  private func label(_ id: String, _ unit: MeasureUnit, level: Double? = nil, venue: String? = nil) -> MeasureLabel {
    MeasureLabel(id, venue: venue ?? MeasureLabel.allVenues, unit: unit, level: level)
  }

  /// Totals, in the order of the family's measures.
  var variables: [PathVariable] {
    let losses = settings.levels.flatMap { level in
      [
        (label: label("total.loss.var", .money, level: level), statistic: PathStatistic.quantile(level)),
        (label: label("total.loss.es", .money, level: level), statistic: PathStatistic.expectedShortfall(level)),
      ]
    }
    let exhausted = venues.map { venue in venue[.exhaustionHours].map { $0.isNaN ? .nan : $0.isFinite ? 1.0 : 0 } }
    let count = loss.indices.map { path in exhausted.reduce(0) { $0 + $1[path] } }
    func share(atLeast number: Double) -> [Double] { count.map { $0.isNaN ? .nan : $0 >= number ? 1 : 0 } }
    return [
      PathVariable(values: loss, statistics: losses),
      PathVariable(
        values: Self.sum(of: .requiredReserve, over: venues),
        statistics: settings.reserveLevels.map {
          (label("total.reserve.required", .money, level: $0), .quantile($0))
        }),
      PathVariable(
        values: Self.sum(of: .uncovered, over: venues), statistics: [(label("total.uncovered.mean", .money), .mean)]),
      PathVariable(
        values: share(atLeast: 1), statistics: [(label("total.exhaustionProbability", .probability), .proportion)]),
      PathVariable(
        values: share(atLeast: 2), statistics: [(label("total.jointExhaustionProbability", .probability), .proportion)]),
    ]
  }

  /// What each venue brings to VaR, then to ES, at the component level; empty where no path counts.
  var parts: [(label: MeasureLabel, estimate: InfluenceEstimate)] {
    let level = settings.componentLevel
    let used = loss.indices.filter { loss[$0].isFinite }.sorted { (loss[$0], $0) < (loss[$1], $1) }
    guard !used.isEmpty else { return [] }
    let rank = TailRank(level: level, count: used.count)
    let columns = venues.map { $0[.loss] }
    let valueAtRisk = zip(venues, columns).map { venue, column in
      (
        label("component.venue.var", .money, level: level, venue: venue.venueLabel.id),
        partOfQuantile(column, used: used, rank: rank)
      )
    }
    let shortfall = zip(venues, columns).map { venue, column in
      (
        label("component.venue.es", .money, level: level, venue: venue.venueLabel.id),
        partOfShortfall(column, used: used, rank: rank)
      )
    }
    return valueAtRisk + shortfall
  }

  /// E[part | total near its VaR], the window's parts scaled to the VaR itself.
  private func partOfQuantile(_ column: [Double], used: [Int], rank: TailRank) -> InfluenceEstimate {
    let reach = Int(max(0, rank.tailMass).squareRoot().rounded())
    let window = used[max(0, rank.rank - 1 - reach)...min(used.count - 1, rank.rank - 1 + reach)]
    let count = Double(window.count)
    let total = window.reduce(0) { $0 + loss[$1] } / count
    let scale = total == 0 ? 1 : loss[used[rank.rank - 1]] / total
    let mean = window.reduce(0) { $0 + column[$1] } / count
    var influence = [Double](repeating: 0, count: loss.count)
    for path in window { influence[path] = scale * (column[path] - mean) * Double(loss.count) / count }
    return InfluenceEstimate(value: scale * mean, influence: influence, degreesOfFreedom: max(1, count - 1))
  }

  /// Σ weight·part over the tail of the total: 1/(n(1−α)) beyond VaR, the rest for the VaR path. The influence is taken
  /// against the part at the tail's edge, as in `ComponentShortfall`.
  private func partOfShortfall(_ column: [Double], used: [Int], rank: TailRank) -> InfluenceEstimate {
    let edge = used[rank.rank - 1]
    let beyond = used[rank.rank...].filter { loss[$0] > loss[edge] }
    let rest = max(0, 1 - Double(beyond.count) / rank.tailMass)
    let value = beyond.reduce(0) { $0 + column[$1] } / rank.tailMass + rest * column[edge]
    let nearest = ([edge] + beyond).prefix(max(1, Int(Double(beyond.count + 1).squareRoot().rounded(.up))))
    let atEdge = nearest.reduce(0) { $0 + column[$1] } / Double(nearest.count)
    var influence = [Double](repeating: 0, count: loss.count)
    let scale = Double(used.count) / rank.tailMass
    for path in beyond { influence[path] = (column[path] - atEdge) * scale }
    return InfluenceEstimate(value: value, influence: influence, degreesOfFreedom: Double(max(1, beyond.count)))
  }
}

extension MeasureLabel {
  /// What stands for the venue where a number is of all of them together; no venue may be called so.
  public static let allVenues = "all venues"
}
