import Clearing
import Kernels

/// What one unit of every column gains in every scenario at the present values: computed once, when it is first asked for,
/// for all accounts. A buffer of one worker.
final class ScenarioValues {
  /// Weighted gains in the layout of the plan; the first scenario, which moves nothing, and unused lanes are 0.
  private(set) var values: [Double]
  let plan: ScenarioPlan
  private let stepHours: Double
  /// The values that they were computed from; nil for none.
  private(set) var version: Version?

  /// Values of columns at one moment.
  struct Version: Equatable {
    let columns: ObjectIdentifier
    let number: Int
  }

  init(plan: ScenarioPlan, stepHours: Double) {
    self.plan = plan
    self.stepHours = stepHours
    values = [Double](repeating: 0, count: plan.valueCount)
  }

  /// Takes the present values of `columns`.
  func refresh(_ columns: ColumnState) {
    let now = Version(columns: ObjectIdentifier(columns), number: columns.version)
    guard version != now else { return }
    version = now
    let elapsed = Double(columns.step) * stepHours
    // By index: a copy of an entry would cost as much as what it is wanted for.
    for index in plan.columns.indices {
      if let options = plan.columns[index].options {
        write(options, at: index, columns, elapsed: elapsed)
      } else {
        writeLinear(at: index, columns)
      }
    }
  }

  private func writeLinear(at index: Int, _ columns: ColumnState) {
    let (column, offset) = (plan.columns[index].column, plan.columns[index].offset)
    for (number, shock) in plan.columns[index].shocks.enumerated() {
      values[offset + number] = columns.shockedGain(column: column, priceMove: shock.priceMove) * shock.weight
    }
  }

  /// The gains of an option: nothing once it is settled.
  private func write(_ options: OptionScenarios, at index: Int, _ columns: ColumnState, elapsed: Double) {
    let offset = plan.columns[index].offset
    guard let option = columns.optionNow(column: plan.columns[index].column) else {
      for lane in offset..<offset + plan.columns[index].size { values[lane] = 0 }
      return
    }
    let scale = plan.part.scaling.multiple(hoursToExpiry: max(0, plan.columns[index].expiryHours - elapsed))
    options.write(option, volatilityScale: scale, to: &values, at: offset)
  }
}
