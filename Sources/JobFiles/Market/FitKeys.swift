import Schema

/// What a block of a calibration may say about its fit besides the figures: `standardErrors`, `logLikelihood`,
/// `observations`. It is for the reader of the file; it is checked, and a job does not use it.
enum FitKeys {
  private static let logLikelihood = Parameter<Double>.number(
    "logLikelihood", in: .any, isOptional: true, "of the data under the fitted figures, for the record")
  private static let observations = Parameter<Int>.integer(
    "observations", in: 0...Int.max, isOptional: true, "behind the figures, for the record")

  /// Reads the three keys; `errors` are the figures of the block that may have a standard error.
  static func read(_ reader: inout ParameterReader, errors: [String]) {
    _ = reader.readIfPresent(logLikelihood)
    _ = reader.readIfPresent(observations)
    readErrors(&reader, of: errors)
  }

  /// Reads `standardErrors` alone: numbers ≥ 0 under the names of figures.
  static func readErrors(_ reader: inout ParameterReader, of names: [String]) {
    guard var section = reader.section("standardErrors", required: false, allowed: "{ figure: number ≥ 0, … }") else {
      return
    }
    for name in names {
      _ = section.readIfPresent(
        Parameter<Double>.number(name, in: .nonNegative, isOptional: true, "standard error, for the record"))
    }
    section.finish()
  }
}
