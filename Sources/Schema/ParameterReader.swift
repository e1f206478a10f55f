/// Reads the keys of one mapping, collecting every problem instead of stopping at the first.
///
/// A value that is missing or wrong is recorded and comes back as nil; the caller reads on and gives up at the end.
/// `finish` reports the keys nobody asked for, so a misspelt key is never silently ignored.
public struct ParameterReader {
  /// Where problems go.
  public let problems: ProblemCollector
  /// The place of the mapping.
  public let location: SourceLocation
  private let entries: [DocumentNode.Entry]
  private var asked: [String] = []

  /// A reader of `node`, which must be a mapping: anything else is recorded and read as an empty one.
  public init(_ node: DocumentNode, problems: ProblemCollector) {
    self.problems = problems
    location = node.location
    switch node.content {
    case .mapping(let entries): self.entries = entries
    case .null: entries = []
    case .scalar, .sequence:
      entries = []
      problems.record("keys are expected here", at: node.location, found: node.shortDescription, allowed: "a mapping")
    }
  }

  /// The value of a parameter: what is written, else its default. Nil, recorded, if it is required and missing or wrong.
  public mutating func read<Value>(_ parameter: Parameter<Value>) -> Value? {
    let about = parameter.description
    guard let node = take(about.key) else {
      if parameter.defaultValue == nil {
        problems.record(
          "the key is required", at: location.appending(key: about.key), allowed: about.allowed, hint: about.summary)
      }
      return parameter.defaultValue
    }
    return value(of: parameter, at: node)
  }

  /// The value of a parameter that may be absent: nil if it is, or, recorded, if it is wrong.
  public mutating func readIfPresent<Value>(_ parameter: Parameter<Value>) -> Value? {
    guard let node = take(parameter.description.key) else { return nil }
    return value(of: parameter, at: node)
  }

  /// The node at `key` for a caller that reads it by itself; a null counts as absent.
  public mutating func take(_ key: String) -> DocumentNode? {
    asked.append(key)
    guard let node = entries.first(where: { $0.key == key })?.value else { return nil }
    if case .null = node.content { return nil }
    return node
  }

  /// Whether the mapping has `key`, without asking for it.
  public func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

  /// Records a problem about `key`.
  public func record(_ message: String, key: String, found: String? = nil, allowed: String? = nil, hint: String? = nil)
  {
    let place = entries.first { $0.key == key }?.value.location ?? location.appending(key: key)
    problems.record(message, at: place, found: found, allowed: allowed, hint: hint)
  }

  /// A reader of the mapping at `key`; nil, recorded, if it is required and absent. A wrong shape is recorded and read
  /// as an empty mapping.
  public mutating func section(_ key: String, required: Bool, allowed: String = "a mapping") -> ParameterReader? {
    if let node = take(key) { return ParameterReader(node, problems: problems) }
    if required {
      problems.record("the key is required", at: location.appending(key: key), allowed: allowed)
    }
    return nil
  }

  /// The elements of the list at `key`; empty, recorded, if it is required and absent or empty, or not a list.
  public mutating func list(_ key: String, required: Bool, allowed: String) -> [DocumentNode] {
    guard let node = take(key) else {
      if required { problems.record("the key is required", at: location.appending(key: key), allowed: allowed) }
      return []
    }
    guard case .sequence(let items) = node.content else {
      problems.record("a list is expected here", at: node.location, found: node.shortDescription, allowed: allowed)
      return []
    }
    if required, items.isEmpty { problems.record("the list is empty", at: node.location, allowed: allowed) }
    return items
  }

  /// The keys of the mapping in the order written.
  public var keys: [String] { entries.map(\.key) }

  /// Records every key that was never asked for, the first twenty of them one by one.
  public func finish() {
    let unknown = entries.filter { !asked.contains($0.key) }
    for entry in unknown.prefix(20) {
      problems.record(
        "unknown key", at: entry.value.location, found: quotedForMessage(entry.key),
        allowed: asked.isEmpty ? "no keys" : asked.joined(separator: ", "),
        hint: nearestWord(to: entry.key, among: asked).map { "did you mean '\($0)'?" })
    }
    if unknown.count > 20 {
      problems.record("\(unknown.count - 20) more unknown keys are not listed", at: location)
    }
  }

  private func value<Value>(of parameter: Parameter<Value>, at node: DocumentNode) -> Value? {
    guard let value = parameter.parse(node) else {
      problems.record(
        "the value is not allowed", at: node.location, found: node.shortDescription,
        allowed: parameter.description.allowed, hint: parameter.description.summary)
      return nil
    }
    return value
  }
}
