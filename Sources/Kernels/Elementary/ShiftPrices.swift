/// Moves prices by log offsets, each path's own and one common to all.
///
/// - Formula: prices[p] ← prices[p]·exp(offsets[p] + shift).
/// - Layout: rows of equal length (256 in a tile), one asset.
/// - Units: logs.
/// - Cost: about 0.6 ns an element with AVX-512.
/// - Oracle: the same formula in scalar arithmetic.
public func shiftPrices(_ prices: inout MutableSpan<Double>, offsets: Span<Double>, shift: Double) {
  let count = prices.count
  precondition(offsets.count == count, "rows of one tile have one length")
  precondition(count % 8 == 0, "a row is a multiple of eight paths")
  prices.withUnsafeMutableBufferPointer { prices in
    offsets.withUnsafeBufferPointer { offsets in
      guard let prices = prices.baseAddress, let offsets = offsets.baseAddress else { return }
      for path in stride(from: 0, to: count, by: 8) {
        store(lanes(prices, path) * exponential(lanes(offsets, path) + shift), prices, path)
      }
    }
  }
}
