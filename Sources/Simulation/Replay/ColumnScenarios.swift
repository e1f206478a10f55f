import Kernels
import Venues

extension ColumnState {
  /// What one unit of a column linear in the mark gains now if the mark moves by `priceMove`.
  func shockedGain(column: Int, priceMove: Double) -> Double { unitTraded[column] * priceMove }

  /// The option in a column as it is now, for many scenarios at once; nil once it is settled, and for any other column.
  func optionNow(column: Int) -> OptionScenarios.Option? {
    let number = plan.curved.optionNumber[column]
    guard number >= 0, !curved.isSettled(number) else { return nil }
    let terms = plan.curved.options[number].terms
    let hours = curved.hoursLeft[number]
    return OptionScenarios.Option(
      isCall: terms.isCall, forward: terms.forward(mark: optionMarks[number], hoursToExpiry: hours),
      strike: terms.strike, years: hours / (24 * 365), volatility: curved.volatility[number],
      slope: terms.smile.slope, curvature: terms.smile.curvature, floor: terms.smile.floor, cap: terms.smile.cap)
  }
}
