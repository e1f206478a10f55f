import Foundation
import Simulation

/// How often a leveraged perpetual of a single market is liquidated within ten days of hourly steps.
///
/// Without funding, spread or impact, a long with cash C and entry S₀ is liquidated at the first step with
/// M·(1 − m) < S₀ − C, a short at the first with M·(1 + m) > S₀ + C: the crossing of a constant barrier by a geometric
/// Brownian motion watched every hour. Accounts do not touch each other, so all of them share one run.
let barrierCase = VerificationCase(
  id: "barrier", group: .closedForms,
  summary: "liquidation frequency = chance of crossing a barrier, watched hourly for 10 days (131,072 paths)"
) { setting in
  let accounts = BarrierAccount.all
  var venue = SmallVenue(holdings: accounts.map(\.holding))
  venue.maintenanceRate = BarrierAccount.maintenanceRate
  let market = try brownianMarket(
    volatility: BarrierAccount.volatility, drift: BarrierAccount.drift, steps: BarrierAccount.steps, stepHours: 1)
  let table = try venue.simulator(market, seed: 1, paths: 131_072).run(workers: setting.workers)
  let counts = table.series(model: 0, venue: 0).liquidationsByAccount
  return zip(accounts, counts).flatMap { account, count in
    let law = account.law
    let exact = law.exact()
    let error = abs(law.corrected - exact)
    return [
      SampleMean.frequency(
        "\(account.holding.id): corrected formula", count: Int(count), of: table.paths, expected: law.corrected,
        bias: error),
      SampleMean.frequency(
        "\(account.holding.id): exact recursion", count: Int(count), of: table.paths, expected: exact),
      .atMost("\(account.holding.id): the correction's own relative error", bound: 0.01, obtained: error / exact),
    ]
  }
}

/// One account of the barrier case.
private struct BarrierAccount {
  static let maintenanceRate = 0.01
  static let volatility = 0.8
  static let drift = 0.3
  static let steps = 240

  /// +1 for a long, −1 for a short.
  let side: Double
  /// Cash over the entry price.
  let cash: Double

  static let all = [(1.0, 0.2), (1, 0.1), (1, 0.3), (-1, 0.2), (-1, 0.1), (-1, 0.3)].map {
    BarrierAccount(side: $0, cash: $1)
  }

  var holding: SmallVenue.Holding {
    SmallVenue.Holding(
      id: "\(side > 0 ? "long" : "short") at leverage \(significant(1 / cash, digits: 2))",
      cash: cash * SmallVenue.price, perpetual: side, entryPrice: SmallVenue.price)
  }

  /// The crossing, mirrored for a short.
  var law: BarrierProbability {
    let stepYears = 1.0 / 8760
    let deviation = Self.volatility * stepYears.squareRoot()
    let mean = (Self.drift - Self.volatility * Self.volatility / 2) * stepYears
    let level = (1 - side * cash) / (1 - side * Self.maintenanceRate)
    return BarrierProbability(
      drift: side * mean / deviation, barrier: -abs(log(level)) / deviation, steps: Self.steps)
  }
}
