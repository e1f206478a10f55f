import Foundation
import JobFiles
import Kernels
import Markets
import Schema
import Testing

/// `market.correlation`: what a job may ask to be done to the correlations, and what it is told.
@Suite struct CorrelationRequestTests {
  /// A workplace whose three assets contradict each other: Higham's example, 1, 0, 1.
  private static func contradiction() throws -> Workplace {
    let place = try Workplace()
    try place.edit("market.yaml", "- [1, 0.8]\n    - [0.8, 1]", "- [1, 1, 0]\n    - [1, 1, 1]\n    - [0, 1, 1]")
    try place.edit("market.yaml", "correlation:\n", "  - { id: SOL, price: 100, volatility: 1 }\ncorrelation:\n")
    try place.edit("job.yaml", "process: { kind: garch, innovations: student-t }", "process: { kind: gbm }")
    return place
  }

  private static func ask(_ place: Workplace, _ request: String) throws {
    try place.edit("job.yaml", "  process:", "  correlation: \(request)\n  process:")
  }

  @Test func withoutARequestAContradictionIsAnError() throws {
    let place = try Self.contradiction()
    let problem = try #require(place.problems().first)
    #expect(problem.message.contains("not positive definite: ETH contradicts its correlations with BTC"))
    #expect(problem.hint?.contains("market.correlation: { repair: nearest }") == true)
  }

  @Test func aRepairIsReportedWithItsDistance() throws {
    let place = try Self.contradiction()
    try Self.ask(place, "{ repair: nearest }")
    let job = try place.load()
    let matrix = job.calibration.correlation
    #expect(abs(matrix[1, 0] - 0.76069) < 1e-5 && abs(matrix[2, 0] - 0.15730) < 1e-5)
    #expect(throws: Never.self) { try CholeskyFactor(matrix) }
    let warning = try #require(job.warnings.first { $0.contains("correlation.matrix") })
    #expect(warning.contains("replaced by the nearest one: moved by 0.528 (Frobenius), most in"))
    #expect(warning.contains("1.00 became 0.761"))
  }

  @Test func theSmallestEigenvalueIsTheJobs() throws {
    let place = try Self.contradiction()
    try Self.ask(place, "{ repair: nearest, smallestEigenvalue: 0.1 }")
    let values = try #require(SymmetricEigen(place.load().calibration.correlation)).values
    #expect(abs(values[0] - 0.1) < 1e-6)
  }

  @Test func aMatrixThatIsRightIsNotRepaired() throws {
    let place = try Workplace()
    try Self.ask(place, "{ repair: nearest }")
    let job = try place.load()
    #expect(job.calibration.correlation[1, 0] == 0.8 && job.warnings.isEmpty)
  }

  @Test(arguments: [
    ("{ repair: nearest, shrink: ledoit-wolf }", "correlation.shrink", "estimated from a history are shrunk"),
    ("{ repair: farthest }", "correlation.repair", "not allowed"),
    ("{ smallestEigenvalue: 0.1 }", "correlation.smallestEigenvalue", "belongs to a repair"),
    ("{ repair: nearest, smallestEigenvalue: 1 }", "correlation.smallestEigenvalue", "not allowed"),
    ("{ repare: nearest }", "correlation.repare", "unknown key"),
    ("nearest", "correlation", "keys are expected"),
  ])
  func aWrongRequestIsFound(request: String, key: String, message: String) throws {
    let place = try Workplace()
    try Self.ask(place, request)
    let problems = place.problems()
    #expect(
      problems.contains { $0.location.keyPath == "market.\(key)" && $0.message.contains(message) },
      "found instead: \(problems)")
  }

  /// Daily prices of three assets that follow no law; `request` is asked for.
  private static func history(_ request: String) throws -> Workplace {
    let place = try Workplace()
    var text = "date,BTC,ETH,SOL\n"
    let draws = KeyedDraws(seed: 3, path: 0, purpose: .verification)
    var prices = [50_000.0, 2000, 100]
    for day in 0..<84 {
      let common = draws.normal(step: UInt32(day), factor: 9)
      for asset in 0..<3 {
        prices[asset] *= exp(0.01 * (draws.normal(step: UInt32(day), factor: UInt32(asset)) + Double(asset) * common))
      }
      let (month, dayOfMonth) = (1 + day / 28, day % 28 + 1)
      text += "2025-0\(month)-\(dayOfMonth < 10 ? "0" : "")\(dayOfMonth),\(prices[0]),\(prices[1]),\(prices[2])\n"
    }
    try place.write("prices.csv", text)
    try place.edit("job.yaml", "process: { kind: garch, innovations: student-t }", "process: { kind: gbm }")
    try place.edit("job.yaml", "  calibration: market.yaml\n", "  history: prices.csv\n  correlation: \(request)\n")
    try place.edit("job.yaml", "{ days: 2, stepHours: 1 }", "{ days: 2, stepHours: 24 }")
    try place.edit("job.yaml", "updateHours: 8", "updateHours: 24")
    try place.edit("book/venue.yaml", "intervalHours: 8", "intervalHours: 24")
    return place
  }

  @Test func shrinkageOfAHistoryIsReported() throws {
    let plain = try Self.history("{}").load()
    let shrunk = try Self.history("{ shrink: ledoit-wolf }").load()
    #expect(!plain.warnings.contains { $0.contains("shrunk") })
    let warning = try #require(shrunk.warnings.first { $0.contains("market.correlation") })
    #expect(warning.contains("shrunk towards their mean of 0.") && warning.contains("(Frobenius)"))
    let (before, after) = (plain.calibration.correlation, shrunk.calibration.correlation)
    #expect(before != after)
    let mean = (before[1, 0] + before[2, 0] + before[2, 1]) / 3
    #expect(abs((after[1, 0] + after[2, 0] + after[2, 1]) / 3 - mean) < 1e-12)
    #expect(abs(after[2, 1] - mean) < abs(before[2, 1] - mean))
  }

  @Test func aHistoryIsNotRepaired() throws {
    let problems = try Self.history("{ repair: nearest }").problems()
    #expect(problems.contains { $0.location.keyPath == "market.correlation.repair" }, "found instead: \(problems)")
  }
}
