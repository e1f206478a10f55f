import Foundation
import JobFiles
import Kernels
import Markets

/// Counts on how many paths each account's health is negative at the start or at some hour, from balances and prices.
struct LendingRecount {
  private let generator: PathGenerator
  private let blocks: Int
  private let accounts: [Balance]

  /// Σ threshold·collateral − debt at a price and an hour.
  private struct Balance {
    var threshold: Double
    /// Units, asset, interest a year; debts negative and not weighted.
    var held: [(units: Double, asset: Int, rate: Double)]
    var owed: [(units: Double, asset: Int, rate: Double)]
    var cash: Double

    func isNegative(_ prices: [Double], years: Double) -> Bool {
      let collateral = held.reduce(0) { $0 + $1.units * prices[$1.asset] * exp($1.rate * years) }
      let debt = owed.reduce(0) { $0 + $1.units * prices[$1.asset] * exp($1.rate * years) }
      return threshold * collateral - debt + cash < 0
    }
  }

  init(_ folder: LendingFolder, job: StressJob, paths: Int) throws {
    generator = PathGenerator(market: job.market, seed: job.seed)
    blocks = paths / pathsPerBlock
    let assets = job.market.assetIDs
    accounts = try folder.accounts.map { account, balances in
      func place(_ instrument: LendingInstrument, _ value: Double, _ rate: Double) throws
        -> (units: Double, asset: Int, rate: Double)
      {
        let asset = try required(assets.firstIndex(of: instrument.asset), instrument.asset)
        return (value / folder.price(of: instrument), asset, rate)
      }
      return Balance(
        threshold: account.threshold,
        held: try balances.held.map { try place($0.instrument, $0.value, $0.instrument.rates.supply) },
        owed: try balances.owed.compactMap { instrument, value in
          try instrument.map { try place($0, value, $0.rates.borrow) }
        },
        cash: -balances.owed.reduce(0) { $0 + ($1.instrument == nil ? $1.value : 0) })
    }
  }

  /// One count an account.
  func counts(workers: Int) throws -> [Int] {
    let parts = try WorkerPool(workers: workers).map(
      blocks: blocks, makeWorkspace: { _ in Prices(generator) }
    ) { index, prices in
      prices.generate(index)
      return accounts.map { account in
        (0..<pathsPerBlock).count { path in
          (0..<prices.points).contains { point in
            account.isNegative(prices.at(point, of: path), years: Double(point) / 8760)
          }
        }
      }
    }
    return accounts.indices.map { account in parts.reduce(0) { $0 + $1[account] } }
  }
}

/// One worker's drawn prices, by path and hour.
private struct Prices: ~Copyable {
  private let generator: PathGenerator
  private var block: PathBlock
  private var workspace: PathWorkspace
  private var rows: [[[Double]]] = []

  init(_ generator: PathGenerator) {
    self.generator = generator
    block = generator.makeBlock()
    workspace = generator.makeWorkspace()
  }

  var points: Int { block.points }

  mutating func generate(_ index: Int) {
    generator.generate(block: index, into: &block, workspace: &workspace)
    rows = (0..<pathsPerBlock).map { path in
      (0..<block.points).map { point in
        (0..<block.assetCount).map { block.price(path: path, asset: $0, point: point) }
      }
    }
  }

  func at(_ point: Int, of path: Int) -> [Double] { rows[path][point] }
}
