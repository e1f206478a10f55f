import Glibc
import Kernels

/// A peg resolved to a grid: ln Q = x + d, x mean-reverting, d the de-pegs under way.
///
/// A de-peg of size J that happens the fraction u through a step counts J·φ_d^(1−u) at its end, and what is under way
/// shrinks by φ_d a step, so that the law at the points does not depend on the grid.
struct PegWalk: Sendable {
  private let step: MeanReversion
  private let level: Double
  private let start: Double
  let correlation: Double
  private let depegs: DepegParameters?
  private let depegHalfLifeSteps: Double
  private let meanCount: Double
  private let index: Int
  /// Long-run variance of x and d.
  private let diffusionVariance: Double
  private let depegVariance: Double

  /// The peg of derived asset number `index` on `grid`.
  init(_ peg: PegParameters, index: Int, grid: TimeGrid) {
    self.index = index
    step = MeanReversion(halfLifeHours: peg.halfLifeHours, volatility: peg.volatility, stepHours: grid.stepHours)
    level = log(peg.level)
    start = log(peg.initial ?? peg.level)
    correlation = peg.correlationWithBase
    depegs = peg.depegs.flatMap { $0.intensityPerYear > 0 ? $0 : nil }
    let halfLife = peg.depegs?.halfLifeHours ?? peg.halfLifeHours
    depegHalfLifeSteps = halfLife / grid.stepHours
    meanCount = (depegs?.intensityPerYear ?? 0) * grid.stepYears
    diffusionVariance = peg.longRunDeviation * peg.longRunDeviation
    depegVariance =
      depegs.map {
        $0.intensityPerYear * $0.size.meanSquare / (2 * MeanReversion.perYear(halfLifeHours: halfLife))
      } ?? 0
  }

  /// Variance of one step's log return of base × peg: the base's, the peg's in its long run, and what they share.
  ///
  /// With k² = `base`/`longRun`, the shock ρz + √(1−ρ²)η of x has variance ρ²k² + 1 − ρ², and its covariance with the
  /// base's return is ρk²s·√longRun. Each of x and d moves by 2·variance·(1 − φ) in the mean square of a step.
  func stepVariance(base: Double, longRun: Double) -> Double {
    let ratio = longRun > 0 ? base / longRun : 0
    let shock = step.deviation * step.deviation
    let reverting = diffusionVariance * 2 * (1 - step.persistence)
    let depeg = depegVariance * 2 * -expm1(-M_LN2 / depegHalfLifeSteps)
    let excess = correlation * correlation * (ratio - 1) * shock
    let shared = 2 * correlation * ratio * step.deviation * longRun.squareRoot()
    return max(0, base + reverting + (correlation == 0 ? 0 : excess + shared) + depeg)
  }

  /// Sets x and d of a block to t = 0.
  func reset(diffusion: inout [Double], depeg: inout [Double]) {
    for path in diffusion.indices {
      diffusion[path] = start
      depeg[path] = 0
    }
  }

  /// Whether x moves or reverts at all.
  var diffuses: Bool { step.deviation > 0 || start != level }

  /// Whether x takes random shocks.
  var needsShocks: Bool { step.deviation > 0 }

  /// Moves x by one step.
  func move(shocks: Span<Double>, diffusion: inout MutableSpan<Double>) {
    advanceMeanReverting(
      shocks: shocks, mean: level, persistence: step.persistence, deviation: step.deviation, values: &diffusion)
  }

  /// Moves d by one step; `counts` is a row to work in.
  func moveDepegs(step: Int, block key: BlockKey, counts: inout [Double], depeg: inout [Double]) {
    guard let depegs else { return }
    let persistence = exp2(-1 / depegHalfLifeSteps)
    for path in depeg.indices { depeg[path] *= persistence }
    guard draw(step, key, into: &counts) else { return }
    for path in 0..<pathsPerBlock where counts[path] > 0 {
      let draws = KeyedDraws(seed: key.seed, path: UInt64(key.firstPath + path), purpose: .depegSize)
      for number in 0..<Int(min(counts[path], Self.mostInAStep)) {
        let factor = UInt32(index % 4096) << 12 | UInt32(number)
        let size = depegs.size.mean + depegs.size.deviation * draws.normal(step: UInt32(step), factor: factor)
        depeg[path] += size * exp2((draws.uniform(step: UInt32(step), factor: factor) - 1) / depegHalfLifeSteps)
      }
    }
  }

  /// Beyond this many de-pegs in one step, whose mean is at most 200, the numbers of their draws would run out; none in
  /// 10^1000 draws has so many.
  private static let mostInAStep = 4095.0

  private func draw(_ step: Int, _ key: BlockKey, into counts: inout [Double]) -> Bool {
    var row = counts.mutableSpan
    return fillPoisson(
      mean: meanCount, seed: key.seed, firstPath: UInt64(key.firstPath), step: UInt32(step), factor: UInt32(index),
      purpose: .depeg, into: &row)
  }
}
