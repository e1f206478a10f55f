/// A JSON document in memory, written with keys in the order given and numbers in their shortest exact form, so that the
/// same report is the same bytes.
indirect enum JSONValue {
  /// What is undefined or absent.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A number; one that is not finite is written as null.
  case number(Double)
  /// A whole number.
  case integer(Int)
  /// A whole number that may exceed `Int`, such as a seed.
  case unsigned(UInt64)
  /// Text.
  case string(String)
  /// Values in order.
  case array([JSONValue])
  /// Members in the order to write; keys are not checked for repetition.
  case object([(String, JSONValue)])

  /// A number, or null for what JSON cannot hold: NaN and the infinities.
  static func finite(_ value: Double) -> JSONValue { value.isFinite ? .number(value) : .null }

  /// A string, or null.
  static func optional(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }

  /// The members whose value is not nil, in order.
  static func members(_ pairs: [(String, JSONValue?)]) -> JSONValue {
    .object(pairs.compactMap { key, value in value.map { (key, $0) } })
  }

  /// The shortest decimal that reads back as the same `Double`; whole numbers without `.0`.
  static func digits(_ value: Double) -> String {
    if value == 0 { return "0" }
    if abs(value) < 9_007_199_254_740_992, value == value.rounded() { return String(Int64(value)) }
    return value.description
  }

  /// The document, indented by two spaces; an object or array without objects inside stays on one line.
  var text: String {
    var out = ""
    write(into: &out, indent: 0)
    return out + "\n"
  }

  /// Appends the value to `out`; `indent` is the depth of its lines.
  private func write(into out: inout String, indent: Int) {
    switch self {
    case .null: out += "null"
    case .bool(let value): out += value ? "true" : "false"
    case .number(let value): out += value.isFinite ? Self.digits(value) : "null"
    case .integer(let value): out += String(value)
    case .unsigned(let value): out += String(value)
    case .string(let value): out += Self.quoted(value)
    case .array(let items): Self.write(items.map { ("", $0) }, "[", "]", into: &out, indent: indent, flat: isFlat)
    case .object(let pairs):
      let keyed = pairs.map { (Self.quoted($0.0) + ": ", $0.1) }
      Self.write(keyed, "{", "}", into: &out, indent: indent, flat: isFlat)
    }
  }

  /// Appends a container, on one line if `flat`.
  private static func write(
    _ items: [(String, JSONValue)], _ open: String, _ close: String, into out: inout String, indent: Int, flat: Bool
  ) {
    guard !items.isEmpty else { return out += open + close }
    let line = "\n" + String(repeating: "  ", count: indent + 1)
    out += open + (flat ? open == "{" ? " " : "" : line)
    for (index, item) in items.enumerated() {
      if index > 0 { out += flat ? ", " : "," + line }
      out += item.0
      item.1.write(into: &out, indent: indent + 1)
    }
    out += (flat ? open == "{" ? " " : "" : String(line.dropLast(2))) + close
  }

  /// Whether it fits one line: nothing inside holds an object.
  private var isFlat: Bool {
    switch self {
    case .array(let items): items.allSatisfy { $0.isScalar }
    case .object(let pairs): pairs.allSatisfy { $0.1.isScalar || $0.1.isScalarArray }
    default: true
    }
  }

  /// Whether it holds no other value.
  private var isScalar: Bool {
    switch self {
    case .array, .object: false
    default: true
    }
  }

  /// Whether it is a list such as an interval.
  private var isScalarArray: Bool {
    if case .array(let items) = self { items.allSatisfy { $0.isScalar } } else { false }
  }

  /// A string literal by RFC 8259, section 7.
  private static func quoted(_ value: String) -> String {
    var out = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case "\r": out += "\\r"
      case "\t": out += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
