import Glibc
import Kernels

/// The composite likelihood of common jumps over a ring of pairs of assets, margins held.
struct JumpRing {
  /// What was found.
  struct Found {
    /// λ_MΔ.
    let perStep: Estimate
    let sizeCorrelation: Estimate
    let logLikelihood: Double
    let converged: Bool
  }

  /// Two assets, and the correlation of their diffusions.
  private struct Pair {
    let left: Int
    let right: Int
    /// arctanh of the correlation, and how it moves with the two coordinates.
    var angle: Double
    var slope = [0.0, 0.0]

    func rho(at point: [Double], from center: [Double]) -> Double {
      tanh(angle + slope[0] * (point[0] - center[0]) + slope[1] * (point[1] - center[1]))
    }
  }

  private let fits: [MertonFit]
  private let laws: [JumpMixture]
  /// Standardised returns, [asset][slot].
  private let values: [[Double]]
  private let slots: [Int]
  /// Indices into `fits` of the assets on the ring.
  private let assets: [Int]
  private var pairs: [Pair]
  private var center = [0.0, 0.0]

  /// Nil with fewer than two assets that jump.
  init?(fits: [MertonFit], assets: [Int], slots: [Int], correlation: Matrix) {
    guard assets.count >= 2 else { return nil }
    self.fits = fits
    self.assets = assets
    self.slots = slots
    laws = fits.map(\.mixture)
    values = fits.map { fit in slots.map { fit.series.values[$0] } }
    let ring = assets.indices.map { index in
      let (left, right) = (assets[index], assets[(index + 1) % assets.count])
      return Pair(left: left, right: right, angle: atanh(min(0.99, max(-0.99, correlation[left, right]))))
    }
    pairs = assets.count == 2 ? [ring[0]] : ring
  }

  private func limit(_ laws: [JumpMixture]) -> Double { assets.map { laws[$0].perStep }.min() ?? 0 }

  /// Log-likelihood of every slot, added over the pairs. Coordinates: logit of λ_M/λ, logit κ.
  private func terms(_ point: [Double], laws: [JumpMixture], pairs: [Pair]) -> [Double] {
    let perStep = logistic(point[0]) * limit(laws)
    var sums = [Double](repeating: 0, count: slots.count)
    for pair in pairs {
      let mixture = PairMixture(
        laws[pair.left], laws[pair.right], rho: pair.rho(at: point, from: center), perStep: perStep,
        sizeCorrelation: logistic(point[1]))
      mixture.add(values[pair.left], values[pair.right], to: &sums)
    }
    return sums
  }

  /// Finds share and correlation of sizes, and the diffusions' correlations in turn with them.
  mutating func fit(pooledError: Double?) -> Found? {
    var found: LikelihoodSearch.Found?
    var starts = [(0.0, 0.5), (1.5, 1.0), (-2, 0)].map { [$0.0, $0.1] }
    for _ in 0..<12 {
      if let point = found?.coordinates { correlate(at: point) }
      let before = found?.logLikelihood ?? -.infinity
      let ring = self
      let search = LikelihoodSearch { ring.terms($0, laws: ring.laws, pairs: ring.pairs) }
      guard let next = search.best(of: starts, trying: 1, tolerance: 1e-6) else { return nil }
      found = next
      starts = [next.coordinates]
      if next.logLikelihood - before < 1e-3 { break }
    }
    guard let found else { return nil }
    let point = found.coordinates
    center = point
    let (share, size) = (logistic(point[0]), logistic(point[1]))
    let perStep = limit(laws)
    let isInside = share > 1e-3 && share < 1 - 1e-3 && size > 1e-3 && size < 1 - 1e-3
    var errors = isInside ? standardErrors(at: point) : nil
    if let error = errors?[0], let pooledError {
      // λ_M is a share of the pooled λ, whose own error comes on top.
      errors?[0] = (error * error + share * share * pooledError * pooledError).squareRoot()
    } else {
      errors = nil
    }
    return Found(
      perStep: Estimate(share * perStep, standardError: errors?[0]),
      sizeCorrelation: Estimate(size, standardError: errors?[1]), logLikelihood: found.logLikelihood,
      converged: found.converged)
  }

  /// Sets every pair's correlation to the one of the greatest likelihood.
  private mutating func correlate(at point: [Double]) {
    center = point
    for index in pairs.indices {
      let pair = pairs[index]
      pairs[index].slope = [0, 0]
      pairs[index].angle = bestAngle(
        laws[pair.left], laws[pair.right], values[pair.left], values[pair.right],
        perStep: logistic(point[0]) * limit(laws), sizeCorrelation: logistic(point[1]))
    }
  }

  /// The sandwich, the pairs' correlations following the coordinates as their likelihood asks for.
  private mutating func standardErrors(at point: [Double]) -> [Double]? {
    for index in pairs.indices {
      let pair = pairs[index]
      let ring = self
      let curvature = hessian(
        of: { moved in
          var turned = pair
          turned.angle += moved[2]
          return pairwiseSum(ring.terms([moved[0], moved[1]], laws: ring.laws, pairs: [turned]))
        }, at: [point[0], point[1], 0])
      guard curvature[2, 2] < 0 else { return nil }
      pairs[index].slope = [-curvature[2, 0] / curvature[2, 2], -curvature[2, 1] / curvature[2, 2]]
    }
    let ring = self
    let perStep = limit(laws)
    let search = LikelihoodSearch { ring.terms($0, laws: ring.laws, pairs: ring.pairs) }
    return search.standardErrors(
      of: { [logistic($0[0]) * perStep, logistic($0[1])] }, at: point, adding: marginScores(at: point))
  }

  /// What the errors of the margins add to the score of each slot: Σ_i ∂score/∂θ_i · influence_i, [coordinate][slot].
  private func marginScores(at point: [Double]) -> [[Double]]? {
    var rows = [[Double]](repeating: [Double](repeating: 0, count: slots.count), count: point.count)
    for asset in assets {
      guard let influence = fits[asset].influence else { return nil }
      let touched = pairs.filter { $0.left == asset || $0.right == asset }
      for (index, effect) in influence.enumerated() {
        let step = 1e-4
        func slope(_ direction: Double) -> [Double] {
          var moved = laws
          var coordinates = fits[asset].coordinates
          coordinates[index] += direction * step
          moved[asset] = JumpMixture(coordinates: coordinates, perStep: laws[asset].perStep)
          return gradient(of: { pairwiseSum(terms($0, laws: moved, pairs: touched)) }, at: point)
        }
        let cross = zip(slope(1), slope(-1)).map { ($0 - $1) / (2 * step) }
        for row in rows.indices {
          for (position, slot) in slots.enumerated() { rows[row][position] += cross[row] * effect[slot] }
        }
      }
    }
    return rows
  }
}

/// arctanh of the diffusions' correlation with the greatest likelihood, between ± 0.99.
private func bestAngle(
  _ left: JumpMixture, _ right: JumpMixture, _ x: [Double], _ y: [Double], perStep: Double, sizeCorrelation: Double
) -> Double {
  goldenSection(atanh(-0.99), atanh(0.99), tolerance: 1e-4) { angle in
    let mixture = PairMixture(left, right, rho: tanh(angle), perStep: perStep, sizeCorrelation: sizeCorrelation)
    var sums = [Double](repeating: 0, count: x.count)
    mixture.add(x, y, to: &sums)
    return -pairwiseSum(sums)
  }
}

/// The diffusions' correlations, of every pair of assets by itself; the sample's where nothing jumps.
func diffusionCorrelations(_ fits: [MertonFit], slots: [Int], sample: Matrix, found: JumpRing.Found?) -> Matrix {
  guard let found else { return sample }
  let values = fits.map { fit in slots.map { fit.series.values[$0] } }
  var result = Matrix.identity(fits.count)
  for i in fits.indices {
    for j in 0..<i {
      let angle = bestAngle(
        fits[i].mixture, fits[j].mixture, values[i], values[j], perStep: found.perStep.value,
        sizeCorrelation: found.sizeCorrelation.value)
      result[i, j] = tanh(angle)
      result[j, i] = result[i, j]
    }
  }
  return result
}
