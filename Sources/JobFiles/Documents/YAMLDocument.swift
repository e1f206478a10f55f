import Schema
import Yams

/// Reads YAML 1.1 (and so JSON) into a `DocumentNode` whose every value knows its line and key path.
///
/// Untrusted text: the depth and the number of nodes are limited, and so is the number of aliases, because nested aliases
/// grow exponentially ("billion laughs").
enum YAMLDocument {
  /// Deepest nesting of lists and mappings.
  static let greatestDepth = 64
  /// Largest number of values, those repeated by aliases counted each time.
  static let greatestNodeCount = 1_000_000
  /// Largest number of aliases (`*name`).
  static let greatestAliasCount = 32

  /// The one document in `text`; nil, recorded, where it is broken, empty, or more than one.
  static func parse(_ text: String, file: String, problems: ProblemCollector) -> DocumentNode? {
    parse(text, at: SourceLocation(file: file), countsLines: true, problems: problems)
  }

  /// The same for a text that stands at `place` of a larger whole, such as a value given on the command line.
  static func parse(
    _ text: String, at place: SourceLocation, countsLines: Bool, problems: ProblemCollector
  ) -> DocumentNode? {
    let body = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
    guard aliasCount(body) <= greatestAliasCount else {
      problems.record("the document has too many aliases", at: place, allowed: "≤ \(greatestAliasCount)")
      return nil
    }
    do {
      let parser = try Parser(yaml: body, resolver: .basic, encoding: .utf8)
      guard let root = try parser.singleRoot() else {
        problems.record("the document is empty", at: place)
        return nil
      }
      var converter = NodeConverter(problems: problems, countsLines: countsLines)
      var start = place
      if countsLines { start.line = root.mark?.line }
      return converter.convert(root, at: start, depth: 0)
    } catch {
      problems.record(problem(of: error, in: place))
      return nil
    }
  }

  /// The number of aliases, counted high: a `*` at the start of a word, wherever it stands.
  private static func aliasCount(_ text: String) -> Int {
    var count = 0
    var startsWord = true
    var star = false
    for byte in text.utf8 {
      let isSpace = byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
      if star, !isSpace { count += 1 }
      star = startsWord && byte == UInt8(ascii: "*")
      startsWord = isSpace || "[{,:?-".utf8.contains(byte)
    }
    return count
  }

  /// The parser's complaint with its line, where it has one.
  private static func problem(of error: any Error, in place: SourceLocation) -> Problem {
    var place = place
    switch error as? YamlError {
    case .scanner(_, let text, let mark, _), .parser(_, let text, let mark, _):
      place.line = mark.line
      return Problem("the text is not YAML: \(text)", at: place, found: "column \(mark.column)")
    case .composer(let context, let text, let mark, _):
      place.line = mark.line
      return Problem([context?.text, text].compactMap { $0 }.joined(separator: " "), at: place)
    case .reader(let text, _, let value, _):
      let character = value >= 0 ? "character \(String(value, radix: 16))" : nil
      return Problem("the text is not YAML: \(text)", at: place, found: character)
    case .duplicatedKeysInMapping(let keys, let context):
      place.line = context.mark.line
      return Problem("a key appears twice", at: place, found: keys.map(quotedForMessage).joined(separator: ", "))
    case let other:
      return Problem("the text cannot be read: \(other.map(String.init(describing:)) ?? "\(error)")", at: place)
    }
  }
}

/// Turns the parser's nodes into located ones within the limits.
private struct NodeConverter {
  let problems: ProblemCollector
  let countsLines: Bool
  var count = 0

  /// The located value of `node`; nil, recorded, where it breaks a limit.
  mutating func convert(_ node: Node, at place: SourceLocation, depth: Int) -> DocumentNode? {
    count += 1
    guard count <= YAMLDocument.greatestNodeCount, depth <= YAMLDocument.greatestDepth else {
      return tooLarge(place, depth: depth)
    }
    switch node {
    case .scalar(let scalar): return DocumentNode(Self.content(of: scalar), at: place)
    case .sequence(let items): return list(items, at: place, depth: depth)
    case .mapping(let pairs): return mapping(pairs, at: place, depth: depth)
    case .alias: return DocumentNode(.null, at: place)
    }
  }

  /// A list; each element stands at its own line.
  private mutating func list(_ items: Node.Sequence, at place: SourceLocation, depth: Int) -> DocumentNode? {
    var values: [DocumentNode] = []
    for (index, item) in items.enumerated() {
      var inside = place.appending(index: index)
      if countsLines { inside.line = item.mark?.line ?? place.line }
      guard let value = convert(item, at: inside, depth: depth + 1) else { return nil }
      values.append(value)
    }
    return DocumentNode(.sequence(values), at: place)
  }

  /// A mapping; each value stands at the line of its key. Repeated keys that the parser let through (written in two ways)
  /// are recorded here.
  private mutating func mapping(_ pairs: Node.Mapping, at place: SourceLocation, depth: Int) -> DocumentNode? {
    var entries: [DocumentNode.Entry] = []
    var lines: [String: Int?] = [:]
    for (key, node) in pairs {
      guard case .scalar(let scalar) = key else {
        problems.record("a key must be a word", at: place)
        continue
      }
      var inside = place.appending(key: Self.shownKey(scalar.string))
      if countsLines { inside.line = key.mark?.line ?? place.line }
      if let first = lines.updateValue(inside.line, forKey: scalar.string) {
        problems.record("a key appears twice", at: inside, found: first.map { "first in line \($0)" })
      }
      guard let value = convert(node, at: inside, depth: depth + 1) else { return nil }
      entries.append(DocumentNode.Entry(key: scalar.string, value: value))
    }
    return DocumentNode(.mapping(entries), at: place)
  }

  /// A key as it stands in a key path: an odd one in quotes.
  private static func shownKey(_ key: String) -> String {
    let quoted = quotedForMessage(key)
    return quoted == "'\(key)'" ? key : quoted
  }

  /// Records the broken limit once: the whole document is given up.
  private func tooLarge(_ place: SourceLocation, depth: Int) -> DocumentNode? {
    if depth > YAMLDocument.greatestDepth {
      problems.record("the document is nested too deeply", at: place, allowed: "≤ \(YAMLDocument.greatestDepth) levels")
    } else {
      problems.record("the document has too many values", at: place, allowed: "≤ \(YAMLDocument.greatestNodeCount)")
    }
    return nil
  }

  /// A scalar's text; unquoted `null` and its kin are nothing. What a number or a flag is, is for the parameter to say.
  private static func content(of scalar: Node.Scalar) -> DocumentNode.Content {
    guard scalar.style == .plain, ["", "~", "null", "Null", "NULL"].contains(scalar.string) else {
      return .scalar(scalar.string)
    }
    return .null
  }
}
