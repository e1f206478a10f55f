import Markets
import Schema

/// The plain keys of a job: its name, size, times and choices.
struct JobHeader {
  let name: String?
  let summary: String?
  let seed: UInt64?
  let paths: Int?
  let grid: TimeGrid?

  /// Most steps of a path.
  static let greatestStepCount = 100_000
  /// Most paths of a run; the run itself refuses what its machine cannot hold.
  static let greatestPathCount = 1_000_000_000_000

  private static let job = Parameter<String>.text("job", "the job's name; its results go to a folder of that name")
  private static let description = Parameter<String>.text("description", default: "", "what the job is for")
  private static let pathCount = Parameter<Int>.integer("paths", in: 1...greatestPathCount, "number of simulated paths")
  private static let seedNumber = Parameter<Int>.integer("seed", in: 0...Int.max, "seed of every draw")
  private static let days = Parameter<Double>.number(
    "days", unit: "days", in: Bounds(0, 1e6, openBelow: true), isOptional: true, "length of a path")
  private static let hours = Parameter<Double>.number(
    "hours", unit: "hours", in: Bounds(0, 1e7, openBelow: true), isOptional: true, "length of a path, instead of days")
  private static let stepHours = Parameter<Double>.number(
    "stepHours", unit: "hours", in: Bounds(1e-3, 8760), default: 1, "length of a step")

  /// Reads the keys; what is wrong is recorded and left nil.
  init(reading reader: inout ParameterReader) {
    name = Self.name(&reader)
    summary = reader.read(Self.description)
    seed = reader.read(Self.seedNumber).map { UInt64($0) }
    paths = reader.read(Self.pathCount)
    grid = reader.section("horizon", required: true, allowed: "{ days: 10, stepHours: 1 }").flatMap(Self.grid)
  }

  /// The name, which must be fit for a folder.
  private static func name(_ reader: inout ParameterReader) -> String? {
    guard let name = reader.read(job) else { return nil }
    let isFit = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
        true
      default: false
      }
    }
    if isFit, !name.hasPrefix("."), name.utf8.count <= 100 { return name }
    reader.record(
      "the name is not fit for a folder", key: "job", found: quotedForMessage(name),
      allowed: "up to 100 letters, digits, '-', '_' and '.', not starting with '.'")
    return nil
  }

  /// The time grid of a horizon in days or hours, which must be a whole number of steps.
  static func grid(_ section: ParameterReader) -> TimeGrid? {
    var section = section
    let hasBoth = section.has("days") && section.has("hours")
    let days = section.readIfPresent(Self.days)
    let hours = section.readIfPresent(Self.hours)
    let step = section.read(Self.stepHours)
    section.finish()
    if hasBoth { section.record("the length is given twice", key: "hours", allowed: "days or hours") }
    if !section.has("days"), !section.has("hours") {
      section.record("the key is required", key: "days", allowed: "days or hours")
    }
    guard let length = days.map({ $0 * 24 }) ?? hours, let step, !hasBoth else { return nil }
    let exact = length / step
    let steps = exact.rounded()
    guard steps >= 1, abs(exact - steps) <= 1e-9 * steps else {
      section.record(
        "the horizon is not a whole number of steps", key: days == nil ? "hours" : "days", found: "\(length) h",
        allowed: "a multiple of stepHours (\(step) h)")
      return nil
    }
    guard steps <= Double(greatestStepCount) else {
      section.record(
        "the horizon has too many steps", key: days == nil ? "hours" : "days", found: "\(steps)",
        allowed: "≤ \(greatestStepCount)")
      return nil
    }
    return TimeGrid(steps: Int(steps), stepHours: step)
  }
}
