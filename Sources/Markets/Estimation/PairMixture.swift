import Glibc
import Kernels

/// The joint law of two standardised returns: a mixture of bivariate normals over the numbers of common and own jumps.
struct PairMixture {
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

  /// The law of two margins with `perStep` common jumps and correlation `rho` of the diffusions.
  init(_ left: JumpMixture, _ right: JumpMixture, rho: Double, perStep: Double, sizeCorrelation: Double) {
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
    var others = [component(0, 0, 0)]
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

  /// Adds the log-density of each pair of returns to `sums`.
  func add(_ x: [Double], _ y: [Double], to sums: inout [Double]) {
    let logs = logarithmsOfSums(of: components, count: x.count) { part, row in
      let (xx, xy, yy) = (-0.5 * part.xx, -part.xy, -0.5 * part.yy)
      for index in x.indices {
        let (u, v) = (x[index] - part.x, y[index] - part.y)
        row[index] = part.logWeight + u * (u * xx + v * xy) + v * v * yy
      }
    }
    for index in sums.indices { sums[index] += logs[index] }
  }
}

/// ln P(N = n) for a Poisson N; −∞ where it cannot be.
private func logPoisson(_ count: Int, _ mean: Double) -> Double {
  if count == 0 { return -mean }
  return mean > 0 ? Double(count) * log(mean) - mean - logGamma(Double(count) + 1) : -.infinity
}
