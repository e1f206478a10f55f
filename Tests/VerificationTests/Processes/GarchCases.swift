import Foundation
import Kernels
import Markets

/// Moments of one return after a day of hourly GARCH steps from a known variance.
///
/// Only moments of which the double exists are compared: of others the sample mean has no standard error. With Student-t
/// returns the mean price is infinite, so prices are not compared at all.
let garchMomentsCase = VerificationCase(
  id: "garch-moments", group: .processes,
  summary: "moments of the 24th hourly log return of GARCH and GJR = closed forms (131,072 paths)"
) { setting in
  let laws = [
    GarchLaw("GARCH, normal", highestMoment: 4),
    GarchLaw("GJR, normal", alpha: 0.04, gamma: 0.08, highestMoment: 4),
    GarchLaw(
      "GJR, t(12) over Gaussian", alpha: 0.04, gamma: 0.08, innovations: .studentT(degreesOfFreedom: 12),
      highestMoment: 4),
    GarchLaw(
      "GARCH, multivariate t(5)", dependence: .studentT(degreesOfFreedom: 5),
      innovations: .studentT(degreesOfFreedom: 5), highestMoment: 2),
  ]
  return try laws.enumerated().flatMap { index, law in
    try garchMomentRows(law, seed: 10 + UInt64(index), workers: setting.workers)
  }
}

private func garchMomentRows(_ law: GarchLaw, seed: UInt64, workers: Int) throws -> [VerificationRow] {
  let step = 23
  let drawn = try DrawnReturns(try law.market(steps: step + 1), seed: seed, blocks: 512, workers: workers)
  let returns = drawn.values[0]
  let shocks = returns[step].map { $0 - law.parameters.mean }
  let squares = shocks.map { $0 * $0 }
  let moments = law.variance(at: step + 1)
  var rows = [
    SampleMean(returns[step]).row("\(law.name): mean", expected: law.parameters.mean),
    SampleMean(squares).row("\(law.name): variance", expected: moments.first),
  ]
  guard law.highestMoment >= 4 else { return rows }
  rows.append(
    SampleMean(squares.map { $0 * $0 }).row(
      "\(law.name): fourth moment", expected: law.kurtosis * moments.second))
  let products = zip(squares, returns[step - 1]).map { square, before in
    square * (before - law.parameters.mean) * (before - law.parameters.mean)
  }
  rows.append(
    SampleMean(products).row("\(law.name): E e²e'² of neighbours", expected: law.squaresWithNext(at: step)))
  guard law.innovations == .normal, law.parameters.gamma != 0 else { return rows }
  let first = returns[0].map { $0 - law.parameters.mean }
  let leverage = zip(first, returns[1]).map { shock, next in
    shock * (next - law.parameters.mean) * (next - law.parameters.mean)
  }
  rows.append(SampleMean(leverage).row("\(law.name): E e₁e₂² (leverage)", expected: law.leverageAtStart))
  return rows
}

/// How long turbulence lasts: the autocorrelation of squared returns in the long run.
let squaresCase = VerificationCase(
  id: "garch-squares", group: .processes,
  summary: "autocorrelation of squared returns = closed form (2,048 paths of 700 steps, the first 400 forgotten)"
) { setting in
  let laws = [
    GarchLaw("GARCH, normal", highestMoment: 4),
    GarchLaw("GJR, normal", alpha: 0.04, gamma: 0.06, highestMoment: 4),
  ]
  return try laws.enumerated().flatMap { index, law in
    let drawn = try DrawnReturns(
      try law.market(steps: 700), seed: 20 + UInt64(index), blocks: 8, workers: setting.workers)
    let level = law.parameters.longRunVariance
    let paths = (0..<drawn.paths).map { path in
      drawn.path(path).dropFirst(400).map { ($0 - law.parameters.mean) * ($0 - law.parameters.mean) - level }
    }
    return [1, 10, 24].map { lag in
      let pairs = paths.map { path in
        let count = path.count - lag
        let product = (0..<count).reduce(0) { $0 + path[$1] * path[$1 + lag] }
        let square = path.prefix(count).reduce(0) { $0 + $1 * $1 }
        return (product, square)
      }
      return SampleRatio(pairs).row(
        "\(law.name): lag \(lag)", expected: law.autocorrelationOfSquares(lag: lag))
    }
  }
}

/// Each asset's own law of innovations: shares of standardised returns below the law's quantiles.
let marginsCase = VerificationCase(
  id: "margins", group: .processes,
  summary: "shares of standardised GARCH returns below the quantiles of their law (131,072 paths, 6th step)"
) { setting in
  let laws = [
    GarchLaw("normal under t(4)", dependence: .studentT(degreesOfFreedom: 4), highestMoment: 4),
    GarchLaw("t(3.6) under Gaussian", innovations: .studentT(degreesOfFreedom: 3.6), highestMoment: 0),
    GarchLaw(
      "t(3.6) under t(5)", dependence: .studentT(degreesOfFreedom: 5), innovations: .studentT(degreesOfFreedom: 3.6),
      highestMoment: 0),
    GarchLaw(
      "multivariate t(3)", dependence: .studentT(degreesOfFreedom: 3), innovations: .studentT(degreesOfFreedom: 3),
      highestMoment: 0),
  ]
  return try laws.enumerated().flatMap { index, law in
    let drawn = try DrawnReturns(
      try law.market(steps: 6), seed: 30 + UInt64(index), blocks: 512, workers: setting.workers)
    let standardised = (0..<drawn.paths).map { path in
      let returns = drawn.path(path)
      return (returns[5] - law.parameters.mean) / law.deviations(of: returns)[5]
    }
    return [0.001, 0.01, 0.5, 0.95, 0.999].map { probability in
      let bound = law.quantile(probability)
      return SampleMean.frequency(
        "\(law.name): below the \(probability) quantile", count: standardised.count { $0 <= bound },
        of: standardised.count, expected: probability)
    }
  }
}

extension GarchLaw {
  /// The quantile of an innovation: of Student-t, scaled to unit variance.
  fileprivate func quantile(_ probability: Double) -> Double {
    guard case .studentT(let nu) = innovations else { return normalQuantile(probability) }
    return studentTQuantile(probability, degreesOfFreedom: nu) * ((nu - 2) / nu).squareRoot()
  }
}
