public import Clearing
public import Markets

import Foundation

/// A dynamic model with everything that can be put on it, as plain figures.
public struct ReferenceRating: Sendable {
  /// How volatility is estimated.
  public enum Estimator: Sendable {
    /// s² ← λ·s² + (1 − λ)·r², λ per `hours`.
    case exponential(lambda: Double, hours: Double)
    /// The GARCH of each asset at the step's scale.
    case garch([GarchParameters])
    /// None: the market's implied volatilities, these being those of t = 0.
    case implied([Double])
  }

  /// What a volatility comes to.
  public enum Law: Sendable {
    /// multiple·z·σ·√h; a z of maintenance's own where it has one.
    case normal(quantile: Double, multiple: Double, maintenanceQuantile: Double?)
    /// Order statistics of residuals [asset], or means beyond them, times σ·√h.
    case historical(residuals: [[Double]], confidence: Double, isShortfall: Bool, maintenanceConfidence: Double?)
    /// Expected shortfall of a lognormal price. Quantiles are z of the tail probabilities.
    case lognormal(tail: Double, quantile: Double, maintenance: (tail: Double, quantile: Double)?)
  }

  /// How volatility is estimated.
  public var estimator: Estimator
  /// What it comes to.
  public var law: Law
  /// Margin period of risk.
  public var periodHours: Double
  /// Smallest and largest initial rate.
  public var floor: Double, cap: Double
  /// Hours between changes of the rates.
  public var updateHours: Double
  /// Maintenance ÷ initial, where maintenance has no law of its own.
  public var maintenanceFraction: Double
  /// What is put on top.
  public var overlays: RateOverlays
  /// Long-run volatility of each asset, annualised.
  public var longRun: [Double]

  /// Creates figures.
  public init(
    estimator: Estimator, law: Law, periodHours: Double, floor: Double, cap: Double, updateHours: Double,
    maintenanceFraction: Double, overlays: RateOverlays, longRun: [Double]
  ) {
    self.estimator = estimator
    self.law = law
    self.periodHours = periodHours
    self.floor = floor
    self.cap = cap
    self.updateHours = updateHours
    self.maintenanceFraction = maintenanceFraction
    self.overlays = overlays
    self.longRun = longRun
  }

  // MARK: Volatility

  func startingVariances(_ volatilities: [Double], stepHours: Double) -> [Double] {
    let start: [Double] =
      switch estimator {
      case .exponential: volatilities
      case .garch(let all): all.map(\.initialVolatility)
      case .implied(let all): all
      }
    return start.map { $0 * $0 * stepHours / 8760 }
  }

  func nextVariance(_ variance: Double, asset: Int, logReturn: Double, stepHours: Double) -> Double {
    switch estimator {
    case .exponential(let lambda, let hours):
      let keep = pow(lambda, stepHours / hours)
      return keep * variance + (1 - keep) * logReturn * logReturn
    case .garch(let all):
      let figures = all[asset]
      let shock = logReturn - figures.mean
      let reaction = figures.alpha + (shock < 0 ? figures.gamma : 0)
      return figures.omega + reaction * shock * shock + figures.beta * variance
    case .implied: return variance
    }
  }

  /// What the law looks at: the mean variance of the steps of the margin period, forecast one after the other; replaced
  /// by the market's index and floored where the overlays say so.
  func volatilities(_ variances: [Double], stepHours: Double, openInterest: [Double]) -> [Double] {
    var seen = variances.indices.map { asset -> Double in
      var mean = variances[asset]
      if case .garch(let all) = estimator {
        let steps = Int((periodHours / stepHours).rounded())
        var next = variances[asset]
        var sum = 0.0
        for _ in 0..<steps {
          sum += next
          next = all[asset].omega + (all[asset].alpha + all[asset].gamma / 2 + all[asset].beta) * next
        }
        mean = sum / Double(steps)
      }
      return sqrt(mean * 8760 / stepHours)
    }
    if overlays.isMarketWide {
      let index =
        seen.indices.reduce(0) { $0 + openInterest[$1] * seen[$1] / longRun[$1] }
        / max(openInterest.reduce(0, +), 1e-300)
      seen = longRun.map { $0 * index }
    }
    return zip(seen, longRun).map { max($0, overlays.longRunFloor * $1) }
  }

  // MARK: Rates

  /// What an instrument on `asset` is charged now, having been charged `previous`; nil at the start.
  func rates(asset: Int, volatility: Double, previous: ReferenceRates?, stepHours: Double) -> ReferenceRates {
    func charged(_ side: Double, isMaintenance: Bool, _ previous: Double?) -> Double? {
      func asked(_ volatility: Double) -> Double? {
        rate(side: side, asset: asset, volatility: volatility, isMaintenance: isMaintenance)
      }
      guard let own = asked(volatility), let stressed = asked(overlays.stressMultiple * longRun[asset]) else {
        return nil
      }
      let mixed = (1 - overlays.stressWeight) * own + overlays.stressWeight * stressed
      let bounded = min(cap, max(isMaintenance ? 0 : floor, mixed))
      var result = bounded
      if let buffer = overlays.buffer {
        let most = bounded * (1 + buffer)
        result = max(bounded, min(most, previous ?? most))
      }
      if let change = overlays.largestChange, let previous, previous > 0 {
        if result > previous * (1 + change) { result = previous * (1 + change) }
        if result < previous / (1 + change) { result = previous / (1 + change) }
      }
      return result
    }
    var rates = ReferenceRates()
    rates.initialLong = charged(1, isMaintenance: false, previous?.initialLong) ?? 0
    rates.initialShort = charged(-1, isMaintenance: false, previous?.initialShort) ?? 0
    rates.maintenanceLong =
      charged(1, isMaintenance: true, previous?.maintenanceLong) ?? rates.initialLong * maintenanceFraction
    rates.maintenanceShort =
      charged(-1, isMaintenance: true, previous?.maintenanceShort) ?? rates.initialShort * maintenanceFraction
    return rates
  }

  /// The law's rate for a long (side 1) or a short (−1); nil where maintenance has no law.
  private func rate(side: Double, asset: Int, volatility: Double, isMaintenance: Bool) -> Double? {
    let deviation = volatility * sqrt(periodHours / 8760)
    switch law {
    case .normal(let quantile, let multiple, let own):
      guard let z = isMaintenance ? own : quantile else { return nil }
      return multiple * z * deviation
    case .historical(let residuals, let confidence, let isShortfall, let own):
      guard let level = isMaintenance ? own : confidence else { return nil }
      let losses = residuals[asset].map { -side * $0 * deviation }.sorted()
      let rank = max(1, Int((Double(losses.count) * level - 1e-9).rounded(.up)))
      let quantile = losses[rank - 1]
      let beyond = losses.reduce(0) { $0 + max(0, $1 - quantile) }
      return max(0, isShortfall ? quantile + beyond / (Double(losses.count) * (1 - level)) : quantile)
    case .lognormal(let tail, let quantile, let own):
      guard let (tail, quantile) = isMaintenance ? own : (tail, quantile) else { return nil }
      let probability = 0.5 * erfc(-(quantile + side * -deviation) / sqrt(2.0))
      return max(0, side > 0 ? 1 - probability / tail : probability / tail - 1)
    }
  }
}
