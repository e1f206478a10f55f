import Simulation

/// Money is conserved on 10,240 paths of three random venues on one market with everything that a venue can have.
let conservationEverythingCase = VerificationCase(
  id: "conservation-everything", group: .identities,
  summary: "three venues, loans, options, portfolio margin, oracles, hedgers, owners, failure, shocks: all at once"
) { setting in
  var largest = [0.0, 0, 0]
  var completed = 0
  var counts = FeatureCounts()
  for number in 0..<40 {
    var place = RandomMarketplace(number)
    let table = try place.simulator(seed: 1900 + UInt64(number)).run(workers: setting.workers)
    completed += table.pathStates[0][0]
    for venue in largest.indices {
      let series = table.series(model: 0, venue: venue)
      largest[venue] = max(largest[venue], series[.conservationResidual].max() ?? .infinity)
      for (name, quantity) in countedEverywhere {
        counts.add(name, series[quantity].count { $0 > 0 })
      }
    }
    let (first, pool) = (table.series(model: 0, venue: 0), table.series(model: 0, venue: 1))
    counts.add(
      "failure of the first exchange", place.firstCanFail ? first[.exhaustionHours].count(where: \.isFinite) : 0)
    counts.add("loans repaid by liquidators", pool[.liquidatedNotional].count { $0 > 0 })
    counts.add("bad debt of the pool", pool[.badDebt].count { $0 > 0 })
    let closed = first[.liquidatedAccounts].count { $0 > 0 }
    counts.add("liquidations beside options, by tables", place.isPortfolioMargined ? 0 : closed)
    counts.add("liquidations under portfolio margin", place.isPortfolioMargined ? closed : 0)
    counts.add("liquidations under shocks", place.isShocked ? closed : 0)
    counts.add("liquidations where assets have laws of their own", place.hasOwnImpacts ? closed : 0)
  }
  return [
    .holds("paths that ran to the end", expected: "10240", obtained: "\(completed)", completed == 10_240),
    .atMost("largest residual: exchange with options", bound: 1e-9, obtained: largest[0]),
    .atMost("largest residual: pool", bound: 1e-9, obtained: largest[1]),
    .atMost("largest residual: second exchange", bound: 1e-9, obtained: largest[2]),
  ] + counts.rows
}

/// What is counted at each venue; a path counts once per venue at which it happened.
private let countedEverywhere: [(String, PathQuantity)] = [
  ("shortfalls", .shortfall), ("draws on segments", .drawnFromSegments), ("auto-deleveraging", .profitForgone),
  ("losses socialised", .socialised), ("bad debt", .badDebt), ("waiting", .waitingNotionalHours),
  ("a backstop that takes", .backstopTaken), ("a backstop that fails", .backstopFailed),
  ("accounts that a stale oracle spares", .oracleBlocked), ("an oracle off the mark", .oracleErrorLargest),
  ("owners who put money in", .toppedUp), ("owners who close", .deleveraged), ("owners who take money out", .withdrawn),
  ("hedgers who trade", .hedgeFlow), ("liquidations by own impact", .causedByOwnImpact),
  ("liquidations by another venue", .causedByOtherVenue),
]

/// How often each feature happened, in the order in which it was first asked for.
private struct FeatureCounts {
  private var names: [String] = []
  private var counts: [String: Int] = [:]

  mutating func add(_ name: String, _ count: Int) {
    if counts[name] == nil { names.append(name) }
    counts[name, default: 0] += count
  }

  var rows: [VerificationRow] {
    names.map { .atLeast("paths with \($0)", bound: 100, obtained: Double(counts[$0] ?? 0)) }
  }
}
