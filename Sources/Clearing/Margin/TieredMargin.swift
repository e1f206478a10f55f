public import Schema
public import Venues

/// The venue's own bracket tables: a marginal rate by notional, with continuous deduction; of options for short positions,
/// on the mark of the underlying.
public struct TieredMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "tiered", summary: "static: the venue's bracket table of each instrument",
    formula: "T(n) = n·r_i − d_i,  d_i = d_{i−1} + lo_i·(r_i − r_{i−1})",
    source: "published margin schedules of derivatives venues (dYdX v4, Hyperliquid, Binance)")

  private let instruments: [Instrument]
  private let tables: [BracketTable]

  /// Margins futures and short options among `instruments` by `tables`; balances by the collateral schedule.
  public init(instruments: [Instrument], tables: [BracketTable]) {
    self.instruments = instruments
    self.tables = tables
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    Self.recordUntabled(context.venue.instruments, kind: Self.kind.name, reader)
    self.init(instruments: context.venue.instruments, tables: context.rules.brackets)
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { false }

  /// Terms of every position.
  public func requirements(of book: Book) -> RequirementTable {
    RequirementTable(book: book) { _, column in Self.terms(of: column, instruments: instruments, tables: tables) }
  }

  /// Lines of a perpetual's table; a spot position's weights.
  static func terms(of column: Book.Column, instruments: [Instrument], tables: [BracketTable]) -> PositionTerms {
    switch instruments[column.instrument].kind {
    case .perpetual(let terms):
      guard let index = terms.brackets else { return PositionTerms() }
      return PositionTerms(initialLines: tables[index].initialLines, maintenanceLines: tables[index].maintenanceLines)
    case .option(let terms): return .standard(terms, tables: tables)
    case .spot, .poolShare: return .scheduled(instruments[column.instrument].spotTerms, side: column.side)
    case .settlement: return PositionTerms()
    }
  }

  /// Records the derivatives that have no table.
  static func recordUntabled(_ instruments: [Instrument], kind: String, _ reader: ParameterReader) {
    for instrument in instruments where instrument.isDerivative && instrument.brackets == nil {
      reader.record(
        "\(instrument.id) has no bracket table", key: "kind", found: kind,
        hint: "give it `margin:` in the venue's file")
    }
  }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { StaticFactors(columns: book.columns.count) }
}

/// Records the options of a venue that have no table, under a model whose own rates are of futures: options keep the
/// venue's tables there.
func recordUntabledOptions(_ instruments: [Instrument], kind: String, _ reader: ParameterReader) {
  for instrument in instruments where instrument.isOption && instrument.brackets == nil {
    reader.record(
      "\(instrument.id) has no bracket table, and \(kind) has rates for futures only", key: "kind", found: kind,
      hint: "give the option `margin:` in the venue's file")
  }
}
