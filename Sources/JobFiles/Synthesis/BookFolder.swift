import Foundation
import Kernels
public import Reports
public import Venues

/// Putting a book into a folder.
extension SynthesisSpec {
  /// Writes `book` as a portfolio: `accounts.csv`, `book.yaml` and `positions.csv`, replacing earlier ones, and copies of
  /// the venue's and the market's files as `venue.yaml` and `market.yaml` where they are not there yet.
  ///
  /// All files are written under temporary names first. Once every one is complete the old ones are removed, positions
  /// first, and the new ones get their names, positions last: a folder never holds the accounts of one book with the
  /// positions of another. A folder with another venue or market is refused, since the book would not fit.
  ///
  /// - Returns: the names of the files written.
  @discardableResult
  public func write(_ book: SyntheticBook, to folder: String) throws(IOFailure) -> [String] {
    try Self.attempt("create folder", folder) {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    let text = BookText(book: book)
    var files: [(name: String, bytes: Data)] = []
    for (name, source) in [("venue.yaml", venueFile), ("market.yaml", marketFile)] {
      if let bytes = try Self.copy(source, as: name, in: folder) { files.append((name, bytes)) }
    }
    files += [
      ("accounts.csv", Data(text.accounts.utf8)), ("book.yaml", Data(text.record(of: self).utf8)),
      ("positions.csv", Data(text.positions.utf8)),
    ]
    try Self.replace(files, in: folder)
    return files.map(\.name)
  }

  /// The bytes of `source`, unless the folder has them under `name` already.
  private static func copy(_ source: InputFile, as name: String, in folder: String) throws(IOFailure) -> Data? {
    let target = join(folder, name)
    var isOther = false
    try attempt("read", target) {
      guard FileManager.default.fileExists(atPath: target) else { return }
      isOther = try SHA256.hexDigest(ofFile: target) != source.sha256
    }
    if isOther {
      throw IOFailure(operation: "replace", path: target, reason: "the folder holds another file of this name")
    }
    if FileManager.default.fileExists(atPath: target) { return nil }
    var bytes = Data()
    try attempt("read", source.absolutePath) { bytes = try Data(contentsOf: URL(fileURLWithPath: source.absolutePath)) }
    return bytes
  }

  /// Writes every file under a temporary name, removes the old ones from the last to the first, and renames the new ones
  /// from the first to the last. Whatever fails, no temporary file stays.
  private static func replace(_ files: [(name: String, bytes: Data)], in folder: String) throws(IOFailure) {
    let mark = UUID().uuidString.prefix(8)
    let moves = files.map { (from: join(folder, ".\($0.name).\(mark)"), to: join(folder, $0.name), bytes: $0.bytes) }
    defer { for move in moves { try? FileManager.default.removeItem(atPath: move.from) } }
    for move in moves {
      try refuseFolder(move.to)
      try attempt("write", move.to) { try move.bytes.write(to: URL(fileURLWithPath: move.from)) }
    }
    for move in moves.reversed() where FileManager.default.fileExists(atPath: move.to) {
      try attempt("replace", move.to) { try FileManager.default.removeItem(atPath: move.to) }
    }
    for move in moves {
      try attempt("rename to", move.to) { try FileManager.default.moveItem(atPath: move.from, toPath: move.to) }
    }
  }

  /// A folder in the place of a file is somebody else's: it is never removed.
  private static func refuseFolder(_ path: String) throws(IOFailure) {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard attributes?[.type] as? FileAttributeType == .typeDirectory else { return }
    throw IOFailure(operation: "replace", path: path, reason: "it is a folder")
  }

  /// Runs `action`, turning what Foundation throws into the operation, the path and the system's words.
  private static func attempt(_ operation: String, _ path: String, _ action: () throws -> Void) throws(IOFailure) {
    do {
      try action()
    } catch let failure as FileError {
      throw IOFailure(operation: failure.operation, path: failure.path, reason: failure.reason)
    } catch {
      let outer = error as NSError
      let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError
      throw IOFailure(operation: operation, path: path, reason: (inner ?? outer).localizedDescription)
    }
  }

  /// The path of entry `name` of `folder`.
  private static func join(_ folder: String, _ name: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }
}
