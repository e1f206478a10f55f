import Kernels
import Markets
import Schema

/// Reads `market.yaml`: the assets with their figures, their correlation, and how their shocks hang together.
///
/// Volatilities and drifts are annual (365 days); GARCH figures are those of log returns of one step of `stepHours`.
/// Standard errors, log-likelihoods and counts are for the reader of the file; the job does not use them.
/// ```yaml
/// calibration: { source: "…", window: { from: 2024-01-01, to: 2024-12-31 }, observations: 8760, frequencyHours: 1 }
/// assets:
///   - id: BTC
///     price: 66000
///     volatility: 0.62
///     drift: 0
///     garch: { stepHours: 1, mean: 0, omega: 1.2e-7, alpha: 0.08, gamma: 0.01, beta: 0.9, degreesOfFreedom: 3.9,
///              initialVolatility: 0.45 }
///     jumps: { marketWide: { mean: -0.06, deviation: 0.04 }, own: { intensityPerYear: 4, mean: 0, deviation: 0.05 } }
///     heston: { reversionPerYear: 12, volatilityOfVariance: 2, correlation: -0.3, initialVolatility: 0.45 }
/// marketJumps: { intensityPerYear: 6, sizeCorrelation: 0.6 }
/// correlation: { matrix: [[1]] }
/// dependence: { kind: student-t, degreesOfFreedom: 4.5 }
/// regimes:
///   - { name: calm, volatilityMultiple: 0.8, meanDurationDays: 60 }
///   - { name: crisis, volatilityMultiple: 2.5, correlationBlend: 0.6, meanDurationDays: 4 }
/// dynamicCorrelation: { stepHours: 1, reaction: 0.02, persistence: 0.95 }
/// bootstrap: { meanBlockHours: 240 }
/// ```
struct CalibrationFile {
  /// The calibrated market.
  let calibration: MarketCalibration
  /// The dependence that was fitted with it, where the file states one.
  let dependence: Dependence?
  /// Where the document starts.
  let place: SourceLocation

  private static let source = Parameter<String>.text("source", isOptional: true, "where the data came from, in words")
  private static let observations = Parameter<Int>.integer(
    "observations", in: 0...Int.max, isOptional: true, "returns per asset")
  private static let dailyObservations = Parameter<Int>.integer(
    "dailyObservations", in: 0...Int.max, isOptional: true, "daily returns behind volatilities and correlations")
  private static let frequency = Parameter<Double>.number(
    "frequencyHours", unit: "hours", in: .positive, isOptional: true, "spacing of the data")
  private static let process = Parameter<String>.text(
    "process", isOptional: true, "what `plimsoll calibrate` was asked to fit, for the record")
  private static let logLikelihood = Parameter<Double>.number(
    "logLikelihood", in: .any, isOptional: true, "of all assets together, for the record")

  /// Reads a calibration, recording every problem; nil if there is any. Problems inside `node` keep its places; `request`
  /// is what a job asks to be done to the correlations.
  init?(reading node: DocumentNode, request: CorrelationRequest? = nil, intake: Intake) {
    let before = intake.problems.count
    place = node.location
    var reader = ParameterReader(node, problems: intake.problems)
    let window = Self.window(reader.section("calibration", required: false))
    let all = reader.list("assets", required: true, allowed: "a list of { id, price, volatility, … }")
    let items = all.filter { !DerivedReading.isDerived($0) }
    if items.isEmpty, !all.isEmpty {
      reader.record("every asset is derived: none has a price of its own", key: "assets")
    }
    var assets: [AssetCalibration] = []
    for item in items {
      guard let asset = AssetReading.asset(item, intake: intake) else { continue }
      if assets.contains(where: { $0.id == asset.id }) {
        intake.problems.record(
          "an asset appears twice", at: item.location.appending(key: "id"), found: quotedForMessage(asset.id))
      }
      assets.append(asset)
    }
    let isComplete = assets.count == items.count
    let derived = DerivedReading.assets(
      all.filter(DerivedReading.isDerived), after: assets.map(\.id), isComplete: isComplete, intake: intake)
    let correlation = CorrelationReading(
      reader.section("correlation", required: items.count > 1, allowed: "{ matrix: [[1, …], …] }"),
      assets: isComplete ? assets.map(\.id) : nil, derivedCount: all.count - items.count, request: request,
      intake: intake
    ).matrix
    dependence = reader.take("dependence").flatMap {
      DependenceReading.dependence($0, fitted: nil, problems: intake.problems)
    }
    let regimes = RegimeReading.chain(
      reader.list("regimes", required: false, allowed: RegimeReading.allowed), problems: intake.problems)
    let marketJumps = JumpReading.marketJumps(reader.section("marketJumps", required: false))
    let weights = ResamplingReading.weights(reader.section("dynamicCorrelation", required: false))
    let blockHours = ResamplingReading.blockHours(reader.section("bootstrap", required: false))
    reader.finish()
    if intake.problems.count == before { JumpReading.check(assets, marketJumps, reader) }
    guard intake.problems.count == before, let correlation else { return nil }
    calibration = MarketCalibration(
      assets: assets, correlation: correlation, window: window, degreesOfFreedom: dependence?.degreesOfFreedom,
      regimes: regimes, marketJumps: marketJumps, dynamicCorrelation: weights, meanBlockHours: blockHours,
      derived: derived)
  }

  /// The digest of the prices that the figures came from: 64 hexadecimal digits.
  private static func checkDigest(_ node: DocumentNode?, _ section: ParameterReader) {
    guard let node else { return }
    if case .scalar(let text) = node.content, text.utf8.count == 64, text.allSatisfy(\.isHexDigit) { return }
    section.record(
      "the digest is not allowed", key: "sha256", found: node.shortDescription, allowed: "64 hexadecimal digits",
      hint: "SHA-256 of the file of prices")
  }

  /// Where the figures came from; nil where the file does not say.
  private static func window(_ section: ParameterReader?) -> CalibrationWindow? {
    guard var section else { return nil }
    let source = section.readIfPresent(Self.source)
    let observations = section.readIfPresent(Self.observations)
    _ = section.readIfPresent(Self.dailyObservations)
    _ = section.readIfPresent(Self.frequency)
    _ = section.readIfPresent(Self.process)
    _ = section.readIfPresent(Self.logLikelihood)
    checkDigest(section.take("sha256"), section)
    var range = section.section("window", required: false)
    let from = range.flatMap { _ in range?.read(Parameter<String>.text("from", "first day")) }
    let to = range.flatMap { _ in range?.read(Parameter<String>.text("to", "last day")) }
    range?.finish()
    section.finish()
    guard let source else { return nil }
    return CalibrationWindow(source: source, from: from ?? "", to: to ?? "", observations: observations ?? 0)
  }
}

extension Dependence {
  /// Degrees of freedom, where it has any.
  var degreesOfFreedom: Double? {
    switch self {
    case .gaussian: nil
    case .studentT(let degreesOfFreedom): degreesOfFreedom
    }
  }
}

/// Reads `dependence: { kind: gaussian | student-t, degreesOfFreedom }`.
enum DependenceReading {
  /// The words of the file.
  private enum KindName: String, CaseIterable {
    case gaussian
    case studentT = "student-t"
  }

  private static let kindName = Parameter<KindName>.choice("kind", "how shocks hang together")
  private static let degrees = Parameter<Double>.number(
    "degreesOfFreedom", in: degreesAllowed, isOptional: true,
    "of the common Student-t scale; the fitted ones of the calibration if absent")
  private static let standardError = Parameter<Double>.number(
    "standardError", in: .nonNegative, isOptional: true, "of the degrees of freedom, for the record")

  /// Degrees of freedom that a Student-t of finite variance can have, up to where it is normal to all digits that matter.
  static let degreesAllowed = Bounds(2, 1e6, openBelow: true)

  /// The dependence at `node`; nil, recorded, where it is wrong. `fitted` is what a calibration offers.
  static func dependence(_ node: DocumentNode, fitted: Double?, problems: ProblemCollector) -> Dependence? {
    var reader = ParameterReader(node, problems: problems)
    let kind = reader.read(kindName)
    let before = problems.count
    let degrees = reader.readIfPresent(Self.degrees)
    _ = reader.readIfPresent(standardError)
    reader.finish()
    guard let kind, problems.count == before else { return nil }
    if kind == .gaussian {
      if degrees != nil { reader.record("a gaussian dependence has no degrees of freedom", key: "degreesOfFreedom") }
      return .gaussian
    }
    guard let value = degrees ?? fitted else {
      reader.record(
        "the degrees of freedom are required", key: "degreesOfFreedom", allowed: degreesAllowed.description,
        hint: "the calibration has none to inherit")
      return nil
    }
    return .studentT(degreesOfFreedom: value)
  }
}
