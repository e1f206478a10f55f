import Markets
import Schema

/// Reads what a calibration says to processes whose figures belong to the whole market: the weights of dynamic conditional
/// correlation, and the block length of a bootstrap.
enum ResamplingReading {
  private static let stepHours = Parameter<Double>.number(
    "stepHours", unit: "hours", in: Bounds(0, 8760, openBelow: true), "the step that the weights belong to")
  private static let reaction = Parameter<Double>.number(
    "reaction", in: Bounds(0, 1, openAbove: true), "a, the weight of the last joint shock")
  private static let persistence = Parameter<Double>.number(
    "persistence", in: Bounds(0, 1, openAbove: true), "b, the weight of the last Q; a + b < 1")
  private static let meanBlockHours = Parameter<Double>.number(
    "meanBlockHours", unit: "hours", in: Bounds(0, 1e6, openBelow: true), "mean length of a block")

  /// `dynamicCorrelation: { stepHours, reaction, persistence }`; nil where it is absent or wrong (recorded).
  static func weights(_ section: ParameterReader?) -> DynamicCorrelationWeights? {
    guard var section else { return nil }
    let step = section.read(stepHours)
    let reaction = section.read(Self.reaction)
    let persistence = section.read(Self.persistence)
    FitKeys.read(&section, errors: ["reaction", "persistence"])
    section.finish()
    guard let step, let reaction, let persistence else { return nil }
    guard reaction + persistence < 1 else {
      section.record(
        "the correlations would not return to their mean", key: "persistence",
        found: "reaction + persistence = \(reaction + persistence)", allowed: "< 1")
      return nil
    }
    return DynamicCorrelationWeights(stepHours: step, reaction: reaction, persistence: persistence)
  }

  /// `bootstrap: { meanBlockHours }`; nil where it is absent or wrong (recorded).
  static func blockHours(_ section: ParameterReader?) -> Double? {
    guard var section else { return nil }
    let hours = section.read(meanBlockHours)
    FitKeys.read(&section, errors: ["meanBlockHours"])
    section.finish()
    return hours
  }
}
