import Kernels
public import Markets

/// Simulates a process many times, estimates it from each path, and compares: do estimates centre on the truth, and do their
/// 95 % intervals hold it?
public struct ProcessRecovery: Sendable {
  /// How one figure came out over all paths.
  public struct Row: Sendable {
    /// The figure.
    public let quantity: String
    /// Its true value.
    public let expected: Double
    /// The mean of the estimates.
    public let obtained: Double
    /// The standard error of that mean.
    public let standardError: Double
    /// Number of estimates with an error.
    public let count: Int
    /// The share of them whose interval holds the truth.
    public let coverage: Double
    /// The mean of the stated errors over the standard deviation of the estimates.
    public let statedOverActual: Double
    /// The standard deviation of one estimate.
    public var deviation: Double { standardError * Double(count).squareRoot() }
  }

  /// What is studied.
  public let name: String
  /// The figures and their true values.
  public let truth: [(quantity: String, value: Double)]
  /// Number of paths.
  public let paths: Int
  /// The estimates from path p, in the order of the truth; nil if the fit did not settle inside its borders.
  public let estimates: @Sendable (Int) -> [Estimate]?

  /// A study.
  public init(
    name: String, truth: [(quantity: String, value: Double)], paths: Int,
    estimates: @escaping @Sendable (Int) -> [Estimate]?
  ) {
    self.name = name
    self.truth = truth
    self.paths = paths
    self.estimates = estimates
  }

  /// The estimates of all paths that have them.
  public func run(workers: Int = 1) throws -> [[Estimate]] {
    try WorkerPool(workers: workers).map(blocks: paths, makeWorkspace: { _ in 0 }) { path, _ in estimates(path) }
      .compactMap { $0 }
  }

  /// One row a figure.
  public func rows(of found: [[Estimate]]) -> [Row] {
    truth.indices.map { index in
      let known = found.map { $0[index] }.filter { $0.interval != nil }
      let (center, variance) = meanAndVariance(known.map(\.value))
      let held = known.filter { $0.interval?.contains(truth[index].value) ?? false }.count
      return Row(
        quantity: truth[index].quantity, expected: truth[index].value, obtained: center,
        standardError: (variance / Double(known.count)).squareRoot(), count: known.count,
        coverage: Double(held) / Double(known.count),
        statedOverActual: mean(known.compactMap(\.standardError)) / variance.squareRoot())
    }
  }
}

/// Paths of a market as histories of prices, a price a step.
public struct DrawnHistories: Sendable {
  private let block: [[[Double]]]
  private let assetIDs: [String]
  private let stepHours: Double

  /// The first `count` ≤ 256 paths of `market` under `seed`.
  public init(market: MarketModel, count: Int, seed: UInt64) {
    let generator = PathGenerator(market: market, seed: seed)
    var drawn = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &drawn, workspace: &workspace)
    assetIDs = market.assetIDs
    stepHours = market.grid.stepHours
    var paths: [[[Double]]] = []
    for path in 0..<count {
      paths.append(
        assetIDs.indices.map { asset in
          (0..<market.grid.points).map { drawn.price(path: path, asset: asset, point: $0) }
        })
    }
    block = paths
  }

  /// The prices of one asset of the market on one path.
  public func prices(path: Int, asset: Int) -> [Double] { block[path][asset] }

  /// The log returns of one path; nil if its prices are no prices.
  public func returns(path: Int) -> LogReturns? {
    let times = block[path][0].indices.map { Double($0) * stepHours }
    return try? PriceHistory(assetIDs: assetIDs, timesHours: times, prices: block[path]).logReturns()
  }
}
