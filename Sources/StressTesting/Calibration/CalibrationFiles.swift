import Foundation
import JobFiles
public import Reports

/// Where `plimsoll calibrate` writes: the file of figures, and the page beside it.
public struct CalibrationFiles: Sendable {
  /// The file of figures.
  public let market: String
  /// The page.
  public let page: String
  /// Whether files that exist are replaced.
  public let replaces: Bool

  /// Writes figures to `market` and the page to `page`, `calibration.html` in the same folder where that is nil.
  public init(market: String, page: String? = nil, replaces: Bool = false) {
    self.market = market
    self.page = page ?? Self.beside(market)
    self.replaces = replaces
  }

  /// Finds out, before anything is computed, whether both files can be written; throws if one is there and is not to be
  /// replaced, if it is a folder, or if the folder it goes into is missing.
  public func check() throws(IOFailure) {
    guard market != page else {
      throw IOFailure(operation: "write", path: page, reason: "the page and the figures would be one file")
    }
    for path in [market, page] {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path)
      if attributes?[.type] as? FileAttributeType == .typeDirectory {
        throw IOFailure(operation: "write", path: path, reason: "it is a folder")
      }
      if attributes != nil, !replaces {
        throw IOFailure(operation: "write", path: path, reason: "it exists; --force replaces it")
      }
      let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: parent) else {
        throw IOFailure(operation: "write", path: path, reason: "the folder is missing or cannot be written to")
      }
    }
  }

  /// Writes both files, each under a temporary name that becomes its own once it is complete.
  public func write(_ result: CalibratedMarket) throws {
    try check()
    let name = URL(fileURLWithPath: page).lastPathComponent
    let page = try result.report.page(named: name)
    try put(Array(result.file.text.utf8), at: market)
    try put(page.bytes, at: self.page)
  }

  private func put(_ bytes: [UInt8], at path: String) throws(IOFailure) {
    do {
      try Data(bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw IOFailure("write", path, error)
    }
  }

  private static func beside(_ path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "calibration.html" }
    return String(path[...slash]) + "calibration.html"
  }
}
