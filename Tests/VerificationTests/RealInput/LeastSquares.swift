import Kernels

/// An ordinary least-squares fit with errors that allow for unequal variances and for correlation in time.
///
/// Coefficients b = (X'X)⁻¹X'y; covariance (X'X)⁻¹S(X'X)⁻¹·n/(n − k), S = Σ e²xx' plus, up to `lags`, the Bartlett-weighted
/// products of neighbours (W. Newey and K. West, Econometrica 55, 1987; `lags` 0 is H. White's, Econometrica 48, 1980).
struct LeastSquares {
  let coefficients: [Double]
  let standardErrors: [Double]
  /// Share of the variance explained.
  let rSquared: Double
  let observations: Int

  /// Fits `y` on the columns of `rows`; nil if the columns are dependent or observations too few.
  init?(rows: [[Double]], y: [Double], lags: Int = 0) {
    let width = rows.first?.count ?? 0
    guard rows.count == y.count, rows.count > width + lags, width > 0 else { return nil }
    var normal = Matrix(rows: width, columns: width, repeating: 0)
    for row in rows { for i in 0..<width { for j in 0..<width { normal[i, j] += row[i] * row[j] } } }
    guard let inverse = Self.inverse(of: normal) else { return nil }
    let moments = (0..<width).map { i in zip(rows, y).reduce(0) { $0 + $1.0[i] * $1.1 } }
    let fitted = (0..<width).map { i in (0..<width).reduce(0) { $0 + inverse[i, $1] * moments[$1] } }
    let errors = zip(rows, y).map { row, value in value - zip(row, fitted).reduce(0) { $0 + $1.0 * $1.1 } }
    let scores = zip(rows, errors).map { row, error in row.map { $0 * error } }
    let middle = Self.longRun(scores, width: width, lags: lags)
    let sandwich = multiply(multiply(inverse, middle), inverse)
    let correction = Double(y.count) / Double(y.count - width)
    coefficients = fitted
    standardErrors = (0..<width).map { (sandwich[$0, $0] * correction).squareRoot() }
    let total = meanAndVariance(y).variance * Double(y.count - 1)
    rSquared = 1 - errors.reduce(0) { $0 + $1 * $1 } / total
    observations = y.count
  }

  /// The summed outer products of the scores, those of neighbours weighted down with their distance.
  private static func longRun(_ scores: [[Double]], width: Int, lags: Int) -> Matrix {
    var sum = Matrix(rows: width, columns: width, repeating: 0)
    for lag in 0...lags {
      let weight = 1 - Double(lag) / Double(lags + 1)
      for time in lag..<scores.count {
        for i in 0..<width {
          for j in 0..<width {
            let product = scores[time][i] * scores[time - lag][j]
            sum[i, j] += weight * product
            if lag > 0 { sum[j, i] += weight * product }
          }
        }
      }
    }
    return sum
  }

  /// The inverse by elimination with pivots; nil where a column depends on the others.
  private static func inverse(of matrix: Matrix) -> Matrix? {
    let size = matrix.rows
    var left = matrix
    var right = Matrix.identity(size)
    for pivot in 0..<size {
      guard let best = (pivot..<size).max(by: { abs(left[$0, pivot]) < abs(left[$1, pivot]) }),
        abs(left[best, pivot]) > 1e-12 * abs(matrix[pivot, pivot])
      else { return nil }
      for column in 0..<size {
        (left[pivot, column], left[best, column]) = (left[best, column], left[pivot, column])
        (right[pivot, column], right[best, column]) = (right[best, column], right[pivot, column])
      }
      let scale = left[pivot, pivot]
      for column in 0..<size {
        left[pivot, column] /= scale
        right[pivot, column] /= scale
      }
      for row in 0..<size where row != pivot {
        let factor = left[row, pivot]
        for column in 0..<size {
          left[row, column] -= factor * left[pivot, column]
          right[row, column] -= factor * right[pivot, column]
        }
      }
    }
    return right
  }
}
