import Foundation
import Schema

/// Account sizes: a truncated lognormal body and, above a threshold, a Pareto tail cut at a maximum.
///
/// With probability `tail.share` an account is in the tail, F(x) = (1 − (from/x)^α)/(1 − (from/maximum)^α) for x in
/// [from, maximum]; else in the body. Body plus tail is how wealth is usually described; see Clauset, Shalizi and Newman,
/// "Power-law distributions in empirical data", SIAM Review 51 (2009).
struct EquityLaw: Sendable, Hashable {
  /// The tail.
  struct Tail: Sendable, Hashable {
    /// Where it starts.
    let from: Double
    /// α > 0: P(X > x) falls as x^−α.
    let exponent: Double
    /// Probability of being in it.
    let share: Double
    /// Where it is cut.
    let maximum: Double

    /// The value that a share `probability` of the tail lies below.
    func quantile(_ probability: Double) -> Double {
      let mass = -expm1(exponent * log(from / maximum))
      return min(maximum, max(from, from * pow(1 - mass * probability, -1 / exponent)))
    }
  }

  /// The body.
  let body: LognormalLaw
  /// The tail, if there is one.
  let tail: Tail?

  /// The value that a share `probability` in [0, 1] of all accounts lies below.
  func quantile(_ probability: Double) -> Double {
    guard let tail, tail.share > 0 else { return body.quantile(probability) }
    let bodyShare = 1 - tail.share
    return probability < bodyShare
      ? body.quantile(probability / bodyShare)
      : tail.quantile(min(1, max(0, (probability - bodyShare) / tail.share)))
  }

  /// Reads `minimum, maximum, body, tail`; nil, recorded, where something is wrong.
  static func read(_ node: DocumentNode, problems: ProblemCollector) -> EquityLaw? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    let minimum = reader.read(Keys.minimum)
    let maximum = reader.read(Keys.maximum)
    let bodyNode = reader.read(Keys.body)
    let tailNode = reader.readIfPresent(Keys.tail)
    guard let minimum, let maximum, let bodyNode else { return nil }
    guard minimum < maximum else {
      reader.record("the bounds are the wrong way round", key: "maximum", found: "\(maximum)", allowed: "> \(minimum)")
      return nil
    }
    var tail: Tail?
    if let tailNode {
      tail = Tail.read(tailNode, problems: problems, above: minimum, maximum: maximum)
      guard tail != nil else { return nil }
    }
    let bodyBounds = minimum...(tail?.from ?? maximum)
    return LognormalLaw.read(bodyNode, problems: problems, within: bodyBounds, readsBounds: false)
      .map { EquityLaw(body: $0, tail: tail) }
  }

  /// The keys of the law; an account below a cent could not be written.
  private enum Keys {
    static let minimum = Parameter<Double>.number("minimum", unit: "USD", in: Bounds(0.01, 1e12), "least equity")
    static let maximum = Parameter<Double>.number("maximum", unit: "USD", in: Bounds(0.01, 1e12), "greatest equity")
    static let body = Parameter<DocumentNode>.nested("body", allowed: "{ kind: lognormal, median, sigma }", "the body")
    static let tail = Parameter<DocumentNode>.nested(
      "tail", allowed: "{ kind: pareto, from, exponent, share }", isOptional: true, "the tail")
  }
}

/// Reading the tail.
extension EquityLaw.Tail {
  /// Reads `kind: pareto, from, exponent, share`.
  fileprivate static func read(
    _ node: DocumentNode, problems: ProblemCollector, above minimum: Double, maximum: Double
  ) -> EquityLaw.Tail? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    _ = reader.read(Keys.kind)
    let from = reader.read(Keys.from)
    let exponent = reader.read(Keys.exponent)
    let share = reader.read(Keys.share)
    guard let from, let exponent, let share else { return nil }
    guard from > minimum, from < maximum else {
      reader.record(
        "the tail must start between the bounds of equity", key: "from", found: "\(from)",
        allowed: "a number in (\(minimum), \(maximum))")
      return nil
    }
    return EquityLaw.Tail(from: from, exponent: exponent, share: share, maximum: maximum)
  }

  /// The word that names the law in a file.
  private enum Word: String, Sendable, CaseIterable { case pareto }

  /// The keys of the tail. An exponent below 1 has no mean without its cut, and is allowed because of it.
  private enum Keys {
    static let kind = Parameter<Word>.choice("kind", default: .pareto, "the law")
    static let from = Parameter<Double>.number("from", unit: "USD", in: .positive, "where the tail starts")
    static let exponent = Parameter<Double>.number("exponent", in: Bounds(0.05, 50), "tail exponent α")
    static let share = Parameter<Double>.number("share", in: .openFraction, "share of accounts in the tail")
  }
}
