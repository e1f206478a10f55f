import JobFiles
import Schema
import Testing
import Venues

@Suite("Options and pool shares in venue.yaml")
struct OptionReadingTests {
  private static let plain = "- { id: ETH-PERP, kind: perpetual, asset: ETH, margin: small }"
  private static let option = "id: X, kind: option, asset: ETH, type: put, strike: 1800, expiryHours: 12"

  private func place(_ instrument: String) throws -> Workplace {
    let place = try Workplace()
    try place.edit("book/venue.yaml", Self.plain, Self.plain + "\n  - " + instrument)
    return place
  }

  @Test func bothAreRead() throws {
    let place = try place(
      "{ \(Self.option), basis: 0.05, volatility: 0.7, smile: { slope: -0.1, cap: 2 }, margin: small, "
        + "collateralWeight: { initial: 0, maintenance: 0.5 } }")
    try place.edit(
      "book/venue.yaml", Self.plain,
      Self.plain + "\n  - { id: LP, kind: pool-share, asset: ETH, otherAsset: BTC, product: 0.25, "
        + "collateralWeight: { initial: 0.7, maintenance: 0.8 }, ltv: 0.6, liquidationThreshold: 0.7 }")
    try place.edit("book/positions.csv", "bob,BTC-SPOT,0.5,,", "bob,BTC-SPOT,0.5,,\nbob,X,-3,,\nbob,LP,2,,")
    let venue = try place.load().venues[0].venue
    let option = venue.instruments.compactMap { instrument -> OptionTerms? in
      if case .option(let terms) = instrument.kind { terms } else { nil }
    }
    #expect(option.count == 1)
    #expect(option[0].strike == 1800 && !option[0].isCall && option[0].volatility == 0.7)
    #expect(option[0].expiry == FutureExpiry(hours: 12, basisPerYear: 0.05))
    #expect(option[0].smile == VolatilitySmile(slope: -0.1, curvature: 0, floor: 0.5, cap: 2))
    #expect(option[0].longWeight == TwoLevels(initial: 0, maintenance: 0.5) && option[0].brackets != nil)
    let share = venue.instruments.compactMap { instrument -> PoolShareTerms? in
      if case .poolShare(let terms) = instrument.kind { terms } else { nil }
    }
    #expect(share.map(\.product) == [0.25] && share[0].otherAsset != nil)
    #expect(venue.book.columns.contains { $0.leg == .option })
  }

  struct Case: Sendable {
    let instrument: String
    let key: String
    let message: String
  }

  static let cases = [
    Case(instrument: "{ \(option) }", key: "volatility", message: "required"),
    Case(instrument: "{ \(option), volatility: -1 }", key: "volatility", message: "not allowed"),
    Case(instrument: "{ \(option), volatility: nan }", key: "volatility", message: "not allowed"),
    Case(instrument: "{ \(option), volatility: market }", key: "volatility", message: "has none in the calibration"),
    Case(instrument: "{ \(option), volatility: 1, face: 1 }", key: "face", message: "unknown key"),
    Case(instrument: "{ \(option), volatility: 1, smile: { slop: 1 } }", key: "smile.slop", message: "unknown key"),
    Case(instrument: "{ \(option), volatility: 1, smile: { floor: 0 } }", key: "smile.floor", message: "not allowed"),
    Case(
      instrument: "{ id: X, kind: option, asset: ETH, type: calls, strike: 0, expiryHours: 1, volatility: 1 }",
      key: "strike", message: "not allowed"),
    Case(
      instrument: "{ id: X, kind: option, asset: ETH, type: call, strike: 1, expiryHours: 1.5, volatility: 1 }",
      key: "expiryHours", message: "expires between two steps"),
    Case(
      instrument: "{ id: X, kind: pool-share, asset: ETH, otherAsset: ETH, product: 1 }", key: "otherAsset",
      message: "two different assets"),
    Case(instrument: "{ id: X, kind: pool-share, asset: ETH }", key: "product", message: "required"),
  ]

  @Test(arguments: cases) func faultIsFound(_ fault: Case) throws {
    let problems = try place(fault.instrument).problems()
    let match = problems.contains {
      "\($0.location)".hasPrefix("book/venue.yaml:12: instruments[4].\(fault.key)")
        && $0.message.contains(fault.message)
    }
    #expect(match, "found instead: \(problems)")
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let owed = try place("{ id: X, kind: pool-share, asset: ETH, product: 1 }")
    try owed.edit("book/positions.csv", "bob,BTC-SPOT,0.5,,", "bob,BTC-SPOT,0.5,,\nbob,X,-1,,")
    #expect(owed.problems().contains { $0.message.contains("cannot be owed") })
    let entered = try place("{ \(Self.option), volatility: 1, margin: small }")
    try entered.edit("book/positions.csv", "bob,BTC-SPOT,0.5,,", "bob,BTC-SPOT,0.5,,\nbob,X,-1,5,")
    #expect(entered.problems().contains { $0.message.contains("only a perpetual has an entry price") })
    let posted = try place("{ \(Self.option), volatility: 1, margin: small }")
    try posted.edit("book/positions.csv", "bob,BTC-SPOT,0.5,,", "bob,BTC-SPOT,0.5,,\nbob,X,-1,,50")
    #expect(posted.problems().contains { $0.message.contains("only a perpetual can have collateral") })
    let unlisted = try place("{ \(Self.option), volatility: 1 }")
    #expect(unlisted.problems().contains { $0.message.contains("X has no bracket table") })
  }
}
