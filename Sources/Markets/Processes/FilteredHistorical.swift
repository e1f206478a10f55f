import Kernels
public import Schema

/// Filtered historical simulation: joint standardised residuals of the history under each asset's GARCH forecast.
///
/// r = μ + σ_t·z, z drawn jointly for all assets from the residuals (r − μ)/σ_t of one slot of the history, independently
/// from step to step; σ²_{t+1} as in `Garch`. So volatility is that of today and reverts, while tails and dependence are
/// those observed. The residuals are standardised to zero mean and unit variance, which makes the long-run volatility
/// that of the GARCH figures. The dependence does not enter. Source: Barone-Adesi, Giannopoulos and Vosper (1999).
public struct FilteredHistorical: PriceProcess {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "filtered-historical",
    summary: "joint GARCH residuals of market.history, resampled and rescaled by each asset's volatility forecast",
    formula: "r = μ + σz, z a residual vector of the history;  σ²' = ω + (α + γ·1{r<μ})(r−μ)² + βσ²",
    source: "Barone-Adesi, Giannopoulos and Vosper, Journal of Futures Markets 19 (1999)")

  /// True.
  public static let resamplesHistory = true
  /// True.
  public static let needsGarch = true

  private let prices: [Double]
  private let parameters: [GarchParameters]
  private let residuals: HistoricalVectors

  /// The process of `prices` at t = 0, stationary `parameters` of one step each, and joint `residuals`, which are
  /// standardised here.
  public init(prices: [Double], parameters: [GarchParameters], residuals: HistoricalVectors) {
    self.prices = prices
    self.parameters = parameters
    self.residuals = residuals.standardised()
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ProcessContext) {
    let assets = context.calibration.assets
    let figures = assets.compactMap {
      Garch.parameters(of: $0, step: context.grid.stepHours, kind: Self.kind.name, reader: reader)
    }
    guard HistoricalVectors.returns(of: context, kind: Self.kind.name, reader: reader) != nil,
      let history = context.history, figures.count == assets.count
    else { return nil }
    let filtered = zip(history.logReturns().values, figures).map { Self.residuals(of: $0, under: $1) }
    guard let residuals = HistoricalVectors(filtered) else {
      reader.record(
        "the history's returns are no numbers under the GARCH figures", key: "kind", found: Self.kind.name,
        hint: "look for wrong prices in the history, or wrong GARCH figures")
      return nil
    }
    self.init(prices: assets.map(\.price), parameters: figures, residuals: residuals)
  }

  /// Standardised residuals of one asset, NaN where it has no return; zero for one without volatility.
  public static func residuals(of returns: [Double], under figures: GarchParameters) -> [Double] {
    guard figures.omega > 0, returns.contains(where: { !$0.isNaN }) else { return returns.map { $0.isNaN ? .nan : 0 } }
    let point = GarchPoint(
      mean: figures.mean, omega: figures.omega, alpha: figures.alpha, gamma: figures.gamma, beta: figures.beta,
      degreesOfFreedom: .infinity)
    return GarchLikelihood(returns: returns).filtered(at: point).residuals
  }

  /// Whether correlated shocks are consumed: the history's own dependence takes their place.
  public var needsShocks: Bool { false }
  /// Volatility of each asset at t = 0, annualised.
  public var initialVolatilities: [Double] { parameters.map(\.initialVolatility) }
  /// Long-run volatility of each asset, annualised.
  public var longRunVolatilities: [Double] { parameters.map { $0.omega > 0 ? $0.longRunVolatility : 0 } }
  /// Long-run mean of one step's log return of each asset.
  public var meanLogReturns: [Double] { parameters.map(\.mean) }
  /// Prices at t = 0.
  public var initialPrices: [Double] { prices }

  /// Log price relative to the start and variance of the coming step, [asset][path]; where each path is in the history; a
  /// row of residuals.
  public struct State {
    var walk: ResamplingWalk
    var logs: [Double]
    var variances: [Double]
    var row: [Double]
  }

  /// Buffers for one worker.
  public func makeState() -> State {
    let tile = [Double](repeating: 0, count: prices.count * pathsPerBlock)
    return State(
      walk: ResamplingWalk(count: residuals.count, meanBlockSteps: 1), logs: tile, variances: tile,
      row: [Double](repeating: 0, count: pathsPerBlock))
  }

  /// Returns the state to t = 0.
  public func reset(_ state: inout State, block key: BlockKey) {
    state.walk.reset(key)
    for (asset, figures) in parameters.enumerated() {
      let variance = figures.initialVolatility * figures.initialVolatility * figures.stepHours / TimeGrid.hoursPerYear
      for index in asset * pathsPerBlock..<(asset + 1) * pathsPerBlock {
        state.logs[index] = 0
        state.variances[index] = variance
      }
    }
  }

  /// σ_t of each path, before the step.
  public func stepVolatilities(_ state: State, at moment: StepMoment, into tile: inout MutableSpan<Double>) {
    guard !moment.isOver else { return }
    for index in state.variances.indices { tile[index] = state.variances[index].squareRoot() }
  }

  /// Advances to a step and writes the price tile.
  public func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>) {
    state.walk.move(to: step)
    for asset in parameters.indices {
      state.walk.gather(residuals.values[asset], into: &state.row)
      var rowPrices = prices._mutatingExtracting(asset * pathsPerBlock..<(asset + 1) * pathsPerBlock)
      move(asset, shocks: state.row, variances: &state.variances, logs: &state.logs, prices: &rowPrices)
    }
  }

  private func move(
    _ asset: Int, shocks: [Double], variances: inout [Double], logs: inout [Double], prices: inout MutableSpan<Double>
  ) {
    let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
    let figures = parameters[asset]
    var varianceTile = variances.mutableSpan
    var logTile = logs.mutableSpan
    var rowVariances = varianceTile._mutatingExtracting(row)
    var rowLogs = logTile._mutatingExtracting(row)
    advanceGarch(
      shocks: shocks.span, mean: figures.mean, omega: figures.omega, alpha: figures.alpha, gamma: figures.gamma,
      beta: figures.beta, initial: self.prices[asset], variances: &rowVariances, logs: &rowLogs, prices: &prices)
  }
}
