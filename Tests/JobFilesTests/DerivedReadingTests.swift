import JobFiles
import Markets
import Schema
import Testing
import Venues

/// Derived assets, funding rates and implied volatilities of a `market.yaml`: they arrive, and what is wrong is said.
struct DerivedReadingTests {
  private static let lines = """
      - id: STETH
        derived: { base: ETH, initialRate: 1.1, ratePerYear: 0.03, peg: { halfLifeHours: 500, volatility: 0.015, level: 0.99,
                   initial: 0.999, correlationWithBase: 0.2, standardErrors: { volatility: 0.002 },
                   depegs: { intensityPerYear: 2, mean: -0.02, deviation: 0.01, halfLifeHours: 800 } } }
      - id: WSTETH
        derived: { base: STETH, initialRate: 1.2 }
      - { id: USDC, derived: { base: settlement, peg: { halfLifeHours: 12, volatility: 0.02 } } }

    """
  private static let factors = """
        funding: { mean: 0.0001, deviation: 0.0002, halfLifeHours: 48, correlationWithPrice: 0.3, limit: 0.003 }
        impliedVolatility: { initial: 0.5, longRun: 0.6, halfLifeHours: 400, volatilityOfVolatility: 1.2 }

    """

  /// The sample job with derived assets, and with funding and implied volatility of its first asset.
  private static func place() throws -> Workplace {
    let place = try Workplace()
    try place.edit("market.yaml", "correlation:\n", lines + "correlation:\n")
    try place.edit("market.yaml", "    volatility: 0.6\n", "    volatility: 0.6\n" + factors)
    return place
  }

  @Test func figuresArrive() throws {
    let place = try Self.place()
    try place.edit("book/venue.yaml", "rate: 0.0001", "rate: market")
    try place.edit(
      "book/venue.yaml", "instruments:\n",
      "  - { id: WSTETH, averageDailyVolume: 1e8, halfSpread: 0.001 }\ninstruments:\n")
    try place.edit(
      "book/venue.yaml", "margin:\n", "  - { id: WSTETH, kind: spot, asset: WSTETH }\nmargin:\n")
    let job = try place.load()
    #expect(job.market.assetIDs == ["BTC", "ETH", "STETH", "WSTETH", "USDC"])
    #expect(
      job.calibration.derived[0]
        == DerivedAsset(
          id: "STETH", base: .asset("ETH"), initialRate: 1.1, ratePerYear: 0.03,
          peg: PegParameters(
            halfLifeHours: 500, volatility: 0.015, level: 0.99, initial: 0.999, correlationWithBase: 0.2,
            depegs: DepegParameters(
              intensityPerYear: 2, size: JumpSize(mean: -0.02, deviation: 0.01), halfLifeHours: 800))))
    #expect(job.calibration.derived[1] == DerivedAsset(id: "WSTETH", base: .asset("STETH"), initialRate: 1.2))
    #expect(job.calibration.derived[2].base == .settlement)
    #expect(job.calibration.prices == job.market.initialPrices)
    #expect(abs(job.market.initialPrices[3] - 2000 * 1.1 * 0.999 * 1.2) < 1e-9)
    #expect(
      job.calibration.assets[0].funding
        == FundingParameters(
          mean: 0.0001, deviation: 0.0002, halfLifeHours: 48, correlationWithPrice: 0.3, limit: 0.003))
    #expect(
      job.calibration.assets[0].impliedVolatility
        == ImpliedVolatilityParameters(initial: 0.5, longRun: 0.6, halfLifeHours: 400, volatilityOfVolatility: 1.2))
    #expect(
      job.processParameters.suffix(5)
        == [
          ParameterText(
            key: "derived.STETH",
            value:
              "ETH × rate 1.1 growing by 0.03 a year × peg (half-life 500.0 h, volatility 0.015, 2.0 de-pegs a year)"),
          ParameterText(key: "derived.WSTETH", value: "STETH × rate 1.2"),
          ParameterText(
            key: "derived.USDC", value: "settlement × peg (half-life 12.0 h, volatility 0.02)"),
          ParameterText(key: "funding", value: "BTC"), ParameterText(key: "impliedVolatility", value: "BTC"),
        ])
    #expect(job.market.derived?.channels == [.fundingRate, .impliedVolatility])
    #expect(job.venues[0].venue.instruments.contains { $0.asset == 3 })
    let perpetual = try #require(job.venues[0].venue.instruments.first { $0.id == "BTC-PERP" })
    guard case .perpetual(let terms) = perpetual.kind else {
      Issue.record("not a perpetual")
      return
    }
    #expect(terms.takesMarketFunding && terms.fundingRate == 0 && terms.fundingIntervalHours == 8)
  }

  @Test func whatIsWrongIsSaid() throws {
    let cases: [(String, String, String)] = [
      ("base: ETH,", "base: ETHER,", "assets[2].derived.base"),
      ("base: ETH,", "base: WSTETH,", "assets[2].derived.base"),
      ("base: STETH,", "base: WSTETH,", "assets[3].derived.base"),
      ("base: ETH, ", "", "assets[2].derived.base"),
      ("initialRate: 1.2", "initialRate: 0", "assets[3].derived.initialRate"),
      ("initialRate: 1.2", "rate: 1.2", "assets[3].derived.rate"),
      ("initialRate: 1.2 }", "initialRate: 1.2 }\n    price: 5", "assets[3].price"),
      ("halfLifeHours: 500", "halfLifeHours: 0", "assets[2].derived.peg.halfLifeHours"),
      ("level: 0.99,", "level: -1,", "assets[2].derived.peg.level"),
      ("correlationWithBase: 0.2", "correlationWithBase: 1.2", "assets[2].derived.peg.correlationWithBase"),
      ("intensityPerYear: 2", "intensityPerYear: 2000", "assets[2].derived.peg.depegs.intensityPerYear"),
      ("deviation: 0.01,", "deviation: -0.01,", "assets[2].derived.peg.depegs.deviation"),
      ("volatility: 0.02 }", "volatility: 0.02, correlationWithBase: 0.1 }", "assets[4].derived.peg"),
      ("id: WSTETH", "id: ETH", "assets[3].id"),
      ("id: USDC", "id: settlement", "assets[4].id"),
      ("deviation: 0.0002", "deviation: -1", "assets[0].funding.deviation"),
      (", limit: 0.003", "", "assets[0].funding.limit"),
      ("longRun: 0.6", "longRun: 0", "assets[0].impliedVolatility.longRun"),
      ("volatilityOfVolatility: 1.2", "volOfVol: 1.2", "assets[0].impliedVolatility.volOfVol"),
    ]
    for (old, new, key) in cases {
      let place = try Self.place()
      try place.edit("market.yaml", old, new)
      #expect(place.problems().contains { $0.location.keyPath == key }, "\(new): \(place.problems())")
    }
  }

  @Test func derivedAssetsHaveNoRowInTheMatrix() throws {
    let place = try Self.place()
    try place.edit("market.yaml", "    - [0.8, 1]\n", "    - [0.8, 1]\n    - [0, 0]\n")
    let problems = place.problems()
    #expect(problems.contains { $0.location.keyPath == "correlation.matrix" && $0.hint?.contains("derived") == true })
  }

  @Test func fundingOfTheMarketNeedsFigures() throws {
    let place = try Self.place()
    try place.edit("book/venue.yaml", "margin: small }", "margin: small, funding: { rate: market } }")
    #expect(place.problems().map(\.location.keyPath) == ["instruments[3].funding.rate"])
    let word = try Self.place()
    try word.edit("book/venue.yaml", "rate: 0.0001", "rate: markets")
    #expect(word.problems().map(\.location.keyPath) == ["instruments[2].funding.rate"])
    let missing = try Self.place()
    try missing.edit("book/venue.yaml", "rate: 0.0001, ", "")
    #expect(missing.problems().map(\.location.keyPath) == ["instruments[2].funding.rate"])
    let uneven = try Self.place()
    try uneven.edit("book/venue.yaml", "rate: 0.0001, intervalHours: 8", "rate: market, intervalHours: 2.5")
    #expect(uneven.problems().map(\.location.keyPath) == ["instruments[2].funding.intervalHours"])
  }

  @Test func correlationWithWhatDoesNotMoveIsRefused() throws {
    let place = try Self.place()
    try place.edit("job.yaml", "{ kind: garch, innovations: student-t }", "{ kind: gbm, volatilityMultiple: 0 }")
    #expect(place.problems().map(\.location.keyPath) == ["market.process", "market.process"])
  }

  @Test func replayedPricesTakeThePlaceOfADerivedOne() throws {
    let place = try Self.place()
    try place.edit(
      "job.yaml", "process: { kind: garch, innovations: student-t }", "history: prices.csv\n  process: { kind: replay }"
    )
    try place.edit("job.yaml", "days: 2", "hours: 3")
    try place.edit("job.yaml", "paths: 1000", "paths: 1")
    try place.write(
      "prices.csv",
      """
      time_utc,BTC,ETH,USDC
      2026-01-01T00:00Z,50000,2000,1
      2026-01-01T01:00Z,50500,2010,0.97
      2026-01-01T02:00Z,49000,1950,0.95
      2026-01-01T03:00Z,48000,1900,0.99
      """)
    let job = try place.load()
    #expect(job.market.assetIDs == ["BTC", "ETH", "USDC", "STETH", "WSTETH"])
    #expect(job.calibration.derived.map(\.id) == ["STETH", "WSTETH"])
    #expect(job.market.initialPrices.prefix(3) == [50000, 2000, 1])
  }
}
