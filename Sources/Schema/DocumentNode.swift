/// A value of a parsed document together with its place, independent of the format it was written in.
///
/// `JobFiles` makes these from YAML; everything above reads them through a `ParameterReader`.
public struct DocumentNode: Sendable {
  /// What stands here.
  public enum Content: Sendable {
    /// Nothing, `~` or `null`.
    case null
    /// An unquoted or quoted scalar as written; numbers are interpreted by whoever reads them.
    case scalar(String)
    /// A list.
    case sequence([DocumentNode])
    /// Keys in the order written. A format reader reports duplicate keys itself.
    case mapping([Entry])
  }

  /// One key of a mapping with its value.
  public struct Entry: Sendable {
    /// The key as written.
    public let key: String
    /// Its value.
    public let value: DocumentNode

    /// Creates an entry.
    public init(key: String, value: DocumentNode) {
      self.key = key
      self.value = value
    }
  }

  /// What stands here.
  public let content: Content
  /// Where it stands.
  public let location: SourceLocation

  /// Creates a node.
  public init(_ content: Content, at location: SourceLocation) {
    self.content = content
    self.location = location
  }

  /// What a message calls this node: its text if it is a scalar, else its shape.
  public var shortDescription: String {
    switch content {
    case .null: "nothing"
    case .scalar(let text): quotedForMessage(text)
    case .sequence(let items): "a list of \(items.count)"
    case .mapping(let entries): "a mapping with \(entries.count) keys"
    }
  }

  /// The value at `key`, if this is a mapping that has it.
  public subscript(key: String) -> DocumentNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }
}
