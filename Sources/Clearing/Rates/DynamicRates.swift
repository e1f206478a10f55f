import Markets
import Schema
public import Venues

/// Everything of a dynamic model but its law: estimator, floor and cap, schedule, maintenance, overlays.
public struct DynamicTerms: Sendable {
  /// How the volatility of each asset is followed.
  public var recursions: [VolatilityRecursion]
  /// Implied volatility of each asset at t = 0, annualised, where the rates follow the market's implied volatilities
  /// and not an estimate; empty for an estimate.
  public var impliedVolatilities: [Double]
  /// Smallest initial rate.
  public var floor: Double
  /// Largest initial rate, before the buffer.
  public var cap: Double
  /// Steps between changes of the rates.
  public var updateSteps: Int
  /// Maintenance ÷ initial; not used where maintenance has a law of its own.
  public var maintenanceFraction: Double
  /// What is put on top.
  public var overlays: RateOverlays
  /// Long-run volatility of each asset, annualised; what the overlays refer to.
  public var longRunVolatilities: [Double]
  /// The venue's bracket tables, which its options keep.
  public var tables: [BracketTable] = []

  /// Creates terms; `floor` ≤ `cap`. `longRunVolatilities` may be empty where no overlay needs them.
  public init(
    recursions: [VolatilityRecursion], floor: Double = 0, cap: Double = 1, updateSteps: Int = 1,
    maintenanceFraction: Double, overlays: RateOverlays = .none, longRunVolatilities: [Double] = [],
    impliedVolatilities: [Double] = []
  ) {
    self.recursions = recursions
    self.impliedVolatilities = impliedVolatilities
    self.floor = floor
    self.cap = cap
    self.updateSteps = updateSteps
    self.maintenanceFraction = maintenanceFraction
    self.overlays = overlays
    self.longRunVolatilities = longRunVolatilities
  }
}

extension DynamicTerms {
  static let period = Parameter<Double>.number(
    "marginPeriodHours", unit: "hours", in: .positive, default: 24, "margin period of risk")
  private static let floor = Parameter<Double>.number(
    "floor", unit: "fraction of notional", in: .fraction, default: 0, "smallest initial rate")
  private static let cap = Parameter<Double>.number(
    "cap", unit: "fraction of notional", in: .fraction, default: 1, "largest initial rate, before a buffer")
  private static let update = Parameter<Double>.number(
    "updateHours", unit: "hours", in: .positive, isOptional: true,
    "hours between changes of the rates; a multiple of the step, every step if absent")
  private static let maintenance = Parameter<Double>.number(
    "maintenanceFraction", unit: "fraction of initial", in: Bounds(0, 1, openBelow: true), isOptional: true,
    "maintenance ÷ initial; the baseline's aggregate fraction if absent")

  /// The parameters that every dynamic model has, for its description.
  static let descriptions = [VolatilityChoice.parameter.description] + descriptionsWithoutEstimator
  /// The same of a model that takes its volatility from the market.
  static let descriptionsWithoutEstimator = [
    period.description, floor.description, cap.description, update.description, maintenance.description,
    RateOverlays.parameter.description,
  ]

  /// Reads the terms of the model called `kind`; nil, recorded, where they are wrong. With `ownMaintenance`, the key of a
  /// law of maintenance that is written, no fraction is needed, and none allowed. With `isImplied` there is no estimator:
  /// the market must have an implied volatility of every perpetual's asset.
  init?(
    reading reader: inout ParameterReader, context: MarginContext, kind: String, period: Double?,
    ownMaintenance: String? = nil, isImplied: Bool = false
  ) {
    let recursions =
      isImplied
      ? Self.implied(reading: &reader, context: context)
      : VolatilityChoice.recursions(reading: &reader, periodHours: period, context: context)
    let floor = reader.read(Self.floor)
    let cap = reader.read(Self.cap)
    let hours = reader.readIfPresent(Self.update)
    let steps = hours.map { context.grid.wholeSteps(in: $0) } ?? 1
    let overlays = RateOverlays(reading: &reader, updateHours: hours ?? context.grid.stepHours)
    let fraction = Self.fraction(reading: &reader, context: context, ownMaintenance: ownMaintenance)
    if let floor, let cap, floor > cap {
      reader.record("the floor is above the cap", key: "floor", found: "\(floor)", allowed: "≤ cap (\(cap))")
    }
    if steps == nil {
      reader.record(
        "the update interval is not a whole number of steps", key: "updateHours", found: hours.map { "\($0) h" },
        allowed: "a multiple of \(context.grid.stepHours) h")
    }
    recordUntabledOptions(context.venue.instruments, kind: kind, reader)
    if !context.venue.instruments.contains(where: { if case .perpetual = $0.kind { true } else { false } }) {
      reader.record(
        "\(kind) margins perpetuals only, and the venue has none", key: "kind",
        hint: "use loan-to-value for a lending pool")
    }
    if let overlays, overlays.needsLongRun, context.longRunVolatilities.count != context.initialVolatilities.count {
      reader.record("the market has no long-run volatilities that the overlays need", key: "overlays")
      return nil
    }
    guard let recursions, let floor, let cap, let steps, let overlays, let fraction, floor <= cap else { return nil }
    self.init(
      recursions: recursions, floor: floor, cap: cap, updateSteps: steps, maintenanceFraction: fraction,
      overlays: overlays, longRunVolatilities: context.longRunVolatilities,
      impliedVolatilities: isImplied ? context.impliedVolatilities : [])
    tables = context.rules.brackets
  }

  /// Recursions that stand still, in place of an estimator; nil, recorded, where the market does not say what the
  /// options on some perpetual's asset imply.
  private static func implied(
    reading reader: inout ParameterReader, context: MarginContext
  ) -> [VolatilityRecursion]? {
    let missing = context.venue.instruments.filter { instrument in
      guard case .perpetual(let terms) = instrument.kind else { return false }
      guard context.impliedVolatilities.indices.contains(terms.asset) else { return true }
      return context.impliedVolatilities[terms.asset] <= 0
    }
    guard missing.isEmpty else {
      reader.record(
        "the market declares no implied volatility for the asset of "
          + missing.map { quotedForMessage($0.id) }.joined(separator: ", "), key: "kind",
        hint: "give each asset impliedVolatility: in the market's calibration, or use volatility-scaled")
      return nil
    }
    return context.initialVolatilities.map { _ in .still(stepYears: context.grid.stepYears) }
  }

  /// Maintenance ÷ initial: written, or the baseline's; 1 where maintenance has a law of its own.
  private static func fraction(
    reading reader: inout ParameterReader, context: MarginContext, ownMaintenance: String?
  ) -> Double? {
    let isWritten = reader.has(maintenance.description.key)
    let written = reader.readIfPresent(maintenance)
    if let ownMaintenance {
      if isWritten {
        reader.record(
          "maintenance is stated twice", key: maintenance.description.key,
          hint: "leave out \(ownMaintenance) or maintenanceFraction")
        return nil
      }
      return 1
    }
    if isWritten { return written }
    if let inherited = context.baselineMaintenanceFraction { return inherited }
    reader.record(
      "the baseline model has no maintenance fraction to inherit", key: maintenance.description.key,
      hint: "state maintenanceFraction for this model")
    return nil
  }
}

/// A dynamic margin of perpetuals: a law, its terms, and how positions are resolved.
public struct DynamicRates<Law: RateLaw>: Sendable {
  /// Volatility to initial rate.
  public let law: Law
  /// Volatility to maintenance rate; nil where maintenance is a fraction of initial.
  public let maintenanceLaw: Law?
  /// Everything else.
  public let terms: DynamicTerms
  let instruments: [Instrument]

  /// Creates rates for the perpetuals among `instruments`.
  public init(law: Law, maintenanceLaw: Law? = nil, terms: DynamicTerms, instruments: [Instrument]) {
    self.law = law
    self.maintenanceLaw = maintenanceLaw
    self.terms = terms
    self.instruments = instruments
  }

  /// The initial rate at an annual volatility, floor and cap included, without overlays.
  public func rates(asset: Int, volatility: Double) -> SidedRate {
    law.rates(asset: asset, volatility: volatility).mapped { min(max($0, terms.floor), terms.cap) }
  }

  /// T(n) = n for perpetuals; spot positions by the collateral schedule.
  public func requirements(of book: Book) -> RequirementTable {
    let perpetual = PositionTerms(
      initialLines: [RequirementLine(slope: 1)], maintenanceLines: [RequirementLine(slope: 1)])
    return RequirementTable(book: book) { _, column in
      switch instruments[column.instrument].kind {
      case .perpetual: perpetual
      case .spot, .poolShare: .scheduled(instruments[column.instrument].spotTerms, side: column.side)
      case .option(let option): .standard(option, tables: terms.tables)
      case .settlement: PositionTerms()
      }
    }
  }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { RateFactors(rates: self, book: book) }
}
