public import Kernels

/// A sample correlation matrix drawn towards equal correlations, by as much as its sampling error calls for.
///
/// A sample of T joint moves gives n(n − 1)/2 correlations, each with an error of about 1/√T; the largest and smallest of
/// many are mostly error, and a book that nets against them looks safer than it is. The estimate is δF + (1 − δ)R: R the
/// sample matrix, F with the mean r̄ of all its correlations off the diagonal, and δ the share that minimises the expected
/// squared Frobenius distance to the truth, in closed form. The mean correlation is kept, so joint crashes do not become
/// rarer, as they would with the identity as target.
///
/// δ = (π̂ − ρ̂)/(γ̂·T), held in [0, 1]: π̂ the sum of the asymptotic variances of the entries of R, ρ̂ that of their
/// covariances with the entries of F, γ̂ the squared distance of F and R. Source: O. Ledoit and M. Wolf, "Honey, I shrunk
/// the sample covariance matrix", Journal of Portfolio Management 30 (2004), appendix. It is applied to moves in units of
/// their own standard deviation, so that no asset weighs more than another and the diagonal stays 1.
///
/// The formula takes the moves as independent in time and needs finite fourth moments: residuals of GARCH fits come
/// closer to that than returns do.
public struct ShrunkCorrelation: Sendable, Equatable {
  /// δF + (1 − δ)R.
  public let matrix: Matrix
  /// δ, the weight of equal correlations: 0 leaves the sample as it is, 1 leaves nothing of it.
  public let intensity: Double
  /// r̄, the mean of the sample's correlations; 0 for a single asset.
  public let meanCorrelation: Double
  /// How far the matrix was moved: the Frobenius norm of the difference, every pair counted twice.
  public let distance: Double
  /// T, the number of joint moves.
  public let observations: Int

  /// Shrinks the sample correlation of `moves`, [asset][slot], in any unit; nil where there are fewer than two slots, the
  /// rows differ in length, a value is not finite, or an asset does not move.
  public init?(moves: [[Double]]) {
    let slots = moves.first?.count ?? 0
    guard slots > 1, moves.allSatisfy({ $0.count == slots && $0.allSatisfy(\.isFinite) }) else { return nil }
    let joint = JointMoves(values: moves, assets: Array(moves.indices), slots: Array(0..<slots))
    guard joint.assets.count == moves.count else { return nil }
    self.init(joint)
  }

  /// Shrinks the sample correlation of standardised moves; there must be two slots at least.
  init(_ joint: JointMoves) {
    let sample = joint.correlation
    let mean = meanOffDiagonal(sample)
    var target = Matrix(rows: sample.rows, columns: sample.columns, repeating: mean)
    for index in 0..<target.rows { target[index, index] = 1 }
    let gap = difference(target, sample)
    let gamma = pairwiseSum(gap.values.map { $0 * $0 })
    let error = excessError(joint, sample, meanCorrelation: mean)
    // Up to two assets the target is the sample; then there is nothing to shrink.
    let share = gamma > 0 ? error / (gamma * Double(joint.observations)) : 0
    let weight = min(1, max(0, share))
    intensity = weight
    matrix = Matrix(
      rows: sample.rows, columns: sample.columns,
      values: zip(sample.values, gap.values).map { $0 + weight * $1 })
    meanCorrelation = mean
    distance = norm(difference(matrix, sample))
    observations = joint.observations
  }
}

/// The mean of the entries below the diagonal; 0 of a single asset.
private func meanOffDiagonal(_ matrix: Matrix) -> Double {
  let entries = (0..<matrix.rows).flatMap { row in (0..<row).map { matrix[row, $0] } }
  return entries.isEmpty ? 0 : mean(entries)
}

/// π̂ − ρ̂: what the entries of the sample matrix vary by, less what the target varies along with them.
///
/// With z of unit variance, w_ij = z_i·z_j − r_ij: π̂_ij is the mean of w_ij² and ϑ_ii,ij that of w_ii·w_ij; ρ̂ is the sum
/// of π̂_ii and of r̄/2·(ϑ_ii,ij + ϑ_jj,ij) over i ≠ j. The diagonal cancels.
private func excessError(_ joint: JointMoves, _ sample: Matrix, meanCorrelation: Double) -> Double {
  let count = Double(joint.observations)
  // Ledoit and Wolf divide by T where the standardisation divided by T − 1.
  let scale = (count / (count - 1)).squareRoot()
  let moves = joint.moves.map { row in row.map { $0 * scale } }
  let squares = moves.map { row in row.map { $0 * $0 - 1 } }
  var terms: [Double] = []
  for i in moves.indices {
    for j in 0..<i {
      let products = moves[i].indices.map { moves[i][$0] * moves[j][$0] - sample[i, j] }
      let variance = mean(products.map { $0 * $0 })
      let shared = mean(products.indices.map { (squares[i][$0] + squares[j][$0]) * products[$0] })
      terms.append(2 * (variance - meanCorrelation / 2 * shared))
    }
  }
  return pairwiseSum(terms)
}
