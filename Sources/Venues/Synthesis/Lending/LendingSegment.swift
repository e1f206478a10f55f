import Schema

/// One kind of borrower.
struct LendingSegment: Sendable {
  /// A second collateral.
  struct Second: Sendable {
    /// Probability that there is one.
    let probability: Double
    /// Its share of the whole collateral.
    let share: BetaLaw
    /// Which instrument it is.
    let instruments: Shares<Int>
  }

  /// What is owed.
  struct Debt: Sendable {
    /// The instrument of the first part.
    let instrument: Int
    /// The first part's share and the instrument of the rest; nil where there is no other part.
    let mixture: (share: BetaLaw, rest: Int)?
  }

  /// Its name, and the group of its accounts.
  let name: String
  /// Its share of the accounts.
  let share: Double
  /// The instrument of the main collateral.
  let collateral: Int
  /// Value of the whole collateral in USD.
  let size: LognormalLaw
  /// Utilisation ÷ the largest one.
  let utilisation: BetaLaw
  /// A second collateral, where the segment has some.
  let second: Second?
  /// What is owed.
  let debt: Debt
  /// Loan-to-value and threshold of its own, in place of the instruments'.
  let agreed: TwoLevels?

  /// Reads one element of `segments`.
  static func read(
    _ node: DocumentNode, problems: ProblemCollector, bounds: ClosedRange<Double>, context: SynthesisContext
  ) -> LendingSegment? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    let name = readName(&reader, "the segment's name, and its accounts' group")
    let share = reader.read(Parameter<Double>.number("share", in: .fraction, "share of the borrowers"))
    let agreed = readAgreement(&reader)
    let sized = reader.read(Keys.collateral).flatMap {
      readCollateral($0, problems: problems, bounds: bounds, context: context, hasAgreement: reader.has("ltv"))
    }
    let utilisation = reader.read(Keys.utilisation).flatMap { BetaLaw.read($0, problems: problems) }
    let debt = reader.read(Keys.debt).flatMap { readDebt($0, problems: problems, context: context) }
    let secondNode = reader.readIfPresent(Keys.second)
    let second = secondNode.flatMap { readSecond($0, problems: problems, context: context) }
    guard let name, let share, let agreed, let sized, let utilisation, let debt,
      (secondNode == nil) == (second == nil)
    else { return nil }
    return LendingSegment(
      name: name, share: share, collateral: sized.instrument, size: sized.size, utilisation: utilisation,
      second: second, debt: debt, agreed: agreed)
  }

  /// The nested keys of a segment.
  private enum Keys {
    static let collateral = Parameter<DocumentNode>.nested(
      "collateral", allowed: "{ instrument, median, sigma }", "the main collateral; the law is of the whole value, USD")
    static let utilisation = Parameter<DocumentNode>.nested(
      "utilisation", allowed: "{ kind: beta, a, b }", "utilisation ÷ largestUtilisation")
    static let debt = Parameter<DocumentNode>.nested(
      "debt", allowed: "{ instrument } or { instrument, share: { kind: beta, a, b }, rest }", "what is owed")
    static let second = Parameter<DocumentNode>.nested(
      "secondCollateral", allowed: "{ probability, share: { kind: beta, a, b }, weights }", isOptional: true,
      "a second collateral")
  }

  /// Loan-to-value and threshold of the segment's own: both or none. The outer nil is a recorded problem.
  private static func readAgreement(_ reader: inout ParameterReader) -> TwoLevels?? {
    let hasAny = reader.has("ltv") || reader.has("liquidationThreshold")
    let ltv = Parameter<Double>.number("ltv", in: Bounds(0, 1, openBelow: true), isOptional: true, "loan-to-value")
    let threshold = Parameter<Double>.number(
      "liquidationThreshold", in: Bounds(0, 1, openBelow: true), isOptional: true, "liquidation threshold")
    guard hasAny else {
      _ = (reader.readIfPresent(ltv), reader.readIfPresent(threshold))
      return .some(nil)
    }
    guard let initial = reader.read(ltv), let maintenance = reader.read(threshold) else { return nil }
    guard initial <= maintenance else {
      reader.record("loan-to-value exceeds the threshold", key: "ltv", found: "\(initial)", allowed: "≤ \(maintenance)")
      return nil
    }
    return TwoLevels(initial: initial, maintenance: maintenance)
  }

  /// The main collateral's instrument and the law of the whole value.
  private static func readCollateral(
    _ node: DocumentNode, problems: ProblemCollector, bounds: ClosedRange<Double>, context: SynthesisContext,
    hasAgreement: Bool
  ) -> (instrument: Int, size: LognormalLaw)? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    let instrument = readInstrument("instrument", &reader, context: context, asCollateral: true)
    let size = LognormalLaw.read(&reader, within: bounds, readsBounds: false)
    guard let instrument, let size else { return nil }
    return (instrument, size)
  }

  /// The second collateral. An instrument equal to the main one is allowed and makes no second.
  private static func readSecond(
    _ node: DocumentNode, problems: ProblemCollector, context: SynthesisContext
  ) -> Second? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    let probability = reader.read(Parameter<Double>.number("probability", in: .fraction, "that there is one"))
    let shareNode = reader.read(
      Parameter<DocumentNode>.nested("share", allowed: "{ kind: beta, a, b }", "its share of the whole"))
    let weightNode = reader.read(
      Parameter<DocumentNode>.nested("weights", allowed: "fractions by instrument", "which instrument it is"))
    let share = shareNode.flatMap { BetaLaw.read($0, problems: problems) }
    let instruments = weightNode.flatMap { node in
      Shares.read(node, problems: problems) { name, location in
        collateralIndex(of: name, at: location, problems: problems, context: context)
      }
    }
    guard let probability, let share, let instruments else { return nil }
    return Second(probability: probability, share: share, instruments: instruments)
  }

  /// What is owed: one instrument, or two with a law of the first one's share.
  private static func readDebt(_ node: DocumentNode, problems: ProblemCollector, context: SynthesisContext) -> Debt? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    let instrument = readInstrument("instrument", &reader, context: context, asCollateral: false)
    guard reader.has("share") || reader.has("rest") else {
      return instrument.map { Debt(instrument: $0, mixture: nil) }
    }
    let shareNode = reader.read(
      Parameter<DocumentNode>.nested("share", allowed: "{ kind: beta, a, b }", "share of the first instrument"))
    let rest = readInstrument("rest", &reader, context: context, asCollateral: false)
    let share = shareNode.flatMap { BetaLaw.read($0, problems: problems) }
    guard let instrument, let share, let rest else { return nil }
    guard rest != instrument else {
      reader.record("the rest is the same instrument", key: "rest", hint: "leave out share and rest")
      return nil
    }
    return Debt(instrument: instrument, mixture: (share, rest))
  }

  /// The index of the instrument named at `key`; as collateral it must be one that can be borrowed against.
  private static func readInstrument(
    _ key: String, _ reader: inout ParameterReader, context: SynthesisContext, asCollateral: Bool
  ) -> Int? {
    let place = reader.location.appending(key: key)
    guard let name = reader.read(Parameter<String>.text(key, "a spot instrument of the venue")) else { return nil }
    if asCollateral { return collateralIndex(of: name, at: place, problems: reader.problems, context: context) }
    return context.index(of: name, at: place, allowed: "a spot instrument", problems: reader.problems) { $0.isSpot }
  }

  /// The index of a spot instrument that can be borrowed against.
  private static func collateralIndex(
    of name: String, at location: SourceLocation, problems: ProblemCollector, context: SynthesisContext
  ) -> Int? {
    context.index(of: name, at: location, allowed: "a spot instrument with ltv", problems: problems) { kind in
      if case .spot(let terms) = kind { return terms.loanToValue != nil }
      return false
    }
  }
}
