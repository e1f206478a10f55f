import Clearing
import Kernels
import Markets
import Simulation

/// Money is conserved on 10,240 paths of randomised venues with every option of liquidation and waterfall.
let conservationCase = VerificationCase(
  id: "conservation", group: .identities,
  summary: "nobody's money comes from nowhere: random books, policies, breakers, liquidators, backstops, waterfalls"
) { setting in
  var largest = 0.0
  var paths = 0
  var counts: [PathQuantity: Int] = [:]
  let counted: [(PathQuantity, String)] = [
    (.shortfall, "shortfalls"), (.drawnFromSegments, "draws on segments"), (.profitForgone, "auto-deleveraging"),
    (.socialised, "losses socialised"), (.badDebt, "bad debt"), (.waitingNotionalHours, "waiting"),
    (.backstopTaken, "a backstop that takes"), (.backstopFailed, "a backstop that fails"),
  ]
  for number in 0..<40 {
    let market = try brownianMarket(volatility: 1.8, steps: 48, stepHours: 1)
    let simulator = try randomVenue(number).simulator(market, seed: 900 + UInt64(number), paths: 256)
    let series = try simulator.run(workers: setting.workers).series(model: 0, venue: 0)
    largest = max(largest, series[.conservationResidual].max() ?? .infinity)
    paths += series[.conservationResidual].count { $0.isFinite }
    for (quantity, _) in counted { counts[quantity, default: 0] += series[quantity].count { $0 > 0 } }
  }
  return [
    .holds("paths that ran to the end", expected: "10240", obtained: "\(paths)", paths == 10_240),
    .atMost("largest residual, relative to gross equity", bound: 1e-9, obtained: largest),
  ] + counted.map { .atLeast("paths with \($1)", bound: 100, obtained: Double(counts[$0] ?? 0)) }
}

/// A book of longs and shorts at high leverage under rules drawn by lot.
private func randomVenue(_ number: Int) -> SmallVenue {
  let draws = KeyedDraws(seed: 77, path: UInt64(number), purpose: .verification)
  var next: UInt32 = 0
  func uniform(_ low: Double, _ high: Double) -> Double {
    next += 1
    return low + (high - low) * draws.uniform(step: next, factor: 0)
  }
  func flip(_ chance: Double) -> Bool { uniform(0, 1) < chance }
  var venue = SmallVenue(
    holdings: (0..<24).map { index in
      let size = uniform(10, 1000) * (flip(0.6) ? 1 : -1)
      let equity = abs(size) * uniform(4, 30)
      let spot = flip(0.3) ? uniform(0, 0.9) * equity / SmallVenue.price : 0
      return SmallVenue.Holding(
        id: "A\(index)", cash: equity - spot * SmallVenue.price, spot: spot, perpetual: size,
        entryPrice: uniform(95, 105))
    })
  venue.maintenanceRate = uniform(0.01, 0.05)
  venue.liquidation = LiquidationPolicy(
    method: flip(0.4) ? .full : .partial(targetBuffer: uniform(0, 0.4)), penalty: uniform(0, 0.01),
    reserveShare: uniform(0, 1), waves: Int(uniform(1, 9)))
  venue.impact = MarketImpact(
    coefficient: uniform(0, 1.5), exponent: flip(0.3) ? 1 : 0.5, permanentShare: uniform(0, 1), halfLifeHours: 4)
  venue.halfSpread = uniform(0, 0.002)
  venue.averageDailyVolume = 1e7
  venue.reserve = flip(0.5) ? 0 : uniform(1e3, 3e4)
  if flip(0.4) { venue.segment = uniform(0, 2e4) }
  venue.adjustment = ClearingAdjustment(
    deleveraging: flip(0.5) ? AutoDeleveraging(ranking: flip(0.5) ? .proRata : .profitTimesLeverage) : nil,
    allocation: flip(0.6) ? .socialise : .badDebt,
    breaker: flip(0.4)
      ? CircuitBreaker(
        volumePerHour: uniform(0.0001, 0.003),
        pause: CircuitBreaker.Pause(move: uniform(0.02, 0.08), windowHours: 4, hours: uniform(1, 4))) : nil,
    liquidators: flip(0.5)
      ? LiquidatorTerms(
        capacityPerHour: uniform(1e3, 1e5), fixedCost: uniform(0, 30), congestionSlope: uniform(0, 3),
        outages: LiquidatorTerms.Outages(perDay: uniform(0, 2), meanHours: uniform(1, 6))) : nil,
    backstop: flip(0.5)
      ? Backstop(
        capital: uniform(500, 2e4), discount: uniform(0, 0.03), maximumShare: uniform(0.2, 1),
        maximumLeverage: uniform(2, 15)) : nil)
  return venue
}
