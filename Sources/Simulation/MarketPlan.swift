public import Clearing
public import Markets
public import Venues

import Foundation

/// The market that all venues of a job trade in: depth and impact law per asset.
public struct MarketPlan: Sendable {
  /// What trades do to marks.
  let impact: MarketImpact
  /// Y·σ_day per asset; 0 where nothing is traded. σ_day belongs to the market, never to a margin model.
  let impactScale: [Double]
  /// Average daily volume per asset.
  let volume: [Double]
  /// Half the relative spread per asset.
  let halfSpread: [Double]
  /// Variance of one step's log return in the long run, per asset.
  let longRunStepVariance: [Double]
  /// What a step leaves of an estimate of variance that congestion looks at.
  let turbulenceDecay: Double
  /// What a step leaves of transient impact.
  let decay: Double
  /// Depth and spread along time, as factors on the figures above; nil where they stay.
  let liquidity: LiquiditySchedule?
  /// Claims on venues that can fail.
  package var claims: [VenueClaim] = []
  /// Whether the oracles of an asset stand still, [asset][point]; nil where they never do.
  let frozenOracles: [[Bool]]?
  /// Number of assets.
  var assetCount: Int { volume.count }

  /// The market of `venue`; `longRunVolatilities` are annual, one per asset; `liquidity` and `frozenOracles`, if any, on the
  /// same grid.
  public init(
    venue: Venue, rules: ClearingRules, longRunVolatilities: [Double], grid: TimeGrid,
    liquidity: LiquiditySchedule? = nil, frozenOracles: [[Bool]]? = nil
  ) {
    self.init(
      depths: venue.depths, impact: rules.impact, longRunVolatilities: longRunVolatilities, grid: grid,
      liquidity: liquidity, frozenOracles: frozenOracles)
  }

  /// The market that several venues share: one depth per asset, nil where nothing is traded, and one law.
  public init(
    depths: [MarketDepth?], impact: MarketImpact, longRunVolatilities: [Double], grid: TimeGrid,
    liquidity: LiquiditySchedule? = nil, frozenOracles: [[Bool]]? = nil
  ) {
    let day = (1.0 / 365).squareRoot()
    self.impact = impact
    impactScale = depths.indices.map { asset in
      depths[asset] == nil ? 0 : impact.coefficient * longRunVolatilities[asset] * day
    }
    volume = depths.map { $0?.averageDailyVolume ?? 1 }
    halfSpread = depths.map { $0?.halfSpread ?? 0 }
    longRunStepVariance = longRunVolatilities.map { $0 * $0 * grid.stepYears }
    turbulenceDecay = pow(LiquidatorTerms.decayPerDay, grid.stepHours / 24)
    decay = impact.decay(hours: grid.stepHours)
    self.liquidity = liquidity
    self.frozenOracles = frozenOracles
  }
}
