import JobFiles
import Markets
import Schema
import Testing

/// Jumps and Heston figures of a `market.yaml`: they arrive where they belong, and what is wrong with them is said.
struct JumpReadingTests {
  private static let lines = """
        jumps: { marketWide: { mean: -0.05, deviation: 0.04 }, own: { intensityPerYear: 4, mean: 0.01, deviation: 0.06 } }
        heston: { reversionPerYear: 12, volatilityOfVariance: 2, correlation: -0.3, initialVolatility: 0.45 }

    """

  /// The sample job under `process`, with figures for both assets.
  private static func place(_ process: String, _ lines: String = lines) throws -> Workplace {
    let place = try Workplace()
    try place.edit("job.yaml", "{ kind: garch, innovations: student-t }", process)
    for volatility in ["0.6", "0.8"] {
      try place.edit("market.yaml", "    volatility: \(volatility)\n", "    volatility: \(volatility)\n\(lines)")
    }
    try place.edit(
      "market.yaml", "correlation:\n", "marketJumps: { intensityPerYear: 6, sizeCorrelation: 0.7 }\ncorrelation:\n")
    return place
  }

  @Test func figuresArrive() throws {
    let job = try Self.place("{ kind: merton }").load()
    #expect(job.market.process is MertonJumpDiffusion && job.processKind == "merton")
    #expect(job.calibration.marketJumps == MarketJumps(intensityPerYear: 6, sizeCorrelation: 0.7))
    for asset in job.calibration.assets {
      #expect(
        asset.jumps
          == AssetJumps(
            marketWide: JumpSize(mean: -0.05, deviation: 0.04),
            own: OwnJumps(intensityPerYear: 4, size: JumpSize(mean: 0.01, deviation: 0.06))))
      #expect(
        asset.heston
          == HestonParameters(
            reversionPerYear: 12, volatilityOfVariance: 2, correlation: -0.3, initialVolatility: 0.45))
    }
    #expect(job.market.process.longRunVolatilities == [0.6, 0.8])
  }

  @Test func batesIsHestonWithJumps() throws {
    let heston = try Self.place("{ kind: heston }").load()
    #expect(heston.market.process is Heston && heston.market.process.initialVolatilities == [0.45, 0.45])
    #expect(heston.processParameters == [ParameterText(key: "jumps", value: "false")])
    let bates = try Self.place("{ kind: heston, jumps: true }").load().market.process
    let jumps = 6 * (0.0025 + 0.0016) + 4 * (0.0001 + 0.0036)
    #expect(bates.initialVolatilities.allSatisfy { abs($0 - (0.45 * 0.45 + jumps).squareRoot()) < 1e-12 })
  }

  @Test func whatIsWrongIsSaid() throws {
    let cases: [(String, String, String)] = [
      ("intensityPerYear: 6", "intensityPerYear: -1", "marketJumps.intensityPerYear"),
      ("sizeCorrelation: 0.7", "sizeCorrelation: 1.5", "marketJumps.sizeCorrelation"),
      ("sizeCorrelation: 0.7", "correlation: 0.5", "marketJumps.correlation"),
      ("deviation: 0.04", "deviation: -0.04", "assets[0].jumps.marketWide.deviation"),
      ("own: { intensityPerYear: 4, ", "own: { ", "assets[0].jumps.own.intensityPerYear"),
      ("reversionPerYear: 12", "reversionPerYear: 0", "assets[0].heston.reversionPerYear"),
      ("correlation: -0.3", "correlation: -1.3", "assets[0].heston.correlation"),
      ("volatilityOfVariance: 2,", "volatilityOfVariance: 1e-9,", "assets[0].heston.volatilityOfVariance"),
    ]
    for (old, new, key) in cases {
      let place = try Self.place("{ kind: merton }")
      try place.edit("market.yaml", old, new)
      #expect(place.problems().contains { $0.location.keyPath == key }, "\(new)")
    }
  }

  @Test func jumpsWithoutTheirMarketAreRefused() throws {
    let place = try Self.place("{ kind: merton }")
    try place.edit("market.yaml", "marketJumps: { intensityPerYear: 6, sizeCorrelation: 0.7 }\n", "")
    #expect(place.problems().map(\.location.keyPath) == ["marketJumps"])
    let nobody = try Self.place(
      "{ kind: merton }", "    jumps: { own: { intensityPerYear: 4, mean: 0, deviation: 0.06 } }\n")
    #expect(nobody.problems().map(\.location.keyPath) == ["marketJumps"])
    let nothing = try Self.place("{ kind: gbm }", "    jumps: {}\n")
    #expect(nothing.problems().contains { $0.location.keyPath == "assets[0].jumps" })
  }

  @Test func jumpsThatExceedTheVolatilityAreRefusedOnlyWhereTheyAreUsed() throws {
    for (process, count) in [("{ kind: merton }", 2), ("{ kind: heston, jumps: true }", 2), ("{ kind: heston }", 0)] {
      let place = try Self.place(process)
      try place.edit("market.yaml", "own: { intensityPerYear: 4,", "own: { intensityPerYear: 900,")
      #expect(place.problems().count == count, "\(process)")
    }
  }
}
