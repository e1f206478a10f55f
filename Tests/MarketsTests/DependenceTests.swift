import Foundation
import Kernels
import Markets
import Testing

@Suite("Dependence of shocks")
struct DependenceTests {
  /// One-step returns of unit variance of two assets: the shocks themselves.
  private static func shocks(_ dependence: Dependence, correlation: Double, blocks: Int) throws -> [(Double, Double)] {
    let grid = try #require(TimeGrid(steps: 1, stepHours: TimeGrid.hoursPerYear))
    let assets = ["A", "B"].map { AssetCalibration(id: $0, price: 1, volatility: 1, drift: 0.5) }
    let market = try MarketModel(
      assetIDs: ["A", "B"], grid: grid, process: GeometricBrownianMotion(assets: assets, grid: grid),
      dependence: dependence, correlation: Matrix(rows: 2, columns: 2, values: [1, correlation, correlation, 1]))
    let generator = PathGenerator(market: market, seed: 77)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    var pairs: [(Double, Double)] = []
    for index in 0..<blocks {
      generator.generate(block: index, into: &block, workspace: &workspace)
      for path in 0..<pathsPerBlock {
        pairs.append(
          (log(block.price(path: path, asset: 0, point: 1)), log(block.price(path: path, asset: 1, point: 1))))
      }
    }
    return pairs
  }

  private static func check(_ sample: [Double], _ expected: Double, _ name: String) {
    let (mean, variance) = meanAndVariance(sample.span)
    let error = (variance / Double(sample.count)).squareRoot()
    #expect(abs(mean - expected) < 4 * error, "\(name): \(mean), not \(expected), standard error \(error)")
  }

  @Test(
    "Unit variance is kept and the correlation recovered",
    arguments: [Dependence.gaussian, .studentT(degreesOfFreedom: 5), .studentT(degreesOfFreedom: 30)],
    [-0.7, 0.0, 0.85])
  func correlation(dependence: Dependence, correlation: Double) throws {
    let pairs = try Self.shocks(dependence, correlation: correlation, blocks: 200)
    Self.check(pairs.map { $0.0 * $0.0 }, 1, "variance of A")
    Self.check(pairs.map { $0.1 * $0.1 }, 1, "variance of B")
    Self.check(pairs.map { $0.0 * $0.1 }, correlation, "correlation")
  }

  /// P(Z₁ < q, Z₂ < q) for a unit-variance bivariate t: given Z₁ the other is a t of ν + 1 degrees of freedom.
  private static func jointTail(_ q: Double, nu: Double, correlation: Double) -> Double {
    let scale = ((nu - 2) / nu).squareRoot()
    let level = q / scale
    let constant = exp(logGamma((nu + 1) / 2) - logGamma(nu / 2)) / (nu * Double.pi).squareRoot()
    /// x = level − s/(1 − s) maps the tail to 0…1; midpoint rule.
    let cells = 20_000
    return (0..<cells).reduce(0) { sum, cell in
      let s = (Double(cell) + 0.5) / Double(cells)
      let x = level - s / (1 - s)
      let density = constant * pow(1 + x * x / nu, -(nu + 1) / 2)
      let spread = ((nu + x * x) * (1 - correlation * correlation) / (nu + 1)).squareRoot()
      let conditional = studentTCDF((level - correlation * x) / spread, degreesOfFreedom: nu + 1)
      return sum + density * conditional / ((1 - s) * (1 - s)) / Double(cells)
    }
  }

  /// λ = 2·t_{ν+1}(−√((ν+1)(1−ρ)/(1+ρ))), McNeil, Frey and Embrechts (2015), section 7.2.4.
  private static func tailDependence(nu: Double, correlation: Double) -> Double {
    2
      * studentTCDF(
        -((nu + 1) * (1 - correlation) / (1 + correlation)).squareRoot(), degreesOfFreedom: nu + 1)
  }

  @Test("The oracle of the joint tail ends in the closed form of tail dependence", arguments: [3.0, 5.0], [0.0, 0.6])
  func oracle(nu: Double, correlation: Double) {
    let scale = ((nu - 2) / nu).squareRoot()
    let conditional = { (p: Double) in
      Self.jointTail(studentTQuantile(p, degreesOfFreedom: nu) * scale, nu: nu, correlation: correlation) / p
    }
    let limit = Self.tailDependence(nu: nu, correlation: correlation)
    // The distance to the limit shrinks like p^(2/ν).
    #expect(abs(conditional(1e-9) - limit) < 0.01 * limit)
    #expect(abs(conditional(1e-9) - limit) < abs(conditional(1e-5) - limit))
  }

  @Test("Simulated joint tails are those of the multivariate t", arguments: [3.0, 5.0], [0.0, 0.6])
  func jointTails(nu: Double, correlation: Double) throws {
    let pairs = try Self.shocks(.studentT(degreesOfFreedom: nu), correlation: correlation, blocks: 800)
    let scale = ((nu - 2) / nu).squareRoot()
    for p in [0.001, 0.01] {
      let q = studentTQuantile(p, degreesOfFreedom: nu) * scale
      let expected = Self.jointTail(q, nu: nu, correlation: correlation)
      let error = (expected * (1 - expected) / Double(pairs.count)).squareRoot()
      for side in [1.0, -1.0] {
        let hits = Double(pairs.reduce(0) { $0 + (side * $1.0 < q && side * $1.1 < q ? 1 : 0) })
        #expect(abs(hits / Double(pairs.count) - expected) < 4 * error, "at \(p), side \(side)")
      }
    }
  }

  @Test("Independent normal shocks meet in the tail no more often than by chance")
  func gaussianTail() throws {
    let q = normalQuantile(0.01)
    let pairs = try Self.shocks(.gaussian, correlation: 0, blocks: 400)
    Self.check(pairs.map { $0.0 < q && $0.1 < q ? 1 : 0 }, 1e-4, "joint tail")
  }

  @Test("A correlation matrix that cannot be names its assets")
  func contradiction() throws {
    let grid = try #require(TimeGrid(steps: 1, stepHours: 1))
    let ids = ["A", "B", "C"]
    let assets = ids.map { AssetCalibration(id: $0, price: 1, volatility: 1) }
    let problem = try #require(throws: CorrelationProblem.self) {
      try MarketModel(
        assetIDs: ids, grid: grid, process: GeometricBrownianMotion(assets: assets, grid: grid), dependence: .gaussian,
        correlation: Matrix(rows: 3, columns: 3, values: [1, 0.9, -0.9, 0.9, 1, 0.9, -0.9, 0.9, 1]))
    }
    #expect(problem.asset == "C")
    #expect(problem.earlierAssets == ["A", "B"])
    #expect("\(problem)".contains("C contradicts"))
  }
}
