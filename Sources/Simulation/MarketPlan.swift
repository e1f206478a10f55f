public import Clearing
public import Markets
public import Venues

import Foundation

/// The market that all venues of a job trade in: depth and impact law per asset.
public struct MarketPlan: Sendable {
  /// What trades do to marks, per asset.
  public let impacts: [MarketImpact]
  /// Y·σ_day per asset, 1 for a pool; 0 where nothing is traded. σ_day belongs to the market, never to a margin model.
  public let impactScale: [Double]
  /// Average daily volume per asset, of a pool its depth.
  public let volume: [Double]
  /// Half the relative spread per asset.
  let halfSpread: [Double]
  /// What a step leaves of transient impact, per asset.
  let decay: [Double]
  /// Long-run volatility of each asset, annual.
  let longRunVolatilities: [Double]
  /// Whether the depth of any asset moves with its volatility, and how much of an estimate's variance a step keeps.
  let thins: Bool
  let varianceKept: Double
  /// Length of a step in years.
  let stepYears: Double
  /// Depth and spread along time, as factors on the figures above; nil where they stay.
  let liquidity: LiquiditySchedule?
  /// Claims on venues that can fail.
  package var claims: [VenueClaim] = []
  /// Whether the oracles of an asset stand still, [asset][point]; nil where they never do.
  let frozenOracles: [[Bool]]?
  /// Number of assets.
  var assetCount: Int { volume.count }

  /// λ per day of the estimate of volatility that depth thins with. Source: RiskMetrics (1996), daily data.
  static let dailyVarianceKept = 0.94

  /// The market of `venue`; `longRunVolatilities` are annual, one per asset; `liquidity` and `frozenOracles`, if any, on the
  /// same grid.
  public init(
    venue: Venue, rules: ClearingRules, longRunVolatilities: [Double], grid: TimeGrid,
    liquidity: LiquiditySchedule? = nil, frozenOracles: [[Bool]]? = nil
  ) {
    self.init(
      depths: venue.depths, impact: rules.impact, assetImpacts: rules.assetImpacts,
      longRunVolatilities: longRunVolatilities, grid: grid,
      liquidity: liquidity, frozenOracles: frozenOracles)
  }

  /// The market that several venues share: one depth per asset, nil where nothing is traded, and one law, but for assets
  /// that have their own.
  public init(
    depths: [MarketDepth?], impact: MarketImpact, assetImpacts: [Int: MarketImpact] = [:],
    longRunVolatilities: [Double], grid: TimeGrid,
    liquidity: LiquiditySchedule? = nil, frozenOracles: [[Bool]]? = nil
  ) {
    let day = (1.0 / 365).squareRoot()
    let impacts = depths.indices.map { assetImpacts[$0] ?? impact }
    self.impacts = impacts
    impactScale = depths.indices.map { asset in
      guard depths[asset] != nil else { return 0 }
      return impacts[asset].poolDepth == nil ? impacts[asset].coefficient * longRunVolatilities[asset] * day : 1
    }
    volume = zip(depths, impacts).map { $1.poolDepth ?? $0?.averageDailyVolume ?? 1 }
    halfSpread = depths.map { $0?.halfSpread ?? 0 }
    decay = impacts.map { $0.decay(hours: grid.stepHours) }
    self.longRunVolatilities = longRunVolatilities
    thins = impacts.contains { $0.thinning > 0 }
    varianceKept = pow(Self.dailyVarianceKept, grid.stepHours / 24)
    stepYears = grid.stepYears
    self.liquidity = liquidity
    self.frozenOracles = frozenOracles
  }
}
