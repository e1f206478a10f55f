import Kernels
public import Schema

/// The law of the unit-variance innovations of a GARCH process.
public enum Innovations: String, Sendable, CaseIterable {
  /// Whatever the dependence draws: normal, or Student-t where the dependence is Student-t.
  case asDependence = "as-dependence"
  /// Each asset's own Student-t, with the degrees of freedom of its calibration.
  case studentT = "student-t"
  /// Normal margins, whatever the dependence.
  case normal
}

/// GARCH(1,1) with the optional GJR asymmetry, at the scale of the step.
///
/// r = μ + σ_t ε_t, σ²_{t+1} = ω + (α + γ·1{r<μ})(r−μ)² + βσ²_t. The parameters of every asset must describe returns of
/// exactly one step: a daily calibration applied hour by hour would be wrong by orders of magnitude and is refused. An
/// asset of zero volatility stays at its price. Sources: Bollerslev (1986); Glosten, Jagannathan and Runkle (1993).
public struct Garch: PriceProcess {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "garch", summary: "GARCH(1,1)/GJR with each asset's calibrated parameters at the step's own scale",
    formula: "r = μ + σε;  σ²' = ω + (α + γ·1{r<μ})(r−μ)² + βσ²",
    source: "Bollerslev (1986); Glosten, Jagannathan and Runkle (1993)",
    parameters: [innovations.description])

  /// True.
  public static let needsGarch = true

  private static let innovations = Parameter<Innovations>.choice(
    "innovations", default: .asDependence, "law of the unit-variance innovations")

  private let prices: [Double]
  private let parameters: [GarchParameters]
  private let margins: [MarginalMap?]

  /// The process of `prices` at t = 0 and stationary `parameters` of one step each; `margins` map a shock of the
  /// dependence to an innovation, nil where they are the same.
  public init(prices: [Double], parameters: [GarchParameters], margins: [MarginalMap?]) {
    self.prices = prices
    self.parameters = parameters
    self.margins = margins
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ProcessContext) {
    guard let innovations = reader.read(Self.innovations) else { return nil }
    var parameters: [GarchParameters] = []
    var margins: [MarginalMap?] = []
    for asset in context.calibration.assets {
      guard let found = Self.parameters(of: asset, step: context.grid.stepHours, kind: Self.kind.name, reader: reader)
      else {
        continue
      }
      if innovations == .studentT, asset.volatility > 0, found.degreesOfFreedom == nil {
        reader.record(
          "\(asset.id) has no fitted degrees of freedom", key: "innovations", found: innovations.rawValue,
          hint: "add degreesOfFreedom to its garch figures, or choose another law of innovations")
      }
      parameters.append(found)
      margins.append(Self.margin(innovations, of: found, under: context.dependence))
    }
    guard parameters.count == context.calibration.assets.count else { return nil }
    self.init(prices: context.calibration.assets.map(\.price), parameters: parameters, margins: margins)
  }

  /// The checked parameters of one asset at the step's scale; nil, recorded, if there are none.
  static func parameters(
    of asset: AssetCalibration, step: Double, kind: String, reader: ParameterReader
  ) -> GarchParameters? {
    if asset.volatility == 0 {
      return GarchParameters(
        stepHours: step, mean: 0, omega: 0, alpha: 0, gamma: 0, beta: 0, degreesOfFreedom: nil, initialVolatility: 0)
    }
    guard let garch = asset.garch else {
      reader.record(
        "\(asset.id) has no GARCH figures", key: "kind", found: kind,
        hint: "calibrate them with market.history, or choose another process")
      return nil
    }
    guard abs(garch.stepHours - step) <= 1e-9 * step else {
      reader.record(
        "the GARCH figures of \(asset.id) describe another step than the job's", key: "kind",
        found: "\(garch.stepHours) h", allowed: "\(step) h",
        hint: "set horizon.stepHours to \(garch.stepHours), or calibrate at \(step) h")
      return nil
    }
    guard garch.isStationary else {
      reader.record(
        "the GARCH figures of \(asset.id) do not give a positive variance with a finite mean", key: "kind",
        found: "ω \(garch.omega), α \(garch.alpha), γ \(garch.gamma), β \(garch.beta)",
        allowed: "ω > 0, α ≥ 0, α + γ ≥ 0, β ≥ 0 and α + γ/2 + β < 1")
      return nil
    }
    return garch
  }

  private static func margin(
    _ innovations: Innovations, of parameters: GarchParameters, under dependence: Dependence
  ) -> MarginalMap? {
    let source: UnitLaw
    switch dependence {
    case .gaussian: source = .normal
    case .studentT(let degreesOfFreedom): source = .studentT(degreesOfFreedom: degreesOfFreedom)
    }
    let target: UnitLaw
    switch innovations {
    case .asDependence: target = source
    case .normal: target = .normal
    case .studentT: target = parameters.degreesOfFreedom.map { .studentT(degreesOfFreedom: $0) } ?? source
    }
    return source == target ? nil : MarginalMap(from: source, to: target)
  }

  /// Whether correlated shocks are consumed.
  public var needsShocks: Bool { true }
  /// Volatility of each asset at t = 0, annualised.
  public var initialVolatilities: [Double] { parameters.map(\.initialVolatility) }
  /// Long-run volatility of each asset, annualised.
  public var longRunVolatilities: [Double] { parameters.map { $0.omega > 0 ? $0.longRunVolatility : 0 } }
  /// Long-run mean of one step's log return of each asset.
  public var meanLogReturns: [Double] { parameters.map(\.mean) }
  /// Prices at t = 0.
  public var initialPrices: [Double] { prices }

  /// Log price relative to the start, variance of the coming step, and a row of innovations; [asset][path].
  public struct State {
    var logs: [Double]
    var variances: [Double]
    var innovations: [Double]
  }

  /// Buffers for one worker.
  public func makeState() -> State {
    let tile = [Double](repeating: 0, count: prices.count * pathsPerBlock)
    return State(logs: tile, variances: tile, innovations: [Double](repeating: 0, count: pathsPerBlock))
  }

  /// Returns the state to t = 0.
  public func reset(_ state: inout State, block key: BlockKey) {
    for (asset, figures) in parameters.enumerated() {
      let variance = figures.initialVolatility * figures.initialVolatility * figures.stepHours / TimeGrid.hoursPerYear
      for index in asset * pathsPerBlock..<(asset + 1) * pathsPerBlock {
        state.logs[index] = 0
        state.variances[index] = variance
      }
    }
  }

  /// σ_t of each path, before the step; times the common scale of the shocks where innovations are the shocks themselves.
  public func stepVolatilities(_ state: State, at moment: StepMoment, into tile: inout MutableSpan<Double>) {
    guard !moment.isOver else { return }
    for asset in parameters.indices {
      for path in 0..<pathsPerBlock {
        let scale = margins[asset] == nil ? moment.scale[path] : 1
        let index = asset * pathsPerBlock + path
        tile[index] = state.variances[index].squareRoot() * scale
      }
    }
  }

  /// Advances to a step and writes the price tile.
  public func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>) {
    for asset in parameters.indices {
      let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
      var rowPrices = prices._mutatingExtracting(row)
      advance(
        asset, shocks: shocks.extracting(row), innovations: &state.innovations, logs: &state.logs,
        variances: &state.variances, prices: &rowPrices)
    }
  }

  /// One asset: its own margin first, where it has one.
  private func advance(
    _ asset: Int, shocks: Span<Double>, innovations: inout [Double], logs: inout [Double], variances: inout [Double],
    prices: inout MutableSpan<Double>
  ) {
    guard let margin = margins[asset] else {
      return move(asset, innovations: shocks, logs: &logs, variances: &variances, prices: &prices)
    }
    var mapped = innovations.mutableSpan
    margin.apply(shocks, into: &mapped)
    move(asset, innovations: innovations.span, logs: &logs, variances: &variances, prices: &prices)
  }

  private func move(
    _ asset: Int, innovations: Span<Double>, logs: inout [Double], variances: inout [Double],
    prices: inout MutableSpan<Double>
  ) {
    let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
    let figures = parameters[asset]
    var logTile = logs.mutableSpan
    var varianceTile = variances.mutableSpan
    var rowLogs = logTile._mutatingExtracting(row)
    var rowVariances = varianceTile._mutatingExtracting(row)
    advanceGarch(
      shocks: innovations, mean: figures.mean, omega: figures.omega, alpha: figures.alpha, gamma: figures.gamma,
      beta: figures.beta, initial: self.prices[asset], variances: &rowVariances, logs: &rowLogs, prices: &prices)
  }
}
