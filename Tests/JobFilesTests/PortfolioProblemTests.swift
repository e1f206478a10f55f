import Clearing
import JobFiles
import Schema
import Testing
import Venues

/// What is wrong with `venue.yaml` and `market.yaml` is found, with its place.
struct PortfolioProblemTests {
  /// One edit of a file and the problem that it must give.
  struct Case: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let place: String
    let message: String

    init(_ old: String, _ new: String, _ place: String, _ message: String) {
      self.old = old
      self.new = new
      self.place = place
      self.message = message
    }

    var testDescription: String { "\(place): \(message)" }
  }

  static let venueCases: [Case] = [
    Case("venue: perps", "venue: ''", "1: venue", "not allowed"),
    Case("settlement: USD", "settlement: EUR", "8: instruments[0].id", "another name than the settlement currency"),
    Case("{ id: USD, kind: settlement }", "{ id: USD, kind: spot, asset: BTC }", "7: instruments", "no instrument is"),
    Case("kind: spot, asset: BTC", "kind: settlement", "9: instruments[1]", "more than one settlement"),
    Case("id: ETH, average", "id: DOGE, average", "6: assets[1].id", "the market has no such asset"),
    Case("id: ETH, average", "id: BTC, average", "6: assets[1].id", "listed twice"),
    Case("averageDailyVolume: 1e9", "averageDailyVolume: 0", "5: assets[0].averageDailyVolume", "not allowed"),
    Case("averageDailyVolume: 1e9", "averageDailyVolume: inf", "5: assets[0].averageDailyVolume", "not allowed"),
    Case("halfSpread: 0.0001", "halfSpread: 1", "5: assets[0].halfSpread", "not allowed"),
    Case("halfSpread: 0.0001", "halfspread: 0.0001", "5: assets[0].halfspread", "unknown key"),
    Case("id: ETH-PERP, kind: perpetual", "id: BTC-PERP, kind: perpetual", "11: instruments[3].id", "listed twice"),
    Case("id: ETH-PERP, kind: perpetual", "id: ETH-PERP, kind: swap", "11: instruments[3].kind", "not allowed"),
    Case("asset: ETH, margin", "asset: SOL, margin", "11: instruments[3].asset", "lists no such asset"),
    Case("margin: small", "margin: smal", "11: instruments[3].margin", "no such margin table"),
    Case(
      "initial: 0.9, maintenance: 0.95", "initial: 1.1, maintenance: 1.2", "9: instruments[1].collateralWeight.initial",
      "not allowed"),
    Case(
      "initial: 0.9, maintenance: 0.95", "initial: 0.96, maintenance: 0.95", "9: instruments[1].collateralWeight",
      "counts for more when opening"),
    Case(
      "kind: spot, asset: BTC", "kind: spot, asset: BTC, liabilityWeight: { initial: 1, maintenance: 1.1 }",
      "9: instruments[1].liabilityWeight", "counts for less when opening"),
    Case(
      "kind: spot, asset: BTC", "kind: spot, asset: BTC, ltv: 0.9, liquidationThreshold: 0.8",
      "9: instruments[1].ltv", "above the liquidation threshold"),
    Case(
      "kind: spot, asset: BTC", "kind: spot, asset: BTC, ltv: 0.8", "9: instruments[1].liquidationThreshold",
      "come together"),
    Case(
      "halfSpread: 0.0001", "halfSpread: 0.0001, impact: { kind: constant-product }", "5: assets[0].impact.poolDepth",
      "key is required"),
    Case(
      "halfSpread: 0.0001", "halfSpread: 0.0001, impact: { poolDepth: 1e6 }", "5: assets[0].impact.poolDepth",
      "unknown key"),
    Case(
      "halfSpread: 0.0001", "halfSpread: 0.0001, impact: { exponent: 1.5 }", "5: assets[0].impact.exponent",
      "not allowed"),
    Case("venue: perps", "venue: perps\nbehaviour: {}", "2: behaviour", "do nothing"),
    Case(
      "venue: perps", "venue: perps\nbehaviour: { topUp: { probability: 0.5, targetBuffer: 1 } }",
      "2: behaviour.marginCall", "need a margin call"),
    Case(
      "venue: perps",
      "venue: perps\nbehaviour: { marginCall: { buffer: 1 }, topUp: { probability: 0.5, targetBuffer: 0.5 } }",
      "2: behaviour.topUp", "under the call"),
    Case(
      "venue: perps",
      "venue: perps\nbehaviour: { marginCall: { buffer: 0 }, topUp: { probability: 0.7, targetBuffer: 1 }, "
        + "deleverage: { probability: 0.7, targetBuffer: 1 } }", "2: behaviour.deleverage", "more than 1"),
    Case(
      "venue: perps", "venue: perps\nbehaviour: { withdraw: { groups: [atacker] } }", "2: behaviour.withdraw.groups",
      "no account is in this group"),
    Case(
      "venue: perps", "venue: perps\nhedgers: [{ kind: dealer }]", "2: hedgers[0].gammaPerPercent", "key is required"),
    Case(
      "venue: perps", "venue: perps\nhedgers: [{ kind: dealer, gammaPerPercent: { BTX: -1 } }]",
      "2: hedgers[0].gammaPerPercent.BTX", "lists no such asset"),
    Case(
      "venue: perps", "venue: perps\nhedgers: [{ kind: dealer, gammaPerPercent: { BTC: much } }]",
      "2: hedgers[0].gammaPerPercent.BTC", "not allowed"),
    Case("venue: perps", "venue: perps\nhedgers: [{ kind: reserve, ratio: 2 }]", "2: hedgers[0].ratio", "not allowed"),
    Case(
      "venue: perps", "venue: perps\nhedgers: [{ kind: reserve, ratio: 1 }, { kind: reserve, ratio: 1 }]",
      "2: hedgers[1].kind", "more than one agent"),
    Case("venue: perps", "venue: perps\noracle: { kind: twap }", "2: oracle.windowHours", "key is required"),
    Case("venue: perps", "venue: perps\noracle: { kind: twapp }", "2: oracle.kind", "not allowed"),
    Case("venue: perps", "venue: perps\noracle: { latencySteps: -1 }", "2: oracle.latencySteps", "not allowed"),
    Case("venue: perps", "venue: perps\noracle: { windowHours: 2 }", "2: oracle.windowHours", "unknown key"),
    Case(
      "venue: perps", "venue: perps\noracle: { kind: deviation, deviation: 2 }", "2: oracle.deviation", "not allowed"),
    Case(
      "venue: perps", "venue: perps\noracle: { staleness: { action: block } }", "2: oracle.staleness.maximumDeviation",
      "key is required"),
    Case("rate: 0.0001", "rate: nan", "10: instruments[2].funding.rate", "not allowed"),
    Case("intervalHours: 8", "intervalHours: 0", "10: instruments[2].funding.intervalHours", "not allowed"),
    Case("from: 0, initial: 0.05", "from: 1, initial: 0.05", "14: margin.large[0].from", "first bracket starts at 0"),
    Case("from: 1000000", "from: 0", "15: margin.large[1].from", "rising notionals"),
    Case(
      "initial: 0.1, maintenance: 0.05 }\n  small", "initial: 0.04, maintenance: 0.04 }\n  small",
      "15: margin.large[1].initial", "rate falls"),
    Case(
      "initial: 0.1, maintenance: 0.05 }\n  small", "initial: 0.1, maintenance: 0.2 }\n  small",
      "15: margin.large[1].maintenance", "above the initial rate"),
    Case(
      "policy: partial, targetBuffer: 0.1",
      "policy: ladder, rungs: [{ below: 1, close: 0.5 }, { below: 0.5, close: 0.2 }]",
      "18: liquidation.rungs", "close no less further down"),
    Case("policy: partial", "policy: gentle", "18: liquidation.policy", "not allowed"),
    Case("penalty: 0.01", "penalty: 1", "18: liquidation.penalty", "not allowed"),
    Case("penalty: 0.01, ", "", "18: liquidation.penalty", "required"),
    Case("waves: 8", "waves: 0", "18: liquidation.waves", "not allowed"),
    Case(
      "{ policy: partial, targetBuffer: 0.1, penalty: 0.01, reserveShare: 0.5, waves: 8 }",
      "{ policy: close-factor, closeFactor: 0.5, bonus: 0.05 }", "18: liquidation.policy",
      "close-factor liquidation cannot close derivatives"),
    Case("exponent: 0.5", "exponent: 0", "19: impact.exponent", "not allowed"),
    Case("halfLifeHours: 4", "halfLifeHours: 0", "19: impact.halfLifeHours", "not allowed"),
    Case("balance: 100000", "balance: -1", "20: reserve.balance", "not allowed"),
    Case(
      "balance: 100000", "balance: 1, segments: [{ assets: [BTX], balance: 1 }]", "20: reserve.segments[0].assets",
      "no such asset"),
    Case(
      "balance: 100000", "balance: 1, segments: [{ assets: [BTC], balance: 1 }, { assets: [BTC], balance: 1 }]",
      "20: reserve.segments[1].assets", "two segments"),
    Case(
      "balance: 100000", "balance: 1, segments: [{ assets: [], balance: 1 }]", "20: reserve.segments[0].assets",
      "not allowed"),
    Case(
      "balance: 100000", "balance: 1, segments: [{ assets: [BTC], balance: -1 }]", "20: reserve.segments[0].balance",
      "not allowed"),
    Case(
      "lossAllocation: socialise", "autoDeleveraging: { ranking: luck }\nlossAllocation: socialise",
      "21: autoDeleveraging.ranking", "not allowed"),
    Case(
      "lossAllocation: socialise", "circuitBreaker: {}\nlossAllocation: socialise", "21: circuitBreaker",
      "caps or pauses"),
    Case(
      "lossAllocation: socialise", "circuitBreaker: { pause: { move: 0.1, hours: 1 } }\nlossAllocation: socialise",
      "21: circuitBreaker.pause.windowHours", "required"),
    Case(
      "lossAllocation: socialise", "liquidators: { capacityPerHour: -1 }\nlossAllocation: socialise",
      "21: liquidators.capacityPerHour", "not allowed"),
    Case(
      "lossAllocation: socialise", "liquidators: { congestion: 1 }\nlossAllocation: socialise",
      "21: liquidators.congestion", "multiplies the fixed cost"),
    Case(
      "lossAllocation: socialise",
      "backstop: { capital: 0, discount: 0, maximumLeverage: 1 }\nlossAllocation: socialise",
      "21: backstop.capital", "not allowed"),
    Case("lossAllocation: socialise", "lossAllocation: ignore", "21: lossAllocation", "not allowed"),
    Case("lossAllocation: socialise", "x: 1", "1: lossAllocation", "required"),
  ]

  @Test(arguments: venueCases) func venueFaultIsFound(_ fault: Case) throws {
    try expect(fault, in: "book/venue.yaml")
  }

  static let marketCases: [Case] = [
    Case("price: 50000", "price: 0", "7: assets[0].price", "not allowed"),
    Case("price: 50000", "price: .nan", "7: assets[0].price", "not allowed"),
    Case("price: 50000", "price: 5e4x", "7: assets[0].price", "not allowed"),
    Case("volatility: 0.6\n", "volatility: -0.6\n", "8: assets[0].volatility", "not allowed"),
    Case("id: ETH", "id: BTC", "10: assets[1].id", "appears twice"),
    Case("omega: 4.1096e-7", "omega: 0", "9: assets[0].garch.omega", "not allowed"),
    Case(
      "alpha: 0.05, gamma: 0.02, beta: 0.93, degreesOfFreedom: 5, initialVolatility: 0.5",
      "alpha: 0.05, gamma: 0.04, beta: 0.93, degreesOfFreedom: 5, initialVolatility: 0.5",
      "9: assets[0].garch.beta", "no finite long-run mean"),
    Case(
      "alpha: 0.05, gamma: 0.02, beta: 0.93, degreesOfFreedom: 5, initialVolatility: 0.5",
      "alpha: 0.01, gamma: -0.02, beta: 0.93, degreesOfFreedom: 5, initialVolatility: 0.5",
      "9: assets[0].garch.gamma", "could become negative"),
    Case(
      "degreesOfFreedom: 5, initialVolatility: 0.5", "degreesOfFreedom: 2, initialVolatility: 0.5",
      "9: assets[0].garch.degreesOfFreedom", "not allowed"),
    Case("[1, 0.8]", "[1, 0.7]", "17: correlation.matrix[1][0]", "not symmetric in BTC and ETH"),
    Case("[1, 0.8]", "[0.9, 0.8]", "16: correlation.matrix[0][0]", "BTC with itself is not 1"),
    Case("[1, 0.8]", "[1, 1.8]", "16: correlation.matrix[0][1]", "not a correlation"),
    Case("[1, 0.8]", "[1, x]", "16: correlation.matrix[0][1]", "not a correlation"),
    Case("[1, 0.8]", "[1, 0.8, 0.1]", "16: correlation.matrix[0]", "another number of entries"),
    Case("    - [0.8, 1]\n", "", "14: correlation.matrix", "another number of rows"),
    Case("correlation:\n  matrix:\n    - [1, 0.8]\n    - [0.8, 1]\n", "", "1: correlation", "required"),
    Case("kind: student-t, degreesOfFreedom: 6", "kind: student-t", "18: dependence.degreesOfFreedom", "required"),
    Case("source: \"made up\"", "sauce: \"made up\"", "2: calibration.sauce", "unknown key"),
  ]

  @Test(arguments: marketCases) func marketFaultIsFound(_ fault: Case) throws { try expect(fault, in: "market.yaml") }

  private func expect(_ fault: Case, in file: String) throws {
    let place = try Workplace()
    try place.edit(file, fault.old, fault.new)
    let problems = place.problems()
    let match = problems.contains { problem in
      "\(problem.location)" == "\(file):\(fault.place)" && problem.message.contains(fault.message)
    }
    #expect(match, "found instead: \(problems)")
  }

  @Test func contradictingCorrelationsNameTheirAssets() throws {
    let place = try Workplace()
    try place.edit(
      "market.yaml", "- [1, 0.8]\n    - [0.8, 1]", "- [1, 0.9, 0.9]\n    - [0.9, 1, -0.5]\n    - [0.9, -0.5, 1]")
    try place.edit("market.yaml", "correlation:\n", "  - { id: SOL, price: 100, volatility: 1 }\ncorrelation:\n")
    let problem = try #require(place.problems().first)
    #expect(problem.message.contains("not positive definite: BTC, ETH and SOL contradict each other"))
    #expect(problem.found == "BTC–ETH 0.9, BTC–SOL 0.9, ETH–SOL -0.5")
    #expect("\(problem.location)" == "market.yaml:19: correlation.matrix[2]")
  }

  @Test func aSingularMatrixOfManyNamesTheOneThatFails() throws {
    // Four assets, every pair at −0.4: each three are possible (−0.4 > −1/2), the four are not (−0.4 < −1/3).
    let place = try Workplace()
    let row = { (i: Int) in "    - [" + (0..<4).map { $0 == i ? "1" : "-0.4" }.joined(separator: ", ") + "]\n" }
    try place.edit("market.yaml", "    - [1, 0.8]\n    - [0.8, 1]\n", (0..<4).map(row).joined())
    let more = "  - { id: C, price: 1, volatility: 1 }\n  - { id: D, price: 1, volatility: 1 }\n"
    try place.edit("market.yaml", "correlation:\n", more + "correlation:\n")
    let problem = try #require(place.problems().first)
    #expect(problem.message.contains("D contradicts its correlations with BTC, ETH, C"))
  }

  @Test func whatIsOnlyOddIsAWarning() throws {
    let place = try Workplace()
    try place.edit(
      "book/venue.yaml", "  small:\n", "  unused:\n    - { from: 0, initial: 1, maintenance: 1 }\n  small:\n")
    try place.edit("market.yaml", "volatility: 0.8\n", "volatility: 1.8\n")
    try place.edit("book/positions.csv", "bob,BTC-PERP,-1", "bob,BTC-PERP,-2")
    let warnings = try place.load().warnings.joined(separator: "\n")
    #expect(warnings.contains("no instrument uses the margin table 'unused'"))
    #expect(
      warnings.contains("the GARCH figures of ETH have a long-run volatility of 80.0 %, its volatility is 180.0 %"))
    #expect(warnings.contains("longs and shorts of BTC-PERP do not balance"))
  }

  @Test func aLendingPoolIsRead() throws {
    let place = try Workplace()
    try place.write(
      "book/venue.yaml",
      """
      venue: pool
      settlement: USD
      assets: [{ id: BTC, averageDailyVolume: 1e9, halfSpread: 0 }, { id: ETH, averageDailyVolume: 1e9, halfSpread: 0 }]
      instruments:
        - { id: USD, kind: settlement }
        - { id: BTC, kind: spot, asset: BTC, ltv: 0.7, liquidationThreshold: 0.75, supplyRate: 0.01, borrowRate: 0.03 }
        - { id: ETH, kind: spot, asset: ETH, ltv: 0.9, liquidationThreshold: 0.97 }
      liquidation: { policy: close-factor, closeFactor: 0.5, fullBelowHealthFactor: 0.95, bonus: 0.05, reserveShare: 0.1 }
      impact: { coefficient: 0 }
      reserve: { balance: 0 }
      lossAllocation: bad-debt
      """)
    try place.write("book/positions.csv", "account,instrument,quantity,entry_price\na,BTC,1,\na,USD,-30000,\n")
    try place.write("book/accounts.csv", "account,mode,group,ltv,liquidation_threshold\na,,,0.5,0.65\n")
    try place.write(
      "job.yaml",
      """
      job: pool
      portfolio: book
      market: { calibration: market.yaml }
      horizon: { days: 1 }
      paths: 1
      seed: 1
      marginModels: [{ name: ltv, kind: loan-to-value }]
      """)
    let job = try place.load()
    let health = job.marginModels[0].model.initialHealth(of: job.venues[0].venue.book, prices: [50000, 2000])
    // 50000·0.65 − 30000 with the account's own threshold.
    #expect(abs(health[0].health - 2500) < 1e-9)
    #expect(job.venues[0].venue.book.groups == ["all"])
    #expect(job.warnings.contains { $0.contains("ETH: liquidationThreshold·(1 + bonus) is above 1") })
  }
}
