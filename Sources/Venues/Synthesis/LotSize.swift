import Foundation

/// The smallest step of a quantity: a power of ten not above one, worth a cent or less where the price allows it.
///
/// Quantities are whole numbers of lots, so that a market's longs and shorts cancel exactly, and are written as short
/// decimals that read back as the same number.
struct LotSize: Sendable, Hashable {
  /// Digits after the decimal point.
  let decimals: Int
  /// Lots in one unit: 10^decimals.
  let lotsPerUnit: Double

  /// Quantities of more lots than this are not all representable, so they are refused.
  static let largestCount = 0x1p53

  /// The lot of something that costs `price`.
  init(price: Double) {
    decimals = Int(min(15, max(0, log10(price * 100).rounded(.up))))
    lotsPerUnit = Double((0..<decimals).reduce(Int64(1)) { product, _ in product * 10 })
  }

  /// Lots in `quantity`, towards zero, as a whole number; not above `largestCount` in size.
  func lotsTowardsZero(_ quantity: Double) -> Double {
    let lots = (quantity * lotsPerUnit).rounded(.towardZero)
    return min(Self.largestCount, max(-Self.largestCount, lots))
  }

  /// The quantity of a whole number of lots: the nearest number to that decimal.
  func quantity(lots: Double) -> Double { lots / lotsPerUnit }

  /// `quantity` cut to whole lots towards zero.
  func towardsZero(_ quantity: Double) -> Double { self.quantity(lots: lotsTowardsZero(quantity)) }
}

/// `amount` of money in whole cents, never less than `amount`.
func centsUp(_ amount: Double) -> Double { (amount * 100).rounded(.up) / 100 }

/// `price` to six significant decimal digits.
func priceTick(_ price: Double) -> Double {
  let decimals = 5 - log10(price).rounded(.down)
  let scale = pow(10, abs(decimals))
  return decimals >= 0 ? (price * scale).rounded() / scale : (price / scale).rounded() * scale
}
