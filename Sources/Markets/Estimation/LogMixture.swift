import Kernels

/// ln Σ_k exp(exponent_k) of many values at once, for mixtures of few components: vectorised, and safe where every term
/// underflows.
///
/// `exponents` writes those of one component for all `count` values; it is asked twice for each, once for the largest.
func logarithmsOfSums<Component>(
  of components: [Component], count: Int, _ exponents: (Component, inout MutableSpan<Double>) -> Void
) -> [Double] {
  var highest = [Double](repeating: -.infinity, count: count)
  var sums = [Double](repeating: 0, count: count)
  var terms = sums
  var results = sums
  for component in components {
    fill(&terms) { exponents(component, &$0) }
    combine(&highest, terms) { max($0, $1) }
  }
  for component in components {
    fill(&terms) { exponents(component, &$0) }
    combine(&terms, highest) { $0 - $1 }
    let shifted = terms.span
    fill(&results) { exponentiate(shifted, into: &$0) }
    combine(&sums, results) { $0 + $1 }
  }
  let totals = sums.span
  fill(&results) { logarithm(totals, into: &$0) }
  combine(&results, highest) { $0 + $1 }
  return results
}

@inline(__always)
private func fill(_ values: inout [Double], _ write: (inout MutableSpan<Double>) -> Void) {
  var row = values.mutableSpan
  write(&row)
}

@inline(__always)
private func combine(_ values: inout [Double], _ others: [Double], _ operation: (Double, Double) -> Double) {
  var row = values.mutableSpan
  let other = others.span
  for index in 0..<row.count { row[index] = operation(row[index], other[index]) }
}
