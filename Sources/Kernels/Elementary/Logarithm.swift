/// out[i] = ln x[i].
///
/// - Layout: two rows of equal length, any length; `out` may be longer.
/// - Accuracy: 1 ulp; 0 gives −∞, a negative number NaN.
/// - Cost: about 0.7 ns an element with AVX-512.
/// - Oracle: the C library's `log`.
public func logarithm(_ x: Span<Double>, into out: inout MutableSpan<Double>) {
  mapLanes(x, into: &out) { naturalLogarithm($0) }
}
