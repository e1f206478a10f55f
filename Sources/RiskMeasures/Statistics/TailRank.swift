/// Where a level falls among n ordered values.
///
/// VaR at level α is the order statistic of rank ⌈nα⌉, and n(1−α) is the number of paths that the tail is worth. Both
/// are taken from one product nα, which is first put on the whole number it would be without rounding: 100 · 0.07 is
/// 7.000000000000001 in binary and must not give rank 8.
package struct TailRank: Sendable, Equatable {
  /// Number of values.
  package let count: Int
  /// ⌈nα⌉, from 1 to n.
  package let rank: Int
  /// n(1−α), > 0 for any level below one.
  package let tailMass: Double

  /// The place of `level` among `count` ≥ 1 values; a level outside (0, 1) gets the last rank and no tail mass (NaN).
  package init(level: Double, count: Int) {
    guard level > 0, level < 1 else {
      self.count = count
      rank = max(count, 1)
      tailMass = .nan
      return
    }
    let product = level * Double(count)
    let whole = product.rounded()
    let exact = abs(product - whole) <= 1e-12 * Double(count) ? whole : product
    self.count = count
    rank = min(max(Int(exact.rounded(.up)), 1), max(count, 1))
    tailMass = Double(count) - exact
  }

  /// What to say of a tail that holds less than one path; nil otherwise.
  var shortfallNote: String? {
    guard tailMass < 1 - 1e-9 else { return nil }
    return "only \(rounded(tailMass)) paths are expected beyond this level: run more paths"
  }
}

/// A number to three decimals, for notes.
func rounded(_ value: Double) -> String {
  let scaled = (value * 1000).rounded() / 1000
  if let whole = Int(exactly: scaled) { return String(whole) }
  return String(scaled)
}
