import Glibc
import Kernels

/// Unconstrained coordinates of the GARCH parameters, so that a search cannot leave the admissible set.
///
/// Coordinates: mean; ln of the long-run variance V; logit of the persistence p; logit of the share of p that is
/// α + γ/2; with asymmetry, logit of α's half of it; with Student-t, logit of 1/ν within its limits. Then ω = V(1 − p) > 0,
/// α ≥ 0, α + γ ≥ 0, β ≥ 0, p < 1. Returns are expected to be scaled to unit variance.
struct GarchTransform {
  let isAsymmetric: Bool
  let isStudent: Bool

  /// The largest persistence looked at.
  static let persistenceLimit = 0.99999
  /// ν is looked for between these.
  static let degreesOfFreedomLimits = 2.05...500.0

  /// The lanes of a `GarchLikelihood.Slope` that are free here, in the order of `jacobian`'s rows.
  var freeLanes: [Int] { [0, 1, 2] + (isAsymmetric ? [3] : []) + [4] + (isStudent ? [5] : []) }

  /// Coordinates of a start with long-run variance 1 and mean 0.
  func start(persistence: Double, arch: Double) -> [Double] {
    [0, 0, Self.logit(persistence / Self.persistenceLimit), Self.logit(arch / persistence)]
      + (isAsymmetric ? [0] : []) + (isStudent ? [Self.logit(inverseShare(1.0 / 6))] : [])
  }

  /// The parameters at given coordinates.
  func point(at coordinates: [Double]) -> GarchPoint {
    let c = Parts(coordinates, self)
    let reaction = c.persistence * c.share
    return GarchPoint(
      mean: coordinates[0], omega: c.longRun * (1 - c.persistence), alpha: c.alphaPerReaction * reaction,
      gamma: c.gammaPerReaction * reaction, beta: c.persistence * (1 - c.share),
      degreesOfFreedom: isStudent ? 1 / c.inverseNu : .infinity)
  }

  /// ∂(free parameters)/∂(coordinates).
  func jacobian(at coordinates: [Double]) -> Matrix {
    let c = Parts(coordinates, self)
    let count = coordinates.count
    var lanes = Matrix(rows: 6, columns: count, repeating: 0)
    lanes[0, 0] = 1
    lanes[1, 1] = c.longRun * (1 - c.persistence)
    let byPersistence = c.persistence * (1 - c.persistence / Self.persistenceLimit)
    lanes[1, 2] = -c.longRun * byPersistence
    lanes[2, 2] = c.alphaPerReaction * c.share * byPersistence
    lanes[3, 2] = c.gammaPerReaction * c.share * byPersistence
    lanes[4, 2] = (1 - c.share) * byPersistence
    let byShare = c.persistence * c.share * (1 - c.share)
    lanes[2, 3] = c.alphaPerReaction * byShare
    lanes[3, 3] = c.gammaPerReaction * byShare
    lanes[4, 3] = -byShare
    if isAsymmetric {
      let byHalf = 2 * c.persistence * c.share * c.half * (1 - c.half)
      lanes[2, 4] = byHalf
      lanes[3, 4] = -2 * byHalf
    }
    if isStudent {
      lanes[5, count - 1] = -c.inverseNuSlope / (c.inverseNu * c.inverseNu)
    }
    return Matrix(
      rows: freeLanes.count, columns: count, values: freeLanes.flatMap { lane in (0..<count).map { lanes[lane, $0] } })
  }

  /// The coordinates' gradient from the parameters' own.
  func pullBack(_ slope: GarchLikelihood.Slope, at coordinates: [Double]) -> [Double] {
    let jacobian = jacobian(at: coordinates)
    return coordinates.indices.map { column in
      freeLanes.enumerated().reduce(0) { $0 + slope[$1.element] * jacobian[$1.offset, column] }
    }
  }

  /// Whether a parameter has run to the border of the admissible set, where standard errors mean nothing.
  func isAtBorder(_ point: GarchPoint) -> Bool {
    let reaction = point.alpha + point.gamma / 2
    let nearGaussian = isStudent && point.degreesOfFreedom > 0.9 * Self.degreesOfFreedomLimits.upperBound
    return point.persistence > Self.persistenceLimit - 1e-6 || reaction < 1e-5 || point.beta < 1e-5
      || point.alpha < 1e-6 || point.alpha + point.gamma < 1e-6 || nearGaussian
      || (isStudent && point.degreesOfFreedom < Self.degreesOfFreedomLimits.lowerBound + 1e-3)
  }

  private func inverseShare(_ inverseNu: Double) -> Double {
    let (low, high) = Self.inverseLimits
    return (inverseNu - low) / (high - low)
  }

  private static var inverseLimits: (low: Double, high: Double) {
    (1 / degreesOfFreedomLimits.upperBound, 1 / degreesOfFreedomLimits.lowerBound)
  }

  private static func logit(_ share: Double) -> Double { log(share / (1 - share)) }

  private static func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// The named quantities between coordinates and parameters.
  private struct Parts {
    let longRun: Double
    let persistence: Double
    let share: Double
    let half: Double
    let alphaPerReaction: Double
    let gammaPerReaction: Double
    let inverseNu: Double
    let inverseNuSlope: Double

    init(_ coordinates: [Double], _ transform: GarchTransform) {
      longRun = exp(coordinates[1])
      persistence = persistenceLimit * logistic(coordinates[2])
      share = logistic(coordinates[3])
      half = transform.isAsymmetric ? logistic(coordinates[4]) : 0.5
      alphaPerReaction = 2 * half
      gammaPerReaction = 2 * (1 - 2 * half)
      let (low, high) = inverseLimits
      let position = transform.isStudent ? logistic(coordinates[coordinates.count - 1]) : 0
      inverseNu = low + (high - low) * position
      inverseNuSlope = (high - low) * position * (1 - position)
    }
  }
}
