import Clearing
import Schema

/// The `rules:` of a margin model: what of a venue's clearing is otherwise while the book is replayed under that model.
///
/// Each key takes the place of the venue's whole section of that name; `none` takes an optional one away. Only what acts
/// after a margin call can differ: margin tables belong to the model, impact to the market that all models share, and the
/// reserve's total to the comparison.
enum RulesOverride {
  /// The rules that `node` makes of `venue`; nil, recorded, where any of it is wrong.
  static func rules(_ node: DocumentNode, of venue: VenueTerms, problems: ProblemCollector) -> ClearingRules? {
    var reader = ParameterReader(node, problems: problems)
    let before = problems.count
    var rules = venue.rules
    if let section = reader.section("liquidation", required: false) {
      ClearingTerms.readPolicy(section).map { rules.liquidation = $0 }
    }
    if let section = reader.section("reserve", required: false) {
      ClearingTerms.readReserve(section, ids: venue.assetIDs, indices: venue.assetIndices).map { rules.reserve = $0 }
      check(rules.reserve, against: venue.rules.reserve, at: section.location, problems)
    }
    replace(&rules.autoDeleveraging, "autoDeleveraging", &reader, ClearingTerms.readRanking)
    replace(&rules.circuitBreaker, "circuitBreaker", &reader, RestraintTerms.breaker)
    replace(&rules.liquidators, "liquidators", &reader, RestraintTerms.liquidators)
    replace(&rules.backstop, "backstop", &reader, RestraintTerms.backstop)
    if let allocation = reader.readIfPresent(ClearingTerms.allocation) { rules.lossAllocation = allocation }
    reader.finish()
    guard problems.count == before else { return nil }
    ClearingTerms.check(
      rules, instruments: venue.instruments, at: node.location.appending(key: "liquidation"),
      problems: problems)
    return problems.count == before ? rules : nil
  }

  /// Reads an optional section; the word `none` takes it away.
  private static func replace<Terms>(
    _ terms: inout Terms?, _ key: String, _ reader: inout ParameterReader, _ read: (ParameterReader) -> Terms?
  ) {
    guard let node = reader.take(key) else { return }
    if case .scalar("none") = node.content {
      terms = nil
      return
    }
    if let found = read(ParameterReader(node, problems: reader.problems)) { terms = found }
  }

  /// Figures of the reserve are shown relative to what it is at the start, which all models share.
  private static func check(
    _ reserve: ReserveFund, against venue: ReserveFund, at place: SourceLocation, _ problems: ProblemCollector
  ) {
    guard abs(reserve.total - venue.total) > 1e-9 * venue.total else { return }
    problems.record(
      "a model's reserve must total the venue's: only its division may differ", at: place, found: "\(reserve.total)",
      allowed: "\(venue.total)")
  }
}
