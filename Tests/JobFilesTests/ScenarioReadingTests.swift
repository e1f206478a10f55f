import Foundation
import JobFiles
import Markets
import Schema
import Testing

/// The `scenarios:` of a job: what is read, what is taken from the job, and what is refused in which words.
@Suite("Scenarios of a job")
struct ScenarioReadingTests {
  private static func set(_ scenarios: String) -> [JobOverride] { [JobOverride(keyPath: "scenarios", yaml: scenarios)] }

  private static let crash = "{name: crash, shocks: [{kind: price, size: -0.3, at: 24}]}"

  @Test("a scenario with shocks alone has the job's market, times, paths and models")
  func inherited() throws {
    let job = try Workplace().load(Self.set("[\(Self.crash)]"))
    let scenario = try #require(job.scenarios.first)
    #expect(scenario.name == "crash" && scenario.paths == 1000 && scenario.grid == job.grid)
    #expect(scenario.processKind == "garch" && !scenario.isOnePath && scenario.marginModels.count == 2)
    #expect(scenario.shocks.map(\.line) == ["price: assets [all], size -0.3, at 24, rampHours 0"])
    #expect(scenario.market.shocks?.shifts.map(\.last) == [log1p(-0.3), log1p(-0.3)])
    #expect(job.market.shocks == nil)
  }

  @Test("a replayed event takes the job's figures, its own times, and one path")
  func replayed() throws {
    let job = try Workplace().load(
      Self.set("[{name: event, horizon: {hours: 3}, market: {process: {kind: replay}, history: prices.csv}}]"))
    let scenario = try #require(job.scenarios.first)
    #expect(scenario.isOnePath && scenario.paths == 1 && scenario.grid.steps == 3)
    #expect(scenario.market.process.initialPrices == job.market.process.initialPrices)
    #expect(
      scenario.variations.map { "\($0.key)=\($0.value)" } == [
        "market.process.kind=replay", "market.history=prices.csv",
      ])
    #expect(job.inputs.contains { $0.label == "prices.csv" })
  }

  @Test("what lies beyond the horizons of several events is one warning")
  func excess() throws {
    func event(_ name: String, _ hours: Int) -> String {
      "{name: \(name), horizon: {hours: \(hours)}, market: {process: {kind: replay}, history: prices.csv}}"
    }
    func warnings(_ scenarios: String) throws -> [String] {
      try Workplace().load(Self.set(scenarios)).warnings.filter { $0.contains("beyond the horizon") }
    }
    #expect(try warnings("[\(event("whole", 3))]") == [])
    let one = try warnings("[\(event("one", 2))]")
    #expect(one.count == 1 && one[0].hasSuffix("1 rows of the given prices lie beyond the horizon and are not used"))
    let both = try warnings("[\(event("one", 2)), \(event("two", 1))]")
    #expect(both.count == 1, "\(both)")
    #expect(
      both.first?.contains("not used, for they lie beyond the horizon: 1 rows of the given prices") == true
        && both.first?.contains(", 2 rows of the given prices") == true, "\(both)")
  }

  @Test("own paths and process, with the job's calibration")
  func ownProcess() throws {
    let job = try Workplace().load(
      Self.set("[{name: wild, paths: 50, market: {process: {kind: gbm, volatilityMultiple: 2}}}]"))
    let scenario = try #require(job.scenarios.first)
    #expect(scenario.paths == 50 && scenario.processKind == "gbm")
    #expect(scenario.market.process.longRunVolatilities == [1.2, 1.6])
    #expect(scenario.processParameters.map(\.value) == ["2"])
  }

  @Test("models are made anew on a step of the scenario's own, where they fit it")
  func ownStep() throws {
    let place = try Workplace()
    let event = "{name: slow, horizon: {hours: 16, stepHours: 8}, market: {process: {kind: gbm}}}"
    let job = try place.load(Self.set("[\(event)]"))
    #expect(job.scenarios.first?.grid.stepHours == 8)
    let odd = event.replacingOccurrences(of: "16, stepHours: 8", with: "15, stepHours: 5")
    let problems = place.problems(Self.set("[\(odd)]"))
    #expect(
      problems.contains { $0.message.hasPrefix("in scenario 'slow': ") && $0.description.contains("intervalHours") })
  }

  @Test(
    "what is wrong is said at its key, all of it together",
    arguments: [
      ("[{shocks: [{kind: price, size: 1}]}]", "scenarios[0].name", "required"),
      ("[{name: a}]", "scenarios[0].shocks", "changes nothing"),
      ("[\(crash), \(crash)]", "scenarios[1].name", "same name"),
      ("[{name: a, shocks: [{kind: prise, size: 1}]}]", "scenarios[0].shocks[0].kind", "did you mean 'price'"),
      ("[{name: a, shocks: [{kind: price}]}]", "shocks[0].size", "required"),
      ("[{name: a, shocks: [{kind: price, size: -1}]}]", "shocks[0].size", "(-1, 1000]"),
      ("[{name: a, shocks: [{kind: price, size: 1, assets: BTX}]}]", "shocks[0].assets", "did you mean 'BTC'"),
      ("[{name: a, shocks: [{kind: price, size: 1, assets: [BTC, BTC]}]}]", "shocks[0].assets", "named twice"),
      ("[{name: a, shocks: [{kind: price, size: 1, at: 49}]}]", "shocks[0].at", "the paths are over"),
      ("[{name: a, shocks: [{kind: price, size: 1, rampHour: 1}]}]", "shocks[0].rampHour", "unknown key"),
      ("[{name: a, shocks: [{kind: volatility, factor: 0}]}]", "shocks[0].factor", "(0, 100]"),
      ("[{name: a, shocks: [{kind: volatility, factor: 2, from: 48}]}]", "shocks[0].from", "the paths are over"),
      (
        "[{name: a, shocks: [{kind: volatility, factor: 2, hours: 2, rampHours: 3}]}]", "shocks[0].rampHours",
        "before it is complete"
      ),
      ("[{name: a, shocks: [{kind: liquidity, from: 2}]}]", "shocks[0].volumeFactor", "needs a factor"),
      ("[{name: a, shocks: [{kind: liquidity, spreadFactor: 6000}]}]", "scenarios[0].shocks", "whole price"),
      ("[{name: a, shocks: [{kind: correlation, blend: 2}]}]", "shocks[0].blend", "[0, 1]"),
      ("[{name: a, shocks: [{kind: peg, size: -0.1, recoveryHours: 4}]}]", "shocks[0].assets", "required"),
      ("[{name: a, shocks: [{kind: peg, assets: ETH, size: -0.1}]}]", "shocks[0].recoveryHours", "required"),
      ("[{name: a, shocks: [{kind: push, size: 0.5}]}]", "shocks[0].hours", "a push ends"),
      ("[{name: a, shocks: [{kind: push, hours: 2}]}]", "shocks[0].size", "required"),
      ("[{name: a, shocks: [{kind: oracle-freeze, from: 50}]}]", "shocks[0].from", "the paths are over"),
      ("[{name: a, shocks: [{kind: oracle-freeze, rampHours: 1}]}]", "shocks[0].rampHours", "unknown key"),
      ("[{name: a, paths: 0, shocks: [{kind: price, size: 1}]}]", "scenarios[0].paths", "≥ 1"),
      ("[{name: a, horizon: {hours: 1.5}}]", "horizon.hours", "whole number of steps"),
      ("[{name: a, market: 3}]", "scenarios[0].market", "a mapping"),
      ("[{name: a, market: {proces: {kind: gbm}}}]", "scenarios[0].market.proces", "did you mean 'process'"),
      (
        "[{name: a, market: {process: {kind: replay}, history: prices.csv}}]", "scenarios[0].market.history",
        "do not fill the horizon"
      ),
      (
        "[{name: a, horizon: {hours: 2}, market: {process: {kind: replay}, history: prices.csv, from: 2026-01-01T01:00Z}}]",
        "scenarios[0].market", "starts at another price"
      ),
      (
        "[{name: a, horizon: {hours: 3}, market: {process: {kind: replay}, history: prices.csv}, "
          + "shocks: [{kind: correlation, blend: 0.5}]}]", "shocks[0].kind", "no correlated shocks"
      ),
      (
        "[{name: a, market: {process: {kind: dcc-garch, reaction: 0.02, persistence: 0.9}}, "
          + "shocks: [{kind: correlation, blend: 0.5}]}]", "shocks[0].kind", "no correlated shocks"
      ),
    ])
  func refused(_ scenarios: String, at place: String, saying words: String) throws {
    let problems = try Workplace().problems(Self.set(scenarios))
    #expect(
      problems.contains { $0.location.keyPath.hasSuffix(place) && $0.description.contains(words) },
      "\(problems.map(\.description))")
  }

  @Test(
    "`all` is what the process draws, and for liquidity the assets that follow too; a follower is hit by name or refused"
  )
  func followers() throws {
    let place = try Workplace()
    let derived = """
        - { id: STETH, derived: { base: ETH, peg: { halfLifeHours: 500, volatility: 0.01 } } }
        - { id: WSTETH, derived: { base: STETH, initialRate: 1.2 } }

      """
    try place.edit("market.yaml", "correlation:\n", derived + "correlation:\n")
    func schedule(_ shock: String) throws -> ShockSchedule {
      let job = try place.load(Self.set("[{name: a, shocks: [\(shock)]}]"))
      return try #require(job.scenarios.first?.market.shocks)
    }
    // BTC, ETH, STETH, WSTETH: a price shock on all reaches the last two through ether, and is not laid on them again.
    #expect(try schedule("{kind: price, size: -0.3}").shifts.map(\.last) == [log1p(-0.3), log1p(-0.3), 0, 0])
    #expect(try schedule("{kind: price, size: -0.3, assets: STETH}").shifts.map(\.last) == [0, 0, log1p(-0.3), 0])
    let peg = try schedule("{kind: peg, size: -0.1, assets: [WSTETH], recoveryHours: 24}")
    #expect(peg.shifts.map { $0[1] } == [0, 0, 0, log1p(-0.1) * exp2(-1 / 24)])
    let volatility = try schedule("{kind: volatility, factor: 2}")
    #expect(volatility.multiples.map(\.last) == [2, 2, 1, 1])
    let liquidity = try schedule("{kind: liquidity, volumeFactor: 0.5}").liquidity
    #expect(liquidity?.volumeFactors.map(\.last) == [0.5, 0.5, 0.5, 0.5])
    let problems = place.problems(
      Self.set("[{name: a, shocks: [{kind: volatility, factor: 2, assets: [ETH, STETH]}]}]"))
    #expect(
      problems.contains {
        $0.location.keyPath.hasSuffix("shocks[0].assets") && $0.description.contains("moves with the one it follows")
          && $0.description.contains("'STETH'")
      }, "\(problems.map(\.description))")
  }

  @Test("a limit on a scenario names one that exists and a measure that it reports")
  func limits() throws {
    let place = try Workplace()
    func problems(_ limit: String) -> [Problem] {
      place.problems(Self.set("[\(Self.crash)]") + [JobOverride(keyPath: "limits", yaml: "[\(limit)]")])
    }
    #expect(problems("{scenario: crash, measure: scenario.loss.mean, model: static, above: 1}").isEmpty)
    #expect(problems("{scenario: crash, measure: reserve.exhaustionProbability, model: static, above: 1}").isEmpty)
    let unknown = problems("{scenario: crush, measure: scenario.loss.mean, model: static, above: 1}")
    #expect(unknown.contains { $0.location.keyPath == "limits[0].scenario" && $0.hint == "did you mean 'crash'?" })
    let misplaced = problems("{measure: scenario.loss.mean, model: static, above: 1}")
    #expect(misplaced.contains { $0.location.keyPath == "limits[0].measure" && $0.message == "unknown measure" })
  }

  @Test("a key of a scenario can be set from the command line")
  func override() throws {
    let place = try Workplace()
    try place.edit("job.yaml", "atStart: close", "atStart: close\nscenarios: [\(Self.crash)]")
    let job = try place.load([JobOverride(keyPath: "scenarios[0].shocks[0].size", yaml: "-0.5")])
    #expect(job.scenarios.first?.market.shocks?.shifts[0].last == log1p(-0.5))
  }

  @Test("shocks are checked although the portfolio is wrong")
  func besideOthers() throws {
    let place = try Workplace()
    try place.edit("book/venue.yaml", "halfSpread: 0.0002", "halfSpread: 2")
    let problems = place.problems(Self.set("[{name: a, shocks: [{kind: price, size: -2}]}]"))
    #expect(problems.contains { $0.location.keyPath == "scenarios[0].shocks[0].size" })
    #expect(problems.contains { $0.location.keyPath == "assets[1].halfSpread" })
  }
}
