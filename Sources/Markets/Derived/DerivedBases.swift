/// What the assets of a universe stand for, by index: for tables that look through a wrapped or staked token.
public struct DerivedBases: Sendable, Hashable {
  /// The asset that each asset is derived from; nil for assets of the process and for stablecoins of the settlement
  /// currency.
  public let base: [Int?]
  /// Price at t = 0 over what the asset stands for then, rate × base price; nil for assets that stand for nothing.
  public let peg: [Double?]

  /// The bases of `calibration` at its own prices.
  public init(_ calibration: MarketCalibration) {
    let count = calibration.assets.count
    base =
      calibration.assets.map { _ in nil }
      + calibration.derived.map { asset in
        if case .asset(let name) = asset.base { calibration.index(of: name) } else { nil }
      }
    let own: [Double?] = calibration.derived.map { $0.peg.map { $0.initial ?? $0.level } ?? 1 }
    peg = [Double?](repeating: nil, count: count) + own
  }

  /// Whether `asset` is derived from `other`, directly or through others.
  public func isDerived(_ asset: Int, from other: Int) -> Bool {
    var place = base.indices.contains(asset) ? base[asset] : nil
    while let found = place {
      if found == other { return true }
      place = base.indices.contains(found) ? base[found] : nil
    }
    return false
  }

  /// The asset at the end of the chain; the asset itself where it is derived from none.
  public func root(of asset: Int) -> Int {
    var place = asset
    while base.indices.contains(place), let next = base[place] { place = next }
    return place
  }
}
