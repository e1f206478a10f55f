/// The sum of a row in a fixed order, so that the same values give the same bits on any number of workers.
///
/// - Formula: halves are summed apart down to 64 elements, those in eight interleaved chains. N. Higham, "Accuracy and
///   Stability of Numerical Algorithms", 2nd ed., 2002, section 4.2: error growth log₂ n rather than n.
/// - Layout: any length; an empty row gives zero.
/// - Cost: about 0.2 ns an element.
/// - Oracle: sums of integers, exact; a sum in twice the precision.
public func pairwiseSum(_ values: Span<Double>) -> Double {
  values.withUnsafeBufferPointer { buffer in
    guard let start = buffer.baseAddress else { return 0 }
    return pairwiseSum(start, buffer.count)
  }
}

/// The sum of an array in the same fixed order.
public func pairwiseSum(_ values: [Double]) -> Double { pairwiseSum(values.span) }

private func pairwiseSum(_ start: UnsafePointer<Double>, _ count: Int) -> Double {
  guard count <= 64 else {
    let half = (count / 2 + 7) & ~7
    return pairwiseSum(start, half) + pairwiseSum(start + half, count - half)
  }
  var chains = Lanes(repeating: 0)
  let whole = count & ~7
  for index in stride(from: 0, to: whole, by: 8) { chains += lanes(start, index) }
  var sum = ((chains[0] + chains[4]) + (chains[2] + chains[6])) + ((chains[1] + chains[5]) + (chains[3] + chains[7]))
  for index in whole..<count { sum += start[index] }
  return sum
}

/// The arithmetic mean; NaN of nothing.
public func mean(_ values: Span<Double>) -> Double { pairwiseSum(values) / Double(values.count) }

/// The mean and the unbiased variance, Σ(x − mean)²/(n − 1); the variance of fewer than two values is NaN.
///
/// - Formula: two passes, the second corrected by the sum of the deviations, which rounding leaves a little off zero.
///   T. Chan, G. Golub, R. LeVeque, The American Statistician 37 (1983).
/// - Cost: three passes over the row and one copy of it.
/// - Oracle: a shift of all values by 10⁹ leaves the variance.
public func meanAndVariance(_ values: Span<Double>) -> (mean: Double, variance: Double) {
  let center = mean(values)
  guard values.count > 1 else { return (center, .nan) }
  var deviations = [Double](repeating: 0, count: values.count)
  for index in values.indices { deviations[index] = values[index] - center }
  let offset = pairwiseSum(deviations)
  let squares = pairwiseSum(deviations.map { $0 * $0 })
  let count = Double(values.count)
  return (center, (squares - offset * offset / count) / (count - 1))
}

/// The arithmetic mean of an array; NaN of nothing.
public func mean(_ values: [Double]) -> Double { mean(values.span) }

/// The mean and the unbiased variance of an array.
public func meanAndVariance(_ values: [Double]) -> (mean: Double, variance: Double) { meanAndVariance(values.span) }
