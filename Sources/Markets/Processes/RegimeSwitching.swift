import Kernels
public import Schema

/// Geometric Brownian motion whose volatilities and correlations follow a Markov chain common to all assets.
///
/// In regime s: r = (μ − v²/2)Δ + v√Δ·η with v = m_s·σ and η = √(1 − b_s)·ε + √b_s·c, where c is one shock common to all
/// assets, so that every correlation becomes (1 − b_s)·ρ + b_s. The regime at the start of a step holds for the step; its
/// moves from point to point have the exact law of the continuous chain. Under Student-t dependence c takes the same
/// scale √((ν−2)/W) as ε, so η is multivariate t again. The expected price grows by μ in every regime (normal shocks).
/// Source: Hamilton (1989); Hardy (2001) for log returns.
public struct RegimeSwitching: PriceProcess {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "regime-switching",
    summary: "geometric Brownian motion whose volatilities and correlations follow the calibration's regimes",
    formula: "r = (μ − v²/2)Δ + v√Δ·(√(1−b)·ε + √b·c);  v = m·σ;  (m, b) by a Markov chain common to all assets",
    source: "Hamilton, Econometrica 57 (1989); Hardy, North American Actuarial Journal 5 (2001)",
    parameters: [start.description])

  private static let start = Parameter<String>.text(
    "start", default: "stationary",
    "the regime at t = 0 by its name; stationary draws it from the chain's long-run law, path by path")

  private let assets: [AssetCalibration]
  private let grid: TimeGrid
  private let dependence: Dependence
  private let regimes: [MarketRegime]
  private let startLaw: [Double]
  private let stationaryLaw: [Double]
  /// Cumulated laws of the regime at t = 0, and after a step from each regime.
  private let startSteps: [Double]
  private let nextSteps: [[Double]]
  private let isBlending: Bool

  /// The process of `assets` on `grid` under `chain`; `start` is the number of the regime at t = 0, nil for a draw from
  /// the stationary law. `dependence` must be that of the market the process is used in.
  public init(assets: [AssetCalibration], grid: TimeGrid, dependence: Dependence, chain: RegimeChain, start: Int?) {
    self.assets = assets
    self.grid = grid
    self.dependence = dependence
    regimes = chain.regimes
    stationaryLaw = chain.stationaryLaw
    startLaw = start.map { given in chain.regimes.indices.map { $0 == given ? 1 : 0 } } ?? stationaryLaw
    startSteps = Self.cumulated(startLaw)
    nextSteps = chain.transitions(hours: grid.stepHours).map(Self.cumulated)
    isBlending = chain.regimes.contains { $0.correlationBlend > 0 }
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ProcessContext) {
    guard let start = reader.read(Self.start) else { return nil }
    guard let chain = context.calibration.regimes else {
      reader.record(
        "the calibration states no regimes", key: "kind", found: Self.kind.name,
        hint: "add regimes to the calibration, or choose another process")
      return nil
    }
    let names = chain.regimes.map(\.name)
    let number = names.firstIndex(of: start)
    guard number != nil || start == Self.start.defaultValue else {
      reader.record(
        "there is no such regime", key: "start", found: start, allowed: (["stationary"] + names).joined(separator: ", ")
      )
      return nil
    }
    self.init(
      assets: context.calibration.assets, grid: context.grid, dependence: context.dependence, chain: chain,
      start: number)
  }

  private static func cumulated(_ law: [Double]) -> [Double] {
    var sum = 0.0
    return law.map { probability in
      sum += probability
      return sum
    }
  }

  /// Root mean square of the volatility multiple under a law of the regimes.
  private func multiple(_ law: [Double]) -> Double {
    zip(law, regimes).reduce(0) { $0 + $1.0 * $1.1.volatilityMultiple * $1.1.volatilityMultiple }.squareRoot()
  }

  /// Whether correlated shocks are consumed.
  public var needsShocks: Bool { true }
  /// Volatility of each asset at t = 0, annualised: root mean square over the regimes it may start in.
  public var initialVolatilities: [Double] { assets.map { $0.volatility * multiple(startLaw) } }
  /// Long-run volatility of each asset, annualised: root mean square over the stationary law.
  public var longRunVolatilities: [Double] { assets.map { $0.volatility * multiple(stationaryLaw) } }
  /// Long-run mean of one step's log return of each asset.
  public var meanLogReturns: [Double] {
    zip(assets, longRunVolatilities).map { ($0.drift - $1 * $1 / 2) * grid.stepYears }
  }
  /// Prices at t = 0.
  public var initialPrices: [Double] { assets.map(\.price) }

  /// The log prices relative to the start, [asset][path]; the regime of each path, and rows that it decides.
  public struct State {
    var key = BlockKey(seed: 0, firstPath: 0)
    var logs: [Double]
    var regimes = [Int](repeating: 0, count: pathsPerBlock)
    var uniforms = [Double](repeating: 0, count: pathsPerBlock)
    var rows = Rows()
    var mixing = [Double](repeating: 1, count: pathsPerBlock)
  }

  /// What the regimes of the paths make of the step: volatility multiple, weight of the own shock, weighted common shock.
  struct Rows {
    var multiples = [Double](repeating: 1, count: pathsPerBlock)
    var own = [Double](repeating: 1, count: pathsPerBlock)
    var shared = [Double](repeating: 0, count: pathsPerBlock)
  }

  /// Buffers for one worker.
  public func makeState() -> State { State(logs: [Double](repeating: 0, count: assets.count * pathsPerBlock)) }

  /// Returns the state to t = 0.
  public func reset(_ state: inout State, block key: BlockKey) {
    state.key = key
    for index in state.logs.indices { state.logs[index] = 0 }
    Self.drawUniforms(key, step: 0, into: &state.uniforms)
    for path in 0..<pathsPerBlock { state.regimes[path] = Self.slot(of: state.uniforms[path], in: startSteps) }
  }

  /// The volatility in the regime of each path, after the step, times the common scale of the shocks.
  public func stepVolatilities(_ state: State, at moment: StepMoment, into tile: inout MutableSpan<Double>) {
    guard moment.isOver else { return }
    for (index, asset) in assets.enumerated() {
      let deviation = asset.volatility * grid.stepYears.squareRoot()
      for path in 0..<pathsPerBlock {
        tile[index * pathsPerBlock + path] = deviation * state.rows.multiples[path] * moment.scale[path]
      }
    }
  }

  /// Advances to a step and writes the price tile.
  public func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>) {
    moveRegimes(&state, into: step)
    if isBlending { blend(&state, step: step) }
    for asset in assets.indices {
      let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
      var rowPrices = prices._mutatingExtracting(row)
      move(asset, shocks: shocks.extracting(row), rows: state.rows, logs: &state.logs, prices: &rowPrices)
    }
  }

  private func move(
    _ index: Int, shocks: Span<Double>, rows: Rows, logs: inout [Double], prices: inout MutableSpan<Double>
  ) {
    let asset = assets[index]
    var tile = logs.mutableSpan
    var rowLogs = tile._mutatingExtracting(index * pathsPerBlock..<(index + 1) * pathsPerBlock)
    advanceSwitching(
      shocks: shocks, multiples: rows.multiples.span, own: rows.own.span, shared: rows.shared.span,
      growth: asset.drift * grid.stepYears, volatility: asset.volatility * grid.stepYears.squareRoot(),
      initial: asset.price, logs: &rowLogs, prices: &prices)
  }

  /// Moves every path to its regime at the start of `step`; the first step has that of t = 0.
  private func moveRegimes(_ state: inout State, into step: Int) {
    let moves = step > 1 && regimes.count > 1
    if moves { Self.drawUniforms(state.key, step: step - 1, into: &state.uniforms) }
    for path in 0..<pathsPerBlock {
      if moves { state.regimes[path] = Self.slot(of: state.uniforms[path], in: nextSteps[state.regimes[path]]) }
      state.rows.multiples[path] = regimes[state.regimes[path]].volatilityMultiple
    }
  }

  /// The weights of own and common shock, the latter drawn and scaled as the dependence says.
  private func blend(_ state: inout State, step: Int) {
    let key = state.key
    Self.drawCommon(key, step: step, into: &state.rows.shared)
    if case .studentT(let degreesOfFreedom) = dependence {
      Self.drawMixing(degreesOfFreedom, key, step: step, into: &state.mixing)
    }
    for path in 0..<pathsPerBlock {
      let share = regimes[state.regimes[path]].correlationBlend
      state.rows.own[path] = (1 - share).squareRoot()
      state.rows.shared[path] *= share.squareRoot() * state.mixing[path]
    }
  }

  private static func drawCommon(_ key: BlockKey, step: Int, into row: inout [Double]) {
    var span = row.mutableSpan
    fillNormals(
      seed: key.seed, firstPath: UInt64(key.firstPath), step: UInt32(step), factorCount: 1, purpose: .regime,
      into: &span)
  }

  /// The scale that the generator gives the correlated shocks of the same step, drawn again.
  private static func drawMixing(_ degreesOfFreedom: Double, _ key: BlockKey, step: Int, into row: inout [Double]) {
    var span = row.mutableSpan
    fillStudentMixing(
      degreesOfFreedom: degreesOfFreedom, seed: key.seed, firstPath: UInt64(key.firstPath), step: UInt32(step),
      into: &span)
  }

  private static func drawUniforms(_ key: BlockKey, step: Int, into row: inout [Double]) {
    var span = row.mutableSpan
    fillUniforms(
      seed: key.seed, firstPath: UInt64(key.firstPath), step: UInt32(step), factorCount: 1, purpose: .regime,
      into: &span)
  }

  /// The first slot whose cumulated probability exceeds `uniform`; the last where rounding leaves none.
  private static func slot(of uniform: Double, in steps: [Double]) -> Int {
    var slot = 0
    while slot < steps.count - 1, uniform >= steps[slot] { slot += 1 }
    return slot
  }
}
