import Kernels
public import Schema

/// Replays given prices: path p takes the given path p modulo their number. Deterministic.
///
/// Where all given paths have extremes, so have the paths replayed; see `IntraStep.bars`.
public struct Replay: PriceProcess {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "replay", summary: "the prices of the job's market.history as they are: historical events and hand-made cases")

  private let paths: [ReplayPath]
  private let volatilities: [Double]

  /// Replays `paths`, at least one, each with the same assets and grid; `volatilities` (annual) are what margin models
  /// and the depth of the market refer to.
  public init(paths: [ReplayPath], volatilities: [Double]) {
    self.paths = paths
    self.volatilities = volatilities
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ProcessContext) {
    guard let replayed = context.replayed, !replayed.isEmpty else {
      reader.record(
        "there are no prices to replay", key: "kind", found: "replay", hint: "name them with market.history")
      return nil
    }
    let assets = context.calibration.assets.count
    for path in replayed where path.prices.count != assets {
      reader.record(
        "the given path \(path.name) has other assets than the market", key: "kind", found: "\(path.prices.count)",
        allowed: "\(assets)")
      return nil
    }
    for path in replayed {
      guard let other = path.prices.first(where: { $0.count != context.grid.points }) else { continue }
      reader.record(
        "the given prices of \(path.name) do not fill the horizon", key: "kind", found: "\(other.count) rows",
        allowed: "\(context.grid.points) rows: t = 0 and \(context.grid.steps) steps")
      return nil
    }
    for path in replayed where path.extremes.map({ !$0.encloses(path.prices) }) ?? false {
      reader.record(
        "the lows and highs of \(path.name) do not enclose its prices", key: "kind",
        allowed: "low ≤ both prices at the ends of a step ≤ high")
      return nil
    }
    self.init(paths: replayed, volatilities: context.calibration.assets.map(\.volatility))
  }

  /// Whether correlated shocks are consumed.
  public var needsShocks: Bool { false }
  /// Volatility of each asset at t = 0, annualised.
  public var initialVolatilities: [Double] { volatilities }
  /// Long-run volatility of each asset, annualised.
  public var longRunVolatilities: [Double] { volatilities }
  /// 0 of each asset: given prices have no expected return.
  public var meanLogReturns: [Double] { volatilities.map { _ in 0 } }
  /// Prices at t = 0.
  public var initialPrices: [Double] { paths[0].prices.map { $0[0] } }

  /// The number of given paths.
  public var distinctPaths: Int? { paths.count }
  /// Whether lows and highs were given with every path.
  public var hasExtremes: Bool { paths.allSatisfy { $0.extremes != nil } }

  /// The number of the block's first path.
  public struct State { var firstPath: Int }

  /// Buffers for one worker.
  public func makeState() -> State { State(firstPath: 0) }

  /// Returns the state to t = 0.
  public func reset(_ state: inout State, block key: BlockKey) { state.firstPath = key.firstPath }

  /// Advances to a step and writes the price tile.
  public func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>) {
    for path in 0..<pathsPerBlock {
      let given = paths[(state.firstPath + path) % paths.count].prices
      for asset in given.indices { prices[asset * pathsPerBlock + path] = given[asset][step] }
    }
  }

  /// Writes the given extremes of a step; the prices themselves for a path that was given without.
  public func writeExtremes(
    _ state: State, step: Int, lows: inout MutableSpan<Double>, highs: inout MutableSpan<Double>
  ) {
    for path in 0..<pathsPerBlock {
      let given = paths[(state.firstPath + path) % paths.count]
      for asset in given.prices.indices {
        lows[asset * pathsPerBlock + path] = (given.extremes?.lows ?? given.prices)[asset][step]
        highs[asset * pathsPerBlock + path] = (given.extremes?.highs ?? given.prices)[asset][step]
      }
    }
  }
}
