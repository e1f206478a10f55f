import JobFiles
import Schema
import Testing

/// What is wrong with a job file is found, with its place, and all of it at once.
struct JobProblemTests {
  /// One edit of the job and the problem that it must give.
  struct Case: Sendable, CustomTestStringConvertible {
    let old: String
    let new: String
    let line: Int?
    let keyPath: String
    let message: String
    /// How many problems the edit gives in all.
    let count: Int

    init(_ old: String, _ new: String, _ line: Int?, _ keyPath: String, _ message: String, count: Int = 1) {
      self.count = count
      self.old = old
      self.new = new
      self.line = line
      self.keyPath = keyPath
      self.message = message
    }

    var testDescription: String { "\(keyPath): \(message)" }
  }

  static let cases: [Case] = [
    Case("job: sample", "job: a/b", 1, "job", "not fit for a folder"),
    Case("job: sample", "job: .hidden", 1, "job", "not fit for a folder"),
    Case("job: sample\n", "", nil, "job", "required"),
    Case("portfolio: book", "portfolio: [book, book]", 3, "portfolio", "the path of a folder"),
    Case("portfolio: book", "portfolio: nowhere", 3, "portfolio", "no such portfolio folder"),
    Case("portfolio: book", "portfolio: market.yaml", 3, "portfolio", "not a folder"),
    Case("calibration: market.yaml", "calibration: nowhere.yaml", 5, "market.calibration", "No such file"),
    Case("calibration: market.yaml", "calibration: book", 5, "market.calibration", "Is a directory"),
    Case("calibration: market.yaml", "calibration: []", 5, "market.calibration", "a path or a mapping"),
    Case("  calibration: market.yaml\n", "", nil, "market.calibration", "no figures"),
    Case("kind: garch", "kind: grach", 6, "market.process.kind", "unknown kind"),
    Case("kind: garch, ", "", 6, "market.process.kind", "required"),
    Case("innovations: student-t", "innovations: cauchy", 6, "market.process.innovations", "not allowed"),
    Case("degreesOfFreedom: 5", "degreesOfFreedom: 2", 7, "market.dependence.degreesOfFreedom", "not allowed"),
    Case("degreesOfFreedom: 5", "degreesOfFreedom: nan", 7, "market.dependence.degreesOfFreedom", "not allowed"),
    Case("kind: student-t, degrees", "kind: clayton, degrees", 7, "market.dependence.kind", "not allowed"),
    Case("days: 2", "days: -1", 8, "horizon.days", "not allowed"),
    Case("days: 2", "days: 2.01", 8, "horizon.days", "whole number of steps"),
    Case("days: 2", "days: 1e6", 8, "horizon.days", "too many steps"),
    Case("days: 2", "days: 2, hours: 5", 8, "horizon.hours", "twice"),
    Case("days: 2, ", "", 8, "horizon.days", "required"),
    Case("stepHours: 1", "stepHours: 0", 8, "horizon.stepHours", "not allowed"),
    Case("stepHours: 1", "stepHours: 2", 6, "market.process.kind", "another step", count: 2),
    Case("paths: 1000", "paths: 0", 9, "paths", "not allowed"),
    Case("paths: 1000", "paths: 1.5", 9, "paths", "not allowed"),
    Case("paths: 1000", "paths: 1e300", 9, "paths", "not allowed"),
    Case("paths: 1000", "paths: many", 9, "paths", "not allowed"),
    Case("paths: 1000\n", "", nil, "paths", "required"),
    Case("seed: 7", "seed: -7", 10, "seed", "not allowed"),
    Case(
      "kind: tiered", "kind: tiered, rules: { reserve: { balance: 5 } }", 12, "marginModels[0].rules.reserve",
      "must total the venue's"),
    Case(
      "kind: tiered", "kind: tiered, rules: { impact: { coefficient: 0 } }", 12, "marginModels[0].rules.impact",
      "unknown key"),
    Case(
      "kind: tiered", "kind: tiered, rules: { liquidation: { policy: close-factor, closeFactor: 1, bonus: 0 } }", 12,
      "marginModels[0].rules.liquidation.policy", "cannot close derivatives"),
    Case(
      "kind: tiered", "kind: loan-to-value", 12, "marginModels[0].kind", "cannot margin the perpetual BTC-PERP",
      count: 2),
    Case("kind: tiered", "kind: tired", 12, "marginModels[0].kind", "unknown kind"),
    Case("name: dynamic", "name: static", 13, "marginModels[1].name", "same name", count: 2),
    Case("lambda: 0.97", "lambda: 1", 15, "marginModels[1].volatility.lambda", "not allowed"),
    Case("floor: 0.03", "floor: 0.6", 16, "marginModels[1].floor", "above the cap"),
    Case("updateHours: 8", "updateHours: 0.5", 18, "marginModels[1].updateHours", "whole number of steps"),
    Case("floor: 0.03", "flor: 0.03", 16, "marginModels[1].flor", "unknown key"),
    Case("baseline: static", "baseline: statik", 19, "compare.baseline", "no such model"),
    Case("match: [as-configured, ", "match: [as-is, ", 19, "compare.match", "unknown matching"),
    Case("pilotPaths: 512", "pilotPaths: 1", 19, "compare.pilotPaths", "not allowed"),
    Case("levels: [0.95, 0.99]", "levels: [0.95, 1.0]", 20, "measures.levels", "not allowed"),
    Case("atStart: close", "atStart: ignore", 21, "atStart", "not allowed"),
    Case("measure: reserve.exhaustionProbability", "measure: reserve.luck", 23, "limits[0].measure", "unknown measure"),
    Case("model: static, above", "model: statik, above", 23, "limits[0].model", "no such model"),
    Case("above: 0.01", "above: 0.01, below: 3", 23, "limits[0].below", "either above or below"),
    Case(", above: 0.01", "", nil, "limits[0].above", "either above or below"),
    Case("above: 0.01", "above: .nan", 23, "limits[0].above", "not allowed"),
    Case("level: 0.99, above", "level: 0.98, above", 24, "limits[1].level", "not reported at this level"),
    Case("level: 0.99, above", "group: whales, level: 0.99, above", 24, "limits[1].group", "no such group"),
    Case("level: 0.99, above", "venue: pool, level: 0.99, above", 24, "limits[1].venue", "no such venue"),
    Case("formats: [json, html]", "formats: [json, pdf]", 25, "output.formats", "no such report format"),
    Case("formats: [json, html]", "formats: [json, json]", 25, "output.formats", "named twice"),
    Case("priceFan: [ETH]", "priceFan: [DOGE]", 25, "output.priceFan", "no such asset of the market"),
    Case("seed: 7", "seed: 7\nsede: 8", 11, "sede", "unknown key"),
  ]

  @Test(arguments: cases) func oneFaultIsFound(_ fault: Case) throws {
    let place = try Workplace()
    try place.edit("job.yaml", fault.old, fault.new)
    let problems = place.problems()
    let match = problems.first { $0.location.keyPath == fault.keyPath && $0.message.contains(fault.message) }
    #expect(match != nil, "found instead: \(problems)")
    #expect(match?.location.file == "job.yaml")
    if let line = fault.line { #expect(match?.location.line == line) }
    #expect(problems.count == fault.count, "\(problems)")
  }

  @Test func aMisspeltKeyIsGuessed() throws {
    let place = try Workplace()
    try place.edit("job.yaml", "floor: 0.03", "flor: 0.03")
    #expect(place.problems().first?.hint == "did you mean 'floor'?")
    try place.edit("job.yaml", "flor: 0.03", "floor: 0.03")
    try place.edit("job.yaml", "kind: garch", "kind: grach")
    #expect(place.problems().first?.hint == "did you mean 'garch'?")
  }

  @Test func faultsOfAllFilesComeTogether() throws {
    let place = try Workplace()
    try place.edit("job.yaml", "paths: 1000", "paths: none")
    try place.edit("job.yaml", "floor: 0.03", "floor: -1")
    try place.edit("book/venue.yaml", "halfSpread: 0.0002", "halfSpread: 2")
    try place.edit("market.yaml", "price: 2000", "price: -2000")
    try place.edit("book/accounts.csv", "alice,,retail", "alice,crossed,retail")
    let found = place.problems().map { "\($0.location)" }
    #expect(found.contains("job.yaml:9: paths"))
    #expect(found.contains("job.yaml:16: marginModels[1].floor"))
    #expect(found.contains("book/venue.yaml:6: assets[1].halfSpread"))
    #expect(found.contains("market.yaml:11: assets[1].price"))
    #expect(found.contains("book/accounts.csv:3: mode"))
    #expect(found.count == 5, "\(found)")
  }

  @Test func refusedAccountsAreNamed() throws {
    let place = try Workplace()
    try place.edit("job.yaml", "atStart: close", "atStart: refuse")
    #expect(place.problems().isEmpty)
    try place.edit("book/positions.csv", "alice,USD,10000,,", "alice,USD,100,,")
    let problem = try #require(place.problems().first)
    #expect(problem.location.keyPath == "marginModels[0]" && problem.message.contains("1 accounts are liquidatable"))
    #expect(problem.found == "'alice'")
    try place.edit("job.yaml", "atStart: refuse", "atStart: close")
    #expect(try place.load().marginModels.map(\.liquidatableAtStart).first == [1])
  }

  @Test func fundingMustFallOnSteps() throws {
    let place = try Workplace()
    try place.edit("book/venue.yaml", "intervalHours: 8", "intervalHours: 0.7")
    let problem = try #require(place.problems().first)
    #expect("\(problem.location)" == "book/venue.yaml:10: instruments[2].funding.intervalHours")
  }

  @Test func theJobItselfIsMissing() throws {
    let place = try Workplace()
    try place.remove("job.yaml")
    let problem = try #require(place.problems().first)
    #expect(problem.location.file == "job.yaml" && problem.message.contains("No such file"))
  }

  @Test func calibrationAndHistoryExcludeEachOther() throws {
    let place = try Workplace()
    try place.edit("job.yaml", "  calibration: market.yaml\n", "  calibration: market.yaml\n  history: prices.csv\n")
    #expect(place.problems().map(\.location.keyPath) == ["market.history"])
    try place.edit("job.yaml", "  history: prices.csv\n", "  from: 2025-01-01\n")
    #expect(place.problems().map(\.location.keyPath) == ["market.from"])
  }
}
