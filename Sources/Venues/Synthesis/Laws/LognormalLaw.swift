import Foundation
import Kernels
import Schema

/// A lognormal law truncated to an interval, drawn by its quantile function.
struct LognormalLaw: Sendable, Hashable {
  /// Median of the law before truncation; > 0.
  let median: Double
  /// Standard deviation of the logarithm before truncation; ≥ 0.
  let sigma: Double
  /// Least value.
  let minimum: Double
  /// Greatest value.
  let maximum: Double
  /// Probability of the whole law below `minimum`.
  private let below: Double
  /// Probability of the whole law between the bounds.
  private let inside: Double

  /// A law; nil where hardly any of it lies between the bounds, so that truncation would make up its own distribution.
  init?(median: Double, sigma: Double, minimum: Double = 0, maximum: Double = .infinity) {
    self.median = median
    self.sigma = sigma
    self.minimum = minimum
    self.maximum = maximum
    guard sigma > 0 else {
      guard minimum...max(minimum, maximum) ~= median else { return nil }
      below = 0
      inside = 1
      return
    }
    below = minimum > 0 ? normalCDF(log(minimum / median) / sigma) : 0
    inside = (maximum.isFinite ? normalCDF(log(maximum / median) / sigma) : 1) - below
    guard inside >= 1e-6 else { return nil }
  }

  /// The value that a share `probability` in [0, 1] of the truncated law lies below.
  func quantile(_ probability: Double) -> Double {
    guard sigma > 0 else { return median }
    let z = normalQuantile(below + inside * probability)
    return min(maximum, max(minimum, median * exp(sigma * z)))
  }

  /// Reads `kind: lognormal, median, sigma` and, where `readsBounds`, `minimum` and `maximum`, which cannot leave
  /// `bounds`; nil, recorded, where something is wrong.
  static func read(
    _ reader: inout ParameterReader, within bounds: ClosedRange<Double>, readsBounds: Bool
  ) -> LognormalLaw? {
    _ = reader.read(Keys.kind)
    let median = reader.read(Keys.median)
    let sigma = reader.read(Keys.sigma)
    let minimum = readsBounds ? reader.readIfPresent(Keys.minimum) : nil
    let maximum = readsBounds ? reader.readIfPresent(Keys.maximum) : nil
    guard let median, let sigma else { return nil }
    let lower = max(minimum ?? 0, bounds.lowerBound), upper = min(maximum ?? .infinity, bounds.upperBound)
    if let law = LognormalLaw(median: median, sigma: sigma, minimum: lower, maximum: upper) { return law }
    reader.record(
      "hardly any of the law lies between its bounds", key: "median",
      found: "median \(median), sigma \(sigma) within \(lower)…\(upper)",
      allowed: "at least a millionth of the law between the bounds")
    return nil
  }

  /// Reads a law from a mapping that holds nothing else.
  static func read(
    _ node: DocumentNode, problems: ProblemCollector, within bounds: ClosedRange<Double>, readsBounds: Bool
  ) -> LognormalLaw? {
    var reader = ParameterReader(node, problems: problems)
    let law = read(&reader, within: bounds, readsBounds: readsBounds)
    reader.finish()
    return law
  }

  /// The keys of the law. A sigma above 20 would leave the range of numbers.
  private enum Keys {
    static let kind = Parameter<LognormalWord>.choice("kind", default: .lognormal, "the law")
    static let median = Parameter<Double>.number("median", in: Bounds(0, 1e12, openBelow: true), "exp of the mean log")
    static let sigma = Parameter<Double>.number("sigma", in: Bounds(0, 20), "standard deviation of the log")
    static let minimum = Parameter<Double>.number("minimum", in: .nonNegative, isOptional: true, "least value")
    static let maximum = Parameter<Double>.number("maximum", in: .positive, isOptional: true, "greatest value")
  }
}

/// The word that names the law in a file.
enum LognormalWord: String, Sendable, CaseIterable { case lognormal }
