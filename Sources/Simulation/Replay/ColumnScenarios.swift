import Kernels
import Venues

extension ColumnState {
  /// What one unit of a column would be worth now with its mark times (1 + `priceMove`) and its implied volatility times
  /// `volatilityFactor`; a column linear in the mark has none. For futures, balances and options.
  func shockedValue(column: Int, priceMove: Double, volatilityFactor: Double) -> Double {
    let number = plan.curved.optionNumber[column]
    guard number >= 0 else { return unitValue[column] + unitTraded[column] * priceMove }
    return curved.value(
      option: number, mark: optionMarks[number] * (1 + priceMove), volatilityFactor: volatilityFactor)
  }

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
