/// Gives a row of independent shocks a correlation with another row.
///
/// - Formula: shocks[p] ← ρ·others[p] + √(1 − ρ²)·shocks[p].
/// - Layout: rows of equal length (256 in a tile).
/// - Units: standard deviations; the result has unit variance if both rows have.
/// - Cost: about 0.2 ns an element with AVX-512.
/// - Oracle: the same formula in scalar arithmetic.
public func correlateShocks(_ shocks: inout MutableSpan<Double>, with others: Span<Double>, correlation: Double) {
  precondition(shocks.count == others.count, "rows of one tile have one length")
  precondition(others.count % 8 == 0, "a row is a multiple of eight paths")
  let count = others.count
  let own = max(0, 1 - correlation * correlation).squareRoot()
  others.withUnsafeBufferPointer { others in
    shocks.withUnsafeMutableBufferPointer { shocks in
      guard let others = others.baseAddress, let shocks = shocks.baseAddress else { return }
      for path in stride(from: 0, to: count, by: 8) {
        store(lanes(others, path).timesPlus(correlation, lanes(shocks, path) * own), shocks, path)
      }
    }
  }
}
