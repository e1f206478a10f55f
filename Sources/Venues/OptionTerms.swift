import Foundation
import Kernels

/// How implied volatility depends on the strike: sticky in moneyness, so that the smile moves with the forward.
///
/// σ(k) = σ_ATM·clamp(1 + slope·k + curvature·k², floor, cap), k = ln(K/F)/(σ_ATM·√τ) being the moneyness in standard
/// deviations to expiry. A parabola in standardised moneyness is the usual local description of a quoted smile; it is no
/// arbitrage-free surface, and the clamp keeps its wings finite. A call and a put of one strike share σ, so put–call parity
/// holds whatever the smile.
public struct VolatilitySmile: Sendable, Hashable {
  /// Relative change of σ per standard deviation of the strike above the forward; below 0 where puts are dearer.
  public var slope: Double
  /// Relative change of σ per squared standard deviation.
  public var curvature: Double
  /// Smallest σ as a multiple of the at-the-money one; > 0, at most 1.
  public var floor: Double
  /// Largest σ as a multiple of the at-the-money one; at least 1.
  public var cap: Double

  /// Creates a smile.
  public init(slope: Double, curvature: Double, floor: Double = 0.5, cap: Double = 3) {
    self.slope = slope
    self.curvature = curvature
    self.floor = floor
    self.cap = cap
  }

  /// One volatility at every strike.
  public static let flat = VolatilitySmile(slope: 0, curvature: 0, floor: 1, cap: 1)

  /// Whether σ does not depend on the strike.
  public var isFlat: Bool { slope == 0 && curvature == 0 }

  /// σ ÷ σ_ATM at the moneyness `k`.
  public func multiple(at k: Double) -> Double { min(max(1 + (slope + curvature * k) * k, floor), cap) }

  /// Smallest and largest σ ÷ σ_ATM over moneyness in [`low`, `high`].
  public func multiples(from low: Double, through high: Double) -> (low: Double, high: Double) {
    let (first, last) = (multiple(at: low), multiple(at: high))
    var (least, most) = (min(first, last), max(first, last))
    let turn = curvature == 0 ? low : -slope / (2 * curvature)
    if turn > low, turn < high {
      least = min(least, multiple(at: turn))
      most = max(most, multiple(at: turn))
    }
    return (least, most)
  }
}

/// What an option's value does when its underlying moves, the smile moving along.
public struct OptionGreeks: Sendable, Hashable {
  /// Value of one option.
  public var value: Double
  /// ∂value/∂M, M being the mark of the underlying.
  public var delta: Double
  /// ∂²value/∂M².
  public var gamma: Double
  /// ∂value/∂σ_ATM, for a change of the at-the-money volatility by 1.
  public var vega: Double
}

/// A European call or put on one unit of an asset, settled in cash at the mark of its expiry.
///
/// Worth Black-76 on the forward F = M·exp(basis·τ) at σ(k), see `VolatilitySmile`: what everything that values an option
/// uses, at t = 0, along paths and in scenarios. The premium is paid when it is traded and is in the account's cash already.
public struct OptionTerms: Sendable, Hashable {
  /// Index of the asset in the universe.
  public var asset: Int
  /// Whether it is a call; else a put.
  public var isCall: Bool
  /// K > 0: price at which the asset may be bought or sold.
  public var strike: Double
  /// When it ends, and what the forward trades at until then.
  public var expiry: FutureExpiry
  /// At-the-money implied volatility at t = 0, annualised, ≥ 0; it stays unless it is the market's.
  public var volatility: Double
  /// Whether the market's implied volatility of the asset takes the place of `volatility` along a path; then `volatility` is
  /// what it starts from.
  public var takesMarketVolatility: Bool
  /// How volatility depends on the strike.
  public var smile: VolatilitySmile
  /// Index of the venue's bracket table for short positions, on |q|·M; nil where only a scenario model can margin them.
  public var brackets: Int?
  /// What the value of a long position counts for in weighted equity; each in [0, 1].
  public var longWeight: TwoLevels

  /// Creates terms.
  public init(
    asset: Int, isCall: Bool, strike: Double, expiry: FutureExpiry, volatility: Double,
    takesMarketVolatility: Bool = false, smile: VolatilitySmile = .flat, brackets: Int? = nil,
    longWeight: TwoLevels = .full
  ) {
    self.asset = asset
    self.isCall = isCall
    self.strike = strike
    self.expiry = expiry
    self.volatility = volatility
    self.takesMarketVolatility = takesMarketVolatility
    self.smile = smile
    self.brackets = brackets
    self.longWeight = longWeight
  }

  /// Hours left `elapsed` hours after t = 0; 0 from expiry on.
  public func hoursLeft(after elapsed: Double) -> Double { max(0, expiry.hours - elapsed) }

  /// F: what the underlying trades at for the expiry, `hoursToExpiry` ≥ 0 before it.
  public func forward(mark: Double, hoursToExpiry: Double) -> Double {
    expiry.basisPerYear == 0 ? mark : mark * exp(expiry.basisPerYear * hoursToExpiry / (24 * 365))
  }

  /// k = ln(K/F)/(σ_ATM·√τ): standard deviations by which the strike is above the forward; 0 where there are none.
  public func moneyness(mark: Double, volatility: Double, hoursToExpiry: Double) -> Double {
    let deviation = volatility * (hoursToExpiry / (24 * 365)).squareRoot()
    guard deviation > 0 else { return 0 }
    return log(strike / forward(mark: mark, hoursToExpiry: hoursToExpiry)) / deviation
  }

  /// Value of one option at a mark > 0 under the at-the-money `volatility` ≥ 0, `hoursToExpiry` ≥ 0 before it ends.
  public func value(mark: Double, volatility: Double, hoursToExpiry: Double) -> Double {
    Black76(
      isCall: isCall, forward: forward(mark: mark, hoursToExpiry: hoursToExpiry), strike: strike,
      years: hoursToExpiry / (24 * 365),
      volatility: self.volatility(at: mark, atTheMoney: volatility, hoursToExpiry: hoursToExpiry)
    ).value
  }

  /// What one option is worth per unit whose standard deviation to expiry is `deviation` = σ·√τ ≥ 0, at a forward > 0: never
  /// falling in `deviation`, and rising in the forward for a call, falling for a put.
  public func value(forward: Double, deviation: Double) -> Double {
    Black76(isCall: isCall, forward: forward, strike: strike, years: 1, volatility: deviation).value
  }

  /// σ(k) of this strike.
  public func volatility(at mark: Double, atTheMoney volatility: Double, hoursToExpiry: Double) -> Double {
    guard !smile.isFlat else { return volatility }
    return volatility * smile.multiple(at: moneyness(mark: mark, volatility: volatility, hoursToExpiry: hoursToExpiry))
  }

  /// Value and greeks; the smile is sticky in moneyness, so that delta and gamma hold what a move of the mark does to σ.
  ///
  /// With ' for ∂/∂F: ∂v = Δ + ν·σ', ∂²v = Γ + 2·vanna·σ' + volga·σ'² + ν·σ'', vanna = −φ(d₊)·d₋/σ, volga = ν·d₊·d₋/σ, and
  /// ∂σ/∂σ_ATM = 1 − curvature·k² where the clamp does not bind.
  public func greeks(mark: Double, volatility: Double, hoursToExpiry: Double) -> OptionGreeks {
    let years = hoursToExpiry / (24 * 365)
    let forward = forward(mark: mark, hoursToExpiry: hoursToExpiry)
    let sigma = self.volatility(at: mark, atTheMoney: volatility, hoursToExpiry: hoursToExpiry)
    let plain = Black76(isCall: isCall, forward: forward, strike: strike, years: years, volatility: sigma)
    let carry = forward / mark
    var (slope, bend, vega) = (plain.delta, plain.gamma, plain.vega)
    let deviation = volatility * years.squareRoot()
    if !smile.isFlat, deviation > 0 {
      let k = moneyness(mark: mark, volatility: volatility, hoursToExpiry: hoursToExpiry)
      let multiple = 1 + (smile.slope + smile.curvature * k) * k
      if multiple > smile.floor, multiple < smile.cap {
        let tilt = smile.slope + 2 * smile.curvature * k
        let step = 1 / (forward * deviation)
        let first = -volatility * tilt * step
        let second = volatility * (2 * smile.curvature * step * step + tilt * step / forward)
        let total = sigma * years.squareRoot()
        let upper = log(forward / strike) / total + total / 2
        let lower = upper - total
        slope += plain.vega * first
        bend +=
          -2 * normalPDF(upper) * lower / sigma * first + plain.vega * upper * lower / sigma * first * first
          + plain.vega * second
        vega *= 1 - smile.curvature * k * k
      } else {
        vega *= smile.multiple(at: k)
      }
    }
    return OptionGreeks(value: plain.value, delta: slope * carry, gamma: bend * carry * carry, vega: vega)
  }
}
