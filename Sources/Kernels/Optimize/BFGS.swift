/// Minimises a smooth function by a quasi-Newton method.
///
/// - Formula: Broyden, Fletcher, Goldfarb, Shanno; the inverse of the matrix of second derivatives is built up from
///   gradients, and each step is halved until the function falls enough (Armijo). J. Nocedal, S. Wright, "Numerical
///   Optimization", 2nd ed., 2006, algorithm 6.1.
/// - Arguments: converged once no coordinate of the gradient, times max(1, |x|), exceeds `tolerance`·max(1, |f|), or no
///   step along the gradient lowers the function any more. NaN and +∞ count as worst. Without `gradient` central
///   differences are taken, which limits `tolerance` to about 10⁻⁸.
/// - Cost: one gradient and a few evaluations a step.
/// - Oracle: Rosenbrock's function; a quadratic in n + 1 steps or so.
public func minimizeBFGS(
  start: [Double], tolerance: Double, maxIterations: Int, gradient analytic: (([Double]) -> [Double])? = nil,
  _ f: ([Double]) -> Double
) -> Minimum {
  var search = QuasiNewton(point: start, value: f(start).orWorst)
  guard search.value < .infinity else {
    return Minimum(point: start, value: search.value, iterations: 0, converged: false)
  }
  search.slope = analytic?(start) ?? gradient(of: f, at: start)
  for iteration in 0..<max(0, maxIterations) {
    if search.isFlat(tolerance) {
      return Minimum(point: search.point, value: search.value, iterations: iteration, converged: true)
    }
    guard search.advance(f, { analytic?($0) ?? gradient(of: f, at: $0) }) else {
      return Minimum(
        point: search.point, value: search.value, iterations: iteration,
        converged: search.isFlat(tolerance.squareRoot()))
    }
  }
  return Minimum(
    point: search.point, value: search.value, iterations: max(0, maxIterations), converged: search.isFlat(tolerance))
}

/// The state of a search: where it is, the slope there, and the inverse curvature so far.
private struct QuasiNewton {
  var point: [Double]
  var value: Double
  var slope: [Double] = []
  private var inverse: Matrix

  init(point: [Double], value: Double) {
    self.point = point
    self.value = value
    inverse = .identity(point.count)
  }

  func isFlat(_ tolerance: Double) -> Bool {
    zip(slope, point).allSatisfy { abs($0) * max(1, abs($1)) <= tolerance * max(1, abs(value)) }
  }

  /// One step; false when nothing lower was found along the direction nor along the slope itself.
  mutating func advance(_ f: ([Double]) -> Double, _ slopeAt: ([Double]) -> [Double]) -> Bool {
    var next = lower(along: direction(), f)
    if next == nil {
      inverse = .identity(point.count)
      next = lower(along: direction(), f)
    }
    guard let next else { return false }
    let newSlope = slopeAt(next.point)
    guard newSlope.allSatisfy(\.isFinite) else { return false }
    update(step: zip(next.point, point).map { $0 - $1 }, change: zip(newSlope, slope).map { $0 - $1 })
    (point, value, slope) = (next.point, next.value, newSlope)
    return true
  }

  private func direction() -> [Double] {
    point.indices.map { row in -point.indices.reduce(0) { $0 + inverse[row, $1] * slope[$1] } }
  }

  /// The first point, from the full step halved at most 60 times, that lowers the function enough.
  private func lower(along direction: [Double], _ f: ([Double]) -> Double) -> (point: [Double], value: Double)? {
    let descent = dot(direction, slope)
    guard descent < 0 else { return nil }
    var fraction = 1.0
    for _ in 0..<60 {
      let trial = zip(point, direction).map { $0 + fraction * $1 }
      let reached = f(trial).orWorst
      if reached <= value + 1e-4 * fraction * descent, reached < value { return (trial, reached) }
      fraction *= 0.5
    }
    return nil
  }

  /// H ← (I − s·yᵀ/ρ)·H·(I − y·sᵀ/ρ) + s·sᵀ/ρ with ρ = sᵀy; left out where ρ is not clearly positive.
  private mutating func update(step s: [Double], change y: [Double]) {
    let rho = dot(s, y)
    guard rho > 1e-12 * (dot(s, s) * dot(y, y)).squareRoot() else { return }
    let hy = point.indices.map { row in point.indices.reduce(0) { $0 + inverse[row, $1] * y[$1] } }
    let scale = (1 + dot(y, hy) / rho) / rho
    for i in point.indices {
      for j in point.indices {
        inverse[i, j] += scale * s[i] * s[j] - (hy[i] * s[j] + s[i] * hy[j]) / rho
      }
    }
  }

  private func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
}
