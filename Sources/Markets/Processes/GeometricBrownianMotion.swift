import Kernels
public import Schema

/// Geometric Brownian motion, exact on the grid: ln X moves by (μ−σ²/2)Δ + σ√Δ·ε, Δ in years.
///
/// With Student-t dependence ε has t margins of unit variance; then σ is still the volatility of log returns, but the
/// mean price is infinite (Student-t log returns have no exponential moment) and μ is only the drift of the Gaussian case.
/// Source: Samuelson (1965); Glasserman, *Monte Carlo Methods in Financial Engineering*, 3.2.
public struct GeometricBrownianMotion: PriceProcess {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "gbm", summary: "geometric Brownian motion with each asset's calibrated volatility and drift",
    formula: "r = (μ − σ²/2)Δ + σ√Δ·ε", source: "Samuelson (1965); Glasserman (2003), section 3.2",
    parameters: [volatilityMultiple.description])

  private static let volatilityMultiple = Parameter<Double>.number(
    "volatilityMultiple", unit: "multiple", in: .nonNegative, default: 1, "scales every calibrated volatility")

  private let assets: [AssetCalibration]
  private let grid: TimeGrid

  /// The process of `assets`, whose volatilities and drifts are annual, on `grid`.
  public init(assets: [AssetCalibration], grid: TimeGrid) {
    self.assets = assets
    self.grid = grid
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ProcessContext) {
    guard let multiple = reader.read(Self.volatilityMultiple) else { return nil }
    let scaled = context.calibration.assets.map { asset in
      var asset = asset
      asset.volatility *= multiple
      return asset
    }
    self.init(assets: scaled, grid: context.grid)
  }

  /// Whether correlated shocks are consumed.
  public var needsShocks: Bool { true }
  /// Volatility of each asset at t = 0, annualised.
  public var initialVolatilities: [Double] { assets.map(\.volatility) }
  /// Long-run volatility of each asset, annualised.
  public var longRunVolatilities: [Double] { assets.map(\.volatility) }
  /// Long-run mean of one step's log return of each asset.
  public var meanLogReturns: [Double] { assets.map { ($0.drift - $0.volatility * $0.volatility / 2) * grid.stepYears } }
  /// Prices at t = 0.
  public var initialPrices: [Double] { assets.map(\.price) }

  /// Logarithm of the price relative to the start, [asset][path].
  public struct State { var logs: [Double] }

  /// Buffers for one worker.
  public func makeState() -> State { State(logs: [Double](repeating: 0, count: assets.count * pathsPerBlock)) }

  /// Returns the state to t = 0.
  public func reset(_ state: inout State, block key: BlockKey) {
    for index in state.logs.indices { state.logs[index] = 0 }
  }

  /// The volatility times √Δ and the common scale of the shocks.
  public func stepVolatilities(_ state: State, at moment: StepMoment, into tile: inout MutableSpan<Double>) {
    guard !moment.isOver else { return }
    for (index, asset) in assets.enumerated() {
      moment.write(asset.volatility * grid.stepYears.squareRoot(), asset: index, isScaled: true, into: &tile)
    }
  }

  /// Advances to a step and writes the price tile.
  public func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>) {
    var logs = state.logs.mutableSpan
    for (index, asset) in assets.enumerated() {
      let row = index * pathsPerBlock..<(index + 1) * pathsPerBlock
      var rowLogs = logs._mutatingExtracting(row)
      var rowPrices = prices._mutatingExtracting(row)
      advanceGeometric(
        shocks: shocks.extracting(row),
        drift: (asset.drift - asset.volatility * asset.volatility / 2) * grid.stepYears,
        volatility: asset.volatility * grid.stepYears.squareRoot(),
        initial: asset.price, logs: &rowLogs, prices: &rowPrices)
    }
  }
}
