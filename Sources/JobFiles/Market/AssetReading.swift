import Markets
import Schema

/// Reads one asset of a calibration.
enum AssetReading {
  private static let id = Parameter<String>.text("id", "the asset's name")
  private static let price = Parameter<Double>.number(
    "price", unit: "settlement currency", in: PricesFile.allowedPrices, "price at t = 0")
  private static let volatility = Parameter<Double>.number(
    "volatility", unit: "per year", in: Bounds(0, 100), "long-run volatility of log returns, 365 days")
  private static let drift = Parameter<Double>.number(
    "drift", unit: "per year", in: Bounds(-100, 100), default: 0, "expected growth, continuously compounded")
  private static let volatilityError = Parameter<Double>.number(
    "volatilityStandardError", unit: "per year", in: .nonNegative, isOptional: true, "for the record")

  private static let stepHours = Parameter<Double>.number(
    "stepHours", unit: "hours", in: Bounds(0, 8760, openBelow: true), "the step whose returns the figures describe")
  private static let mean = Parameter<Double>.number("mean", in: Bounds(-1, 1), default: 0, "mean log return of a step")
  private static let omega = Parameter<Double>.number(
    "omega", in: Bounds(0, 100, openBelow: true), "constant of the variance equation")
  private static let alpha = Parameter<Double>.number("alpha", in: .fraction, "reaction to the last squared shock")
  private static let gamma = Parameter<Double>.number(
    "gamma", in: Bounds(-1, 2), default: 0, "additional reaction to a shock below the mean")
  private static let beta = Parameter<Double>.number(
    "beta", in: Bounds(0, 1, openAbove: true), "persistence of the variance")
  private static let degrees = Parameter<Double>.number(
    "degreesOfFreedom", in: DependenceReading.degreesAllowed, isOptional: true, "of Student-t innovations")
  private static let initialVolatility = Parameter<Double>.number(
    "initialVolatility", unit: "per year", in: Bounds(0, 100, openBelow: true), "volatility at t = 0")
  private static let lambda = Parameter<Double>.number(
    "lambda", in: Bounds(0, 1, openBelow: true, openAbove: true), "decay of the squared returns of a step")

  /// The asset at `node`; nil, recorded, where it is wrong.
  static func asset(_ node: DocumentNode, intake: Intake) -> AssetCalibration? {
    let before = intake.problems.count
    var reader = ParameterReader(node, problems: intake.problems)
    let id = reader.read(Self.id)
    let price = reader.read(Self.price)
    let volatility = reader.read(Self.volatility)
    let drift = reader.read(Self.drift)
    _ = reader.readIfPresent(volatilityError)
    let garch = reader.section("garch", required: false).flatMap(Self.garch)
    let jumps = JumpReading.assetJumps(reader.section("jumps", required: false))
    let heston = HestonReading.heston(reader.section("heston", required: false))
    let factors = FactorReading.factors(&reader)
    // Assets with this key are read elsewhere; here it is only one of those that are allowed.
    _ = reader.section("derived", required: false)
    readDecay(reader.section("ewma", required: false, allowed: "{ stepHours, lambda }"))
    reader.finish()
    if let flaw = id.flatMap(AccountName.flaw) { reader.record("the asset's name \(flaw)", key: "id") }
    guard let id, let price, let volatility, let drift, intake.problems.count == before else { return nil }
    if let garch { compare(garch, with: volatility, of: id, at: node.location, intake) }
    return AssetCalibration(
      id: id, price: price, volatility: volatility, drift: drift, garch: garch, jumps: jumps, heston: heston,
      funding: factors.funding, impliedVolatility: factors.impliedVolatility)
  }

  /// GARCH figures: a variance that stays positive (α + γ ≥ 0) and reverts (α + γ/2 + β < 1).
  private static func garch(_ section: ParameterReader) -> GarchParameters? {
    var section = section
    let stepHours = section.read(Self.stepHours)
    let mean = section.read(Self.mean)
    let omega = section.read(Self.omega)
    let alpha = section.read(Self.alpha)
    let gamma = section.read(Self.gamma)
    let beta = section.read(Self.beta)
    let degrees = section.readIfPresent(Self.degrees)
    let initial = section.read(Self.initialVolatility)
    FitKeys.read(
      &section, errors: ["mean", "omega", "alpha", "gamma", "beta", "degreesOfFreedom", "initialVolatility"])
    section.finish()
    guard let stepHours, let mean, let omega, let alpha, let gamma, let beta, let initial else { return nil }
    let parameters = GarchParameters(
      stepHours: stepHours, mean: mean, omega: omega, alpha: alpha, gamma: gamma, beta: beta,
      degreesOfFreedom: degrees, initialVolatility: initial)
    if alpha + gamma < 0 {
      section.record(
        "the variance could become negative", key: "gamma", found: "alpha + gamma = \(alpha + gamma)", allowed: "≥ 0")
    }
    if !parameters.isStationary {
      section.record(
        "the variance has no finite long-run mean", key: "beta",
        found: "alpha + gamma/2 + beta = \(parameters.persistence)", allowed: "< 1")
    }
    return parameters
  }

  /// `ewma: { stepHours, lambda }`: a fitted decay, for whoever sets a margin model's; no process uses it.
  private static func readDecay(_ section: ParameterReader?) {
    guard var section else { return }
    _ = section.read(stepHours)
    _ = section.read(lambda)
    FitKeys.read(&section, errors: ["lambda"])
    section.finish()
  }

  /// Warns where the figures disagree on the long-run volatility: the depth of the market refers to one, the paths revert
  /// to the other.
  private static func compare(
    _ garch: GarchParameters, with volatility: Double, of id: String, at place: SourceLocation, _ intake: Intake
  ) {
    let ratio = garch.longRunVolatility / volatility
    guard volatility > 0, ratio.isFinite, abs(ratio - 1) > 0.25 else { return }
    intake.warn(
      "the GARCH figures of \(id) have a long-run volatility of \(percent(garch.longRunVolatility)), its volatility is "
        + percent(volatility), at: place.appending(key: "garch"))
  }

  /// A fraction in per cent, to a tenth.
  private static func percent(_ value: Double) -> String {
    guard value < 1e6 else { return "\(value)" }
    return "\((value * 1000).rounded() / 10) %"
  }
}
