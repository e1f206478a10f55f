import Foundation

/// What forced trades do to the mark of one asset: a power law of the step's cumulative flow.
///
/// G(S) = sign(S)·Y·σ_day·(|S|/ADV)^δ is the log impact of a flow of S money. A wave that takes the flow of the step
/// from S₀ to S₁ moves the mark by G(S₁) − G(S₀) and fills at the average of G over that stretch, so cutting a flow into
/// waves changes nothing. A share of the impact is permanent, the rest decays with a half-life.
/// Source: the square-root law (δ = ½, Y of order one), Tóth et al. (2011), *Physical Review X* 1, 021006.
public struct MarketImpact: Sendable, Hashable {
  /// Y: impact in daily volatilities of trading a whole day's volume.
  public var coefficient: Double
  /// δ in (0, 1].
  public var exponent: Double
  /// φ: share that stays.
  public var permanentShare: Double
  /// Half-life of the rest in hours.
  public var halfLifeHours: Double

  /// Creates a law.
  public init(coefficient: Double, exponent: Double, permanentShare: Double, halfLifeHours: Double) {
    self.coefficient = coefficient
    self.exponent = exponent
    self.permanentShare = permanentShare
    self.halfLifeHours = halfLifeHours
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

  /// ∫₀^S G, an even function of S.
  private func integral(flow: Double, scale: Double, volume: Double) -> Double {
    let size = abs(flow) / volume
    return scale * volume * size * power(size) / (exponent + 1)
  }

  private func power(_ size: Double) -> Double { exponent == 0.5 ? size.squareRoot() : pow(size, exponent) }
}
