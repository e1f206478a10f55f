public import Kernels
public import Schema

/// GARCH(1,1)/GJR whose correlations move too: they rise after joint shocks of the same sign and fall back to the
/// calibration's.
///
/// Each asset follows `Garch` exactly, margins included; only how its shocks hang together with the others' changes along
/// a path: their correlation matrix is Q_t scaled to a unit diagonal, Q' = (1 − a − b)S + a·yyᵀ + bQ with y_i = ε_i·√Q_ii
/// and S the calibration's correlation matrix, where Q starts. This is the corrected form of G. Aielli, "Dynamic
/// conditional correlation: on properties and estimation", Journal of Business and Economic Statistics 31 (2013), of
/// R. Engle's model, same journal, 20 (2002): in Engle's own the mean of Q is not S.
///
/// Under a Student-t dependence y carries the common scale of its step, as ε does: a joint crash raises all correlations
/// at once. Where margins are mapped to a law of their own, Q moves with the dependence's shocks, before the map.
public struct DynamicCorrelationGarch: PriceProcess {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "dcc-garch", summary: "garch with correlations that move along each path (DCC)",
    formula: Garch.kind.formula + ";  Q' = (1 − a − b)S + a·yyᵀ + bQ, y = ε·√diag Q, Corr ε = Q/√(diag Q·diagᵀ Q)",
    source: "Engle (2002), as corrected by Aielli (2013); " + Garch.kind.source,
    parameters: Garch.kind.parameters + [reaction.description, persistence.description])

  /// Whether the calibration needs GARCH figures: always.
  public static let needsGarch = true
  /// Whether shocks get correlations of their own: always.
  public static let correlatesShocksItself = true

  private static let reaction = Parameter<Double>.number(
    "reaction", in: Bounds(0, 1, openAbove: true), isOptional: true,
    "a, the weight of the last joint shock; the calibration's if absent; 0.01 to 0.05 is usual")
  private static let persistence = Parameter<Double>.number(
    "persistence", in: Bounds(0, 1, openAbove: true), isOptional: true,
    "b, the weight of the last Q; the calibration's if absent; 0.9 to 0.98 is usual; a + b < 1")

  private let garch: Garch
  private let correlation: Matrix
  private let factor: CholeskyFactor
  private let reaction: Double
  private let persistence: Double

  /// The process of `garch` with correlations around `correlation`; nil unless a and b are not negative and a + b < 1,
  /// and the matrix is positive definite and as large as the market.
  public init?(garch: Garch, correlation: Matrix, reaction: Double, persistence: Double) {
    guard reaction >= 0, persistence >= 0, reaction + persistence < 1,
      correlation.rows == garch.initialPrices.count, correlation.columns == correlation.rows,
      let factor = try? CholeskyFactor(correlation)
    else { return nil }
    self.garch = garch
    self.correlation = correlation
    self.factor = factor
    self.reaction = reaction
    self.persistence = persistence
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ProcessContext) {
    let weights = Self.weights(&reader, context: context)
    let garch = Garch(reading: &reader, context: context)
    guard let (reaction, persistence) = weights else { return nil }
    guard reaction + persistence < 1 else {
      reader.record(
        "the correlations would not return to their mean", key: "persistence",
        found: "reaction + persistence = \(reaction + persistence)", allowed: "< 1")
      return nil
    }
    guard let garch else { return nil }
    let correlation = context.calibration.correlation
    do {
      _ = try CholeskyFactor(correlation)
    } catch {
      let problem = CorrelationProblem(
        assetIDs: context.calibration.assets.map(\.id), leadingMinor: error.leadingMinor)
      reader.record("\(problem)", key: "kind")
      return nil
    }
    self.init(garch: garch, correlation: correlation, reaction: reaction, persistence: persistence)
  }

  /// a and b: the job's, else the calibration's if they belong to the job's step; nil, recorded, where one is missing.
  private static func weights(
    _ reader: inout ParameterReader, context: ProcessContext
  ) -> (reaction: Double, persistence: Double)? {
    let before = reader.problems.count
    let written = (reader.readIfPresent(reaction), reader.readIfPresent(persistence))
    guard reader.problems.count == before else { return nil }
    let step = context.grid.stepHours
    let fitted = context.calibration.dynamicCorrelation
    let fits = fitted.map { abs($0.stepHours - step) <= 1e-9 * step } ?? false
    let hint =
      fitted == nil || fits
      ? "calibrate with dcc-garch, or state it" : "the calibrated weights belong to another step: state it"
    for (key, isWritten) in [("reaction", written.0 != nil), ("persistence", written.1 != nil)] {
      if !isWritten, !fits { reader.record("the key is required", key: key, allowed: "a number in [0, 1)", hint: hint) }
    }
    guard let a = written.0 ?? (fits ? fitted?.reaction : nil),
      let b = written.1 ?? (fits ? fitted?.persistence : nil)
    else { return nil }
    return (a, b)
  }

  /// Whether correlated shocks are consumed.
  public var needsShocks: Bool { true }
  /// Volatility of each asset at t = 0, annualised.
  public var initialVolatilities: [Double] { garch.initialVolatilities }
  /// Long-run volatility of each asset, annualised.
  public var longRunVolatilities: [Double] { garch.longRunVolatilities }
  /// Long-run mean of one step's log return of each asset.
  public var meanLogReturns: [Double] { garch.meanLogReturns }
  /// Prices at t = 0.
  public var initialPrices: [Double] { garch.initialPrices }

  /// The state of the GARCH recursions, Q of every path, and the shocks with the correlation of their path.
  public struct State {
    var garch: Garch.State
    var covariances: [Double]
    var scratch: [Double]
    var shocks: [Double]
  }

  /// Buffers for one worker.
  public func makeState() -> State {
    let assets = correlation.rows
    return State(
      garch: garch.makeState(), covariances: [Double](repeating: 0, count: dynamicCorrelationState(assets: assets)),
      scratch: [Double](repeating: 0, count: dynamicCorrelationScratch(assets: assets)),
      shocks: [Double](repeating: 0, count: assets * pathsPerBlock))
  }

  /// Returns the state to t = 0.
  public func reset(_ state: inout State, block key: BlockKey) {
    garch.reset(&state.garch, block: key)
    var covariances = state.covariances.mutableSpan
    fillCovariances(correlation, into: &covariances)
  }

  /// That of the GARCH recursions.
  public func stepVolatilities(_ state: State, at moment: StepMoment, into tile: inout MutableSpan<Double>) {
    garch.stepVolatilities(state.garch, at: moment, into: &tile)
  }

  /// Advances to a step and writes the price tile.
  public func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>) {
    correlate(shocks, covariances: &state.covariances, scratch: &state.scratch, correlated: &state.shocks)
    move(&state.garch, step: step, shocks: state.shocks, prices: &prices)
  }

  /// Takes its buffers one by one, so that each is borrowed by itself.
  private func correlate(
    _ shocks: Span<Double>, covariances: inout [Double], scratch: inout [Double], correlated: inout [Double]
  ) {
    var state = covariances.mutableSpan
    var room = scratch.mutableSpan
    var tile = correlated.mutableSpan
    advanceDynamicCorrelation(
      shocks: shocks, correlation: correlation, factor: factor, reaction: reaction, persistence: persistence,
      covariances: &state, scratch: &room, correlated: &tile)
  }

  private func move(
    _ state: inout Garch.State, step: Int, shocks: [Double], prices: inout MutableSpan<Double>
  ) {
    garch.advance(&state, step: step, shocks: shocks.span, prices: &prices)
  }
}
