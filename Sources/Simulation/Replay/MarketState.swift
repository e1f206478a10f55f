import Clearing
import Foundation
import Kernels
import Markets

/// The traded marks of one path as they are now: exogenous price times the impact of the simulated trades.
///
/// One per worker, returned to t = 0 for each path.
final class MarketState {
  let plan: MarketPlan
  /// Traded mark of each asset.
  private(set) var marks: [Double]
  /// Exogenous price of each asset.
  private(set) var exogenous: [Double]
  /// Log impact that stays.
  private(set) var permanent: FixedBuffer<Double>
  /// Log impact that decays.
  private(set) var transient: FixedBuffer<Double>
  /// Signed money traded in this step by all venues so far.
  private(set) var stepFlow: FixedBuffer<Double>
  /// What those trades did to each log mark.
  private var stepShift: FixedBuffer<Double>
  /// Variance per year of exogenous returns, estimated, and what it makes of each asset's depth; used where depth thins.
  private var variance: FixedBuffer<Double>
  private var depthFactor: FixedBuffer<Double>
  /// Average price of the last wave.
  private(set) var fills: FixedBuffer<Double>
  /// Average daily volume of each asset as it is now.
  private(set) var volume: FixedBuffer<Double>
  /// Half the relative spread of each asset as it is now.
  private(set) var halfSpread: FixedBuffer<Double>
  /// What the last wave does to each log mark.
  private(set) var shifts: FixedBuffer<Double>
  /// Whether any trade, or the loss of a claim, moved a mark on this path so far.
  private(set) var hasImpact = false
  private(set) var lowestMark: FixedBuffer<Double>
  private(set) var lowestExogenous: FixedBuffer<Double>
  private var initial: FixedBuffer<Double>
  /// The impact by venue of origin; nil where one venue trades.
  let origins: ImpactOrigins?

  init(plan: MarketPlan, venueCount: Int = 1) {
    self.plan = plan
    origins = venueCount > 1 ? ImpactOrigins(venues: venueCount, assets: plan.assetCount) : nil
    marks = [Double](repeating: 0, count: plan.assetCount)
    exogenous = marks
    permanent = FixedBuffer(repeating: 0, count: plan.assetCount)
    transient = FixedBuffer(repeating: 0, count: plan.assetCount)
    stepFlow = FixedBuffer(repeating: 0, count: plan.assetCount)
    stepShift = FixedBuffer(repeating: 0, count: plan.assetCount)
    variance = FixedBuffer(repeating: 0, count: plan.assetCount)
    depthFactor = FixedBuffer(repeating: 1, count: plan.assetCount)
    fills = FixedBuffer(repeating: 0, count: plan.assetCount)
    volume = FixedBuffer(plan.volume)
    halfSpread = FixedBuffer(plan.halfSpread)
    shifts = FixedBuffer(repeating: 0, count: plan.assetCount)
    lowestMark = FixedBuffer(repeating: 0, count: plan.assetCount)
    lowestExogenous = FixedBuffer(repeating: 0, count: plan.assetCount)
    initial = FixedBuffer(repeating: 0, count: plan.assetCount)
  }

  /// Returns to t = 0 of the path in `slab`, [asset][point].
  func reset(slab: Span<Double>, points: Int) {
    if hasImpact { origins?.reset() }
    hasImpact = false
    if plan.thins {
      for asset in variance.indices {
        variance[asset] = plan.longRunVolatilities[asset] * plan.longRunVolatilities[asset]
        depthFactor[asset] = 1
      }
    }
    takeLiquidity(at: 0)
    for asset in marks.indices {
      let price = slab[asset * points]
      exogenous[asset] = price
      marks[asset] = price
      initial[asset] = price
      lowestMark[asset] = price
      lowestExogenous[asset] = price
      permanent[asset] = 0
      transient[asset] = 0
      stepFlow[asset] = 0
      stepShift[asset] = 0
    }
  }

  /// Begins `step` of the path in `slab`: transient impact decays, its flow starts from zero, depth is that of the step.
  /// Prices are still those before it.
  func begin(_ step: Int, slab: Span<Double>, points: Int) {
    if plan.thins { estimateVariance(step, slab: slab, points: points) }
    takeLiquidity(at: step)
    guard hasImpact else { return }
    for asset in marks.indices {
      transient[asset] *= plan.decay[asset]
      stepFlow[asset] = 0
      stepShift[asset] = 0
    }
    origins?.decay(by: plan.decay)
  }

  /// Takes the exogenous return of `step` into the estimates that depth thins with.
  private func estimateVariance(_ step: Int, slab: Span<Double>, points: Int) {
    for asset in variance.indices where plan.impacts[asset].thinning > 0 {
      let change = log(slab[asset * points + step] / slab[asset * points + step - 1])
      variance[asset] =
        plan.varianceKept * variance[asset] + (1 - plan.varianceKept) * change * change / plan.stepYears
      depthFactor[asset] = plan.impacts[asset].depthFactor(
        volatility: variance[asset].squareRoot(), longRun: plan.longRunVolatilities[asset])
    }
  }

  /// Moves exogenous prices to those of `step` in the channel of `slab` that begins at `offset`: its low, high or close.
  func visit(_ step: Int, slab: Span<Double>, offset: Int, points: Int) {
    for asset in marks.indices {
      let price = slab[offset + asset * points + step]
      exogenous[asset] = price
      lowestExogenous[asset] = min(lowestExogenous[asset], price)
      marks[asset] = hasImpact ? price * exp(permanent[asset] + transient[asset]) : price
      lowestMark[asset] = min(lowestMark[asset], marks[asset])
    }
  }

  /// Moves the log mark of `asset` by `shift` for good, because the venue `origin`, which it is a claim on, has failed.
  /// The marks follow with the prices of the step that begins.
  func impair(asset: Int, by shift: Double, origin: Int) {
    permanent[asset] += shift
    origins?.add(permanent: shift, asset: asset, venue: origin)
    hasImpact = true
  }

  /// Depth and spread at a point in time, where a scenario or volatility moves them.
  private func takeLiquidity(at point: Int) {
    if plan.thins {
      for asset in volume.indices { volume[asset] = plan.volume[asset] * depthFactor[asset] }
    }
    guard let liquidity = plan.liquidity else { return }
    for asset in volume.indices {
      volume[asset] = plan.volume[asset] * depthFactor[asset] * liquidity.volumeFactors[asset][point]
      halfSpread[asset] = plan.halfSpread[asset] * liquidity.spreadFactors[asset][point]
    }
  }

  /// The average price that everyone who trades `asset` in a wave of net `flow` (money at the mark) gets, and what the
  /// wave does to the log mark.
  private func execute(asset: Int, flow: Double) -> (fill: Double, shift: Double) {
    let law = plan.impacts[asset]
    let scale = plan.impactScale[asset]
    let wave =
      law.poolDepth == nil || scale == 0
      ? law.wave(from: stepFlow[asset], to: stepFlow[asset] + flow, scale: scale, volume: volume[asset])
      : law.poolWave(flow: flow, moved: stepShift[asset], depth: volume[asset])
    let side = flow > 0 ? 1.0 : flow < 0 ? -1.0 : 0.0
    let average = wave.averageFill == 0 ? marks[asset] : marks[asset] * exp(wave.averageFill)
    return (average * (1 + side * halfSpread[asset]), wave.shift)
  }

  /// The average price of a trade of `flow` in `asset` if it were the next wave alone.
  func expectedFill(asset: Int, flow: Double) -> Double { execute(asset: asset, flow: flow).fill }

  /// Works out the fills of a wave with net `flows` per asset; the marks stay until `settle`.
  func setFills(flows: [Double]) {
    for asset in marks.indices { (fills[asset], shifts[asset]) = execute(asset: asset, flow: flows[asset]) }
  }

  /// Moves the marks by what the `flows` that the fills were set for do. True if a mark moved.
  func settle(flows: [Double]) -> Bool {
    var moved = false
    for asset in marks.indices where flows[asset] != 0 {
      let shift = shifts[asset]
      stepFlow[asset] += flows[asset]
      guard shift != 0 else { continue }
      stepShift[asset] += shift
      let stays = plan.impacts[asset].permanentShare * shift
      let decays = (1 - plan.impacts[asset].permanentShare) * shift
      permanent[asset] += stays
      transient[asset] += decays
      origins?.add(permanent: stays, transient: decays, asset: asset, flow: flows[asset])
      marks[asset] = exogenous[asset] * exp(permanent[asset] + transient[asset])
      lowestMark[asset] = min(lowestMark[asset], marks[asset])
      moved = true
      hasImpact = true
    }
    return moved
  }

  /// Whether every mark is a finite positive number.
  var isFinite: Bool { marks.allSatisfy { $0 > 0 && $0 < .infinity } }

  /// Worst relative fall of a mark below its start, over all assets.
  var markDrawdown: Double { worst(lowestMark) }
  /// Worst relative fall of an exogenous price below its start, over all assets.
  var exogenousDrawdown: Double { worst(lowestExogenous) }

  private func worst(_ lowest: borrowing FixedBuffer<Double>) -> Double {
    var worst = 0.0
    for asset in lowest.indices { worst = max(worst, 1 - lowest[asset] / initial[asset]) }
    return worst
  }
}
