public import Venues

/// What a margin model demands of every position of a book, resolved once before the run.
///
/// The requirement of position k is factor_c(t)·T_k(|q_k|·unitNotional_c), T_k the largest of a run of lines, and its
/// value counts in weighted equity with weight w_k. Only the factors move along a path.
public struct RequirementTable: Sendable {
  /// One level of requirement.
  public struct Level: Sendable {
    /// Lines of all distinct tables, one after the other.
    public let lines: [RequirementLine]
    /// Table t is `lines[tableStart[t]..<tableStart[t + 1]]`; an empty table requires nothing.
    public let tableStart: [Int32]
    /// Table of each position.
    public let table: [Int32]
    /// Weight of each position's value in weighted equity.
    public let weight: [Double]
  }

  /// What opening and withdrawing are judged by.
  public let initial: Level
  /// What liquidation is judged by.
  public let maintenance: Level

  /// Resolves each position of `book`: its lines and weights at both levels.
  public init(book: Book, _ terms: (_ account: Account, _ column: Book.Column) -> PositionTerms) {
    var initial = LevelBuilder(capacity: book.quantity.count)
    var maintenance = LevelBuilder(capacity: book.quantity.count)
    for (index, account) in book.accounts.enumerated() {
      for position in book.positions(of: index) {
        let column = book.columns[Int(book.column[position])]
        // The requirement of an inverse position stands on its face; its coins count in full.
        let found = column.leg == .coins ? PositionTerms() : terms(account, column)
        initial.append(lines: found.initialLines, weight: found.weight.initial)
        maintenance.append(lines: found.maintenanceLines, weight: found.weight.maintenance)
      }
    }
    self.initial = initial.level
    self.maintenance = maintenance.level
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

  /// Creates terms.
  public init(
    initialLines: [RequirementLine] = [], maintenanceLines: [RequirementLine] = [], weight: TwoLevels = .full
  ) {
    self.initialLines = initialLines
    self.maintenanceLines = maintenanceLines
    self.weight = weight
  }

  /// Terms of a spot position by the venue's collateral schedule: no requirement, the weights do it.
  public static func scheduled(_ spot: SpotTerms, side: Book.Column.Side) -> PositionTerms {
    PositionTerms(weight: side == .owed ? spot.liabilityWeight : spot.collateralWeight)
  }
}

/// Collects the positions of one level, storing equal tables once.
private struct LevelBuilder {
  private var lines: [RequirementLine] = []
  private var tableStart: [Int32] = [0]
  private var table: [Int32] = []
  private var weight: [Double] = []
  private var known: [[RequirementLine]: Int32] = [:]

  init(capacity: Int) {
    table.reserveCapacity(capacity)
    weight.reserveCapacity(capacity)
  }

  mutating func append(lines: [RequirementLine], weight: Double) {
    self.weight.append(weight)
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
    RequirementTable.Level(lines: lines, tableStart: tableStart, table: table, weight: weight)
  }
}
