public import Schema
public import Venues

/// Bracket tables for perpetuals, and weights of balances and debts that get worse as they grow.
///
/// An asset counts min(w, 1.1/(1 + k√size)), a liability max(w, 0.8·w + k√size), w being the collateral schedule's weight
/// of the level and size the balance in asset units. The size is the present one: it changes where a liquidation sells or
/// repays part of a balance. Source: Drift protocol, documentation "Cross-collateral deposits", size premium and
/// discount.
public struct SizePremiumMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "size-premium", summary: "static: bracket tables, and weights that shrink with the size of a balance",
    formula: "asset weight = min(w, 1.1/(1 + k√size)),  liability weight = max(w, 0.8·w + k√size)",
    source: "Drift protocol documentation, size premium and discount",
    parameters: [factor.description, byInstrument.description])

  private static let allowed = Bounds(0, 1e6)
  private static let factor = Parameter<Double>.number(
    "sizeFactor", unit: "per √asset unit", in: allowed, isOptional: true, "k of every spot instrument not named below")
  private static let byInstrument = Parameter<DocumentNode>.nested(
    "sizeFactors", allowed: "{ BTC-SPOT: 0.01, … }", isOptional: true, "k by spot instrument")

  private let instruments: [Instrument]
  private let tables: [BracketTable]
  private let factors: [Double]

  /// Margins the perpetuals among `instruments` by `tables`; `factors` are k ≥ 0 of each instrument.
  public init(instruments: [Instrument], tables: [BracketTable], factors: [Double]) {
    self.instruments = instruments
    self.tables = tables
    self.factors = factors
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    TieredMargin.recordUntabled(context.venue.instruments, kind: Self.kind.name, reader)
    let common = reader.readIfPresent(Self.factor)
    var factors = context.venue.instruments.map { instrument -> Double in
      if case .spot = instrument.kind { common ?? 0 } else { 0 }
    }
    let key = Self.byInstrument.description.key
    if var named = reader.section(key, required: false) {
      for id in named.keys {
        let factor = named.read(Parameter<Double>.number(id, in: Self.allowed, "k of \(id)"))
        let index = context.venue.instruments.firstIndex { $0.id == id }
        if let index, case .spot = context.venue.instruments[index].kind {
          factors[index] = factor ?? 0
        } else {
          let spots = context.venue.instruments.compactMap { instrument -> String? in
            if case .spot = instrument.kind { instrument.id } else { nil }
          }
          named.record(
            "the venue has no such spot instrument", key: id, found: quotedForMessage(id),
            allowed: spots.isEmpty ? "none" : spots.prefix(40).joined(separator: ", "),
            hint: nearestWord(to: id, among: spots).map { "did you mean '\($0)'?" })
        }
      }
      named.finish()
    } else if !reader.has(Self.factor.description.key) {
      reader.record(
        "no size factor is given", key: Self.factor.description.key, allowed: "sizeFactor, sizeFactors or both",
        hint: "without one this is the model tiered")
    }
    self.init(instruments: context.venue.instruments, tables: context.rules.brackets, factors: factors)
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { false }

  /// Terms of every position.
  public func requirements(of book: Book) -> RequirementTable {
    RequirementTable(book: book) { _, column in
      var terms = TieredMargin.terms(of: column, instruments: instruments, tables: tables)
      terms.sizeFactor = factors[column.instrument]
      return terms
    }
  }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { StaticFactors(columns: book.columns.count) }
}
