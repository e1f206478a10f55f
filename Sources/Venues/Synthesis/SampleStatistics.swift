/// Order statistics of a sample, for the comparison of a book with its specification.
struct SampleStatistics: Sendable {
  /// The sample, rising.
  private let sorted: [Double]

  /// Statistics of `sample`, which holds no NaN.
  init(_ sample: [Double]) { sorted = sample.sorted() }

  /// The sum.
  var sum: Double { sorted.reduce(0, +) }

  /// The arithmetic mean; 0 of nothing.
  var mean: Double { sorted.isEmpty ? 0 : sum / Double(sorted.count) }

  /// The greatest; 0 of nothing.
  var largest: Double { sorted.last ?? 0 }

  /// The order statistic ⌈n·p⌉ for p in (0, 1]; 0 of nothing.
  func quantile(_ probability: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    let rank = (probability * Double(sorted.count)).rounded(.up)
    return sorted[min(sorted.count - 1, max(0, Int(rank) - 1))]
  }

  /// The Gini coefficient of a sample of positive numbers: 2·Σ i·x_(i) ÷ (n·Σ x) − (n + 1)/n; 0 of nothing.
  var gini: Double {
    let total = sum
    guard total > 0 else { return 0 }
    let count = Double(sorted.count)
    let weighted = sorted.enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element }
    return 2 * weighted / (count * total) - (count + 1) / count
  }
}
