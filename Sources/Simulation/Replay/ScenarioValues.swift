import Clearing

/// What one unit of every column gains in every scenario at the present values: computed once, when it is first asked for,
/// for all accounts. A buffer of one worker.
final class ScenarioValues {
  /// Weighted gains in the layout of the plan; the first scenario, which moves nothing, and unused lanes are 0.
  private(set) var values: [Double]
  let plan: ScenarioPlan
  private let stepHours: Double
  private var version = -1

  init(plan: ScenarioPlan, stepHours: Double) {
    self.plan = plan
    self.stepHours = stepHours
    values = [Double](repeating: 0, count: plan.valueCount)
  }

  /// Takes the present values of `columns`.
  func refresh(_ columns: ColumnState) {
    guard version != columns.version else { return }
    version = columns.version
    let elapsed = Double(columns.step) * stepHours
    for about in plan.columns {
      let column = about.column
      let hours = max(0, about.expiryHours - elapsed)
      // One power of the time to expiry serves all shocks of a column.
      let multiple = hours.isFinite ? plan.part.scaling.multiple(hoursToExpiry: hours) : 0
      let now = columns.unitValue[column]
      for (index, shock) in about.shocks.enumerated() {
        let factor = max(0, 1 + shock.volatilityMove * multiple)
        let shocked = columns.shockedValue(
          column: column, priceMove: shock.priceMove, volatilityFactor: factor)
        values[about.offset + index] = (shocked - now) * shock.weight
      }
    }
  }
}
