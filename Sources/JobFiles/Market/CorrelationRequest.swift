import Markets
import Schema

/// What a job asks to be done to the correlation matrix: `correlation: { repair: nearest, shrink: ledoit-wolf }`.
///
/// Nothing is done that is not asked for: by default a matrix that cannot be is an error that names the assets.
struct CorrelationRequest {
  /// Where the job asks.
  let place: SourceLocation
  /// Whether a given matrix that is not positive definite is replaced by the nearest correlation matrix.
  let repairs: Bool
  /// The least eigenvalue of a repaired matrix.
  let smallestEigenvalue: Double
  /// Whether correlations estimated from a history are shrunk.
  let shrinks: Bool

  /// The words of the file.
  private enum Repair: String, CaseIterable { case nearest }
  private enum Shrinkage: String, CaseIterable { case ledoitWolf = "ledoit-wolf" }

  private static let repair = Parameter<Repair>.choice(
    "repair", "what replaces a given matrix that is not positive definite; an error if absent")
  private static let smallestEigenvalue = Parameter<Double>.number(
    "smallestEigenvalue", in: Bounds(1e-9, 0.5), isOptional: true, "the least an eigenvalue of a repaired matrix may be"
  )
  private static let shrinkage = Parameter<Shrinkage>.choice(
    "shrink", "how correlations estimated from a history are shrunk; not at all if absent")

  /// Reads the mapping at `node`; nil, recorded, where it is wrong. A matrix is repaired where it is given and shrunk where
  /// it is estimated: a request for the other is a mistake, not to be passed over.
  init?(reading node: DocumentNode, hasCalibration: Bool, problems: ProblemCollector) {
    let before = problems.count
    var reader = ParameterReader(node, problems: problems)
    repairs = reader.readIfPresent(Self.repair) != nil
    let least = reader.readIfPresent(Self.smallestEigenvalue)
    smallestEigenvalue = least ?? NearestCorrelation.defaultSmallestEigenvalue
    shrinks = reader.readIfPresent(Self.shrinkage) != nil
    reader.finish()
    place = node.location
    if reader.has("smallestEigenvalue"), !reader.has("repair") {
      reader.record("smallestEigenvalue belongs to a repair, which is not asked for", key: "smallestEigenvalue")
    }
    if repairs, !hasCalibration {
      reader.record(
        "only a given correlation matrix is repaired, and there is no calibration", key: "repair",
        hint: "one estimated from a history contradicts itself only where assets move as one: leave one of them out")
    }
    if shrinks, hasCalibration {
      reader.record(
        "only correlations estimated from a history are shrunk, and here they are given", key: "shrink",
        hint: "the intensity needs the moves behind them")
    }
    guard problems.count == before else { return nil }
  }
}
