import Foundation

/// What forced trades do to the mark of one asset: a power law of the step's cumulative flow, or a constant-product pool.
///
/// G(S) = sign(S)·Y·σ_day·(|S|/ADV)^δ is the log impact of a flow of S money. A wave that takes the flow of the step
/// from S₀ to S₁ moves the mark by G(S₁) − G(S₀) and fills at the average of G over that stretch, so cutting a flow into
/// waves changes nothing. A share of the impact is permanent, the rest decays with a half-life.
/// Source: the square-root law (δ = ½, Y of order one), Tóth et al. (2011), *Physical Review X* 1, 021006.
///
/// A pool that keeps x·y constant has the price y/x; selling dx into x moves it by (1 + dx/x)⁻² and is paid (1 + dx/x)⁻¹ of
/// the price before. Source: Angeris et al. (2019), *An analysis of Uniswap markets*, arXiv 1911.03380.
public struct MarketImpact: Sendable, Hashable {
  /// Y: impact in daily volatilities of trading a whole day's volume.
  public var coefficient: Double
  /// δ in (0, 1].
  public var exponent: Double
  /// φ: share that stays.
  public var permanentShare: Double
  /// Half-life of the rest in hours.
  public var halfLifeHours: Double
  /// What one side of a constant-product pool is worth, in money, where the pool takes the place of the power law.
  public var poolDepth: Double?
  /// κ ≥ 0: depth is multiplied by (σ_long/σ̂)^κ along a path; 0 for one that stays.
  public var thinning: Double

  /// Creates a law.
  public init(
    coefficient: Double, exponent: Double, permanentShare: Double, halfLifeHours: Double, poolDepth: Double? = nil,
    thinning: Double = 0
  ) {
    self.coefficient = coefficient
    self.exponent = exponent
    self.permanentShare = permanentShare
    self.halfLifeHours = halfLifeHours
    self.poolDepth = poolDepth
    self.thinning = thinning
  }

  /// No impact at all.
  public static let none = MarketImpact(coefficient: 0, exponent: 0.5, permanentShare: 0, halfLifeHours: 1)

  /// What transient impact is multiplied by over `hours`.
  public func decay(hours: Double) -> Double { exp2(-hours / halfLifeHours) }

  /// G(S), in logs. `scale` is Y·σ_day of the asset, `volume` its average daily volume.
  public func impact(flow: Double, scale: Double, volume: Double) -> Double {
    guard scale != 0 else { return 0 }
    let size = scale * power(abs(flow) / volume)
    return flow < 0 ? -size : size
  }

  /// What a wave does that takes the step's flow from `before` to `after`: the shift of the log mark, and the log of the
  /// average fill relative to the mark before the wave.
  public func wave(
    from before: Double, to after: Double, scale: Double, volume: Double
  ) -> (shift: Double, averageFill: Double) {
    guard before != after, scale != 0 else { return (0, 0) }
    let start = impact(flow: before, scale: scale, volume: volume)
    let shift = impact(flow: after, scale: scale, volume: volume) - start
    let area =
      integral(flow: after, scale: scale, volume: volume) - integral(flow: before, scale: scale, volume: volume)
    return (shift, area / (after - before) - start)
  }

  /// What a wave of `flow` money at the mark does to a pool whose one side was worth `depth` before the step's trades,
  /// which moved its log price by `moved`: the shift of the log mark, and the log of the average fill relative to the mark
  /// before the wave.
  ///
  /// The pool is then worth depth·e^(moved/2), so cutting a trade of so many units into waves changes nothing, and selling
  /// and buying back ends where it began. Buying all that the pool holds has no finite price: +∞.
  public func poolWave(flow: Double, moved: Double, depth: Double) -> (shift: Double, averageFill: Double) {
    guard flow != 0 else { return (0, 0) }
    let bought = flow / (depth * exp(moved / 2))
    guard bought < 1 else { return (.infinity, .infinity) }
    let average = -log1p(-bought)
    return (2 * average, average)
  }

  /// What depth is multiplied by where volatility is `volatility` and its long-run figure `longRun`, both annual: thinner in
  /// storms down to a twentieth, thicker in calms up to twice.
  public func depthFactor(volatility: Double, longRun: Double) -> Double {
    guard thinning > 0, longRun > 0 else { return 1 }
    return min(max(pow(longRun / volatility, thinning), 0.05), 2)
  }

  /// Whether impact is proportional to the flow, or nearly so for a pool: forced sales can then feed on themselves without
  /// end, see `gain`.
  public var isLinear: Bool { poolDepth != nil || exponent == 1 }

  /// Feedback gain: the log move that trading `notional` makes ÷ the log move `logMove` that makes it be traded. On a book
  /// whose liquidations are spread evenly over log prices a linear law with gain g < 1 amplifies a move by 1/(1 − g) in all;
  /// from g = 1 on nothing stops it. `scale` and `volume` as for `wave`; a pool's `volume` is its depth.
  public func gain(notional: Double, logMove: Double, scale: Double, volume: Double) -> Double {
    let flow = logMove < 0 ? -notional : notional
    let shift =
      poolDepth == nil
      ? impact(flow: flow, scale: scale, volume: volume) : poolWave(flow: flow, moved: 0, depth: volume).shift
    return shift / logMove
  }

  /// ∫₀^S G, an even function of S.
  private func integral(flow: Double, scale: Double, volume: Double) -> Double {
    let size = abs(flow) / volume
    return scale * volume * size * power(size) / (exponent + 1)
  }

  private func power(_ size: Double) -> Double { exponent == 0.5 ? size.squareRoot() : pow(size, exponent) }
}
