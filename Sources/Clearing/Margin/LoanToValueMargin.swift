public import Schema
public import Venues

/// Lending: what may be borrowed against collateral, and when a loan is liquidated.
///
/// Collateral counts in full; the requirement is Σ collateral·(1 − threshold) at maintenance level and
/// Σ collateral·(1 − LTV) at initial level, so that health is Σ collateral·threshold − debt. An account may have its own
/// agreed figures for all its collateral, or be in an efficiency mode. Shifts move all figures alike, so that two
/// settings can be compared.
public struct LoanToValueMargin: MarginModel {
  /// Name, formula, source and parameters.
  public static let kind = Kind(
    "loan-to-value", summary: "static: loan-to-value and liquidation threshold of each collateral",
    formula: "IM = Σ collateral·(1 − LTV),  MM = Σ collateral·(1 − threshold)",
    source: "Aave v3 technical paper (2022), health factor and efficiency mode",
    parameters: [thresholdShift.description, loanToValueShift.description])

  private static let thresholdShift = Parameter<Double>.number(
    "thresholdShift", unit: "fraction", in: Bounds(-1, 1), default: 0,
    "added to every liquidation threshold above 0; results stay in [0, 1]")
  private static let loanToValueShift = Parameter<Double>.number(
    "ltvShift", unit: "fraction", in: Bounds(-1, 1), default: 0,
    "added to every loan-to-value above 0; results stay in [0, threshold]")

  private let instruments: [Instrument]
  private let modes: [EfficiencyMode]
  private let shift: TwoLevels

  /// Margins the spot positions among `instruments`; `shift` is added to figures above 0.
  public init(
    instruments: [Instrument], modes: [EfficiencyMode] = [], shift: TwoLevels = TwoLevels(initial: 0, maintenance: 0)
  ) {
    self.instruments = instruments
    self.modes = modes
    self.shift = shift
  }

  /// Reads it from a job, recording every problem; nil if it cannot be made.
  public init?(reading reader: inout ParameterReader, context: MarginContext) {
    let threshold = reader.read(Self.thresholdShift)
    let loanToValue = reader.read(Self.loanToValueShift)
    for instrument in context.venue.instruments where instrument.isDerivative {
      reader.record(
        "loan-to-value cannot margin the \(instrument.isOption ? "option" : "perpetual") \(instrument.id)", key: "kind",
        found: "loan-to-value",
        hint: "use tiered\(instrument.isOption ? "" : " or volatility-scaled") for a venue with derivatives")
    }
    guard let threshold, let loanToValue else { return nil }
    self.init(
      instruments: context.venue.instruments, modes: context.rules.efficiencyModes,
      shift: TwoLevels(initial: loanToValue, maintenance: threshold))
  }

  /// Whether the factors move along a path.
  public var isDynamic: Bool { false }

  /// Terms of every position.
  public func requirements(of book: Book) -> RequirementTable {
    let modeOf = book.accounts.indices.map { Self.mode(of: $0, in: book, instruments: instruments, modes: modes) }
    return RequirementTable(book: book) { account, column in
      guard let terms = instruments[column.instrument].spotTerms, column.side == .held else {
        return PositionTerms()
      }
      let accepted = shifted(
        accepted(terms, of: book.accounts[account], mode: modeOf[account], instrument: column.instrument))
      return PositionTerms(
        initialLines: [RequirementLine(slope: 1 - accepted.initial)],
        maintenanceLines: [RequirementLine(slope: 1 - accepted.maintenance)])
    }
  }

  /// What one unit of collateral value carries: the account's own figures, its mode's, or the listed ones; nothing where
  /// the asset cannot be borrowed against.
  private func accepted(_ terms: SpotTerms, of account: Account, mode: Int?, instrument: Int) -> TwoLevels {
    guard let listed = terms.loanToValue else { return TwoLevels(initial: 0, maintenance: 0) }
    if let own = account.loanToValue { return own }
    guard let mode, modes[mode].instruments.contains(instrument) else { return listed }
    return modes[mode].loanToValue
  }

  private func shifted(_ figures: TwoLevels) -> TwoLevels {
    func moved(_ figure: Double, by shift: Double) -> Double { figure > 0 ? min(max(figure + shift, 0), 1) : 0 }
    let maintenance = moved(figures.maintenance, by: shift.maintenance)
    return TwoLevels(initial: min(moved(figures.initial, by: shift.initial), maintenance), maintenance: maintenance)
  }

  /// The mode that applies to an account: its own, if everything it owes at t = 0 belongs to it.
  public static func mode(
    of account: Int, in book: Book, instruments: [Instrument], modes: [EfficiencyMode]
  ) -> Int? {
    guard let mode = book.accounts[account].efficiencyMode, modes.indices.contains(mode) else { return nil }
    let members = modes[mode].instruments
    let owes = book.positions(of: account).map { book.columns[Int(book.column[$0])] }.filter { $0.side == .owed }
    guard owes.allSatisfy({ members.contains($0.instrument) }) else { return nil }
    let settlement = instruments.firstIndex { $0.kind == .settlement }
    if book.cash[account] < 0, settlement.map(members.contains) != true { return nil }
    return mode
  }

  /// Factors of one worker.
  public func makeFactors(for book: Book) -> any MarginFactors { StaticFactors(columns: book.columns.count) }
}
