import Foundation
import JobFiles
import Reports
import RiskMeasures
import StressTesting
import Testing

/// The example jobs against the summaries committed under `Results/expected`: whoever changes a figure sees which.
///
/// `PLIMSOLL_REWRITE_EXPECTED=1 swift test -c release --filter ExpectedSummary` writes the summaries anew; see the
/// README there.
@Suite("Expected summaries", .serialized)
struct ExpectedSummaryTests {
  /// Largest relative difference: last bits differ between families of processors, and sums over thousands of paths and
  /// accounts carry them on; nothing that is meant to stay would move a figure by as much as this.
  private static let tolerance = 1e-6
  private static let isRewriting = ProcessInfo.processInfo.environment["PLIMSOLL_REWRITE_EXPECTED"] == "1"

  /// The example jobs with the number of paths of their summaries; the jobs themselves take more.
  @Test(arguments: [
    ("two-accounts", 1), ("lending", 2048), ("nightly", 2048), ("what-if", 128), ("margin-models", 256),
    ("circuit-breaker", 256), ("options-venue", 16), ("contagion", 16),
  ])
  func summary(_ name: String, paths: Int) throws {
    // A pilot has 256 paths at least, which of a book of options take a minute; matching has tests of its own.
    let report = try StressTest(
      paths == 16
        ? Embedded.job(name, ["paths": "16", "compare.match": "[as-configured]"])
        : Embedded.job(name, ["paths": "\(paths)"])
    ).run()
    let obtained = ExpectedSummary(report)
    let file = URL(fileURLWithPath: "\(Embedded.root)/Results/expected/\(name).json")
    if Self.isRewriting { try Data(obtained.text.utf8).write(to: file) }
    let expected = try JSONDecoder().decode(ExpectedSummary.self, from: Data(contentsOf: file))
    #expect(obtained.job == expected.job && obtained.seed == expected.seed && obtained.paths == expected.paths)
    #expect(obtained.measures.map(\.name) == expected.measures.map(\.name))
    let expectedByName = Dictionary(expected.measures.map { ($0.name, $0) }) { first, _ in first }
    let moved = obtained.measures.compactMap { measure -> String? in
      guard let other = expectedByName[measure.name], !measure.isClose(to: other, tolerance: Self.tolerance) else {
        return nil
      }
      return "\(measure.line)\nexpected\n\(other.line)"
    }
    #expect(moved.isEmpty, "\(moved.count) figures moved, among them\n\(moved.prefix(5).joined(separator: "\n"))")
  }

  @Test("a figure that moved by more than the tolerance is seen, and one that is no longer defined")
  func sensitive() {
    let figure = ExpectedSummary.Measure(name: "x", value: 1000, low: 900, high: nil)
    func other(_ value: Double?, _ low: Double?, _ high: Double?) -> Bool {
      figure.isClose(
        to: ExpectedSummary.Measure(name: "x", value: value, low: low, high: high), tolerance: Self.tolerance)
    }
    #expect(other(1000, 900, nil) && other(1000.0005, 900.0005, nil))
    #expect(!other(1000.002, 900, nil) && !other(1000, 901, nil) && !other(nil, 900, nil) && !other(1000, 900, 1100))
  }
}

/// The compact form of a summary: every estimate and paired difference with its interval, one to a line.
struct ExpectedSummary: Decodable {
  let job: String
  let seed: UInt64
  let paths: Int
  let measures: [Measure]

  /// One number; what is undefined is null.
  struct Measure: Decodable {
    /// Model, matching, id and whatever else tells it apart.
    let name: String
    let value: Double?
    let low: Double?
    let high: Double?

    /// Whether all three numbers agree, each relative to the largest of the three.
    func isClose(to other: Measure, tolerance: Double) -> Bool {
      let numbers = [value, low, high]
      let others = [other.value, other.low, other.high]
      let scale = numbers.compactMap { $0.map(abs) }.max() ?? 0
      return zip(numbers, others).allSatisfy { mine, its in
        guard let mine, let its else { return mine == nil && its == nil }
        return abs(mine - its) <= tolerance * scale
      }
    }

    /// The measure as a line of the file.
    var line: String {
      let numbers = [("value", value), ("low", low), ("high", high)].map { key, number in
        "\"\(key)\": \(number.map { "\($0)" } ?? "null")"
      }
      return "{ \"name\": \"\(name)\", \(numbers.joined(separator: ", ")) }"
    }
  }

  init(_ report: StressReport) {
    job = report.run.job
    seed = report.run.seed
    paths = report.run.paths
    let estimates = report.models.flatMap { model in
      model.estimates.map {
        Measure(Self.name([model.name, model.matching], $0.label), $0.value, $0.interval)
      }
    }
    let differences = report.comparisons.flatMap { comparison in
      let model = report.models[comparison.model]
      return comparison.differences.map {
        Measure(Self.name(["difference", model.name, model.matching], $0.label), $0.difference, $0.interval)
      }
    }
    let scenarios = report.scenarios.flatMap { scenario in
      zip(report.models, scenario.figures).flatMap { model, figures in
        figures.map {
          Measure(
            Self.name(
              ["scenario", scenario.description.name ?? "own market", model.name, model.matching], $0.label), $0.value,
            $0.interval)
        }
      }
    }
    measures = estimates + differences + scenarios
  }

  /// The file.
  var text: String {
    """
    {
      "job": "\(job)", "seed": \(seed), "paths": \(paths),
      "measures": [
    \(measures.map { "    " + $0.line }.joined(separator: ",\n"))
      ]
    }

    """
  }

  private static func name(_ owner: [String], _ label: MeasureLabel) -> String {
    let level = label.level.map { "\($0)" }
    let window = label.hours.map { "\($0) h" }
    let parts = [label.id, label.venue, level, label.group, label.asset, label.leverageBucket, window, label.origin]
    return (owner + parts.compactMap(\.self)).joined(separator: " | ")
  }
}

extension ExpectedSummary.Measure {
  fileprivate init(_ name: String, _ value: Double, _ interval: ConfidenceInterval) {
    func known(_ number: Double) -> Double? { number.isFinite ? number : nil }
    self.init(name: name, value: known(value), low: known(interval.low), high: known(interval.high))
  }
}
