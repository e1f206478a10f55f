import Glibc
import Kernels
import Markets

extension ProcessStudies {
  /// A peg with a half-life of 10 hours and 60 de-pegs a year, hour by hour.
  public static func peg(paths: Int, hours: Int) -> ProcessRecovery {
    ProcessRecovery(
      name: "peg",
      truth: [
        ("half-life", 10), ("volatility", 0.1), ("level", 0.998), ("de-pegs a year", 60), ("de-peg mean", -0.01),
        ("de-peg deviation", 0.008),
      ], paths: paths
    ) { path in
      let ratios = drawnPeg(hours: hours, seed: UInt64(path + 1))
      guard let fit = PegFit(ratios: ratios, stepHours: 1), fit.converged, !fit.isAtBorder else { return nil }
      return [
        fit.halfLifeHours, fit.volatility, fit.level, fit.depegIntensityPerYear, fit.depegMean, fit.depegDeviation,
      ]
    }
  }

  private static func drawnPeg(hours: Int, seed: UInt64) -> [Double] {
    let draws = KeyedDraws(seed: seed, path: 0, purpose: .verification)
    let memory = exp2(-0.1)
    let reversion = M_LN2 / 10 * 8760
    let deviation = 0.1 * ((1 - memory * memory) / (2 * reversion)).squareRoot()
    var deviationFromLevel = 0.0
    return (0..<UInt32(hours)).map { step in
      deviationFromLevel = memory * deviationFromLevel + deviation * draws.normal(step: step, factor: 0)
      if draws.uniform(step: step, factor: 2) < -expm1(-60 / 8760) {
        deviationFromLevel += -0.01 + 0.008 * draws.normal(step: step, factor: 3)
      }
      return 0.998 * exp(deviationFromLevel)
    }
  }
}
