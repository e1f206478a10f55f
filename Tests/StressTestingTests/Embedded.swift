import Foundation
import JobFiles
import RiskMeasures
import Reports
import StressTesting
import Testing

/// The jobs that come with the package, cut down to what a test can afford.
enum Embedded {
  /// The root of the package.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The job `name` with other values in place of some of its own.
  static func job(_ name: String, _ overrides: KeyValuePairs<String, String> = [:]) throws -> StressJob {
    try StressJob.load(
      path: "\(root)/Jobs/\(name).yaml", overrides: overrides.map { JobOverride(keyPath: $0.key, yaml: $0.value) })
  }
}

/// A folder of its own with a copy of the two-accounts job and portfolio, whose files a test may change.
final class CopiedJob {
  private let folder = FileManager.default.temporaryDirectory.path + "/plimsoll-run-" + UUID().uuidString

  init() throws {
    let book = "Portfolios/two-accounts"
    for name in ["Jobs", book] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(Embedded.root)/\(book)")
    for name in ["Jobs/two-accounts.yaml"] + files.map({ "\(book)/\($0)" }) {
      try Data(contentsOf: URL(fileURLWithPath: "\(Embedded.root)/\(name)"))
        .write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  /// Replaces `old`, which must be there, in a file of the portfolio.
  func edit(_ name: String, _ old: String, _ new: String) throws {
    let path = "\(folder)/Portfolios/two-accounts/\(name)"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try #require(text.contains(old))
    try text.replacingOccurrences(of: old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
  }

  /// The job as it now stands.
  func job(_ overrides: KeyValuePairs<String, String> = [:]) throws -> StressJob {
    try StressJob.load(
      path: "\(folder)/Jobs/two-accounts.yaml",
      overrides: overrides.map { JobOverride(keyPath: $0.key, yaml: $0.value) })
  }
}

extension StressReport {
  /// `summary.json` as it would be written.
  func summaryBytes() throws -> [UInt8] {
    try #require(try SummaryJSON().files(for: self).first).bytes
  }

  /// The one estimate of the first model with this id, level and nothing else that sets it apart.
  func value(_ id: String, level: Double? = nil) throws -> Double {
    let found = models[0].estimates.filter {
      $0.id == id && $0.label.level == level && $0.label.group == nil && $0.label.asset == nil
        && $0.label.leverageBucket == nil
    }
    #expect(found.count == 1, "\(id)")
    return try #require(found.first).value
  }
}
