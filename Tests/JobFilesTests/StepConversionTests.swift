import JobFiles
import Markets
import Schema
import Testing

/// Figures of another step than the job's are converted, and that is said.
@Suite("Step conversion")
struct StepConversionTests {
  private func daily(gamma: String = "0") throws -> Workplace {
    let place = try Workplace()
    for (old, new) in [
      ("omega: 4.1096e-7, alpha: 0.05, gamma: 0.02", "omega: 1.97260274e-5, alpha: 0.05, gamma: \(gamma)"),
      ("omega: 7.306e-7, alpha: 0.05, gamma: 0.02", "omega: 3.50684932e-5, alpha: 0.05, gamma: \(gamma)"),
      ("stepHours: 1", "stepHours: 24"),
    ] {
      try place.edit("market.yaml", old, new)
    }
    return place
  }

  @Test("daily GARCH figures in an hourly job are converted with a warning; the long-run volatility stays")
  func converted() throws {
    let job = try daily().load()
    #expect(job.warnings.count { $0.contains("converted to 1.0 h") && $0.contains("BTC, ETH") } == 1)
    for (asset, volatility) in zip(job.calibration.assets, [0.6, 0.8]) {
      let garch = try #require(asset.garch)
      #expect(garch.stepHours == 1)
      #expect(abs(garch.longRunVolatility / volatility - 1) < 1e-3)
      // Half of a shock is gone after as many hours as before.
      #expect(abs(garch.persistence * 24 - 24 + 0.02) < 1e-3)
    }
  }

  @Test("figures at the job's own step, and processes without GARCH, are left alone")
  func untouched() throws {
    #expect(try Workplace().load().warnings.allSatisfy { !$0.contains("converted") })
    let place = try daily()
    try place.edit("job.yaml", "{ kind: garch, innovations: student-t }", "{ kind: gbm }")
    let job = try place.load()
    #expect(job.calibration.assets[0].garch?.stepHours == 24)
    #expect(job.warnings.allSatisfy { !$0.contains("converted") })
  }

  @Test("asymmetric figures cannot be converted: refused for every asset, with the reason")
  func refused() throws {
    let problems = try daily(gamma: "0.02").problems()
    #expect(problems.map(\.location.keyPath) == ["market.process.kind", "market.process.kind"])
    #expect(problems.allSatisfy { $0.hint?.contains("asymmetry") == true })
  }

  @Test("weights and block lengths of the calibration are used where the job says none")
  func calibrated() throws {
    let place = try Workplace()
    let weights = "dynamicCorrelation: { stepHours: 1, reaction: 0.03, persistence: 0.9 }\n"
    try place.edit("market.yaml", "correlation:\n", weights + "correlation:\n")
    try place.edit("job.yaml", "{ kind: garch, innovations: student-t }", "{ kind: dcc-garch }")
    #expect(try place.load().market.process is DynamicCorrelationGarch)
    try place.edit("market.yaml", "stepHours: 1, reaction", "stepHours: 24, reaction")
    let problems = place.problems()
    #expect(problems.map(\.location.keyPath) == ["market.process.reaction", "market.process.persistence"])
    #expect(problems.allSatisfy { $0.hint?.contains("another step") == true })
  }
}
