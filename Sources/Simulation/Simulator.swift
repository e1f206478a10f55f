public import Clearing
import Kernels
public import Markets

import Synchronization

/// The whole run made ready: a market, venues, and the margin models compared on the same paths.
public struct Simulator: Sendable {
  /// Draws the exogenous prices.
  public let generator: PathGenerator
  /// The market that all venues trade in.
  let market: MarketPlan
  /// The venues.
  let venues: [VenuePlan]
  /// The margin models, [model][venue].
  let models: [[ModelPlan]]
  /// The models' names, in the same order.
  let labels: [ModelLabel]
  /// Number of paths.
  public let paths: Int
  /// What happens to accounts that are liquidatable at t = 0.
  let atStart: AtStart
  /// Assets whose prices are shown as fans.
  let fanAssets: [Int]
  /// Window of margin calls and coverage in hours.
  let callWindowHours: Double

  /// Creates a simulator; `models` is [model][venue] and `labels` names the models in the same order.
  public init(
    generator: PathGenerator, market: MarketPlan, venues: [VenuePlan], models: [[ModelPlan]], labels: [ModelLabel],
    paths: Int, atStart: AtStart, fanAssets: [Int], callWindowHours: Double
  ) {
    self.generator = generator
    self.market = market
    self.venues = venues
    self.models = models
    self.labels = labels
    self.paths = paths
    self.atStart = atStart
    self.fanAssets = fanAssets
    self.callWindowHours = callWindowHours
  }

  var grid: TimeGrid { generator.market.grid }

  /// Number of blocks of 256 paths, the last one possibly used in part.
  public var blockCount: Int { (paths + pathsPerBlock - 1) / pathsPerBlock }

  /// Replays every path under every model.
  ///
  /// The result does not depend on `workers`. `onBlockDone` gets the number of finished blocks; `shouldStop` ends the
  /// run early by throwing `WorkStopped`.
  public func run(
    workers: Int, shouldStop: @Sendable () -> Bool = { false }, onBlockDone: @Sendable (Int) -> Void = { _ in }
  ) throws -> OutcomeTable {
    let store = Mutex(OutcomeCollector(simulator: self))
    try WorkerPool(workers: workers).forEachBlock(
      count: blockCount, shouldStop: shouldStop, onBlockDone: onBlockDone,
      makeWorkspace: { _ in ReplayWorkspace(simulator: self, recordsContributions: false) }
    ) { block, workspace in
      workspace.replay(block: block)
      store.withLock { $0.add(workspace.outcome) }
    }
    return store.withLock { $0.table }
  }

  /// Replays `paths` (ascending, of this run) under one model and divides each path's loss by asset and group.
  public func contributions(model: Int, venue: Int, paths: [Int], workers: Int) throws -> TailContributions {
    let byBlock = Dictionary(grouping: paths) { $0 / pathsPerBlock }
    let blocks = byBlock.keys.sorted()
    let parts = try WorkerPool(workers: workers).map(
      blocks: blocks.count, makeWorkspace: { _ in ReplayWorkspace(simulator: self, recordsContributions: true) }
    ) { index, workspace in
      workspace.contributions(block: blocks[index], paths: byBlock[blocks[index]] ?? [], model: model, venue: venue)
    }
    return TailContributions(
      model: model, venue: venue, paths: paths, assets: generator.market.assetIDs + ["unattributed"],
      byAsset: parts.flatMap { $0.map(\.byAsset) }, byGroup: parts.flatMap { $0.map(\.byGroup) })
  }

  /// Replays one path under one model with an observer; returns the outcome of the first venue, one value per
  /// `PathQuantity`.
  package func replay(path: Int, model: Int, observer: any ReplayObserver) -> [Double] {
    outcomes(path: path, model: model, observer: observer)[0]
  }

  /// The same with the outcome of every venue, [venue][quantity].
  package func outcomes(path: Int, model: Int, observer: any ReplayObserver) -> [[Double]] {
    var workspace = ReplayWorkspace(simulator: self, recordsContributions: false)
    return workspace.watch(path: path, model: model, observer: observer)
  }
}
