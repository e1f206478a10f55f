import Kernels
import Markets
import Schema
import Venues

/// Makes one scenario from its entry and the job that it varies.
struct ScenarioReading {
  let entry: ScenariosSection.Entry
  let job: ScenarioBase

  private var grid: TimeGrid { entry.grid ?? job.grid }
  private var problems: ProblemCollector { job.intake.problems }

  /// The scenario; nil, recorded, where it cannot be made.
  func scenario() -> JobScenario? {
    let before = problems.count
    let own = market()
    guard let own, let model = own.model else { return nil }
    checkStart(of: model)
    let shocks = shocks(on: model)
    let schedule = schedule(of: shocks.map(\.shock), model, own)
    let models = models()
    let paths = paths(model)
    guard problems.count == before, let models else { return nil }
    return JobScenario(
      name: entry.name, summary: entry.summary, paths: paths,
      market: shocks.isEmpty ? model : model.shocked(by: schedule), processKind: own.processKind,
      processParameters: own.processParameters,
      variations: (entry.market.map { KindChoice.flattened($0, key: "market") } ?? []), shocks: shocks.map(\.text),
      marginModels: models,
      isOnePath: model.process.distinctPaths != nil && paths == 1)
  }

  /// The paths of the scenario: its own number, else the job's, but not more than there are; more are recorded.
  private func paths(_ model: MarketModel) -> Int {
    guard let distinct = model.process.distinctPaths else { return entry.paths ?? job.paths }
    if let paths = entry.paths, paths > distinct {
      problems.record(
        "there are more paths than differ from each other", at: entry.place.appending(key: "paths"),
        found: "\(paths)", allowed: "≤ \(distinct)",
        hint: "the given paths hold no chance: copies would be counted as if they were independent")
    }
    return entry.paths ?? min(job.paths, distinct)
  }

  // MARK: Market

  /// The market under the scenario's own keys, with the job's figures unless it brings a calibration.
  private func market() -> MarketSection? {
    if entry.market == nil, entry.grid == nil || entry.grid == job.grid { return job.market }
    guard let node = mergedMarket() else { return nil }
    let brings = entry.market?["calibration"] != nil
    let section = MarketSection(
      reading: node, grid: grid, base: job.file, intake: job.intake,
      figures: brings ? nil : job.market.calibration)
    guard let section, section.calibration.assetIDs == job.model.assetIDs else {
      if let section {
        problems.record(
          "the scenario's market has other assets than the job's", at: entry.place.appending(key: "market"),
          found: section.calibration.assetIDs.joined(separator: ", "),
          allowed: job.model.assetIDs.joined(separator: ", "))
      }
      return nil
    }
    return section
  }

  /// Keys that say how a history is read: they belong to the one that the job names and do not outlive it.
  private static let historyKeys = ["history", "from", "to", "assets", "correlationHours", "correlation"]

  /// The job's `market` with the scenario's keys in place of its own.
  private func mergedMarket() -> DocumentNode? {
    var entries: [DocumentNode.Entry] = []
    if case .mapping(let written) = job.node.content { entries = written }
    switch entry.market?.content {
    case nil, .null: break
    case .mapping(let own):
      let replaced = own.map(\.key) + (own.contains { $0.key == "history" } ? Self.historyKeys : [])
      entries = entries.filter { !replaced.contains($0.key) } + own
    case .scalar, .sequence:
      problems.record(
        "the scenario's market is a mapping", at: entry.place.appending(key: "market"),
        found: entry.market?.shortDescription, allowed: "keys of the job's market that differ")
      return nil
    }
    return DocumentNode(.mapping(entries), at: entry.market?.location ?? entry.place.appending(key: "market"))
  }

  /// The book of today is valued at the job's prices, so a scenario starts at them too.
  private func checkStart(of model: MarketModel) {
    for (asset, id) in model.assetIDs.enumerated() {
      let price = model.initialPrices[asset]
      let expected = job.model.initialPrices[asset]
      guard abs(price - expected) > 1e-9 * expected else { continue }
      problems.record(
        "the scenario starts at another price of \(id) than the job", at: entry.place.appending(key: "market"),
        found: "\(price)", allowed: "\(expected), at which the book is valued",
        hint: "scale the given prices to the job's")
    }
  }

  // MARK: Shocks

  /// The shocks that could be read; the others are recorded.
  private func shocks(on model: MarketModel) -> [(shock: any MarketShock, text: ShockText)] {
    let context = ShockContext(
      assetIDs: model.assetIDs, drawnCount: model.factor.lower.rows, grid: model.grid, process: model.process)
    return entry.shocks.compactMap { node in
      guard let choice = KindChoice(node, among: allMarketShocks.map { $0.kind }, problems: problems),
        let type = allMarketShocks.first(where: { $0.kind.name == choice.kind.name })
      else { return nil }
      var reader = choice.reader
      let shock = type.init(reading: &reader, context: context)
      reader.finish()
      return shock.map { ($0, ShockText(kind: choice.kind.name, parameters: choice.parameterTexts)) }
    }
  }

  /// All shocks together; a spread that would eat a whole price is recorded.
  private func schedule(of shocks: [any MarketShock], _ model: MarketModel, _ market: MarketSection) -> ShockSchedule {
    let drifts = market.calibration.assets.map {
      model.process.distinctPaths == nil ? $0.drift * model.grid.stepYears : 0
    }
    let schedule = ShockSchedule(shocks, assetCount: model.assetIDs.count, grid: model.grid, drifts: drifts)
    let depths = MarketDepth.shared(by: job.portfolios?.map(\.venue) ?? [])
    for (asset, depth) in depths.enumerated() {
      guard let depth, let liquidity = schedule.liquidity else { continue }
      let spread = depth.halfSpread * liquidity.largestSpreadFactor(asset)
      guard spread >= 1 else { continue }
      problems.record(
        "the shocks widen the half-spread of \(model.assetIDs[asset]) to a whole price",
        at: entry.place.appending(key: "shocks"), found: "\(spread)", allowed: "below 1")
    }
    return schedule
  }

  // MARK: Margin models

  /// The job's models on the scenario's times; what does not fit them is recorded with the scenario's name. Nil where the
  /// job's own could not be made.
  private func models() -> [JobModel]? {
    guard let portfolios = job.portfolios, job.models != nil else { return nil }
    guard grid.stepHours != job.grid.stepHours || grid.steps != job.grid.steps else { return job.models }
    let found = ProblemCollector()
    for portfolio in portfolios {
      portfolio.terms.check(
        stepHours: grid.stepHours, wholeSteps: { grid.wholeSteps(in: $0) }, problems: found)
    }
    let models = job.section.models(
      baseline: job.baseline, grid: grid, portfolios: portfolios, market: job.model,
      histories: ModelHistories(of: job.market, grid: grid, base: job.file, intake: job.intake), problems: found)
    for problem in found.problems {
      var problem = problem
      problem.message = "in scenario \(quotedForMessage(entry.name)): \(problem.message)"
      problems.record(problem)
    }
    return found.isEmpty ? models : nil
  }
}
