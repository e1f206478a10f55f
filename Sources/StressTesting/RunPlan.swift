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
    /// Found on pilot paths; nil for the baseline and for jobs that match nothing.
    let matching: MarginMatching?
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
    let depths = MarketPlan(
      venue: job.venues[0].venue, rules: job.venues[0].rules,
      longRunVolatilities: market.longRunVolatilities, grid: market.grid)
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
        : venues.map {
          ModelPlan(
            model: scenario.marginModels[entry.jobModel].model, scale: entry.label.factor, plan: $0)
        }
    }
    return Simulator(
      generator: PathGenerator(market: market, seed: job.seed),
      market: MarketPlan(
        venue: job.venues[0].venue, rules: job.venues[0].rules,
        longRunVolatilities: job.market.longRunVolatilities, grid: market.grid,
        liquidity: market.shocks?.liquidity, frozenOracles: market.shocks?.frozenOracles),
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
      let plans = venues.map { ModelPlan(model: job.marginModels[index].model, scale: 1, plan: $0) }
      return ModelEntry(
        jobModel: index, label: label(of: job.marginModels[index]), plans: plans, matching: nil)
    }
    guard let baseline = plain.first else { return ([], [], []) }
    let measured = try plain.dropFirst().map { entry in
      let matching = try MarginMatching(
        generator: generator, venues: venues, baseline: baseline.plans, model: entry.plans, paths: job.pilotPaths,
        workers: workers)
      return ModelEntry(jobModel: entry.jobModel, label: entry.label, plans: entry.plans, matching: matching)
    }
    let configured = job.matchings.contains(.asConfigured) ? measured : []
    guard job.matchings.contains(.equalAverageInitialMargin) else {
      return ([baseline] + configured, [baseline] + measured, [])
    }
    let matched = measured.compactMap { entry in
      entry.matching.map {
        self.matched(entry, .equalAverageInitialMargin, ($0.factor, $0.standardError), job: job, venues: venues)
      }
    }
    let warnings = measured.filter { $0.matching == nil }.map {
      "\($0.label.name) requires nothing, or nothing finite, on the pilot paths, so no factor can match its average initial margin"
    }
    return ([baseline] + configured + matched, [baseline] + measured, warnings)
  }

  /// The models at the baseline's coverage, where the job asks for them, and what is to be said of those that cannot be.
  private static func coverageEntries(
    _ job: StressJob, generator: PathGenerator, venues: [VenuePlan], measured: [ModelEntry], workers: Int
  ) throws -> (entries: [ModelEntry], warnings: [String]) {
    guard job.matchings.contains(.equalCoverage), let baseline = measured.first else { return ([], []) }
    var found: (entries: [ModelEntry], warnings: [String]) = ([], [])
    for entry in measured.dropFirst() {
      do {
        let matching = try CoverageMatching(
          generator: generator, venues: venues, baseline: baseline.plans, model: entry.plans,
          windowHours: job.measures.callWindowHours, paths: job.pilotPaths, workers: workers)
        found.entries.append(
          matched(entry, .equalCoverage, (matching.factor, matching.standardError), job: job, venues: venues))
        guard matching.uncoveredMoves < CoverageMatching.fewMoves else { continue }
        found.warnings.append(
          "the factor that matches \(entry.label.name) in coverage rests on \(matching.uncoveredMoves) moves that the baseline did not cover on \(matching.paths) pilot paths; raise compare.pilotPaths"
        )
      } catch let mismatch as CoverageMismatch {
        found.warnings.append("\(entry.label.name) \(mismatch.words)")
      }
    }
    return found
  }

  private static func matched(
    _ entry: ModelEntry, _ matching: Matching, _ found: (factor: Double, standardError: Double), job: StressJob,
    venues: [VenuePlan]
  ) -> ModelEntry {
    let model = job.marginModels[entry.jobModel]
    var label = label(of: model)
    label.matching = matching
    label.factor = found.factor
    label.factorStandardError = found.standardError
    let plans = venues.map { ModelPlan(model: model.model, scale: found.factor, plan: $0) }
    return ModelEntry(jobModel: entry.jobModel, label: label, plans: plans, matching: entry.matching)
  }

  private static func label(of model: JobModel) -> ModelLabel {
    ModelLabel(name: model.name, kind: model.kind, isDynamic: model.model.isDynamic)
  }
}
