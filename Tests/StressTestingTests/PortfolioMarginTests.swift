import Clearing
import JobFiles
import Markets
import Reports
import RiskMeasures
import StressTesting
import Testing
import Venues

/// One portfolio of futures and options against `Portfolios/portfolio-margin/README.md`.
@Suite("Portfolio margin of one account, as worked by hand")
struct PortfolioMarginTests {
  @Test("the worst scenario, contingencies and both requirements, to the cent")
  func requirement() throws {
    let job = try Embedded.job("portfolio-margin")
    let venue = job.venues[0].venue
    let prices = job.market.initialPrices
    let statement = try statement()
    #expect(abs(statement.health.equity - 20_000) < 0.005)
    #expect(statement.worstCases.count == 1)
    let worst = try #require(statement.worstCases.first)
    #expect(worst.shock == ScenarioShock(priceMove: 5, volatilityMove: 0.5, weight: 0.16 / 5))
    #expect(abs(worst.requirement.initial - 15_352.91) < 0.005)
    #expect(abs(statement.rows.reduce(0) { $0 + $1.requirement.initial } - 2751.03) < 0.005)
    #expect(abs(statement.health.requirement.initial - 18_103.94) < 0.005)
    #expect(abs(statement.health.requirement.maintenance - 14_483.15) < 0.005)
    let standard = job.marginModels[0].model.initialHealth(of: venue.book, prices: prices)[0]
    #expect(abs(standard.requirement.maintenance - 18_004.12) < 0.005)
  }

  @Test("every scenario of the grid, to the cent")
  func grid() throws {
    let published: [(move: Double, gains: [Double])] = [
      (-0.16, [-7053.46, -10_666.08, -5888.51]), (-0.12, [-4459.66, -8866.03, -2870.74]),
      (-0.08, [-2378.89, -7527.04, -342.87]), (-0.04, [-877.60, -6662.57, 1587.31]),
      (0, [0, -6274.14, 2826.87]), (0.04, [235.58, -6352.53, 3310.82]), (0.08, [-162.99, -6879.52, 3014.58]),
      (0.12, [-1164.39, -7829.90, 1960.06]), (0.16, [-2718.71, -9173.40, 212.25]),
    ]
    let scenarios = try #require(try statement().worstCases.first).scenarios
    #expect(scenarios.count == 35)
    for (move, gains) in published {
      for (volatility, gain) in zip([0, 0.5, -0.25], gains) {
        let found = scenarios.first {
          abs($0.shock.priceMove - move) < 1e-12 && $0.shock.volatilityMove == volatility
        }
        #expect(abs(try #require(found).gain - gain) < 0.005, "\(move), \(volatility)")
      }
    }
    let extremes = [-13_239.53, -10_983.01, -10_159.09, -12_665.28, -14_332.92, -14_899.55, -15_182.90, -15_352.91]
    for (scenario, gain) in zip(scenarios.suffix(8), extremes) { #expect(abs(scenario.gain - gain) < 0.005) }
  }

  /// The account under the job's portfolio margin.
  private func statement() throws -> AccountStatement {
    let job = try Embedded.job("portfolio-margin")
    let prices = job.market.initialPrices
    let curve = HealthCurve(book: job.venues[0].venue.book, model: job.marginModels[1].model, prices: prices)
    return AccountStatement(account: 0, venue: job.venues[0].venue, curve: curve, prices: prices)
  }

  @Test("the trace has the requirement of every hour, the start's too, and what the closing came to")
  func trace() throws {
    let test = StressTest(try Embedded.job("portfolio-margin"))
    let expected = [
      "standard": [18_004.12, 19_084.36, 0, 0, 0, 0], "portfolio": [14_483.15, 15_541.81, 16_564.81, 17_228.86, 0, 0],
    ]
    for (model, requirements) in expected {
      let trace = try test.trace(path: 0, model: model)
      let found = trace.steps.map { $0.venues[0].requirement }
      #expect(zip(found, requirements).allSatisfy { abs($0 - $1) < 0.01 }, "\(model): \(found)")
      #expect(found.count == 6 && trace.liquidations.count == 1)
    }
    // At hour 4: the futures' notional, the options' value.
    let closed = try #require(try test.trace(path: 0, model: "portfolio").liquidations.first).notional
    #expect(abs(closed - (120_000 + 60_245.71 + 3 * 6923.52 + 171.85)) < 0.02)
  }

  @Test("who is liquidated when, under both models")
  func path() throws {
    let report = try StressTest(Embedded.job("portfolio-margin")).run(workers: 1)
    func value(_ id: String, level: Double? = nil) throws -> [Double] {
      try report.models.map { model in
        try #require(model.estimates.first { $0.id == id && $0.label.level == level && $0.label.group == nil }).value
      }
    }
    #expect(report.models.map(\.name) == ["standard", "portfolio"])
    #expect(try value("liquidation.firstPassageHours.median") == [2, 4])
    let losses = try value("book.loss.var", level: 0.99)
    #expect(abs(losses[0] - (20_000 - 18_854.11)) < 0.01 && abs(losses[1] - (20_000 - 15_268.97)) < 0.01)
    #expect(report.largestConservationResidual < 1e-13)
  }
}
