import Foundation
import Kernels
import Markets

/// Log returns of every asset and step on many paths of a market.
struct DrawnReturns {
  /// [asset][step − 1][path].
  let values: [[[Double]]]
  /// Number of paths.
  let paths: Int

  /// Draws 256·`blocks` paths.
  init(_ market: MarketModel, seed: UInt64, blocks: Int, workers: Int) throws {
    let generator = PathGenerator(market: market, seed: seed)
    let assets = market.assetIDs.count
    let steps = market.grid.steps
    let parts = try WorkerPool(workers: workers).map(
      blocks: blocks, makeWorkspace: { _ in Drawing(generator) }
    ) { block, drawing in drawing.returns(block: block) }
    values = (0..<assets).map { asset in
      (0..<steps).map { step in parts.flatMap { $0[asset * steps + step] } }
    }
    paths = blocks * pathsPerBlock
  }

  /// The returns of one path of an asset, step by step.
  func path(_ path: Int, asset: Int = 0) -> [Double] { values[asset].map { $0[path] } }
}

/// One worker's buffers.
private struct Drawing: ~Copyable {
  private let generator: PathGenerator
  private var block: PathBlock
  private var workspace: PathWorkspace

  init(_ generator: PathGenerator) {
    self.generator = generator
    block = generator.makeBlock()
    workspace = generator.makeWorkspace()
  }

  /// [asset and step][path].
  mutating func returns(block index: Int) -> [[Double]] {
    generator.generate(block: index, into: &block, workspace: &workspace)
    var rows: [[Double]] = []
    for asset in 0..<block.assetCount {
      for point in 1..<block.points {
        rows.append(
          (0..<pathsPerBlock).map { path in
            log(
              block.price(path: path, asset: asset, point: point)
                / block.price(path: path, asset: asset, point: point - 1))
          })
      }
    }
    return rows
  }
}
