import Clearing
import JobFiles
import Kernels
import Markets
import RiskMeasures
import Simulation
import Venues

/// A job resolved: plans of venues and models, matched ones included, and the simulator that runs them.
struct RunPlan {
  let job: StressJob
  let simulator: Simulator
  let venues: [VenuePlan]
  /// One per model of the run: as configured first, the baseline leading, then the matched ones.
  let entries: [ModelEntry]

  /// One model of the run.
  struct ModelEntry {
    /// Index into the job's models.
    let jobModel: Int
    let label: ModelLabel
    let plans: [ModelPlan]
    /// Found on pilot paths, one a venue; empty for the baseline and for jobs that match nothing.
    let matching: [MarginMatching]
  }

  /// What is to be said of the matchings.
  let matchingWarnings: [String]

  /// Resolves `job`; pilot paths are simulated here where models are to be matched.
  init(_ job: StressJob, workers: Int) throws {
    let market = job.market
    let generator = PathGenerator(market: market, seed: job.seed)
    let venues = Self.venues(job, market)
    self.job = job
    self.venues = venues
    let configured = try Self.entries(job, generator: generator, venues: venues, workers: workers)
    let covered = try Self.coverageEntries(
      job, generator: generator, venues: venues, measured: configured.measured, workers: workers)
    entries = configured.entries + covered.entries
    matchingWarnings = configured.warnings + covered.warnings
    var depths = MarketPlan(
      depths: job.depths, impact: job.impact, assetImpacts: job.assetImpacts,
      longRunVolatilities: market.longRunVolatilities, grid: market.grid)
    depths.claims = job.claims
    simulator = Simulator(
      generator: generator, market: depths, venues: venues, models: entries.map(\.plans), labels: entries.map(\.label),
      paths: job.paths, atStart: job.atStart, fanAssets: job.priceFanAssets,
      callWindowHours: job.measures.callWindowHours)
  }

  /// The run of a scenario: the same venues under the same models with the same factors, on the scenario's paths.
  ///
  /// Volatilities at t = 0 and the volatility that impact refers to stay those of the job's market: a scenario begins
  /// today, and nobody knows of it. Paths have the job's seed, so they are the job's paths but for the scenario.
  func simulator(of scenario: JobScenario) -> Simulator {
    let market = scenario.market
    let isSameStart = market.grid == job.grid && market.initialPrices == job.market.initialPrices
    let venues = isSameStart ? self.venues : Self.venues(job, market)
    let models = entries.map { entry in
      isSameStart
        ? entry.plans
        : venues.indices.map { venue in
          ModelPlan(
            model: scenario.marginModels[entry.jobModel].venues[venue].model, scale: entry.plans[venue].scale,
            plan: venues[venue])
        }
    }
    var depths = MarketPlan(
      depths: job.depths, impact: job.impact, assetImpacts: job.assetImpacts,
      longRunVolatilities: job.market.longRunVolatilities, grid: market.grid,
      liquidity: market.shocks?.liquidity, frozenOracles: market.shocks?.frozenOracles)
    depths.claims = job.claims
    return Simulator(
      generator: PathGenerator(market: market, seed: job.seed), market: depths,
      venues: venues, models: models, labels: entries.map(\.label), paths: scenario.paths, atStart: job.atStart,
      fanAssets: [], callWindowHours: job.measures.callWindowHours)
  }

  private static func venues(_ job: StressJob, _ market: MarketModel) -> [VenuePlan] {
    job.venues.map {
      VenuePlan(
        venue: $0.venue, rules: $0.rules, grid: market.grid, assetIDs: market.assetIDs,
        initialPrices: market.initialPrices, volatilities: market.longRunVolatilities)
    }
  }

  /// The baseline, the others as configured and at equal average initial margin, as far as the job asks for them; besides
  /// all models measured, the baseline first, and what is to be said.
  private static func entries(
    _ job: StressJob, generator: PathGenerator, venues: [VenuePlan], workers: Int
  ) throws -> (entries: [ModelEntry], measured: [ModelEntry], warnings: [String]) {
    let order = [job.baseline] + job.marginModels.indices.filter { $0 != job.baseline }
    let plain = order.map { index in
      let plans = zip(venues, job.marginModels[index].venues).map { ModelPlan(model: $1.model, scale: 1, plan: $0) }
      return ModelEntry(
        jobModel: index, label: label(of: job.marginModels[index]), plans: plans, matching: [])
    }
    guard let baseline = plain.first else { return ([], [], []) }
    let measured = try plain.dropFirst().map { entry in
      // One factor a venue: what a venue charges is made equal to what it charges under the baseline.
      let matching = try venues.indices.compactMap { venue in
        try MarginMatching(
          generator: generator, venues: [venues[venue]], baseline: [baseline.plans[venue]],
          model: [entry.plans[venue]], paths: job.pilotPaths, workers: workers)
      }
      return ModelEntry(jobModel: entry.jobModel, label: entry.label, plans: entry.plans, matching: matching)
    }
    let configured = job.matchings.contains(.asConfigured) ? measured : []
    guard job.matchings.contains(.equalAverageInitialMargin) else {
      return ([baseline] + configured, [baseline] + measured, [])
    }
    let matched = measured.filter { $0.matching.count == venues.count }.map { entry in
      let factors = entry.matching.map { ModelLabel.Factor(value: $0.factor, standardError: $0.standardError) }
      return self.matched(entry, .equalAverageInitialMargin, factors, job: job, venues: venues)
    }
    let warnings = measured.filter { $0.matching.count < venues.count }.map {
      "\($0.label.name) requires nothing, or nothing finite, on the pilot paths, so no factor can match its average initial margin"
    }
    return ([baseline] + configured + matched, [baseline] + measured, warnings)
  }

  /// The models at the baseline's coverage, one factor a venue, where the job asks for them, and what is to be said of those
  /// that cannot be.
  private static func coverageEntries(
    _ job: StressJob, generator: PathGenerator, venues: [VenuePlan], measured: [ModelEntry], workers: Int
  ) throws -> (entries: [ModelEntry], warnings: [String]) {
    guard job.matchings.contains(.equalCoverage), let baseline = measured.first else { return ([], []) }
    var found: (entries: [ModelEntry], warnings: [String]) = ([], [])
    for entry in measured.dropFirst() {
      do {
        let matchings = try venues.indices.map { venue in
          try CoverageMatching(
            generator: generator, venues: [venues[venue]], baseline: [baseline.plans[venue]],
            model: [entry.plans[venue]], windowHours: job.measures.callWindowHours, paths: job.pilotPaths,
            workers: workers)
        }
        let factors = matchings.map { ModelLabel.Factor(value: $0.factor, standardError: $0.standardError) }
        found.entries.append(matched(entry, .equalCoverage, factors, job: job, venues: venues))
        for matching in matchings where matching.uncoveredMoves < CoverageMatching.fewMoves {
          found.warnings.append(
            "the factor that matches \(entry.label.name) in coverage rests on \(matching.uncoveredMoves) moves that the baseline did not cover on \(matching.paths) pilot paths; raise compare.pilotPaths"
          )
        }
      } catch let mismatch as CoverageMismatch {
        found.warnings.append("\(entry.label.name) \(mismatch.words)")
      }
    }
    return found
  }

  private static func matched(
    _ entry: ModelEntry, _ matching: Matching, _ factors: [ModelLabel.Factor], job: StressJob, venues: [VenuePlan]
  ) -> ModelEntry {
    let model = job.marginModels[entry.jobModel]
    var label = label(of: model)
    label.matching = matching
    label.factors = factors
    let plans = venues.indices.map {
      ModelPlan(model: model.venues[$0].model, scale: factors[$0].value, plan: venues[$0])
    }
    return ModelEntry(jobModel: entry.jobModel, label: label, plans: plans, matching: entry.matching)
  }

  private static func label(of model: JobModel) -> ModelLabel {
    ModelLabel(name: model.name, kind: model.kind, isDynamic: model.isDynamic)
  }
}
