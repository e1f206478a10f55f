import Glibc
import Kernels

/// A mean-reverting factor of one asset resolved to a grid: a funding rate, or the logarithm of an implied volatility.
struct FactorWalk: Sendable {
  /// How the factor turns into what its channel holds.
  enum Reading: Sendable {
    /// The factor clamped to ±limit, over the hours it is stated for.
    case clamped(limit: Double, hours: Double)
    /// e to the factor.
    case exponential
  }

  /// Index of the asset in the universe.
  let asset: Int
  let step: MeanReversion
  let mean: Double
  let start: Double
  let correlation: Double
  let reading: Reading

  init(_ figures: FundingParameters, asset: Int, grid: TimeGrid) {
    self.asset = asset
    step = MeanReversion(
      halfLifeHours: figures.halfLifeHours, longRunDeviation: figures.deviation, stepHours: grid.stepHours)
    mean = figures.mean
    start = figures.initial ?? figures.mean
    correlation = figures.correlationWithPrice
    reading = .clamped(limit: figures.limit, hours: figures.intervalHours)
  }

  init(_ figures: ImpliedVolatilityParameters, asset: Int, grid: TimeGrid) {
    self.asset = asset
    step = MeanReversion(
      halfLifeHours: figures.halfLifeHours, volatility: figures.volatilityOfVolatility, stepHours: grid.stepHours)
    mean = log(figures.longRun)
    start = log(figures.initial)
    correlation = figures.correlationWithPrice
    reading = .exponential
  }
}

extension DerivedMarket {
  /// Implied volatility of each asset at t = 0, annualised, 0 for an asset without one; empty where no asset has one.
  public var initialImpliedVolatilities: [Double] {
    guard !volatilities.isEmpty else { return [] }
    var values = [Double](repeating: 0, count: initialPrices.count)
    for walk in volatilities { values[walk.asset] = exp(walk.start) }
    return values
  }
}

/// The factors of one channel along a block.
struct FactorTiles {
  private let walks: [FactorWalk]
  private let purpose: DrawPurpose
  private var factors: [[Double]]
  private var shocks: [Double]
  /// What the channel holds, [asset][path]; 0 for assets without the factor, empty where no asset has it.
  private(set) var values: [Double]

  init(walks: [FactorWalk], purpose: DrawPurpose, assets: Int) {
    self.walks = walks
    self.purpose = purpose
    factors = walks.map { _ in [Double](repeating: 0, count: pathsPerBlock) }
    shocks = [Double](repeating: 0, count: walks.count * pathsPerBlock)
    values = [Double](repeating: 0, count: walks.isEmpty ? 0 : assets * pathsPerBlock)
  }

  /// Returns to t = 0.
  mutating func reset() {
    for (index, walk) in walks.enumerated() {
      for path in 0..<pathsPerBlock { factors[index][path] = walk.start }
      read(index)
    }
  }

  /// Moves every factor by one step, given the standardised returns of the assets, [asset][path].
  mutating func advance(step: Int, block key: BlockKey, standardised: [Double]) {
    guard !walks.isEmpty else { return }
    draw(step, key)
    for (index, walk) in walks.enumerated() {
      let row = DerivedTiles.row(index)
      if walk.correlation != 0 {
        DerivedTiles.correlate(&shocks, row, with: standardised, DerivedTiles.row(walk.asset), walk.correlation)
      }
      Self.move(walk, shocks, row, &factors[index])
      read(index)
    }
  }

  private mutating func draw(_ step: Int, _ key: BlockKey) {
    let (count, purpose) = (walks.count, purpose)
    var tile = shocks.mutableSpan
    fillNormals(
      seed: key.seed, firstPath: UInt64(key.firstPath), step: UInt32(step), factorCount: count, purpose: purpose,
      into: &tile)
  }

  private static func move(_ walk: FactorWalk, _ shocks: [Double], _ row: Range<Int>, _ factor: inout [Double]) {
    var values = factor.mutableSpan
    advanceMeanReverting(
      shocks: shocks.span.extracting(row), mean: walk.mean, persistence: walk.step.persistence,
      deviation: walk.step.deviation, values: &values)
  }

  /// Writes what the channel holds of a factor.
  private mutating func read(_ index: Int) {
    let row = DerivedTiles.row(walks[index].asset)
    switch walks[index].reading {
    case .clamped(let limit, let hours):
      for path in 0..<pathsPerBlock {
        values[row.lowerBound + path] = min(max(factors[index][path], -limit), limit) / hours
      }
    case .exponential: Self.exponentials(factors[index], row, &values)
    }
  }

  private static func exponentials(_ factor: [Double], _ row: Range<Int>, _ values: inout [Double]) {
    var tile = values.mutableSpan
    var out = tile._mutatingExtracting(row)
    exponentiate(factor.span, into: &out)
  }
}
