import Glibc
import Kernels
public import Schema

/// Stationary block bootstrap: joint log returns of the history, in blocks of geometric length.
///
/// All assets of a step come from the same slot of the history, so their dependence, tails and, inside a block, the
/// clustering of volatility are those observed. Over one step the law of a path is the history's own, shifted where the
/// drift is the calibrated one; correlations at lag k are those of the history times (1 − 1/meanBlockSteps)ᵏ. Neither the
/// calibrated volatilities nor the dependence enter. Source: Politis and Romano (1994).
public struct StationaryBootstrap: PriceProcess {
  /// Where the expected growth of prices comes from.
  public enum Drift: String, Sendable, CaseIterable {
    /// Log returns are shifted, asset by asset, so that a price drawn one step ahead grows by the calibrated drift.
    case calibrated
    /// Log returns are taken as they were observed.
    case history
  }

  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "stationary-bootstrap", summary: "joint returns of market.history, resampled in blocks of geometric length",
    formula: "r_t = h[k_t];  k_t = k_{t−1} + 1, or uniform with probability stepHours/meanBlockHours",
    source: "Politis and Romano, Journal of the American Statistical Association 89 (1994)",
    parameters: [meanBlockHours.description, drift.description])

  private static let meanBlockHours = Parameter<Double>.number(
    "meanBlockHours", unit: "hours", in: Bounds(0, 1e6, openBelow: true), isOptional: true,
    "mean length of a block, at least one step; the calibration's if absent, 240 where it has none")
  private static let drift = Parameter<Drift>.choice(
    "drift", default: .calibrated, "shift returns to each asset's calibrated drift, or take them as observed")

  /// Ten days: the mean length of a block where neither the job nor the calibration says one.
  static let usualBlockHours = 240.0

  /// True.
  public static let resamplesHistory = true

  private let prices: [Double]
  private let returns: HistoricalVectors
  private let meanBlockSteps: Double
  private let volatilities: [Double]

  /// The process of `prices` at t = 0 and joint log `returns` of one step of `stepHours`; blocks have `meanBlockSteps`
  /// ≥ 1 steps on average. A `growth` for each asset shifts its returns so that the mean of exp(return) is exp(growth).
  public init(
    prices: [Double], returns: HistoricalVectors, stepHours: Double, meanBlockSteps: Double, growth: [Double]?
  ) {
    self.prices = prices
    self.returns = growth.map { returns.recentred(growth: $0) } ?? returns
    self.meanBlockSteps = max(1, meanBlockSteps)
    let steps = (TimeGrid.hoursPerYear / stepHours).squareRoot()
    volatilities = returns.standardDeviations.map { $0 * steps }
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ProcessContext) {
    let isWritten = reader.has("meanBlockHours")
    let written = reader.readIfPresent(Self.meanBlockHours)
    let hours = isWritten ? written : context.calibration.meanBlockHours ?? Self.usualBlockHours
    let drift = reader.read(Self.drift)
    guard let returns = HistoricalVectors.returns(of: context, kind: Self.kind.name, reader: reader) else { return nil }
    guard let hours, let drift else { return nil }
    let steps = hours / context.grid.stepHours
    guard steps >= 1 - 1e-9, steps <= Double(returns.count) else {
      reader.record(
        "the mean length of a block must lie between one step and the length of the history", key: "meanBlockHours",
        found: "\(hours) h",
        allowed: "\(context.grid.stepHours) h to \(Double(returns.count) * context.grid.stepHours) h")
      return nil
    }
    let assets = context.calibration.assets
    self.init(
      prices: assets.map(\.price), returns: returns, stepHours: context.grid.stepHours, meanBlockSteps: steps,
      growth: drift == .history ? nil : assets.map { $0.drift * context.grid.stepYears })
  }

  /// Whether correlated shocks are consumed: the history's own dependence takes their place.
  public var needsShocks: Bool { false }
  /// Volatility of each asset at t = 0, annualised: that of the history's returns.
  public var initialVolatilities: [Double] { volatilities }
  /// Long-run volatility of each asset, annualised: that of the history's returns.
  public var longRunVolatilities: [Double] { volatilities }
  /// Long-run mean of one step's log return of each asset.
  public var meanLogReturns: [Double] { returns.values.map { Kernels.mean($0) } }
  /// Prices at t = 0.
  public var initialPrices: [Double] { prices }

  /// The log prices relative to the start, [asset][path]; where each path is in the history; a row of returns.
  public struct State {
    var walk: ResamplingWalk
    var logs: [Double]
    var row: [Double]
  }

  /// Buffers for one worker.
  public func makeState() -> State {
    State(
      walk: ResamplingWalk(count: returns.count, meanBlockSteps: meanBlockSteps),
      logs: [Double](repeating: 0, count: prices.count * pathsPerBlock),
      row: [Double](repeating: 0, count: pathsPerBlock))
  }

  /// Returns the state to t = 0.
  public func reset(_ state: inout State, block key: BlockKey) {
    state.walk.reset(key)
    for index in state.logs.indices { state.logs[index] = 0 }
  }

  /// Advances to a step and writes the price tile.
  public func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>) {
    state.walk.move(to: step)
    for (asset, values) in returns.values.enumerated() {
      state.walk.gather(values, into: &state.row)
      var rowPrices = prices._mutatingExtracting(asset * pathsPerBlock..<(asset + 1) * pathsPerBlock)
      move(asset, returns: state.row, logs: &state.logs, prices: &rowPrices)
    }
  }

  private func move(
    _ asset: Int, returns: [Double], logs: inout [Double], prices: inout MutableSpan<Double>
  ) {
    var tile = logs.mutableSpan
    var rowLogs = tile._mutatingExtracting(asset * pathsPerBlock..<(asset + 1) * pathsPerBlock)
    advanceGeometric(
      shocks: returns.span, drift: 0, volatility: 1, initial: self.prices[asset], logs: &rowLogs, prices: &prices)
  }
}

extension HistoricalVectors {
  /// The joint log returns of the history that a job gives; nil, recorded, if there is none or too little of it.
  static func returns(of context: ProcessContext, kind: String, reader: ParameterReader) -> HistoricalVectors? {
    guard let history = context.history else {
      reader.record(
        "there are no returns to resample", key: "kind", found: kind, hint: "name the prices with market.history")
      return nil
    }
    let assets = context.calibration.assets.map(\.id)
    guard history.assetIDs == assets else {
      reader.record(
        "the history has other assets than the market", key: "kind", found: history.assetIDs.joined(separator: ", "),
        allowed: assets.joined(separator: ", "))
      return nil
    }
    let values = history.logReturns().values
    guard let vectors = HistoricalVectors(values) else {
      let complete = values.first?.indices.filter { slot in values.allSatisfy { !$0[slot].isNaN } }.count ?? 0
      reader.record(
        "too few steps of the history have a return of every asset", key: "kind", found: "\(complete)",
        allowed: "\(fewest) or more", hint: "give a longer history, or leave out the assets with few prices")
      return nil
    }
    return vectors
  }
}
