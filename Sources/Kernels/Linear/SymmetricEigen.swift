import COpenBLAS

/// The eigenvalues and eigenvectors of a real symmetric matrix.
///
/// - Formula: A = Σ λ_k·v_k·v_kᵀ with orthonormal v_k, by reduction to tridiagonal form and implicit QL (`dsyev`, LAPACK
///   Users' Guide, 3rd ed., 1999).
/// - Layout: row k of `vectors` is v_k.
/// - Cost: about 9·n³ operations; a millisecond or two at n = 100. Not for a hot loop.
/// - Oracle: the sum gives A back; the closed form of a 3 × 3 and of equal correlations.
public struct SymmetricEigen: Sendable, Equatable {
  /// The eigenvalues, ascending.
  public let values: [Double]
  /// The eigenvectors of unit length, one a row, in the order of the values. Their signs are LAPACK's choice.
  public let vectors: Matrix

  /// Decomposes a symmetric matrix, of which only the lower triangle is read; nil where an entry of it is not finite or
  /// the iteration did not converge. The matrix must be square.
  public init?(_ symmetric: Matrix) {
    precondition(symmetric.rows == symmetric.columns, "only a square matrix has eigenvalues")
    let size = symmetric.rows
    for row in 0..<size {
      let start = row * size
      guard symmetric.values[start...(start + row)].allSatisfy(\.isFinite) else { return nil }
    }
    var vectors = symmetric
    guard let values = eigenvalues(decomposing: &vectors.values, size: size) else { return nil }
    self.values = values
    self.vectors = vectors
  }

  /// Σ max(λ_k, least)·v_k·v_kᵀ: the nearest matrix, in the Frobenius norm, without an eigenvalue below `least`.
  public func raised(to least: Double) -> Matrix {
    let size = vectors.rows
    var scaled = vectors
    for row in 0..<size {
      let value = max(values[row], least)
      for column in 0..<size { scaled[row, column] *= value }
    }
    var result = multiply(vectors.transposed, scaled)
    for row in 0..<size {
      for column in 0..<row {
        let entry = (result[row, column] + result[column, row]) / 2
        result[row, column] = entry
        result[column, row] = entry
      }
    }
    return result
  }
}

/// Replaces a row-major symmetric matrix by its eigenvectors, one a row; the answer is the eigenvalues, or nil where the
/// iteration did not converge. `dsyev` is column-major, so the row-major lower triangle is its upper one.
private func eigenvalues(decomposing values: inout [Double], size: Int) -> [Double]? {
  guard size > 0 else { return [] }
  var result = [Double](repeating: 0, count: size)
  var order = Int32(size)
  var leadingDimension = order
  var room = 34 * order
  var work = [Double](repeating: 0, count: Int(room))
  var status: Int32 = 0
  dsyev_("V", "U", &order, &values, &leadingDimension, &result, &work, &room, &status)
  return status == 0 ? result : nil
}
