import Foundation
import JobFiles
import Schema

/// A folder of its own with the files of a small but complete job, which a test spoils in one place and loads.
///
/// The job: two assets with GARCH figures, a perpetual venue with spot collateral, a cross and an isolated position,
/// three models, limits. Nothing is wrong with it.
final class Workplace {
  let folder: String

  init() throws {
    folder = NSTemporaryDirectory() + "plimsoll-jobfiles-" + UUID().uuidString
    for name in ["book", "pool"] {
      try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
    }
    for (name, text) in Self.goodFiles { try write(name, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// The names of the good files.
  static var names: [String] { goodFiles.map(\.name) }

  /// The text of one good file.
  static func good(_ name: String) -> String { goodFiles.first { $0.name == name }?.text ?? "" }

  func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: folder + "/" + name))
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: folder + "/" + name) }

  /// Replaces `old`, which must be there, in a file.
  func edit(_ name: String, _ old: String, _ new: String) throws {
    let text = try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    guard text.contains(old) else { throw NothingToReplace(text: old) }
    try write(name, text.replacingOccurrences(of: old, with: new))
  }

  func load(_ overrides: [JobOverride] = []) throws(Problems) -> StressJob {
    try StressJob.load(path: folder + "/job.yaml", overrides: overrides)
  }

  /// What is wrong, with files named as in `goodFiles`; empty if the job loads.
  func problems(_ overrides: [JobOverride] = []) -> [Problem] {
    do {
      _ = try load(overrides)
      return []
    } catch {
      return error.all.map { problem in
        var problem = problem
        problem.location.file = problem.location.file.replacingOccurrences(of: folder + "/", with: "")
        return problem
      }
    }
  }

  struct NothingToReplace: Error { let text: String }

  private static let goodFiles: [(name: String, text: String)] = [
    ("job.yaml", job), ("book/venue.yaml", venue), ("book/positions.csv", positions), ("book/accounts.csv", accounts),
    ("market.yaml", market), ("prices.csv", prices),
  ]
}

private let job = """
  job: sample
  description: "a sample"
  portfolio: book
  market:
    calibration: market.yaml
    process: { kind: garch, innovations: student-t }
    dependence: { kind: student-t, degreesOfFreedom: 5 }
  horizon: { days: 2, stepHours: 1 }
  paths: 1000
  seed: 7
  marginModels:
    - { name: static, kind: tiered }
    - name: dynamic
      kind: volatility-scaled
      volatility: { kind: ewma, lambda: 0.97, lambdaPer: day }
      floor: 0.03
      cap: 0.5
      updateHours: 8
  compare: { baseline: static, match: [as-configured, equal-average-initial-margin], pilotPaths: 512 }
  measures: { levels: [0.95, 0.99] }
  atStart: close
  limits:
    - { measure: reserve.exhaustionProbability, model: static, above: 0.01 }
    - { measure: venue.loss.es, model: dynamic, level: 0.99, above: 1000 }
  output: { formats: [json, html], priceFan: [ETH] }
  """

private let venue = """
  venue: perps
  description: "two perpetuals"
  settlement: USD
  assets:
    - { id: BTC, averageDailyVolume: 1e9, halfSpread: 0.0001 }
    - { id: ETH, averageDailyVolume: 5e8, halfSpread: 0.0002 }
  instruments:
    - { id: USD, kind: settlement }
    - { id: BTC-SPOT, kind: spot, asset: BTC, collateralWeight: { initial: 0.9, maintenance: 0.95 } }
    - { id: BTC-PERP, kind: perpetual, asset: BTC, margin: large, funding: { rate: 0.0001, intervalHours: 8 } }
    - { id: ETH-PERP, kind: perpetual, asset: ETH, margin: small }
  margin:
    large:
      - { from: 0, initial: 0.05, maintenance: 0.03 }
      - { from: 1000000, initial: 0.1, maintenance: 0.05 }
    small:
      - { from: 0, initial: 0.1, maintenance: 0.05 }
  liquidation: { policy: partial, targetBuffer: 0.1, penalty: 0.01, reserveShare: 0.5, waves: 8 }
  impact: { coefficient: 0.8, exponent: 0.5, permanentShare: 0.4, halfLifeHours: 4 }
  reserve: { balance: 100000 }
  lossAllocation: socialise
  """

private let positions = """
  account,instrument,quantity,entry_price,isolated_collateral
  alice,USD,10000,,
  alice,BTC-PERP,1,50000,
  alice,ETH-PERP,-2,2000,500
  bob,BTC-SPOT,0.5,,
  bob,BTC-PERP,-1,49000,
  bob,ETH-PERP,2,2100,
  """

private let accounts = """
  account,mode,group
  bob,cross,professional
  alice,,retail
  """

private let market = """
  calibration:
    source: "made up"
    window: { from: 2024-01-01, to: 2024-12-31 }
    observations: 8760
  assets:
    - id: BTC
      price: 50000
      volatility: 0.6
      garch: { stepHours: 1, omega: 4.1096e-7, alpha: 0.05, gamma: 0.02, beta: 0.93, degreesOfFreedom: 5, initialVolatility: 0.5 }
    - id: ETH
      price: 2000
      volatility: 0.8
      garch: { stepHours: 1, omega: 7.306e-7, alpha: 0.05, gamma: 0.02, beta: 0.93, degreesOfFreedom: 5, initialVolatility: 0.7 }
  correlation:
    matrix:
      - [1, 0.8]
      - [0.8, 1]
  dependence: { kind: student-t, degreesOfFreedom: 6 }
  """

private let prices = """
  time_utc,BTC,ETH
  2026-01-01T00:00Z,50000,2000
  2026-01-01T01:00Z,50500,2010
  2026-01-01T02:00Z,49000,1950
  2026-01-01T03:00Z,48000,1900
  """
