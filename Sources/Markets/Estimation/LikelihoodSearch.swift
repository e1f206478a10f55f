import Glibc
import Kernels

/// The search for the maximum of a log-likelihood that is given observation by observation, in unconstrained coordinates,
/// and the errors of what it finds.
///
/// For models without derivatives at hand: gradients are central differences. Coordinates should move the likelihood by
/// about as much as each other: logarithms of what is positive, logits of shares.
struct LikelihoodSearch {
  /// The log-likelihood of every observation given those before it; terms that are not finite make a point impossible.
  let terms: ([Double]) -> [Double]

  /// Where a search ended.
  struct Found {
    let coordinates: [Double]
    let logLikelihood: Double
    let observations: Int
    /// Whether no coordinate of the gradient exceeds 1e-5 an observation.
    let converged: Bool
  }

  /// The largest coordinate of the gradient per observation of a search that settled.
  private static let flatness = 1e-5

  /// Searches from the best `tried` of `starts`, and once more from where the best search ended; nil if the likelihood
  /// exists at no start.
  func best(of starts: [[Double]], trying tried: Int = 2, tolerance: Double = 1e-7) -> Found? {
    guard let first = starts.first else { return nil }
    let count = Double(max(1, terms(first).count))
    let loss = { (point: [Double]) in -self.sum(point) / count }
    let ordered = starts.map { (start: $0, loss: loss($0)) }.filter { $0.loss.isFinite }.sorted { $0.loss < $1.loss }
    var best: Minimum?
    for (start, _) in ordered.prefix(tried) {
      let found = minimizeBFGS(start: start, tolerance: tolerance, maxIterations: 200, loss)
      if found.value < best?.value ?? .infinity { best = found }
    }
    guard var best else { return nil }
    var slope = gradient(of: loss, at: best.point)
    if !slope.allSatisfy({ abs($0) <= Self.flatness }), tolerance <= Self.flatness {
      best = minimizeBFGS(start: best.point, tolerance: tolerance / 10, maxIterations: 200, loss)
      slope = gradient(of: loss, at: best.point)
    }
    return Found(
      coordinates: best.point, logLikelihood: -best.value * count, observations: Int(count),
      converged: slope.allSatisfy { abs($0) <= Self.flatness })
  }

  /// Standard errors of `figures` at a maximum, by the delta method; nil where the curvature is not that of a maximum.
  ///
  /// The sandwich H⁻¹JH⁻¹, H the second derivatives and J the products of single scores, holds where the law is wrong as
  /// long as the scores are not serially correlated (H. White, Econometrica 50, 1982). In samples with few informative
  /// observations, such as rare jumps, it comes out too small; where H⁻¹ alone is larger that is stated. `adding` is what estimates made
  /// before, which the likelihood takes as given, add to each score.
  func standardErrors(
    of figures: ([Double]) -> [Double], at coordinates: [Double], adding: [[Double]]? = nil
  ) -> [Double]? {
    let curvature = hessian(of: { -sum($0) }, at: coordinates)
    guard let bread = inverse(ofPositiveDefinite: curvature) else { return nil }
    var scores = scores(at: coordinates)
    if let adding {
      for row in scores.indices { scores[row] = zip(scores[row], adding[row]).map { $0 + $1 } }
    }
    let products = Self.products(scores)
    let covariance = multiply(bread, multiply(products, bread))
    let slopes = Self.jacobian(of: figures, at: coordinates)
    return slopes.map { slope in
      max(Self.form(covariance, slope), Self.form(bread, slope)).squareRoot()
    }
  }

  /// Minus the inverse curvature times the score of each observation, [coordinate][observation]: what one observation
  /// does to the estimate. Nil where the curvature is not that of a maximum.
  func influence(at coordinates: [Double]) -> [[Double]]? {
    let curvature = hessian(of: { -sum($0) }, at: coordinates)
    guard let bread = inverse(ofPositiveDefinite: curvature) else { return nil }
    let scores = scores(at: coordinates)
    return coordinates.indices.map { row in
      scores[0].indices.map { slot in
        coordinates.indices.reduce(0) { $0 + bread[row, $1] * scores[$1][slot] }
      }
    }
  }

  /// The log-likelihood, −∞ where a term is no number.
  func sum(_ coordinates: [Double]) -> Double {
    let total = pairwiseSum(terms(coordinates))
    return total.isNaN ? -.infinity : total
  }

  /// The derivative of every term by every coordinate, [coordinate][observation].
  func scores(at coordinates: [Double]) -> [[Double]] {
    coordinates.indices.map { index in
      let step = cbrt(Double.ulpOfOne) * max(1, abs(coordinates[index]))
      var moved = coordinates
      moved[index] = coordinates[index] + step
      let above = terms(moved)
      moved[index] = coordinates[index] - step
      return zip(above, terms(moved)).map { ($0 - $1) / (2 * step) }
    }
  }

  /// xᵀAx, or 0 where rounding leaves it below.
  private static func form(_ matrix: Matrix, _ vector: [Double]) -> Double {
    var sum = 0.0
    for i in vector.indices { for j in vector.indices { sum += vector[i] * matrix[i, j] * vector[j] } }
    return max(0, sum)
  }

  private static func products(_ scores: [[Double]]) -> Matrix {
    let values = scores.flatMap { left in scores.map { right in pairwiseSum(zip(left, right).map { $0 * $1 }) } }
    return Matrix(rows: scores.count, columns: scores.count, values: values)
  }

  /// ∂figure/∂coordinate, [figure][coordinate].
  private static func jacobian(of figures: ([Double]) -> [Double], at coordinates: [Double]) -> [[Double]] {
    let count = figures(coordinates).count
    return (0..<count).map { figure in gradient(of: { figures($0)[figure] }, at: coordinates) }
  }
}

/// ln(p/(1 − p)).
func logit(_ share: Double) -> Double { log(share / (1 - share)) }

/// 1/(1 + e^−x).
func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
