import Foundation
import Kernels
import Markets
import Schema
import TestSupport
import Testing

@Suite("Regime switching")
struct RegimeSwitchingTests {
  static func regime(_ name: String, _ multiple: Double, _ blend: Double, _ days: Double, _ next: [Double])
    -> MarketRegime
  {
    MarketRegime(
      name: name, volatilityMultiple: multiple, correlationBlend: blend, meanDurationDays: days, nextProbabilities: next
    )
  }

  static let two = [regime("calm", 0.7, 0, 6, [0, 1]), regime("crisis", 2, 0.6, 2, [1, 0])]
  static let three = [
    regime("calm", 0.7, 0, 60, [0, 0.8, 0.2]), regime("wary", 1.2, 0.1, 15, [0.75, 0, 0.25]),
    regime("crisis", 2.5, 0.5, 3, [0, 1, 0]),
  ]

  private static func largestGap(_ a: [[Double]], _ b: [[Double]]) -> Double {
    zip(a.joined(), b.joined()).map { abs($0 - $1) }.max() ?? .infinity
  }

  @Test("Transition probabilities are the matrix exponential")
  func matrixExponential() throws {
    let chain = try #require(RegimeChain(Self.three))
    // scipy.linalg.expm(Q·h/24), Q = diag(1/days)·(next − 1); numpy.linalg.lstsq for the stationary law.
    let hour = [
      [9.99306375e-01, 5.55551928e-04, 1.38072878e-04], [2.07972368e-03, 9.97231446e-01, 6.88830078e-04],
      [1.43841831e-05, 1.37737247e-02, 9.86211891e-01],
    ]
    let day = [
      [0.98380236, 0.01328785, 0.00290978], [0.04801101, 0.93821594, 0.01377306], [0.00727374, 0.27400635, 0.7187199],
    ]
    let tenDays = [
      [0.87503218, 0.11209613, 0.01287169], [0.35351193, 0.61065168, 0.03583639], [0.26739429, 0.66324901, 0.0693567],
    ]
    for (hours, expected) in [(1.0, hour), (24, day), (240, tenDays)] {
      #expect(Self.largestGap(chain.transitions(hours: hours), expected) < 6e-9, "\(hours) h")
    }
    #expect(Self.largestGap([chain.stationaryLaw], [[0.73529412, 0.24509804, 0.01960784]]) < 6e-9)
    let forever = chain.transitions(hours: 1e7)
    for row in forever { #expect(Self.largestGap([row], [chain.stationaryLaw]) < 1e-12) }
  }

  @Test("Two regimes have the closed form", arguments: [1e-3, 1.0, 24, 1000])
  func twoRegimes(hours: Double) throws {
    let chain = try #require(RegimeChain(Self.two))
    let (out, back) = (1.0 / 6, 1.0 / 2)
    let share = 1 - exp(-(out + back) * hours / 24)
    let expected = [
      [1 - out / (out + back) * share, out / (out + back) * share],
      [back / (out + back) * share, 1 - back / (out + back) * share],
    ]
    #expect(Self.largestGap(chain.transitions(hours: hours), expected) < 1e-13)
    #expect(Self.largestGap([chain.stationaryLaw], [[0.75, 0.25]]) < 1e-15)
  }

  @Test("What is no chain is refused")
  func noChain() {
    let calm = Self.two[0]
    let crisis = Self.two[1]
    let spoilt: [(inout MarketRegime) -> Void] = [
      { $0.meanDurationDays = 0 }, { $0.meanDurationDays = .nan }, { $0.meanDurationDays = .infinity },
      { $0.nextProbabilities = [0, 0] }, { $0.nextProbabilities = [1, 0] }, { $0.nextProbabilities = [0, 2] },
      { $0.nextProbabilities = [1] }, { $0.volatilityMultiple = -1 }, { $0.volatilityMultiple = .infinity },
      { $0.correlationBlend = 1.1 }, { $0.correlationBlend = .nan },
    ]
    for spoil in spoilt {
      var bad = calm
      spoil(&bad)
      #expect(RegimeChain([bad, crisis]) == nil, "\(bad)")
    }
    #expect(RegimeChain([]) == nil)
    let trap = [
      Self.regime("a", 1, 0, 1, [0, 1, 0]), Self.regime("b", 1, 0, 1, [0, 0, 1]), Self.regime("c", 1, 0, 1, [0, 1, 0]),
    ]
    #expect(RegimeChain(trap) == nil, "a regime that is never come back to")
  }

  static func process(
    _ regimes: [MarketRegime], _ grid: TimeGrid, _ dependence: Dependence, start: Int? = nil,
    assets: [AssetCalibration] = ProcessContractTests.assets
  ) throws -> RegimeSwitching {
    RegimeSwitching(
      assets: assets, grid: grid, dependence: dependence, chain: try #require(RegimeChain(regimes)), start: start)
  }

  /// One combination of regimes, dependence and start.
  struct Case: Sendable, CustomTestStringConvertible {
    let regimes: [MarketRegime]
    let dependence: Dependence
    let start: Int?
    var testDescription: String { "\(regimes.count) regimes under \(dependence), start \(start ?? -1)" }
  }

  static let cases = [
    Case(regimes: two, dependence: .gaussian, start: nil),
    Case(regimes: two, dependence: .gaussian, start: 1),
    Case(regimes: two, dependence: .studentT(degreesOfFreedom: 12), start: 0),
    Case(regimes: three, dependence: .gaussian, start: 2),
    Case(regimes: three, dependence: .studentT(degreesOfFreedom: 5), start: nil),
  ]

  /// Moments of a mixture over the regimes: laws p_t of the regime at each step, and given it a unit-variance shock.
  private static func moments(_ one: Case, _ asset: AssetCalibration, _ grid: TimeGrid) throws
    -> [PriceProcessContract.Moments]
  {
    let chain = try #require(RegimeChain(one.regimes))
    let moves = chain.transitions(hours: grid.stepHours)
    var law = one.start.map { start in one.regimes.indices.map { $0 == start ? 1.0 : 0 } } ?? chain.stationaryLaw
    let variances = one.regimes.map { pow($0.volatilityMultiple * asset.volatility, 2) * grid.stepYears }
    let means = variances.map { asset.drift * grid.stepYears - $0 / 2 }
    var kurtosis: Double? = 3
    if case .studentT(let nu) = one.dependence { kurtosis = nu > 8 ? 3 * (nu - 2) / (nu - 4) : nil }
    return (1...grid.steps).map { _ in
      let after = law.indices.map { to in law.indices.reduce(0) { $0 + law[$1] * moves[$1][to] } }
      let mean = zip(law, means).reduce(0) { $0 + $1.0 * $1.1 }
      let nextMean = zip(after, means).reduce(0) { $0 + $1.0 * $1.1 }
      let expected = { (value: (Int) -> Double) in law.indices.reduce(0.0) { $0 + law[$1] * value($1) } }
      let square = { (s: Int) in variances[s] + pow(means[s] - mean, 2) }
      var moments = PriceProcessContract.Moments(mean: mean, variance: expected(square))
      if let kurtosis {
        moments.third = expected { pow(means[$0] - mean, 3) + 3 * (means[$0] - mean) * variances[$0] }
        moments.fourth = expected {
          kurtosis * variances[$0] * variances[$0] + 6 * pow(means[$0] - mean, 2) * variances[$0]
            + pow(means[$0] - mean, 4)
        }
        moments.squaresWithNext = expected { from in
          square(from) * law.indices.reduce(0) { $0 + moves[from][$1] * (variances[$1] + pow(means[$1] - nextMean, 2)) }
        }
      }
      law = after
      return moments
    }
  }

  @Test("The contract, with the moments of the mixture", arguments: cases)
  func contract(one: Case) throws {
    let grid = try ProcessContractTests.grid(8, hours: 24)
    let contract = try #require(
      PriceProcessContract(grid: grid) {
        try ProcessContractTests.market(
          Self.process(one.regimes, $0, one.dependence, start: one.start), $0, one.dependence)
      })
    let declared = try ProcessContractTests.assets.map { try Self.moments(one, $0, grid) }
    #expect(try contract.violations { $1 <= grid.steps ? declared[$0][$1 - 1] : nil } == [])
  }

  @Test("Volatilities that are declared are those of the first step and of the long run", arguments: cases)
  func declaredVolatilities(one: Case) throws {
    let grid = try ProcessContractTests.grid(400, hours: 24)
    let process = try Self.process(one.regimes, grid, one.dependence, start: one.start)
    for (index, asset) in ProcessContractTests.assets.enumerated() {
      var still = asset
      still.volatility /= 1000
      let moments = try Self.moments(one, still, grid)
      for (declared, found) in [
        (process.initialVolatilities, moments.first), (process.longRunVolatilities, moments.last),
      ] {
        let variance = try #require(found).variance
        #expect(abs(declared[index] / 1000 / (variance / grid.stepYears).squareRoot() - 1) < 1e-6)
      }
    }
  }

  @Test(
    "One regime is geometric Brownian motion", arguments: [Dependence.gaussian, .studentT(degreesOfFreedom: 4)])
  func oneRegime(dependence: Dependence) throws {
    let grid = try ProcessContractTests.grid(20)
    for multiple in [0, 1, 1.7] {
      let scaled = ProcessContractTests.assets.map { asset in
        var asset = asset
        asset.volatility *= multiple
        return asset
      }
      let plain = try Self.paths(
        ProcessContractTests.market(GeometricBrownianMotion(assets: scaled, grid: grid), grid, dependence))
      let one = try Self.paths(
        ProcessContractTests.market(
          Self.process([Self.regime("only", multiple, 0, 1, [0])], grid, dependence), grid, dependence))
      #expect(zip(plain, one).allSatisfy { abs($0 - $1) <= 1e-12 * $0 } && plain.count == one.count)
    }
  }

  @Test("Without volatility the price is the forward")
  func forward() throws {
    let still = ProcessContractTests.assets.map {
      AssetCalibration(id: $0.id, price: $0.price, volatility: 0, drift: $0.drift)
    }
    let grid = try ProcessContractTests.grid(24)
    let contract = try #require(
      PriceProcessContract(grid: grid, blocks: 1) {
        try ProcessContractTests.market(Self.process(Self.three, $0, .gaussian, assets: still), $0)
      })
    #expect(
      try contract.violations(prices: { asset, point, _ in
        still[asset].price * exp(still[asset].drift * Double(point) * grid.stepYears)
      }) == [])
  }

  private static func paths(_ market: MarketModel) -> [Double] {
    let generator = PathGenerator(market: market, seed: 3)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &block, workspace: &workspace)
    return block.values
  }

  /// Log returns of the last of two daily steps of assets A and B, and the final price of A over its start.
  private static func lastReturns(
    _ regimes: [MarketRegime], _ dependence: Dependence, blocks: Int
  ) throws -> [(a: Double, b: Double, growth: Double)] {
    let grid = try ProcessContractTests.grid(2, hours: 24)
    let market = try ProcessContractTests.market(process(regimes, grid, dependence), grid, dependence)
    let generator = PathGenerator(market: market, seed: 11)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    var returns: [(a: Double, b: Double, growth: Double)] = []
    for index in 0..<blocks {
      generator.generate(block: index, into: &block, workspace: &workspace)
      for path in 0..<pathsPerBlock {
        let moves = (0...1).map { asset in
          log(
            block.price(path: path, asset: asset, point: 2) / block.price(path: path, asset: asset, point: 1))
        }
        let growth = block.price(path: path, asset: 0, point: 2) / block.price(path: path, asset: 0, point: 0)
        returns.append((moves[0], moves[1], growth))
      }
    }
    return returns
  }

  private static func check(_ sample: [Double], _ expected: Double, _ name: String) {
    let (mean, variance) = meanAndVariance(sample.span)
    let error = (variance / Double(sample.count)).squareRoot()
    #expect(abs(mean - expected) < 4 * error, "\(name): \(mean), not \(expected), standard error \(error)")
  }

  /// A regime's correlation is (1 − b)·ρ + b; under Student-t the blended shocks are still jointly t, so
  /// E η₁²η₂² = (1 + 2ρ²)(ν − 2)/(ν − 4).
  @Test(
    "Blending moves correlations and keeps the joint law",
    arguments: [Dependence.gaussian, .studentT(degreesOfFreedom: 12)], [0.0, 0.5, 1.0])
  func blend(dependence: Dependence, share: Double) throws {
    let returns = try Self.lastReturns([Self.regime("only", 1, share, 1, [0])], dependence, blocks: 160)
    let years = 1.0 / 365
    let unit = { (value: Double, asset: AssetCalibration) in
      (value - (asset.drift - asset.volatility * asset.volatility / 2) * years)
        / (asset.volatility * years.squareRoot())
    }
    let a = returns.map { unit($0.a, ProcessContractTests.assets[0]) }
    let b = returns.map { unit($0.b, ProcessContractTests.assets[1]) }
    let correlation = (1 - share) * 0.6 + share
    Self.check(zip(a, b).map { $0 * $1 }, correlation, "correlation")
    var factor = 1.0
    if case .studentT(let nu) = dependence { factor = (nu - 2) / (nu - 4) }
    Self.check(zip(a, b).map { $0 * $0 * $1 * $1 }, (1 + 2 * correlation * correlation) * factor, "joint squares")
    if share == 1 { #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-9 }) }
  }

  @Test("The regime is common to all assets, and the expected price is the forward")
  func common() throws {
    let returns = try Self.lastReturns(Self.two, .gaussian, blocks: 200)
    let years = 1.0 / 365
    let a = ProcessContractTests.assets[0]
    let b = ProcessContractTests.assets[1]
    let law = [0.75, 0.25]
    let drift = { (asset: AssetCalibration, s: Int) in
      (asset.drift - pow(Self.two[s].volatilityMultiple * asset.volatility, 2) / 2) * years
    }
    var product = 0.0
    var squares = 0.0
    for s in 0...1 {
      let blended = (1 - Self.two[s].correlationBlend) * 0.6 + Self.two[s].correlationBlend
      let scale = pow(Self.two[s].volatilityMultiple, 2) * a.volatility * b.volatility * years
      let (ma, mb) = (drift(a, s), drift(b, s))
      product += law[s] * (blended * scale + ma * mb)
      let (va, vb) = (scale * a.volatility / b.volatility, scale * b.volatility / a.volatility)
      squares +=
        law[s]
        * (va * vb * (1 + 2 * blended * blended) + ma * ma * vb + mb * mb * va + 4 * ma * mb * blended * scale
          + ma * ma * mb * mb)
    }
    Self.check(returns.map { $0.a * $0.b }, product, "product")
    Self.check(returns.map { $0.a * $0.a * $0.b * $0.b }, squares, "joint squares")
    Self.check(returns.map(\.growth), exp(a.drift * 2 * years), "growth")
  }

  private static func read(_ start: String?, _ regimes: [MarketRegime]) throws -> (RegimeSwitching?, [Problem]) {
    let place = SourceLocation(file: "job.yaml", keyPath: "process")
    let entries = start.map {
      [DocumentNode.Entry(key: "start", value: DocumentNode(.scalar($0), at: place.appending(key: "start")))]
    }
    let collector = ProblemCollector()
    var reader = ParameterReader(DocumentNode(.mapping(entries ?? []), at: place), problems: collector)
    let context = ProcessContext(
      calibration: MarketCalibration(
        assets: ProcessContractTests.assets, correlation: ProcessContractTests.correlation,
        regimes: RegimeChain(regimes)),
      grid: try ProcessContractTests.grid(2), dependence: .gaussian)
    return (RegimeSwitching(reading: &reader, context: context), collector.problems)
  }

  @Test("A job starts in a regime that exists, or in the long-run law")
  func reading() throws {
    let longRun = (0.75 * 0.7 * 0.7 + 0.25 * 2 * 2).squareRoot()
    let starts: [(String?, Double)] = [(nil, longRun), ("stationary", longRun), ("calm", 0.7), ("crisis", 2)]
    for (start, multiple) in starts {
      let (process, problems) = try Self.read(start, Self.two)
      let initial = try #require(process?.initialVolatilities[0])
      #expect(problems.isEmpty && abs(initial - 0.6 * multiple) < 1e-12)
    }
    let (unknown, problems) = try Self.read("boom", Self.two)
    #expect(unknown == nil && problems.map(\.location.keyPath) == ["process.start"])
    let (none, missing) = try Self.read(nil, [])
    #expect(none == nil && missing.count == 1)
  }
}
