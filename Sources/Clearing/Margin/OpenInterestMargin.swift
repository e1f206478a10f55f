public import Schema
public import Venues

/// An initial rate that rises with the open interest of a market; the maintenance rate stays.
///
/// IMF_eff = clamp(IMF + (1 − IMF)·(OI − lower)/(upper − lower), IMF, 1). OI is the notional of one side of the market
/// at the oracle price: half of Σ|q|·O (an inverse contract counts its face), in the book of t = 0, since margin figures hold the book constant so that
/// liquidations, which shrink it, are kept out of them. An upper cap of 0 switches the scaling off. Initial margin
/// decides nothing on a path, so liquidations are those of the maintenance rate alone.
/// Source: dYdX v4 chain, open-interest margin fraction of a liquidity tier.
public struct OpenInterestMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "open-interest-scaled", summary: "dynamic: an initial rate that rises with the market's open interest",
    formula: "IMF_eff = clamp(IMF + (1 − IMF)·(OI − lower)/(upper − lower), IMF, 1),  MM not scaled",
    source: "dYdX v4 protocol, open-interest margin fraction",
    parameters: MarketKeys.descriptions + [markets.description])

  /// One market's figures.
  public struct Market: Sendable, Hashable {
    /// IMF: initial rate at little open interest.
    public var initial: Double
    /// Maintenance rate.
    public var maintenance: Double
    /// Open interest, in money, at which the initial rate starts to rise.
    public var lowerCap: Double
    /// Open interest at which it is 1; 0 for no scaling.
    public var upperCap: Double

    /// Creates figures; `lowerCap` < `upperCap` unless that is 0.
    public init(initial: Double, maintenance: Double, lowerCap: Double, upperCap: Double) {
      self.initial = initial
      self.maintenance = maintenance
      self.lowerCap = lowerCap
      self.upperCap = upperCap
    }

    /// IMF_eff at an open interest in money.
    public func initialRate(openInterest: Double) -> Double {
      guard upperCap > 0 else { return initial }
      let share = (openInterest - lowerCap) / (upperCap - lowerCap)
      return min(max(initial + (1 - initial) * share, initial), 1)
    }
  }

  private static let markets = Parameter<DocumentNode>.nested(
    "markets", allowed: "{ BTC-PERP: { lowerCap: 25e6, upperCap: 50e6 }, … }", isOptional: true,
    "figures by perpetual, in place of those above")

  /// Figures of each perpetual, by instrument; nil for everything else.
  public let figures: [Market?]
  private let instruments: [Instrument]
  /// The venue's tables, for its options.
  private let tables: [BracketTable]

  /// Margins the perpetuals among `instruments` by `figures`, options by `tables`; balances by the
  /// collateral schedule.
  public init(instruments: [Instrument], figures: [Market?], tables: [BracketTable] = []) {
    self.instruments = instruments
    self.tables = tables
    self.figures = figures
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    let before = reader.problems.count
    let common = MarketKeys(reading: &reader)
    let instruments = context.venue.instruments
    var own: [Int: MarketKeys] = [:]
    let perpetuals = instruments.indices.filter { if case .perpetual = instruments[$0].kind { true } else { false } }
    if var section = reader.section(Self.markets.description.key, required: false) {
      let ids = perpetuals.map { instruments[$0].id }
      for id in section.keys {
        guard var entry = section.section(id, required: true) else { continue }
        let keys = MarketKeys(reading: &entry)
        entry.finish()
        if let index = perpetuals.first(where: { instruments[$0].id == id }) {
          own[index] = keys
        } else {
          section.record(
            "the venue has no such perpetual", key: id, found: quotedForMessage(id),
            allowed: ids.prefix(40).joined(separator: ", "),
            hint: nearestWord(to: id, among: ids).map { "did you mean '\($0)'?" })
        }
      }
      section.finish()
    }
    recordUntabledOptions(instruments, kind: Self.kind.name, reader)
    if perpetuals.isEmpty {
      reader.record("\(Self.kind.name) margins perpetuals only, and the venue has none", key: "kind")
    }
    let figures = instruments.indices.map { index -> Market? in
      guard case .perpetual(let terms) = instruments[index].kind else { return nil }
      let table = terms.brackets.map { context.rules.brackets[$0] }
      return common.merged(with: own[index]).market(of: instruments[index].id, table: table, reader)
    }
    guard reader.problems.count == before else { return nil }
    self.init(instruments: instruments, figures: figures, tables: context.rules.brackets)
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { true }

  /// T(n) = n for perpetuals; spot positions by the collateral schedule.
  public func requirements(of book: Book) -> RequirementTable {
    let perpetual = PositionTerms(
      initialLines: [RequirementLine(slope: 1)], maintenanceLines: [RequirementLine(slope: 1)])
    return RequirementTable(book: book) { _, column in
      switch instruments[column.instrument].kind {
      case .perpetual: perpetual
      case .spot, .poolShare: .scheduled(instruments[column.instrument].spotTerms, side: column.side)
      case .option(let terms): .standard(terms, tables: tables)
      case .settlement: PositionTerms()
      }
    }
  }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { OpenInterestFactors(figures: figures, book: book) }
}

/// Initial rates that follow the open interest of the book of t = 0 at the oracle's prices.
final class OpenInterestFactors: MarginFactors {
  private(set) var initial: [Double]
  private(set) var maintenance: [Double]
  let volatilities: [Double] = []
  private let markets: [Column]

  /// A column with the figures of its market.
  private struct Column {
    let column: Int
    let asset: Int
    /// Half of Σ|q|.
    let units: Double
    let valuation: UnitValuation
    let figures: OpenInterestMargin.Market
  }

  init(figures: [OpenInterestMargin.Market?], book: Book) {
    var gross = [Double](repeating: 0, count: book.columns.count)
    for position in book.quantity.indices { gross[Int(book.column[position])] += abs(book.quantity[position]) }
    markets = book.columns.indices.compactMap { column in
      figures[book.columns[column].instrument].map {
        Column(
          column: column, asset: book.columns[column].asset, units: gross[column] / 2,
          valuation: book.openingValuations[column], figures: $0)
      }
    }
    initial = [Double](repeating: 1, count: 2 * book.columns.count)
    maintenance = initial
  }

  func reset(oraclePrices: [Double]) {
    for market in markets {
      for side in 0...1 { maintenance[2 * market.column + side] = market.figures.maintenance }
    }
    setRates(oraclePrices)
  }

  func advance(step: Int, oraclePrices: [Double]) -> Bool {
    setRates(oraclePrices)
    return true
  }

  private func setRates(_ prices: [Double]) {
    for market in markets {
      let rate = market.figures.initialRate(
        openInterest: market.units * market.valuation.notional(at: prices, asset: market.asset))
      for side in 0...1 { initial[2 * market.column + side] = rate }
    }
  }
}
