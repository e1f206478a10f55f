public import Markets

import Foundation
import Kernels
import Synchronization

/// The factor that makes a model cover the same share of judged moves as the baseline, found on pilot paths.
///
/// What is judged, and with which weights, is `margin.coverage` (`MarginMetrics`), the book held constant, at exogenous
/// prices. A factor λ on all rates covers a move whose loss ÷ rate is at most λ, so the coverage of λ is the distribution
/// of that ratio and λ is a quantile: no search, nothing to converge. Coverage is a step function; of the factors with
/// exactly the baseline's coverage the one is taken that lies among them where 1 lies among the baseline's own, so that
/// a model compared with itself has factor 1. Its error is Woodruff's (1952, *JASA* 47): half the distance of the factors
/// at the coverage one standard error higher and lower, the error being that of the paired difference of coverages.
public struct CoverageMatching: Sendable {
  /// The factor on the compared model's rates.
  public let factor: Double
  /// Its standard error over pilot paths.
  public let standardError: Double
  /// Share covered by the baseline, and by the model with the factor.
  public let baselineCoverage: Double, matchedCoverage: Double
  /// Moves that the baseline did not cover: what the factor rests on.
  public let uncoveredMoves: Int
  /// Number of pilot paths.
  public let paths: Int

  /// Below this number of moves that the baseline did not cover a factor says little.
  public static let fewMoves = 20

  /// Compares `model` with `baseline`, each one plan per venue, over windows of `windowHours`, on `paths` pilot paths of
  /// `generator`'s market. Throws `CoverageMismatch` where no factor can match.
  public init(
    generator: PathGenerator, venues: [VenuePlan], baseline: [ModelPlan], model: [ModelPlan], windowHours: Double,
    paths: Int, workers: Int
  ) throws {
    guard (baseline + model).allSatisfy({ $0.scenarios == nil }) else { throw CoverageMismatch.portfolioMargin }
    let pilot = CoveragePilot(
      generator: MarginMatching.pilot(of: generator), venues: venues, models: [baseline, model],
      windowHours: windowHours, blocks: max(1, paths / pathsPerBlock), workers: workers)
    let counts = try pilot.counts()
    let (own, other) = (counts[0], counts[1])
    guard !own.isEmpty, !other.isEmpty else { throw CoverageMismatch.nothingJudged }
    let share = own.share
    guard share < 1 else { throw CoverageMismatch.everythingCovered }
    guard share > own.freeShare, share > other.freeShare else { throw CoverageMismatch.noMarginNeeded }
    guard share <= other.largestShare, let (least, next) = own.factors(covering: share),
      let found = other.factors(covering: share)
    else { throw CoverageMismatch.outOfReach }
    factor = Self.place(of: 1, from: least, to: next, in: found)
    let covered = try pilot.coverages(factors: [1, factor])
    let count = Double(covered.count)
    baselineCoverage = covered.reduce(0) { $0 + $1[0] } / count
    matchedCoverage = covered.reduce(0) { $0 + $1[1] } / count
    let mean = matchedCoverage - baselineCoverage
    let squares = covered.reduce(0) { $0 + ($1[1] - $1[0] - mean) * ($1[1] - $1[0] - mean) }
    standardError = Self.spread(
      of: other, at: share, factor: factor, error: (squares / (count * max(count - 1, 1))).squareRoot())
    uncoveredMoves = own.uncoveredMoves
    self.paths = covered.count
  }

  /// Where `value` of [least, next) lies, on a logarithmic scale, in another such interval.
  private static func place(
    of value: Double, from least: Double, to next: Double?, in other: (least: Double, next: Double?)
  ) -> Double {
    guard let next, let otherNext = other.next, next > least, otherNext > other.least, value > least else {
      return other.least
    }
    let share = min(1, log(value / least) / log(next / least))
    // The upper end belongs to the next move already.
    return min(other.least * exp(share * log(otherNext / other.least)), otherNext.nextDown)
  }

  /// Half the distance of the factors one error of the coverage apart on either side; where there is none above, the
  /// distance below.
  private static func spread(of counts: LossRatioCounts, at share: Double, factor: Double, error: Double) -> Double {
    guard error > 0 else { return 0 }
    let below = counts.factors(covering: max(share - error, counts.freeShare))?.least ?? factor
    guard let above = counts.factors(covering: share + error)?.least else { return max(0, factor - below) }
    return max(0, above - below) / 2
  }
}

/// Why no factor makes a model's coverage equal the baseline's.
public enum CoverageMismatch: Error, Sendable, CaseIterable {
  /// No window of the pilot judges a position with a requirement under both models.
  case nothingJudged
  /// The baseline covered every move: any large enough factor does too.
  case everythingCovered
  /// One of the two covers as much with no margin at all.
  case noMarginNeeded
  /// The compared model demands nothing of positions whose losses the baseline covers.
  case outOfReach
  /// One of the two margins portfolios, whose worst losses are no rates that a loss could be divided by.
  case portfolioMargin

  /// What follows the model's name in a report.
  public var words: String {
    switch self {
    case .nothingJudged: "is judged by no move of the pilot paths, so its coverage cannot be matched"
    case .everythingCovered:
      "cannot be matched in coverage: the baseline covered every move of the pilot paths, and any large enough factor "
        + "does; raise compare.pilotPaths, or compare at equal average initial margin"
    case .noMarginNeeded:
      "cannot be matched in coverage: the baseline's coverage is reached without any margin on the pilot paths"
    case .outOfReach:
      "cannot be matched in coverage: it demands nothing of positions whose losses the baseline covers, so no factor "
        + "reaches the baseline's coverage"
    case .portfolioMargin:
      "cannot be matched in coverage: portfolios margined by scenarios have no rate per position; compare at equal average "
        + "initial margin"
    }
  }
}

/// The pilot: two models' judged moves, counted once, then judged again under given factors.
private struct CoveragePilot {
  let generator: PathGenerator
  let venues: [VenuePlan]
  let models: [[ModelPlan]]
  let windowHours: Double
  let blocks: Int
  let workers: Int

  /// Paths of a block that differ from those before.
  private func count(in block: Int) -> Int {
    let distinct = generator.market.process.distinctPaths ?? Int.max
    return min(pathsPerBlock, max(0, distinct - block * pathsPerBlock))
  }

  /// The ratios of all paths, one set per model.
  func counts() throws -> [LossRatioCounts] {
    let sums = Mutex(models.map { _ in LossRatioCounts() })
    try WorkerPool(workers: workers).forEachBlock(count: blocks, makeWorkspace: { _ in workspace() }) { block, space in
      let part = space.counts(block: block, paths: count(in: block))
      sums.withLock { all in for index in all.indices { all[index].add(part[index]) } }
    }
    return sums.withLock { $0 }
  }

  /// Coverage of each path with a factor on each model's rates, [path][model].
  func coverages(factors: [Double]) throws -> [[Double]] {
    try WorkerPool(workers: workers).map(blocks: blocks, makeWorkspace: { _ in workspace() }) { block, space in
      space.coverages(block: block, paths: count(in: block), factors: factors)
    }.flatMap { $0 }
  }

  private func workspace() -> CoverageWorkspace {
    CoverageWorkspace(generator, venues: venues, models: models, windowHours: windowHours)
  }
}

/// One worker's buffers.
private struct CoverageWorkspace: ~Copyable {
  private let generator: PathGenerator
  private var block: PathBlock
  private var paths: PathWorkspace
  private let lanes: [[CoverageLane]]
  /// Part of each venue in the judged weight, [model][venue].
  private let shares: [[Double]]

  init(_ generator: PathGenerator, venues: [VenuePlan], models: [[ModelPlan]], windowHours: Double) {
    self.generator = generator
    block = generator.makeBlock()
    paths = generator.makeWorkspace()
    let grid = generator.market.grid
    let window = max(1, Int((windowHours / grid.stepHours).rounded()))
    let lanes = models.map { model in
      zip(venues, model).map { CoverageLane(plan: $0, model: $1, window: window, grid: grid) }
    }
    self.lanes = lanes
    shares = lanes.map { venues in
      let total = venues.reduce(0) { $0 + $1.notional }
      return venues.map { total > 0 ? $0.notional / total : 0 }
    }
  }

  mutating func counts(block index: Int, paths count: Int) -> [LossRatioCounts] {
    generator.generate(block: index, into: &block, workspace: &paths)
    return lanes.indices.map { model in
      var counts = LossRatioCounts()
      for path in 0..<count {
        let view = PathView(of: block, path: path, seed: generator.seed)
        for (lane, share) in zip(lanes[model], shares[model]) {
          lane.walk(view) { counts.add(weight: share * $0, loss: $1, rate: $2) }
        }
      }
      return counts
    }
  }

  mutating func coverages(block index: Int, paths count: Int, factors: [Double]) -> [[Double]] {
    generator.generate(block: index, into: &block, workspace: &paths)
    return (0..<count).map { path in
      let view = PathView(of: block, path: path, seed: generator.seed)
      return lanes.indices.map { model in
        var (covered, judged) = (0.0, 0.0)
        for (lane, share) in zip(lanes[model], shares[model]) {
          lane.walk(view) { weight, loss, rate in
            judged += share * weight
            if loss <= factors[model] * rate { covered += share * weight }
          }
        }
        return judged > 0 ? covered / judged : 1
      }
    }
  }
}
