import Clearing
import JobFiles
import Schema
import Testing
import Venues

/// Jobs with several portfolios: one market, models by venue, and what is refused.
@Suite("Jobs with several venues")
struct SeveralVenuesTests {
  /// The sample job with a lending pool beside its exchange.
  private func workplace() throws -> Workplace {
    let place = try Workplace()
    try place.edit("job.yaml", "portfolio: book", "portfolios: [book, pool]")
    try place.edit(
      "job.yaml", "- { name: static, kind: tiered }",
      "- { name: static, venues: { perps: { kind: tiered }, pool: { kind: loan-to-value } } }")
    try place.edit(
      "job.yaml",
      """
      - name: dynamic
          kind: volatility-scaled
          volatility: { kind: ewma, lambda: 0.97, lambdaPer: day }
          floor: 0.03
          cap: 0.5
          updateHours: 8
      """,
      "- { name: dynamic, venues: { perps: { kind: volatility-scaled, floor: 0.03 }, pool: { kind: loan-to-value } } }")
    try place.edit("job.yaml", "model: static, above", "model: static, venue: perps, above")
    try place.edit("job.yaml", "model: dynamic, level", "model: dynamic, venue: pool, level")
    try place.write("pool/venue.yaml", Self.pool)
    try place.write("pool/positions.csv", "account,instrument,quantity,entry_price\ncarol,USD,-1500,\ncarol,ETH,1,\n")
    return place
  }

  private static let pool = """
    venue: pool
    settlement: USD
    assets:
      - { id: ETH }
    instruments:
      - { id: USD, kind: settlement }
      - { id: ETH, kind: spot, asset: ETH, ltv: 0.75, liquidationThreshold: 0.8 }
    liquidation: { policy: close-factor, closeFactor: 0.5, bonus: 0.05, waves: 8 }
    impact: { coefficient: 0.8, exponent: 0.5, permanentShare: 0.4, halfLifeHours: 4 }
    reserve: { balance: 1000 }
    lossAllocation: bad-debt
    """

  @Test("venues share depths and the impact law; each has its models")
  func shared() throws {
    let job = try workplace().load()
    #expect(job.venues.map(\.venue.id) == ["perps", "pool"])
    #expect(job.venues[1].venue.depths == [nil, MarketDepth(averageDailyVolume: 5e8, halfSpread: 0.0002)])
    #expect(job.depths.compactMap { $0?.averageDailyVolume } == [1e9, 5e8])
    #expect(job.impact.coefficient == 0.8)
    #expect(job.marginModels[0].venues.map(\.kind) == ["tiered", "loan-to-value"])
    #expect(job.marginModels[0].kind == "tiered, loan-to-value" && job.marginModels[1].isDynamic)
    #expect(job.marginModels[1].parameters.contains { $0.key == "perps.floor" && $0.value == "0.03" })
  }

  @Test("the job's own depth takes the place of the venues'")
  func stated() throws {
    let place = try workplace()
    try place.edit("pool/venue.yaml", "{ id: ETH }", "{ id: ETH, averageDailyVolume: 3e8, halfSpread: 0 }")
    try place.edit("pool/venue.yaml", "coefficient: 0.8", "coefficient: 2")
    try place.edit(
      "job.yaml", "paths: 1000",
      "paths: 1000\ndepth:\n  assets: [{ id: ETH, averageDailyVolume: 7e8, halfSpread: 0.001 }]\n  impact: { coefficient: 0 }"
    )
    let job = try place.load()
    #expect(job.venues.allSatisfy { $0.venue.depths[1]?.averageDailyVolume == 7e8 && $0.rules.impact.coefficient == 0 })
  }

  @Test("a claim on a venue that fails: by the venue's own file, or by the job")
  func claims() throws {
    let place = try workplace()
    try place.edit(
      "job.yaml", "paths: 1000", "paths: 1000\nclaims: [{ asset: ETH, on: perps, recovery: 0.3 }]")
    #expect(place.problems().contains { $0.location.keyPath == "claims[0].on" && $0.message.contains("not fail") })
    try place.edit("job.yaml", "claims:", "onExhaustion: { perps: fail }\nclaims:")
    var job = try place.load()
    #expect(job.claims == [VenueClaim(asset: 1, venue: 0, recovery: 0.3)])
    #expect(job.venues.map(\.rules.onExhaustion) == [.fail, .carryOn])
    try place.edit("job.yaml", "onExhaustion: { perps: fail }\n", "")
    try place.edit("book/venue.yaml", "lossAllocation: socialise", "lossAllocation: socialise\nonExhaustion: fail")
    job = try place.load()
    #expect(job.venues[0].rules.onExhaustion == .fail)
  }

  @Test("venues that count money in different currencies")
  func currencies() throws {
    let place = try workplace()
    try place.edit("pool/venue.yaml", "USD", "EUR")
    try place.edit("pool/positions.csv", "USD", "EUR")
    let problem = try #require(place.problems().first { $0.message.contains("different currencies") })
    #expect(problem.location.keyPath == "settlement" && problem.found?.contains("EUR") == true)
  }

  /// An edit of one file and the problem that it must give.
  struct Case: Sendable {
    let file: String
    let old: String
    let new: String
    let keyPath: String
    let message: String
  }

  static let cases = [
    Case(
      file: "pool/venue.yaml", old: "{ id: ETH }", new: "{ id: ETH, averageDailyVolume: 4e8, halfSpread: 0.0002 }",
      keyPath: "assets[0]", message: "different depths of ETH"),
    Case(
      file: "pool/venue.yaml", old: "{ id: ETH }", new: "{ id: ETH, halfSpread: 0.0002 }",
      keyPath: "assets[0].averageDailyVolume", message: "required"),
    Case(
      file: "book/venue.yaml", old: "averageDailyVolume: 5e8, halfSpread: 0.0002 ", new: "",
      keyPath: "assets[1].averageDailyVolume", message: "required"),
    Case(
      file: "pool/venue.yaml", old: "coefficient: 0.8", new: "coefficient: 0.7", keyPath: "impact",
      message: "different impact laws"),
    Case(file: "pool/venue.yaml", old: "venue: pool", new: "venue: all venues", keyPath: "venue", message: "total"),
    Case(
      file: "job.yaml", old: "pool: { kind: loan-to-value } } }\n  - { name: dynamic",
      new: "bank: { kind: loan-to-value } } }\n  - { name: dynamic", keyPath: "marginModels[0].venues.bank",
      message: "no such venue"),
    Case(
      file: "job.yaml", old: "perps: { kind: volatility-scaled, floor: 0.03 }, ", new: "",
      keyPath: "marginModels[1].venues.perps", message: "required"),
    Case(
      file: "job.yaml", old: "floor: 0.03", new: "flor: 0.03", keyPath: "marginModels[1].venues.perps.flor",
      message: "unknown"),
    Case(
      file: "job.yaml", old: "model: static, venue: perps, above", new: "model: static, above",
      keyPath: "limits[0].venue", message: "for every venue"),
    Case(
      file: "job.yaml", old: "portfolios: [book, pool]", new: "portfolios: [book, pool]\nportfolio: book",
      keyPath: "portfolios", message: "both given"),
    Case(
      file: "job.yaml", old: "paths: 1000", new: "paths: 1000\nclaims: [{ asset: XRP, on: perps, recovery: 0.3 }]",
      keyPath: "claims[0].asset", message: "no such asset"),
    Case(
      file: "job.yaml", old: "paths: 1000", new: "paths: 1000\nclaims: [{ asset: ETH, on: bank, recovery: 0.3 }]",
      keyPath: "claims[0].on", message: "no such venue"),
    Case(
      file: "job.yaml", old: "paths: 1000", new: "paths: 1000\nclaims: [{ asset: ETH, on: perps, recovery: 0 }]",
      keyPath: "claims[0].recovery", message: "not allowed"),
    Case(
      file: "job.yaml", old: "paths: 1000", new: "paths: 1000\nonExhaustion: { bank: fail }",
      keyPath: "onExhaustion.bank", message: "no such venue"),
    Case(
      file: "job.yaml", old: "paths: 1000", new: "paths: 1000\nonExhaustion: { perps: explode }",
      keyPath: "onExhaustion.perps", message: "not allowed"),
    Case(file: "job.yaml", old: "[book, pool]", new: "[book, [pool]]", keyPath: "portfolios[1]", message: "path"),
    Case(
      file: "job.yaml", old: "paths: 1000",
      new: "paths: 1000\ndepth: { assets: [{ id: XRP, averageDailyVolume: 1, halfSpread: 0 }] }",
      keyPath: "depth.assets[0].id", message: "no such asset"),
    Case(
      file: "job.yaml", old: "paths: 1000", new: "paths: 1000\ndepth: {}", keyPath: "depth.assets", message: "nothing"),
  ]

  @Test("what does not go together is refused with its place", arguments: cases.indices)
  func refused(index: Int) throws {
    let one = Self.cases[index]
    let place = try workplace()
    try place.edit(one.file, one.old, one.new)
    let found = place.problems()
    #expect(
      found.contains { $0.location.keyPath == one.keyPath && $0.message.contains(one.message) },
      "\(found.map { "\($0.location.keyPath): \($0.message)" })")
  }

  @Test("a conflict of depths names both figures and both places")
  func conflict() throws {
    let place = try workplace()
    try place.edit("pool/venue.yaml", "{ id: ETH }", "{ id: ETH, averageDailyVolume: 4e8, halfSpread: 0.0002 }")
    let problem = try #require(place.problems().first { $0.message.contains("different depths") })
    let found = try #require(problem.found)
    #expect(found.contains("400000000.0") && found.contains("500000000.0") && found.contains("book/venue.yaml"))
    #expect(problem.location.file.contains("pool/venue.yaml"))
  }

  @Test("two folders with one venue name, and a limit on a total")
  func namesAndTotals() throws {
    let place = try workplace()
    try place.edit(
      "job.yaml", "measure: venue.loss.es, model: dynamic, venue: pool,",
      "measure: total.loss.es, model: dynamic,")
    #expect(place.problems().isEmpty)
    try place.edit("job.yaml", "[book, pool]", "[book, book]")
    #expect(place.problems().contains { $0.message.contains("same name") && $0.location.keyPath == "venue" })
  }
}
