import Kernels

/// All assets of a calibration, those that a process draws and derived ones, which come after them.
extension MarketCalibration {
  /// Names of all assets: the universe that venues refer to.
  public var assetIDs: [String] { assets.map(\.id) + derived.map(\.id) }

  /// Prices of all assets at t = 0; NaN for a derived asset without its base.
  public var prices: [Double] {
    var prices = assets.map(\.price)
    for asset in derived {
      let base = asset.base == .settlement ? 1 : baseIndex(of: asset, among: prices.count).map { prices[$0] }
      prices.append((base ?? .nan) * asset.initialRatio)
    }
    return prices
  }

  /// Long-run volatility over a short time of all assets, annualised: a derived one's of its base, √(σ² + 2ρσν + ν² +
  /// λ(m² + s²)) with its peg; NaN without its base. Over longer times a peg reverts and adds less.
  public var volatilities: [Double] {
    var volatilities = assets.map(\.volatility)
    for asset in derived {
      let index = baseIndex(of: asset, among: volatilities.count)
      let base = asset.base == .settlement ? 0 : index.map { volatilities[$0] } ?? .nan
      var variance = base * base
      if let peg = asset.peg {
        variance += peg.volatility * (peg.volatility + 2 * peg.correlationWithBase * base)
        variance += peg.depegs.map { $0.intensityPerYear * $0.size.meanSquare } ?? 0
      }
      volatilities.append(max(0, variance).squareRoot())
    }
    return volatilities
  }

  /// The same market with those of its derived assets that are among `ids` given prices of their own, for a replay that
  /// has them: they keep price and volatility and follow nothing any more.
  public func givingPrices(to ids: [String]) -> MarketCalibration {
    let given = derived.indices.filter { ids.contains(derived[$0].id) }
    guard !given.isEmpty else { return self }
    let (prices, volatilities) = (prices, volatilities)
    let promoted = given.map { index in
      AssetCalibration(
        id: derived[index].id, price: prices[assets.count + index], volatility: volatilities[assets.count + index],
        funding: derived[index].funding, impliedVolatility: derived[index].impliedVolatility)
    }
    var wider = Matrix.identity(assets.count + promoted.count)
    for row in assets.indices {
      for column in assets.indices { wider[row, column] = correlation[row, column] }
    }
    return MarketCalibration(
      assets: assets + promoted, correlation: wider, window: window, degreesOfFreedom: degreesOfFreedom,
      regimes: regimes, marketJumps: marketJumps, dynamicCorrelation: dynamicCorrelation,
      meanBlockHours: meanBlockHours, derived: derived.filter { !ids.contains($0.id) })
  }

  /// At-the-money implied volatility of each asset of the universe at t = 0, annualised; 0 for an asset without one.
  public var impliedVolatilitiesAtStart: [Double] {
    assets.map { $0.impliedVolatility?.initial ?? 0 } + derived.map { $0.impliedVolatility?.initial ?? 0 }
  }

  /// The index of a derived asset's base among the first `count` of the universe.
  private func baseIndex(of asset: DerivedAsset, among count: Int) -> Int? {
    guard case .asset(let name) = asset.base else { return nil }
    return assetIDs.prefix(count).firstIndex(of: name)
  }

  /// Whether there is anything that the process does not draw.
  var needsDerivedMarket: Bool {
    !derived.isEmpty || assets.contains { $0.funding != nil || $0.impliedVolatility != nil }
  }
}
