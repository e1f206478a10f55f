import Glibc
import Kernels

/// The parameters of one GARCH likelihood, in the units of the returns it is evaluated on.
struct GarchPoint {
  var mean: Double
  var omega: Double
  var alpha: Double
  var gamma: Double
  var beta: Double
  /// Degrees of freedom of unit-variance Student-t innovations, > 2; +∞ for normal ones.
  var degreesOfFreedom: Double

  var persistence: Double { alpha + gamma / 2 + beta }
}

/// The conditional log-likelihood of GARCH(1,1)/GJR with its exact gradient.
///
/// v_1 = ω + (α + γ/2 + β)·ē² with ē² the mean of squared residuals (G. Fiorentini, G. Calzolari, L. Panattoni, Journal of
/// Applied Econometrics 11, 1996, whose analytic derivatives these are). At a slot without a return the variance moves
/// by its expectation, ω + (α + γ/2 + β)·v, and nothing is added to the likelihood. Unit-variance Student-t:
/// T. Bollerslev, Review of Economics and Statistics 69 (1987).
struct GarchLikelihood {
  /// Lanes of a gradient: mean, omega, alpha, gamma, beta, degrees of freedom; two spare.
  typealias Slope = SIMD8<Double>

  let observations: Int
  private let returns: [Double]
  private let meanReturn: Double
  private let meanSquare: Double

  /// The likelihood of `returns`, NaN where one is missing; at least one must be there.
  init(returns: [Double]) {
    self.returns = returns
    let present = returns.filter { !$0.isNaN }
    observations = present.count
    meanReturn = pairwiseSum(present) / Double(present.count)
    meanSquare = pairwiseSum(present.map { $0 * $0 }) / Double(present.count)
  }

  /// The log-likelihood, constants included.
  func value(at point: GarchPoint) -> Double {
    var sum = 0.0
    let nu = point.degreesOfFreedom
    if nu == .infinity {
      _ = walk(point) { _, shock, variance, _ in sum += log(variance) + shock * shock / variance }
      return -0.5 * (sum + Double(observations) * log(2 * Double.pi))
    }
    _ = walk(point) { _, shock, variance, _ in
      sum += log(variance) + (nu + 1) * log1p(shock * shock / (variance * (nu - 2)))
    }
    return Double(observations) * Self.constant(nu) - 0.5 * sum
  }

  /// The gradient of the log-likelihood.
  func gradient(at point: GarchPoint) -> Slope {
    var sum = Slope.zero
    let law = ScoreLaw(point)
    _ = walk(point) { _, shock, variance, slope in sum += law.score(shock, variance, slope) }
    return sum
  }

  /// Σ s·sᵀ over the scores s of single observations, 7 × 7: the order of the lanes, then the error g of the sample
  /// variance.
  ///
  /// g = ((1 − β)(e² − v) + γ(1{e<0} − ½)e²)/(1 − p): by the recursion itself, ē² less the long-run variance is the mean of
  /// these, which unlike e² are not serially correlated (Francq, Horváth and Zakoïan, 2011; the second term is GJR's).
  func scoreProducts(at point: GarchPoint) -> Matrix {
    var rows = [Slope](repeating: .zero, count: 7)
    let law = ScoreLaw(point)
    _ = walk(point) { _, shock, variance, slope in
      var score = law.score(shock, variance, slope)
      let squared = shock * shock
      let side = shock < 0 ? 0.5 : -0.5
      score[6] = ((1 - point.beta) * (squared - variance) + point.gamma * side * squared) / (1 - point.persistence)
      for row in 0..<7 { rows[row] += score * score[row] }
    }
    return Matrix(rows: 7, columns: 7, values: rows.flatMap { row in (0..<7).map { row[$0] } })
  }

  /// Standardised residuals (NaN where no return is) and the variance forecast for the step after the last slot.
  func filtered(at point: GarchPoint) -> (residuals: [Double], nextVariance: Double) {
    var residuals = [Double](repeating: .nan, count: returns.count)
    let next = walk(point) { slot, shock, variance, _ in residuals[slot] = shock / variance.squareRoot() }
    return (residuals, next)
  }

  /// ln Γ((ν+1)/2) − ln Γ(ν/2) − ½ln π(ν−2).
  private static func constant(_ nu: Double) -> Double {
    logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * log(Double.pi * (nu - 2))
  }

  /// Runs the variance recursion with its derivatives; `visit` sees every return's shock, variance and ∂v/∂parameters.
  /// The answer is the variance after the last slot.
  @inline(__always)
  private func walk(
    _ point: GarchPoint, _ visit: (_ slot: Int, _ shock: Double, _ variance: Double, _ slope: Slope) -> Void
  ) -> Double {
    let persistence = point.persistence
    let square = meanSquare + point.mean * (point.mean - 2 * meanReturn)
    var variance = point.omega + persistence * square
    var slope = Slope(2 * persistence * (point.mean - meanReturn), 1, square, square / 2, square, 0, 0, 0)
    for slot in returns.indices {
      let shock = returns[slot] - point.mean
      if shock.isNaN {
        slope = slope * persistence + Slope(0, 1, variance, variance / 2, variance, 0, 0, 0)
        variance = point.omega + persistence * variance
        continue
      }
      visit(slot, shock, variance, slope)
      let down = shock < 0 ? 1.0 : 0.0
      let weight = point.alpha + point.gamma * down
      let squared = shock * shock
      slope = slope * point.beta + Slope(-2 * weight * shock, 1, squared, squared * down, variance, 0, 0, 0)
      variance = point.omega + weight * squared + point.beta * variance
    }
    return variance
  }
}

/// The score of one observation under normal or unit-variance Student-t innovations.
private struct ScoreLaw {
  private let nu: Double
  private let isNormal: Bool
  /// Derivative by ν of the constant term.
  private let constantSlope: Double

  init(_ point: GarchPoint) {
    nu = point.degreesOfFreedom
    isNormal = nu == .infinity
    constantSlope = isNormal ? 0 : 0.5 * (digamma((nu + 1) / 2) - digamma(nu / 2) - 1 / (nu - 2))
  }

  @inline(__always)
  func score(_ shock: Double, _ variance: Double, _ slope: GarchLikelihood.Slope) -> GarchLikelihood.Slope {
    let square = shock * shock / variance
    let pull = isNormal ? 1 : (nu + 1) / (nu - 2 + square)
    var score = slope * (0.5 * (pull * square - 1) / variance)
    score[0] += pull * shock / variance
    if !isNormal {
      score[5] = constantSlope - 0.5 * log1p(square / (nu - 2)) + 0.5 * pull * square / (nu - 2)
    }
    return score
  }
}
