public import Schema

import Clearing
import Markets
import Reports
import RiskMeasures
import Simulation
import Venues

extension StressJob {
  /// Reads a job file and everything it names; throws every problem of all of them.
  ///
  /// Paths in the job are relative to the job's folder. Required keys are `job`, `portfolio`, `market`, `horizon`,
  /// `paths`, `seed` and `marginModels`; the rest have defaults:
  /// ```yaml
  /// job: nightly
  /// description: ""
  /// portfolio: ../Portfolios/perpetual-venue      # or portfolios: [path, …], several venues on the one market
  /// onExhaustion: { perps: fail }                 # in place of what the venue's own file says
  /// claims: [{ asset: PERPTOKEN, on: perps, recovery: 0.2 }]   # what loses value when a venue fails
  /// depth: { assets: [], impact: { … } }          # what the job states in place of the venues' own figures
  /// market:
  ///   calibration: market.yaml                    # or, to estimate the figures from prices at load:
  ///   history: prices.csv                         # with assets: […], from, to, correlationHours where wanted;
  ///   process: { kind: gbm }                      # replay takes its prices from history, figures from calibration;
  ///                                               # history: { bars: bars.csv } replays lows and highs as well
  ///   intraStep: { kind: none }                   # default: bars where bars are replayed
  ///   dependence: { kind: gaussian }              # default: the calibration's own
  ///   correlation: { repair: nearest }            # or, with history, { shrink: ledoit-wolf }; default: neither
  /// horizon: { days: 10, stepHours: 1 }           # or hours
  /// paths: 100000
  /// seed: 1
  /// marginModels: [{ name: static, kind: tiered }]
  /// compare: { baseline: static, match: [as-configured], pilotPaths: 1024 }
  /// measures: { levels: [0.95, 0.99, 0.999], confidence: 0.95 }
  /// atStart: close                                # exempt | refuse
  /// scenarios: [{ name: crash, shocks: [{ kind: price, size: -0.3, at: 24 }] }]
  /// limits: [{ measure: venue.loss.es, model: static, level: 0.99, above: 1e6 }]
  /// output: { formats: [json, csv, html, markdown], priceFan: [BTC] }
  /// ```
  /// - Parameters:
  ///   - path: the job file, YAML or JSON.
  ///   - overrides: values that take the place of those in the file, in order.
  public static func load(path: String, overrides: [JobOverride] = []) throws(Problems) -> StressJob {
    let intake = Intake()
    let file = FileReference(commandLine: path)
    guard var document = intake.document(file) else { throw Problems(intake.problems.problems) }
    for override in overrides { document = override.apply(to: document, problems: intake.problems) }
    let job = JobReader(file: file, intake: intake).read(document)
    try intake.problems.throwIfAny()
    guard let job else {
      throw Problems([Problem("the job cannot be read", at: SourceLocation(file: file.shown))])
    }
    return job
  }
}

/// Reads the document of a job, section by section; a section that is wrong does not stop the others.
private struct JobReader {
  let file: FileReference
  let intake: Intake

  private static let atStart = Parameter<AtStart>.choice(
    "atStart", default: .close, "what happens to accounts that are liquidatable at t = 0")

  /// The job; nil, recorded, where anything is wrong. What needs several sections (funding times against the step, models
  /// against the book) is checked where all of them could be read.
  func read(_ document: DocumentNode) -> StressJob? {
    var reader = ParameterReader(document, problems: intake.problems)
    let header = JobHeader(reading: &reader)
    let market = market(&reader, header.grid)
    let portfolios = PortfoliosSection(reading: &reader, market: market, file: file, intake: intake).portfolios
    let claims = ClaimsSection.claims(
      reading: &reader, assets: market?.calibration.assetIDs, portfolios: portfolios)
    let section = ModelsSection(reading: &reader, venues: portfolios?.map(\.venue.id))
    let compare = CompareSection(reading: &reader, models: section.names)
    let settings = settings(&reader, seed: header.seed)
    let atStart = reader.read(Self.atStart)
    let variations = ScenariosSection(reading: &reader)
    let limits = LimitsSection.limits(
      reading: &reader,
      context: LimitContext(
        models: section.names, scenarios: variations.names, venues: portfolios?.map(\.venue),
        settings: settings, matchings: compare.matchings, baseline: compare.baseline))
    let output = OutputSection(reading: &reader, assets: market?.calibration.assetIDs)
    reader.finish()

    guard let grid = header.grid, let market, let model = market.model, let portfolios else {
      section.checkAlone(grid: header.grid, portfolio: portfolios?.first, problems: intake.problems)
      _ = scenarios(variations, in: document, header, market, portfolios, nil, compare, section)
      return nil
    }
    if let distinct = model.process.distinctPaths, let paths = header.paths, paths > distinct {
      reader.record(
        "there are more paths than differ from each other", key: "paths", found: "\(paths)", allowed: "≤ \(distinct)",
        hint: "the given paths hold no chance: copies would be counted as if they were independent")
    }
    for portfolio in portfolios {
      portfolio.terms.check(funded: model.derived?.fundedAssets ?? [], problems: intake.problems)
      portfolio.terms.check(
        stepHours: grid.stepHours, wholeSteps: { grid.wholeSteps(in: $0) }, problems: intake.problems)
      portfolio.terms.checkExpiries(grid: grid, problems: intake.problems)
    }
    let histories = ModelHistories(of: market, grid: grid, base: file, intake: intake)
    let models = section.models(
      baseline: compare.baseline, grid: grid, portfolios: portfolios, market: model, histories: histories,
      problems: intake.problems)
    if let models, atStart == .refuse {
      section.refuse(models, venues: portfolios.map(\.venue), problems: intake.problems)
    }
    let scenarios = scenarios(variations, in: document, header, market, portfolios, models, compare, section)
    guard intake.problems.isEmpty, let scenarios, let name = header.name, let summary = header.summary,
      let seed = header.seed,
      let paths = header.paths, let models, let settings, let atStart
    else { return nil }
    return StressJob(
      name: name, summary: summary, seed: seed, paths: paths, grid: grid, market: model,
      processKind: market.processKind, processParameters: market.processParameters, calibration: market.calibration,
      venues: portfolios.map { JobVenue(venue: $0.venue, rules: $0.rules) }, claims: claims, marginModels: models,
      baseline: compare.baseline, matchings: compare.matchings, pilotPaths: compare.pilotPaths,
      pairsWithoutImpact: compare.pairsWithoutImpact, measures: settings,
      atStart: atStart, limits: limits, scenarios: scenarios, formats: output.formats,
      priceFanAssets: output.priceFanAssets,
      inputs: intake.inputs, warnings: intake.warnings)
  }

  /// The scenarios, checked as far as what they vary could be read; nil where any is wrong or could not be made.
  private func scenarios(
    _ variations: ScenariosSection, in document: DocumentNode, _ header: JobHeader, _ market: MarketSection?,
    _ portfolios: [Portfolio]?, _ models: [JobModel]?, _ compare: CompareSection, _ section: ModelsSection
  ) -> [JobScenario]? {
    guard let grid = header.grid, let market, let model = market.model, let node = document["market"] else {
      return nil
    }
    return variations.scenarios(
      of: ScenarioBase(
        paths: header.paths ?? 1, grid: grid, node: node, market: market, model: model, portfolios: portfolios,
        models: models, baseline: compare.baseline, section: section, file: file, intake: intake))
  }

  /// The market; read first, because venues refer to its assets.
  private func market(_ reader: inout ParameterReader, _ grid: TimeGrid?) -> MarketSection? {
    guard let node = reader.take("market") else {
      intake.problems.record(
        "the key is required", at: reader.location.appending(key: "market"),
        allowed: "{ calibration: market.yaml, process: { kind: … } }")
      return nil
    }
    return MarketSection(reading: node, grid: grid, base: file, intake: intake)
  }

  /// The choices of the measures; the job's seed keys their bootstrap.
  private func settings(_ reader: inout ParameterReader, seed: UInt64?) -> MeasureSettings? {
    let node = reader.take("measures") ?? DocumentNode(.null, at: reader.location.appending(key: "measures"))
    var section = ParameterReader(node, problems: intake.problems)
    let settings = MeasureSettings(reading: &section, seed: seed ?? 0)
    section.finish()
    return settings
  }
}
