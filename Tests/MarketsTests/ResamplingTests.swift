import Foundation
import Kernels
import Markets
import Schema
import TestSupport
import Testing

@Suite("Stationary bootstrap and filtered historical simulation")
struct ResamplingTests {
  static let count = 80

  /// Joint returns of three assets whose volatility clusters, [asset][slot].
  static let returns: [[Double]] = {
    let draws = KeyedDraws(seed: 9, path: 0, purpose: .verification)
    return (0..<3).map { asset in
      (0..<count).map { slot in
        let common = draws.normal(step: UInt32(slot), factor: 0)
        let own = draws.normal(step: UInt32(slot), factor: UInt32(asset + 1))
        let scale = 0.01 * Double(asset + 1) * (slot / 20 % 2 == 0 ? 0.5 : 1.5)
        return 0.001 + scale * (0.7 * common + 0.7 * own)
      }
    }
  }()

  static let prices = [60_000, 2.5, 1e-4]

  static func bootstrap(meanBlockSteps: Double, growth: [Double]? = nil, returns: [[Double]] = returns) throws
    -> StationaryBootstrap
  {
    StationaryBootstrap(
      prices: prices, returns: try #require(HistoricalVectors(returns)), stepHours: 24, meanBlockSteps: meanBlockSteps,
      growth: growth)
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// Moments of a uniform draw from `row`, whose next value is its successor on the circle but for a new block.
  private static func moments(_ row: [Double], meanBlockSteps: Double) -> PriceProcessContract.Moments {
    let centre = mean(row)
    let centred = row.map { $0 - centre }
    let variance = mean(centred.map { $0 * $0 })
    let neighbours = mean(row.indices.map { pow(centred[$0] * centred[($0 + 1) % row.count], 2) })
    return PriceProcessContract.Moments(
      mean: centre, variance: variance, third: mean(centred.map { pow($0, 3) }),
      fourth: mean(centred.map { pow($0, 4) }),
      squaresWithNext: (1 - 1 / meanBlockSteps) * neighbours + variance * variance / meanBlockSteps)
  }

  @Test("The bootstrap keeps the contract, with the moments of the history", arguments: [1.0, 4.0, 30.0])
  func contract(meanBlockSteps: Double) throws {
    let grid = try ProcessContractTests.grid(8, hours: 24)
    let contract = try #require(
      PriceProcessContract(grid: grid) {
        try ProcessContractTests.market(Self.bootstrap(meanBlockSteps: meanBlockSteps), $0)
      })
    let declared = Self.returns.map { Self.moments($0, meanBlockSteps: meanBlockSteps) }
    #expect(try contract.violations { asset, step in step <= grid.steps ? declared[asset] : nil } == [])
    let volatilities = try Self.bootstrap(meanBlockSteps: meanBlockSteps).longRunVolatilities
    for (volatility, moments) in zip(volatilities, declared) {
      #expect(abs(volatility - (moments.variance * 365).squareRoot()) < 1e-12)
    }
  }

  /// Log returns of `blocks` blocks, [path][step][asset].
  static func drawn(_ process: any PriceProcess, steps: Int, blocks: Int) throws -> [[[Double]]] {
    let grid = try ProcessContractTests.grid(steps, hours: 24)
    let generator = PathGenerator(market: try ProcessContractTests.market(process, grid), seed: 21)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    var result: [[[Double]]] = []
    for index in 0..<blocks {
      generator.generate(block: index, into: &block, workspace: &workspace)
      for path in 0..<pathsPerBlock {
        var series: [[Double]] = []
        for step in 1...steps {
          series.append(
            (0..<3).map { asset in
              log(
                block.price(path: path, asset: asset, point: step)
                  / block.price(path: path, asset: asset, point: step - 1))
            })
        }
        result.append(series)
      }
    }
    return result
  }

  /// The slot of the history whose vector this is; nil if there is none.
  private static func slot(_ vector: [Double]) -> Int? {
    (0..<count).first { slot in (0..<3).allSatisfy { abs(returns[$0][slot] - vector[$0]) < 1e-12 } }
  }

  @Test("Every step is a joint vector of the history, and blocks have geometric length")
  func blocks() throws {
    let mean = 5.0
    let paths = try Self.drawn(Self.bootstrap(meanBlockSteps: mean), steps: 12, blocks: 4)
    var followed = 0
    var moves = 0
    var runs = 0
    for path in paths {
      let slots = try path.map { try #require(Self.slot($0)) }
      let isNext = zip(slots, slots.dropFirst()).map { $1 == ($0 + 1) % Self.count }
      followed += isNext.filter { $0 }.count
      moves += isNext.count
      runs += zip(isNext, isNext.dropFirst()).filter { $0 && $1 }.count
    }
    /// A new block starts at the old one's successor once in `count`.
    let p = 1 - 1 / mean + 1 / (mean * Double(Self.count))
    let error = (p * (1 - p) / Double(moves)).squareRoot()
    #expect(abs(Double(followed) / Double(moves) - p) < 4 * error)
    let pairs = Double(paths.count * 10)
    // Neighbouring pairs share a move: twice the independent variance bounds theirs.
    #expect(abs(Double(runs) / pairs - p * p) < 4 * (2 * p * p * (1 - p * p) / pairs).squareRoot())
    let starts = try paths.map { try #require(Self.slot($0[0])) }
    let chiSquare = (0..<Self.count).reduce(0.0) { sum, slot in
      let expected = Double(paths.count) / Double(Self.count)
      return sum + pow(Double(starts.filter { $0 == slot }.count) - expected, 2) / expected
    }
    let degrees = Double(Self.count - 1)
    #expect(abs(chiSquare - degrees) < 4 * (2 * degrees).squareRoot(), "the first slot is uniform")
  }

  @Test("An endless block is the history from a random start, round the circle")
  func endless() throws {
    for path in try Self.drawn(Self.bootstrap(meanBlockSteps: 1e15), steps: 100, blocks: 1) {
      let first = try #require(Self.slot(path[0]))
      for (step, vector) in path.enumerated() {
        for asset in 0..<3 { #expect(abs(vector[asset] - Self.returns[asset][(first + step) % Self.count]) < 1e-12) }
      }
    }
  }

  @Test("Autocovariance at lag k is the history's on the circle times (1 − 1/mean)ᵏ", arguments: [1, 3])
  func autocovariance(lag: Int) throws {
    let mean = 6.0
    let row = Self.returns[0].map { $0 * $0 }
    let centre = Self.mean(row)
    let circular = Self.mean(row.indices.map { (row[$0] - centre) * (row[($0 + lag) % row.count] - centre) })
    let products = try Self.drawn(Self.bootstrap(meanBlockSteps: mean), steps: lag + 1, blocks: 120).map {
      ($0[0][0] * $0[0][0] - centre) * ($0[lag][0] * $0[lag][0] - centre)
    }
    let (found, variance) = meanAndVariance(products.span)
    let expected = circular * pow(1 - 1 / mean, Double(lag))
    #expect(abs(found - expected) < 4 * (variance / Double(products.count)).squareRoot())
  }

  @Test("With the calibrated drift a price one step ahead is worth its forward")
  func calibratedDrift() throws {
    let growth = [0.002, 0, -0.004]
    let process = try Self.bootstrap(meanBlockSteps: 3, growth: growth)
    let paths = try Self.drawn(process, steps: 1, blocks: 1)
    for asset in 0..<3 {
      let excess = growth[asset] - log(Self.mean(Self.returns[asset].map { exp($0) }))
      for path in paths {
        let vector = path[0]
        #expect(Self.returns[asset].contains { abs($0 + excess - vector[asset]) < 1e-12 })
      }
      let shifted = Self.returns[asset].map { exp($0 + excess) }
      #expect(abs(Self.mean(shifted) - exp(growth[asset])) < 1e-14)
    }
  }

  @Test("A history without moves gives the exact forward")
  func forward() throws {
    let still = [[Double]](repeating: [Double](repeating: 0, count: 30), count: 3)
    let growth = [0.001, 0, -0.002]
    let contract = try #require(
      PriceProcessContract(grid: ProcessContractTests.grid(24, hours: 24), blocks: 1) {
        try ProcessContractTests.market(Self.bootstrap(meanBlockSteps: 4, growth: growth, returns: still), $0)
      })
    #expect(
      try contract.violations(prices: { asset, point, _ in Self.prices[asset] * exp(growth[asset] * Double(point)) })
        == [])
    #expect(try Self.bootstrap(meanBlockSteps: 4, returns: still).longRunVolatilities == [0, 0, 0])
  }

  @Test("Only slots in which every asset has a return are taken, and too few are none")
  func vectors() throws {
    var holed = Self.returns
    holed[0][3] = .nan
    holed[2][40] = .infinity
    let vectors = try #require(HistoricalVectors(holed))
    #expect(vectors.count == Self.count - 2)
    #expect(vectors.values[1] == Self.returns[1].indices.filter { $0 != 3 && $0 != 40 }.map { Self.returns[1][$0] })
    #expect(HistoricalVectors([]) == nil)
    #expect(HistoricalVectors([[Double](repeating: 0, count: 19)]) == nil)
    #expect(HistoricalVectors([[Double](repeating: 0, count: 30), [Double](repeating: 0, count: 31)]) == nil)
  }

  static func figures(_ gamma: Double, alpha: Double = 0.06, beta: Double = 0.85) -> [GarchParameters] {
    [0.3, 0.8, 1.5].map { volatility in
      GarchParameters(
        stepHours: 24, mean: 1e-4, omega: volatility * volatility / 365 * (1 - alpha - gamma / 2 - beta), alpha: alpha,
        gamma: gamma, beta: beta, degreesOfFreedom: nil, initialVolatility: 1.5 * volatility)
    }
  }

  /// Residuals and their mirror images: their law is symmetric, so the moments of GJR are known.
  static let mirrored = returns.map { row in row.map { $0 - 0.001 } + row.map { 0.001 - $0 } }

  private static func kurtosis(_ row: [Double]) -> Double {
    mean(row.map { pow($0, 4) }) / pow(mean(row.map { $0 * $0 }), 2)
  }

  @Test("Filtered historical simulation keeps the contract, with the moments of GARCH", arguments: [0, 0.05])
  func filtered(gamma: Double) throws {
    let figures = Self.figures(gamma)
    let grid = try ProcessContractTests.grid(10, hours: 24)
    let residuals = try #require(HistoricalVectors(Self.mirrored))
    let contract = try #require(
      PriceProcessContract(grid: grid) {
        try ProcessContractTests.market(
          FilteredHistorical(prices: Self.prices, parameters: figures, residuals: residuals), $0)
      })
    let declared = zip(figures, Self.mirrored).map {
      GarchMoments(parameters: $0, kurtosis: Self.kurtosis($1)).moments(steps: grid.steps, highest: 4)
    }
    #expect(try contract.violations { $1 <= grid.steps ? declared[$0][$1 - 1] : nil } == [])
  }

  @Test("With a constant variance it is the bootstrap of single steps, path by path")
  func constantVariance() throws {
    let figures = [0.3, 0.8, 1.5].map { volatility in
      GarchParameters(
        stepHours: 24, mean: -2e-4, omega: volatility * volatility / 365, alpha: 0, gamma: 0, beta: 0,
        degreesOfFreedom: nil, initialVolatility: volatility)
    }
    let coloured = zip(Self.returns, figures).map { row, figures in
      let centre = Self.mean(row)
      let scale = (figures.omega / Self.mean(row.map { ($0 - centre) * ($0 - centre) })).squareRoot()
      return row.map { figures.mean + ($0 - centre) * scale }
    }
    let filtered = FilteredHistorical(
      prices: Self.prices, parameters: figures, residuals: try #require(HistoricalVectors(Self.returns)))
    let a = try Self.drawn(filtered, steps: 15, blocks: 2)
    let b = try Self.drawn(Self.bootstrap(meanBlockSteps: 1, returns: coloured), steps: 15, blocks: 2)
    let gap = zip(a.joined().joined(), b.joined().joined()).map { abs($0 - $1) }.max() ?? .infinity
    #expect(gap < 1e-12)
  }

  @Test("Residuals are those of the recursion, and a hole moves the variance by its expectation")
  func residuals() {
    var returns = Self.returns[1]
    returns[10] = .nan
    let figures = Self.figures(0.05)[1]
    let found = FilteredHistorical.residuals(of: returns, under: figures)
    let present = returns.filter { !$0.isNaN }.map { pow($0 - figures.mean, 2) }
    var variance = figures.omega + figures.persistence * Self.mean(present)
    for (slot, value) in returns.enumerated() {
      guard !value.isNaN else {
        #expect(found[slot].isNaN)
        variance = figures.omega + figures.persistence * variance
        continue
      }
      let shock = value - figures.mean
      #expect(abs(found[slot] - shock / variance.squareRoot()) < 1e-12)
      variance =
        figures.omega + (figures.alpha + (shock < 0 ? figures.gamma : 0)) * shock * shock + figures.beta * variance
    }
    var still = figures
    still.omega = 0
    #expect(FilteredHistorical.residuals(of: [0, .nan, 0], under: still).map { $0.isNaN ? -1 : $0 } == [0, -1, 0])
  }

  private static func context(_ returns: [[Double]]?, garch: Bool) throws -> ProcessContext {
    let history = try returns.map { returns in
      let levels = returns.map { row in row.reduce(into: [100.0]) { $0.append(($0.last ?? 1) * exp($1)) } }
      return try PriceHistory(
        assetIDs: ProcessContractTests.ids, timesHours: levels[0].indices.map { 24 * Double($0) }, prices: levels)
    }
    let assets = zip(ProcessContractTests.ids, figures(0)).map {
      AssetCalibration(id: $0, price: 1, volatility: 1, drift: 0.1, garch: garch ? $1 : nil)
    }
    return ProcessContext(
      calibration: MarketCalibration(assets: assets, correlation: ProcessContractTests.correlation),
      grid: try ProcessContractTests.grid(4, hours: 24), dependence: .gaussian, history: history)
  }

  private static func problems<P: PriceProcess>(
    _ type: P.Type, _ context: ProcessContext, _ keys: [String: String] = [:]
  ) -> [String] {
    let place = SourceLocation(file: "job.yaml", keyPath: "process")
    let entries = keys.map {
      DocumentNode.Entry(key: $0.key, value: DocumentNode(.scalar($0.value), at: place.appending(key: $0.key)))
    }
    let collector = ProblemCollector()
    var reader = ParameterReader(DocumentNode(.mapping(entries), at: place), problems: collector)
    let process = P(reading: &reader, context: context)
    #expect((process == nil) == !collector.isEmpty)
    return collector.problems.map(\.location.keyPath)
  }

  @Test("A job needs a history that is long enough, a block that fits it, and GARCH figures where they are used")
  func reading() throws {
    let good = try Self.context(Self.returns, garch: true)
    #expect(Self.problems(StationaryBootstrap.self, good) == [])
    #expect(Self.problems(StationaryBootstrap.self, good, ["meanBlockHours": "24", "drift": "history"]) == [])
    #expect(Self.problems(FilteredHistorical.self, good) == [])
    for hours in ["1", "48000", "-3", "x"] {
      #expect(
        Self.problems(StationaryBootstrap.self, good, ["meanBlockHours": hours]) == ["process.meanBlockHours"])
    }
    for none in [
      try Self.context(nil, garch: true), try Self.context(Self.returns.map { Array($0.prefix(19)) }, garch: true),
    ] {
      #expect(Self.problems(StationaryBootstrap.self, none) == ["process.kind"])
      #expect(Self.problems(FilteredHistorical.self, none) == ["process.kind"])
    }
    #expect(Self.problems(FilteredHistorical.self, try Self.context(Self.returns, garch: false)).count == 3)
  }
}
