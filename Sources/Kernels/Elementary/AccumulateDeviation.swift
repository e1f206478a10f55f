/// Adds to log offsets what scaling the deviation of a log return from its drift changes.
///
/// - Formula: offsets[p] ← offsets[p] + excess·(ln(current[p]/previous[p]) − drift).
/// - Layout: rows of equal length (256 in a tile), one asset.
/// - Units: logs; `excess` is the multiple less one, `drift` the log return per step that is left alone.
/// - Cost: about 1.1 ns an element with AVX-512.
/// - Oracle: the same formula in scalar arithmetic.
public func accumulateDeviation(
  from previous: Span<Double>, to current: Span<Double>, excess: Double, drift: Double,
  offsets: inout MutableSpan<Double>
) {
  let count = current.count
  precondition(previous.count == count && offsets.count == count, "rows of one tile have one length")
  precondition(count % 8 == 0, "a row is a multiple of eight paths")
  previous.withUnsafeBufferPointer { previous in
    current.withUnsafeBufferPointer { current in
      offsets.withUnsafeMutableBufferPointer { offsets in
        guard let previous = previous.baseAddress, let current = current.baseAddress,
          let offsets = offsets.baseAddress
        else { return }
        for path in stride(from: 0, to: count, by: 8) {
          let move = naturalLogarithm(lanes(current, path) / lanes(previous, path))
          store((move - drift).timesPlus(excess, lanes(offsets, path)), offsets, path)
        }
      }
    }
  }
}
