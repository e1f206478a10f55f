import Clearing
import Schema

/// Reads `oracle:` of a venue: which price health is judged at, how late, and when liquidations wait.
struct OracleReading {
  /// The policy; the marks themselves where the section is absent or wrong (recorded).
  private(set) var policy = OraclePolicy.spot
  /// Where the window of an average stands; nil where there is none.
  private(set) var windowPlace: SourceLocation?

  /// The words of the file.
  private enum Kind: String, CaseIterable {
    case spot
    case twap
    case deviation
  }

  private static let kind = Parameter<Kind>.choice(
    "kind", default: .spot, "the mark, its average over time, or the mark when it last moved far enough")
  private static let latency = Parameter<Int>.integer(
    "latencySteps", in: 0...10_000, default: 0, "steps between a mark and the moment the oracle has it")
  private static let window = Parameter<Double>.number(
    "windowHours", unit: "hours", in: Bounds(0, 8760, openBelow: true), "hours that a twap averages over")
  private static let deviation = Parameter<Double>.number(
    "deviation", unit: "fraction of price", in: Bounds(0, 1),
    "how far the mark must be from the published price for a new one")
  private static let heartbeat = Parameter<Double>.number(
    "heartbeatHours", unit: "hours", in: Bounds(0, 8760, openBelow: true), isOptional: true,
    "hours after which the oracle publishes anyway; never if absent")
  private static let maximumDeviation = Parameter<Double>.number(
    "maximumDeviation", unit: "fraction of price", in: Bounds(0, 10, openBelow: true),
    "largest difference of oracle and mark at which accounts in an asset are liquidated")

  /// Reads the section; without one the oracle shows the marks.
  init(_ section: ParameterReader?) {
    guard var section else { return }
    let kind = section.read(Self.kind)
    let latency = section.read(Self.latency)
    let rule = kind.flatMap { readRule($0, &section) }
    var most: Double?
    if var staleness = section.section("staleness", required: false, allowed: "{ maximumDeviation }") {
      most = staleness.read(Self.maximumDeviation)
      staleness.finish()
    }
    // Which other keys are right depends on the kind; without one, none of them is called unknown.
    guard kind != nil else { return }
    section.finish()
    guard let latency, let rule else { return }
    policy = OraclePolicy(rule: rule, latencySteps: latency, maximumDeviation: most)
  }

  private mutating func readRule(_ kind: Kind, _ section: inout ParameterReader) -> OraclePolicy.Rule? {
    switch kind {
    case .spot: return .spot
    case .twap:
      windowPlace = section.location.appending(key: "windowHours")
      return section.read(Self.window).map { .average(windowHours: $0) }
    case .deviation:
      let threshold = section.read(Self.deviation)
      let heartbeat = section.readIfPresent(Self.heartbeat)
      return threshold.map { .deviation(threshold: $0, heartbeatHours: heartbeat ?? .infinity) }
    }
  }

  /// Records a window that is not a whole number of steps.
  static func check(
    _ policy: OraclePolicy, at place: SourceLocation?, stepHours: Double, wholeSteps: (Double) -> Int?,
    problems: ProblemCollector
  ) {
    guard let place, case .average(let hours) = policy.rule, wholeSteps(hours) == nil else { return }
    problems.record(
      "the window of the oracle's average is not a whole number of steps", at: place, found: "\(hours) h",
      allowed: "a multiple of \(stepHours) h")
  }
}
