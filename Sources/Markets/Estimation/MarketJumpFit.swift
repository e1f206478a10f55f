import Glibc
public import Kernels

/// Jumps of a whole market: how much of every asset's jumps comes at one moment, and how much by itself.
///
/// In two stages (inference functions for margins: H. Joe, *Multivariate Models and Dependence Concepts*, 1997, section
/// 10.1). First each asset's `MertonFit`. Then, margins held, the intensity λ_M of common jumps and the correlation κ of
/// their sizes, by the likelihood of neighbouring pairs of assets on a ring, added up (a composite likelihood: B. Lindsay,
/// Contemporary Mathematics 80, 1988): in a pair of returns the number of common and own jumps is summed over, and given
/// the numbers the returns are jointly normal. An asset jumps λ_i times a year, λ_M of them with the market, all of one
/// size law (the common shock model of F. Lindskog and A. McNeil, ASTIN Bulletin 33, 2003); so the split leaves margins as
/// they are, and λ_M cannot exceed the lowest λ_i. Correlations of the diffusion are what the jumps leave of the sample's
/// covariances.
///
/// Standard errors of λ_M and κ are the sandwich's of the added likelihood, the errors of the margins included.
public struct MarketJumpFit: Sendable {
  /// The assets, in order.
  public let assetIDs: [String]
  /// Each asset's jump diffusion.
  public let assets: [MertonFit]
  /// Common jumps a year, λ_M; nil where fewer than two assets jump.
  public let intensityPerYear: Estimate?
  /// Correlation κ of the sizes of any two assets in a common jump, in [0, 1]; nil with the intensity.
  public let sizeCorrelation: Estimate?
  /// How each asset jumps, as a calibration takes it.
  public let jumps: [AssetJumps]
  /// Correlation of the diffusions: the calibration's `correlation`.
  public let correlation: Matrix
  /// How far the correlations had to be moved to be possible (Frobenius norm); nil where they were.
  public let repairDistance: Double?
  /// The added log-likelihood of the pairs, at the estimates and without common jumps.
  public let pairLogLikelihood: (found: Double, independent: Double)?
  /// Slots in which every asset has a return.
  public let observations: Int
  /// Whether every search settled.
  public let converged: Bool

  /// The common jumps as a calibration takes them; nil where there are none.
  public var market: MarketJumps? {
    guard let intensityPerYear, intensityPerYear.value > 0, let sizeCorrelation else { return nil }
    return MarketJumps(intensityPerYear: intensityPerYear.value, sizeCorrelation: sizeCorrelation.value)
  }

  /// Fits; nil if an asset has too few returns or none that varies, or if fewer than
  /// `HistoryEstimation.jointMovesPerAsset` slots an asset have all returns.
  public init?(returns: LogReturns) {
    let fits = returns.values.compactMap { MertonFit(returns: $0, stepHours: returns.stepHours) }
    guard !fits.isEmpty, fits.count == returns.values.count else { return nil }
    let slots = returns.values[0].indices.filter { slot in returns.values.allSatisfy { $0[slot].isFinite } }
    guard slots.count >= HistoryEstimation.jointMovesPerAsset * fits.count else { return nil }
    let joint = JointMoves(values: returns.values, assets: Array(fits.indices), slots: slots)
    guard joint.assets.count == fits.count else { return nil }
    let jumping = fits.indices.filter { !fits[$0].isAtBorder }
    let stepYears = returns.stepHours / TimeGrid.hoursPerYear
    let ring = JumpRing(fits: fits, assets: jumping, slots: slots, correlation: joint.correlation)
    let common = ring?.fit()
    assetIDs = returns.assetIDs
    assets = fits
    intensityPerYear = common.map {
      Estimate($0.perStep.value / stepYears, standardError: $0.perStep.standardError.map { $0 / stepYears })
    }
    sizeCorrelation = common?.sizeCorrelation
    let perStep = common?.perStep.value ?? 0
    jumps = fits.indices.map { Self.jumps(of: fits[$0], common: jumping.contains($0) ? perStep / stepYears : 0) }
    let raw = diffusionCorrelation(
      fits.map(\.mixture), joint.correlation, perStep: perStep, sizeCorrelation: common?.sizeCorrelation.value ?? 0)
    if (try? CholeskyFactor(raw)) != nil {
      correlation = raw
      repairDistance = nil
    } else {
      guard let repaired = NearestCorrelation(to: raw) else { return nil }
      correlation = repaired.matrix
      repairDistance = repaired.distance
    }
    pairLogLikelihood = common.map { ($0.logLikelihood, $0.independent) }
    observations = slots.count
    converged = fits.allSatisfy(\.converged) && common?.converged ?? true
  }

  private static func jumps(of fit: MertonFit, common: Double) -> AssetJumps {
    let all = fit.jumps
    guard fit.intensityPerYear.value > 0, all.size.meanSquare > 0 else { return AssetJumps() }
    let own = max(0, all.intensityPerYear - common)
    return AssetJumps(
      marketWide: common > 0 ? all.size : nil,
      own: own > 1e-9 * all.intensityPerYear ? OwnJumps(intensityPerYear: own, size: all.size) : nil)
  }
}

/// The correlations that jumps leave to the diffusions, from those of returns: (S_ij − λ_MΔ(m_im_j + κs_is_j))/(σ_iσ_j).
private func diffusionCorrelation(
  _ laws: [JumpMixture], _ sample: Matrix, perStep: Double, sizeCorrelation: Double
) -> Matrix {
  var result = Matrix.identity(laws.count)
  for i in laws.indices {
    for j in 0..<i {
      result[i, j] = laws[i].diffusionCorrelation(
        with: laws[j], covariance: sample[i, j], perStep: perStep, sizeCorrelation: sizeCorrelation)
      result[j, i] = result[i, j]
    }
  }
  return result
}

extension JumpMixture {
  fileprivate func diffusionCorrelation(
    with other: JumpMixture, covariance: Double, perStep: Double, sizeCorrelation: Double
  ) -> Double {
    let jumps = perStep * (mean * other.mean + sizeCorrelation * (variance * other.variance).squareRoot())
    let value = (covariance - jumps) / (diffusionVariance * other.diffusionVariance).squareRoot()
    return min(0.999, max(-0.999, value))
  }
}

/// The composite likelihood of common jumps over a ring of pairs.
private struct JumpRing {
  struct Found {
    let perStep: Estimate
    let sizeCorrelation: Estimate
    let logLikelihood: Double
    let independent: Double
    let converged: Bool
  }

  private let fits: [MertonFit]
  private let laws: [JumpMixture]
  /// Standardised returns, [asset][slot].
  private let values: [[Double]]
  private let slots: [Int]
  private let correlation: Matrix
  /// Indices into `fits` of the assets on the ring.
  private let assets: [Int]
  private let pairs: [(Int, Int)]

  init?(fits: [MertonFit], assets: [Int], slots: [Int], correlation: Matrix) {
    guard assets.count >= 2 else { return nil }
    self.fits = fits
    self.assets = assets
    self.slots = slots
    self.correlation = correlation
    laws = fits.map(\.mixture)
    values = fits.map { fit in slots.map { fit.series.values[$0] } }
    let ring = assets.indices.map { (assets[$0], assets[($0 + 1) % assets.count]) }
    pairs = assets.count == 2 ? [ring[0]] : ring
  }

  private func limit(_ laws: [JumpMixture]) -> Double { assets.map { laws[$0].perStep }.min() ?? 0 }

  /// Log-likelihood of every slot, added over the pairs. Coordinates: logit of λ_M's share of the lowest λ, logit κ.
  private func terms(_ point: [Double], laws: [JumpMixture], pairs: [(Int, Int)]) -> [Double] {
    let perStep = logistic(point[0]) * limit(laws)
    var sums = [Double](repeating: 0, count: slots.count)
    for (left, right) in pairs {
      let mixture = PairMixture(
        laws[left], laws[right], covariance: correlation[left, right], perStep: perStep,
        sizeCorrelation: logistic(point[1]))
      mixture.add(values[left], values[right], to: &sums)
    }
    return sums
  }

  func fit() -> Found? {
    let search = LikelihoodSearch { terms($0, laws: laws, pairs: pairs) }
    let starts = [(-1.0, 0.0), (1, 1), (-3, 0)].map { [$0.0, $0.1] }
    guard let found = search.best(of: starts) else { return nil }
    let point = found.coordinates
    let (share, size) = (logistic(point[0]), logistic(point[1]))
    let figures = { (point: [Double]) in [logistic(point[0]) * limit(laws), logistic(point[1])] }
    let isInside = share > 1e-3 && share < 1 - 1e-3 && size > 1e-3 && size < 1 - 1e-3
    var errors = isInside ? search.standardErrors(of: figures, at: point, adding: marginScores(at: point)) : nil
    if let limiting = assets.min(by: { laws[$0].perStep < laws[$1].perStep }),
      let own = fits[limiting].intensityPerYear.standardError,
      let error = errors?[0]
    {
      // λ_M is a share of the lowest λ, whose own error comes on top.
      let moved = share * own * fits[limiting].stepHours / TimeGrid.hoursPerYear
      errors?[0] = (error * error + moved * moved).squareRoot()
    }
    return Found(
      perStep: Estimate(share * limit(laws), standardError: errors?[0]),
      sizeCorrelation: Estimate(size, standardError: errors?[1]), logLikelihood: found.logLikelihood,
      independent: pairwiseSum(terms([-40, 0], laws: laws, pairs: pairs)), converged: found.converged)
  }

  /// What the errors of the margins add to the score of each slot: Σ_i ∂score/∂θ_i · influence_i, [coordinate][slot].
  private func marginScores(at point: [Double]) -> [[Double]]? {
    var rows = [[Double]](repeating: [Double](repeating: 0, count: slots.count), count: point.count)
    for asset in assets {
      guard let influence = fits[asset].influence else { return nil }
      let touched = pairs.filter { $0.0 == asset || $0.1 == asset }
      for (index, effect) in influence.enumerated() {
        let step = 1e-4
        func slope(_ direction: Double) -> [Double] {
          var moved = laws
          var coordinates = fits[asset].coordinates
          coordinates[index] += direction * step
          moved[asset] = JumpMixture(coordinates: coordinates)
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

/// The joint law of two standardised returns: a mixture of bivariate normals over the numbers of common and own jumps.
private struct PairMixture {
  /// ln weight with what stands before the exponential; centres; the inverse covariance.
  private struct Component {
    let logWeight: Double
    let x: Double
    let y: Double
    let xx: Double
    let xy: Double
    let yy: Double
  }

  private let components: [Component]
  /// Of the diffusion alone.
  private let first: Component

  init(_ left: JumpMixture, _ right: JumpMixture, covariance: Double, perStep: Double, sizeCorrelation: Double) {
    let rho = left.diffusionCorrelation(
      with: right, covariance: covariance, perStep: perStep, sizeCorrelation: sizeCorrelation)
    let shared = rho * (left.diffusionVariance * right.diffusionVariance).squareRoot()
    let sizes = sizeCorrelation * (left.variance * right.variance).squareRoot()
    let means = [perStep, max(0, left.perStep - perStep), max(0, right.perStep - perStep)]
    func component(_ common: Int, _ i: Int, _ j: Int) -> Component {
      let logWeight = zip([common, i, j], means).reduce(0) { $0 + logPoisson($1.0, $1.1) }
      let (a, b) = (Double(common + i), Double(common + j))
      let (u, v) = (left.diffusionVariance + a * left.variance, right.diffusionVariance + b * right.variance)
      let c = shared + Double(common) * sizes
      let determinant = u * v - c * c
      return Component(
        logWeight: logWeight - log(2 * Double.pi) - 0.5 * log(determinant), x: left.diffusionMean + a * left.mean,
        y: right.diffusionMean + b * right.mean, xx: v / determinant, xy: -c / determinant, yy: u / determinant)
    }
    first = component(0, 0, 0)
    var others: [Component] = []
    for common in 0...2 {
      for i in 0...(2 - common) {
        for j in 0...(2 - common) where common + i + j > 0 {
          let candidate = component(common, i, j)
          if candidate.logWeight > -40, candidate.logWeight.isFinite { others.append(candidate) }
        }
      }
    }
    components = others
  }

  func add(_ x: [Double], _ y: [Double], to sums: inout [Double]) {
    for index in sums.indices {
      let base = Self.exponent(first, x[index], y[index])
      var sum = 1.0
      for component in components { sum += exp(min(700, Self.exponent(component, x[index], y[index]) - base)) }
      sums[index] += base + log(sum)
    }
  }

  @inline(__always)
  private static func exponent(_ part: Component, _ x: Double, _ y: Double) -> Double {
    let (u, v) = (x - part.x, y - part.y)
    return part.logWeight - 0.5 * (u * u * part.xx + v * v * part.yy) - u * v * part.xy
  }
}

/// ln P(N = n) for a Poisson N; −∞ where it cannot be.
private func logPoisson(_ count: Int, _ mean: Double) -> Double {
  if count == 0 { return -mean }
  return mean > 0 ? Double(count) * log(mean) - mean - logGamma(Double(count) + 1) : -.infinity
}
