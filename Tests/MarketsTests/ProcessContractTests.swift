import Foundation
import Kernels
import Markets
import Schema
import TestSupport
import Testing

@Suite("Price processes keep their contract")
struct ProcessContractTests {
  static let correlation = Matrix(rows: 3, columns: 3, values: [1, 0.6, -0.3, 0.6, 1, 0.2, -0.3, 0.2, 1])
  static let ids = ["A", "B", "C"]

  static func market(
    _ process: any PriceProcess, _ grid: TimeGrid, _ dependence: Dependence = .gaussian
  ) throws -> MarketModel {
    try MarketModel(
      assetIDs: ids, grid: grid, process: process, dependence: dependence, correlation: correlation)
  }

  static func grid(_ steps: Int, hours: Double = 1) throws -> TimeGrid {
    try #require(TimeGrid(steps: steps, stepHours: hours))
  }

  static let assets = [
    AssetCalibration(id: "A", price: 60_000, volatility: 0.6, drift: 0.3),
    AssetCalibration(id: "B", price: 2.5, volatility: 1.2),
    AssetCalibration(id: "C", price: 1e-4, volatility: 0.05, drift: -0.5),
  ]

  @Test(
    "Geometric Brownian motion",
    arguments: [Dependence.gaussian, .studentT(degreesOfFreedom: 5), .studentT(degreesOfFreedom: 12)])
  func geometric(dependence: Dependence) throws {
    let grid = try Self.grid(6, hours: 8)
    let contract = try #require(
      PriceProcessContract(grid: grid) {
        try Self.market(GeometricBrownianMotion(assets: Self.assets, grid: $0), $0, dependence)
      })
    let violations = try contract.violations { asset, step in
      guard step <= grid.steps else { return nil }
      let figures = Self.assets[asset]
      let variance = figures.volatility * figures.volatility * grid.stepYears
      var moments = PriceProcessContract.Moments(
        mean: (figures.drift - figures.volatility * figures.volatility / 2) * grid.stepYears, variance: variance)
      switch dependence {
      case .gaussian:
        moments.third = 0
        moments.fourth = 3 * variance * variance
        moments.squaresWithNext = variance * variance
      case .studentT(let nu):
        if nu > 8 { moments.fourth = 3 * (nu - 2) / (nu - 4) * variance * variance }
        if nu > 6 { moments.third = 0 }
      }
      return moments
    }
    #expect(violations == [])
  }

  @Test("Without volatility the price is the forward, whatever the dependence")
  func forward() throws {
    let still = Self.assets.map { AssetCalibration(id: $0.id, price: $0.price, volatility: 0, drift: $0.drift) }
    let grid = try Self.grid(24)
    for dependence in [Dependence.gaussian, .studentT(degreesOfFreedom: 3)] {
      let contract = try #require(
        PriceProcessContract(grid: grid, blocks: 1) {
          try Self.market(GeometricBrownianMotion(assets: still, grid: $0), $0, dependence)
        })
      #expect(
        try contract.violations(prices: { asset, point, _ in
          still[asset].price * exp(still[asset].drift * Double(point) * grid.stepYears)
        }) == [])
    }
  }

  static func garch(initial: Double, gamma: Double, nu: Double?) -> GarchParameters {
    GarchParameters(
      stepHours: 1, mean: 2e-5, omega: 1e-6, alpha: 0.05, gamma: gamma, beta: 0.85, degreesOfFreedom: nu,
      initialVolatility: initial)
  }

  /// One combination of laws: which innovations follow from which dependence, and how many moments they have.
  struct Case: Sendable, CustomTestStringConvertible {
    let dependence: Dependence
    let margin: UnitLaw
    let gamma: Double
    var testDescription: String { "\(margin) under \(dependence), γ = \(gamma)" }

    var source: UnitLaw {
      switch dependence {
      case .gaussian: .normal
      case .studentT(let nu): .studentT(degreesOfFreedom: nu)
      }
    }

    var kurtosis: Double? {
      switch margin {
      case .normal: 3
      case .studentT(let nu): nu > 4 ? 3 * (nu - 2) / (nu - 4) : nil
      }
    }

    /// The largest order whose double exists.
    var highest: Int {
      switch margin {
      case .normal: 4
      case .studentT(let nu): nu > 8 ? 4 : nu > 6 ? 3 : nu > 4 ? 2 : 1
      }
    }
  }

  static let cases = [
    Case(dependence: .gaussian, margin: .normal, gamma: 0),
    Case(dependence: .gaussian, margin: .normal, gamma: 0.06),
    Case(dependence: .gaussian, margin: .studentT(degreesOfFreedom: 5), gamma: 0),
    Case(dependence: .gaussian, margin: .studentT(degreesOfFreedom: 10), gamma: 0.06),
    Case(dependence: .studentT(degreesOfFreedom: 5), margin: .studentT(degreesOfFreedom: 5), gamma: 0),
    Case(dependence: .studentT(degreesOfFreedom: 3), margin: .normal, gamma: 0),
    Case(dependence: .studentT(degreesOfFreedom: 4), margin: .studentT(degreesOfFreedom: 12), gamma: 0.06),
  ]

  static func market(_ one: Case, _ grid: TimeGrid) throws -> MarketModel {
    let margin = one.source == one.margin ? nil : MarginalMap(from: one.source, to: one.margin)
    let process = Garch(
      prices: [100, 1, 0.01],
      parameters: [0.4, 1.0, 2.0].map { garch(initial: $0, gamma: one.gamma, nu: nil) },
      margins: [MarginalMap?](repeating: margin, count: 3))
    return try market(process, grid, one.dependence)
  }

  @Test("GARCH and GJR under every law of innovations", arguments: cases)
  func garch(one: Case) throws {
    let grid = try Self.grid(12)
    let contract = try #require(PriceProcessContract(grid: grid) { try Self.market(one, $0) })
    let declared = [0.4, 1.0, 2.0].map { initial in
      GarchMoments(parameters: Self.garch(initial: initial, gamma: one.gamma, nu: nil), kurtosis: one.kurtosis)
        .moments(steps: grid.steps, highest: one.highest)
    }
    #expect(one.highest >= 2, "a case without a variance test would prove little")
    let violations = try contract.violations { asset, step in
      step <= grid.steps ? declared[asset][step - 1] : nil
    }
    #expect(violations == [])
  }

  @Test("The first innovation has the quantiles of its law", arguments: cases)
  func quantiles(one: Case) throws {
    let grid = try Self.grid(1)
    let generator = PathGenerator(market: try Self.market(one, grid), seed: 5)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    let probabilities = [0.001, 0.01, 0.1, 0.4, 0.5, 0.8, 0.99, 0.999]
    let levels = probabilities.map { Self.quantile($0, one.margin) }
    let blocks = 200
    var below = [Double](repeating: 0, count: probabilities.count)
    let scale = 1.0 * grid.stepYears.squareRoot()
    for index in 0..<blocks {
      generator.generate(block: index, into: &block, workspace: &workspace)
      for path in 0..<pathsPerBlock {
        let innovation = (log(block.price(path: path, asset: 1, point: 1)) - 2e-5) / scale
        for slot in levels.indices where innovation <= levels[slot] { below[slot] += 1 }
      }
    }
    let paths = Double(blocks * pathsPerBlock)
    for (p, count) in zip(probabilities, below) {
      #expect(abs(count / paths - p) < 4 * (p * (1 - p) / paths).squareRoot(), "at \(p)")
    }
  }

  static func quantile(_ p: Double, _ law: UnitLaw) -> Double {
    switch law {
    case .normal: normalQuantile(p)
    case .studentT(let nu): studentTQuantile(p, degreesOfFreedom: nu) * ((nu - 2) / nu).squareRoot()
    }
  }

  @Test("Closed forms: the recursion of moments ends in the stationary ones")
  func stationaryMoments() throws {
    let p = Self.garch(initial: 0.4, gamma: 0, nu: nil)
    let moments = GarchMoments(parameters: p, kurtosis: 3)
    let last = try #require(moments.variances(steps: 2000).last)
    #expect(abs(last.first / p.longRunVariance - 1) < 1e-10)
    #expect(abs(p.longRunVariance - 1e-6 / 0.1) < 1e-18)
    #expect(abs(p.longRunVolatility - (1e-5 * 8760).squareRoot()) < 1e-12)
    // Bollerslev (1986): excess kurtosis 6α²/(1 − β² − 2αβ − 3α²).
    let excess = 6 * 0.0025 / (1 - 0.85 * 0.85 - 2 * 0.05 * 0.85 - 3 * 0.0025)
    let stationary = try #require(moments.stationaryKurtosis)
    #expect(abs(stationary - (3 + excess)) < 1e-12)
    #expect(abs(3 * last.second / (last.first * last.first) - stationary) < 1e-9)
    // Bollerslev (1988): the first autocorrelation of squares is α(1 − αβ − β²)/(1 − 2αβ − β²).
    let product = 1e-6 * last.first + (3 * 0.05 + 0.85) * last.second
    let autocorrelation = (product - last.first * last.first) / (3 * last.second - last.first * last.first)
    let expected = 0.05 * (1 - 0.05 * 0.85 - 0.85 * 0.85) / (1 - 2 * 0.05 * 0.85 - 0.85 * 0.85)
    #expect(abs(autocorrelation - expected) < 1e-9)
  }

  @Test("Replay gives back what it was given, path by path")
  func replay() throws {
    let given = (0..<3).map { number in
      let levels = [1.0, 11, 21].map { $0 + Double(number) }
      return ReplayPath(name: "\(number)", prices: levels.map { level in (0..<9).map { level + 0.1 * Double($0) } })
    }
    /// Path 0 fixes the start for all, so the others must agree with it there.
    let paths = given.map { path in
      ReplayPath(name: path.name, prices: zip(path.prices, given[0].prices).map { [$1[0]] + $0.dropFirst() })
    }
    let grid = try Self.grid(5)
    let contract = try #require(
      PriceProcessContract(grid: grid, blocks: 1) {
        try Self.market(Replay(paths: paths, volatilities: [0.5, 0.5, 0.5]), $0)
      })
    #expect(try contract.violations(prices: { asset, point, path in paths[path % 3].prices[asset][point] }) == [])
    #expect(try contract.violations(moments: { _, _ in nil }) == [])
  }

  /// Reads a process of the given kind from a job's keys.
  private static func read<P: PriceProcess>(
    _ type: P.Type, _ keys: [String: String], _ context: ProcessContext
  ) -> (process: P?, problems: [Problem]) {
    let place = SourceLocation(file: "job.yaml", keyPath: "process")
    let entries = keys.sorted { $0.key < $1.key }.map {
      DocumentNode.Entry(key: $0.key, value: DocumentNode(.scalar($0.value), at: place.appending(key: $0.key)))
    }
    let collector = ProblemCollector()
    var reader = ParameterReader(DocumentNode(.mapping(entries), at: place), problems: collector)
    return (P(reading: &reader, context: context), collector.problems)
  }

  private static func context(_ garch: GarchParameters?, replayed: [ReplayPath]? = nil) throws -> ProcessContext {
    ProcessContext(
      calibration: MarketCalibration(
        assets: ["A", "B"].map { AssetCalibration(id: $0, price: 1, volatility: 1, garch: garch) },
        correlation: .identity(2)),
      grid: try grid(2), dependence: .gaussian, replayed: replayed)
  }

  @Test("GARCH figures that give no variance, or another step's, are refused for every asset")
  func unusableGarch() throws {
    let good = Self.garch(initial: 1, gamma: 0, nu: nil)
    #expect(Self.read(Garch.self, [:], try Self.context(good)).process != nil)
    let spoilt: [(inout GarchParameters) -> Void] = [
      { $0.omega = 0 }, { $0.alpha = -0.01 }, { $0.beta = -0.1 }, { $0.gamma = -0.06 }, { $0.beta = 0.95 },
      { $0.stepHours = 24 }, { $0.alpha = .nan },
    ]
    for spoil in spoilt {
      var bad = good
      spoil(&bad)
      let (process, problems) = Self.read(Garch.self, [:], try Self.context(bad))
      #expect(process == nil && problems.count == 2, "\(bad)")
    }
    #expect(Self.read(Garch.self, [:], try Self.context(nil)).problems.count == 2)
    #expect(Self.read(Garch.self, ["innovations": "student-t"], try Self.context(good)).problems.count == 2)
  }

  @Test("Paths to replay must all have the market's assets and fill the horizon")
  func unusableReplay() throws {
    let full = ReplayPath(name: "full", prices: [[1, 2, 3], [1, 2, 3]])
    let short = ReplayPath(name: "short", prices: [[1, 2, 3], [1, 2]])
    let narrow = ReplayPath(name: "narrow", prices: [[1, 2, 3]])
    #expect(Self.read(Replay.self, [:], try Self.context(nil, replayed: [full, full])).process != nil)
    for paths in [[], [full, short], [full, narrow]] {
      let (process, problems) = Self.read(Replay.self, [:], try Self.context(nil, replayed: paths))
      #expect(process == nil && problems.count == 1)
    }
    #expect(Self.read(Replay.self, [:], try Self.context(nil)).process == nil)
  }
}
