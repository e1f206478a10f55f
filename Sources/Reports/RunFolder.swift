import Foundation
import Kernels

/// A failure of the file system: what was tried, on which path, and the system's own words.
public struct IOFailure: Error, Sendable, Hashable, CustomStringConvertible {
  /// What was tried, such as `create folder`.
  public let operation: String
  /// The path it was tried on.
  public let path: String
  /// The system's reason, such as `Permission denied`.
  public let reason: String

  /// Creates a failure.
  public init(operation: String, path: String, reason: String) {
    self.operation = operation
    self.path = path
    self.reason = reason
  }

  /// `cannot create folder PATH: Permission denied`.
  public var description: String { "cannot \(operation) \(path): \(reason)" }

  /// Wraps what Foundation threw, down to the system's error where there is one.
  package init(_ operation: String, _ path: String, _ error: any Error) {
    let outer = error as NSError
    let inner = (outer.userInfo[NSUnderlyingErrorKey] as? any Error).map { $0 as NSError } ?? outer
    let isSystem = inner.domain == NSPOSIXErrorDomain
    let code = Int32(truncatingIfNeeded: inner.code)
    let words = isSystem ? FileError(path: path, operation: operation, code: code).reason : outer.localizedDescription
    self.init(operation: operation, path: path, reason: words)
  }
}

/// Writes the files of a run so that a run folder that exists is complete.
///
/// Everything goes to a temporary folder beside the final one, is flushed to the disk, and is then renamed. Whatever
/// fails on the way, the temporary folder is removed and no run folder appears.
public struct RunFolder: Sendable {
  /// The folder that holds the runs of a job; created if it is missing.
  public let parent: String
  /// The name wanted for the run; `-2`, `-3`… are added where it is taken.
  public let name: String

  /// A run folder `name` inside `parent`.
  public init(parent: String, name: String) {
    self.parent = parent
    self.name = name
  }

  /// Writes `files` and returns the path of the finished folder.
  public func write(_ files: [OutputFile]) throws(IOFailure) -> String {
    try createFolder(parent)
    let temporary = path(".tmp-\(name)-\(UUID().uuidString.prefix(8))")
    do {
      try createFolder(temporary)
      for file in files { try write(file, into: temporary) }
      return try claim(temporary)
    } catch {
      try? FileManager.default.removeItem(atPath: temporary)
      throw error
    }
  }

  /// Renames the temporary folder to the first free name. A rename onto a run folder fails, as that is never empty, so
  /// two runs that end together cannot overwrite each other.
  private func claim(_ temporary: String) throws(IOFailure) -> String {
    var lastReason = "all names are taken"
    for attempt in 1...1000 {
      let target = path(attempt == 1 ? name : "\(name)-\(attempt)")
      if FileManager.default.fileExists(atPath: target) { continue }
      do {
        try FileManager.default.moveItem(atPath: temporary, toPath: target)
        return target
      } catch {
        guard FileManager.default.fileExists(atPath: target) else { throw IOFailure("rename to", target, error) }
        lastReason = IOFailure("rename to", target, error).reason
      }
    }
    throw IOFailure(operation: "find a free name for", path: path(name), reason: lastReason)
  }

  /// Writes one file and waits until it is on the disk.
  private func write(_ file: OutputFile, into folder: String) throws(IOFailure) {
    let target = folder + "/" + file.name
    if let slash = target.lastIndex(of: "/") { try createFolder(String(target[..<slash])) }
    do {
      try Data(file.bytes).write(to: URL(fileURLWithPath: target), options: .withoutOverwriting)
      let handle = try FileHandle(forUpdating: URL(fileURLWithPath: target))
      try handle.synchronize()
      try handle.close()
    } catch {
      throw IOFailure("write", target, error)
    }
  }

  /// Creates a folder and those above it; one that exists will do.
  private func createFolder(_ path: String) throws(IOFailure) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw IOFailure("create folder", path, error)
    }
  }

  /// A name inside the parent.
  private func path(_ last: String) -> String { parent.hasSuffix("/") ? parent + last : parent + "/" + last }
}
