import Kernels

/// A paired bootstrap of quantiles: both models are resampled with the same paths.
///
/// Every path gets an independent Poisson weight of mean one in every replicate (N. Oza, S. Russell, "Online bagging and
/// boosting", AISTATS 2001; B. Efron, R. Tibshirani, *An Introduction to the Bootstrap*, section 6.2, for the multinomial
/// original). A weight is a pure function of (seed, path, replicate), so nothing is stored but a total per replicate: a
/// quantile walks down from the largest value only until its level is passed, and draws the weights of those paths
/// anew.
struct PairedBootstrap: Sendable {
  /// Number of replicates.
  let replicates: Int
  /// Key of the draws.
  private let seed: UInt64
  /// Number of paths that are resampled.
  private let pathCount: Int
  /// Σ of the weights of all paths, by replicate.
  private let totals: [Int]

  /// A bootstrap over paths 0..<`pathCount`.
  init(seed: UInt64, pathCount: Int, replicates: Int) {
    self.seed = seed
    self.pathCount = pathCount
    self.replicates = replicates
    totals = Self.sums(seed: seed, replicates: replicates, paths: 0..<pathCount)
  }

  /// Quantiles of one value per path: [level][replicate]. A replicate that holds no path at all is NaN.
  ///
  /// - Parameters:
  ///   - values: one value for each of `paths`, without NaN.
  ///   - paths: indices of the paths, ascending.
  ///   - levels: in (0, 1).
  func quantiles(of values: [Double], paths: [Int], levels: [Double]) -> [[Double]] {
    let descending = values.indices.sorted { values[$0] > values[$1] || (values[$0] == values[$1] && $0 < $1) }
    let subsetTotals = totals(over: paths)
    var walks = levels.map { level in
      QuantileWalk(level: level, totals: subsetTotals)
    }
    var cumulative = [Int](repeating: 0, count: replicates)
    for index in descending {
      accumulate(path: paths[index], into: &cumulative)
      var isOver = true
      for walk in walks.indices {
        walks[walk].pass(values[index], cumulative)
        isOver = isOver && walks[walk].remaining == 0
      }
      if isOver { break }
    }
    return walks.map(\.quantiles)
  }

  /// Σ of the weights over some of the paths, by replicate: by adding those, or by taking off the others if fewer.
  private func totals(over paths: [Int]) -> [Int] {
    guard paths.count * 2 > pathCount else { return Self.sums(seed: seed, replicates: replicates, paths: paths) }
    if paths.count == pathCount { return totals }
    let kept = Set(paths)
    let others = Self.sums(
      seed: seed, replicates: replicates, paths: (0..<pathCount).filter { !kept.contains($0) })
    return zip(totals, others).map { $0 - $1 }
  }

  /// Σ of the weights of some paths, by replicate.
  private static func sums(seed: UInt64, replicates: Int, paths: some Sequence<Int>) -> [Int] {
    var sums = [Int](repeating: 0, count: replicates)
    for path in paths { PoissonWeights.accumulate(seed: seed, path: path, into: &sums) }
    return sums
  }

  /// Adds the weights of one path.
  private func accumulate(path: Int, into sums: inout [Int]) {
    PoissonWeights.accumulate(seed: seed, path: path, into: &sums)
  }
}

/// The state of the walk to one level: where each replicate must arrive and what it found there.
private struct QuantileWalk {
  /// The count from the top at which a replicate has its quantile.
  let targets: [Int]
  /// The quantile of each replicate.
  var quantiles: [Double]
  /// Replicates that are still on their way.
  var remaining: Int

  /// The start of the walk to a level in replicates of the given total weights; an empty replicate never arrives.
  init(level: Double, totals: [Int]) {
    targets = totals.map { $0 > 0 ? $0 - TailRank(level: level, count: $0).rank + 1 : .max }
    quantiles = [Double](repeating: .nan, count: totals.count)
    remaining = totals.count { $0 > 0 }
  }

  /// Takes note of the replicates that the next lower value carries past their target.
  mutating func pass(_ value: Double, _ cumulative: [Int]) {
    guard remaining > 0 else { return }
    for replicate in targets.indices where cumulative[replicate] >= targets[replicate] && quantiles[replicate].isNaN {
      quantiles[replicate] = value
      remaining -= 1
    }
  }
}

/// Poisson weights of mean one, four from each 64 random bits.
private enum PoissonWeights {
  /// The weight of each 16-bit number: how many of the cumulative probabilities of the law it reaches. These are
  /// e⁻¹·Σ 1/j! rounded to 1/65,536, which leaves the mean at exactly one.
  static let table: [UInt8] = {
    let steps = [24109, 48219, 60273, 64292, 65296, 65497, 65531, 65535]
    return (0..<65536).map { bits in UInt8(steps.count { bits >= $0 }) }
  }()

  /// Adds the weights of one path to the sums of all replicates.
  static func accumulate(seed: UInt64, path: Int, into sums: inout [Int]) {
    let draws = KeyedDraws(seed: seed, path: UInt64(path), purpose: .bootstrap)
    let table = Self.table
    var bits: UInt64 = 0
    for replicate in sums.indices {
      if replicate % 4 == 0 { bits = draws.bits(step: UInt32(replicate / 4), factor: 0) }
      sums[replicate] += Int(table[Int(bits & 0xffff)])
      bits >>= 16
    }
  }
}

extension PairedBootstrap {
  /// The differences model − baseline of quantiles over the same paths, one for each level.
  ///
  /// Value: the difference of the two order statistics. Error: the standard deviation of the replicates. Interval: their
  /// percentiles, widened to hold the value. Undefined where less than one path is expected beyond the level.
  func differences(
    model: [Double], baseline: [Double], paths: [Int], levels: [Double], confidence: Double
  ) -> [Measurement] {
    guard !paths.isEmpty else {
      return levels.map { _ in .undefined(paths: 0, because: "no path is usable under both models") }
    }
    let sorted = (model: sortedAscending(model), baseline: sortedAscending(baseline))
    let replicated = (
      model: quantiles(of: model, paths: paths, levels: levels),
      baseline: quantiles(of: baseline, paths: paths, levels: levels)
    )
    return levels.indices.map { index in
      let quantile = Quantile(sorted: sorted.model, level: levels[index])
      let value = quantile.value - Quantile(sorted: sorted.baseline, level: levels[index]).value
      let differences = zip(replicated.model[index], replicated.baseline[index]).map { $0 - $1 }
      let note = quantile.tail.shortfallNote
      return note == nil
        ? replicatedMeasurement(value: value, replicates: differences, paths: paths.count, confidence: confidence)
        : Measurement(value: value, standardError: .nan, interval: .unknown, paths: paths.count, note: note)
    }
  }
}

/// A value with the spread of its bootstrap replicates; NaN replicates, of samples without a path, are left out.
func replicatedMeasurement(value: Double, replicates: [Double], paths: Int, confidence: Double) -> Measurement {
  let usable = sortedAscending(replicates.filter { !$0.isNaN })
  guard usable.count > 1 else {
    return Measurement(
      value: value, standardError: .nan, interval: .unknown, paths: paths, note: "too few bootstrap replicates")
  }
  let low = Quantile(sorted: usable, level: (1 - confidence) / 2).value
  let high = Quantile(sorted: usable, level: (1 + confidence) / 2).value
  return Measurement(
    value: value, standardError: meanAndVariance(usable).variance.squareRoot(),
    interval: ConfidenceInterval(low: min(low, value), high: max(high, value)), paths: paths, note: nil)
}
