import Venues

extension ColumnState {
  /// What one unit of a column would be worth now with its mark times (1 + `priceMove`) and its implied volatility times
  /// `volatilityFactor`. A column linear in the mark has none.
  func shockedValue(column: Int, priceMove: Double, volatilityFactor: Double) -> Double {
    unitValue[column] + unitTraded[column] * priceMove
  }
}
