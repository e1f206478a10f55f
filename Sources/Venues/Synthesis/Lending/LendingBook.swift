public import Schema

/// Borrowers of a lending pool in segments: each with its size, its distance from liquidation, its collateral and debt.
///
/// How a borrower is drawn: the segment, whose numbers of accounts are exact; the value of its collateral; whether there
/// is a second collateral and its share; utilisation u = debt ÷ (Σ collateral × threshold), one over the health factor,
/// drawn again while the debt exceeds what may be borrowed, Σ collateral × loan-to-value with the buffer, and if that
/// never helps, set to it. An account may hold and owe the same asset.
public struct LendingBook: BookKind {
  /// What `plimsoll describe` shows.
  public static let kind = Kind(
    "lending-book", summary: "borrowers of a lending pool by segment: loopers, stable-coin debt, mixed",
    formula: "debt = u·Σ collateral·threshold,  u ~ largest·Beta(a, b);  (1 + buffer)·debt ≤ Σ collateral·LTV",
    source: "health factor as in the Aave v3 technical paper (2022); the figures are the specification's own",
    parameters: LendingBookKeys.descriptions)

  /// The venue and the market at t = 0.
  let context: SynthesisContext
  /// Number of borrowers.
  let accounts: Int
  /// Utilisation is below this.
  let largestUtilisation: Double
  /// What may be borrowed is (1 + this) times the debt at least; a fraction.
  let initialMarginBuffer: Double
  /// How often a utilisation is drawn again before the debt is set to what may be borrowed.
  let maximumRedraws: Int
  /// The kinds of borrower, with shares that add up to one within a thousandth.
  let segments: [LendingSegment]

  /// Reads the keys of this kind; see `BookKind`.
  public init?(reading reader: inout ParameterReader, context: SynthesisContext) {
    let keys = LendingBookKeys.self
    let accounts = reader.read(keys.accounts)
    let bounds = keys.readBounds(&reader)
    let utilisation = reader.read(keys.largestUtilisation)
    let buffer = reader.read(keys.initialMarginBuffer)
    let redraws = reader.read(keys.maximumRedraws)
    let segments = keys.readSegments(&reader, bounds: bounds, context: context)
    guard let accounts, bounds != nil, let utilisation, let buffer, let redraws, let segments else { return nil }
    self.context = context
    self.accounts = accounts
    largestUtilisation = utilisation
    initialMarginBuffer = buffer
    maximumRedraws = redraws
    self.segments = segments
  }
}

/// The keys of a lending book's specification.
enum LendingBookKeys {
  static let accounts = Parameter<Int>.integer("accounts", in: 1...5_000_000, "number of borrowers")
  static let collateral = Parameter<DocumentNode>.nested(
    "collateral", allowed: "{ minimum, maximum }", "bounds of a borrower's collateral in USD")
  static let largestUtilisation = Parameter<Double>.number(
    "largestUtilisation", in: Bounds(0, 1, openBelow: true, openAbove: true),
    "greatest debt ÷ (collateral × threshold): nobody starts closer to liquidation")
  static let initialMarginBuffer = Parameter<Double>.number(
    "initialMarginBuffer", in: Bounds(0, 10), default: 0, "what may be borrowed is at least (1 + this) times the debt")
  static let maximumRedraws = Parameter<Int>.integer(
    "maximumRedraws", in: 0...10_000, default: 50, "how often a utilisation above the limit is drawn again")
  static let segments = Parameter<DocumentNode>.nested(
    "segments",
    allowed: "a list of { name, share, collateral: { instrument, median, sigma }, utilisation: { a, b }, "
      + "secondCollateral: { probability, share: { a, b }, weights }, debt: { instrument, share: { a, b }, rest }, "
      + "ltv, liquidationThreshold }",
    "kinds of borrower; the last two keys are an agreement of their own, such as e-mode")

  /// What `describe` shows, in the order that a specification is usually written.
  static var descriptions: [ParameterDescription] {
    [
      accounts.description, collateral.description, largestUtilisation.description, segments.description,
      initialMarginBuffer.description, maximumRedraws.description,
    ]
  }

  /// The bounds of collateral, in USD; nil, recorded, where something is wrong.
  static func readBounds(_ outer: inout ParameterReader) -> ClosedRange<Double>? {
    guard let node = outer.read(collateral) else { return nil }
    var reader = ParameterReader(node, problems: outer.problems)
    defer { reader.finish() }
    let minimum = reader.read(Parameter<Double>.number("minimum", unit: "USD", in: Bounds(0.01, 1e12), "least value"))
    let maximum = reader.read(
      Parameter<Double>.number("maximum", unit: "USD", in: Bounds(0.01, 1e12), "greatest value"))
    guard let minimum, let maximum else { return nil }
    guard minimum < maximum else {
      reader.record("the bounds are the wrong way round", key: "maximum", found: "\(maximum)", allowed: "> \(minimum)")
      return nil
    }
    return minimum...maximum
  }

  /// The segments; nil, recorded, where one of them or their sum is wrong. Without `bounds`, which are then a problem of
  /// their own, the rest of each segment is checked all the same.
  static func readSegments(
    _ reader: inout ParameterReader, bounds: ClosedRange<Double>?, context: SynthesisContext
  ) -> [LendingSegment]? {
    guard let node = reader.read(segments) else { return nil }
    guard case .sequence(let items) = node.content, !items.isEmpty else {
      reader.record("segments are listed", key: "segments", found: node.shortDescription, allowed: "a list")
      return nil
    }
    let read = items.compactMap {
      LendingSegment.read($0, problems: reader.problems, bounds: bounds ?? 0.01...1e12, context: context)
    }
    guard read.count == items.count else { return nil }
    let sum = read.reduce(0) { $0 + $1.share }
    guard abs(sum - 1) <= 1e-3, Set(read.map(\.name)).count == read.count else {
      reader.record(
        "the segments must have names of their own and shares that add up to 1", key: "segments",
        found: "a sum of \(sum)", allowed: "1 within 0.001")
      return nil
    }
    return read
  }
}
