public import Schema
public import Venues

/// Portfolio margin: the worst loss of an account's derivatives over a grid of price and volatility moves, plus
/// contingencies. See `ScenarioPart` for the formula.
///
/// Within one underlying everything offsets; between underlyings nothing does, but in stated groups that are shocked
/// together. Contingencies are charged on gross sizes, so that the requirement stays subadditive: a hedged pair pays them on
/// both legs. Accounts that are not margined so (cross, isolated) follow the venue's bracket tables, balances and debts
/// the collateral schedule.
public struct ScenarioGridMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "scenario-grid", summary: "portfolio margin: the worst loss over price × volatility moves, plus contingencies",
    formula: "IM = Σ_u max_s Σ_k −q_k·(v_k(s) − v_k)·w_s + Σ_k c_k·|q_k|·M,  MM = maintenanceFraction·IM",
    source: "Deribit, Portfolio Margin and API figures of its model; Paradex, Portfolio Margin; CME, SPAN",
    parameters: ScenarioKeys.descriptions)

  /// Who is margined by scenarios.
  public enum Reach: String, Sendable, Hashable, CaseIterable {
    /// The accounts of mode portfolio.
    case portfolio
    /// Every account but isolated positions.
    case all
  }

  /// What is charged on gross sizes, whatever offsets.
  public struct Contingencies: Sendable, Hashable {
    /// Share of the notional of each futures position.
    public var futures: Double
    /// Share of the price of the underlying for each short option.
    public var shortOptions: Double

    /// Creates contingencies.
    public init(futures: Double, shortOptions: Double) {
      self.futures = futures
      self.shortOptions = shortOptions
    }

    /// None.
    public static let none = Contingencies(futures: 0, shortOptions: 0)
  }

  /// The grid of each asset.
  public let grids: [ScenarioGrid]
  /// Contingencies of each asset.
  public let contingencies: [Contingencies]
  /// Assets shocked together.
  public let groups: [[Int]]
  /// How volatility shocks depend on the time to expiry.
  public let scaling: VolatilityScaling
  /// Maintenance ÷ initial.
  public let maintenanceFraction: Double
  /// Who is margined by scenarios.
  public let reach: Reach
  private let instruments: [Instrument]
  private let tables: [BracketTable]

  /// Creates a model; `grids` and `contingencies` have one entry per asset, and the grids of one group as many shocks.
  public init(
    grids: [ScenarioGrid], contingencies: [Contingencies], groups: [[Int]] = [], scaling: VolatilityScaling,
    maintenanceFraction: Double, reach: Reach, instruments: [Instrument], tables: [BracketTable]
  ) {
    self.grids = grids
    self.contingencies = contingencies
    self.groups = groups
    self.scaling = scaling
    self.maintenanceFraction = maintenanceFraction
    self.reach = reach
    self.instruments = instruments
    self.tables = tables
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    let before = reader.problems.count
    let keys = ScenarioKeys(reading: &reader, assetIDs: context.assetIDs, assets: context.initialVolatilities.count)
    if let reach = keys.reach { Self.check(context, reach: reach, reader) }
    guard reader.problems.count == before, let figures = keys.figures, let reach = keys.reach else { return nil }
    self.init(
      grids: figures.grids, contingencies: figures.contingencies, groups: keys.groups, scaling: figures.scaling,
      maintenanceFraction: figures.maintenanceFraction, reach: reach, instruments: context.venue.instruments,
      tables: context.rules.brackets)
  }

  /// Records what the model cannot be put on.
  private static func check(_ context: MarginContext, reach: Reach, _ reader: ParameterReader) {
    let book = context.venue.book
    if case .closeFactor = context.rules.liquidation.method {
      reader.record(
        "\(kind.name) is for derivatives, which a close factor cannot liquidate", key: "kind", found: kind.name,
        hint: "give the venue `liquidation: { method: full }` or `partial`, or margin its loans by loan-to-value")
    }
    if reach == .portfolio, !book.accounts.contains(where: { $0.mode == .portfolio }) {
      reader.record(
        "no account is margined by scenarios: the venue has none of mode portfolio", key: "kind", found: kind.name,
        hint: "set modes in accounts.csv, or `accounts: all` to margin every cross account so")
    }
    var untabled: Set<Int> = []
    for index in book.accounts.indices where !isCovered(book.accounts[index], reach) {
      for position in book.positions(of: index) { untabled.insert(book.columns[Int(book.column[position])].instrument) }
    }
    TieredMargin.recordUntabled(
      untabled.sorted().map { context.venue.instruments[$0] }, kind: "\(kind.name), for an account outside it", reader)
  }

  private static func isCovered(_ account: Account, _ reach: Reach) -> Bool {
    switch account.mode {
    case .portfolio: true
    case .cross: reach == .all
    case .isolated: account.owner == nil && reach == .all
    }
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { false }

  /// Contingencies of the accounts margined by scenarios, bracket tables of the others, and the scenarios.
  public func requirements(of book: Book) -> RequirementTable {
    let covered = book.accounts.indices.filter { Self.isCovered(book.accounts[$0], reach) }
    let part = ScenarioPart(
      book: book, instruments: instruments, accounts: covered.map { Int32(truncatingIfNeeded: $0) }, grids: grids,
      groups: groups, scaling: scaling, maintenanceFraction: maintenanceFraction)
    return RequirementTable(book: book, scenarios: part) { account, column in
      let instrument = instruments[column.instrument]
      guard part.contains(account), instrument.isDerivative else {
        return TieredMargin.terms(of: column, instruments: instruments, tables: tables)
      }
      // An option's size is the price of its underlying; a long one requires nothing and counts in full.
      let charged = contingencies[column.asset]
      return contingency(instrument.isOption ? charged.shortOptions : charged.futures)
    }
  }

  /// `rate` of the notional, as initial requirement.
  private func contingency(_ rate: Double) -> PositionTerms {
    guard rate > 0 else { return PositionTerms() }
    return PositionTerms(
      initialLines: [RequirementLine(slope: rate)],
      maintenanceLines: [RequirementLine(slope: rate * maintenanceFraction)])
  }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { StaticFactors(columns: book.columns.count) }
}
