import Clearing
import Foundation
import Kernels
import Markets
import Simulation

/// A dynamic model whose volatility cannot move demands what the static one does, so that everything that happens on a
/// path must be the same: levels, liquidations, losses.
let constantVolatilityCase = VerificationCase(
  id: "constant-volatility", group: .identities,
  summary: "a dynamic model with constant volatility = the static one with its rate, path by path (8,192 paths)"
) { setting in
  let volatility = 1.4
  let venue = troubledVenue
  let market = try brownianMarket(volatility: volatility, steps: 48, stepHours: 1)
  let frozen = try scaledMargin(
    venue, market, lambda: 1, rate: venue.initialRate, at: volatility, startVolatility: volatility)
  let table = try venue.simulator(market, seed: 60, paths: 8192, models: [try venue.tiered(), frozen])
    .run(workers: setting.workers)
  let (fixed, moving) = (table.series(model: 0, venue: 0), table.series(model: 1, venue: 0))
  let quantities = PathQuantity.allCases.filter { $0 != .volatilitySeen }
  let apart = quantities.map { quantity in
    zip(fixed[quantity], moving[quantity]).reduce(0) { max($0, relativeDistance($1.0, $1.1)) }
  }
  return [
    .atLeast(
      "paths with a liquidation", bound: 2000, obtained: Double(fixed[.liquidatedAccounts].count { $0 > 0 })),
    .atLeast("paths with a shortfall", bound: 100, obtained: Double(fixed[.badDebt].count { $0 > 0 })),
    .atMost(
      "largest relative difference of \(quantities.count) figures on any path", bound: 1e-9,
      obtained: apart.max() ?? .nan),
  ]
}

/// Two numbers relative to the larger; equal infinities and two NaN are no distance apart.
private func relativeDistance(_ first: Double, _ second: Double) -> Double {
  if first == second || (first.isNaN && second.isNaN) { return 0 }
  return abs(first - second) / max(abs(first), abs(second), 1e-9)
}

/// Sixty accounts of all leverages on both sides, with everything that costs money.
let troubledVenue = {
  let holdings = (1...60).map { number in
    let side = number % 2 == 0 ? 1.0 : -1
    return SmallVenue.Holding(
      id: "\(number)", cash: Double(8 + number), perpetual: side * Double(1 + number % 7), entryPrice: 100)
  }
  var venue = SmallVenue(holdings: holdings)
  venue.liquidation = LiquidationPolicy(
    method: .partial(targetBuffer: 0.2), penalty: 0.005, reserveShare: 0.5, waves: 8)
  venue.impact = MarketImpact(coefficient: 1, exponent: 0.5, permanentShare: 0.3, halfLifeHours: 3)
  venue.halfSpread = 0.0005
  venue.averageDailyVolume = 2e5
  venue.reserve = 20
  return venue
}()

/// The model that asks for `rate` at an annual volatility `at`, half of it for maintenance.
private func scaledMargin(
  _ venue: SmallVenue, _ market: MarketModel, lambda: Double, per clock: DecayClock = .day, rate: Double, at: Double,
  startVolatility: Double, clockGrid: TimeGrid? = nil
) throws -> VolatilityScaledMargin {
  VolatilityScaledMargin(
    estimator: ExponentialVolatility(lambda: lambda, per: clock, grid: clockGrid ?? market.grid),
    ratePerVolatility: rate / at, floor: 0, cap: 1, updateSteps: 1,
    maintenanceFraction: venue.maintenanceRate / venue.initialRate, instruments: venue.instruments,
    initialVolatilities: [startVolatility])
}

/// What the margin sees of a market whose volatility is known, over the same clock as what the path realises.
///
/// With a the decay of a step, s²_t of n(0, σ²Δ) returns has mean m_t = σ²Δ(1 + (c−1)aᵗ), c the square of the start over
/// σ, and variance 2σ⁴Δ²(1−a)(1−a²ᵗ)/(1+a), so that E√s²_t = √m_t·(1 − var/8m_t² + …); the next term is below 1e-5 here.
/// The root mean square of n returns has mean σ·√(2/n)·Γ((n+1)/2)/Γ(n/2).
let volatilityClockCase = VerificationCase(
  id: "volatility-clock", group: .identities,
  summary: "volatility seen and realised on a Brownian motion of known volatility (16,384 paths, 240 hours)"
) { setting in
  let law = ClockLaw()
  let right = try law.outcomes(start: law.volatility, workers: setting.workers)
  let displaced = try law.outcomes(start: 2 * law.volatility, workers: setting.workers)
  let perStep = try law.outcomes(start: 2 * law.volatility, clock: .step, workers: setting.workers)
  let daily = try law.outcomes(start: law.volatility, clockHours: 24, workers: setting.workers)
  let expected = law.meanSeen(start: 2 * law.volatility)
  return [
    SampleMean(right.realised).row("realised", expected: law.meanRealised),
    SampleMean(right.seen).row(
      "seen, started at the truth", expected: law.meanSeen(start: law.volatility), bias: 1e-5),
    SampleMean(displaced.seen).row("seen, started at twice the truth", expected: expected, bias: 1e-5),
    wrongClockRow("λ per step taken for λ per day is noticed", SampleMean(perStep.seen), expected),
    wrongClockRow(
      "daily annualisation of hourly returns is noticed", SampleMean(daily.seen), law.meanSeen(start: law.volatility)),
  ]
}

/// A deliberate mistake: the comparison that passes with the right clock must fail here.
private func wrongClockRow(_ name: String, _ sample: SampleMean, _ expected: Double) -> VerificationRow {
  let apart = abs(sample.mean - expected) / sample.standardError
  return .atLeast("\(name): standard errors apart", bound: VerificationRow.tolerance, obtained: apart)
}

/// A Brownian motion without drift of its logarithm, and an exponentially weighted estimate.
private struct ClockLaw {
  let volatility = 0.8
  let lambda = 0.94
  let steps = 240

  func outcomes(start: Double, clock: DecayClock = .day, clockHours: Double = 1, workers: Int) throws
    -> (seen: [Double], realised: [Double])
  {
    let venue = SmallVenue(
      holdings: [SmallVenue.Holding(id: "only", cash: 1e6, perpetual: 1, entryPrice: SmallVenue.price)])
    let market = try brownianMarket(
      volatility: volatility, drift: volatility * volatility / 2, steps: steps, stepHours: 1)
    let model = try scaledMargin(
      venue, market, lambda: lambda, per: clock, rate: 0.1, at: volatility, startVolatility: start,
      clockGrid: try required(TimeGrid(steps: 1, stepHours: clockHours), "the grid"))
    let series = try venue.simulator(market, seed: 61, paths: 16_384, models: [model]).run(workers: workers)
      .series(model: 0, venue: 0)
    return (series[.volatilitySeen], series[.volatilityRealised])
  }

  func meanSeen(start: Double) -> Double {
    let decay = pow(lambda, 1.0 / 24)
    let excess = start * start / (volatility * volatility) - 1
    let sum = (1...steps).reduce(0.0) { sum, step in
      let weight = pow(decay, Double(step))
      let mean = 1 + excess * weight
      let variance = 2 * (1 - decay) * (1 - weight * weight) / (1 + decay)
      return sum + mean.squareRoot() * (1 - variance / (8 * mean * mean))
    }
    return volatility * sum / Double(steps)
  }

  var meanRealised: Double {
    let n = Double(steps)
    return volatility * (2 / n).squareRoot() * exp(logGamma((n + 1) / 2) - logGamma(n / 2))
  }
}

/// One factor makes a model's average initial margin the baseline's: found on pilot paths, checked on the run's.
let matchingCase = VerificationCase(
  id: "matching", group: .identities,
  summary: "matched average initial margin = the baseline's on the run's own paths (pilot 4,096, run 16,384 paths)"
) { setting in
  var venue = SmallVenue(holdings: troubledVenue.holdings)
  venue.initialRate = 0.08
  venue.maintenanceRate = 0.04
  let market = try GarchLaw("", gamma: 0.04, highestMoment: 4).market(steps: 120)
  let plan = try venue.plan(market)
  let fixed = try venue.tiered()
  let moving = try scaledMargin(venue, market, lambda: 0.9, rate: 0.1, at: 0.5, startVolatility: 1.2)
  let matching = try required(
    try MarginMatching(
      generator: PathGenerator(market: market, seed: 62), venues: [plan],
      baseline: [ModelPlan(model: fixed, scale: 1, plan: plan)],
      model: [ModelPlan(model: moving, scale: 1, plan: plan)], paths: 4096, workers: setting.workers), "the factor")
  let table = try venue.simulator(
    market, seed: 62, paths: 16_384, models: [fixed, moving], scales: [1, matching.factor]
  ).run(workers: setting.workers)
  let margins = (0...1).map { table.series(model: $0, venue: 0)[.initialMarginMean] }
  let difference = SampleMean(zip(margins[1], margins[0]).map { $0 - $1 })
  let level = SampleMean(margins[0]).mean
  let factorError = level * matching.standardError / matching.factor
  let error = (difference.standardError * difference.standardError + factorError * factorError).squareRoot()
  return [
    .estimate(
      "matched minus baseline, over baseline", expected: 0, obtained: difference.mean / level,
      standardError: error / level),
    .atLeast("factor away from 1", bound: 0.1, obtained: abs(matching.factor - 1)),
  ]
}
