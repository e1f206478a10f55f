import Foundation
import Markets
import TestSupport

/// Moments of log returns under Heston's and Bates's process in continuous time, from its exponential moments.
///
/// E exp(u·x + w·v) = exp(C + D·v₀) with D' = ½ξ²D² + (ρξu − κ)D + ½(u² − u), D(0) = w, and
/// C' = κθD + u(μ − g) + Σλ(exp(um + u²s²/2) − 1), g = Σλ(exp(m + s²/2) − 1) (Heston, 1993; Duffie, Pan and Singleton,
/// 2000), by the classical Runge–Kutta method; cumulants are differences of the logarithm.
struct HestonMoments {
  let asset: AssetCalibration
  /// The laws of its jumps with their intensities per year.
  var jumps: [(intensity: Double, size: JumpSize)] = []
  let stepYears: Double

  private var heston: HestonParameters {
    asset.heston ?? HestonParameters(reversionPerYear: 1, volatilityOfVariance: 0, correlation: 0)
  }
  private var longRun: Double {
    asset.volatility * asset.volatility - jumps.reduce(0) { $0 + $1.intensity * $1.size.meanSquare }
  }
  private var initial: Double { heston.initialVolatility.map { $0 * $0 } ?? longRun }

  /// ln E exp(Σ u_k·r_k) over the first steps, one exponent each.
  private func logMoment(_ exponents: [Double]) -> Double {
    var (c, d) = (0.0, 0.0)
    for u in exponents.reversed() { (c, d) = carried(c, d, over: u) }
    return c + d * initial
  }

  /// C and D before a step, from those after it.
  private func carried(_ c: Double, _ d: Double, over u: Double) -> (Double, Double) {
    let parts = 24
    let dt = stepYears / Double(parts)
    let growth = jumps.reduce(0) { $0 + $1.intensity * $1.size.expectedMove }
    let constant =
      u * (asset.drift - growth)
      + jumps.reduce(0) { sum, jump in
        sum + jump.intensity * expm1(u * jump.size.mean + u * u * jump.size.deviation * jump.size.deviation / 2)
      }
    let xi = heston.volatilityOfVariance
    func slope(_ d: Double) -> Double {
      xi * xi * d * d / 2 + (heston.correlation * xi * u - heston.reversionPerYear) * d + (u * u - u) / 2
    }
    var (c, d) = (c, d)
    for _ in 0..<parts {
      let (k1, d2) = (slope(d), d + slope(d) * dt / 2)
      let (k2, d3) = (slope(d2), d + slope(d2) * dt / 2)
      let (k3, d4) = (slope(d3), d + slope(d3) * dt)
      c += constant * dt + heston.reversionPerYear * longRun * dt * (d + 2 * d2 + 2 * d3 + d4) / 6
      d += dt * (k1 + 2 * k2 + 2 * k3 + slope(d4)) / 6
    }
    return (c, d)
  }

  /// What the contract asks for at `step`, third and fourth moments included.
  func moments(step: Int) -> PriceProcessContract.Moments {
    let unit = asset.volatility * stepYears.squareRoot()
    let h = 0.02
    let before = [Double](repeating: 0, count: step - 1)
    func k(_ i: Int, _ j: Int = 0) -> Double {
      logMoment(before + [Double(i) * h / unit] + (j == 0 ? [] : [Double(j) * h / unit]))
    }
    let y = (-3...3).map { k($0) }
    let first = (y[0] * -1 + 9 * y[1] - 45 * y[2] + 45 * y[4] - 9 * y[5] + y[6]) / 60 / h
    let second = (2 * y[0] - 27 * y[1] + 270 * y[2] - 490 * y[3] + 270 * y[4] - 27 * y[5] + 2 * y[6]) / 180 / (h * h)
    let third = (y[0] - 8 * y[1] + 13 * y[2] - 13 * y[4] + 8 * y[5] - y[6]) / 8 / (h * h * h)
    let fourth = (-y[0] + 12 * y[1] - 39 * y[2] + 56 * y[3] - 39 * y[4] + 12 * y[5] - y[6]) / 6 / (h * h * h * h)
    let nextSecond = (-k(0, 2) + 16 * k(0, 1) - 30 * k(0, 0) + 16 * k(0, -1) - k(0, -2)) / 12 / (h * h)
    let square = unit * unit
    return PriceProcessContract.Moments(
      mean: first * unit, variance: second * square, third: third * square * unit,
      fourth: (fourth + 3 * second * second) * square * square,
      squaresWithNext: (jointFourth(k, h) + second * nextSecond + 2 * pow(jointSecond(k, h), 2)) * square * square)
  }

  /// The cumulant κ₁₁ of this return and the next, by central differences of fourth order.
  private func jointSecond(_ k: (Int, Int) -> Double, _ h: Double) -> Double {
    let weights = [(-2, 1.0), (-1, -8.0), (1, 8.0), (2, -1.0)]
    return weights.reduce(0) { sum, a in sum + weights.reduce(0) { $0 + a.1 * $1.1 * k(a.0, $1.0) } } / (144 * h * h)
  }

  /// The cumulant κ₂₂ of this return and the next.
  private func jointFourth(_ k: (Int, Int) -> Double, _ h: Double) -> Double {
    let weights = [(-2, -1.0), (-1, 16.0), (0, -30.0), (1, 16.0), (2, -1.0)]
    let sum = weights.reduce(0) { sum, a in sum + weights.reduce(0) { $0 + a.1 * $1.1 * k(a.0, $1.0) } }
    return sum / (144 * h * h * h * h)
  }
}
