import Clearing
import Markets
import Simulation

/// One factor makes a model cover what the baseline covers: found on pilot paths, checked on the run's, where the paired
/// difference of coverages has the error of the run and, since the factor carries that of the pilot, of the pilot too.
let coverageCase = VerificationCase(
  id: "coverage-matching", group: .identities,
  summary: "matched coverage = the baseline's on the run's own paths (pilot 4,096, run 16,384 paths)"
) { setting in
  var venue = SmallVenue(holdings: troubledVenue.holdings)
  venue.initialRate = 0.08
  venue.maintenanceRate = 0.04
  let market = try GarchLaw("", gamma: 0.04, highestMoment: 4).market(steps: 120)
  let plan = try venue.plan(market)
  let fixed = try venue.tiered()
  let moving = VolatilityScaledMargin(
    estimator: ExponentialVolatility(lambda: 0.9, per: .day, grid: market.grid), ratePerVolatility: 0.3, floor: 0,
    cap: 1, updateSteps: 1, maintenanceFraction: 0.5, instruments: venue.instruments, initialVolatilities: [1.2])
  let (pilot, run) = (4096, 16_384)
  let matching = try CoverageMatching(
    generator: PathGenerator(market: market, seed: 63), venues: [plan],
    baseline: [ModelPlan(model: fixed, scale: 1, plan: plan)],
    model: [ModelPlan(model: moving, scale: 1, plan: plan)], windowHours: 24, paths: pilot, workers: setting.workers)
  let table = try venue.simulator(
    market, seed: 63, paths: run, models: [fixed, moving], scales: [1, matching.factor]
  ).run(workers: setting.workers)
  let covered = (0...1).map { table.series(model: $0, venue: 0)[.coverage] }
  let difference = SampleMean(zip(covered[1], covered[0]).map { $0 - $1 })
  let error = difference.standardError * (1 + Double(run) / Double(pilot)).squareRoot()
  return [
    .estimate("matched minus baseline", expected: 0, obtained: difference.mean, standardError: error),
    .atLeast("moves that the baseline did not cover", bound: 100, obtained: Double(matching.uncoveredMoves)),
    .atLeast("factor away from 1", bound: 0.1, obtained: abs(matching.factor - 1)),
  ]
}
