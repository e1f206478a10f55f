import Foundation
import StressTesting

extension ProgramVersion {
  /// The version of this source and the revision of the checkout that the executable lies in, where it lies in one.
  static let ofThisBuild = ProgramVersion(version: currentVersion, revision: checkedOutRevision)

  /// The version in one line.
  var summary: String { revision.map { "\(version) (\($0.prefix(12)))" } ?? version }

  private static var checkedOutRevision: String? {
    guard let executable = Bundle.main.executableURL else { return nil }
    var folder = executable.resolvingSymlinksInPath().deletingLastPathComponent()
    while folder.path != "/" {
      let git = folder.appendingPathComponent(".git")
      if FileManager.default.fileExists(atPath: git.appendingPathComponent("HEAD").path) { return head(of: git) }
      folder.deleteLastPathComponent()
    }
    return nil
  }

  /// What `git rev-parse HEAD` says, read from the repository's own files.
  private static func head(of git: URL) -> String? {
    func text(_ name: String) -> String? {
      try? String(contentsOf: git.appendingPathComponent(name), encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    guard let head = text("HEAD") else { return nil }
    guard head.hasPrefix("ref: ") else { return head }
    let reference = String(head.dropFirst(5))
    if let loose = text(reference) { return loose }
    let packed = text("packed-refs")?.split(separator: "\n") ?? []
    return packed.first { $0.hasSuffix(" \(reference)") }.map { String($0.prefix(40)) }
  }
}
