/// Prices of a token that hangs on another by a peg.
///
/// - Formula: prices[p] = bases[p]·(scale·e^(logs[p])).
/// - Layout: rows of equal length (256 in a tile).
/// - Units: `scale` is the exchange rate of the token, `logs` the log peg. Where a log is 0 the price is bases·scale to the
///   bit.
/// - Cost: about 0.6 ns an element with AVX-512.
/// - Oracle: the same formula with the C library's `exp`.
public func pegPrices(
  bases: Span<Double>, logs: Span<Double>, scale: Double, into prices: inout MutableSpan<Double>
) {
  precondition(bases.count == logs.count && prices.count == logs.count, "rows of one tile have one length")
  precondition(logs.count % 8 == 0, "a row is a multiple of eight paths")
  let count = logs.count
  bases.withUnsafeBufferPointer { bases in
    logs.withUnsafeBufferPointer { logs in
      prices.withUnsafeMutableBufferPointer { prices in
        guard let bases = bases.baseAddress, let logs = logs.baseAddress, let prices = prices.baseAddress else {
          return
        }
        for path in stride(from: 0, to: count, by: 8) {
          store(lanes(bases, path) * (exponential(lanes(logs, path)) * scale), prices, path)
        }
      }
    }
  }
}
