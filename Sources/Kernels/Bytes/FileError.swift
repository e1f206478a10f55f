import Glibc

/// An operation on a file failed; says which, on what, and why in the system's words.
public struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file or folder.
  public let path: String
  /// What was attempted, as a verb: "open", "read", "map".
  public let operation: String
  /// The system's error number (`errno`).
  public let code: Int32

  /// Records a failure with its error number.
  public init(path: String, operation: String, code: Int32) {
    self.path = path
    self.operation = operation
    self.code = code
  }

  /// The system's text for the error number, such as "No such file or directory".
  public var reason: String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }

  /// One line: cannot open prices.csv: No such file or directory.
  public var description: String { "cannot \(operation) \(path): \(reason)" }
}
