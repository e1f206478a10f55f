public import Kernels

/// The correlation matrix nearest to a symmetric matrix that is none.
///
/// Correlations from different sources, or bent by hand in a stress, may contradict each other: no set of random
/// variables has them. The nearest matrix that some set has is found by projecting in turn onto the matrices whose
/// eigenvalues are all at least `smallestEigenvalue` and onto those with a unit diagonal, with Dykstra's correction on the
/// former; without the correction the limit would be some correlation matrix, not the nearest.
///
/// Source: N. Higham, "Computing the nearest correlation matrix, a problem from finance", IMA Journal of Numerical
/// Analysis 22 (2002), algorithm 3.3, equal weights; N. Higham and N. Strabić, Numerical Algorithms 72 (2016), for the
/// lower bound on the eigenvalues. The bound is needed because the nearest matrix without it is singular, and shocks are
/// drawn by a Cholesky factor.
public struct NearestCorrelation: Sendable {
  /// The correlation matrix: symmetric, unit diagonal, positive definite.
  public let matrix: Matrix
  /// How far the matrix was moved: the Frobenius norm of the difference, every pair counted twice.
  public let distance: Double
  /// The pair whose correlation moved most, indices in the matrix's order; (0, 0) where nothing moved.
  public let mostMoved: (row: Int, column: Int)
  /// How many projections onto each set it took.
  public let iterations: Int

  /// The smallest eigenvalue of a repaired matrix where nobody asks for another: a portfolio of unit length keeps at
  /// least a thousandth of the standard deviation of one asset.
  public static let defaultSmallestEigenvalue = 1e-6
  /// Projections after which the search is given up.
  static let mostIterations = 2000
  /// The search ends when a round of projections moves the matrix by less than this share of its norm.
  static let tolerance = 1e-11

  /// Finds the nearest correlation matrix; nil where an entry is not finite or the search does not settle.
  ///
  /// Its cost is an eigenvalue decomposition a round and 10 to 100 rounds: about a second at 100 assets.
  /// - Parameters:
  ///   - symmetric: a square matrix, of which only the lower triangle is read.
  ///   - smallestEigenvalue: the least an eigenvalue may be, in (0, 1): the mean of all eigenvalues is 1.
  public init?(
    to symmetric: Matrix, smallestEigenvalue: Double = NearestCorrelation.defaultSmallestEigenvalue
  ) {
    guard symmetric.rows == symmetric.columns, smallestEigenvalue > 0, smallestEigenvalue < 1 else { return nil }
    let start = mirrored(symmetric)
    var unit = start
    var correction = Matrix(rows: start.rows, columns: start.columns, repeating: 0)
    for iteration in 1...Self.mostIterations {
      let corrected = difference(unit, correction)
      guard let definite = SymmetricEigen(corrected)?.raised(to: smallestEigenvalue) else { return nil }
      correction = difference(definite, corrected)
      var next = definite
      for index in 0..<next.rows { next[index, index] = 1 }
      let movement = max(norm(difference(next, unit)), norm(difference(next, definite)))
      unit = next
      guard movement <= Self.tolerance * norm(unit) else { continue }
      self.init(scaledToUnitDiagonal(definite), from: start, iterations: iteration)
      return
    }
    return nil
  }

  /// Takes a finished matrix; nil if rounding left it without a Cholesky factor.
  private init?(_ matrix: Matrix, from start: Matrix, iterations: Int) {
    guard (try? CholeskyFactor(matrix)) != nil else { return nil }
    let moved = difference(matrix, start)
    var most = (row: 0, column: 0)
    var largest = 0.0
    for row in 0..<matrix.rows {
      for column in 0..<row where abs(moved[row, column]) > largest {
        most = (row, column)
        largest = abs(moved[row, column])
      }
    }
    self.matrix = matrix
    distance = norm(moved)
    mostMoved = most
    self.iterations = iterations
  }
}

/// √Σ a², the Frobenius norm.
func norm(_ matrix: Matrix) -> Double { pairwiseSum(matrix.values.map { $0 * $0 }).squareRoot() }

/// a − b, of the same shape.
func difference(_ a: Matrix, _ b: Matrix) -> Matrix {
  Matrix(rows: a.rows, columns: a.columns, values: zip(a.values, b.values).map { $0 - $1 })
}

/// The matrix with its lower triangle copied to the upper one.
private func mirrored(_ matrix: Matrix) -> Matrix {
  var result = matrix
  for row in 0..<matrix.rows {
    for column in 0..<row { result[column, row] = matrix[row, column] }
  }
  return result
}

/// D^−½·A·D^−½ with D the diagonal of A: the diagonal becomes exactly 1, and positive definiteness is kept.
private func scaledToUnitDiagonal(_ matrix: Matrix) -> Matrix {
  let roots = (0..<matrix.rows).map { matrix[$0, $0].squareRoot() }
  var result = matrix
  for row in 0..<matrix.rows {
    for column in 0..<matrix.columns {
      result[row, column] = row == column ? 1 : matrix[row, column] / (roots[row] * roots[column])
    }
  }
  return result
}
