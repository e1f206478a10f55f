public import Schema

/// The choices that all measures share: the `measures:` block of a job.
public struct MeasureSettings: Sendable, Hashable {
  /// Levels of VaR and ES of losses, ascending.
  public var levels: [Double]
  /// Levels at which the reserve must suffice, ascending.
  public var reserveLevels: [Double]
  /// Level of Cover-1 and Cover-2.
  public var coverLevel: Double
  /// Level at which the loss is divided by asset and group; costs a replay of every path beyond it.
  public var componentLevel: Double
  /// Confidence of every interval.
  public var confidence: Double
  /// Length of the window of margin increases and calls, in hours; the engine counts over the same.
  public var callWindowHours: Double
  /// Replicates of the paired bootstrap.
  public var bootstrapReplicates: Int
  /// Key of the bootstrap's draws: the job's seed.
  public var seed: UInt64

  /// Creates settings. Levels are sorted and repeated ones dropped; they and the confidence must lie in (0, 1).
  public init(
    levels: [Double] = [0.95, 0.99, 0.999], reserveLevels: [Double] = [0.99, 0.995, 0.999], coverLevel: Double = 0.99,
    componentLevel: Double = 0.99, confidence: Double = 0.95, callWindowHours: Double = 24,
    bootstrapReplicates: Int = 1000, seed: UInt64 = 0
  ) {
    self.levels = Set(levels).sorted()
    self.reserveLevels = Set(reserveLevels).sorted()
    self.coverLevel = coverLevel
    self.componentLevel = componentLevel
    self.confidence = confidence
    self.callWindowHours = callWindowHours
    self.bootstrapReplicates = bootstrapReplicates
    self.seed = seed
  }

  /// Reads the block, recording every problem; nil if a value is wrong. The seed is the job's.
  public init?(reading reader: inout ParameterReader, seed: UInt64) {
    let levels = reader.read(Self.levelsParameter)
    let reserveLevels = reader.read(Self.reserveLevelsParameter)
    let coverLevel = reader.read(Self.coverLevelParameter)
    let componentLevel = reader.read(Self.componentLevelParameter)
    let confidence = reader.read(Self.confidenceParameter)
    let callWindowHours = reader.read(Self.callWindowParameter)
    let replicates = reader.read(Self.replicatesParameter)
    guard let levels, let reserveLevels, let coverLevel, let componentLevel, let confidence, let callWindowHours,
      let replicates
    else { return nil }
    self.init(
      levels: levels, reserveLevels: reserveLevels, coverLevel: coverLevel, componentLevel: componentLevel,
      confidence: confidence, callWindowHours: callWindowHours, bootstrapReplicates: replicates, seed: seed)
  }

  /// What `plimsoll describe measures` prints of the block.
  public static var parameters: [ParameterDescription] {
    [
      levelsParameter.description, reserveLevelsParameter.description, coverLevelParameter.description,
      componentLevelParameter.description, confidenceParameter.description, callWindowParameter.description,
      replicatesParameter.description,
    ]
  }

  /// Levels of losses; n(1−α) paths lie beyond each, so 0.999 needs thousands of them.
  static let levelsParameter = Parameter<[Double]>.numbers(
    "levels", unit: "fraction", in: .openFraction, default: [0.95, 0.99, 0.999], "levels of VaR and ES of losses")
  /// Levels of the required reserve.
  static let reserveLevelsParameter = Parameter<[Double]>.numbers(
    "reserveLevels", unit: "fraction", in: .openFraction, default: [0.99, 0.995, 0.999],
    "levels at which the reserve must suffice")
  /// Level of Cover-1 and Cover-2: the quantile over paths of the largest, and the two largest, shortfalls.
  static let coverLevelParameter = Parameter<Double>.number(
    "coverLevel", unit: "fraction", in: .openFraction, default: 0.99, "level of Cover-1 and Cover-2")
  /// Level of `component.es`.
  static let componentLevelParameter = Parameter<Double>.number(
    "componentLevel", unit: "fraction", in: .openFraction, default: 0.99,
    "level at which the venue's loss is divided by asset and group")
  /// Confidence of intervals, two-sided.
  static let confidenceParameter = Parameter<Double>.number(
    "confidence", unit: "fraction", in: .openFraction, default: 0.95, "confidence of every interval")
  /// Window of calls: a label states it, the engine counts over it.
  static let callWindowParameter = Parameter<Double>.number(
    "callWindowHours", unit: "hours", in: .positive, default: 24, "window of margin increases and margin calls")
  /// Replicates: fewer than 400 leave less than ten beyond each end of a 95 % interval.
  static let replicatesParameter = Parameter<Int>.integer(
    "bootstrapReplicates", in: 400...100_000, default: 1000, "replicates of the paired bootstrap of quantiles")
}
