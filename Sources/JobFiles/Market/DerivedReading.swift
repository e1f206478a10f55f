import Markets
import Schema

/// Reads a derived asset of a calibration.
///
/// ```yaml
/// - id: STETH
///   derived: { base: ETH, initialRate: 1, ratePerYear: 0, peg: { halfLifeHours: 500, volatility: 0.015, level: 0.9975,
///     initial: 0.999, correlationWithBase: 0.2,
///     depegs: { intensityPerYear: 2, mean: -0.02, deviation: 0.01, halfLifeHours: 800 } } }
/// - { id: USDC, derived: { base: settlement, peg: { halfLifeHours: 12, volatility: 0.02 } } }
/// ```
enum DerivedReading {
  /// The word for the settlement currency.
  static let settlement = "settlement"

  private static let id = Parameter<String>.text("id", "the asset's name")
  private static let base = Parameter<String>.text("base", "the asset that it stands for, or 'settlement'")
  private static let initialRate = Parameter<Double>.number(
    "initialRate", unit: "units of the base", in: Bounds(1e-12, 1e12), default: 1, "what one unit stands for at t = 0")
  private static let ratePerYear = Parameter<Double>.number(
    "ratePerYear", unit: "per year", in: Bounds(-10, 10), default: 0, "growth of that, continuously compounded")

  private static let halfLife = Parameter<Double>.number(
    "halfLifeHours", unit: "hours", in: Bounds(0, 1e7, openBelow: true), "hours in which half of a deviation is gone")
  private static let volatility = Parameter<Double>.number(
    "volatility", unit: "per year", in: Bounds(0, 100), "of the log peg over a short time")
  private static let ratios = Bounds(1e-6, 1e6)
  private static let level = Parameter<Double>.number(
    "level", unit: "ratio", in: ratios, default: 1, "where the peg reverts to")
  private static let initial = Parameter<Double>.number(
    "initial", unit: "ratio", in: ratios, isOptional: true, "the peg at t = 0; the level if absent")
  private static let correlation = Parameter<Double>.number(
    "correlationWithBase", in: Bounds(-1, 1), default: 0, "of the peg's shock with the base's log return")
  private static let intensity = Parameter<Double>.number(
    "intensityPerYear", unit: "per year", in: Bounds(0, DepegParameters.greatestIntensity), "expected de-pegs")
  private static let mean = Parameter<Double>.number(
    "mean", unit: "log price", in: Bounds(-3, 3), "mean of a de-peg in log price; below 0 for a loss")
  private static let deviation = Parameter<Double>.number(
    "deviation", unit: "log price", in: Bounds(0, 3), "standard deviation of a de-peg in log price")
  private static let recovery = Parameter<Double>.number(
    "halfLifeHours", unit: "hours", in: Bounds(0, 1e7, openBelow: true), isOptional: true,
    "hours in which half of a de-peg is made good; the peg's if absent")

  /// Whether the asset at `node` is a derived one.
  static func isDerived(_ node: DocumentNode) -> Bool { node["derived"] != nil }

  /// The derived assets at `items` in their order; one that is wrong is recorded and left out. `names` are those of the
  /// assets with a price of their own, of which some are missing unless `isComplete`.
  static func assets(
    _ items: [DocumentNode], after names: [String], isComplete: Bool, intake: Intake
  ) -> [DerivedAsset] {
    var known = names
    var isComplete = isComplete
    var found: [DerivedAsset] = []
    for item in items {
      guard let asset = asset(item, known: isComplete ? known : nil, intake: intake) else {
        isComplete = false
        continue
      }
      if known.contains(asset.id) {
        intake.problems.record(
          "an asset appears twice", at: item.location.appending(key: "id"), found: quotedForMessage(asset.id))
      }
      known.append(asset.id)
      found.append(asset)
    }
    return found
  }

  /// The asset at `node`; nil, recorded, where it is wrong. `known` are the assets that it may stand for; nil where they
  /// could not all be read.
  static func asset(_ node: DocumentNode, known: [String]?, intake: Intake) -> DerivedAsset? {
    let before = intake.problems.count
    var reader = ParameterReader(node, problems: intake.problems)
    let id = reader.read(Self.id)
    if let flaw = id.flatMap(AccountName.flaw) { reader.record("the asset's name \(flaw)", key: "id") }
    if id == settlement {
      reader.record(
        "the name is taken: it means the settlement currency", key: "id", found: quotedForMessage(settlement))
    }
    refuseOwnFigures(reader)
    var section = reader.section("derived", required: true)
    let base = section.flatMap { _ in section?.read(Self.base) }
    let rate = section?.read(initialRate)
    let growth = section?.read(ratePerYear)
    let peg = peg(section?.section("peg", required: false))
    section?.finish()
    let factors = FactorReading.factors(&reader)
    reader.finish()
    if let section, let base { check(base, of: id, peg: peg, known: known, section) }
    guard let id, let base, let rate, let growth, intake.problems.count == before else { return nil }
    return DerivedAsset(
      id: id, base: base == settlement ? .settlement : .asset(base), initialRate: rate, ratePerYear: growth, peg: peg,
      funding: factors.funding, impliedVolatility: factors.impliedVolatility)
  }

  /// A derived asset has the price, volatility and law that follow from its base.
  private static func refuseOwnFigures(_ reader: ParameterReader) {
    for key in ["price", "volatility", "drift", "garch", "jumps", "heston"] where reader.has(key) {
      reader.record(
        "a derived asset has no \(key) of its own: it follows from its base", key: key,
        hint: "leave it out, or leave out derived")
    }
  }

  private static func check(
    _ base: String, of id: String?, peg: PegParameters?, known: [String]?, _ section: ParameterReader
  ) {
    if base == settlement {
      if let peg, peg.correlationWithBase != 0 {
        section.record(
          "the peg is correlated with the settlement currency, which does not move", key: "peg",
          found: "correlationWithBase \(peg.correlationWithBase)", allowed: "0")
      }
    } else if base == id {
      section.record("the asset stands for itself", key: "base", found: quotedForMessage(base))
    } else if let known, !known.contains(base) {
      section.record(
        "there is no such asset before it", key: "base", found: quotedForMessage(base),
        allowed: (known + [settlement]).joined(separator: ", "),
        hint: nearestWord(to: base, among: known + [settlement]).map { "did you mean '\($0)'?" }
          ?? "list the base before what is derived from it")
    }
  }

  private static func peg(_ section: ParameterReader?) -> PegParameters? {
    guard var section else { return nil }
    let halfLife = section.read(Self.halfLife)
    let volatility = section.read(Self.volatility)
    let level = section.read(Self.level)
    let initial = section.readIfPresent(Self.initial)
    let correlation = section.read(Self.correlation)
    let depegs = depegs(section.section("depegs", required: false))
    FactorReading.readErrors(&section, of: ["halfLifeHours", "volatility", "level", "correlationWithBase"])
    section.finish()
    guard let halfLife, let volatility, let level, let correlation else { return nil }
    return PegParameters(
      halfLifeHours: halfLife, volatility: volatility, level: level, initial: initial, correlationWithBase: correlation,
      depegs: depegs)
  }

  private static func depegs(_ section: ParameterReader?) -> DepegParameters? {
    guard var section else { return nil }
    let intensity = section.read(Self.intensity)
    let mean = section.read(Self.mean)
    let deviation = section.read(Self.deviation)
    let recovery = section.readIfPresent(Self.recovery)
    FactorReading.readErrors(&section, of: ["intensityPerYear", "mean", "deviation", "halfLifeHours"])
    section.finish()
    guard let intensity, let mean, let deviation else { return nil }
    return DepegParameters(
      intensityPerYear: intensity, size: JumpSize(mean: mean, deviation: deviation), halfLifeHours: recovery)
  }
}
