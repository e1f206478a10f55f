import Kernels
public import Schema

/// Merton's jump diffusion, exact on the grid: geometric Brownian motion and compound Poisson jumps of the log price.
///
/// r = (μ − σ_d²/2 − Σλ(exp(m + s²/2) − 1))Δ + σ_d√Δ·ε + jumps, so that the expected price grows by μ whatever the jumps.
/// An asset's `volatility` is that of its log returns, jumps included: σ_d² = σ² − Σλ(m² + s²). Jumps come from the market
/// as a whole (every asset that takes part, at one moment, each by its own size) and from the asset itself.
///
/// With Student-t dependence ε has t margins, as under `gbm`, and the mean price is infinite; jumps are drawn alike.
/// Without jumps the prices are those of geometric Brownian motion to the bit. Source: Merton (1976).
public struct MertonJumpDiffusion: PriceProcess {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "merton", summary: "Merton's jump diffusion: market-wide and own jumps of the calibration, compensated",
    formula: "r = (μ − σ_d²/2 − Σλ(exp(m + s²/2) − 1))Δ + σ_d√Δ·ε + jumps;  σ_d² = σ² − Σλ(m² + s²)",
    source: "Merton (1976), Journal of Financial Economics 3")

  private let assets: [AssetCalibration]
  private let grid: TimeGrid
  private let jumps: CompoundJumps
  /// Drift and volatility of the diffusion over one step, in log price.
  private let drifts: [Double]
  private let volatilities: [Double]

  /// The process of `assets`, whose volatilities include their jumps, on `grid`; the diffusion has no variance where the
  /// jumps alone have more than that.
  public init(assets: [AssetCalibration], marketJumps: MarketJumps?, grid: TimeGrid) {
    self.init(
      assets: assets, jumps: CompoundJumps(assets: assets.map(\.jumps), market: marketJumps, grid: grid), grid: grid)
  }

  private init(assets: [AssetCalibration], jumps: CompoundJumps, grid: TimeGrid) {
    self.assets = assets
    self.jumps = jumps
    self.grid = grid
    let diffusions = assets.enumerated().map { index, asset in
      let hasJumps = jumps.annualVariance(of: index) > 0
      return hasJumps ? jumps.diffusionVariance(of: index, volatility: asset.volatility).squareRoot() : asset.volatility
    }
    volatilities = diffusions.map { $0 * grid.stepYears.squareRoot() }
    drifts = assets.enumerated().map { index, asset in
      (asset.drift - diffusions[index] * diffusions[index] / 2 - jumps.annualGrowth(of: index)) * grid.stepYears
    }
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ProcessContext) {
    let before = reader.problems.count
    let jumps = CompoundJumps(context.calibration, grid: context.grid, reader: reader)
    guard reader.problems.count == before else { return nil }
    self.init(assets: context.calibration.assets, jumps: jumps, grid: context.grid)
  }

  /// Whether correlated shocks are consumed.
  public var needsShocks: Bool { true }
  /// Volatility of each asset at t = 0, annualised, jumps included.
  public var initialVolatilities: [Double] { longRunVolatilities }
  /// Long-run volatility of each asset, annualised, jumps included.
  public var longRunVolatilities: [Double] {
    assets.enumerated().map { index, asset in max(asset.volatility, jumps.annualVariance(of: index).squareRoot()) }
  }
  /// Long-run mean of one step's log return of each asset.
  public var meanLogReturns: [Double] {
    drifts.enumerated().map { index, drift in drift + jumps.annualMean(of: index) * grid.stepYears }
  }
  /// Prices at t = 0.
  public var initialPrices: [Double] { assets.map(\.price) }

  /// Logarithm of the price relative to the start, [asset][path]; the counts of one source of jumps; whose block it is.
  public struct State {
    var logs: [Double]
    var counts: [Double]
    var block: BlockKey
  }

  /// Buffers for one worker.
  public func makeState() -> State {
    State(
      logs: [Double](repeating: 0, count: assets.count * pathsPerBlock),
      counts: [Double](repeating: 0, count: pathsPerBlock), block: BlockKey(seed: 0, firstPath: 0))
  }

  /// Returns the state to t = 0.
  public func reset(_ state: inout State, block key: BlockKey) {
    state.block = key
    for index in state.logs.indices { state.logs[index] = 0 }
  }

  /// The volatility of the diffusion alone, over the step, times the common scale of the shocks.
  public func stepVolatilities(_ state: State, at moment: StepMoment, into tile: inout MutableSpan<Double>) {
    guard !moment.isOver else { return }
    for (asset, volatility) in volatilities.enumerated() {
      moment.write(volatility, asset: asset, isScaled: true, into: &tile)
    }
  }

  /// Advances to a step and writes the price tile.
  public func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>) {
    jumps.add(step: step, block: state.block, counts: &state.counts, logs: &state.logs)
    var logs = state.logs.mutableSpan
    for (asset, figures) in assets.enumerated() {
      let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
      var rowLogs = logs._mutatingExtracting(row)
      var rowPrices = prices._mutatingExtracting(row)
      advanceGeometric(
        shocks: shocks.extracting(row), drift: drifts[asset], volatility: volatilities[asset],
        initial: figures.price, logs: &rowLogs, prices: &rowPrices)
    }
  }
}
