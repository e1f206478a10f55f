import JobFiles
import Schema
import Testing
import Venues

@Suite("Inverse perpetuals and dated futures in venue.yaml")
struct ContractReadingTests {
  private static let plain = "- { id: ETH-PERP, kind: perpetual, asset: ETH, margin: small }"

  private func place(_ instrument: String) throws -> Workplace {
    let place = try Workplace()
    try place.edit("book/venue.yaml", Self.plain, Self.plain + "\n  - " + instrument)
    return place
  }

  @Test func bothAreRead() throws {
    let place = try place("{ id: ETHUSD, kind: inverse-perpetual, asset: ETH, face: 10, margin: small }")
    try place.edit(
      "book/venue.yaml", Self.plain,
      Self.plain + "\n  - { id: ETH-Q, kind: future, asset: ETH, expiryHours: 12, basis: 0.05, margin: small }")
    try place.edit(
      "book/positions.csv", "bob,BTC-SPOT,0.5,,", "bob,BTC-SPOT,0.5,,\nbob,ETHUSD,3,2000,\nbob,ETH-Q,-1,2010,")
    let venue = try place.load().venues[0].venue
    let kinds = venue.instruments.compactMap { instrument -> PerpetualTerms? in
      guard case .perpetual(let terms) = instrument.kind else { return nil }
      return terms
    }
    #expect(kinds.compactMap(\.inverseFace) == [10])
    #expect(kinds.compactMap(\.expiry) == [FutureExpiry(hours: 12, basisPerYear: 0.05)])
    #expect(venue.book.columns.filter { $0.leg == .face }.count == 1)
  }

  struct Case: Sendable {
    let instrument: String
    let key: String
    let message: String
  }

  static let cases = [
    Case(
      instrument: "{ id: X, kind: inverse-perpetual, asset: ETH, margin: small }", key: "face", message: "required"),
    Case(
      instrument: "{ id: X, kind: inverse-perpetual, asset: ETH, face: -1, margin: small }", key: "face",
      message: "not allowed"),
    Case(instrument: "{ id: X, kind: perpetual, asset: ETH, face: 10 }", key: "face", message: "unknown key"),
    Case(instrument: "{ id: X, kind: future, asset: ETH }", key: "expiryHours", message: "required"),
    Case(instrument: "{ id: X, kind: future, asset: ETH, expiryHours: 0 }", key: "expiryHours", message: "not allowed"),
    Case(
      instrument: "{ id: X, kind: future, asset: ETH, expiryHours: 1.5 }", key: "expiryHours",
      message: "expires between two steps"),
    Case(
      instrument: "{ id: X, kind: future, asset: ETH, expiryHours: 24, funding: { rate: 0 } }", key: "funding",
      message: "unknown key"),
    Case(
      instrument: "{ id: X, kind: future, asset: ETH, expiryHours: 24, basis: .inf }", key: "basis",
      message: "not allowed"),
  ]

  @Test(arguments: cases) func faultIsFound(_ fault: Case) throws {
    let problems = try place(fault.instrument).problems()
    let match = problems.contains {
      "\($0.location)" == "book/venue.yaml:12: instruments[4].\(fault.key)" && $0.message.contains(fault.message)
    }
    #expect(match, "found instead: \(problems)")
  }

  @Test func anExpiryBeyondTheHorizonNeedNotBeWholeSteps() throws {
    let place = try place("{ id: X, kind: future, asset: ETH, expiryHours: 1000.5, margin: small }")
    #expect(place.problems().isEmpty)
  }

  @Test func aPositionTooLargeIsRefused() throws {
    let place = try place("{ id: X, kind: inverse-perpetual, asset: ETH, face: 1e17, margin: small }")
    try place.edit("book/positions.csv", "bob,BTC-SPOT,0.5,,", "bob,BTC-SPOT,0.5,,\nbob,X,1,1e-9,")
    #expect(place.problems().contains { $0.message.contains("too large to compute with") })
  }
}
