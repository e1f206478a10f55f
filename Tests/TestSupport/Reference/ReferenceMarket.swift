public import Clearing
public import Markets
public import Venues

import Foundation

/// The market that one reference path runs in: given exogenous prices and what trades do to them.
public struct ReferenceMarket: Sendable {
  /// Length of a step in hours.
  public var stepHours: Double
  /// Exogenous prices X, [asset][point], point 0 being t = 0.
  public var exogenous: [[Double]]
  /// Lowest and highest exogenous prices between point t − 1 and point t, in the same shape; nil where they are not known.
  public var extremes: ReferenceExtremes?
  /// What a long perpetual on each asset pays per hour, as a fraction of the mark, [asset][point]; empty where no funding
  /// rate moves.
  public var fundingRates: [[Double]] = []
  /// At-the-money implied volatility of each asset, annualised, [asset][point]; empty where there is none.
  public var impliedVolatilities: [[Double]] = []
  /// Annualised volatility of each asset at t = 0: what a margin model's estimate starts from.
  public var initialVolatilities: [Double]
  /// Annualised long-run volatility of each asset: what impact is measured in.
  public var longRunVolatilities: [Double]
  /// Depth of each asset's market; an asset without one trades without impact and spread.
  public var depths: [MarketDepth?]
  /// The impact law.
  public var impact: MarketImpact
  /// Laws of assets that have one of their own.
  public var assetImpacts: [Int: MarketImpact] = [:]
  /// Factors on volume and half-spread along time; nil where they stay.
  public var liquidity: LiquiditySchedule?
  /// What draws along the path are keyed by.
  public var seed: UInt64 = 1
  /// The path's number.
  public var path = 0
  /// Assets that lose value when a venue fails.
  public var claims: [VenueClaim] = []
  /// Whether the oracles of an asset stand still, [asset][point]; nil if none ever does.
  public var frozenOracles: [[Bool]]?

  /// Creates a market; the arrays have one element per asset, the prices as many points each.
  public init(
    stepHours: Double, exogenous: [[Double]], extremes: ReferenceExtremes? = nil, initialVolatilities: [Double],
    longRunVolatilities: [Double], depths: [MarketDepth?], impact: MarketImpact, liquidity: LiquiditySchedule? = nil
  ) {
    self.stepHours = stepHours
    self.exogenous = exogenous
    self.extremes = extremes
    self.initialVolatilities = initialVolatilities
    self.longRunVolatilities = longRunVolatilities
    self.depths = depths
    self.impact = impact
    self.liquidity = liquidity
  }

  /// Number of steps T.
  public var steps: Int { max(0, (exogenous.first?.count ?? 1) - 1) }

  /// Half the relative spread of an asset at a step.
  func halfSpread(_ asset: Int, step: Int) -> Double {
    (depths[asset]?.halfSpread ?? 0) * (liquidity?.spreadFactors[asset][step] ?? 1)
  }

  /// The impact law of an asset.
  func law(_ asset: Int) -> MarketImpact { assetImpacts[asset] ?? impact }

  /// Average daily volume of an asset at a step, or the depth of its pool.
  func volume(_ asset: Int, step: Int) -> Double {
    let stated = law(asset).poolDepth ?? depths[asset]?.averageDailyVolume ?? 1
    return stated * thinness(asset, step: step) * (liquidity?.volumeFactors[asset][step] ?? 1)
  }

  /// (σ_long/σ̂)^κ between a twentieth and two, σ̂² the exponentially weighted variance of exogenous returns up to a step,
  /// 0.94 of it kept per day, σ_long² at t = 0.
  private func thinness(_ asset: Int, step: Int) -> Double {
    let longRun = longRunVolatilities[asset]
    guard law(asset).thinning > 0, longRun > 0 else { return 1 }
    let kept = pow(0.94, stepHours / 24)
    var variance = longRun * longRun
    for point in 0..<step {
      let change = log(exogenous[asset][point + 1] / exogenous[asset][point])
      variance = kept * variance + (1 - kept) * change * change * 8760 / stepHours
    }
    return max(0.05, min(2, pow(longRun / sqrt(variance), law(asset).thinning)))
  }
}

/// Lowest and highest prices of every step, [asset][point].
public struct ReferenceExtremes: Sendable {
  /// The lowest, enclosing the prices at both ends of the step.
  public var lows: [[Double]]
  /// The highest.
  public var highs: [[Double]]

  /// Creates extremes in the shape of the prices they belong to.
  public init(lows: [[Double]], highs: [[Double]]) {
    self.lows = lows
    self.highs = highs
  }
}

/// What one wave did in one asset's market.
public struct ReferenceExecution: Sendable, Hashable {
  /// Net flow in money at the mark before the wave, positive for buying.
  public var flow: Double
  /// The price that everybody in the asset traded at.
  public var fill: Double
  /// Change of the log impact.
  public var shift: Double
}

/// The prices of one moment and the impact that made them.
struct ReferencePrices {
  let market: ReferenceMarket
  /// Step number.
  private(set) var step = 0
  /// Whether the step's close was reached; its low and high come before.
  private(set) var isAtClose = true
  /// X of each asset.
  private(set) var exogenous: [Double]
  /// P: log impact that stays.
  private(set) var permanent: [Double]
  /// T: log impact that decays.
  private(set) var transient: [Double]
  /// S: what the waves of this step traded so far, in money.
  private(set) var flowOfStep: [Double]
  /// What those trades did to the log marks.
  private var shiftOfStep: [Double]
  /// What is left of the value of each asset after the failures of venues that it is a claim on.
  private(set) var recovery: [Double]
  /// The same impact by the venue that made it.
  private(set) var impactOf: [ReferenceVenueImpact]

  init(market: ReferenceMarket, venues: Int) {
    self.market = market
    exogenous = market.exogenous.map { $0[0] }
    permanent = exogenous.map { _ in 0 }
    transient = permanent
    flowOfStep = permanent
    shiftOfStep = permanent
    recovery = exogenous.map { _ in 1 }
    impactOf = (0..<venues).map { [permanent] _ in ReferenceVenueImpact(permanent: permanent, transient: permanent) }
  }

  /// What a log impact does to a price.
  func impactFactor(_ impact: Double) -> Double { exp(impact) }

  /// A venue has failed: claims on it keep what is recovered, from now on.
  mutating func fail(venue: Int) {
    for claim in market.claims where claim.venue == venue {
      recovery[claim.asset] *= claim.recovery
      impactOf[venue].permanent[claim.asset] += log(claim.recovery)
    }
  }

  /// Hours since t = 0 up to which interest has accrued and funding was paid: at a low or high, those of the step before.
  var hours: Double { Double(isAtClose ? step : step - 1) * market.stepHours }

  /// M = X·R·exp(P + T), R being what is left of a claim.
  var marks: [Double] {
    exogenous.indices.map { exogenous[$0] * recovery[$0] * exp(permanent[$0] + transient[$0]) }
  }

  /// The next step begins: transient impact decays by half every half-life, flows start anew. Prices come by `visit`.
  mutating func beginStep() {
    step += 1
    isAtClose = false
    for asset in transient.indices {
      let remaining = pow(2, -market.stepHours / market.law(asset).halfLifeHours)
      transient[asset] *= remaining
      for venue in impactOf.indices { impactOf[venue].transient[asset] *= remaining }
    }
    flowOfStep = flowOfStep.map { _ in 0 }
    shiftOfStep = shiftOfStep.map { _ in 0 }
  }

  /// Exogenous prices go where the step's `phase` takes them.
  mutating func visit(_ phase: ReferencePhase) {
    isAtClose = phase == .close
    let series: [[Double]]? =
      switch phase {
      case .low: market.extremes?.lows
      case .high: market.extremes?.highs
      case .close: market.exogenous
      }
    if let series { exogenous = series.map { $0[step] } }
  }

  /// G(S) = sign(S)·Y·σ_day·(|S|/ADV)^δ, σ_day being the long-run volatility of one day.
  func impact(of flow: Double, asset: Int) -> Double {
    guard market.depths[asset] != nil else { return 0 }
    let dailyVolatility = market.longRunVolatilities[asset] * sqrt(1.0 / 365.0)
    let days = pow(abs(flow) / market.volume(asset, step: step), market.law(asset).exponent)
    let size = market.law(asset).coefficient * dailyVolatility * days
    return flow < 0 ? -size : size
  }

  /// ∫₀^S G = Y·σ_day·ADV/(δ+1)·(|S|/ADV)^(δ+1), the same for a flow and its opposite.
  func impactIntegral(to flow: Double, asset: Int) -> Double {
    impact(of: abs(flow), asset: asset) * abs(flow) / (market.law(asset).exponent + 1)
  }

  /// Executes the net flow of one wave in every asset, moves the marks, and says what everybody traded at.
  ///
  /// log average fill = ∫_{S₀}^{S₁} G dS ÷ (S₁ − S₀) − G(S₀); half the spread is paid on the side of the net flow. Where
  /// nothing trades net, those who trade against each other do so at the mark.
  ///
  /// `byVenue` are the flows of each venue, which sum to `flows`: those on the side of the net flow made the shift, in
  /// proportion.
  mutating func execute(flows: [Double], byVenue: [[Double]]) -> [ReferenceExecution] {
    let before = marks
    return flows.indices.map { asset in
      let flow = flows[asset]
      let start = flowOfStep[asset]
      let end = start + flow
      guard flow != 0 else { return ReferenceExecution(flow: 0, fill: before[asset], shift: 0) }
      if market.law(asset).poolDepth != nil, market.depths[asset] != nil {
        return executeInPool(asset, flow: flow, mark: before[asset], byVenue: byVenue)
      }
      let shift = impact(of: end, asset: asset) - impact(of: start, asset: asset)
      let area = impactIntegral(to: end, asset: asset) - impactIntegral(to: start, asset: asset)
      let logAverage = end == start ? 0 : area / (end - start) - impact(of: start, asset: asset)
      let spread = (flow > 0 ? 1.0 : -1.0) * market.halfSpread(asset, step: step)
      flowOfStep[asset] = end
      move(asset, by: shift, flow: flow, byVenue: byVenue)
      return ReferenceExecution(flow: flow, fill: before[asset] * exp(logAverage) * (1 + spread), shift: shift)
    }
  }

  /// What an asset would trade at if these flows were all that is traded now.
  func fill(of flows: [Double], asset: Int) -> Double {
    var alone = self
    return alone.execute(flows: flows, byVenue: impactOf.map { _ in flows })[asset].fill
  }

  /// Trades against the reserves of a pool that keeps their product: x of the asset, y of money, y/x = the mark. At the
  /// step's beginning y was the depth; what the step's trades did so far, they did to both.
  private mutating func executeInPool(
    _ asset: Int, flow: Double, mark: Double, byVenue: [[Double]]
  ) -> ReferenceExecution {
    let money = market.volume(asset, step: step) * exp(shiftOfStep[asset] / 2)
    let units = money / mark
    let sold = -flow / mark
    let unitsAfter = units + sold
    let moneyAfter = money * units / unitsAfter
    let spread = (flow > 0 ? 1.0 : -1.0) * market.halfSpread(asset, step: step)
    let shift = unitsAfter > 0 ? log(moneyAfter / unitsAfter / mark) : .infinity
    move(asset, by: shift, flow: flow, byVenue: byVenue)
    // (money − moneyAfter)/sold, without taking one large number from another.
    return ReferenceExecution(flow: flow, fill: money / unitsAfter * (1 + spread), shift: shift)
  }

  /// Impact splits into what stays and what decays, and among the venues whose flows were on the side of the net one.
  private mutating func move(_ asset: Int, by shift: Double, flow: Double, byVenue: [[Double]]) {
    let share = market.law(asset).permanentShare
    shiftOfStep[asset] += shift
    permanent[asset] += share * shift
    transient[asset] += (1 - share) * shift
    let along = byVenue.map { max(0, flow < 0 ? -$0[asset] : $0[asset]) }
    for venue in impactOf.indices where along[venue] > 0 {
      let part = shift * (along[venue] / along.reduce(0, +))
      impactOf[venue].permanent[asset] += share * part
      impactOf[venue].transient[asset] += (1 - share) * part
    }
  }
}
