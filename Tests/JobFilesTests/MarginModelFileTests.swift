import Clearing
import Foundation
import JobFiles
import Schema
import Testing
import Venues

/// Margin models that take more than their own keys from a job: files, the market's figures, the venue's modes.
struct MarginModelFileTests {
  /// The good job with `model` in place of its dynamic one.
  private func workplace(_ model: String) throws -> Workplace {
    let workplace = try Workplace()
    let old = """
          kind: volatility-scaled
          volatility: { kind: ewma, lambda: 0.97, lambdaPer: day }
          floor: 0.03
          cap: 0.5
          updateHours: 8
      """
    try workplace.edit("job.yaml", old, model.split(separator: "\n").map { "    \($0)" }.joined(separator: "\n"))
    return workplace
  }

  private func messages(_ model: String) throws -> [String] {
    try workplace(model).problems().map { "\($0.location.keyPath): \($0.message)" }
  }

  @Test("the GARCH forecast takes the calibrated figures and starts from their volatility")
  func garch() throws {
    let job = try workplace("kind: volatility-scaled\nvolatility: { kind: garch }\nmarginPeriodHours: 12").load()
    let model = try #require(job.marginModels[1].model as? VolatilityScaledMargin)
    let recursion = model.rates.terms.recursions[0]
    #expect(recursion.alpha == 0.05 && recursion.gamma == 0.02 && recursion.beta == 0.93)
    #expect(abs(recursion.initialVariance - 0.25 / 8760) < 1e-18)
    let share = (1 - pow(0.99, 12)) / 0.01 / 12
    #expect(abs(recursion.forecastShare - share) < 1e-12)
  }

  @Test("what a GARCH forecast cannot be made of is refused with the reason")
  func garchProblems() throws {
    let garch = "kind: volatility-scaled\nvolatility: { kind: garch }"
    let gbm = try workplace(garch)
    try gbm.edit("job.yaml", "{ kind: garch, innovations: student-t }", "{ kind: gbm }")
    try gbm.edit(
      "market.yaml", "    garch: { stepHours: 1, omega: 7.306e-7", "    # garch: { stepHours: 1, omega: 7.306e-7")
    let found = gbm.problems()
    #expect(found.count == 1 && found[0].message.contains("ETH has no GARCH figures"))
    let unknown = try messages("kind: volatility-scaled\nvolatility: { kind: garch, lambda: 0.9 }")
    #expect(unknown.count == 1 && unknown[0].contains("volatility.lambda: unknown key"))
  }

  @Test("implied volatilities come from the market, and without them the model is refused with the reason")
  func impliedVolatility() throws {
    let kind = "kind: implied-volatility\nmarginPeriodHours: 12\noverlays: { buffer: 0.25 }"
    let workplace = try workplace(kind)
    let missing = workplace.problems()
    #expect(
      missing.count == 1 && missing[0].message.contains("no implied volatility for the asset of 'BTC-PERP', 'ETH-PERP'")
    )
    let law = "    impliedVolatility: { initial: 0.7, longRun: 0.6, halfLifeHours: 48, volatilityOfVolatility: 1 }\n"
    try workplace.edit("market.yaml", "    volatility: 0.6\n", "    volatility: 0.6\n" + law)
    #expect(workplace.problems().first?.message.contains("the asset of 'ETH-PERP'") == true)
    try workplace.edit("market.yaml", "    volatility: 0.8\n", "    volatility: 0.8\n" + law)
    let model = try #require(try workplace.load().marginModels[1].model as? ImpliedVolatilityMargin)
    #expect(model.rates.terms.impliedVolatilities.allSatisfy { abs($0 - 0.7) < 1e-15 })
    #expect(model.rates.terms.overlays.buffer == 0.25 && model.isDynamic)
    let unknown = try messages(kind + "\nvolatility: { kind: ewma }")
    #expect(unknown.contains { $0.contains("volatility: unknown key") })
  }

  @Test("residuals are read by asset, and too few of them are refused")
  func residuals() throws {
    let workplace = try workplace("kind: fhs-es\nresiduals: tails.csv\nconfidence: 0.95")
    let rows = (1...40).map { "\(Double($0) / 10 - 2),,\(Double($0) / 20)" }
    try workplace.write("tails.csv", "ETH,SOL,BTC\n" + rows.joined(separator: "\n"))
    let job = try workplace.load()
    let model = try #require(job.marginModels[1].model as? HistoricalShortfallMargin)
    let rates = model.rates.law.coefficients
    #expect(abs(rates[1].short - 1.95) < 1e-12 && abs(rates[1].long - 1.85) < 1e-12)
    #expect(abs(rates[0].short - 1.975) < 1e-12 && rates[0].long == 0)
    #expect(job.inputs.contains { $0.label.hasSuffix("tails.csv") })

    try workplace.write("tails.csv", "ETH,BTC\n1,2\n,x\n")
    let broken = workplace.problems()
    #expect(broken.contains { $0.location.line == 3 && $0.message.contains("not allowed") })
    try workplace.write("tails.csv", "ETH\n" + (1...40).map { "\($0)" }.joined(separator: "\n"))
    let lacking = workplace.problems()
    #expect(lacking.count == 1 && lacking[0].message.contains("BTC has too few") && lacking[0].found == "0")
  }

  @Test("a history of prices is turned into residuals; without any past the model is refused")
  func history() throws {
    let workplace = try workplace("kind: fhs-var\nhistory: past.csv\nconfidence: 0.9\nmarginPeriodHours: 2")
    let rows = (0..<60).map { "\($0),\(50_000 + 500 * ($0 % 3)),\(2000 + 10 * ($0 % 4))" }
    try workplace.write("past.csv", "hours,BTC,ETH\n" + rows.joined(separator: "\n"))
    let model = try #require(try workplace.load().marginModels[1].model as? HistoricalQuantileMargin)
    #expect(model.rates.law.coefficients.allSatisfy { $0.long > 0 && $0.short > 0 })
    let none = try messages("kind: fhs-var")
    #expect(none.count == 1 && none[0].contains("kind: fhs-var has no past moves"))
    let half = try messages("kind: fhs-var\nhistory: ../gone.csv\nmarginPeriodHours: 1.5")
    #expect(half.contains { $0.contains("cannot open") || $0.contains("cannot read") || $0.contains("file") })
  }

  @Test("every problem of the new models and overlays is found, with its key")
  func problems() throws {
    let cases: [(model: String, key: String, text: String)] = [
      ("kind: lognormal-es\ntailProbability: 0.5", "tailProbability", "not allowed"),
      (
        "kind: lognormal-es\ntailProbability: 0.01\nmaintenanceTailProbability: 0.001", "maintenanceTailProbability",
        "more than"
      ),
      (
        "kind: lognormal-es\nmaintenanceTailProbability: 0.1\nmaintenanceFraction: 0.5", "maintenanceFraction",
        "stated twice"
      ),
      ("kind: volatility-scaled\nmaintenanceConfidence: 0.995", "maintenanceConfidence", "more than"),
      ("kind: volatility-scaled\noverlays: { buffer: 0 }", "overlays.buffer", "not allowed"),
      (
        "kind: volatility-scaled\noverlays: { stress: { weight: 0.25 } }", "overlays.stress.volatilityMultiple",
        "required"
      ),
      (
        "kind: volatility-scaled\noverlays: { speedLimit: { largestChange: 0.1, per: week } }",
        "overlays.speedLimit.per", "not allowed"
      ),
      ("kind: volatility-scaled\noverlays: { speed: 1 }", "overlays.speed", "unknown key"),
      ("kind: volatility-scaled\noverlays: 3", "overlays", "keys are expected"),
      ("kind: size-premium", "sizeFactor", "no size factor"),
      ("kind: size-premium\nsizeFactors: { BTC-PERP: 0.1 }", "sizeFactors.BTC-PERP", "no such spot"),
      ("kind: size-premium\nsizeFactor: -1", "sizeFactor", "not allowed"),
      (
        "kind: open-interest-scaled\nlowerCap: 2\nupperCap: 1\ninitial: 0.1\nmaintenance: 0.05", "lowerCap",
        "do not rise"
      ),
      ("kind: open-interest-scaled\nlowerCap: 0\nupperCap: 0\nmaintenance: 0.04", "initial", "several rates"),
      (
        "kind: open-interest-scaled\nlowerCap: 0\nupperCap: 0\ninitial: 0.1\nmaintenance: 0.2", "maintenance",
        "above its initial"
      ),
      (
        "kind: open-interest-scaled\nlowerCap: 0\nupperCap: 0\ninitial: 0.1\nmaintenance: 0.1\nmarkets: { ETH: { initial: 0.2 } }",
        "markets.ETH", "no such perpetual"
      ),
    ]
    for (model, key, text) in cases {
      let found = try messages(model)
      #expect(found.contains { $0.hasPrefix("marginModels[1].\(key): ") && $0.contains(text) }, "\(model): \(found)")
    }
  }

  @Test("figures by market take the place of the model's; a single bracket lends its rates")
  func openInterest() throws {
    let model = """
      kind: open-interest-scaled
      lowerCap: 1e6
      upperCap: 2e6
      markets: { BTC-PERP: { initial: 0.2, maintenance: 0.1, upperCap: 0 } }
      """
    let job = try workplace(model).load()
    let figures = try #require(job.marginModels[1].model as? OpenInterestMargin).figures
    #expect(figures[2] == .init(initial: 0.2, maintenance: 0.1, lowerCap: 1e6, upperCap: 0))
    #expect(figures[3] == .init(initial: 0.1, maintenance: 0.05, lowerCap: 1e6, upperCap: 2e6))
    #expect(figures[0] == nil)
  }

  @Test("efficiency modes reach the accounts that name them; what does not fit is refused or warned of")
  func efficiencyModes() throws {
    let workplace = try Workplace()
    try workplace.edit(
      "book/venue.yaml", "margin:\n",
      "efficiencyModes:\n  bitcoin: { instruments: [BTC-SPOT], ltv: 0.9, liquidationThreshold: 0.93 }\nmargin:\n")
    try workplace.write(
      "book/accounts.csv", "account,mode,group,efficiency_mode\nbob,cross,professional,bitcoin\nalice,,retail,\n")
    let venue = try workplace.load().venues[0]
    #expect(
      venue.rules.efficiencyModes == [
        EfficiencyMode(
          name: "bitcoin", instruments: [1], loanToValue: TwoLevels(initial: 0.9, maintenance: 0.93))
      ])
    #expect(venue.venue.book.accounts.map(\.efficiencyMode) == [0, nil, nil])

    try workplace.edit("book/positions.csv", "bob,BTC-SPOT,0.5,,", "bob,BTC-SPOT,0.5,,\nbob,USD,-60000,,")
    #expect(try workplace.load().warnings.contains { $0.contains("1 accounts owe something outside") })

    try workplace.edit("book/accounts.csv", "professional,bitcoin", "professional,bitcoins")
    let unknown = workplace.problems()
    #expect(unknown.count == 1 && unknown[0].location.line == 2 && unknown[0].hint == "did you mean 'bitcoin'?")

    try workplace.edit("book/accounts.csv", "professional,bitcoins", "professional,bitcoin")
    try workplace.edit("book/venue.yaml", "[BTC-SPOT], ltv: 0.9", "[BTC-PERP], ltv: 0.95")
    let found = workplace.problems().map(\.location.keyPath)
    #expect(found == ["efficiencyModes.bitcoin.ltv", "efficiencyModes.bitcoin.instruments"])
  }
}
