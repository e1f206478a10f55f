import COpenBLAS

/// A symmetric matrix is not positive definite, so it has no Cholesky factor and is no covariance of independent risks.
public struct NotPositiveDefinite: Error, Sendable, Equatable {
  /// The order, counted from one, of the first leading minor that is not positive: variable number `leadingMinor` is a
  /// linear combination of the ones before it, or contradicts them. The same number is given where the minor is NaN.
  public let leadingMinor: Int

  /// Names the failing minor.
  public init(leadingMinor: Int) { self.leadingMinor = leadingMinor }
}

/// The lower triangular L with L·Lᵀ = A.
///
/// - Formula: A = L·Lᵀ, L lower triangular with a positive diagonal (`dpotrf`, LAPACK Users' Guide, 3rd ed., 1999).
/// - Layout: row-major; everything above the diagonal is zero.
/// - Cost: n³/3 multiplications, once per correlation matrix.
/// - Oracle: L·Lᵀ gives A back; a hand-worked 3 × 3.
public struct CholeskyFactor: Sendable, Equatable {
  /// L itself.
  public let lower: Matrix

  /// Factors a symmetric matrix, of which only the lower triangle is read.
  ///
  /// Throws `NotPositiveDefinite` where a pivot is zero, negative or not a number. The matrix must be square.
  public init(_ symmetric: Matrix) throws(NotPositiveDefinite) {
    precondition(symmetric.rows == symmetric.columns, "only a square matrix has a Cholesky factor")
    var factor = symmetric
    let size = symmetric.rows
    if let minor = firstFailingMinor(factoring: &factor.values, size: size) {
      throw NotPositiveDefinite(leadingMinor: minor)
    }
    for row in 0..<size {
      for column in (row + 1)..<max(size, row + 1) { factor[row, column] = 0 }
    }
    lower = factor
  }
}

/// Factors in place; the answer is the first leading minor (from one) that is not positive, or nil when all are.
///
/// `dpotrf` is column-major, so the row-major lower triangle is its upper one. It lets a NaN pivot pass, hence the scan.
private func firstFailingMinor(factoring values: inout [Double], size: Int) -> Int? {
  guard size > 0 else { return nil }
  var order = Int32(size)
  var leadingDimension = Int32(size)
  var status: Int32 = 0
  dpotrf_("U", &order, &values, &leadingDimension, &status)
  if status > 0 { return Int(status) }
  for row in 0..<size where !values[(row * size)...(row * size + row)].allSatisfy(\.isFinite) { return row + 1 }
  return nil
}
