import Foundation
import Kernels
import Markets

/// What hangs together: correlation, unit variance and joint extremes of the shocks of two assets.
///
/// P(X₁ ≤ q, X₂ ≤ q) of a bivariate Student-t is ∫ f_ν(x)·T_{ν+1}((q − ρx)·√((ν+1)/((ν+x²)(1−ρ²)))) dx up to q; its
/// share of P(X₁ ≤ q) tends to λ = 2·T_{ν+1}(−√((ν+1)(1−ρ)/(1+ρ))). Gaussian shocks have λ = 0. Source: S. Demarta,
/// A. McNeil, "The t copula and related copulas", International Statistical Review 73 (2005).
let jointTailCase = VerificationCase(
  id: "joint-tail", group: .processes,
  summary: "correlation, variance and joint extremes of t and Gaussian shocks = closed forms (524,288 paths)"
) { setting in
  try [(6.0, 0.6), (.infinity, 0.6)].flatMap { nu, correlation in
    try jointTailRows(JointTail(degreesOfFreedom: nu, correlation: correlation), workers: setting.workers)
  } + JointTail(degreesOfFreedom: 4, correlation: 0.5).limitRows
}

private func jointTailRows(_ law: JointTail, workers: Int) throws -> [VerificationRow] {
  let drawn = try DrawnReturns(try law.market(), seed: 40, blocks: 2048, workers: workers)
  let shocks = drawn.values.map { asset in asset[0].map { ($0 - JointTail.mean) / JointTail.deviation } }
  let products = zip(shocks[0], shocks[1]).map { $0 * $1 }
  var rows = [
    SampleMean(shocks[0].map { $0 * $0 }).row("\(law.name): variance of a shock", expected: 1),
    SampleMean(products).row("\(law.name): correlation of two shocks", expected: law.correlation),
  ]
  for probability in [0.05, 0.01, 0.001] {
    let bound = law.quantile(probability)
    let both = zip(shocks[0], shocks[1]).count { $0 <= bound && $1 <= bound }
    rows.append(
      SampleMean.frequency(
        "\(law.name): both below the \(probability) quantile", count: both, of: drawn.paths,
        expected: law.bothBelow(probability)))
  }
  return rows
}

/// Two assets with one law of shocks.
private struct JointTail {
  /// ν, infinite for Gaussian shocks.
  let degreesOfFreedom: Double
  let correlation: Double

  static let volatility = 0.8
  static let deviation = volatility * (1.0 / 8760).squareRoot()
  static let mean = -volatility * volatility / 2 / 8760

  private var isGaussian: Bool { degreesOfFreedom == .infinity }
  var name: String { isGaussian ? "Gaussian" : "t(\(significant(degreesOfFreedom, digits: 2)))" }

  func market() throws -> MarketModel {
    let grid = try required(TimeGrid(steps: 1, stepHours: 1), "the grid")
    let assets = ["A", "B"].map { AssetCalibration(id: $0, price: 100, volatility: Self.volatility) }
    return try MarketModel(
      assetIDs: ["A", "B"], grid: grid, process: GeometricBrownianMotion(assets: assets, grid: grid),
      dependence: isGaussian ? .gaussian : .studentT(degreesOfFreedom: degreesOfFreedom),
      correlation: Matrix(rows: 2, columns: 2, values: [1, correlation, correlation, 1]))
  }

  /// The quantile of a shock of unit variance.
  func quantile(_ probability: Double) -> Double {
    guard !isGaussian else { return normalQuantile(probability) }
    return unscaledQuantile(probability) * ((degreesOfFreedom - 2) / degreesOfFreedom).squareRoot()
  }

  private func unscaledQuantile(_ probability: Double) -> Double {
    studentTQuantile(probability, degreesOfFreedom: degreesOfFreedom)
  }

  /// P(both ≤ their quantile), integrated over the first shock's probability u = F(x) by the midpoint rule.
  func bothBelow(_ probability: Double, points: Int = 20_000) -> Double {
    let bound = isGaussian ? normalQuantile(probability) : unscaledQuantile(probability)
    let sum = (0..<points).reduce(0.0) { sum, index in
      let first = probability * (Double(index) + 0.5) / Double(points)
      return sum + secondBelow(bound, given: isGaussian ? normalQuantile(first) : unscaledQuantile(first))
    }
    return probability * sum / Double(points)
  }

  private func secondBelow(_ bound: Double, given first: Double) -> Double {
    let rest = 1 - correlation * correlation
    guard !isGaussian else { return normalCDF((bound - correlation * first) / rest.squareRoot()) }
    let nu = degreesOfFreedom
    let scale = ((nu + first * first) * rest / (nu + 1)).squareRoot()
    return studentTCDF((bound - correlation * first) / scale, degreesOfFreedom: nu + 1)
  }

  /// That the exact joint probability tends to the coefficient of tail dependence.
  var limitRows: [VerificationRow] {
    let nu = degreesOfFreedom
    let argument = -((nu + 1) * (1 - correlation) / (1 + correlation)).squareRoot()
    let coefficient = 2 * studentTCDF(argument, degreesOfFreedom: nu + 1)
    return [
      .relative(
        "\(name): tail dependence coefficient against the integral at 1e-9", expected: coefficient,
        obtained: bothBelow(1e-9) / 1e-9, within: 0.01)
    ]
  }
}
