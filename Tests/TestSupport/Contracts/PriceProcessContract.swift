import Foundation
import Kernels
public import Markets

/// What every price process owes to the rest of the package, executable for any of them.
///
/// A process passes if, on a given grid: prices are positive and finite and start where it says; two generators give the
/// same bytes; a block is the same whether drawn first, last or alone, so that the first N paths of a longer run are
/// the run of N; a longer horizon begins with the shorter one; neighbouring paths are uncorrelated; and the moments
/// that its author declares come out within four standard errors. Every broken promise is one line of the answer.
public struct PriceProcessContract {
  /// Moments of the log return of one asset over one step, in closed form. Leave out a moment whose double order does
  /// not exist: its sample mean has no standard error.
  public struct Moments: Sendable {
    /// E r.
    public var mean: Double
    /// E (r − E r)².
    public var variance: Double
    /// E (r − E r)³.
    public var third: Double?
    /// E (r − E r)⁴.
    public var fourth: Double?
    /// E (r_t − E r_t)²(r_{t+1} − E r_{t+1})², for the autocorrelation of squares; not at the last step.
    public var squaresWithNext: Double?

    /// Declares moments.
    public init(
      mean: Double, variance: Double, third: Double? = nil, fourth: Double? = nil, squaresWithNext: Double? = nil
    ) {
      self.mean = mean
      self.variance = variance
      self.third = third
      self.fourth = fourth
      self.squaresWithNext = squaresWithNext
    }
  }

  /// How many standard errors a sample moment may be off.
  public static let tolerance = 4.0

  private let grid: TimeGrid
  private let longerGrid: TimeGrid
  private let blocks: Int
  private let seed: UInt64
  private let makeMarket: (TimeGrid) throws -> MarketModel

  /// A contract for the markets that `makeMarket` makes on a given grid; it is asked for `grid` and for one three steps
  /// longer. Moments are taken over 256·`blocks` paths. Nil if the grid cannot be lengthened.
  public init?(
    grid: TimeGrid, blocks: Int = 48, seed: UInt64 = 20_261_121, makeMarket: @escaping (TimeGrid) throws -> MarketModel
  ) {
    guard let longer = TimeGrid(steps: grid.steps + 3, stepHours: grid.stepHours) else { return nil }
    self.grid = grid
    longerGrid = longer
    self.blocks = blocks
    self.seed = seed
    self.makeMarket = makeMarket
  }

  /// Everything broken, one line each; `moments` of asset and step 1…T, nil for what is not declared.
  public func violations(moments: (_ asset: Int, _ step: Int) -> Moments?) throws -> [String] {
    let market = try makeMarket(grid)
    let returns = SampledReturns(generator: PathGenerator(market: market, seed: seed), blocks: blocks)
    var found = shapeViolations(market) + repeatability(market)
    found += try horizonViolations(market)
    if Self.isRandom(market) { found += returns.neighbourViolations() }
    for asset in market.assetIDs.indices {
      for step in 1...grid.steps {
        guard let declared = moments(asset, step) else { continue }
        found += returns.violations(of: declared, asset: asset, step: step) { moments(asset, step + 1)?.mean }
      }
    }
    return found
  }

  /// Prices that every path must have exactly, up to a relative 1e-12: for markets without volatility, and replays.
  public func violations(prices: (_ asset: Int, _ point: Int, _ path: Int) -> Double) throws -> [String] {
    let market = try makeMarket(grid)
    let generator = PathGenerator(market: market, seed: seed)
    var found: [String] = []
    let block = generator.drawn(1)
    for asset in market.assetIDs.indices {
      for point in 0..<grid.points {
        for path in 0..<pathsPerBlock {
          let expected = prices(asset, point, pathsPerBlock + path)
          let price = block.price(path: path, asset: asset, point: point)
          if !(abs(price - expected) <= 1e-12 * expected) {
            found.append("asset \(asset) at point \(point) of path \(path) is \(price), not \(expected)")
          }
        }
      }
    }
    return found
  }

  /// Whether paths are drawn at all: a replay's are given.
  private static func isRandom(_ market: MarketModel) -> Bool {
    market.process.needsShocks || type(of: market.process).resamplesHistory
  }

  private func shapeViolations(_ market: MarketModel) -> [String] {
    let block = PathGenerator(market: market, seed: seed).drawn(0)
    var found: [String] = []
    if let bad = block.values.first(where: { !($0 > 0 && $0.isFinite) }) { found.append("a price is \(bad)") }
    for (asset, initial) in market.initialPrices.enumerated() {
      for path in 0..<pathsPerBlock where block.price(path: path, asset: asset, point: 0) != initial {
        found.append("path \(path) of asset \(asset) does not start at \(initial)")
      }
    }
    let volatilities = market.initialVolatilities + market.longRunVolatilities
    if volatilities.count != 2 * market.assetIDs.count { found.append("a volatility is not declared") }
    if !volatilities.allSatisfy({ $0 >= 0 && $0.isFinite }) { found.append("a declared volatility is no volatility") }
    return found
  }

  /// The same bytes from two generators; from blocks in order, backwards and alone.
  private func repeatability(_ market: MarketModel) -> [String] {
    let forwards = PathGenerator(market: market, seed: seed).drawn(blocks: [0, 1, 2])
    let backwards = PathGenerator(market: market, seed: seed).drawn(blocks: [2, 1, 0])
    let alone = PathGenerator(market: market, seed: seed).drawn(blocks: [1])
    let otherSeed = PathGenerator(market: market, seed: seed &+ 1).drawn(blocks: [1])
    var found: [String] = []
    if forwards != Array(backwards.reversed()) { found.append("a block depends on those drawn before it") }
    if forwards[1] != alone[0] { found.append("a block drawn alone differs") }
    if Self.isRandom(market), otherSeed == alone { found.append("the seed does not matter") }
    return found
  }

  private func horizonViolations(_ market: MarketModel) throws -> [String] {
    let longer = try makeMarket(longerGrid)
    let short = PathGenerator(market: market, seed: seed).drawn(1)
    let long = PathGenerator(market: longer, seed: seed).drawn(1)
    for asset in market.assetIDs.indices {
      for point in 0..<grid.points {
        for path in 0..<pathsPerBlock
        where short.price(path: path, asset: asset, point: point) != long.price(path: path, asset: asset, point: point)
        {
          return ["a longer horizon changes asset \(asset) at point \(point) of path \(path)"]
        }
      }
    }
    return []
  }
}

/// Log returns of many paths, kept by asset and step.
private struct SampledReturns {
  private let paths: Int
  private let steps: Int
  /// [asset][step − 1][path].
  private var values: [[[Double]]]

  init(generator: PathGenerator, blocks: Int) {
    let assets = generator.market.assetIDs.count
    let steps = generator.market.grid.steps
    paths = blocks * pathsPerBlock
    self.steps = steps
    values = [[[Double]]](repeating: [[Double]](repeating: [], count: steps), count: assets)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    for index in 0..<blocks {
      generator.generate(block: index, into: &block, workspace: &workspace)
      for asset in 0..<assets {
        for step in 1...steps {
          for path in 0..<pathsPerBlock {
            let before = block.price(path: path, asset: asset, point: step - 1)
            values[asset][step - 1].append(log(block.price(path: path, asset: asset, point: step) / before))
          }
        }
      }
    }
  }

  func violations(
    of moments: PriceProcessContract.Moments, asset: Int, step: Int, nextMean: () -> Double?
  ) -> [String] {
    let row = values[asset][step - 1]
    let centered = row.map { $0 - moments.mean }
    let place = "of asset \(asset) at step \(step)"
    var found = compare(row, moments.mean, "mean \(place)")
    found += compare(centered.map { $0 * $0 }, moments.variance, "variance \(place)")
    if let third = moments.third { found += compare(centered.map { $0 * $0 * $0 }, third, "third moment \(place)") }
    if let fourth = moments.fourth {
      found += compare(centered.map { $0 * $0 * $0 * $0 }, fourth, "fourth moment \(place)")
    }
    if let expected = moments.squaresWithNext, step < steps, let next = nextMean() {
      let products = zip(centered, values[asset][step]).map { $0 * $0 * ($1 - next) * ($1 - next) }
      found += compare(products, expected, "product of squares with the next \(place)")
    }
    return found
  }

  /// Products of the returns of paths that are neighbours, in a block and across blocks, have mean zero.
  func neighbourViolations() -> [String] {
    var found: [String] = []
    for (asset, series) in values.enumerated() {
      let last = series[steps - 1]
      let (mean, _) = meanAndVariance(last.span)
      for distance in [1, pathsPerBlock] {
        let products = stride(from: 0, to: paths - distance, by: 2 * distance).flatMap { start in
          (start..<min(start + distance, paths - distance)).map { (last[$0] - mean) * (last[$0 + distance] - mean) }
        }
        found += compare(products, 0, "correlation of paths \(distance) apart, asset \(asset)")
      }
    }
    return found
  }

  /// One line if the mean of a sample is further than the tolerance from what it should be.
  private func compare(_ sample: [Double], _ expected: Double, _ name: String) -> [String] {
    let (mean, variance) = meanAndVariance(sample.span)
    let error = (variance / Double(sample.count)).squareRoot()
    let slack = 1e-12 * max(abs(expected), sample.reduce(0) { max($0, abs($1)) })
    guard !(abs(mean - expected) <= PriceProcessContract.tolerance * error + slack) else { return [] }
    return ["\(name) is \(mean), not \(expected): \(abs(mean - expected) / error) standard errors"]
  }
}

extension PathGenerator {
  /// One block.
  fileprivate func drawn(_ index: Int) -> PathBlock {
    var block = makeBlock()
    var workspace = makeWorkspace()
    generate(block: index, into: &block, workspace: &workspace)
    return block
  }

  /// The bits of blocks drawn one after another into the same memory.
  fileprivate func drawn(blocks: [Int]) -> [[UInt64]] {
    var block = makeBlock()
    var workspace = makeWorkspace()
    return blocks.map { index in
      generate(block: index, into: &block, workspace: &workspace)
      return block.values.map(\.bitPattern)
    }
  }
}
