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

  /// Resolves `job`; pilot paths are simulated here where models are to be matched.
  init(_ job: StressJob, workers: Int) throws {
    let market = job.market
    let generator = PathGenerator(market: market, seed: job.seed)
    let venues = Self.venues(job, market)
    self.job = job
    self.venues = venues
    entries = try Self.entries(job, generator: generator, venues: venues, workers: workers)
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
            model: scenario.marginModels[entry.jobModel].model, scale: entry.label.factor, plan: $0,
            rules: job.marginModels[entry.jobModel].rules)
        }
    }
    return Simulator(
      generator: PathGenerator(market: market, seed: job.seed),
      market: MarketPlan(
        venue: job.venues[0].venue, rules: job.venues[0].rules,
        longRunVolatilities: job.market.longRunVolatilities, grid: market.grid,
        liquidity: market.shocks?.liquidity),
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

  private static func entries(
    _ job: StressJob, generator: PathGenerator, venues: [VenuePlan], workers: Int
  ) throws -> [ModelEntry] {
    let order = [job.baseline] + job.marginModels.indices.filter { $0 != job.baseline }
    let plain = order.map { index in
      let plans = venues.map {
        ModelPlan(
          model: job.marginModels[index].model, scale: 1, plan: $0, rules: job.marginModels[index].rules)
      }
      return ModelEntry(
        jobModel: index, label: label(of: job.marginModels[index]), plans: plans, matching: nil)
    }
    guard let baseline = plain.first else { return [] }
    let measured = try plain.dropFirst().map { entry in
      let matching = try MarginMatching(
        generator: generator, venues: venues, baseline: baseline.plans, model: entry.plans, paths: job.pilotPaths,
        workers: workers)
      return ModelEntry(jobModel: entry.jobModel, label: entry.label, plans: entry.plans, matching: matching)
    }
    let configured = job.matchings.contains(.asConfigured) ? measured : []
    let matched =
      job.matchings.contains(.equalAverageInitialMargin)
      ? measured.compactMap { entry in
        entry.matching.map { self.matched(entry, $0, job: job, venues: venues) }
      } : []
    return [baseline] + configured + matched
  }

  private static func matched(
    _ entry: ModelEntry, _ matching: MarginMatching, job: StressJob, venues: [VenuePlan]
  ) -> ModelEntry {
    let model = job.marginModels[entry.jobModel]
    var label = label(of: model)
    label.matching = .equalAverageInitialMargin
    label.factor = matching.factor
    label.factorStandardError = matching.standardError
    let plans = venues.map {
      ModelPlan(model: model.model, scale: matching.factor, plan: $0, rules: model.rules)
    }
    return ModelEntry(jobModel: entry.jobModel, label: label, plans: plans, matching: matching)
  }

  private static func label(of model: JobModel) -> ModelLabel {
    ModelLabel(name: model.name, kind: model.kind, isDynamic: model.model.isDynamic)
  }
}
