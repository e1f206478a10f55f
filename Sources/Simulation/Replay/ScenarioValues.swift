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
    for about in plan.columns {
      if let options = about.options {
        write(options, about, columns, elapsed: elapsed)
        continue
      }
      for (index, shock) in about.shocks.enumerated() {
        values[about.offset + index] =
          columns.shockedGain(column: about.column, priceMove: shock.priceMove) * shock.weight
      }
    }
  }

  /// The gains of an option: nothing once it is settled.
  private func write(
    _ options: OptionScenarios, _ about: ScenarioPlan.Column, _ columns: ColumnState, elapsed: Double
  ) {
    guard let option = columns.optionNow(column: about.column) else {
      for lane in about.offset..<about.offset + about.size { values[lane] = 0 }
      return
    }
    let scale = plan.part.scaling.multiple(hoursToExpiry: max(0, about.expiryHours - elapsed))
    options.write(option, volatilityScale: scale, to: &values, at: about.offset)
  }
}
