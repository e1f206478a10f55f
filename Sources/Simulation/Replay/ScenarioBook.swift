import Clearing
import Kernels
import Venues

/// The accounts of one venue that are margined by scenarios, along one path.
///
/// Health is H = C + Σ_k p_k·v_k − Σ T − F·R, R the worst losses of the account's groups and F = λ·maintenanceFraction. At the
/// start of every step R of all accounts is computed, the book of t = 0 held constant, because margin figures need the
/// sum; the same pass gives every account's health there, the *reference*. Until the next, values move (waves, a step's
/// low and high), and an account is looked at again only if it can have turned:
/// ```text
/// H ≥ H_ref − Σ_k |p_k|·m_k,   m_k = max_s (c_ks − c'_ks)⁺ for a long, max_s (c'_ks − c_ks)⁺ for a short, + slope·(u' − u)⁺
/// c_ks = v_k + F·D_ks          D_ks what a unit gains in scenario s, weighted
/// ```
/// since a sum of minima over s is at least the minimum of the sums. So the shortcut misses nobody. Accounts whose holdings
/// changed since the reference are always looked at.
final class ScenarioBook {
  private let plan: ScenarioPlan
  private let model: ModelPlan
  private let book: Book
  private let values: ScenarioValues
  /// F.
  private let factor: Double
  /// Steepest slope of a requirement in each column.
  private let slope: [Double]
  /// Columns that the accounts hold without taking part in scenarios.
  private let plainColumns: [Int]
  /// R of each row with the holdings of t = 0 at the reference.
  private(set) var heldLosses: [Double]
  /// The same summed over accounts, by group.
  private(set) var groupLosses: [Double]
  private var health: [Double]
  private var reference: ScenarioValues.Version?
  /// Price of each group's leading asset at the reference.
  private var referencePrices: [Double]
  /// c_ks at the reference, and v and u of every column.
  private var combined: [Double]
  private var unitValue: [Double]
  private var unitNotional: [Double]
  /// m of each column's longs and shorts.
  private var moves: [Double]
  private var changed: [Int32] = []
  private var isChanged: [Bool]
  /// D and the price of each group's leading asset at t = 0 of the path.
  private var startValues: [Double] = []
  private var startPrices: [Double]
  private var groupScale: [Double]

  /// Accounts margined so at `plan`'s venue; nil where `model` has no scenarios.
  init?(plan venue: VenuePlan, model: ModelPlan) {
    guard let plan = model.scenarios else { return nil }
    self.plan = plan
    self.model = model
    book = venue.venue.book
    values = ScenarioValues(plan: plan, stepHours: venue.stepHours)
    factor = model.scale * plan.part.maintenanceFraction
    let (slope, isHeld) = Self.columns(of: plan, model.requirements.maintenance, venue.venue.book)
    self.slope = slope.map { $0 * model.scale }
    let shocked = Set(plan.columns.map(\.column))
    plainColumns = isHeld.indices.filter { isHeld[$0] && !shocked.contains($0) }
    heldLosses = [Double](repeating: 0, count: plan.rows.count)
    health = heldLosses
    groupLosses = [Double](repeating: 0, count: plan.part.groupCount)
    startPrices = groupLosses
    referencePrices = groupLosses
    groupScale = groupLosses
    combined = [Double](repeating: 0, count: plan.valueCount)
    unitValue = [Double](repeating: 0, count: book.columns.count)
    unitNotional = unitValue
    moves = unitValue + unitValue
    isChanged = [Bool](repeating: false, count: plan.rows.count)
  }

  /// The steepest maintenance slope of each column's positions, and whether one of the accounts holds it.
  private static func columns(
    of plan: ScenarioPlan, _ level: RequirementTable.Level, _ book: Book
  ) -> (slope: [Double], isHeld: [Bool]) {
    var slope = [Double](repeating: 0, count: book.columns.count)
    var isHeld = [Bool](repeating: false, count: book.columns.count)
    for account in plan.part.accounts {
      for position in book.positions(of: Int(account)) {
        let column = Int(book.column[position])
        isHeld[column] = true
        let table = Int(level.table[position])
        for line in Int(level.tableStart[table])..<Int(level.tableStart[table + 1]) {
          slope[column] = max(slope[column], level.lines[line].slope)
        }
      }
    }
    return (slope, isHeld)
  }

  // MARK: The reference

  /// Returns to t = 0 at `prices`, one per asset.
  func reset(columns: ColumnState, ledger: AccountLedger, weighted: borrowing FixedBuffer<Double>, prices: [Double]) {
    takeReference(columns: columns, ledger: ledger, weighted: weighted, prices: prices)
    startValues = values.values
    for group in startPrices.indices { startPrices[group] = prices[plan.part.leadingAsset[group]] }
  }

  /// Judges every account at the values in `columns`, which are those at `prices`, one per asset.
  func takeReference(
    columns: ColumnState, ledger: AccountLedger, weighted: borrowing FixedBuffer<Double>, prices: [Double]
  ) {
    for group in referencePrices.indices { referencePrices[group] = prices[plan.part.leadingAsset[group]] }
    for row in changed { isChanged[Int(row)] = false }
    changed.removeAll(keepingCapacity: true)
    values.refresh(columns)
    reference = values.version
    plan.rows.losses(quantity: book.quantity, values: values.values, into: &heldLosses, groups: &groupLosses)
    for row in health.indices { health[row] = linear(row, columns, ledger, weighted) - factor * heldLosses[row] }
    for account in ledger.touched where plan.row[Int(account)] >= 0 {
      health[Int(plan.row[Int(account)])] = exact(Int(plan.row[Int(account)]), columns, ledger, weighted)
    }
    for index in plan.columns.indices {
      let offset = plan.columns[index].offset
      let value = columns.unitValue[plan.columns[index].column]
      for lane in offset..<offset + plan.columns[index].size { combined[lane] = value + factor * values.values[lane] }
    }
    for column in unitValue.indices {
      unitValue[column] = columns.unitValue[column]
      unitNotional[column] = columns.unitNotional[column]
    }
  }

  /// Takes note of accounts whose holdings changed.
  private func note(_ accounts: [Int32]) {
    for account in accounts {
      let row = plan.row[Int(account)]
      guard row >= 0, !isChanged[Int(row)] else { continue }
      isChanged[Int(row)] = true
      changed.append(row)
    }
  }

  // MARK: Judging accounts

  /// Accounts with negative health now, ascending; `recent` are those whose holdings changed since this was last asked.
  func deficits(
    recent: [Int32], columns: ColumnState, ledger: AccountLedger, weighted: borrowing FixedBuffer<Double>
  ) -> [Int] {
    note(recent)
    values.refresh(columns)
    let isMoved = values.version != reference
    if isMoved { setMoves(columns) }
    var found: [Int] = []
    for row in health.indices {
      if isChanged[row] || (isMoved && !(health[row] >= reach(of: row, weighted))) {
        guard exact(row, columns, ledger, weighted) < 0 else { continue }
      } else if health[row] >= 0 || isMoved {
        continue
      }
      found.append(Int(plan.part.accounts[row]))
    }
    return found
  }

  /// Whether the account is margined by scenarios.
  func contains(_ account: Int) -> Bool { plan.row[account] >= 0 }

  /// What scenarios add to an account's initial requirement now; 0 for one that is not margined so.
  func initialRequirement(of account: Int, columns: ColumnState, ledger: AccountLedger) -> Double {
    guard plan.row[account] >= 0 else { return 0 }
    values.refresh(columns)
    return model.scale
      * plan.rows.loss(row: Int(plan.row[account]), quantity: ledger.quantity, values: values.values)
  }

  /// What scenarios add to an account's maintenance requirement now; 0 for one that is not margined so.
  func maintenanceRequirement(of account: Int, columns: ColumnState, ledger: AccountLedger) -> Double {
    guard plan.row[account] >= 0 else { return 0 }
    values.refresh(columns)
    return factor
      * plan.rows.loss(row: Int(plan.row[account]), quantity: ledger.quantity, values: values.values)
  }

  /// What they would add if a unit of each underlying's price asked for as much as at t = 0: the requirement that the present
  /// holdings had there, in proportion to the price of each group's leading asset.
  func requirementAtStartRates(of account: Int, ledger: AccountLedger, prices: [Double]) -> Double {
    guard plan.row[account] >= 0 else { return 0 }
    for group in groupScale.indices {
      groupScale[group] = prices[plan.part.leadingAsset[group]] / startPrices[group]
    }
    return factor
      * plan.rows.loss(
        row: Int(plan.row[account]), quantity: ledger.quantity, values: startValues, groupScale: groupScale)
  }

  /// R of the book of t = 0 at the reference, each group's in proportion to the price that its leading asset had at t = 0.
  var heldLossAtStartPrices: Double {
    groupLosses.indices.reduce(0) { $0 + groupLosses[$1] * startPrices[$1] / referencePrices[$1] }
  }

  private func exact(
    _ row: Int, _ columns: ColumnState, _ ledger: AccountLedger, _ weighted: borrowing FixedBuffer<Double>
  ) -> Double {
    linear(row, columns, ledger, weighted)
      - factor * plan.rows.loss(row: row, quantity: ledger.quantity, values: values.values)
  }

  /// C + Σ p·v − Σ T.
  private func linear(
    _ row: Int, _ columns: ColumnState, _ ledger: AccountLedger, _ weighted: borrowing FixedBuffer<Double>
  ) -> Double {
    let account = Int(plan.part.accounts[row])
    return model.headroom.headroom(
      row: account, quantity: ledger.quantity, weighted: weighted, constant: ledger.standing,
      columns: columns.packed)
  }

  // MARK: Moves since the reference

  /// Far above the rounding of a health relative to its gross, far below any price move.
  private static let tolerance = 1e-11

  private func setMoves(_ columns: ColumnState) {
    for column in plainColumns {
      let rise = columns.unitValue[column] - unitValue[column]
      set(column, long: -rise, short: rise, columns, scale: 0)
    }
    for index in plan.columns.indices {
      let (column, offset) = (plan.columns[index].column, plan.columns[index].offset)
      let now = columns.unitValue[column]
      var (fall, rise, largest) = (0.0, 0.0, 0.0)
      for lane in offset..<offset + plan.columns[index].size {
        let change = now + factor * values.values[lane] - combined[lane]
        rise = max(rise, change)
        fall = max(fall, -change)
        largest = max(largest, abs(combined[lane]))
      }
      set(column, long: fall, short: rise, columns, scale: largest)
    }
  }

  private func set(_ column: Int, long: Double, short: Double, _ columns: ColumnState, scale: Double) {
    let demand =
      slope[column] * max(0, columns.unitNotional[column] - unitNotional[column])
      + Self.tolerance * (scale + abs(unitValue[column]) + unitNotional[column])
    moves[2 * column] = max(0, long) + demand
    moves[2 * column + 1] = max(0, short) + demand
  }

  /// By how much the health of a row can have fallen since the reference.
  private func reach(of row: Int, _ weighted: borrowing FixedBuffer<Double>) -> Double {
    var sum = 0.0
    for position in book.positions(of: Int(plan.part.accounts[row])) {
      let held = weighted[position]
      sum += abs(held) * moves[2 * Int(book.column[position]) + (held < 0 ? 1 : 0)]
    }
    return sum
  }
}
