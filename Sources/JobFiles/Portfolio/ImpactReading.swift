import Clearing
import Schema

/// Reads what trades do to marks: `impact:` of a venue, and of an asset that differs.
enum ImpactReading {
  /// The words of the file.
  fileprivate enum Kind: String, CaseIterable {
    case power
    case constantProduct = "constant-product"
  }

  /// Impact is counted in the long-run daily volatility of the market, never in that of a margin model.
  private enum DailyVolatility: String, CaseIterable { case fromCalibration = "from-calibration" }

  fileprivate static let kind = Parameter<Kind>.choice(
    "kind", default: .power, "a power law of the flow, or a pool that keeps x·y constant")
  fileprivate static let coefficient = Parameter<Double>.number(
    "coefficient", unit: "daily volatilities", in: Bounds(0, 1000), "impact of trading a whole day's volume; 0 for none"
  )
  fileprivate static let exponent = Parameter<Double>.number(
    "exponent", in: Bounds(0, 1, openBelow: true), default: 0.5, "power of flow ÷ daily volume")
  fileprivate static let poolDepth = Parameter<Double>.number(
    "poolDepth", unit: "money", in: Bounds(0, 1e18, openBelow: true), "what one side of the pool is worth")
  fileprivate static let permanentShare = Parameter<Double>.number(
    "permanentShare", unit: "fraction", in: .fraction, "share of the impact that stays")
  fileprivate static let halfLife = Parameter<Double>.number(
    "halfLifeHours", unit: "hours", in: Bounds(0, 1e6, openBelow: true), "half-life of the rest")
  fileprivate static let thinning = Parameter<Double>.number(
    "thinning", in: Bounds(0, 4), default: 0, "power of long-run ÷ present volatility that depth is multiplied by")
  private static let dailyVolatility = Parameter<DailyVolatility>.choice(
    "dailyVolatility", default: .fromCalibration, "the volatility that impact is counted in")

  /// The venue's law; with a coefficient of 0 the rest may be left out. Nil, recorded, where anything is wrong.
  static func law(_ section: ParameterReader) -> MarketImpact? {
    var section = section
    let coefficient = section.read(Self.coefficient)
    let exponent = section.read(Self.exponent)
    let isNone = coefficient == 0
    let share = isNone ? section.readIfPresent(Self.permanentShare) ?? 0 : section.read(Self.permanentShare)
    let halfLife = isNone ? section.readIfPresent(Self.halfLife) ?? 1 : section.read(Self.halfLife)
    let thinning = section.read(Self.thinning)
    let volatility = section.read(Self.dailyVolatility)
    section.finish()
    guard let coefficient, let exponent, let share, let halfLife, let thinning, volatility != nil else { return nil }
    return MarketImpact(
      coefficient: coefficient, exponent: exponent, permanentShare: share, halfLifeHours: halfLife, thinning: thinning)
  }
}

/// `impact:` of one asset: what of the venue's law is another there.
struct OwnImpact {
  private var kind = ImpactReading.Kind.power
  private var coefficient: Double?
  private var exponent: Double?
  private var poolDepth: Double?
  private var permanentShare: Double?
  private var halfLifeHours: Double?
  private var thinning: Double?
  private let section: ParameterReader

  /// Reads the keys that are there; wrong ones are recorded.
  init(_ section: ParameterReader) {
    var section = section
    let kind = section.read(ImpactReading.kind)
    if kind == .constantProduct {
      poolDepth = section.read(ImpactReading.poolDepth)
    } else {
      coefficient = section.readIfPresent(ImpactReading.coefficient)
      exponent = section.readIfPresent(ImpactReading.exponent)
    }
    permanentShare = section.readIfPresent(ImpactReading.permanentShare)
    halfLifeHours = section.readIfPresent(ImpactReading.halfLife)
    thinning = section.readIfPresent(ImpactReading.thinning)
    // Which other keys are right depends on the kind; without one, none of them is called unknown.
    if kind != nil { section.finish() }
    self.kind = kind ?? .power
    self.section = section
  }

  /// The asset's law where the venue's is `base`. A venue without impact states no decay that an asset could take over:
  /// what is missing then is recorded.
  func law(over base: MarketImpact) -> MarketImpact {
    var law = base
    law.poolDepth = kind == .constantProduct ? poolDepth : nil
    law.coefficient = coefficient ?? base.coefficient
    law.exponent = exponent ?? base.exponent
    law.permanentShare = permanentShare ?? base.permanentShare
    law.halfLifeHours = halfLifeHours ?? base.halfLifeHours
    law.thinning = thinning ?? base.thinning
    guard base.coefficient == 0, law.poolDepth != nil || law.coefficient > 0 else { return law }
    for (key, isMissing) in [("permanentShare", permanentShare == nil), ("halfLifeHours", halfLifeHours == nil)]
    where isMissing && !section.has(key) {
      section.record(
        "the key is required, because the venue's own impact is none", key: key,
        allowed: "permanentShare, halfLifeHours")
    }
    return law
  }
}
