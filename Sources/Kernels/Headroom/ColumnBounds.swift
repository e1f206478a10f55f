/// The interval that one column's values stay in over a window, as `HeadroomRows.possiblyNegativeRows` reads it.
///
/// A unit is worth price·growth + constant − accrued and has size price·sizeGrowth + constant. Within the window price ∈ [lowPrice, highPrice],
/// growth ∈ [lowGrowth, highGrowth], accrued ∈ [lowAccrued, highAccrued], factor ≤ highFactor. A holder of a positive
/// quantity fares worst with the lowest growth and the highest accrual, a holder of a negative one the other way round;
/// what remains is a function of the price alone, to be looked at at both ends.
public struct ColumnBounds: Sendable, Equatable {
  /// Ends of the price.
  public var lowPrice: Double, highPrice: Double
  /// Ends of the growth of a unit.
  public var lowGrowth: Double, highGrowth: Double
  /// Ends of what a positive unit has paid.
  public var lowAccrued: Double, highAccrued: Double
  /// Largest factor on the requirement of a positive quantity, and of a negative one.
  public var highFactor: Double, highShortFactor: Double
  /// Whether size grows with the unit (balances) or not (contracts).
  public var sizeGrows: Bool
  /// Value and size of a unit at a price of 0.
  public var valueConstant = 0.0, sizeConstant = 0.0

  /// Creates bounds.
  public init(
    lowPrice: Double, highPrice: Double, lowGrowth: Double, highGrowth: Double, lowAccrued: Double, highAccrued: Double,
    highFactor: Double, highShortFactor: Double, sizeGrows: Bool
  ) {
    self.lowPrice = lowPrice
    self.highPrice = highPrice
    self.lowGrowth = lowGrowth
    self.highGrowth = highGrowth
    self.lowAccrued = lowAccrued
    self.highAccrued = highAccrued
    self.highFactor = highFactor
    self.highShortFactor = highShortFactor
    self.sizeGrows = sizeGrows
  }

  /// Writes the numbers that the kernel reads for column `column`: value for q > 0 at both ends, value for q < 0 at both
  /// ends, size at both ends, factor for q > 0, factor for q < 0.
  public func write(column: Int, to bounds: inout FixedBuffer<Double>) {
    let start = column * HeadroomRows.boundStride
    let size = sizeGrows ? highGrowth : 1
    bounds[start] = lowPrice * lowGrowth + valueConstant - highAccrued
    bounds[start + 1] = highPrice * lowGrowth + valueConstant - highAccrued
    bounds[start + 2] = lowPrice * highGrowth + valueConstant - lowAccrued
    bounds[start + 3] = highPrice * highGrowth + valueConstant - lowAccrued
    bounds[start + 4] = lowPrice * size + sizeConstant
    bounds[start + 5] = highPrice * size + sizeConstant
    bounds[start + 6] = highFactor
    bounds[start + 7] = highShortFactor
  }
}
