import Foundation
import Kernels
import Markets
import Simulation

/// The barrier case, watched all the time: with the extremes of a Brownian bridge the step must not matter.
///
/// A long with cash C and entry S₀ is liquidated once the low falls below (S₀ − C)/(1 − m), a short once the high rises
/// above (S₀ + C)/(1 + m). Both are the first passage of a Brownian motion with drift in continuous time, in closed form.
let bridgeCase = VerificationCase(
  id: "bridge", group: .closedForms,
  summary: "with bridge extremes, liquidation frequency = continuous barrier formula, whatever the step (65,536 paths)"
) { setting in
  let accounts = [(1.0, 0.1), (1, 0.2), (1, 0.3), (-1, 0.1), (-1, 0.2)].map { BridgeAccount(side: $0, cash: $1) }
  var venue = SmallVenue(holdings: accounts.map(\.holding))
  venue.maintenanceRate = BridgeAccount.maintenanceRate
  var rows: [VerificationRow] = []
  for steps in [1, 10, 240] {
    let plain = try brownianMarket(
      volatility: BridgeAccount.volatility, drift: BridgeAccount.drift, steps: steps, stepHours: 240 / Double(steps))
    let market = try MarketModel(
      assetIDs: plain.assetIDs, grid: plain.grid, process: plain.process, dependence: .gaussian,
      correlation: .identity(1), intraStep: .brownianBridge(.correlated))
    let table = try venue.simulator(market, seed: UInt64(steps), paths: 65_536).run(workers: setting.workers)
    let counts = table.series(model: 0, venue: 0).liquidationsByAccount
    rows += zip(accounts, counts).map { account, count in
      SampleMean.frequency(
        "\(account.holding.id), \(steps) steps in 10 days", count: Int(count), of: table.paths, expected: account.chance
      )
    }
  }
  return rows
}

/// One account of the case.
private struct BridgeAccount {
  static let maintenanceRate = 0.01
  static let volatility = 0.8
  static let drift = 0.3

  /// +1 for a long, −1 for a short.
  let side: Double
  /// Cash over the entry price.
  let cash: Double

  var holding: SmallVenue.Holding {
    SmallVenue.Holding(
      id: "\(side > 0 ? "long" : "short") at leverage \(significant(1 / cash, digits: 2))",
      cash: cash * SmallVenue.price, perpetual: side, entryPrice: SmallVenue.price)
  }

  /// The chance of the passage within ten days, in units of their standard deviation; mirrored for a short.
  var chance: Double {
    let years = 240.0 / 8760
    let deviation = Self.volatility * years.squareRoot()
    let mean = (Self.drift - Self.volatility * Self.volatility / 2) * years
    let level = (1 - side * cash) / (1 - side * Self.maintenanceRate)
    return BarrierProbability.continuous(
      drift: side * mean / deviation, barrier: -abs(log(level)) / deviation, steps: 1)
  }
}
