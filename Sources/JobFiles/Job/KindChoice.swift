import Schema

/// A parameter as it applies to a run: written, or the default.
public struct ParameterText: Sendable, Hashable {
  /// The key, with those above it joined by dots.
  public let key: String
  /// The value as it would be written.
  public let value: String

  /// Creates an entry.
  public init(key: String, value: String) {
    self.key = key
    self.value = value
  }
}

/// The `kind:` of a mapping, found among those that exist, and the rest of the mapping for the kind to read.
struct KindChoice {
  /// The kind.
  let kind: Kind
  /// The parameters, written or default, in the order of the kind.
  let parameterTexts: [ParameterText]
  /// Reads the mapping; `kind` (and what `taking` named) is taken already.
  let reader: ParameterReader

  /// Finds the kind; nil, recorded, where it is missing or unknown. `taking` names keys that belong to the owner.
  init?(_ node: DocumentNode, among kinds: [Kind], taking keys: [String] = [], problems: ProblemCollector) {
    var reader = ParameterReader(node, problems: problems)
    for key in keys { _ = reader.take(key) }
    let names = kinds.map(\.name)
    let allowed = names.joined(separator: " | ")
    guard let written = reader.take("kind") else {
      if case .mapping = node.content {
        problems.record("the key is required", at: node.location.appending(key: "kind"), allowed: allowed)
      }
      return nil
    }
    guard case .scalar(let name) = written.content, let kind = kinds.first(where: { $0.name == name }) else {
      var hint: String?
      if case .scalar(let name) = written.content {
        hint = nearestWord(to: name, among: names).map { "did you mean '\($0)'?" }
      }
      problems.record(
        "unknown kind", at: written.location, found: written.shortDescription, allowed: allowed, hint: hint)
      return nil
    }
    self.kind = kind
    self.reader = reader
    parameterTexts = Self.texts(node, of: kind)
  }

  /// Every parameter as written, else its default.
  private static func texts(_ node: DocumentNode, of kind: Kind) -> [ParameterText] {
    kind.parameters.flatMap { about -> [ParameterText] in
      if let written = node[about.key] { return flattened(written, key: about.key) }
      return about.defaultText.map { [ParameterText(key: about.key, value: $0)] } ?? []
    }
  }

  /// The scalars below a node with their keys joined.
  static func flattened(_ node: DocumentNode, key: String) -> [ParameterText] {
    switch node.content {
    case .null: []
    case .scalar(let text): [ParameterText(key: key, value: text)]
    case .sequence(let items):
      items.enumerated().flatMap { flattened($0.element, key: "\(key)[\($0.offset)]") }
    case .mapping(let entries): entries.flatMap { flattened($0.value, key: "\(key).\($0.key)") }
    }
  }
}
