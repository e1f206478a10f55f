/// out[i] = eˣ⁽ⁱ⁾.
///
/// - Layout: two rows of equal length, any length; `out` may be longer.
/// - Accuracy: 1 ulp where the result is a normal number; NaN, infinities, overflow and underflow as in `exp`.
/// - Cost: about 0.5 ns an element with AVX-512.
/// - Oracle: the C library's `exp`.
public func exponentiate(_ x: Span<Double>, into out: inout MutableSpan<Double>) {
  mapLanes(x, into: &out) { exponential($0) }
}

/// out[i] = scale·exp(logs[i]): prices from log prices relative to `scale`.
///
/// Layout, accuracy and cost as `exponentiate`, with one more rounding.
public func scaledExponential(_ logs: Span<Double>, scale: Double, into out: inout MutableSpan<Double>) {
  mapLanes(logs, into: &out) { exponential($0) * scale }
}
