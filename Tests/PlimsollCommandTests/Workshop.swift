import Foundation
import Testing

/// A folder of its own with copies of the example job on two accounts and a job on drawn prices, for a test to spoil.
final class Workshop {
  let folder = FileManager.default.temporaryDirectory.path + "/plimsoll workshop " + UUID().uuidString

  /// The program, run in this folder.
  var plimsoll: Command { Command(folder: folder) }

  init() throws {
    let book = "Portfolios/two-accounts"
    for name in ["Jobs", book] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    let files = try FileManager.default.contentsOfDirectory(
      atPath: Command.root.appendingPathComponent(book).path)
    for name in ["Jobs/two-accounts.yaml"] + files.map({ "\(book)/\($0)" }) {
      try write(name, Data(contentsOf: Command.root.appendingPathComponent(name)))
    }
    try write("Jobs/drawn.yaml", Self.drawn)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Writes a file anew.
  func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

  /// Writes a file anew.
  func write(_ name: String, _ bytes: Data) throws {
    try bytes.write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
  }

  /// Replaces `old`, which must be there, in a file.
  func edit(_ name: String, _ old: String, _ new: String) throws {
    let text = try read(name)
    try #require(text.contains(old), "\(name) does not hold \(old)")
    try write(name, text.replacingOccurrences(of: old, with: new))
  }

  func read(_ name: String) throws -> String { try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(folder)/\(name)") }

  /// Everything below a folder that is not hidden or is a temporary one; empty where it does not exist.
  func entries(_ name: String) -> [String] {
    (FileManager.default.enumerator(atPath: "\(folder)/\(name)")?.compactMap { $0 as? String } ?? []).sorted()
  }

  /// The one run folder of a job, as a path below this folder.
  func run(of job: String, in results: String = "Results") throws -> String {
    let runs = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(results)/\(job)")
    try #require(runs.count == 1, "\(runs)")
    return "\(results)/\(job)/\(runs[0])"
  }

  /// Two models on drawn prices, small enough to run in no time.
  private static let drawn = """
    job: drawn
    portfolio: ../Portfolios/two-accounts
    market:
      calibration: ../Portfolios/two-accounts/market.yaml
      process: { kind: gbm }
    horizon: { hours: 12, stepHours: 1 }
    paths: 300
    seed: 1
    marginModels:
      - { name: static, kind: tiered }
      - { name: dynamic, kind: volatility-scaled, volatility: { kind: ewma, lambda: 0.97, lambdaPer: day } }
    compare: { baseline: static, match: [as-configured, equal-average-initial-margin], pilotPaths: 256 }

    """
}
