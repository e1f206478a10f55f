public import Schema
public import Venues

/// Lending: what may be borrowed against collateral, and when a loan is liquidated.
///
/// Collateral counts in full; the requirement is Σ collateral·(1 − threshold) at maintenance level and
/// Σ collateral·(1 − LTV) at initial level, so that health is Σ collateral·threshold − debt. An account may have its own
/// agreed figures for all its collateral.
public struct LoanToValueMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "loan-to-value", summary: "static: loan-to-value and liquidation threshold of each collateral",
    formula: "IM = Σ collateral·(1 − LTV),  MM = Σ collateral·(1 − threshold)",
    source: "Aave v3 technical paper (2022), health factor")

  private let instruments: [Instrument]

  /// Margins the spot positions among `instruments`.
  public init(instruments: [Instrument]) { self.instruments = instruments }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    for instrument in context.venue.instruments {
      guard case .perpetual = instrument.kind else { continue }
      reader.record(
        "loan-to-value cannot margin the perpetual \(instrument.id)", key: "kind", found: "loan-to-value",
        hint: "use tiered or volatility-scaled for a venue with perpetuals")
    }
    self.init(instruments: context.venue.instruments)
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { false }

  /// Terms of every position.
  public func requirements(of book: Book) -> RequirementTable {
    RequirementTable(book: book) { account, column in
      guard case .spot(let terms) = instruments[column.instrument].kind, column.side == .held else {
        return PositionTerms()
      }
      let own = terms.loanToValue == nil ? nil : account.loanToValue
      let accepted = own ?? terms.loanToValue ?? TwoLevels(initial: 0, maintenance: 0)
      return PositionTerms(
        initialLines: [RequirementLine(slope: 1 - accepted.initial)],
        maintenanceLines: [RequirementLine(slope: 1 - accepted.maintenance)])
    }
  }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { StaticFactors(columns: book.columns.count) }
}
