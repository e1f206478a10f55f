import Kernels

/// A number with its error, before it is known which measure it is of.
struct Measurement {
  /// The number, or NaN.
  var value: Double
  /// Its standard error, or NaN.
  var standardError: Double
  /// Its interval at the confidence it was asked for.
  var interval: ConfidenceInterval
  /// Paths behind it.
  var paths: Int
  /// What must be said besides.
  var note: String?

  /// What there is to say where nothing can be estimated.
  static func undefined(paths: Int, because note: String) -> Measurement {
    Measurement(value: .nan, standardError: .nan, interval: .unknown, paths: paths, note: note)
  }

  /// The same number with one more note.
  func adding(note extra: String?) -> Measurement {
    var copy = self
    copy.note = joinedNotes([note, extra])
    return copy
  }

  /// The same number, its interval cut off at 0 and 1: the part of it that a part of a whole can be.
  var withinShares: Measurement {
    var copy = self
    copy.interval = ConfidenceInterval(
      low: interval.low < 0 ? 0 : interval.low, high: interval.high > 1 ? 1 : interval.high)
    return copy
  }

  /// The same number without an error.
  func withoutError(because reason: String) -> Measurement {
    Measurement(
      value: value, standardError: .nan, interval: .unknown, paths: paths, note: joinedNotes([reason, note]))
  }
}

/// What to say where there is only one path.
let onePathNote = "one path has no standard error"

/// What to say of paths that were left out; nil if none was.
func exclusionNote(used: Int, of paths: Int) -> String? {
  used < paths ? "\(paths - used) of \(paths) paths are left out: not finite" : nil
}

extension Estimate {
  /// The measurement under its label.
  init(_ label: MeasureLabel, _ measurement: Measurement, confidence: Double) {
    self.init(
      label, value: measurement.value, standardError: measurement.standardError, interval: measurement.interval,
      confidence: confidence, paths: measurement.paths, note: measurement.note)
  }
}

extension PairedDifference {
  /// The measured difference under its label.
  init(_ label: MeasureLabel, _ measurement: Measurement, confidence: Double) {
    self.init(
      label, difference: measurement.value, standardError: measurement.standardError, interval: measurement.interval,
      confidence: confidence, paths: measurement.paths, note: measurement.note)
  }
}

/// The standard normal quantile that leaves (1 − confidence)/2 on each side.
func normalMultiple(confidence: Double) -> Double { normalQuantile(0.5 + confidence / 2) }

/// The Student-t quantile that leaves (1 − confidence)/2 on each side; NaN without a degree of freedom.
///
/// Far up, the normal quantile with the first term of its expansion in 1/ν is exact to 10⁻⁹ and costs nothing.
/// Source: Abramowitz and Stegun, 26.7.5.
func studentMultiple(confidence: Double, degreesOfFreedom: Double) -> Double {
  guard degreesOfFreedom >= 1 else { return .nan }
  guard degreesOfFreedom > 5000 else {
    return studentTQuantile(0.5 + confidence / 2, degreesOfFreedom: degreesOfFreedom)
  }
  let z = normalMultiple(confidence: confidence)
  let first = (z * z * z + z) / 4
  let second = (5 * z * z * z * z * z + 16 * z * z * z + 3 * z) / 96
  return z + first / degreesOfFreedom + second / (degreesOfFreedom * degreesOfFreedom)
}
