import Kernels
public import Schema

/// Heston's stochastic variance by Andersen's quadratic-exponential scheme; with `jumps: true`, Bates's process.
///
/// dX/X = (μ − Σλ(exp(m + s²/2) − 1))dt + √v dW + jumps, dv = κ(θ − v)dt + ξ√v dB. The variance is never negative, its
/// mean and variance over a step are exact, and so is the forward (Andersen's martingale correction). What the scheme
/// leaves out, by the step Δ: the shape of the variance's law beyond two moments, and its path inside the step, whose
/// integral is taken as ½Δ(v + v').
///
/// The price's shock ε is that of the market's correlations; the variance is moved by ρε + √(1−ρ²)η, η its own. So
/// variances of correlated assets are correlated too, by ρ_iρ_j times the correlation of their shocks.
/// Under Student-t dependence each ε is first mapped to a normal at the same probability: assets keep Heston's law and
/// take only the joint tail (a t copula).
///
/// An asset of zero volatility follows its forward. Sources: Heston (1993); Bates (1996), Review of Financial Studies 9;
/// Andersen (2008), Journal of Computational Finance 11.
public struct Heston: PriceProcess {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "heston", summary: "Heston's stochastic variance of each asset; with jumps: true, Bates's process",
    formula: "dX/X = μ dt + √v dW + compensated jumps;  dv = κ(θ − v)dt + ξ√v dB;  quadratic-exponential scheme",
    source: "Heston (1993); Bates (1996); Andersen (2008)", parameters: [jumps.description])

  private static let jumps = Parameter<Bool>.flag(
    "jumps", default: false, "adds the calibration's jumps, market-wide and own (Bates)")

  private let prices: [Double]
  private let laws: [VarianceLaw]
  private let initialVariances: [Double]
  private let longRunVariances: [Double]
  private let jumps: CompoundJumps?
  private let margin: MarginalMap?

  /// The process of `assets` on `grid`, with their jumps where `hasJumps`; an asset without Heston figures has a constant
  /// variance. Nil if the scheme cannot take an asset's figures at this step.
  public init?(
    assets: [AssetCalibration], hasJumps: Bool = false, marketJumps: MarketJumps? = nil, grid: TimeGrid,
    dependence: Dependence
  ) {
    let jumps = hasJumps ? CompoundJumps(assets: assets.map(\.jumps), market: marketJumps, grid: grid) : nil
    let laws = assets.indices.map { Self.law(of: assets[$0], $0, jumps: jumps, grid: grid) }
    guard laws.allSatisfy({ $0 != nil }) else { return nil }
    self.init(assets: assets, laws: laws.compactMap { $0 }, jumps: jumps, grid: grid, dependence: dependence)
  }

  private init(
    assets: [AssetCalibration], laws: [VarianceLaw], jumps: CompoundJumps?, grid: TimeGrid, dependence: Dependence
  ) {
    prices = assets.map(\.price)
    self.laws = laws
    self.jumps = jumps
    longRunVariances = assets.indices.map { Self.longRun(assets[$0], $0, jumps) }
    initialVariances = assets.indices.map { Self.initial(assets[$0], $0, jumps) }
    meanLogReturns = assets.indices.map { index in
      let jumpDrift = jumps.map { $0.annualMean(of: index) - $0.annualGrowth(of: index) } ?? 0
      return (assets[index].drift + jumpDrift - Self.longRun(assets[index], index, jumps) / 2) * grid.stepYears
    }
    margin =
      switch dependence {
      case .gaussian: nil
      case .studentT(let degreesOfFreedom):
        MarginalMap(from: .studentT(degreesOfFreedom: degreesOfFreedom), to: .normal)
      }
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: ProcessContext) {
    guard let hasJumps = reader.read(Self.jumps) else { return nil }
    let before = reader.problems.count
    let (assets, grid) = (context.calibration.assets, context.grid)
    let jumps = hasJumps ? CompoundJumps(context.calibration, grid: grid, reader: reader) : nil
    guard reader.problems.count == before else { return nil }
    var laws: [VarianceLaw] = []
    for (index, asset) in assets.enumerated() {
      if asset.volatility > 0, asset.heston == nil {
        reader.record(
          "\(asset.id) has no Heston figures", key: "kind", found: Self.kind.name,
          hint: "add heston figures to the calibration, or choose another process")
      } else if let law = Self.law(of: asset, index, jumps: jumps, grid: grid) {
        laws.append(law)
      } else {
        reader.record(
          "the Heston figures of \(asset.id) ask for a shorter step: the price would have no mean", key: "kind",
          found: "a step of \(grid.stepHours) h", hint: "shorten horizon.stepHours, or check the figures")
      }
    }
    guard laws.count == assets.count else { return nil }
    self.init(assets: assets, laws: laws, jumps: jumps, grid: grid, dependence: context.dependence)
  }

  /// θ: the variance that jumps leave to the diffusion.
  private static func longRun(_ asset: AssetCalibration, _ index: Int, _ jumps: CompoundJumps?) -> Double {
    jumps?.diffusionVariance(of: index, volatility: asset.volatility) ?? asset.volatility * asset.volatility
  }

  private static func initial(_ asset: AssetCalibration, _ index: Int, _ jumps: CompoundJumps?) -> Double {
    asset.heston?.initialVolatility.map { $0 * $0 } ?? longRun(asset, index, jumps)
  }

  private static func law(
    of asset: AssetCalibration, _ index: Int, jumps: CompoundJumps?, grid: TimeGrid
  ) -> VarianceLaw? {
    VarianceLaw(
      asset.heston, longRun: longRun(asset, index, jumps), initial: initial(asset, index, jumps),
      drift: asset.drift - (jumps?.annualGrowth(of: index) ?? 0), years: grid.stepYears)
  }

  private func withJumps(_ variances: [Double]) -> [Double] {
    variances.enumerated().map { ($1 + (jumps?.annualVariance(of: $0) ?? 0)).squareRoot() }
  }

  /// Whether correlated shocks are consumed.
  public var needsShocks: Bool { true }
  /// Volatility of each asset at t = 0, annualised, jumps included.
  public var initialVolatilities: [Double] { withJumps(initialVariances) }
  /// Long-run volatility of each asset, annualised, jumps included.
  public var longRunVolatilities: [Double] { withJumps(longRunVariances) }
  /// Long-run mean of one step's log return of each asset, jumps included.
  public let meanLogReturns: [Double]
  /// Prices at t = 0.
  public var initialPrices: [Double] { prices }

  /// Tiles [asset][path]: log price relative to the start, variance, the variances' own shocks; rows: normal shocks of one
  /// asset, counts of one source of jumps; whose block it is.
  public struct State {
    var logs: [Double]
    var variances: [Double]
    var own: [Double]
    var normals: [Double]
    var counts: [Double]
    var block: BlockKey
  }

  /// Buffers for one worker.
  public func makeState() -> State {
    let tile = [Double](repeating: 0, count: prices.count * pathsPerBlock)
    let row = [Double](repeating: 0, count: pathsPerBlock)
    return State(
      logs: tile, variances: tile, own: tile, normals: row, counts: row, block: BlockKey(seed: 0, firstPath: 0))
  }

  /// Returns the state to t = 0.
  public func reset(_ state: inout State, block key: BlockKey) {
    state.block = key
    for (asset, variance) in initialVariances.enumerated() {
      for index in asset * pathsPerBlock..<(asset + 1) * pathsPerBlock {
        state.logs[index] = 0
        state.variances[index] = variance
      }
    }
  }

  /// The mean of the variance at both ends of the step, as the scheme itself takes its integral; exact without noise.
  /// Jumps are no part of it.
  public func stepVolatilities(_ state: State, at moment: StepMoment, into tile: inout MutableSpan<Double>) {
    for (asset, law) in laws.enumerated() {
      let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
      switch law {
      case .deterministic(let law):
        if moment.isOver { continue }
        let deviation = law.variance(step: moment.step).squareRoot()
        for index in row { tile[index] = deviation }
      case .stochastic:
        for index in row {
          let variance = state.variances[index] * moment.years
          tile[index] = moment.isOver ? ((tile[index] + variance) / 2).squareRoot() : variance
        }
      }
    }
  }

  /// Advances to a step and writes the price tile.
  public func advance(_ state: inout State, step: Int, shocks: Span<Double>, prices: inout MutableSpan<Double>) {
    drawOwn(state.block, step: step, into: &state.own)
    jumps?.add(step: step, block: state.block, counts: &state.counts, logs: &state.logs)
    for asset in laws.indices {
      let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
      var rowPrices = prices._mutatingExtracting(row)
      advance(
        asset, step: step, shocks: shocks.extracting(row), own: state.own, normals: &state.normals,
        logs: &state.logs, variances: &state.variances, prices: &rowPrices)
    }
  }

  private func drawOwn(_ key: BlockKey, step: Int, into own: inout [Double]) {
    var tile = own.mutableSpan
    fillNormals(
      seed: key.seed, firstPath: UInt64(key.firstPath), step: UInt32(step), factorCount: prices.count,
      purpose: .varianceShock, into: &tile)
  }

  /// One asset: its shocks made normal first, where they are not.
  private func advance(
    _ asset: Int, step: Int, shocks: Span<Double>, own: [Double], normals: inout [Double], logs: inout [Double],
    variances: inout [Double], prices: inout MutableSpan<Double>
  ) {
    guard let margin else {
      return move(asset, step, shocks, own: own, logs: &logs, variances: &variances, prices: &prices)
    }
    var mapped = normals.mutableSpan
    margin.apply(shocks, into: &mapped)
    move(asset, step, normals.span, own: own, logs: &logs, variances: &variances, prices: &prices)
  }

  private func move(
    _ asset: Int, _ step: Int, _ shocks: Span<Double>, own: [Double], logs: inout [Double],
    variances: inout [Double], prices: inout MutableSpan<Double>
  ) {
    let row = asset * pathsPerBlock..<(asset + 1) * pathsPerBlock
    var logTile = logs.mutableSpan
    var rowLogs = logTile._mutatingExtracting(row)
    switch laws[asset] {
    case .deterministic(let law):
      let variance = law.variance(step: step)
      advanceGeometric(
        shocks: shocks, drift: law.drift * law.years - variance / 2, volatility: variance.squareRoot(),
        initial: self.prices[asset], logs: &rowLogs, prices: &prices)
    case .stochastic(let law):
      var varianceTile = variances.mutableSpan
      var rowVariances = varianceTile._mutatingExtracting(row)
      advanceHeston(
        shocks: shocks, own: own.span.extracting(row), step: law, initial: self.prices[asset],
        variances: &rowVariances, logs: &rowLogs, prices: &prices)
    }
  }
}
