import Foundation
import Kernels
import Markets
import TestSupport
import Testing

@Suite("Estimators")
struct EstimatorTests {
  private static func normals(_ count: Int, seed: UInt64, factor: UInt32 = 0) -> [Double] {
    let draws = KeyedDraws(seed: seed, path: 0, purpose: .verification)
    return (0..<UInt32(count)).map { draws.normal(step: $0, factor: factor) }
  }

  private static func history(_ returns: [[Double]], stepHours: Double = 24) throws -> PriceHistory {
    let prices = returns.map { row in row.reduce(into: [100.0]) { $0.append(($0.last ?? 0) * exp($1)) } }
    let ids = ["A", "B", "C", "D"].prefix(returns.count)
    return try PriceHistory(
      assetIDs: Array(ids), timesHours: prices[0].indices.map { Double($0) * stepHours }, prices: prices)
  }

  /// Rows that must hold: means within 4 of their errors and half of one estimate's, intervals that hold the truth.
  private static func check(_ study: ProcessRecovery?, settled: Int) throws {
    let study = try #require(study)
    let found = try study.run()
    #expect(found.count >= settled, "\(study.name): \(found.count)")
    for row in study.rows(of: found) {
      #expect(abs(row.obtained - row.expected) < 4 * row.standardError + 0.5 * row.deviation, "\(study.name) \(row)")
      // Of a handful of intervals two may miss by chance.
      if found.count >= 8 { #expect(row.coverage >= 0.7, "\(study.name) \(row)") }
    }
  }

  @Test("Estimates centre on the truth: jumps, regimes, moving correlations, EWMA, a peg")
  func recovery() throws {
    try Self.check(try ProcessStudies.merton(paths: 10, days: 1500), settled: 9)
    try Self.check(try ProcessStudies.regimes(paths: 10, days: 1500), settled: 9)
    try Self.check(try ProcessStudies.dynamicCorrelation(paths: 8, days: 1200), settled: 7)
    try Self.check(try ProcessStudies.ewma(paths: 20, steps: 1500), settled: 19)
    try Self.check(try ProcessStudies.peg(paths: 3, hours: 6000), settled: 3)
  }

  @Test("The size of a de-peg is that at its moment, though by the end of a step a good part of it is gone")
  func depegSizes() throws {
    // Half-life of one step: what is seen of a de-peg at the end is 0.72 of it on average.
    let study = try #require(try ProcessStudies.peg(paths: 6, hours: 9000, stepHours: 10, intensity: 100))
    let found = try study.run()
    #expect(found.count == 6)
    let sizes = try #require(study.rows(of: found).first { $0.quantity == "de-peg mean" })
    #expect(abs(sizes.obtained / -0.05 - 1) < 0.15, "\(sizes)")
  }

  @Test("Heston's figures are found within their errors")
  func heston() throws {
    let study = try #require(try ProcessStudies.heston(paths: 1, days: 900))
    let found = try #require(study.estimates(0))
    for (estimate, truth) in zip(found, study.truth) {
      let error = try #require(estimate.standardError)
      // Speeds and volatilities are more nearly normal in their logarithms.
      let apart =
        truth.value > 0 ? estimate.value * abs(log(estimate.value / truth.value)) : abs(estimate.value - truth.value)
      #expect(apart < 4 * error && error < abs(truth.value), "\(truth) \(estimate)")
    }
  }

  @Test("Common jumps of a market are found within their errors")
  func marketJumps() throws {
    let study = try #require(try ProcessStudies.marketJumps(paths: 1, days: 1200))
    let found = try #require(study.estimates(0))
    for (estimate, truth) in zip(found, study.truth) {
      let error = try #require(estimate.standardError)
      #expect(abs(estimate.value - truth.value) < 4 * error && error < truth.value, "\(truth) \(estimate)")
    }
  }

  @Test("The jump likelihood is the Poisson mixture, and no neighbour of the estimate has a higher one")
  func jumpLikelihood() throws {
    let study = try #require(try ProcessStudies.merton(paths: 1, days: 800))
    #expect(study.truth.count == 5)
    let shocks = Self.normals(800, seed: 3)
    let jumps = Self.normals(800, seed: 3, factor: 2)
    var returns = zip(shocks, jumps).enumerated().map { 0.03 * $1.0 + ($0 % 12 == 0 ? 0.1 * $1.1 - 0.03 : 0) }
    for hole in [3, 4, 500] { returns[hole] = .nan }
    let fit = try #require(MertonFit(returns: returns, stepHours: 24))
    #expect(fit.converged && !fit.isAtBorder && fit.observations == 797)
    #expect(fit.jumpProbabilities[3].isNaN && fit.jumpProbabilities.count == 800)
    func plain(_ p: [Double]) -> Double {
      let step = 1.0 / 365
      return returns.filter { !$0.isNaN }.reduce(0) { sum, value in
        var density = 0.0
        var weight = exp(-p[0] * step)
        for count in 0...12 {
          if count > 0 { weight *= p[0] * step / Double(count) }
          let variance = p[3] * p[3] * step + Double(count) * p[2] * p[2]
          let apart = value - p[4] - Double(count) * p[1]
          density += weight * exp(-apart * apart / (2 * variance)) / (2 * Double.pi * variance).squareRoot()
        }
        return sum + log(density)
      }
    }
    let estimates = [
      fit.intensityPerYear, fit.jumpMean, fit.jumpDeviation, fit.diffusionVolatility, fit.diffusionMean,
    ]
    let values = estimates.map(\.value)
    let top = plain(values)
    #expect(abs(top - fit.logLikelihood) < 1e-6 * abs(top))
    #expect(fit.logLikelihood > fit.normalLogLikelihood + 10)
    for index in values.indices {
      let error = try #require(estimates[index].standardError)
      for direction in [-0.1, 0.1] {
        var moved = values
        moved[index] += direction * error
        #expect(plain(moved) < top, "\(index)")
      }
    }
    let total = fit.diffusionVolatility.value * fit.diffusionVolatility.value
    let jumpVariance = fit.jumps.intensityPerYear * fit.jumps.size.meanSquare
    #expect(abs((total + jumpVariance).squareRoot() / fit.volatility.value - 1) < 1e-12)
  }

  @Test("One regime is the joint normal law; two never fit worse; holes are stepped over")
  func regimes() throws {
    let (a, b) = (Self.normals(600, seed: 5), Self.normals(600, seed: 6))
    let first = a.enumerated().map { 0.02 * $1 * ($0 / 100 % 2 == 0 ? 1 : 2) }
    let second = zip(first, b).enumerated().map { 0.6 * $1.0 + 0.02 * $1.1 * ($0 / 100 % 2 == 0 ? 1 : 2) }
    let returns = try Self.history([first, second]).logReturns()
    let one = try #require(RegimeFit(returns: returns, regimes: 1))
    let count = 600.0
    let means = [first, second].map { $0.reduce(0, +) / count }
    func moment(_ x: [Double], _ y: [Double], _ i: Int, _ j: Int) -> Double {
      zip(x, y).reduce(0) { $0 + ($1.0 - means[i]) * ($1.1 - means[j]) } / (count - 1)
    }
    let (u, v, c) = (moment(first, first, 0, 0), moment(second, second, 1, 1), moment(first, second, 0, 1))
    let expected = -0.5 * count * (2 * log(2 * Double.pi) + log(u * v - c * c)) - 0.5 * 2 * (count - 1)
    #expect(abs(one.logLikelihood - expected) < 1e-6 * abs(expected))
    #expect(abs(one.correlation[0, 1] - c / (u * v).squareRoot()) < 1e-12)
    let two = try #require(RegimeFit(returns: returns, regimes: 2))
    #expect(two.converged && two.bic < one.bic && two.chain != nil)
    #expect(two.probabilities.count == 600 && two.probabilities.allSatisfy { abs($0[0] + $0[1] - 1) < 1e-9 })
    #expect(two.probabilities[50][0] > 0.9 && two.probabilities[150][1] > 0.9)
    let multiples = two.regimes.map { $0.share * $0.volatilityMultiple.value * $0.volatilityMultiple.value }
    #expect(abs(multiples.reduce(0, +) - 1) < 1e-9)
    #expect(RegimeFit(returns: returns, regimes: 0) == nil && RegimeFit(returns: returns, regimes: 4) == nil)
  }

  @Test("Constant correlations are the limit of moving ones, and their likelihood is the normal one")
  func constantCorrelation() throws {
    let (a, b) = (Self.normals(700, seed: 8), Self.normals(700, seed: 9))
    var rows = [a, zip(a, b).map { 0.5 * $0 + 0.75.squareRoot() * $1 }]
    rows[0][10] = .nan
    let fit = try #require(DynamicCorrelationFit(residuals: rows))
    let slots = (0..<700).filter { $0 != 10 }
    let scales = rows.map { row in (slots.reduce(0) { $0 + row[$1] * row[$1] } / 699).squareRoot() }
    let rho = slots.reduce(0) { $0 + rows[0][$1] * rows[1][$1] } / 699 / scales[0] / scales[1]
    let expected = -0.5 * 699 * (2 * log(2 * Double.pi) + log(1 - rho * rho) + 2)
    #expect(abs(fit.constantLogLikelihood - expected) < 1e-9 * abs(expected))
    #expect(fit.observations == 699 && fit.logLikelihood >= fit.constantLogLikelihood - 1e-6)
    #expect(fit.logLikelihood - fit.constantLogLikelihood < 8, "no correlation moves here")
    #expect(DynamicCorrelationFit(residuals: [a]) == nil)
    #expect(DynamicCorrelationFit(residuals: [a, a]) == nil)
    #expect(DynamicCorrelationFit(residuals: [a, Array(b.dropLast())]) == nil)
  }

  @Test("The block length of an autoregression is near its closed form, and that of noise is short")
  func blockLength() throws {
    let rho = 0.5
    var lengths: [Double] = []
    for seed in 1...20 {
      var value = 0.0
      let series = Self.normals(4000, seed: UInt64(seed)).map { shock -> Double in
        value = rho * value + shock
        return value
      }
      lengths.append(try #require(BlockLength(series: series)).steps)
    }
    // G/g(0) = 2ρ/(1 − ρ²): b = (4ρ²/(1 − ρ²)²·n)^⅓.
    let expected = cbrt(4 * rho * rho / ((1 - rho * rho) * (1 - rho * rho)) * 4000)
    let (center, variance) = meanAndVariance(lengths)
    #expect(abs(center - expected) < 4 * (variance / 20).squareRoot() + 0.05 * expected, "\(center) \(expected)")
    #expect(try #require(BlockLength(series: Self.normals(4000, seed: 77))).steps < 6)
    #expect(BlockLength(series: [1, 2, 3]) == nil)
    #expect(BlockLength(series: [Double](repeating: 1, count: 100)) == nil)
  }

  @Test("Outliers are listed with asset, time and size; the rest is left alone")
  func outliers() throws {
    var rows = [Self.normals(300, seed: 21).map { 0.01 * $0 }, Self.normals(300, seed: 22).map { 0.02 * $0 }]
    rows[1][200] = -0.9
    let returns = try Self.history(rows).logReturns()
    let found = returns.outliers()
    #expect(found.count == 1)
    let one = try #require(found.first)
    #expect(one.asset == "B" && one.endHours == 201 * 24 && abs(one.logReturn + 0.9) < 1e-9)
    #expect(one.robustDeviations < -30 && one.day == "1970-07-21")
    #expect(returns.observations(of: 1) == 300)
    #expect(returns.outliers(beyond: 2).count > 10)
  }

  @Test("What cannot be estimated is refused")
  func refusals() throws {
    let flat = [Double](repeating: 0, count: 500)
    let bad = Self.normals(500, seed: 1).map { 0.01 * $0 } + [.infinity]
    let short = Self.normals(100, seed: 1)
    for series in [[], flat, bad, short, [Double](repeating: .nan, count: 500)] {
      #expect(MertonFit(returns: series, stepHours: 24) == nil)
      #expect(EwmaFit(returns: series, stepHours: 24) == nil)
      #expect(HestonFit(returns: series, stepHours: 24) == nil)
      #expect(PegFit(ratios: series.map { 1 + $0 }, stepHours: 1) == nil)
    }
    #expect(PegFit(ratios: [Double](repeating: -1, count: 500), stepHours: 1) == nil)
    #expect(StudentDependenceEstimate(moves: [short, short]) == nil)
    #expect(StudentDependenceEstimate(moves: []) == nil)
  }
}
