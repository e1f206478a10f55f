/// An element of SVG or HTML with escaped text and attributes: charts and number tables are built from it.
struct MarkupElement: Sendable {
  /// What an element holds.
  enum Node: Sendable {
    case text(String)
    case element(MarkupElement)
  }

  /// The tag.
  let name: String
  /// Attributes in the order to write.
  var attributes: [(name: String, value: String)]
  /// Children in order.
  var children: [Node]

  /// An element around other elements.
  init(_ name: String, _ attributes: [(String, String)] = [], _ children: [MarkupElement] = []) {
    self.name = name
    self.attributes = attributes.map { (name: $0.0, value: $0.1) }
    self.children = children.map { .element($0) }
  }

  /// An element around text.
  init(_ name: String, _ attributes: [(String, String)] = [], text: String) {
    self.init(name, attributes)
    children = [.text(text)]
  }

  /// The same element with a `<title>` before its children, which browsers show as a tooltip.
  func tooltip(_ text: String) -> MarkupElement {
    var copy = self
    copy.children.insert(.element(MarkupElement("title", text: text)), at: 0)
    return copy
  }

  /// The element as text that is well-formed both as XML and as HTML.
  var text: String {
    var out = ""
    write(into: &out)
    return out
  }

  /// Appends the element to `out`, children in order.
  private func write(into out: inout String) {
    out += "<" + name
    for attribute in attributes { out += " \(attribute.name)=\"\(Self.escaped(attribute.value))\"" }
    guard !children.isEmpty else { return out += Self.canBeEmpty(name) ? "/>" : "></\(name)>" }
    out += ">"
    for child in children {
      switch child {
      case .text(let text): out += Self.escaped(text)
      case .element(let element): element.write(into: &out)
      }
    }
    out += "</\(name)>"
  }

  /// Escapes by Unicode scalar, not by `Character`: a quote followed by a combining mark is one `Character` and would
  /// slip through. Characters that XML forbids become U+FFFD.
  static func escaped(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "&": out += "&amp;"
      case "\"": out += "&quot;"
      case "'": out += "&#39;"
      case _ where isForbidden(scalar): out += "\u{FFFD}"
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out
  }

  /// Whether XML 1.0 (production 2, Char) excludes the scalar.
  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 ? ![0x09, 0x0A, 0x0D].contains(scalar.value) : [0xFFFE, 0xFFFF].contains(scalar.value)
  }

  /// Only shapes close themselves: an HTML parser ignores `/>` on HTML elements.
  private static func canBeEmpty(_ name: String) -> Bool {
    ["path", "line", "rect", "circle", "polygon", "use"].contains(name)
  }
}
