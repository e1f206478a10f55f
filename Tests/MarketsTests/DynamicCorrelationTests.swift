import Foundation
import Kernels
import Markets
import Schema
import TestSupport
import Testing

@Suite("Dynamic conditional correlation")
struct DynamicCorrelationTests {
  private static let parameters = [0.4, 1.0, 2.0].map { ProcessContractTests.garch(initial: $0, gamma: 0.06, nu: nil) }
  private static let plain = Garch(prices: [100, 1, 0.01], parameters: parameters, margins: [nil, nil, nil])

  private static func market(
    _ grid: TimeGrid, _ dependence: Dependence = .gaussian, reaction: Double, persistence: Double
  ) throws -> MarketModel {
    let process = try #require(
      DynamicCorrelationGarch(
        garch: plain, correlation: ProcessContractTests.correlation, reaction: reaction, persistence: persistence))
    return try ProcessContractTests.market(process, grid, dependence)
  }

  private static func block(_ market: MarketModel, _ index: Int = 0) -> PathBlock {
    let generator = PathGenerator(market: market, seed: 12)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: index, into: &block, workspace: &workspace)
    return block
  }

  /// The shocks of one path by running the GARCH recursions backwards from its prices, [step][asset].
  private static func shocks(_ block: borrowing PathBlock, path: Int) -> [[Double]] {
    var variances = parameters.map { $0.initialVolatility * $0.initialVolatility / TimeGrid.hoursPerYear }
    var result: [[Double]] = []
    for step in 1..<block.points {
      var row: [Double] = []
      for (asset, p) in parameters.enumerated() {
        let before = block.price(path: path, asset: asset, point: step - 1)
        let surprise = log(block.price(path: path, asset: asset, point: step) / before) - p.mean
        row.append(surprise / variances[asset].squareRoot())
        let weight = p.alpha + (surprise < 0 ? p.gamma : 0)
        variances[asset] = p.omega + weight * surprise * surprise + p.beta * variances[asset]
      }
      result.append(row)
    }
    return result
  }

  /// Forward substitution: w of L·w = v.
  private static func whitened(_ vector: [Double], _ lower: Matrix) -> [Double] {
    var result: [Double] = []
    for row in vector.indices {
      let known = result.indices.reduce(0) { $0 + lower[row, $1] * result[$1] }
      result.append((vector[row] - known) / lower[row, row])
    }
    return result
  }

  /// The marginal law of each asset is that of `garch`: given the past its shock is standard normal.
  @Test("Every asset keeps the contract and the moments of its GARCH", arguments: [0.0, 0.05, 0.2])
  func contract(reaction: Double) throws {
    let grid = try ProcessContractTests.grid(12)
    let contract = try #require(
      PriceProcessContract(grid: grid) { try Self.market($0, reaction: reaction, persistence: 0.75) })
    let declared = Self.parameters.map {
      GarchMoments(parameters: $0, kurtosis: 3).moments(steps: grid.steps, highest: 4)
    }
    let violations = try contract.violations { asset, step in step <= grid.steps ? declared[asset][step - 1] : nil }
    #expect(violations == [])
  }

  @Test("Without reaction it is garch", arguments: [Dependence.gaussian, .studentT(degreesOfFreedom: 4)])
  func constant(dependence: Dependence) throws {
    let grid = try ProcessContractTests.grid(40)
    let moving = Self.block(try Self.market(grid, dependence, reaction: 0, persistence: 0.9))
    let still = Self.block(try ProcessContractTests.market(Self.plain, grid, dependence))
    for (a, b) in zip(moving.values, still.values) { #expect(abs(a / b - 1) < 1e-11) }
  }

  /// A plain twin from outside: the shocks read off the prices, Q run along them in scalar arithmetic, and the
  /// independent draws that both give compared with those of `garch` under the same seed.
  @Test("Prices are those of the recursion in plain arithmetic", arguments: [0.03, 0.3])
  func twin(reaction: Double) throws {
    let (grid, persistence) = (try ProcessContractTests.grid(60), 0.6)
    let mean = ProcessContractTests.correlation
    let moving = Self.block(try Self.market(grid, reaction: reaction, persistence: persistence))
    let still = Self.block(try ProcessContractTests.market(Self.plain, grid))
    let lower = try CholeskyFactor(mean).lower
    var widest = 0.0
    for path in [0, 7, 8, 255] {
      var q = mean
      let draws = Self.shocks(still, path: path)
      for (step, shock) in Self.shocks(moving, path: path).enumerated() {
        let y: [Double] = (0..<3).map { (i: Int) -> Double in shock[i] * q[i, i].squareRoot() }
        let found = Self.whitened(y, try CholeskyFactor(q).lower)
        for (a, b) in zip(found, Self.whitened(draws[step], lower)) { #expect(abs(a - b) < 1e-7) }
        for i in 0..<3 {
          for j in 0..<3 {
            let rest: Double = (1 - reaction - persistence) * mean[i, j]
            q[i, j] = rest + reaction * y[i] * y[j] + persistence * q[i, j]
          }
        }
        let conditional: Double = q[1, 0] / (q[0, 0] * q[1, 1]).squareRoot()
        widest = max(widest, abs(conditional - mean[1, 0]))
      }
    }
    #expect(widest > 0.05, "the correlation must have moved for this to prove anything")
  }

  /// E Q = S at every step, and on the diagonal m' = c² + 2c(a + b) + (3a² + 2ab + b²)m for m = E Q², from m = 1.
  @Test("Q keeps its mean and spreads as its closed form says")
  func moments() throws {
    let mean = ProcessContractTests.correlation
    let factor = try CholeskyFactor(mean)
    let (a, b, steps) = (0.1, 0.8, 20)
    let rest: Double = 1 - a - b
    let growth: Double = 3 * a * a + 2 * a * b + b * b
    var second = 1.0
    for _ in 0..<steps { second = rest * rest + 2 * rest * (a + b) + growth * second }
    var sample = [[Double]](repeating: [], count: 7)
    for block in 0..<60 {
      var q = [Double](repeating: 0, count: dynamicCorrelationState(assets: 3))
      var scratch = [Double](repeating: 0, count: dynamicCorrelationScratch(assets: 3))
      var out = [Double](repeating: 0, count: 3 * pathsPerBlock)
      var normals = out
      var shocks = out
      var state = q.mutableSpan
      fillCovariances(mean, into: &state)
      for step in 1...steps {
        var normalTile = normals.mutableSpan
        fillNormals(
          seed: 31, firstPath: UInt64(block * pathsPerBlock), step: UInt32(step), factorCount: 3,
          purpose: .verification,
          into: &normalTile)
        var tile = shocks.mutableSpan
        var room = scratch.mutableSpan
        var target = out.mutableSpan
        multiply(factor, normals.span, columns: pathsPerBlock, into: &tile)
        advanceDynamicCorrelation(
          shocks: shocks.span, correlation: mean, factor: factor, reaction: a, persistence: b, covariances: &state,
          scratch: &room, correlated: &target)
      }
      for path in 0..<pathsPerBlock {
        let start = path / 8 * 48 + path % 8
        for pair in 0..<6 { sample[pair].append(q[start + 8 * pair]) }
        sample[6].append(q[start] * q[start])
      }
    }
    for (values, expected) in zip(sample, [1, mean[1, 0], 1, mean[2, 0], mean[2, 1], 1, second]) {
      let (found, variance) = meanAndVariance(values)
      let error = (variance / Double(values.count)).squareRoot()
      #expect(abs(found - expected) < 4 * error, "\(found), not \(expected), standard error \(error)")
    }
  }

  @Test("Shocks beyond all measure leave finite ones behind them")
  func extremes() throws {
    let mean = ProcessContractTests.correlation
    let factor = try CholeskyFactor(mean)
    var q = [Double](repeating: 0, count: dynamicCorrelationState(assets: 3))
    var scratch = [Double](repeating: 0, count: dynamicCorrelationScratch(assets: 3))
    var out = [Double](repeating: 0, count: 768)
    var state = q.mutableSpan
    var room = scratch.mutableSpan
    var tile = out.mutableSpan
    fillCovariances(mean, into: &state)
    for size in [1e12, 1, 1e-3] {
      let shocks = (0..<768).map { size * Double($0 % 7 - 3) }
      advanceDynamicCorrelation(
        shocks: shocks.span, correlation: mean, factor: factor, reaction: 0.05, persistence: 0.9, covariances: &state,
        scratch: &room, correlated: &tile)
      for index in 0..<768 {
        let shock = tile[index]
        #expect(shock.isFinite)
      }
    }
  }

  private static func problems(_ keys: [(String, String)]) throws -> [Problem] {
    let place = SourceLocation(file: "job.yaml", keyPath: "process")
    let entries = keys.map {
      DocumentNode.Entry(key: $0.0, value: DocumentNode(.scalar($0.1), at: place.appending(key: $0.0)))
    }
    let collector = ProblemCollector()
    var reader = ParameterReader(DocumentNode(.mapping(entries), at: place), problems: collector)
    let assets = zip(["A", "B", "C"], parameters).map {
      AssetCalibration(id: $0, price: 1, volatility: 1, garch: $1)
    }
    let context = ProcessContext(
      calibration: MarketCalibration(assets: assets, correlation: ProcessContractTests.correlation),
      grid: try ProcessContractTests.grid(2), dependence: .gaussian)
    let process = DynamicCorrelationGarch(reading: &reader, context: context)
    #expect((process == nil) == !collector.problems.isEmpty)
    return collector.problems
  }

  @Test("Weights that do not return to the mean are refused")
  func reading() throws {
    #expect(try Self.problems([("reaction", "0.03"), ("persistence", "0.95")]).isEmpty)
    #expect(try Self.problems([("reaction", "0.1"), ("persistence", "0.9")])[0].message.contains("would not return"))
    #expect(try Self.problems([("reaction", "-0.1"), ("persistence", "1")]).count == 2)
    #expect(try Self.problems([]).count == 2)
    let correlation = ProcessContractTests.correlation
    #expect(
      DynamicCorrelationGarch(garch: Self.plain, correlation: correlation, reaction: 0.5, persistence: 0.5) == nil)
    #expect(DynamicCorrelationGarch(garch: Self.plain, correlation: .identity(2), reaction: 0, persistence: 0) == nil)
  }
}
