/// The standardised log returns of one step of one asset.
///
/// - Formula: out[p] = (ln(after[p]/before[p]) − mean)/deviation.
/// - Layout: rows of equal length (256 in a tile).
/// - Units: `mean` and `deviation` (> 0) are those of the log return of the step; the result is in standard deviations.
/// - Cost: about 1 ns an element with AVX-512.
/// - Oracle: the same formula with the C library's logarithm.
public func standardiseReturns(
  before: Span<Double>, after: Span<Double>, mean: Double, deviation: Double, into out: inout MutableSpan<Double>
) {
  precondition(before.count == after.count && out.count == after.count, "rows of one tile have one length")
  precondition(after.count % 8 == 0, "a row is a multiple of eight paths")
  let count = after.count
  let scale = 1 / deviation
  let offset = -mean / deviation
  before.withUnsafeBufferPointer { before in
    after.withUnsafeBufferPointer { after in
      out.withUnsafeMutableBufferPointer { out in
        guard let before = before.baseAddress, let after = after.baseAddress, let out = out.baseAddress else { return }
        for path in stride(from: 0, to: count, by: 8) {
          let move = naturalLogarithm(lanes(after, path) / lanes(before, path))
          store(move.timesPlus(scale, offset), out, path)
        }
      }
    }
  }
}
