import Schema

/// A law over listed things: each with its probability.
struct Shares<Item: Sendable & Hashable>: Sendable, Hashable {
  /// The things, in the order written.
  let items: [Item]
  /// Their probabilities, summing to one.
  let probabilities: [Double]

  /// The thing that the number `uniform` of (0, 1) stands for.
  func pick(_ uniform: Double) -> Item { items[pickIndex(weights: probabilities, uniform)] }

  /// Reads a mapping from names to probabilities. `item` makes a thing of a name, or records why it cannot and returns
  /// nil. The probabilities must add up to one within a thousandth and are then scaled to do so exactly.
  static func read(
    _ node: DocumentNode, problems: ProblemCollector, item: (String, SourceLocation) -> Item?
  ) -> Shares? {
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      problems.record(
        "names with their shares are expected here", at: node.location, found: node.shortDescription,
        allowed: "a mapping from names to fractions that add up to 1")
      return nil
    }
    var reader = ParameterReader(node, problems: problems)
    let pairs = entries.compactMap { entry -> (Item, Double)? in
      let parameter = Parameter<Double>.number(entry.key, in: .fraction, "its share")
      let made = item(entry.key, entry.value.location)
      guard let share = reader.read(parameter), let made else { return nil }
      return (made, share)
    }
    guard pairs.count == entries.count else { return nil }
    let sum = pairs.reduce(0) { $0 + $1.1 }
    guard abs(sum - 1) <= 1e-3, Set(pairs.map(\.0)).count == pairs.count else {
      problems.record(
        "the shares must name each thing once and add up to 1", at: node.location, found: "a sum of \(sum)",
        allowed: "1 within 0.001")
      return nil
    }
    return Shares(items: pairs.map(\.0), probabilities: pairs.map { $0.1 / sum })
  }
}

/// The index that the number `uniform` of (0, 1) stands for when index i has probability weights[i] ÷ Σ weights.
/// The weights are not negative and at least one is positive.
func pickIndex(weights: [Double], _ uniform: Double) -> Int {
  var rest = uniform * weights.reduce(0, +)
  for (index, weight) in weights.enumerated() {
    if weight > 0, rest < weight { return index }
    rest -= weight
  }
  return weights.lastIndex { $0 > 0 } ?? 0
}

/// Splits `total` things over `probabilities` by the method of largest remainders: each share within one of exact.
func apportion(_ total: Int, probabilities: [Double]) -> [Int] {
  let exact = probabilities.map { $0 * Double(total) }
  var counts = exact.map { Int($0) }
  let remainders = exact.map { $0 - $0.rounded(.down) }
  let order = exact.indices.sorted { (remainders[$0], $1) > (remainders[$1], $0) }
  for index in order.prefix(max(0, total - counts.reduce(0, +))) { counts[index] += 1 }
  return counts
}

/// Reads `name`: text that can stand in a table and in an account's name as it is.
func readName(_ reader: inout ParameterReader, _ summary: String, default defaultName: String? = nil) -> String? {
  guard let name = reader.read(Parameter<String>.text("name", default: defaultName, summary)) else { return nil }
  let isPlain = name.unicodeScalars.allSatisfy {
    $0.properties.isAlphabetic || "0123456789-_. ".unicodeScalars.contains($0)
  }
  if isPlain, name.utf8.count <= 60 { return name }
  reader.record(
    "the name is not allowed", key: "name", found: quotedForMessage(name),
    allowed: "letters, digits, spaces, - _ . and no more than 60 bytes")
  return nil
}
