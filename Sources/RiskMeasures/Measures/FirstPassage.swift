import Kernels
public import Schema
import Simulation

/// When the accounts that are liquidated at all are first liquidated.
public struct FirstPassage: RiskMeasure {
  /// How the family is described.
  public static let kind = Kind(
    "first-passage", summary: "median time to the first liquidation, among the accounts and paths that have one",
    formula: "smallest monitoring time by which half of all first liquidations have happened",
    source:
      "R. S. Woodruff, JASA 47 (1952), the error of the distribution function by the jackknife over batches of paths")

  /// What it reports: one time, conditional on there being one.
  public static let measures = [
    MeasureDescription(
      "liquidation.firstPassageHours.median", .hours, "median time to the first liquidation, given one")
  ]

  /// Creates the family.
  public init() {}

  /// The median of one model.
  public func estimates(of outcomes: VenueOutcomes) -> [Estimate] {
    let measured = FirstPassageTimes(outcomes).median(confidence: outcomes.settings.confidence)
    return [
      Estimate(
        hoursLabel(outcomes), measured.adding(note: outcomes.countNote), confidence: outcomes.settings.confidence)
    ]
  }

  /// The difference of the medians.
  public func differences(of model: VenueOutcomes, from baseline: VenueOutcomes) -> [PairedDifference] {
    let measured = FirstPassageTimes(model)
      .medianDifference(from: FirstPassageTimes(baseline), confidence: model.settings.confidence)
    return [
      PairedDifference(
        hoursLabel(model), measured.adding(note: model.countNote ?? baseline.countNote),
        confidence: model.settings.confidence)
    ]
  }

  /// The label of the median.
  private func hoursLabel(_ outcomes: VenueOutcomes) -> MeasureLabel {
    outcomes.label("liquidation.firstPassageHours.median", .hours)
  }
}

/// Counts of first liquidations by batch of paths and step: a distribution of times, with errors from its batches.
///
/// Accounts of one path are liquidated together, so that counts say nothing of the error; batches of whole paths do.
struct FirstPassageTimes {
  /// Counts of each batch, [batch][step − 1].
  private let batches: [[Double]]
  /// Counts of all batches, [step − 1].
  let counts: [Double]
  /// Length of a step in hours.
  private let stepHours: Double
  /// Paths behind the counts.
  private let paths: Int

  /// The times of one model at one venue.
  init(_ outcomes: VenueOutcomes) {
    batches = outcomes.firstPassage.map { $0.map(Double.init) }
    stepHours = outcomes.table.stepHours
    paths = outcomes.table.paths
    counts = Self.total(batches)
  }

  /// The median with the interval of Woodruff: the times at which the distribution function reaches ½ ± t·error.
  func median(confidence: Double) -> Measurement {
    guard let step = quantileStep(0.5) else { return .undefined(paths: paths, because: "nobody was liquidated") }
    let value = Double(step) * stepHours
    let error = jackknifeError { counts in
      let total = counts.reduce(0, +)
      return total > 0 ? counts[..<step].reduce(0, +) / total : .nan
    }
    let multiple = studentMultiple(confidence: confidence, degreesOfFreedom: Double(batches.count - 1))
    guard !(multiple * error).isNaN, let low = quantileStep(0.5 - multiple * error),
      let high = quantileStep(0.5 + multiple * error)
    else {
      return Measurement(value: value, standardError: .nan, interval: .unknown, paths: paths, note: tooFew)
    }
    let interval = ConfidenceInterval(low: Double(low) * stepHours, high: Double(high) * stepHours)
    return Measurement(
      value: value, standardError: (interval.high - interval.low) / (2 * multiple), interval: interval, paths: paths,
      note: nil)
  }

  /// The difference of two medians on the same batches of paths.
  ///
  /// Its error is the jackknife's of the medians with the times spread evenly over their steps: on the grid itself a
  /// median does not move when a batch is left out, or jumps.
  func medianDifference(from baseline: FirstPassageTimes, confidence: Double) -> Measurement {
    guard let step = quantileStep(0.5), let other = baseline.quantileStep(0.5) else {
      return .undefined(paths: paths, because: "nobody was liquidated under one of the models")
    }
    let value = Double(step - other) * stepHours
    let mine = leftOut(Self.spreadMedian)
    let error = Self.jackknifeError(zip(mine, baseline.leftOut(Self.spreadMedian)).map { $0 - $1 }) * stepHours
    let multiple = studentMultiple(confidence: confidence, degreesOfFreedom: Double(mine.count - 1))
    return Measurement(
      value: value, standardError: error,
      interval: ConfidenceInterval(center: value, halfWidth: error == 0 ? 0 : multiple * error), paths: paths,
      note: error.isNaN ? tooFew : nil)
  }

  /// Why there is no error: a jackknife needs two batches, and first liquidations outside each.
  private var tooFew: String { "too few batches of paths have liquidations for an error" }

  /// The smallest step by which a share of the first liquidations has happened; the first or last with any outside
  /// [0, 1]; nil if there are none.
  func quantileStep(_ probability: Double) -> Int? {
    let total = counts.reduce(0, +)
    guard total > 0 else { return nil }
    let wanted = min(max(probability, 0), 1) * total
    var seen = 0.0
    for (index, count) in counts.enumerated() where count > 0 {
      seen += count
      if seen >= wanted { return index + 1 }
    }
    return nil
  }

  /// The median in steps, every time spread evenly over the step that ends with it; NaN without any.
  private static func spreadMedian(_ counts: [Double]) -> Double {
    let half = counts.reduce(0, +) / 2
    var seen = 0.0
    for (index, count) in counts.enumerated() where count > 0 {
      if seen + count >= half { return Double(index) + (half - seen) / count }
      seen += count
    }
    return .nan
  }

  /// A statistic of the counts with each batch left out in turn.
  private func leftOut(_ statistic: ([Double]) -> Double) -> [Double] {
    batches.map { batch in statistic(zip(counts, batch).map { $0 - $1 }) }
  }

  /// The jackknife's error of a statistic of the counts.
  private func jackknifeError(_ statistic: ([Double]) -> Double) -> Double {
    Self.jackknifeError(leftOut(statistic))
  }

  /// The jackknife's error from the values with each batch left out: √((B − 1)/B · Σ(θ₋ᵦ − mean)²); NaN of fewer than two batches.
  private static func jackknifeError(_ leftOut: [Double]) -> Double {
    guard leftOut.count > 1 else { return .nan }
    let count = Double(leftOut.count)
    let variance = meanAndVariance(leftOut).variance
    return variance.isNaN ? .nan : (count - 1) * (max(0, variance) / count).squareRoot()
  }

  /// The counts of all batches together.
  private static func total(_ batches: [[Double]]) -> [Double] {
    guard let first = batches.first else { return [] }
    return batches.dropFirst().reduce(first) { sums, batch in zip(sums, batch).map { $0 + $1 } }
  }
}
