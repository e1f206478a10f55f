public import Venues

/// What a margin model demands of every position of a book, resolved once before the run.
///
/// The requirement of position k is factor_cs(t)·T_k(|q_k|·unitNotional_c), s being its side and T_k the largest of a run
/// of lines, and its value counts in weighted equity with weight w_k(|q_k|). Only the factors move along a path, and
/// weights where a liquidation changes the size that they depend on.
///
/// A model may ask more of some accounts, which is no sum over positions: `scenarios`.
public struct RequirementTable: Sendable {
  /// One level of requirement.
  public struct Level: Sendable {
    /// Lines of all distinct tables, one after the other.
    public let lines: [RequirementLine]
    /// Table t is `lines[tableStart[t]..<tableStart[t + 1]]`; an empty table requires nothing.
    public let tableStart: [Int32]
    /// Table of each position.
    public let table: [Int32]
    /// Weight of each position's value in weighted equity, before its size is looked at.
    public let weight: [Double]
    /// k of each position: how much its size in asset units moves its weight; empty where no weight depends on size.
    public let sizeFactor: [Double]

    /// What the weight of each position is at least, whatever its size: its weight, or nothing where size moves it.
    public var leastWeight: [Double] {
      sizeFactor.isEmpty ? weight : zip(weight, sizeFactor).map { $1 > 0 ? 0 : $0 }
    }

    /// The weight of a position when it is of `quantity`.
    ///
    /// A balance counts min(w, 1.1/(1 + k√size)), a debt max(w, 0.8·w + k√size); with k = 0 that is w. So q·w(q) never
    /// falls as a balance grows, and a weight never raises equity.
    @inlinable
    public func weight(position: Int, quantity: Double) -> Double {
      let plain = weight[position]
      guard !sizeFactor.isEmpty, sizeFactor[position] > 0 else { return plain }
      let growth = sizeFactor[position] * abs(quantity).squareRoot()
      return quantity < 0 ? max(plain, 0.8 * plain + growth) : min(plain, 1.1 / (1 + growth))
    }
  }

  /// What opening and withdrawing are judged by.
  public let initial: Level
  /// What liquidation is judged by.
  public let maintenance: Level
  /// What comes on top for accounts margined by scenarios; nil for a model without any.
  public let scenarios: ScenarioPart?

  /// Resolves each position of `book`: its lines and weights at both levels, from the index of its account and its column.
  public init(
    book: Book, scenarios: ScenarioPart? = nil, _ terms: (_ account: Int, _ column: Book.Column) -> PositionTerms
  ) {
    var initial = LevelBuilder(capacity: book.quantity.count)
    var maintenance = LevelBuilder(capacity: book.quantity.count)
    for index in book.accounts.indices {
      for position in book.positions(of: index) {
        let column = book.columns[Int(book.column[position])]
        // The requirement of a position of two legs stands on one of them; the coins, or the money, count in full.
        var found = column.leg == .coins || column.leg == .money ? PositionTerms() : terms(index, column)
        if column.leg == .option { found = found.ofOption(isLong: book.quantity[position] > 0) }
        initial.append(lines: found.initialLines, weight: found.weight.initial, sizeFactor: found.sizeFactor)
        maintenance.append(
          lines: found.maintenanceLines, weight: found.weight.maintenance, sizeFactor: found.sizeFactor)
      }
    }
    self.initial = initial.level
    self.maintenance = maintenance.level
    self.scenarios = scenarios
  }
}

/// How one position is margined.
public struct PositionTerms: Sendable, Hashable {
  /// Lines of the initial requirement; empty for none.
  public var initialLines: [RequirementLine]
  /// Lines of the maintenance requirement; empty for none.
  public var maintenanceLines: [RequirementLine]
  /// Weight of the position's value in weighted equity.
  public var weight: TwoLevels
  /// k ≥ 0: how much the position's size moves its weight; 0 for not at all.
  public var sizeFactor: Double

  /// Creates terms.
  public init(
    initialLines: [RequirementLine] = [], maintenanceLines: [RequirementLine] = [], weight: TwoLevels = .full,
    sizeFactor: Double = 0
  ) {
    self.initialLines = initialLines
    self.maintenanceLines = maintenanceLines
    self.weight = weight
    self.sizeFactor = sizeFactor
  }

  /// Terms of an option by a bracket table on |q|·M: what short positions require, and what long ones count for.
  ///
  /// A short option's value is owed and counts in full, so health is cash − q·(value + rate·M): the standard margin that
  /// venues publish as rate·underlying + mark price of the option. Their smaller initial rate far out of the money is left
  /// out, which is on the safe side and touches no liquidation.
  /// Source: Deribit, "Margin requirements" (options: maintenance 0.075 and initial 0.15 of the underlying, plus the mark
  /// price); Aevo, "Standard margin" (0.1 and 0.15).
  static func standard(_ option: OptionTerms, tables: [BracketTable]) -> PositionTerms {
    guard let index = option.brackets else { return PositionTerms(weight: option.longWeight) }
    return PositionTerms(
      initialLines: tables[index].initialLines, maintenanceLines: tables[index].maintenanceLines,
      weight: option.longWeight)
  }

  /// The side of an option's terms that a position is on: a long one requires nothing, a short one counts in full.
  func ofOption(isLong: Bool) -> PositionTerms {
    var own = self
    if isLong {
      own.initialLines = []
      own.maintenanceLines = []
    } else {
      own.weight = .full
    }
    return own
  }

  /// Terms of a spot position by the venue's collateral schedule: no requirement, the weights do it; in full without one.
  public static func scheduled(_ spot: SpotTerms?, side: Book.Column.Side) -> PositionTerms {
    PositionTerms(weight: (side == .owed ? spot?.liabilityWeight : spot?.collateralWeight) ?? .full)
  }
}

/// Collects the positions of one level, storing equal tables once.
private struct LevelBuilder {
  private var lines: [RequirementLine] = []
  private var tableStart: [Int32] = [0]
  private var table: [Int32] = []
  private var weight: [Double] = []
  private var sizeFactor: [Double] = []
  private var known: [[RequirementLine]: Int32] = [:]

  init(capacity: Int) {
    table.reserveCapacity(capacity)
    weight.reserveCapacity(capacity)
    sizeFactor.reserveCapacity(capacity)
  }

  mutating func append(lines: [RequirementLine], weight: Double, sizeFactor: Double) {
    self.weight.append(weight)
    self.sizeFactor.append(sizeFactor)
    if let number = known[lines] {
      table.append(number)
      return
    }
    let number = Int32(tableStart.count - 1)
    known[lines] = number
    self.lines += lines
    tableStart.append(Int32(self.lines.count))
    table.append(number)
  }

  var level: RequirementTable.Level {
    RequirementTable.Level(
      lines: lines, tableStart: tableStart, table: table, weight: weight,
      sizeFactor: sizeFactor.contains { $0 > 0 } ? sizeFactor : [])
  }
}
