import Foundation
import Kernels
import Markets
import Schema
import TestSupport
import Testing

@Suite("Estimation from a history")
struct HistoryEstimationTests {
  /// Prices that start at 100 and have the given log returns, one an hour.
  private static func history(_ returns: [[Double]], hole: Set<Int> = []) throws -> PriceHistory {
    let count = returns[0].count + 1
    let prices = returns.map { row in
      var level = log(100.0)
      return [100.0]
        + row.map { step in
          level += step
          return exp(level)
        }
    }
    let rows = (0..<count).filter { !hole.contains($0) }
    return try PriceHistory(
      assetIDs: returns.indices.map { "A\($0)" }, timesHours: rows.map { 438_312 + Double($0) },
      prices: prices.map { column in rows.map { column[$0] } }, source: SourceLocation(file: "prices.csv"))
  }

  /// Unit-variance vectors of `count` steps: normal, or multivariate t.
  private static func vectors(
    _ count: Int, factor: CholeskyFactor, degreesOfFreedom: Double?, seed: UInt64
  ) -> [[Double]] {
    let draws = KeyedDraws(seed: seed, path: 0, purpose: .verification)
    let size = factor.lower.rows
    var rows = [[Double]](repeating: [], count: size)
    for step in 0..<UInt32(count) {
      let normals = (0..<size).map { draws.normal(step: step, factor: UInt32($0)) }
      let mixing = degreesOfFreedom.map { nu in
        ((nu - 2) / (2 * draws.gamma(shape: nu / 2, step: step, factor: UInt32(size)))).squareRoot()
      }
      for row in 0..<size {
        rows[row].append((0...row).reduce(0) { $0 + factor.lower[row, $1] * normals[$1] } * (mixing ?? 1))
      }
    }
    return rows
  }

  @Test("Volatility of a hand-made series")
  func closedForm() throws {
    // ±1 % in turn: mean 0 over an even number, variance n/(n−1)·1e-4.
    let returns = (0..<40).map { $0 % 2 == 0 ? 0.01 : -0.01 }
    let market = try HistoryEstimation.estimate(
      history: Self.history([returns]), stepHours: 1, includeGarch: false, innovations: .normal)
    let figures = market.calibration.assets[0]
    #expect(abs(figures.volatility - 0.01 * (40.0 / 39 * 8760).squareRoot()) < 1e-12)
    #expect(figures.id == "A0" && abs(figures.price - 100) < 1e-10 && figures.drift == 0 && figures.garch == nil)
    let estimate = market.assets[0].volatility
    #expect(estimate.observations == 40 && estimate.outlierCount == 0)
    #expect(market.calibration.correlation == .identity(1))
    #expect(market.calibration.window?.from == "2020-01-02")
    #expect(market.calibration.window?.to == "2020-01-03")
    #expect(market.calibration.window?.observations == 40)
  }

  @Test("A move across a gap never enters, and outliers are counted but kept")
  func gapsAndOutliers() throws {
    let draws = KeyedDraws(seed: 9, path: 0, purpose: .verification)
    var returns = (0..<400).map { 0.01 * draws.normal(step: UInt32($0), factor: 0) }
    let calm = try HistoryEstimation.estimate(
      history: Self.history([returns]), stepHours: 1, garch: nil)
    returns[200] = 3
    let gapped = try HistoryEstimation.estimate(
      history: Self.history([returns], hole: [200]), stepHours: 1, garch: nil)
    #expect(gapped.assets[0].volatility.observations == 398)
    #expect(gapped.assets[0].volatility.outlierCount == 0)
    #expect(abs(gapped.assets[0].volatility.volatility / calm.assets[0].volatility.volatility - 1) < 0.02)
    let kept = try HistoryEstimation.estimate(history: Self.history([returns]), stepHours: 1, garch: nil)
    #expect(kept.assets[0].volatility.outlierCount == 1)
    #expect(abs(kept.assets[0].volatility.largestMove - 3) < 1e-12)
    #expect(kept.assets[0].volatility.largestMoveHours == 438_312 + 201)
    #expect(kept.assets[0].volatility.volatility > 10 * calm.assets[0].volatility.volatility)
  }

  @Test("Intervals of the volatility hold it, for independent, fat-tailed and clustered returns")
  func volatilityErrors() throws {
    var clustered = GarchFitTests.truth
    (clustered.alpha, clustered.gamma, clustered.beta, clustered.degreesOfFreedom) = (0.06, 0, 0.9, nil)
    var fat = clustered
    (fat.alpha, fat.beta, fat.degreesOfFreedom) = (0, 0, 6)
    var plain = fat
    plain.degreesOfFreedom = nil
    for (law, least) in [(plain, 85), (fat, 85), (clustered, 80)] {
      let truth = law.longRunVolatility
      let series = 100
      var held = 0
      for seed in 0..<series {
        let returns = simulatedGarch(law, count: 2000, seed: UInt64(1000 + seed))
        let estimate = try HistoryEstimation.estimate(history: Self.history([returns]), stepHours: 1, garch: nil)
          .assets[0].volatility
        if abs(estimate.volatility - truth) <= 1.96 * estimate.standardError { held += 1 }
      }
      #expect(held >= least, "\(law)")
    }
  }

  private static func correlation3() throws -> CholeskyFactor {
    try CholeskyFactor(Matrix(rows: 3, columns: 3, values: [1, 0.7, 0.2, 0.7, 1, -0.3, 0.2, -0.3, 1]))
  }

  @Test("Correlations and degrees of freedom come back", arguments: [3.5, 6.0, 15.0])
  func dependence(nu: Double) throws {
    let factor = try Self.correlation3()
    var held = 0
    var sums = [0.0, 0, 0]
    let series = 40
    for seed in 0..<series {
      let moves = Self.vectors(2000, factor: factor, degreesOfFreedom: nu, seed: UInt64(50 + seed))
      let market = try HistoryEstimation.estimate(
        history: Self.history(moves.map { $0.map { 0.01 * $0 } }), stepHours: 1, garch: nil)
      let found = try #require(market.dependence)
      let error = try #require(found.standardError)
      let estimate = try #require(market.calibration.degreesOfFreedom)
      if abs(estimate - nu) <= 1.96 * error { held += 1 }
      #expect(found.logLikelihood > found.normalLogLikelihood)
      #expect(market.correlationObservations == 2000)
      let matrix = market.calibration.correlation
      for (slot, value) in [matrix[1, 0], matrix[2, 0], matrix[2, 1]].enumerated() { sums[slot] += value }
    }
    #expect(held >= Int(0.85 * Double(series)))
    for (sum, truth) in zip(sums, [0.7, 0.2, -0.3]) { #expect(abs(sum / Double(series) - truth) < 0.02) }
  }

  @Test("The error of the degrees of freedom is that of the Fisher information")
  func dependenceError() throws {
    let moves = Self.vectors(20_000, factor: try Self.correlation3(), degreesOfFreedom: 6, seed: 2)
    let market = try HistoryEstimation.estimate(
      history: Self.history(moves.map { $0.map { 0.01 * $0 } }), stepHours: 1, garch: nil)
    let error = try #require(market.dependence?.standardError)
    // scipy: the scores in (ν, ln scale), whose squared distance is 3·F(3, 6), integrated by quad and inverted. Known
    // scale would give 0.1159.
    #expect(abs(error / 0.13863 - 1) < 0.08)
  }

  @Test("Jointly normal moves have no finite degrees of freedom or very many")
  func normalDependence() throws {
    let moves = Self.vectors(4000, factor: try Self.correlation3(), degreesOfFreedom: nil, seed: 3)
    let market = try HistoryEstimation.estimate(
      history: Self.history(moves.map { $0.map { 0.01 * $0 } }), stepHours: 1, garch: nil)
    #expect((market.calibration.degreesOfFreedom ?? .infinity) > 60)
  }

  @Test("With GARCH the correlations are those of the shocks, and a constant price stays apart")
  func garchMarket() throws {
    let factor = try CholeskyFactor(Matrix(rows: 2, columns: 2, values: [1, 0.6, 0.6, 1]))
    let shocks = Self.vectors(6000, factor: factor, degreesOfFreedom: 5, seed: 8)
    var parameters = GarchFitTests.truth
    parameters.gamma = 0
    let returns = shocks.map { row in
      var variance = parameters.longRunVariance
      return row.map { innovation in
        let shock = variance.squareRoot() * innovation
        variance = parameters.omega + parameters.alpha * shock * shock + parameters.beta * variance
        return shock
      }
    }
    let still = [Double](repeating: 0, count: 6000)
    let market = try HistoryEstimation.estimate(
      history: Self.history([returns[0], still, returns[1]]), stepHours: 1, includeGarch: true, innovations: .studentT)
    #expect(market.correlatesResiduals)
    let matrix = market.calibration.correlation
    #expect(abs(matrix[0, 2] - 0.6) < 0.04 && matrix[0, 2] == matrix[2, 0])
    #expect(matrix[0, 1] == 0 && matrix[1, 2] == 0 && matrix[1, 1] == 1)
    #expect(market.calibration.assets[1].volatility == 0 && market.calibration.assets[1].garch == nil)
    #expect(market.assets[1].volatility.standardError == 0 && market.assets[1].volatility.outlierCount == 0)
    for index in [0, 2] {
      let garch = try #require(market.calibration.assets[index].garch)
      #expect(garch.isStationary)
      #expect(abs(garch.longRunVolatility / market.calibration.assets[index].volatility - 1) < 1e-9)
      #expect(abs((garch.degreesOfFreedom ?? 0) - 5) < 1)
    }
    #expect(abs((market.calibration.degreesOfFreedom ?? 0) - 5) < 1)
    let daily = try HistoryEstimation.estimate(
      history: Self.history([returns[0], still, returns[1]]), stepHours: 1,
      garch: GarchSpecification(innovations: .normal), correlationHours: 24)
    #expect(daily.correlationHours == 24 && !daily.correlatesResiduals && daily.correlationObservations < 252)
  }

  @Test("Every asset with a problem is named")
  func problems() throws {
    let good = simulatedGarch(GarchFitTests.truth, count: 200, seed: 1)
    let history = try Self.history([good, good.map { -$0 }])
    let short = try #require(throws: Problems.self) {
      try HistoryEstimation.estimate(history: history, stepHours: 1, includeGarch: true, innovations: .normal)
    }
    #expect(short.all.count == 2)
    #expect("\(short)".contains("A0 has too few returns to fit GARCH") && "\(short)".contains("A1 has too few"))
    let tied = try #require(throws: Problems.self) {
      try HistoryEstimation.estimate(history: history, stepHours: 1, garch: nil)
    }
    #expect("\(tied)".contains("A1 contradicts"))
    let sparse = try #require(throws: Problems.self) {
      try HistoryEstimation.estimate(history: history, stepHours: 24, garch: nil)
    }
    #expect(sparse.all.count == 2 && "\(sparse)".contains("too few returns of 24.0 h"))
  }

  @Test("Where few rows are common, the asset that costs most is named")
  func fewCommonRows() throws {
    let times = (0..<600).map(Double.init)
    let draws = KeyedDraws(seed: 4, path: 0, purpose: .verification)
    func walk(_ factor: UInt32) -> [Double] {
      times.map { exp(0.01 * draws.normal(step: UInt32($0), factor: factor)) }
    }
    var young = walk(2)
    for row in 0..<575 { young[row] = .nan }
    let history = try PriceHistory(
      assetIDs: ["OLD", "OLDER", "YOUNG"], timesHours: times, prices: [walk(0), walk(1), young])
    let problems = try #require(throws: Problems.self) {
      try HistoryEstimation.estimate(history: history, stepHours: 1, garch: nil)
    }
    #expect("\(problems)".contains("YOUNG") && "\(problems)".contains("found: 24"))
    #expect(throws: Never.self) {
      try HistoryEstimation.estimate(history: history.selecting(["OLD", "OLDER"]), stepHours: 1, garch: nil)
    }
  }

  @Test("A market that never moves has an estimate")
  func still() throws {
    let market = try HistoryEstimation.estimate(
      history: Self.history([[Double](repeating: 0, count: 300)]), stepHours: 1, includeGarch: true,
      innovations: .normal)
    #expect(market.calibration.assets[0].volatility == 0 && market.dependence == nil)
    #expect(market.calibration.degreesOfFreedom == nil && market.calibration.correlation == .identity(1))
  }

  @Test(
    "Hourly prices of twelve markets: every fit converges",
    .enabled(if: RealData.isPresent("prices_hourly.csv"), "the hourly prices are not beside the project"),
    arguments: GarchInnovations.allCases)
  func hourly(innovations: GarchInnovations) throws {
    let (ids, times, prices) = try RealData.prices(of: "prices_hourly.csv")
    let wanted = ["BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "AVAX", "LINK", "DOGE", "LTC", "DOT", "AAVE"]
    let history = try PriceHistory(assetIDs: ids, timesHours: times, prices: prices).selecting(wanted)
    #expect(history.intervalHours == 1)
    let market = try HistoryEstimation.estimate(
      history: history, stepHours: 1, includeGarch: true, innovations: innovations)
    for asset in market.calibration.assets {
      #expect(asset.volatility > 0.4 && asset.volatility < 2)
      let garch = try #require(asset.garch)
      #expect(garch.isStationary && garch.persistence > 0.9)
      #expect(abs(garch.longRunVolatility / asset.volatility - 1) < 1e-9)
    }
    #expect(try CholeskyFactor(market.calibration.correlation).lower.rows == 12)
    let nu = try #require(market.calibration.degreesOfFreedom)
    #expect(nu > 2.5 && nu < 8)
  }
}
