import Glibc
import Kernels

/// The search for the maximum of one GARCH likelihood, in the coordinates of `GarchTransform`.
struct GarchSearch {
  let likelihood: GarchLikelihood
  let transform: GarchTransform
  /// The standard deviation that the returns were divided by.
  let scale: Double
  /// Whether the long-run variance stays at that of the sample.
  let targetsVariance: Bool
  /// The coordinate of the long-run variance.
  private static let longRun = 1

  /// The largest coordinate of the gradient per observation at which a search counts as converged.
  private static let flatness = 1e-6

  init?(returns: [Double], specification: GarchSpecification) {
    let present = returns.filter { !$0.isNaN }
    guard present.count >= GarchFit.fewestObservations else { return nil }
    let deviation = meanAndVariance(present.span).variance.squareRoot()
    guard deviation > 1e-150, deviation < 1e150 else { return nil }
    scale = deviation
    targetsVariance = specification.targetsVariance
    likelihood = GarchLikelihood(returns: returns.map { $0 / deviation })
    transform = GarchTransform(
      isAsymmetric: specification.isAsymmetric, isStudent: specification.innovations == .studentT)
  }

  /// The log-likelihood of the returns before scaling.
  func logLikelihood(at coordinates: [Double]) -> Double {
    likelihood.value(at: transform.point(at: coordinates)) - Double(likelihood.observations) * log(scale)
  }

  /// The best of the searches from the three best starts, polished.
  func best() -> (coordinates: [Double], converged: Bool) {
    let starts = Self.grid.map { transform.start(persistence: $0.persistence, arch: $0.arch) }
      .map { (start: $0, loss: loss($0)) }.sorted { $0.loss < $1.loss }
    var best: Minimum?
    for (start, _) in starts.prefix(3) {
      let found = minimizeBFGS(
        start: start, tolerance: 1e-7, maxIterations: 200, gradient: { lossSlope($0) }, { loss($0) })
      if found.value < best?.value ?? .infinity { best = found }
    }
    let polished = polish(best?.point ?? starts[0].start)
    return (polished, isFlat(lossSlope(polished)))
  }

  /// Persistence and share of it that reacts to shocks, from restless daily series to calm hourly ones.
  private static let grid: [(persistence: Double, arch: Double)] = [0.6, 0.85, 0.95, 0.99, 0.998].flatMap { level in
    [0.03, 0.1, 0.25].map { (level, $0 * level) }
  }

  /// Minus the log-likelihood an observation: near 1, whatever the series.
  private func loss(_ coordinates: [Double]) -> Double {
    -likelihood.value(at: transform.point(at: coordinates)) / Double(likelihood.observations)
  }

  private func lossSlope(_ coordinates: [Double]) -> [Double] {
    var slope = fullSlope(coordinates)
    if targetsVariance { slope[Self.longRun] = 0 }
    return slope
  }

  /// The slope in every coordinate, a targeted one too.
  private func fullSlope(_ coordinates: [Double]) -> [Double] {
    let slope = likelihood.gradient(at: transform.point(at: coordinates))
    return transform.pullBack(slope, at: coordinates).map { -$0 / Double(likelihood.observations) }
  }

  private func isFlat(_ slope: [Double]) -> Bool { slope.allSatisfy { abs($0) <= Self.flatness } }

  /// Newton's method from near the minimum, kept only as long as the gradient shrinks.
  private func polish(_ start: [Double]) -> [Double] {
    var coordinates = start
    var slope = lossSlope(coordinates)
    for _ in 0..<4 {
      let size = slope.map(abs).max() ?? 0
      guard size > 1e-12, let inverse = inverse(ofPositiveDefinite: searched(curvature(at: coordinates))) else { break }
      let step = inverse * slope
      let trial = zip(coordinates, step).map { $0 - $1 }
      let trialSlope = lossSlope(trial)
      guard let trialSize = trialSlope.map(abs).max(), trialSize < size, loss(trial) <= loss(coordinates) + 1e-9 else {
        break
      }
      (coordinates, slope) = (trial, trialSlope)
    }
    return coordinates
  }

  /// Second derivatives of the loss, by central differences of its exact gradient.
  private func curvature(at coordinates: [Double]) -> Matrix {
    let count = coordinates.count
    let step = 1e-4
    var result = Matrix(rows: count, columns: count, repeating: 0)
    for column in 0..<count {
      var moved = coordinates
      moved[column] += step
      let above = fullSlope(moved)
      moved[column] -= 2 * step
      let below = fullSlope(moved)
      for row in 0..<count {
        let change = (above[row] - below[row]) / (4 * step)
        result[row, column] += change
        result[column, row] += change
      }
    }
    return result
  }

  /// The curvature of what is searched: a targeted coordinate stands by itself.
  private func searched(_ curvature: Matrix) -> Matrix {
    guard targetsVariance else { return curvature }
    var result = curvature
    for other in 0..<curvature.rows {
      result[Self.longRun, other] = other == Self.longRun ? 1 : 0
      result[other, Self.longRun] = result[Self.longRun, other]
    }
    return result
  }

  /// Ψ·J·Ψᵀ, with J the products of single scores and Ψ what one score does to the parameters; nil if the curvature H is
  /// not positive definite.
  ///
  /// Without targeting Ψ = D·H⁻¹·Dᵀ, D = ∂parameters/∂coordinates: at a stationary point the sandwich. With it the
  /// long-run variance moves by g, and the rest by −H⁻¹ times its coupling with that besides.
  func standardErrors(at coordinates: [Double]) -> GarchStandardErrors? {
    let curvature = curvature(at: coordinates)
    guard let bread = inverse(ofPositiveDefinite: searched(curvature)) else { return nil }
    let point = transform.point(at: coordinates)
    let lanes = transform.freeLanes
    let jacobian = transform.jacobian(at: coordinates)
    var scores = Matrix(rows: coordinates.count, columns: 7, repeating: 0)
    for row in coordinates.indices {
      for (index, lane) in lanes.enumerated() { scores[row, lane] = jacobian[index, row] }
    }
    if targetsVariance {
      for column in 0..<7 { scores[Self.longRun, column] = 0 }
      for row in coordinates.indices {
        scores[row, 6] = row == Self.longRun ? 1 : -curvature[row, Self.longRun]
      }
    }
    let influence = multiply(jacobian, multiply(bread, scores))
    let products = likelihood.scoreProducts(at: point)
    let covariance = multiply(influence, multiply(products, influence.transposed))
    return errors(from: covariance, lanes: lanes, over: Double(likelihood.observations))
  }

  /// By the curvature alone, D·H⁻¹·Dᵀ/n: right where the law of the innovations is. Nil with a targeted variance, or if the
  /// curvature is not positive definite.
  func curvatureErrors(at coordinates: [Double]) -> GarchStandardErrors? {
    guard !targetsVariance, let bread = inverse(ofPositiveDefinite: curvature(at: coordinates)) else { return nil }
    let jacobian = transform.jacobian(at: coordinates)
    var covariance = multiply(jacobian, multiply(bread, jacobian.transposed))
    let count = Double(likelihood.observations)
    covariance.values = covariance.values.map { $0 * count }
    return errors(from: covariance, lanes: transform.freeLanes, over: count)
  }

  private func errors(from covariance: Matrix, lanes: [Int], over count: Double) -> GarchStandardErrors {
    func error(_ weights: [Int: Double]) -> Double {
      var sum = 0.0
      for (i, left) in lanes.enumerated() {
        for (j, right) in lanes.enumerated() {
          sum += (weights[left] ?? 0) * (weights[right] ?? 0) * covariance[i, j]
        }
      }
      return max(0, sum).squareRoot() / count
    }
    return GarchStandardErrors(
      mean: error([0: scale]), omega: error([1: scale * scale]), alpha: error([2: 1]), gamma: error([3: 1]),
      beta: error([4: 1]), persistence: error([2: 1, 3: 0.5, 4: 1]),
      degreesOfFreedom: transform.isStudent ? error([5: 1]) : nil)
  }
}

/// The inverse of a symmetric positive definite matrix by its Cholesky factor; nil if it is not positive definite.
func inverse(ofPositiveDefinite matrix: Matrix) -> Matrix? {
  guard let factor = try? CholeskyFactor(matrix) else { return nil }
  let count = matrix.rows
  let lower = factor.lower
  /// L⁻¹, column by column.
  var inverted = Matrix(rows: count, columns: count, repeating: 0)
  for column in 0..<count {
    for row in column..<count {
      var value = row == column ? 1.0 : 0.0
      for inner in column..<row { value -= lower[row, inner] * inverted[inner, column] }
      inverted[row, column] = value / lower[row, row]
    }
  }
  return multiply(inverted.transposed, inverted)
}

/// Matrix times vector.
func * (matrix: Matrix, vector: [Double]) -> [Double] {
  (0..<matrix.rows).map { row in vector.indices.reduce(0) { $0 + matrix[row, $1] * vector[$1] } }
}
