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
    let prices = market.initialPrices
    let generator = PathGenerator(market: market, seed: job.seed)
    let venues = job.venues.map {
      VenuePlan(
        venue: $0.venue, rules: $0.rules, grid: market.grid, assetIDs: market.assetIDs, initialPrices: prices)
    }
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

  private static func entries(
    _ job: StressJob, generator: PathGenerator, venues: [VenuePlan], workers: Int
  ) throws -> [ModelEntry] {
    let order = [job.baseline] + job.marginModels.indices.filter { $0 != job.baseline }
    let plain = order.map { index in
      let plans = venues.map { ModelPlan(model: job.marginModels[index].model, scale: 1, plan: $0) }
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
    let plans = venues.map { ModelPlan(model: model.model, scale: matching.factor, plan: $0) }
    return ModelEntry(jobModel: entry.jobModel, label: label, plans: plans, matching: matching)
  }

  private static func label(of model: JobModel) -> ModelLabel {
    ModelLabel(name: model.name, kind: model.kind, isDynamic: model.model.isDynamic)
  }
}
