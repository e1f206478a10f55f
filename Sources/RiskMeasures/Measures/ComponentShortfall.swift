import Kernels
public import Schema
import Simulation

/// The venue's expected shortfall divided by asset and by group, so that the parts sum to the whole (Euler).
///
/// A part is the mean of the asset's or group's part of the loss over the tail: weight 1/(n(1−α)) for every path beyond
/// VaR, and the rest of the weight for the VaR path itself (of several at the same loss, the first). That is the estimator
/// of `venue.loss.es` term by term. It needs the tail's paths replayed; without `TailContributions` nothing is reported.
public struct ComponentShortfall: RiskMeasure {
  /// How the family is described; its one level is a setting, since it costs a replay.
  public static let kind = Kind(
    "component-shortfall", summary: "expected shortfall of the venue's loss by asset and by account group, additive",
    formula: "C_k = Σ_{L>VaR} L_k/(n(1−α)) + L_k(VaR path)·(1 − #{L>VaR}/(n(1−α)))",
    source:
      "D. Tasche, Risk contributions and performance measurement (1999); P. Glasserman, J. Comput. Finance 9 (2005)",
    parameters: [MeasureSettings.componentLevelParameter.description])

  /// What it reports: by asset, and again by group.
  public static let measures = [
    MeasureDescription("component.es", .money, levels: .component, "part of the venue's expected shortfall")
  ]

  /// Creates the family.
  public init() {}

  /// One estimate an asset and one a group; nothing where the tail was not replayed.
  public func estimates(of outcomes: VenueOutcomes) -> [Estimate] {
    parts(of: outcomes).map {
      Estimate(
        $0.label, $0.measured(confidence: outcomes.settings.confidence), confidence: outcomes.settings.confidence)
    }
  }

  /// The change of every part. The two models have tails of their own, found on the same paths.
  public func differences(of model: VenueOutcomes, from baseline: VenueOutcomes) -> [PairedDifference] {
    let others = Dictionary(parts(of: baseline).map { ($0.label, $0) }) { first, _ in first }
    return parts(of: model).compactMap { part in
      others[part.label].map { other in
        PairedDifference(
          part.label, part.measuredDifference(from: other, confidence: model.settings.confidence),
          confidence: model.settings.confidence)
      }
    }
  }

  /// The paths that must be replayed for the components of a loss: those beyond VaR and the VaR path, ascending.
  ///
  /// - Parameter losses: one per path; paths that do not count are NaN.
  public static func tailPaths(losses: [Double], level: Double) -> [Int] {
    ShortfallWeights(losses: losses, level: level)?.weights.map(\.path) ?? []
  }

  /// The parts of the loss under one model, assets first.
  private func parts(of outcomes: VenueOutcomes) -> [ComponentPart] {
    let level = outcomes.settings.componentLevel
    guard let contributions = outcomes.contributions,
      let tail = ShortfallWeights(losses: outcomes[.loss], level: level)
    else { return [] }
    func label(asset: String? = nil, group: String? = nil) -> MeasureLabel {
      MeasureLabel(
        "component.es", venue: outcomes.venueLabel.id, unit: .money, level: level, group: group, asset: asset)
    }
    let byAsset = contributions.assets.indices.map { asset in
      ComponentPart(
        label: label(asset: contributions.assets[asset]), tail: tail, paths: contributions.paths,
        parts: contributions.byAsset.map { $0[asset] })
    }
    let byGroup = outcomes.venueLabel.groups.indices.map { group in
      ComponentPart(
        label: label(group: outcomes.venueLabel.groups[group]), tail: tail, paths: contributions.paths,
        parts: contributions.byGroup.map { $0[group] })
    }
    return byAsset + byGroup
  }
}

/// The weight that the estimator of expected shortfall gives to each path of the tail.
private struct ShortfallWeights {
  /// Paths of the tail, ascending, with weights that sum to one and their distance beyond VaR.
  let weights: [(path: Int, weight: Double, excess: Double)]
  /// Where the level falls among the usable paths.
  let rank: TailRank
  /// Number of paths, usable or not.
  let pathCount: Int

  /// The weights for losses of which NaN ones do not count; nil if none counts.
  init?(losses: [Double], level: Double) {
    let sorted = sortedAscending(losses.filter { !$0.isNaN })
    guard !sorted.isEmpty else { return nil }
    rank = TailRank(level: level, count: sorted.count)
    pathCount = losses.count
    let valueAtRisk = sorted[rank.rank - 1]
    let unit = 1 / rank.tailMass
    let beyond = losses.indices.filter { losses[$0] > valueAtRisk }
    var weights = beyond.map { (path: $0, weight: unit, excess: losses[$0] - valueAtRisk) }
    let rest = max(0, 1 - Double(beyond.count) * unit)
    if let first = losses.firstIndex(of: valueAtRisk) { weights.append((path: first, weight: rest, excess: 0)) }
    self.weights = weights.sorted { $0.path < $1.path }
  }
}

/// One part of the loss over the tail.
private struct ComponentPart {
  /// Which part it is.
  let label: MeasureLabel
  /// Its share of the expected shortfall, in money.
  private let value: Double
  /// Influence of each path, [path].
  private let influence: [Double]
  private let rank: TailRank
  /// Number of paths beyond VaR.
  private let beyond: Int
  /// Number of tail paths that were not replayed.
  private let missing: Int

  /// The part of a loss, given on the replayed paths, ascending.
  init(label: MeasureLabel, tail: ShortfallWeights, paths: [Int], parts: [Double]) {
    self.label = label
    let known = Dictionary(zip(paths, parts)) { first, _ in first }
    rank = tail.rank
    let rows = tail.weights.compactMap { row in
      known[row.path].map { (path: row.path, weight: row.weight, excess: row.excess, part: $0) }
    }
    missing = tail.weights.count - rows.count
    beyond = rows.count { $0.excess > 0 }
    value = pairwiseSum(rows.map { $0.weight * $0.part })
    // E[part | L = VaR], by the paths nearest to VaR: what a path that enters the tail brings with it.
    let nearest = rows.sorted { ($0.excess, $0.path) < ($1.excess, $1.path) }
      .prefix(Int(Double(rows.count).squareRoot().rounded(.up)))
    let atEdge = nearest.isEmpty ? 0 : nearest.reduce(0) { $0 + $1.part } / Double(nearest.count)
    var influence = [Double](repeating: 0, count: tail.pathCount)
    let scale = Double(tail.rank.count) / tail.rank.tailMass
    for row in rows where row.excess > 0 { influence[row.path] = (row.part - atEdge) * scale }
    self.influence = influence
  }

  /// The part with its error and interval.
  func measured(confidence: Double) -> Measurement {
    measured(
      InfluenceEstimate(value: value, influence: influence, degreesOfFreedom: Double(max(1, beyond))), confidence)
  }

  /// The difference from the same part under the baseline; each model has its own tail, on the same paths.
  func measuredDifference(from other: ComponentPart, confidence: Double) -> Measurement {
    let mine = InfluenceEstimate(value: value, influence: influence, degreesOfFreedom: Double(max(1, beyond)))
    let theirs = InfluenceEstimate(
      value: other.value, influence: other.influence, degreesOfFreedom: Double(max(1, other.beyond)))
    return measured(mine.difference(from: theirs), confidence, missing: max(missing, other.missing))
  }

  /// An estimate as a measurement, undefined if the tail is not whole.
  private func measured(_ estimate: InfluenceEstimate, _ confidence: Double, missing: Int? = nil) -> Measurement {
    let missing = missing ?? self.missing
    guard missing == 0 else {
      return .undefined(paths: rank.count, because: "\(missing) paths of the tail were not replayed")
    }
    var measurement = estimate.measured(confidence: confidence)
    measurement.paths = rank.count
    return rank.shortfallNote.map { measurement.withoutError(because: $0) } ?? measurement
  }
}
