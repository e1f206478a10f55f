public import Schema

/// The built-in kinds of synthetic book, in the order `plimsoll describe` shows them. A new one is a file and a line here.
public let allBookKinds: [any BookKind.Type] = [
  PerpetualBook.self,
  LendingBook.self,
  OptionsBook.self,
]

/// A way to make up the accounts of a venue from stated distributions.
///
/// A kind is a value read from a specification; making a book of it is a pure function of that value and a seed. Every
/// number is drawn under the key (seed, account, attempt, use), never from a stream that others advance. The same
/// specification and seed give the same bytes; on another family of processors a last digit may differ.
public protocol BookKind: Sendable {
  /// Name, summary, source and parameters.
  static var kind: Kind { get }

  /// Reads the kind's keys from a specification, recording every problem; nil if it cannot be made. The caller has
  /// asked for the keys that every specification shares.
  init?(reading reader: inout ParameterReader, context: SynthesisContext)

  /// Draws the book. Throws where the book cannot meet what is asked of it, such as initial margin at the start.
  func synthesize(seed: UInt64) throws(Problems) -> SyntheticBook
}

/// The venue and the market that a synthetic book is made for, at t = 0.
public struct SynthesisContext: Sendable {
  /// Requirement of one position before any account's own terms, by instrument and notional.
  public typealias Requirement = @Sendable (_ instrument: Int, _ notional: Double) -> TwoLevels

  /// The instruments of the venue.
  public let instruments: [Instrument]
  /// Price of each asset at t = 0, in the settlement currency; > 0.
  public let prices: [Double]
  /// Long-run volatility of each asset, annualised.
  public let volatilities: [Double]
  /// Depth of each asset's market at the venue; nil where it is not traded.
  public let depths: [MarketDepth?]
  /// The venue's own margin tables.
  public let requirement: Requirement

  /// Creates a context; the arrays by asset are of equal length.
  public init(
    instruments: [Instrument], prices: [Double], volatilities: [Double], depths: [MarketDepth?],
    requirement: @escaping Requirement
  ) {
    self.instruments = instruments
    self.prices = prices
    self.volatilities = volatilities
    self.depths = depths
    self.requirement = requirement
  }

  /// Index of the settlement instrument.
  var settlement: Int? { instruments.firstIndex { $0.kind == .settlement } }

  /// Price of an instrument's asset; 1 for the settlement currency.
  func price(of instrument: Int) -> Double { instruments[instrument].asset.map { prices[$0] } ?? 1 }

  /// Terms of a spot instrument; nil for anything else.
  func spotTerms(of instrument: Int) -> SpotTerms? {
    guard case .spot(let terms) = instruments[instrument].kind else { return nil }
    return terms
  }

  /// Index of the instrument called `id`, if it is there and `isAllowed`; else nil and a problem at `location`.
  func index(
    of id: String, at location: SourceLocation, allowed: String, problems: ProblemCollector,
    isAllowed: (Instrument.Kind) -> Bool
  ) -> Int? {
    if let index = instruments.firstIndex(where: { $0.id == id }), isAllowed(instruments[index].kind) { return index }
    let names = instruments.filter { isAllowed($0.kind) }.map(\.id)
    problems.record(
      "the venue has no such instrument", at: location, found: quotedForMessage(id),
      allowed: names.isEmpty ? allowed : "\(allowed): \(names.joined(separator: ", "))")
    return nil
  }
}

/// What a specification may name an instrument for.
extension Instrument.Kind {
  /// Whether it is a spot asset.
  var isSpot: Bool { if case .spot = self { true } else { false } }
  /// Whether it is a perpetual that the venue's own tables can margin.
  var isMarginedPerpetual: Bool { if case .perpetual(let terms) = self { terms.brackets != nil } else { false } }
}
