import Foundation
import Kernels
import Simulation

/// The bad debt of an account that is looked at once is an option's payoff.
///
/// A long with cash C and entry K is worth C + M − K, and its loss beyond its own money is max(0, (K − C) − M): a put. A
/// short loses max(0, M − (K + C)): a call. Nothing is discounted and the mean price is S₀·e^{μT}, so the means are those
/// of F. Black, "The pricing of commodity contracts", Journal of Financial Economics 3 (1976).
let expiryCase = VerificationCase(
  id: "expiry", group: .closedForms,
  summary: "bad debt with one look after 30 days = put (long) and call (short) value (262,144 paths)"
) { setting in
  try [1.0, -1].flatMap { side in
    try [0.05, 0.15].flatMap { cash in try expiryRows(side: side, cash: cash, setting) }
  }
}

private func expiryRows(side: Double, cash: Double, _ setting: VerificationSetting) throws -> [VerificationRow] {
  let days = 30.0
  let drift = 0.4
  let volatility = 0.9
  let holding = SmallVenue.Holding(
    id: "only", cash: cash * SmallVenue.price, perpetual: side, entryPrice: SmallVenue.price)
  let market = try brownianMarket(volatility: volatility, drift: drift, steps: 1, stepHours: days * 24)
  let table = try SmallVenue(holdings: [holding]).simulator(market, seed: 2, paths: 262_144)
    .run(workers: setting.workers)
  let series = table.series(model: 0, venue: 0)
  let option = BlackOption(
    forward: SmallVenue.price * exp(drift * days / 365), strike: SmallVenue.price * (1 - side * cash),
    deviation: volatility * (days / 365).squareRoot())
  let name = "\(side > 0 ? "long" : "short"), cash \(significant(cash * 100, digits: 2)) of 100"
  return [
    SampleMean(series[.loss]).row(
      "\(name): mean loss of the venue", expected: side > 0 ? option.put : option.call),
    SampleMean(series[.badDebt]).row("\(name): mean bad debt", expected: side > 0 ? option.put : option.call),
    SampleMean.frequency(
      "\(name): chance of a loss", count: series[.loss].count { $0 > 0 }, of: table.paths,
      expected: side > 0 ? option.putIsExercised : 1 - option.putIsExercised),
  ]
}

/// A European option on a forward, undiscounted; `deviation` is σ√T.
struct BlackOption {
  let forward: Double
  let strike: Double
  let deviation: Double

  private var upper: Double { log(forward / strike) / deviation + deviation / 2 }
  private var lower: Double { upper - deviation }

  /// K·Φ(−d₂) − F·Φ(−d₁).
  var put: Double { strike * normalCDF(-lower) - forward * normalCDF(-upper) }
  /// F·Φ(d₁) − K·Φ(d₂).
  var call: Double { forward * normalCDF(upper) - strike * normalCDF(lower) }
  /// Φ(−d₂).
  var putIsExercised: Double { normalCDF(-lower) }
}
