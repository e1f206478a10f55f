import Kernels

/// A quantile read from ordered values, with a distribution-free interval.
///
/// - Value: the order statistic of rank ⌈nα⌉.
/// - Interval: order statistics l and u with P(l ≤ B ≤ u − 1) ≥ confidence for B ~ Bin(n, α), each side by itself; exact
///   for any continuous law, and too wide rather than too narrow for others. H. A. David, H. N. Nagaraja, *Order
///   Statistics*, 3rd ed., section 7.1.
/// - Standard error: J. S. Maritz, R. G. Jarrett, "A note on estimating the variance of the sample median", JASA 73
///   (1978): the standard deviation of the order statistic if the sample were the law.
package struct Quantile {
  /// Ascending, without NaN; an infinite value counts as above every number.
  let sorted: [Double]
  /// Where the level falls among them.
  let tail: TailRank
  /// The level, in (0, 1).
  let level: Double

  /// The quantile at `level`, in (0, 1), of ascending values, at least one.
  package init(sorted: [Double], level: Double) {
    self.sorted = sorted
    self.level = level
    tail = TailRank(level: level, count: sorted.count)
  }

  /// The order statistic itself.
  package var value: Double { sorted.isEmpty ? .nan : sorted[tail.rank - 1] }

  /// The quantile with its interval and error.
  func measured(confidence: Double) -> Measurement {
    guard !sorted.isEmpty else { return .undefined(paths: 0, because: "no path has a value") }
    let (interval, shortfall) = interval(confidence: confidence)
    let note = value.isFinite ? shortfall : joinedNotes(["the quantile is beyond every finite value", shortfall])
    return Measurement(
      value: value.isFinite ? value : .nan, standardError: maritzJarrettError(), interval: interval,
      paths: sorted.count, note: note)
  }

  /// The interval, and a note where an order statistic that it needs does not exist.
  package func interval(confidence: Double) -> (interval: ConfidenceInterval, note: String?) {
    let n = sorted.count
    let tailProbability = (1 - confidence) / 2
    let below = smallestCount { binomialCDF($0) > tailProbability }
    let above = smallestCount { binomialCDF($0) >= 1 - tailProbability } + 1
    let interval = ConfidenceInterval(low: sorted[max(below, 1) - 1], high: sorted[min(above, n) - 1])
    guard below < 1 || above > n else { return (interval, nil) }
    let coverage = binomialCDF(min(above, n) - 1) - binomialCDF(max(below, 1) - 1)
    let missing = above > n ? below < 1 ? "both ends" : "the upper end" : "the lower end"
    let note = "too few paths for \(missing) of the interval: as given it covers \(rounded(100 * coverage)) %"
    return (interval, note)
  }

  /// P(B ≤ k) for B ~ Bin(n, level), by the incomplete beta function. NIST DLMF 8.17.5.
  private func binomialCDF(_ k: Int) -> Double {
    let n = sorted.count
    if k < 0 { return 0 }
    if k >= n { return 1 }
    return regularizedIncompleteBeta(1 - level, Double(n - k), Double(k + 1))
  }

  /// The smallest k in 0…n at which a condition, false up to some k and true from it on, holds.
  private func smallestCount(_ holds: (Int) -> Bool) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The standard deviation of the order statistic of this rank in samples of the empirical law.
  ///
  /// The rank-r order statistic is the i-th value with weight I_{i/n}(r, n−r+1) − I_{(i−1)/n}(r, n−r+1): the original
  /// shapes, for which a median of 2m+1 values has Beta(m+1, m+1). NaN of one value, and where less than one path is
  /// expected beyond the level: the sample then says nothing of what it cannot hold.
  package func maritzJarrettError() -> Double {
    guard sorted.count > 1, tail.shortfallNote == nil else { return .nan }
    return orderStatisticDeviation(
      sorted: sorted, shapes: (Double(tail.rank), Double(sorted.count - tail.rank + 1)))
  }
}

/// The standard deviation of a law on ascending values whose weights are increments of a beta distribution function.
///
/// Only values within nine standard deviations of the beta's mean are visited; the others weigh less than 10⁻¹⁵.
package func orderStatisticDeviation(sorted: [Double], shapes: (Double, Double)) -> Double {
  let n = Double(sorted.count)
  let (a, b) = shapes
  let center = a / (a + b)
  let reach = 9 * (center * (1 - center) / (a + b + 1)).squareRoot() + 20 / n
  let first = max(0, Int((n * (center - reach)).rounded(.down)))
  let last = min(sorted.count, Int((n * (center + reach)).rounded(.up)))
  guard first < last else { return .nan }
  var cumulative = regularizedIncompleteBeta(Double(first) / n, a, b)
  let weights = (first..<last).map { index -> Double in
    let next = regularizedIncompleteBeta(Double(index + 1) / n, a, b)
    defer { cumulative = next }
    return next - cumulative
  }
  let total = weights.reduce(0, +)
  let mean = zip(weights, sorted[first..<last]).reduce(0) { $0 + $1.0 * $1.1 } / total
  let variance = zip(weights, sorted[first..<last]).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) } / total
  return max(0, variance).squareRoot()
}
