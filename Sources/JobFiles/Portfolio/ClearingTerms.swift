import Clearing
import Schema
import Venues

/// The `liquidation:`, `impact:`, `reserve:`, `autoDeleveraging:` and `lossAllocation:` of a venue, and what restrains
/// liquidations there.
struct ClearingTerms {
  /// How accounts are closed.
  let liquidation: LiquidationPolicy
  /// What trades do to marks.
  let impact: MarketImpact
  /// The reserve.
  let reserve: ReserveFund
  /// Closing winners after the reserve; nil where the venue does not.
  let autoDeleveraging: AutoDeleveraging?
  /// What follows at last.
  let lossAllocation: LossAllocation
  /// What slows liquidations down, who closes accounts, who takes what they leave; nil where the venue says nothing.
  let circuitBreaker: CircuitBreaker?
  let liquidators: LiquidatorTerms?
  let backstop: Backstop?
  /// What becomes of the venue when the reserve is exhausted.
  let onExhaustion: ExhaustionPolicy
  /// Where the liquidation policy stands.
  let place: SourceLocation

  /// The words of the file.
  private enum Policy: String, CaseIterable {
    case full
    case partial
    case ladder
    case closeFactor = "close-factor"
  }

  private static let policy = Parameter<Policy>.choice("policy", "how accounts are closed")
  private static let penalty = Parameter<Double>.number(
    "penalty", unit: "fraction of closed notional", in: Bounds(0, 1, openAbove: true), "charged on what is closed")
  private static let reserveShare = Parameter<Double>.number(
    "reserveShare", unit: "fraction", in: .fraction, default: 0, "share of the penalty or bonus that the reserve gets")
  private static let waves = Parameter<Int>.integer(
    "waves", in: 1...1000, default: 8, "largest number of liquidation waves in one step")
  private static let buffer = Parameter<Double>.number(
    "targetBuffer", unit: "fraction of maintenance", in: Bounds(0, 10), default: 0,
    "how far above maintenance a partial closing aims")
  private static let rungBelow = Parameter<Double>.number(
    "below", unit: "fraction of maintenance", in: .fraction, "weighted equity below which the rung is reached")
  private static let rungShare = Parameter<Double>.number(
    "close", unit: "fraction of derivatives", in: Bounds(0, 1, openBelow: true), "what is closed at once there")
  private static let closeFactor = Parameter<Double>.number(
    "closeFactor", unit: "fraction of debt", in: Bounds(0, 1, openBelow: true), "largest share of a debt repaid at once"
  )
  private static let fullBelow = Parameter<Double>.number(
    "fullBelowHealthFactor", unit: "health factor", in: .fraction, default: 0,
    "health factor below which everything may be repaid")
  private static let bonus = Parameter<Double>.number(
    "bonus", unit: "fraction of the repayment", in: .fraction, "what a liquidator gets on top of the repayment")
  private static let balance = Parameter<Double>.number(
    "balance", unit: "money", in: Bounds(0, 1e18), "the reserve at the start")
  private static let segmentAssets = Parameter<[String]>.texts("assets", "the assets whose losses the segment bears")
  private static let ranking = Parameter<AutoDeleveraging.Ranking>.choice("ranking", "which winners come first")
  static let allocation = Parameter<LossAllocation>.choice(
    "lossAllocation", "who bears what the reserve cannot pay")

  private static let exhaustion = Parameter<ExhaustionPolicy>.choice(
    "onExhaustion", default: .carryOn, "what becomes of the venue when the reserve is exhausted")

  /// Reads the keys; nil, recorded, where any is wrong.
  init?(reading reader: inout ParameterReader, assets: AssetListing, intake: Intake) {
    let liquidation = reader.section("liquidation", required: true, allowed: "{ policy, … }")
    let policy = liquidation.flatMap(Self.readPolicy)
    place = liquidation?.location ?? reader.location
    let impact = reader.section("impact", required: true, allowed: "{ coefficient, exponent, … }")
      .flatMap(ImpactReading.law)
    let fund = reader.section("reserve", required: true, allowed: "{ balance, segments }").flatMap {
      Self.readReserve($0, ids: assets.ids, indices: assets.indices)
    }
    let deleveraging = reader.section("autoDeleveraging", required: false, allowed: "{ ranking }").map(Self.readRanking)
    let allocation = reader.read(Self.allocation)
    let before = reader.problems.count
    circuitBreaker = reader.section("circuitBreaker", required: false).flatMap(RestraintTerms.breaker)
    liquidators = reader.section("liquidators", required: false).flatMap(RestraintTerms.liquidators)
    backstop = reader.section("backstop", required: false).flatMap(RestraintTerms.backstop)
    guard reader.problems.count == before else { return nil }
    let exhaustion = reader.read(Self.exhaustion)
    guard let policy, let impact, let fund, let allocation, let exhaustion else { return nil }
    if let deleveraging, deleveraging == nil { return nil }
    onExhaustion = exhaustion
    self.liquidation = policy
    self.impact = impact
    reserve = fund
    autoDeleveraging = deleveraging ?? nil
    lossAllocation = allocation
  }

  /// How accounts are closed: which keys are right depends on the policy.
  static func readPolicy(_ section: ParameterReader) -> LiquidationPolicy? {
    var section = section
    // Which other keys are right depends on the policy; without one, none of them is called unknown.
    guard let policy = section.read(Self.policy) else { return nil }
    defer { section.finish() }
    let method: LiquidationMethod?
    var penalty: Double? = 0
    switch policy {
    case .full:
      method = .full
      penalty = section.read(Self.penalty)
    case .partial:
      method = section.read(Self.buffer).map { .partial(targetBuffer: $0) }
      penalty = section.read(Self.penalty)
    case .ladder:
      method = readRungs(&section).map { .ladder($0) }
      penalty = section.read(Self.penalty)
    case .closeFactor: method = readCloseFactor(&section)
    }
    let share = section.read(Self.reserveShare)
    let waves = section.read(Self.waves)
    guard let method, let penalty, let share, let waves else { return nil }
    return LiquidationPolicy(method: method, penalty: penalty, reserveShare: share, waves: waves)
  }

  /// The rungs of a ladder, from maintenance down; nil, recorded, where one is wrong.
  private static func readRungs(_ section: inout ParameterReader) -> [LiquidationRung]? {
    let before = section.problems.count
    let items = section.list("rungs", required: true, allowed: "a list of { below, close }")
    let rungs = items.compactMap { item -> LiquidationRung? in
      var entry = ParameterReader(item, problems: section.problems)
      let below = entry.read(rungBelow)
      let share = entry.read(rungShare)
      entry.finish()
      guard let below, let share else { return nil }
      return LiquidationRung(below: below, share: share)
    }
    guard section.problems.count == before else { return nil }
    let descends = zip(rungs, rungs.dropFirst()).allSatisfy { $0.below > $1.below && $0.share <= $1.share }
    guard rungs.first?.below == 1, descends else {
      section.record(
        "rungs go down from maintenance, and close no less further down", key: "rungs",
        found: rungs.map { "\($0.below): \($0.share)" }.joined(separator: ", "),
        allowed: "the first below 1, each later one below less, closing at least as much")
      return nil
    }
    return rungs
  }

  /// The terms of lending; the bonus takes the penalty's place.
  private static func readCloseFactor(_ section: inout ParameterReader) -> LiquidationMethod? {
    let factor = section.read(Self.closeFactor)
    let below = section.read(Self.fullBelow)
    let bonus = section.read(Self.bonus)
    guard let factor, let below, let bonus else { return nil }
    return .closeFactor(closeFactor: factor, fullBelowHealthFactor: below, bonus: bonus)
  }

  /// The shared balance and the segments; an asset can be in one of them only.
  static func readReserve(_ section: ParameterReader, ids: [String], indices: [Int?]) -> ReserveFund? {
    var section = section
    let balance = section.read(Self.balance)
    let before = section.problems.count
    var taken: Set<String> = []
    let items = section.list("segments", required: false, allowed: "a list of { assets, balance }")
    let segments = items.compactMap { readSegment($0, ids, indices, &taken, section.problems) }
    section.finish()
    guard let balance, section.problems.count == before else { return nil }
    return ReserveFund(balance: balance, segments: segments)
  }

  private static func readSegment(
    _ node: DocumentNode, _ ids: [String], _ places: [Int?], _ taken: inout Set<String>, _ problems: ProblemCollector
  ) -> ReserveFund.Segment? {
    var entry = ParameterReader(node, problems: problems)
    let names = entry.read(segmentAssets)
    let balance = entry.read(Self.balance)
    entry.finish()
    guard let names, let balance else { return nil }
    var indices: [Int] = []
    for name in names {
      guard let place = ids.firstIndex(of: name) else {
        entry.record(
          "the venue lists no such asset", key: "assets", found: quotedForMessage(name),
          allowed: ids.prefix(40).map(quotedForMessage).joined(separator: ", "),
          hint: nearestWord(to: name, among: ids).map { "did you mean '\($0)'?" })
        continue
      }
      if !taken.insert(name).inserted {
        entry.record("an asset is in two segments", key: "assets", found: quotedForMessage(name))
      }
      if let index = places[place] { indices.append(index) }
    }
    return ReserveFund.Segment(assets: indices, balance: balance)
  }

  /// How winners are ranked; nil, recorded, where that is wrong.
  static func readRanking(_ section: ParameterReader) -> AutoDeleveraging? {
    var section = section
    let ranking = section.read(Self.ranking)
    section.finish()
    return ranking.map { AutoDeleveraging(ranking: $0) }
  }

  /// Checks the policy against the instruments it must close.
  func check(against listing: InstrumentListing, intake: Intake) {
    let hasPerpetuals = listing.instruments.contains(where: \.isDerivative)
    switch liquidation.method {
    case .full: break
    case .partial, .ladder:
      if !hasPerpetuals { intake.warn("without derivatives, partial closes in full", at: place) }
    case .closeFactor(_, _, let bonus): warn(ofBonus: bonus, listing, intake)
    }
  }

  /// Records what of `rules` makes no sense for the instruments that they must close, or together.
  static func check(
    _ rules: ClearingRules, instruments: [Instrument], at place: SourceLocation, problems: ProblemCollector
  ) {
    let futures = instruments.compactMap { if case .perpetual(let terms) = $0.kind { terms } else { nil } }
    if rules.autoDeleveraging != nil, futures.isEmpty {
      problems.record(
        "auto-deleveraging closes winners in perpetuals, and the venue has none", at: place, found: "autoDeleveraging",
        hint: "leave the key out")
    }
    if rules.autoDeleveraging != nil, futures.contains(where: { $0.inverseFace != nil || $0.settlementAsset != nil }) {
      problems.record(
        "auto-deleveraging closes futures settled in the venue's currency only", at: place, found: "autoDeleveraging",
        hint: "leave the key out, or keep inverse and other contracts at a venue of their own")
    }
    if rules.backstop != nil, futures.isEmpty {
      problems.record(
        "a backstop takes over futures, and the venue has none", at: place, found: "backstop",
        hint: "leave the key out")
    }
    guard case .closeFactor = rules.liquidation.method, instruments.contains(where: \.isDerivative) else { return }
    problems.record(
      "close-factor liquidation cannot close derivatives", at: place.appending(key: "policy"), found: "close-factor",
      allowed: "full | partial", hint: "keep derivatives and loans at separate venues")
  }

  /// Warns of collateral that cannot pay the bonus even at a health factor of exactly 1.
  private func warn(ofBonus bonus: Double, _ listing: InstrumentListing, _ intake: Intake) {
    for (instrument, place) in zip(listing.instruments, listing.places) {
      guard let accepted = instrument.spotTerms?.loanToValue else { continue }
      guard accepted.maintenance * (1 + bonus) > 1 else { continue }
      intake.warn(
        "\(instrument.id): liquidationThreshold·(1 + bonus) is above 1, so every liquidation leaves bad debt", at: place
      )
    }
  }
}
