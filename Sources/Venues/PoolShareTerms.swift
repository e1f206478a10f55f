/// A share of a constant-product automated market maker, held as collateral.
///
/// A pool with reserves x of asset a and y of asset b keeps x·y = k; arbitrage keeps x·M_a = y·M_b, so that a share is worth
/// x·M_a + y·M_b = 2·√(k·M_a·M_b), half of it in each asset, whatever way the prices took. Fees are not counted.
/// Source: Angeris and Chitra, "Improved price oracles: constant function market makers" (2020), section 2.
public struct PoolShareTerms: Sendable, Hashable {
  /// What it counts for as collateral; its asset is the pool's first. No interest.
  public var collateral: SpotTerms
  /// Index of the pool's second asset; nil where that is the settlement currency.
  public var otherAsset: Int?
  /// k > 0 of one share: units of the first asset times units of the second that it claims.
  public var product: Double

  /// Creates terms.
  public init(collateral: SpotTerms, otherAsset: Int?, product: Double) {
    self.collateral = collateral
    self.otherAsset = otherAsset
    self.product = product
  }

  /// Value of one share at the marks of the pool's assets; the settlement currency's is 1.
  public func value(first: Double, other: Double) -> Double { 2 * (product * first * other).squareRoot() }

  /// Value of one share at `prices`, one per asset.
  public func value(at prices: [Double]) -> Double {
    value(first: prices[collateral.asset], other: otherAsset.map { prices[$0] } ?? 1)
  }
}
