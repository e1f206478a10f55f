import Foundation
import Kernels
import Simulation

/// Hand-made outcomes of a plausible run: stress differs from path to path, and each model turns it into losses.
///
/// The statistics and curves of the sample report are the real ones, computed from these numbers.
struct SampleOutcomes {
  /// Number of paths.
  var paths = 4000
  /// Names of the models, the first being the baseline.
  var models = ["static", "dynamic"]
  /// Whether the last model also takes part matched to the baseline.
  var isMatched = true
  /// Whether nothing ever happens: no loss, no liquidation.
  var isCalm = false
  /// Name of the venue.
  var venue = "perps"
  /// Names of the assets.
  var assets = ["BTC", "ETH", "SOL", "BNB", "XRP", "ADA", "AVAX", "LINK", "DOGE", "LTC", "DOT", "AAVE"]
  /// Names of the groups.
  var groups = ["retail", "market makers"]
  /// Number of accounts.
  let accountCount = 120
  /// Number of steps of two hours.
  let steps = 120

  private let buckets = ["≤ 1", "1–3", "3–5", "5–10", "10–20", "> 20"]
  private let leverages = [0.6, 2, 4, 7.5, 14, 30]
  private let reserve = 25e6

  /// The models with their labels.
  var labels: [ModelLabel] {
    let plain = models.enumerated().map {
      ModelLabel(name: $0.element, kind: $0.offset == 0 ? "tiered" : "volatility-scaled", isDynamic: $0.offset > 0)
    }
    guard isMatched, let last = plain.last, plain.count > 1 else { return plain }
    let matched = ModelLabel(
      name: last.name, kind: last.kind, isDynamic: true, matching: .equalAverageInitialMargin, factor: 1.184,
      factorStandardError: 0.0031)
    return plain + [matched]
  }

  /// The table.
  var table: OutcomeTable {
    let stresses = (0..<paths).map(stress)
    var moments = LiquidationMoments(partitions: partitions, modelCount: labels.count)
    var byAccount = [[UInt32]](repeating: [UInt32](repeating: 0, count: accountCount), count: labels.count)
    for path in 0..<paths {
      moments.add(labels.indices.map { liquidations(model: $0, path: path, stresses[path], &byAccount[$0]) })
    }
    return OutcomeTable(
      paths: paths, steps: steps, stepHours: 2, models: labels, venues: [venueLabel],
      series: labels.indices.map { series(model: $0, stresses, byAccount[$0]) }, moments: [moments],
      pathStates: labels.map { _ in [paths, 0] }, priceFans: assets.indices.map(priceFan))
  }

  /// The venue at the start.
  var venueLabel: VenueLabel {
    VenueLabel(
      id: venue, initialReserve: reserve, groups: groups, accountIDs: (0..<accountCount).map { "account-\($0)" },
      accounts: (0..<accountCount).map {
        AccountLabel(
          group: $0 % groups.count, equity: 1e5, exposure: 1e5 * leverages[$0 % 6], leverageBucket: buckets[$0 % 6])
      })
  }

  private var partitions: [AccountPartition] {
    buckets.map { AccountPartition(axis: .leverageBucket, name: $0, accountCount: accountCount / 6) }
      + groups.map { AccountPartition(axis: .group, name: $0, accountCount: accountCount / groups.count) }
  }

  /// How much a model turns stress into losses.
  private func severity(_ model: Int) -> Double { [1, 0.72, 0.66, 0.8][model % 4] }

  private func stress(_ path: Int) -> Double {
    exp(0.8 * KeyedDraws(seed: 7, path: UInt64(path), purpose: .synthesis).normal(step: 0, factor: 0))
  }

  /// Liquidated accounts by partition, and the count of each account.
  private func liquidations(
    model: Int, path: Int, _ stress: Double, _ byAccount: inout [UInt32]
  ) -> [Int] {
    var counts = [Int](repeating: 0, count: partitions.count)
    guard !isCalm else { return counts }
    let draws = KeyedDraws(seed: 7, path: UInt64(path), purpose: .synthesis)
    for account in 0..<accountCount {
      let threshold = -log(draws.uniform(step: 1, factor: UInt32(account)))
      guard stress * severity(model) * leverages[account % 6] / 60 > threshold else { continue }
      byAccount[account] += 1
      counts[account % 6] += 1
      counts[6 + account % groups.count] += 1
    }
    return counts
  }

  private func series(model: Int, _ stresses: [Double], _ byAccount: [UInt32]) -> OutcomeSeries {
    let columns = PathQuantity.allCases.map { quantity in
      stresses.enumerated().map { value(quantity, model, $0.element, path: $0.offset) }
    }
    var passage = [[UInt32]](repeating: [UInt32](repeating: 0, count: steps), count: 10)
    let total = byAccount.reduce(0) { $0 + Int($1) }
    for event in 0..<total { passage[event % 10][Int(Double(steps) * pow(Double(event % 997) / 997, 1.4))] += 1 }
    let losses = stresses.map { isCalm ? 0 : 4e6 * ($0 * severity(model) - 1) }
    return OutcomeSeries(
      model: model, venue: 0, columns: columns, bookLoss: [losses] + groups.map { _ in losses.map { $0 / 2 } },
      liquidationsByAccount: byAccount, firstPassage: passage, reserveFan: reserveFan(model, stresses))
  }

  /// One number of a path: what `PathQuantity` says, made up from the path's stress.
  private func value(_ quantity: PathQuantity, _ model: Int, _ stress: Double, path: Int) -> Double {
    let hit = isCalm ? 0 : stress * severity(model)
    let required = hit > 3 ? 4e6 * pow(hit - 3, 1.3) : 0
    let inflow = hit * 1.5e5
    switch quantity {
    case .loss: return required - inflow
    case .uncovered, .socialised: return max(0, required - reserve)
    case .requiredReserve, .shortfall: return required
    case .reserveInflow: return inflow
    case .largestShortfall: return required * 0.4
    case .twoLargestShortfalls: return required * 0.6
    case .badDebt, .deleveragedNotional, .profitForgone, .conservationResidual, .drawnFromSegments, .drawnFromShared,
      .equityLost, .penalties, .waitingNotionalHours, .largestWaiting, .openDeficit, .liquidatorIncome, .backstopTaken,
      .backstopProfit, .backstopFailed:
      return 0
    case .oracleBlocked, .oracleErrorMean, .oracleErrorLargest: return .nan
    case .toppedUp, .topUps, .deleveraged, .withdrawn, .liquidationsAvoided, .shortfallAvoided: return .nan
    case .hedgeFlow, .hedgeCost, .hedgeGain, .hedgeMoveShare: return .nan
    case .exhaustionHours: return required > reserve ? 200 - 20 * log(hit) : .infinity
    case .liquidatedAccounts, .liquidationEvents: return (hit * 9).rounded()
    case .liquidatedNotional: return hit * 3.1e6
    case .requirementDriven: return model == 0 ? 0 : hit.rounded()
    case .waves: return (1 + hit).rounded()
    case .markDrawdown: return min(0.9, 0.1 + 0.06 * stress + 0.002 * hit)
    case .exogenousDrawdown: return min(0.88, 0.1 + 0.06 * stress)
    case .initialMarginMean: return model == 1 ? 4.1e7 + 2e6 * stress : 4.6e7 + (model == 0 ? 0 : 2e6 * (stress - 1.37))
    case .coverage: return 1 - 0.004 * min(1, stress * severity(model) / 4)
    case .peakToTrough: return model == 0 ? 1.02 : 1.2 + 0.4 * stress
    case .largestIncrease: return model == 0 ? 0.01 : 0.1 + 0.15 * stress
    case .changeDeviation: return model == 0 ? 0.002 : 0.03 + 0.01 * stress
    case .largestCall: return model == 0 ? 2e5 : 2e6 + 3e6 * stress
    case .volatilitySeen: return model == 0 ? .nan : 0.42 + 0.16 * stress
    case .volatilityRealised: return 0.35 + 0.22 * stress
    case .causedByPrice: return (hit * 6).rounded()
    case .causedByOwnImpact: return (hit * 2).rounded()
    case .causedByOtherVenue: return 0
    case .causedByRequirement: return (hit * 9).rounded() - (hit * 6).rounded() - (hit * 2).rounded()
    }
  }

  private func reserveFan(_ model: Int, _ stresses: [Double]) -> FanCounts {
    var fan = FanCounts(name: "reserve", lower: 0, width: 0.01, bins: 150, points: steps + 1)
    for stress in stresses {
      let hit = isCalm ? 0 : stress * severity(model)
      let end = 1 + hit * 0.006 - (hit > 3 ? 0.16 * pow(hit - 3, 1.3) : 0)
      for point in 0...steps { fan.count(max(0, 1 + (end - 1) * Double(point) / Double(steps)), at: point) }
    }
    return fan
  }

  private func priceFan(_ asset: Int) -> FanCounts {
    var fan = FanCounts(name: assets[asset], lower: 0, width: 0.01, bins: 400, points: steps + 1)
    for path in 0..<min(paths, 800) {
      let draws = KeyedDraws(seed: 9, path: UInt64(path), purpose: .priceShock)
      let drift = 0.12 * draws.normal(step: 0, factor: UInt32(asset))
      for point in 0...steps { fan.count(exp(drift * sqrt(Double(point) / Double(steps))), at: point) }
    }
    return fan
  }
}
