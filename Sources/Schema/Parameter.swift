/// What `plimsoll describe` prints of one parameter.
public struct ParameterDescription: Sendable, Hashable {
  /// The key in a file.
  public let key: String
  /// The unit in words: `fraction`, `hours`, `per year`; empty where none makes sense.
  public let unit: String
  /// What is accepted, in words.
  public let allowed: String
  /// The default as it would be written, or nil where the key is required.
  public let defaultText: String?
  /// One line of meaning.
  public let summary: String
  /// Whether leaving the key out is accepted.
  public let isRequired: Bool
}

/// A number range with open or closed ends.
public struct Bounds: Sendable, Hashable, CustomStringConvertible {
  let lower: Double
  let upper: Double
  let lowerIsOpen: Bool
  let upperIsOpen: Bool

  /// Every finite number.
  public static let any = Bounds(-.infinity, .infinity, openBelow: true, openAbove: true)
  /// Numbers > 0.
  public static let positive = Bounds(0, .infinity, openBelow: true, openAbove: true)
  /// Numbers ≥ 0.
  public static let nonNegative = Bounds(0, .infinity, openAbove: true)
  /// Numbers in [0, 1].
  public static let fraction = Bounds(0, 1)
  /// Numbers in (0, 1).
  public static let openFraction = Bounds(0, 1, openBelow: true, openAbove: true)

  /// The range from `lower` to `upper`.
  public init(_ lower: Double, _ upper: Double, openBelow: Bool = false, openAbove: Bool = false) {
    self.lower = lower
    self.upper = upper
    lowerIsOpen = openBelow
    upperIsOpen = openAbove
  }

  /// Whether `value` is finite and inside.
  public func contains(_ value: Double) -> Bool {
    guard value.isFinite else { return false }
    let aboveLower = lowerIsOpen ? value > lower : value >= lower
    let belowUpper = upperIsOpen ? value < upper : value <= upper
    return aboveLower && belowUpper
  }

  /// The range in words.
  public var description: String {
    switch (lower.isFinite, upper.isFinite) {
    case (false, false): "a finite number"
    case (true, false): "a number \(lowerIsOpen ? ">" : "≥") \(plain(lower))"
    case (false, true): "a number \(upperIsOpen ? "<" : "≤") \(plain(upper))"
    case (true, true):
      "a number in \(lowerIsOpen ? "(" : "[")\(plain(lower)), \(plain(upper))\(upperIsOpen ? ")" : "]")"
    }
  }
}

/// A number as a person writes it: no `.0` on a whole one.
package func plain(_ value: Double) -> String {
  if let whole = Int64(exactly: value) { return String(whole) }
  return String(value)
}

/// One parameter of a kind: how it is described and how it is read. Declared once, as a `static let` of its owner.
public struct Parameter<Value: Sendable>: Sendable {
  /// For `describe` and error messages.
  public let description: ParameterDescription
  /// Taken when the key is absent; nil makes the key required (or, read by `readIfPresent`, optional).
  public let defaultValue: Value?
  /// The value of a node, or nil where the node does not hold one that is allowed.
  let parse: @Sendable (DocumentNode) -> Value?

  init(
    key: String, unit: String, allowed: String, defaultText: String?, isOptional: Bool = false, summary: String,
    defaultValue: Value?, parse: @escaping @Sendable (DocumentNode) -> Value?
  ) {
    description = ParameterDescription(
      key: key, unit: unit, allowed: allowed, defaultText: defaultText, summary: summary,
      isRequired: defaultValue == nil && !isOptional)
    self.defaultValue = defaultValue
    self.parse = parse
  }
}

extension Parameter where Value == Double {
  /// A number inside `bounds`. Pass `isOptional` for a key that may be absent without having a default.
  public static func number(
    _ key: String, unit: String = "", in bounds: Bounds, default defaultValue: Double? = nil, isOptional: Bool = false,
    _ summary: String
  ) -> Parameter {
    Parameter(
      key: key, unit: unit, allowed: bounds.description, defaultText: defaultValue.map(plain), isOptional: isOptional,
      summary: summary, defaultValue: defaultValue
    ) { node in
      guard case .scalar(let text) = node.content, let value = Double(text), bounds.contains(value) else { return nil }
      return value
    }
  }
}

extension Parameter where Value == Int {
  /// A whole number inside `range`; `1e5` and `100000` are both accepted.
  public static func integer(
    _ key: String, unit: String = "", in range: ClosedRange<Int>, default defaultValue: Int? = nil,
    isOptional: Bool = false, _ summary: String
  ) -> Parameter {
    let upper = range.upperBound == .max ? "" : " and ≤ \(range.upperBound)"
    return Parameter(
      key: key, unit: unit, allowed: "a whole number ≥ \(range.lowerBound)\(upper)",
      defaultText: defaultValue.map(String.init), isOptional: isOptional, summary: summary, defaultValue: defaultValue
    ) { node in
      guard case .scalar(let text) = node.content else { return nil }
      guard let value = Int(text) ?? Double(text).flatMap(Int.init(exactly:)), range.contains(value) else { return nil }
      return value
    }
  }
}

extension Parameter where Value == Bool {
  /// `true` or `false`.
  public static func flag(_ key: String, default defaultValue: Bool, _ summary: String) -> Parameter {
    Parameter(
      key: key, unit: "", allowed: "true or false", defaultText: String(defaultValue), summary: summary,
      defaultValue: defaultValue
    ) { node in
      guard case .scalar(let text) = node.content else { return nil }
      return Bool(text)
    }
  }
}

extension Parameter where Value == String {
  /// Any text that is not empty.
  public static func text(
    _ key: String, default defaultValue: String? = nil, isOptional: Bool = false, _ summary: String
  ) -> Parameter {
    Parameter(
      key: key, unit: "", allowed: "a text that is not empty", defaultText: defaultValue, isOptional: isOptional,
      summary: summary, defaultValue: defaultValue
    ) { node in
      guard case .scalar(let text) = node.content, !text.isEmpty else { return nil }
      return text
    }
  }
}

extension Parameter where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the cases of an enumeration, by its raw value.
  public static func choice(_ key: String, default defaultValue: Value? = nil, _ summary: String) -> Parameter {
    Parameter(
      key: key, unit: "", allowed: Value.allCases.map(\.rawValue).joined(separator: " | "),
      defaultText: defaultValue?.rawValue, summary: summary, defaultValue: defaultValue
    ) { node in
      guard case .scalar(let text) = node.content else { return nil }
      return Value(rawValue: text)
    }
  }
}

extension Parameter where Value == [Double] {
  /// A list, not empty, of numbers inside `bounds`; a lone number counts as a list of one.
  public static func numbers(
    _ key: String, unit: String = "", in bounds: Bounds, default defaultValue: [Double]? = nil, _ summary: String
  ) -> Parameter {
    Parameter(
      key: key, unit: unit, allowed: "a list of numbers, each \(bounds)",
      defaultText: defaultValue.map { "[\($0.map(plain).joined(separator: ", "))]" }, summary: summary,
      defaultValue: defaultValue
    ) { node in
      let items: [DocumentNode]
      if case .sequence(let list) = node.content { items = list } else { items = [node] }
      let values = items.compactMap { item -> Double? in
        guard case .scalar(let text) = item.content, let value = Double(text), bounds.contains(value) else {
          return nil
        }
        return value
      }
      return values.isEmpty || values.count < items.count ? nil : values
    }
  }
}

extension Parameter where Value == [String] {
  /// A list, not empty, of texts; a lone text counts as a list of one.
  public static func texts(_ key: String, default defaultValue: [String]? = nil, _ summary: String) -> Parameter {
    Parameter(
      key: key, unit: "", allowed: "a list of texts",
      defaultText: defaultValue.map { "[\($0.joined(separator: ", "))]" }, summary: summary, defaultValue: defaultValue
    ) { node in
      let items: [DocumentNode]
      if case .sequence(let list) = node.content { items = list } else { items = [node] }
      let values = items.compactMap { item -> String? in
        guard case .scalar(let text) = item.content, !text.isEmpty else { return nil }
        return text
      }
      return values.isEmpty || values.count < items.count ? nil : values
    }
  }
}

extension Parameter where Value == DocumentNode {
  /// A nested value that its owner reads by itself.
  public static func nested(_ key: String, allowed: String, isOptional: Bool = false, _ summary: String) -> Parameter {
    Parameter(
      key: key, unit: "", allowed: allowed, defaultText: nil, isOptional: isOptional, summary: summary,
      defaultValue: nil
    ) { $0 }
  }
}
