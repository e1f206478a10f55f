import Kernels

/// Standard errors of product-moment correlations, without a law of the moves.
///
/// By the influence of one move, ψ = z_i·z_j − ρ(z_i² + z_j²)/2, with z of zero mean and unit variance; its long-run variance by
/// Bartlett weights (Newey and West, Econometrica 55, 1987) where moves cluster, over 1.3·√n lags as for volatilities.
package struct CorrelationErrors {
  /// Errors, [row][column]; 0 on the diagonal, NaN where two assets share no moves.
  package let values: [[Double]]

  /// The errors of `correlations`, [row][column], of `moves`, [asset][slot], NaN where there is none.
  package init(_ moves: [[Double]], correlations: [[Double]], clusters: Bool) {
    let unit = moves.map { row -> [Double] in
      let present = row.filter { !$0.isNaN }
      guard present.count > 1 else { return row }
      let (centre, variance) = meanAndVariance(present)
      let deviation = variance.squareRoot()
      return row.map { deviation > 0 ? ($0 - centre) / deviation : .nan }
    }
    var errors = correlations.map { row in row.map { _ in 0.0 } }
    for row in unit.indices {
      for column in 0..<row {
        let error = Self.error(unit[row], unit[column], correlations[row][column], clusters: clusters)
        errors[row][column] = error
        errors[column][row] = error
      }
    }
    values = errors
  }

  private static func error(_ a: [Double], _ b: [Double], _ correlation: Double, clusters: Bool) -> Double {
    var count = 0
    let terms = a.indices.map { slot -> Double in
      guard !a[slot].isNaN, !b[slot].isNaN else { return 0 }
      count += 1
      return a[slot] * b[slot] - correlation * (a[slot] * a[slot] + b[slot] * b[slot]) / 2
    }
    guard count > 1 else { return .nan }
    let lags = clusters ? min(terms.count - 1, Int((1.3 * Double(count).squareRoot()).rounded(.up))) : 0
    var total = 0.0
    for lag in 0...lags {
      var sum = 0.0
      for slot in lag..<terms.count { sum += terms[slot] * terms[slot - lag] }
      total += (lag == 0 ? 1 : 2) * (1 - Double(lag) / Double(lags + 1)) * sum
    }
    return max(0, total).squareRoot() / Double(count)
  }
}
