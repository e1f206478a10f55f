import Kernels
public import Schema

/// The built-in processes, in the order `plimsoll describe` shows them. A new one is a file and a line here.
public let allPriceProcesses: [any PriceProcess.Type] = [
  GeometricBrownianMotion.self,
  Garch.self,
  Replay.self,
  RegimeSwitching.self,
  StationaryBootstrap.self,
  FilteredHistorical.self,
  MertonJumpDiffusion.self,
  Heston.self,
  DynamicCorrelationGarch.self,
]

/// What a process may need to be set up.
public struct ProcessContext: Sendable {
  /// The calibrated assets.
  public let calibration: MarketCalibration
  /// The monitoring times.
  public let grid: TimeGrid
  /// How the shocks of assets hang together.
  public let dependence: Dependence
  /// Given prices for a replay; nil when the job names none.
  public let replayed: [ReplayPath]?
  /// Observed prices of the calibration's assets, in their order, at the grid's step, for a process that resamples them;
  /// nil when the job names none.
  public let history: PriceHistory?

  /// Creates a context.
  public init(
    calibration: MarketCalibration, grid: TimeGrid, dependence: Dependence, replayed: [ReplayPath]? = nil,
    history: PriceHistory? = nil
  ) {
    self.calibration = calibration
    self.grid = grid
    self.dependence = dependence
    self.replayed = replayed
    self.history = history
  }
}

/// Which block of which run: what a process keys draws of its own with.
public struct BlockKey: Sendable, Hashable {
  /// Seed of the run.
  public let seed: UInt64
  /// Number of the block's first path, a multiple of 256.
  public let firstPath: Int

  /// Creates a key.
  public init(seed: UInt64, firstPath: Int) {
    self.seed = seed
    self.firstPath = firstPath
  }
}

/// A law of the exogenous prices, advanced one step at a time for a block of 256 paths.
///
/// A process is a value; what changes along a block lives in its `State`, made once per worker. Tiles are
/// [asset][path], path-contiguous. Executable contract: `PriceProcessContract` in the test support.
public protocol PriceProcess: Sendable {
  /// What changes along a block.
  associatedtype State

  /// Name, formula, source and parameters.
  static var kind: Kind { get }

  /// Whether the process takes returns from `ProcessContext.history`; false unless a process says otherwise.
  static var resamplesHistory: Bool { get }

  /// Whether every moving asset needs GARCH figures, so that they are fitted where a market is estimated; false unless a
  /// process says otherwise.
  static var needsGarch: Bool { get }

  /// Whether the process gives the shocks correlations of its own, so that nothing can be blended into them beforehand;
  /// false unless a process says otherwise.
  static var correlatesShocksItself: Bool { get }

  /// The number of paths that differ from each other; nil, unless a process says otherwise, where every path is drawn
  /// anew. A run of more paths would count copies as if they were independent.
  var distinctPaths: Int? { get }

  /// Reads the process from a job, recording every problem; nil if it cannot be made.
  init?(reading reader: inout ParameterReader, context: ProcessContext)

  /// Whether the process consumes correlated shocks at all: a replay does not.
  var needsShocks: Bool { get }

  /// The volatility of each asset at t = 0, annualised: what a margin model's estimate starts from.
  var initialVolatilities: [Double] { get }

  /// The long-run volatility of each asset, annualised: what the depth of the market refers to.
  var longRunVolatilities: [Double] { get }

  /// The long-run mean of one step's log return of each asset: what a shock that is correlated with a price takes off it.
  var meanLogReturns: [Double] { get }

  /// The prices at t = 0.
  var initialPrices: [Double] { get }

  /// Buffers for one worker.
  func makeState() -> State

  /// Returns `state` to t = 0 for the block that `key` names.
  func reset(_ state: inout State, block key: BlockKey)

  /// Advances to `step` (1…T) and writes the price tile.
  ///
  /// - Parameters:
  ///   - shocks: correlated shocks of zero mean and unit variance, [asset][path]; empty unless `needsShocks`.
  ///   - prices: the prices at `step`, [asset][path].
  func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>)

  /// Writes the standard deviation of the diffusive part of a step's log return, [asset][path], which the bridge between
  /// the prices at its ends is drawn with; jumps are no part of it. Asked twice a step, right before and right after
  /// `advance`, the tile being kept in between: a process writes when it knows, and may do so both times.
  ///
  /// Unless a process says otherwise, the long-run volatility times the scale of the shocks that `moment` holds.
  func stepVolatilities(_ state: State, at moment: StepMoment, into tile: inout MutableSpan<Double>)

  /// Writes the extremes of the step just taken, [asset][path], for a market whose extremes are `bars`; does nothing
  /// unless a process has them.
  func writeExtremes(
    _ state: State, step: Int, lows: inout MutableSpan<Double>, highs: inout MutableSpan<Double>)
}

extension PriceProcess {
  /// False: most processes draw shocks.
  public static var resamplesHistory: Bool { false }
  /// False: most processes need a volatility only.
  public static var needsGarch: Bool { false }
  /// False: most processes take the market's correlated shocks as they are.
  public static var correlatesShocksItself: Bool { false }
  /// Nil: most processes draw every path anew.
  public var distinctPaths: Int? { nil }
  /// The long-run volatility over the step, times the common scale of the shocks where they have one.
  public func stepVolatilities(_ state: State, at moment: StepMoment, into tile: inout MutableSpan<Double>) {
    guard !moment.isOver else { return }
    for (asset, volatility) in longRunVolatilities.enumerated() {
      moment.write(volatility * moment.years.squareRoot(), asset: asset, isScaled: needsShocks, into: &tile)
    }
  }
  /// Nothing: most processes have no bars.
  public func writeExtremes(
    _ state: State, step: Int, lows: inout MutableSpan<Double>, highs: inout MutableSpan<Double>
  ) {}
}
