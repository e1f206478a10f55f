import Clearing
import Schema
import Venues

/// The `liquidation:`, `impact:`, `reserve:` and `lossAllocation:` of a venue.
struct ClearingTerms {
  /// How accounts are closed.
  let liquidation: LiquidationPolicy
  /// What trades do to marks.
  let impact: MarketImpact
  /// The reserve.
  let reserve: ReserveFund
  /// What follows the reserve.
  let lossAllocation: LossAllocation
  /// What becomes of the venue when the reserve is exhausted.
  let onExhaustion: ExhaustionPolicy
  /// Where the liquidation policy stands.
  let place: SourceLocation

  /// The words of the file.
  private enum Policy: String, CaseIterable {
    case full
    case partial
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
  private static let allocation = Parameter<LossAllocation>.choice(
    "lossAllocation", "who bears what the reserve cannot pay")

  private static let exhaustion = Parameter<ExhaustionPolicy>.choice(
    "onExhaustion", default: .carryOn, "what becomes of the venue when the reserve is exhausted")

  /// Reads the four keys; nil, recorded, where any is wrong.
  init?(reading reader: inout ParameterReader, intake: Intake) {
    let liquidation = reader.section("liquidation", required: true, allowed: "{ policy, … }")
    let policy = liquidation.flatMap(Self.readPolicy)
    place = liquidation?.location ?? reader.location
    let impact = reader.section("impact", required: true, allowed: "{ coefficient, exponent, … }")
      .flatMap(ImpactReading.law)
    var fund = reader.section("reserve", required: true, allowed: "{ balance }")
    let balance = fund?.read(Self.balance)
    fund?.finish()
    let allocation = reader.read(Self.allocation)
    let exhaustion = reader.read(Self.exhaustion)
    guard let policy, let impact, let balance, let allocation, let exhaustion else { return nil }
    onExhaustion = exhaustion
    self.liquidation = policy
    self.impact = impact
    reserve = ReserveFund(balance: balance)
    lossAllocation = allocation
  }

  /// How accounts are closed: which keys are right depends on the policy.
  private static func readPolicy(_ section: ParameterReader) -> LiquidationPolicy? {
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
    case .closeFactor: method = readCloseFactor(&section)
    }
    let share = section.read(Self.reserveShare)
    let waves = section.read(Self.waves)
    guard let method, let penalty, let share, let waves else { return nil }
    return LiquidationPolicy(method: method, penalty: penalty, reserveShare: share, waves: waves)
  }

  /// The terms of lending; the bonus takes the penalty's place.
  private static func readCloseFactor(_ section: inout ParameterReader) -> LiquidationMethod? {
    let factor = section.read(Self.closeFactor)
    let below = section.read(Self.fullBelow)
    let bonus = section.read(Self.bonus)
    guard let factor, let below, let bonus else { return nil }
    return .closeFactor(closeFactor: factor, fullBelowHealthFactor: below, bonus: bonus)
  }

  /// Checks the policy against the instruments it must close.
  func check(against listing: InstrumentListing, intake: Intake) {
    let hasPerpetuals = listing.instruments.contains(where: \.isDerivative)
    switch liquidation.method {
    case .full: break
    case .partial:
      if !hasPerpetuals { intake.warn("without derivatives, partial closes in full", at: place) }
    case .closeFactor(_, _, let bonus):
      if hasPerpetuals {
        intake.problems.record(
          "close-factor liquidation cannot close derivatives", at: place.appending(key: "policy"),
          found: "close-factor",
          allowed: "full | partial", hint: "keep derivatives and loans at separate venues")
      }
      warn(ofBonus: bonus, listing, intake)
    }
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
