/// A file that a job was made from, for the manifest of the run.
public struct InputFile: Sendable, Hashable {
  /// The path as it was written: on the command line for the job, relative to the job's folder for the others.
  public let label: String
  /// Where it was found.
  public let absolutePath: String
  /// SHA-256 of its bytes, in hexadecimal digits.
  public let sha256: String
  /// Its size.
  public let bytes: Int

  /// Creates an entry.
  public init(label: String, absolutePath: String, sha256: String, bytes: Int) {
    self.label = label
    self.absolutePath = absolutePath
    self.sha256 = sha256
    self.bytes = bytes
  }
}
