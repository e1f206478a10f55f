public import Schema

/// A value given on the command line that takes the place of one in the job: `--set key.path=value`.
public struct JobOverride: Sendable, Hashable {
  /// Where the value goes, such as `horizon.days` or `marginModels[1].floor`.
  public let keyPath: String
  /// The value as YAML; blank text takes the key out.
  public let yaml: String
  /// The option that it came from, for messages.
  public let origin: String

  /// Creates an override.
  public init(keyPath: String, yaml: String, origin: String = "--set") {
    self.keyPath = keyPath
    self.yaml = yaml
    self.origin = origin
  }

  /// Reads `key.path=value`; throws where there is no `=` or no key.
  public init(argument: String, origin: String = "--set") throws(Problems) {
    guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
      throw Problems([
        Problem(
          "an override needs a key and a value", at: SourceLocation(file: origin), found: quotedForMessage(argument),
          allowed: "key.path=value")
      ])
    }
    self.init(
      keyPath: String(argument[..<equals]), yaml: String(argument[argument.index(after: equals)...]), origin: origin)
  }

  /// The document with the value in place; the old document, recorded, where the path leads nowhere.
  func apply(to document: DocumentNode, problems: ProblemCollector) -> DocumentNode {
    let place = SourceLocation(file: origin, keyPath: keyPath)
    guard let steps = Self.steps(keyPath) else {
      problems.record(
        "the key path is not understood", at: SourceLocation(file: origin), found: quotedForMessage(keyPath),
        allowed: "keys joined by dots, [n] for the nth element of a list, counted from 0")
      return document
    }
    let value: DocumentNode?
    if yaml.allSatisfy(\.isWhitespace) {
      value = DocumentNode(.null, at: place)
    } else {
      value = YAMLDocument.parse(yaml, at: place, countsLines: false, problems: problems)
    }
    guard let value else { return document }
    return Self.setting(value, at: steps[...], in: document, place: place, problems) ?? document
  }

  /// One step of a key path.
  private enum Step {
    case key(String)
    case index(Int)
  }

  /// The steps of a key path; nil where it is broken.
  private static func steps(_ path: String) -> [Step]? {
    guard path.utf8.count <= 1000 else { return nil }
    var steps: [Step] = []
    for part in path.split(separator: ".", omittingEmptySubsequences: false) {
      var rest = part
      let key = rest.prefix { $0 != "[" }
      guard !key.isEmpty else { return nil }
      steps.append(.key(String(key)))
      rest = rest.dropFirst(key.count)
      while rest.first == "[" {
        guard let close = rest.firstIndex(of: "]"), let index = Int(rest[..<close].dropFirst()), index >= 0 else {
          return nil
        }
        steps.append(.index(index))
        rest = rest[rest.index(after: close)...]
      }
      guard rest.isEmpty else { return nil }
    }
    return steps
  }

  /// `node` with `value` at the end of `steps`. Mappings on the way are made where they are missing; elements of lists are
  /// not, because a list has no place beyond its end. Nil, recorded, where the path leads nowhere.
  private static func setting(
    _ value: DocumentNode, at steps: ArraySlice<Step>, in node: DocumentNode, place: SourceLocation,
    _ problems: ProblemCollector
  ) -> DocumentNode? {
    guard let step = steps.first else { return value }
    let rest = steps.dropFirst()
    switch (step, node.content) {
    case (.key(let key), .null):
      return setting(value, at: rest, in: DocumentNode(.null, at: place), place: place, problems)
        .map { DocumentNode(.mapping([DocumentNode.Entry(key: key, value: $0)]), at: node.location) }
    case (.key(let key), .mapping(var entries)):
      let index = entries.firstIndex { $0.key == key }
      let old = index.map { entries[$0].value } ?? DocumentNode(.null, at: place)
      guard let new = setting(value, at: rest, in: old, place: place, problems) else { return nil }
      let entry = DocumentNode.Entry(key: key, value: new)
      if let index { entries[index] = entry } else { entries.append(entry) }
      return DocumentNode(.mapping(entries), at: node.location)
    case (.index(let index), .sequence(var items)) where items.indices.contains(index):
      guard let new = setting(value, at: rest, in: items[index], place: place, problems) else { return nil }
      items[index] = new
      return DocumentNode(.sequence(items), at: node.location)
    default:
      problems.record(
        "the job has no such place", at: place, found: "\(node.location.keyPath) holds \(node.shortDescription)")
      return nil
    }
  }
}
