import Schema

/// A document written as a Swift literal, for specifications in tests.
indirect enum Literal: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, Sendable
{
  case scalar(String)
  case list([Literal])
  case keys([(String, Literal)])

  init(dictionaryLiteral elements: (String, Literal)...) { self = .keys(elements) }
  init(arrayLiteral elements: Literal...) { self = .list(elements) }
  init(stringLiteral value: String) { self = .scalar(value) }
  init(floatLiteral value: Double) { self = .scalar("\(value)") }
  init(integerLiteral value: Int) { self = .scalar("\(value)") }

  /// The node, located under `location`.
  func node(at location: SourceLocation = SourceLocation(file: "spec.yaml")) -> DocumentNode {
    switch self {
    case .scalar(let text): return DocumentNode(.scalar(text), at: location)
    case .list(let items):
      let nodes = items.enumerated().map { $0.element.node(at: location.appending(index: $0.offset)) }
      return DocumentNode(.sequence(nodes), at: location)
    case .keys(let pairs):
      let entries = pairs.map { DocumentNode.Entry(key: $0.0, value: $0.1.node(at: location.appending(key: $0.0))) }
      return DocumentNode(.mapping(entries), at: location)
    }
  }

  /// The same document with `value` at `path`, keys separated by dots and elements as numbers; nil removes the key.
  func setting(_ path: String, to value: Literal?) -> Literal {
    setting(path.split(separator: ".").map(String.init)[...], to: value)
  }

  private func setting(_ path: ArraySlice<String>, to value: Literal?) -> Literal {
    guard let head = path.first else { return value ?? self }
    let rest = path.dropFirst()
    switch self {
    case .scalar: return self
    case .list(var items):
      guard let index = Int(head), items.indices.contains(index) else { return self }
      items[index] = items[index].setting(rest, to: value)
      return .list(items)
    case .keys(var pairs):
      guard let index = pairs.firstIndex(where: { $0.0 == head }) else {
        return .keys(pairs + [(head, Literal.keys([]).setting(rest, to: value))])
      }
      if rest.isEmpty, value == nil {
        pairs.remove(at: index)
      } else {
        pairs[index].1 = pairs[index].1.setting(rest, to: value)
      }
      return .keys(pairs)
    }
  }
}
