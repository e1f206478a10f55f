import Foundation

/// One line of the verification table: what should have come out, what did, and how far apart they are.
struct VerificationRow: Sendable {
  /// What became of a comparison.
  enum Verdict: String {
    case pass
    case fail = "FAIL"
    case skipped
    case noted
  }

  /// How many standard errors an estimate may be off.
  static let tolerance = 4.0

  let name: String
  let expected: String
  let obtained: String
  /// Standard errors apart with the standard error itself, or another distance with its bound.
  let distance: String
  let verdict: Verdict

  private init(_ name: String, _ expected: String, _ obtained: String, _ distance: String, _ verdict: Verdict) {
    self.name = name
    self.expected = expected
    self.obtained = obtained
    self.distance = distance
    self.verdict = verdict
  }

  /// An estimate against the number that it estimates. `bias` is what the expected number itself may be off by.
  static func estimate(
    _ name: String, expected: Double, obtained: Double, standardError: Double, bias: Double = 0
  ) -> VerificationRow {
    let apart = abs(obtained - expected)
    let holds = apart <= tolerance * standardError + bias && standardError > 0
    let allowance = bias > 0 ? ", ± \(short(bias)) besides" : ""
    return VerificationRow(
      name, long(expected), long(obtained),
      "\(short(apart / standardError)) SE (SE \(short(standardError))\(allowance))", holds ? .pass : .fail)
  }

  /// Two ways to the same number, apart by rounding or by a stated error of one of them.
  static func relative(_ name: String, expected: Double, obtained: Double, within bound: Double) -> VerificationRow {
    let apart = abs(obtained - expected) / max(abs(expected), .leastNormalMagnitude)
    return VerificationRow(
      name, long(expected), long(obtained), "relative \(short(apart)) ≤ \(short(bound))", apart <= bound ? .pass : .fail
    )
  }

  /// A number that must not exceed a bound.
  static func atMost(_ name: String, bound: Double, obtained: Double) -> VerificationRow {
    VerificationRow(name, "≤ \(short(bound))", short(obtained), "", obtained <= bound ? .pass : .fail)
  }

  /// A number that must reach a bound.
  static func atLeast(_ name: String, bound: Double, obtained: Double) -> VerificationRow {
    VerificationRow(name, "≥ \(short(bound))", short(obtained), "", obtained >= bound ? .pass : .fail)
  }

  /// A number that must lie between two.
  static func between(_ name: String, _ low: Double, _ high: Double, obtained: Double) -> VerificationRow {
    VerificationRow(
      name, "\(short(low)) … \(short(high))", short(obtained), "", obtained >= low && obtained <= high ? .pass : .fail)
  }

  /// Something that must be so.
  static func holds(_ name: String, expected: String, obtained: String, _ condition: Bool) -> VerificationRow {
    VerificationRow(name, expected, obtained, "exact", condition ? .pass : .fail)
  }

  /// A figure for the reader beside a published one; it decides nothing.
  static func noted(_ name: String, published: String, obtained: String) -> VerificationRow {
    VerificationRow(name, published, obtained, "", .noted)
  }

  /// A comparison that could not be made here, said aloud.
  static func skipped(_ name: String, because reason: String) -> VerificationRow {
    VerificationRow(name, "", "", reason, .skipped)
  }

  /// A case that broke down.
  static func broken(_ name: String, _ error: any Error) -> VerificationRow {
    VerificationRow(name, "", "", "\(error)", .fail)
  }

  private static func long(_ value: Double) -> String { significant(value, digits: 7) }
  private static func short(_ value: Double) -> String { significant(value, digits: 3) }
}

/// A number with so many significant digits, in plain or exponent form as its size asks for.
func significant(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)g", value) }
