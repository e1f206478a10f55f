import Clearing
import Kernels
import Venues

/// Whether portfolios margined by scenarios stayed within what they were asked for, the book of t = 0 held constant.
///
/// Over the windows of `MarginMetrics`, an account is covered if what its derivatives lose at oracle prices, funding
/// apart, is at most the initial requirement that they had at the window's start. It is weighted by the notional of its
/// derivatives at t = 0.
final class ScenarioMetrics {
  /// Share of its notional that an account may lose beyond what it was asked for: options that are worth nothing are worth
  /// nothing only up to rounding.
  private static let rounding = 1e-9

  private let plan: VenuePlan
  private let model: ModelPlan
  private let accounts: [Int32]
  private let isShocked: [Bool]
  /// Notional at t = 0 of each account's derivatives.
  private let notional: [Double]
  private var required: [Double]
  private var worth: [Double]

  /// Nil where `model` has no scenarios.
  init?(plan: VenuePlan, model: ModelPlan) {
    guard let part = model.scenarios?.part else { return nil }
    let book = plan.venue.book
    self.plan = plan
    self.model = model
    accounts = part.accounts
    isShocked = part.isShocked
    notional = part.accounts.map { account in
      book.positions(of: Int(account)).reduce(0) { sum, position in
        let column = Int(book.column[position])
        guard part.isShocked[column], book.columns[column].countsAsNotional else { return sum }
        return sum + abs(book.quantity[position]) * plan.initialValues.unitNotional[column]
      }
    }
    required = notional
    worth = notional
  }

  /// Σ|q| of each column and Σ of its initial requirement at t = 0 over the accounts that are not margined so.
  func others() -> (quantity: [Double], requirement: [Double]) {
    let book = plan.venue.book
    var quantity = [Double](repeating: 0, count: book.columns.count)
    var requirement = quantity
    for account in book.accounts.indices where model.scenarios?.part.contains(account) != true {
      for position in book.positions(of: account) {
        let column = Int(book.column[position])
        let size = abs(book.quantity[position])
        quantity[column] += size
        requirement[column] += model.requirements.initial.requirement(
          position: position, notional: size * plan.initialValues.unitNotional[column])
      }
    }
    return (quantity, requirement)
  }

  /// Whether `column` has notional that is margined by scenarios for somebody.
  func takesPart(_ column: Int) -> Bool {
    plan.venue.book.columns[column].countsAsNotional
      && model.scenarios?.columns.contains { $0.column == column } == true
  }

  /// Begins a window: requirements at the values in `columns`, where `scenarios` has just taken its reference, worth at those
  /// at the marks.
  func open(_ columns: ColumnState, atMarks: ColumnState, _ scenarios: ScenarioBook) {
    let book = plan.venue.book
    for (row, account) in accounts.enumerated() {
      var demand = model.scale * scenarios.heldLosses[row]
      for position in book.positions(of: Int(account)) {
        let column = Int(book.column[position])
        let quantity = book.quantity[position]
        demand +=
          columns.initialFactor[factorIndex(column: column, quantity: quantity)]
          * model.requirements.initial.requirement(
            position: position, notional: abs(quantity) * columns.unitNotional[column])
      }
      required[row] = demand
      worth[row] = derivatives(of: Int(account), atMarks)
    }
  }

  /// Ends a window at the values at the marks: the notional judged and that of it which was covered.
  func close(_ columns: ColumnState) -> (judged: Double, covered: Double) {
    var judged = 0.0
    var covered = 0.0
    for (row, account) in accounts.enumerated() where notional[row] > 0 {
      judged += notional[row]
      let loss = worth[row] - derivatives(of: Int(account), columns)
      if loss <= required[row] + Self.rounding * notional[row] { covered += notional[row] }
    }
    return (judged, covered)
  }

  /// Σ q·v of the account's derivatives at t = 0's quantities and present values, what funding took given back.
  private func derivatives(of account: Int, _ columns: ColumnState) -> Double {
    let book = plan.venue.book
    return book.positions(of: account).reduce(0) { sum, position in
      let column = Int(book.column[position])
      guard isShocked[column] else { return sum }
      return sum + book.quantity[position] * (columns.unitValue[column] + columns.accrued[column])
    }
  }
}
