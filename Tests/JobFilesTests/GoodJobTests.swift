import Clearing
import Foundation
import JobFiles
import Markets
import RiskMeasures
import Schema
import Simulation
import Testing
import Venues

/// A job without a fault: every value arrives where it belongs.
struct GoodJobTests {
  @Test func everyValueArrives() throws {
    let job = try Workplace().load()
    #expect(job.name == "sample" && job.summary == "a sample" && job.seed == 7 && job.paths == 1000)
    #expect(job.grid == TimeGrid(steps: 48, stepHours: 1))
    #expect(job.market.dependence == .studentT(degreesOfFreedom: 5))
    #expect(job.market.process is Garch && job.processKind == "garch")
    #expect(job.processParameters == [ParameterText(key: "innovations", value: "student-t")])
    #expect(job.market.assetIDs == ["BTC", "ETH"])
    #expect(
      job.calibration.window
        == CalibrationWindow(
          source: "made up", from: "2024-01-01", to: "2024-12-31", observations: 8760))
    #expect(job.matchings == [.asConfigured, .equalAverageInitialMargin])
    #expect(job.baseline == 0 && job.pilotPaths == 512 && job.atStart == .close)
    #expect(job.measures.levels == [0.95, 0.99] && job.measures.confidence == 0.95 && job.measures.seed == 7)
    #expect(job.formats == ["json", "html"] && job.priceFanAssets == [1])
    #expect(job.limits.map(\.selector.measure) == ["reserve.exhaustionProbability", "venue.loss.es"])
    #expect(job.limits.map(\.limit) == [0.01, 1000] && job.limits.map(\.side) == [.above, .above])
    #expect(!job.isSynthetic)
  }

  @Test func everyFileIsHashed() throws {
    let job = try Workplace().load()
    #expect(
      job.inputs.map(\.label).map { $0.split(separator: "/").last } == [
        "job.yaml", "market.yaml", "venue.yaml", "accounts.csv", "positions.csv",
      ])
    #expect(
      job.inputs.dropFirst().map(\.label).sorted() == [
        "book/accounts.csv", "book/positions.csv", "book/venue.yaml", "market.yaml",
      ])
    #expect(job.inputs.allSatisfy { $0.sha256.count == 64 && $0.bytes > 0 && $0.absolutePath.hasPrefix("/") })
  }

  @Test func bookIsLaidOut() throws {
    let venue = try Workplace().load().venues[0].venue
    let book = venue.book
    // Order of accounts.csv, then the isolated position.
    #expect(book.accounts.map(\.id) == ["bob", "alice", "alice#ETH-PERP"])
    #expect(book.groups == ["professional", "retail"])
    #expect(book.accounts.map(\.group) == [0, 1, 1])
    #expect(book.accounts.map(\.mode) == [.cross, .cross, .isolated] && book.accounts[2].owner == 1)
    // Cash: bob 0 + 1·49000 − 2·2100, alice 10000 − 50000, isolated 500 + 2·2000.
    #expect(book.cash == [44800, -40000, 4500])
    #expect(book.quantity.count == 5)
    #expect(venue.depths.map { $0?.averageDailyVolume } == [1e9, 5e8])
  }

  @Test(
    "every kind of oracle is read",
    arguments: [
      ("{ latencySteps: 2 }", OraclePolicy(rule: .spot, latencySteps: 2)),
      (
        "{ kind: twap, windowHours: 3, staleness: { maximumDeviation: 0.1 } }",
        OraclePolicy(rule: .average(windowHours: 3), maximumDeviation: 0.1)
      ),
      (
        "{ kind: deviation, deviation: 0.005, heartbeatHours: 24 }",
        OraclePolicy(rule: .deviation(threshold: 0.005, heartbeatHours: 24))
      ),
      (
        "{ kind: deviation, deviation: 0.01, latencySteps: 1 }",
        OraclePolicy(rule: .deviation(threshold: 0.01, heartbeatHours: .infinity), latencySteps: 1)
      ),
    ])
  func oracles(yaml: String, policy: OraclePolicy) throws {
    let place = try Workplace()
    #expect(try place.load().venues[0].rules.oracle == .spot)
    try place.edit("book/venue.yaml", "venue: perps", "venue: perps\noracle: \(yaml)")
    #expect(try place.load().venues[0].rules.oracle == policy)
  }

  @Test("an asset's own impact takes the rest from the venue's; a spread that is not stated is the usual one")
  func ownImpact() throws {
    let place = try Workplace()
    try place.edit(
      "book/venue.yaml", "halfSpread: 0.0001", "impact: { exponent: 0.85, thinning: 1 }")
    try place.edit(
      "book/venue.yaml", "halfSpread: 0.0002",
      "halfSpread: 0.0002, impact: { kind: constant-product, poolDepth: 5e8, permanentShare: 0.1 }")
    let loaded = try place.load().venues[0]
    let rules = loaded.rules
    #expect(
      rules.impact(of: 0)
        == MarketImpact(coefficient: 0.8, exponent: 0.85, permanentShare: 0.4, halfLifeHours: 4, thinning: 1))
    #expect(
      rules.impact(of: 1)
        == MarketImpact(
          coefficient: 0.8, exponent: 0.5, permanentShare: 0.1, halfLifeHours: 4, poolDepth: 5e8))
    let spread = try #require(loaded.venue.depths[0]?.halfSpread)
    #expect(abs(spread - 1.1e-4 * pow(10, -0.27)) < 1e-12)
  }

  @Test("hedgers are read: gammas of dealers add up, a hundredth of gamma a percent")
  func hedgers() throws {
    let place = try Workplace()
    #expect(try place.load().venues[0].rules.hedging == .none)
    try place.edit(
      "book/venue.yaml", "venue: perps",
      "venue: perps\nhedgers: [{ kind: dealer, gammaPerPercent: { BTC: -2e6, ETH: 1e6 } }, "
        + "{ kind: dealer, gammaPerPercent: { BTC: -1e6 } }, { kind: reserve, ratio: 0.5 }]")
    #expect(
      try place.load().venues[0].rules.hedging == Hedging(dealerGamma: [0: -3e8, 1: 1e8], reserveRatio: 0.5))
  }

  @Test("an average over something else than whole steps is refused")
  func oracleWindow() throws {
    let place = try Workplace()
    try place.edit("book/venue.yaml", "venue: perps", "venue: perps\noracle: { kind: twap, windowHours: 1.5 }")
    let problems = place.problems([])
    #expect(
      problems.contains {
        $0.location.keyPath == "oracle.windowHours" && $0.message.contains("not a whole number of steps")
      })
  }

  @Test func rulesAreRead() throws {
    let rules = try Workplace().load().venues[0].rules
    #expect(
      rules.liquidation
        == LiquidationPolicy(
          method: .partial(targetBuffer: 0.1), penalty: 0.01, reserveShare: 0.5, waves: 8))
    #expect(rules.impact == MarketImpact(coefficient: 0.8, exponent: 0.5, permanentShare: 0.4, halfLifeHours: 4))
    #expect(rules.reserve.balance == 100_000 && rules.lossAllocation == .socialise)
    #expect(rules.bracketNames == ["large", "small"])
    // T(2e6) of large: 0.1·2e6 − 1e6·0.05 initial, 0.05·2e6 − 1e6·0.02 maintenance.
    #expect(rules.brackets[0].initialLines.requirement(notional: 2e6) == 150_000)
    #expect(rules.brackets[0].maintenanceLines.requirement(notional: 2e6) == 80_000)
  }

  @Test func dynamicModelInheritsMaintenanceFraction() throws {
    let job = try Workplace().load()
    let dynamic = try #require(job.marginModels[1].model as? VolatilityScaledMargin)
    // bob 2500 + 400 initial and 1500 + 200 maintenance, alice 2500 / 1500, isolated 400 / 200.
    #expect(abs(dynamic.rates.terms.maintenanceFraction - 3400 / 5800.0) < 1e-12)
    #expect(job.marginModels[0].liquidatableAtStart.isEmpty)
    #expect(job.marginModels[1].parameters.contains(ParameterText(key: "volatility.lambda", value: "0.97")))
    #expect(job.marginModels[1].parameters.contains(ParameterText(key: "confidence", value: "0.99")))
  }

  @Test func defaultsApply() throws {
    let place = try Workplace()
    for line in ["compare: ", "measures: ", "atStart: ", "output: ", "description: "] {
      try place.edit("job.yaml", line, "# \(line)")
    }
    try place.edit("job.yaml", "  process: { kind: garch, innovations: student-t }\n", "")
    try place.edit("job.yaml", "  dependence: { kind: student-t, degreesOfFreedom: 5 }\n", "")
    try place.edit("job.yaml", ", stepHours: 1", "")
    let job = try place.load()
    #expect(job.processKind == "gbm" && job.market.dependence == .studentT(degreesOfFreedom: 6))
    #expect(job.matchings == [.asConfigured] && job.pilotPaths == 1024 && job.atStart == .close && job.baseline == 0)
    #expect(job.measures.levels == [0.95, 0.99, 0.999] && job.grid.stepHours == 1 && job.summary.isEmpty)
    #expect(job.formats == ["json", "csv", "html", "markdown"] && job.priceFanAssets == [0, 1])
  }

  @Test func jsonIsAccepted() throws {
    let place = try Workplace()
    try place.write(
      "job.yaml",
      """
      {"job": "json", "portfolio": "book", "market": {"calibration": "market.yaml"}, "horizon": {"hours": 6},
       "paths": 1e3, "seed": 1, "marginModels": [{"name": "static", "kind": "tiered"}]}
      """)
    let job = try place.load()
    #expect(job.name == "json" && job.paths == 1000 && job.grid.steps == 6)
  }

  @Test func replayTakesGivenPrices() throws {
    let place = try Workplace()
    try place.edit("job.yaml", "process: { kind: garch, innovations: student-t }", "process: { kind: replay }")
    try place.edit("job.yaml", "  calibration: market.yaml\n", "  calibration: market.yaml\n  history: prices.csv\n")
    try place.edit("job.yaml", "{ days: 2, stepHours: 1 }", "{ hours: 3 }")
    try place.edit("job.yaml", "paths: 1000", "paths: 1")
    let job = try place.load()
    #expect(job.market.process is Replay && job.market.process.initialPrices == [50000, 2000])
    #expect(job.inputs.contains { $0.label == "prices.csv" })
    #expect(job.warnings.isEmpty)
  }

  @Test func replayTakesSeveralPathsAndAWindow() throws {
    let place = try Workplace()
    try place.write(
      "prices.csv",
      """
      path,hours,ETH,OTHER,BTC
      up,0,1,,10
      down,0,1,,10
      up,1,3,,30
      up,2,5,,50
      down,1,4,,40
      down,2,6,,60
      down,3,8,,80
      """)
    try place.edit("job.yaml", "process: { kind: garch, innovations: student-t }", "process: { kind: replay }")
    try place.edit("job.yaml", "  calibration: market.yaml\n", "  calibration: market.yaml\n  history: prices.csv\n")
    try place.edit("job.yaml", "{ days: 2, stepHours: 1 }", "{ hours: 2 }")
    try place.edit("job.yaml", "paths: 1000", "paths: 2")
    let job = try place.load()
    let block = generated(job)
    #expect(block == [[[10, 30, 50], [1, 3, 5]], [[10, 40, 60], [1, 4, 6]]])
    #expect(job.warnings.count == 2)
  }

  /// The first two paths of a job, [path][asset][point].
  private func generated(_ job: StressJob) -> [[[Double]]] {
    let generator = PathGenerator(market: job.market, seed: job.seed)
    var block = generator.makeBlock()
    var workspace = generator.makeWorkspace()
    generator.generate(block: 0, into: &block, workspace: &workspace)
    var paths: [[[Double]]] = []
    for path in 0..<2 {
      var series: [[Double]] = []
      for asset in 0..<block.assetCount {
        var values: [Double] = []
        for point in 0..<block.points { values.append(block.price(path: path, asset: asset, point: point)) }
        series.append(values)
      }
      paths.append(series)
    }
    return paths
  }

  @Test func historyIsEstimated() throws {
    let place = try Workplace()
    var text = "date,BTC,ETH,OTHER\n"
    var (btc, eth) = (50000.0, 2000.0)
    for day in 0..<60 {
      let sign = day % 2 == 0 ? 1.0 : -1.0
      btc *= 1 + 0.02 * sign
      eth *= 1 + 0.03 * (day % 3 == 0 ? 1.0 : -0.5)
      text += "2025-0\(1 + day / 28)-\(day % 28 < 9 ? "0" : "")\(day % 28 + 1),\(btc),\(eth),\n"
    }
    try place.write("prices.csv", text)
    try place.edit("job.yaml", "process: { kind: garch, innovations: student-t }", "process: { kind: gbm }")
    try place.edit(
      "job.yaml", "  calibration: market.yaml\n", "  history: prices.csv\n  assets: [BTC, ETH]\n  to: 2025-02-28\n")
    try place.edit("job.yaml", "{ days: 2, stepHours: 1 }", "{ days: 2, stepHours: 24 }")
    try place.edit("job.yaml", "updateHours: 8", "updateHours: 24")
    try place.edit("book/venue.yaml", "intervalHours: 8", "intervalHours: 24")
    let job = try place.load()
    #expect(job.market.assetIDs == ["BTC", "ETH"])
    // ±2 % a day is 0.02·√365 a year.
    #expect(abs(job.calibration.assets[0].volatility - 0.02 * 365.0.squareRoot()) < 0.01)
    #expect(job.calibration.window?.to == "2025-02-28")
  }

  @Test func dynamicCorrelationIsRead() throws {
    let place = try Workplace()
    try place.edit(
      "job.yaml", "{ kind: garch, innovations: student-t }", "{ kind: dcc-garch, reaction: 0.03, persistence: 0.95 }")
    let job = try place.load()
    #expect(job.market.process is DynamicCorrelationGarch && job.processKind == "dcc-garch")
    #expect(job.processParameters.contains(ParameterText(key: "reaction", value: "0.03")))
    try place.edit("job.yaml", "reaction: 0.03, ", "")
    #expect(place.problems().map(\.location.keyPath) == ["market.process.reaction"])
  }

  @Test func portfolioAloneIsValidated() throws {
    let place = try Workplace()
    let check = try Portfolio.validate(folder: place.folder + "/book")
    #expect(check.venue.id == "perps" && check.calibration == nil && check.inputs.count == 3)
    try place.write("book/market.yaml", Workplace.good("market.yaml"))
    #expect(try Portfolio.validate(folder: place.folder + "/book").calibration?.assets.count == 2)
  }

  @Test func syntheticMarkComesFromEitherFile() throws {
    let place = try Workplace()
    try place.write("book/book.yaml", "synthetic: true\n")
    #expect(try place.load().isSynthetic)
    try place.remove("book/book.yaml")
    try place.edit("book/venue.yaml", "settlement: USD\n", "settlement: USD\nsynthetic: true\n")
    #expect(try place.load().isSynthetic)
  }
}
