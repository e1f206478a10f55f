import Glibc
import Kernels

/// How fat the common tail of joint moves is: the degrees of freedom of a multivariate Student-t.
public struct StudentDependenceEstimate: Sendable, Hashable {
  /// The estimate of ν; nil where the likelihood still rises at ν = 500, that is, the moves look jointly normal.
  public let degreesOfFreedom: Double?
  /// Its standard error by the sandwich, the scale being estimated too; nil with the estimate, or at ν's lower limit.
  public let standardError: Double?
  /// Log-likelihood at the estimate, of the standardised moves.
  public let logLikelihood: Double
  /// The same of the jointly normal law: what the Student-t has to beat.
  public let normalLogLikelihood: Double
  /// Number of joint moves.
  public let observations: Int
}

extension StudentDependenceEstimate {
  /// Estimates from joint moves, [asset][slot], NaN where there is none; slots without a move of every asset are left out.
  ///
  /// Nil with fewer than `HistoryEstimation.jointMovesPerAsset` slots an asset, with moves that contradict each other or
  /// that do not vary, or if the search does not settle.
  public init?(moves: [[Double]]) {
    let slots = moves.first?.count ?? 0
    guard moves.allSatisfy({ $0.count == slots }) else { return nil }
    let common = (0..<slots).filter { slot in moves.allSatisfy { $0[slot].isFinite } }
    guard !moves.isEmpty, common.count >= HistoryEstimation.jointMovesPerAsset * moves.count else { return nil }
    let joint = JointMoves(values: moves, assets: Array(moves.indices), slots: common)
    guard joint.assets.count == moves.count, let factor = try? CholeskyFactor(joint.correlation),
      moves.indices.allSatisfy({ factor.lower[$0, $0] > 1e-6 })
    else { return nil }
    self.init(joint, correlation: joint.correlation)
  }

  /// Maximises the likelihood of a multivariate t with free scatter matrix; nil if the search does not settle or the
  /// scatter is not positive definite.
  ///
  /// The scatter is estimated along with ν and not taken from the sample correlation: below ν = 4 sample variances have no
  /// standard error, and dividing by them would bias ν by far more than its own. EM with the weights
  /// w = (ν + d)/(ν + zᵀS⁻¹z), S = Σw·zzᵀ/Σw (D. Kent, D. Tyler, Y. Vardi, Communications in Statistics: Simulation 23,
  /// 1994), and ν by direct maximisation in between (C. Liu, D. Rubin, Statistica Sinica 5, 1995).
  init?(_ joint: JointMoves, correlation: Matrix) {
    var scatter = correlation
    var inverseNu = 0.0
    var settled: RadialLaw?
    for _ in 0..<500 {
      guard let law = RadialLaw(joint, scatter: scatter) else { return nil }
      let next = goldenSection(1 / Self.limits.upperBound, 1 / Self.limits.lowerBound) { -law.logLikelihood(1 / $0) }
      if abs(next - inverseNu) < 1e-7 {
        settled = law
        break
      }
      inverseNu = next
      scatter = joint.weightedScatter(law.weights(1 / next))
    }
    guard let settled, let normal = RadialLaw(joint, scatter: correlation) else { return nil }
    let nu = 1 / inverseNu
    let isNormal = nu > 0.98 * Self.limits.upperBound
    degreesOfFreedom = isNormal ? nil : nu
    standardError = isNormal || nu < Self.limits.lowerBound + 1e-3 ? nil : settled.standardError(nu)
    logLikelihood = settled.logLikelihood(nu)
    normalLogLikelihood = normal.normalLogLikelihood
    observations = joint.observations
  }

  private static var limits: ClosedRange<Double> { GarchTransform.degreesOfFreedomLimits }
}

/// The likelihood of a t with given scatter S as a function of ν, through the squared distances q = zᵀS⁻¹z.
///
/// ln f = ln Γ((ν+d)/2) − ln Γ(ν/2) − ½d·ln(πν) − ½ln|S| − ½(ν+d)·ln(1 + q/ν). McNeil, Frey and Embrechts, *Quantitative
/// Risk Management*, 2nd ed., 2015, section 6.2.
private struct RadialLaw {
  let distances: [Double]
  let dimension: Double
  let logDeterminant: Double

  init?(_ joint: JointMoves, scatter: Matrix) {
    guard let factor = try? CholeskyFactor(scatter) else { return nil }
    distances = joint.squaredDistances(factor)
    dimension = Double(joint.assets.count)
    logDeterminant = joint.assets.indices.reduce(0) { $0 + 2 * log(factor.lower[$1, $1]) }
  }

  var normalLogLikelihood: Double {
    -0.5 * (pairwiseSum(distances) + Double(distances.count) * (dimension * log(2 * Double.pi) + logDeterminant))
  }

  func logLikelihood(_ nu: Double) -> Double {
    let constant =
      logGamma((nu + dimension) / 2) - logGamma(nu / 2) - dimension / 2 * log(Double.pi * nu) - logDeterminant / 2
    let sum = pairwiseSum(distances.map { log1p($0 / nu) })
    return Double(distances.count) * constant - (nu + dimension) / 2 * sum
  }

  func weights(_ nu: Double) -> [Double] { distances.map { (nu + dimension) / (nu + $0) } }

  /// The sandwich in (ν, ln scale): of all the scatter, only its common scale is entangled with ν.
  func standardError(_ nu: Double) -> Double? {
    let step = 1e-4 * nu
    let above = scores(nu + step, scale: 1)
    let below = scores(nu - step, scale: 1)
    let wider = scores(nu, scale: exp(1e-4))
    let narrower = scores(nu, scale: exp(-1e-4))
    let information = (
      nu: (pairwiseSum(below.nu) - pairwiseSum(above.nu)) / (2 * step),
      cross: (pairwiseSum(below.scale) - pairwiseSum(above.scale)) / (2 * step),
      scale: (pairwiseSum(narrower.scale) - pairwiseSum(wider.scale)) / 2e-4
    )
    let determinant = information.nu * information.scale - information.cross * information.cross
    guard information.nu > 0, determinant > 0 else { return nil }
    /// What one observation does to ν.
    let here = scores(nu, scale: 1)
    let influence = zip(here.nu, here.scale).map {
      (information.scale * $0 - information.cross * $1) / determinant
    }
    return pairwiseSum(influence.map { $0 * $0 }).squareRoot()
  }

  /// The derivatives of every ln f by ν and by the logarithm of a factor on S.
  private func scores(_ nu: Double, scale: Double) -> (nu: [Double], scale: [Double]) {
    let constant = 0.5 * (digamma((nu + dimension) / 2) - digamma(nu / 2) - dimension / nu)
    let scaled = distances.map { $0 / scale }
    return (
      nu: scaled.map { constant - 0.5 * log1p($0 / nu) + 0.5 * (nu + dimension) * $0 / (nu * (nu + $0)) },
      scale: scaled.map { 0.5 * ((nu + dimension) * $0 / (nu + $0) - dimension) }
    )
  }
}

/// The minimum of a function with one valley between `low` and `high`, to a share `tolerance` of their distance.
func goldenSection(_ low: Double, _ high: Double, tolerance: Double = 1e-8, _ f: (Double) -> Double) -> Double {
  let ratio = 0.5 * (5.0.squareRoot() - 1)
  var (left, right) = (low, high)
  var (a, b) = (right - ratio * (right - left), left + ratio * (right - left))
  var (fa, fb) = (f(a), f(b))
  while right - left > tolerance * (high - low) {
    if fa < fb {
      (right, b, fb) = (b, a, fa)
      a = right - ratio * (right - left)
      fa = f(a)
    } else {
      (left, a, fa) = (a, b, fb)
      b = left + ratio * (right - left)
      fb = f(b)
    }
  }
  return 0.5 * (left + right)
}
