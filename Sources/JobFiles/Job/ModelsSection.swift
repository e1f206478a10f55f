import Clearing
import Markets
import Schema
import Venues

/// The `marginModels:` of a job, read in two goes: names and kinds first, then, when the market and the portfolios are
/// known, the models themselves, the baseline before the others because they may inherit its maintenance fraction.
///
/// An entry says one kind for every venue, or which model each venue uses: `{ name, venues: { perps: { kind, … }, … } }`.
struct ModelsSection {
  /// What an entry says for one venue, or for all.
  private struct Part {
    let choice: KindChoice?
    let node: DocumentNode
    /// Keys of the mapping that are not the kind's.
    var taking: [String] = []
    /// Its `rules:`, where it has any.
    var rules: DocumentNode?
    /// The model's type; nil where its kind is unknown.
    var type: (any MarginModel.Type)? { allMarginModels.first { $0.kind.name == choice?.kind.name } }
  }

  /// One entry of the list.
  private struct Entry {
    let name: String
    let node: DocumentNode
    /// What every venue uses; nil where the entry goes venue by venue.
    let common: Part?
    /// What single venues use, by their names.
    var byVenue: [String: Part] = [:]

    func part(of venue: String) -> Part? { common ?? byVenue[venue] }
    var parts: [Part] { common.map { [$0] } ?? byVenue.sorted { $0.key < $1.key }.map(\.value) }
  }

  private let entries: [Entry]

  private static let name = Parameter<String>.text("name", "the model's name in reports")

  /// Reads names and kinds; `venues` are the names of the job's venues, nil where they could not be read.
  init(reading reader: inout ParameterReader, venues: [String]?) {
    let items = reader.list("marginModels", required: true, allowed: "a list of { name, kind, … }")
    let problems = reader.problems
    var entries: [Entry] = []
    for item in items {
      var entry = ParameterReader(item, problems: problems)
      let name = entry.read(Self.name)
      let read = Self.entry(name ?? "", item, &entry, venues)
      guard let name else { continue }
      if let flaw = AccountName.flaw(of: name) { entry.record("the model's name \(flaw)", key: "name") }
      if entries.contains(where: { $0.name == name }) {
        entry.record("two models have the same name", key: "name", found: quotedForMessage(name))
      }
      entries.append(read)
    }
    self.entries = entries
  }

  /// One entry: its own kind, or one a venue.
  private static func entry(
    _ name: String, _ item: DocumentNode, _ reader: inout ParameterReader, _ venues: [String]?
  ) -> Entry {
    let problems = reader.problems
    guard reader.has("venues") else {
      let taking = ["name", "rules"]
      let choice = KindChoice(item, among: allMarginModels.map { $0.kind }, taking: taking, problems: problems)
      return Entry(
        name: name, node: item, common: Part(choice: choice, node: item, taking: taking, rules: reader.take("rules")))
    }
    var entry = Entry(name: name, node: item, common: nil)
    let allowed = "{ \((venues ?? ["VENUE"]).map { "\($0): { kind: … }" }.joined(separator: ", ")) }"
    guard let section = reader.take("venues") else { return entry }
    reader.finish()
    guard case .mapping(let written) = section.content else {
      problems.record(
        "the models of the venues are a mapping", at: section.location, found: section.shortDescription,
        allowed: allowed)
      return entry
    }
    for item in written {
      if let venues, !venues.contains(item.key) {
        problems.record(
          "there is no such venue", at: item.value.location, found: quotedForMessage(item.key),
          allowed: venues.map(quotedForMessage).joined(separator: ", "),
          hint: nearestWord(to: item.key, among: venues).map { "did you mean '\($0)'?" })
      }
      let choice = KindChoice(
        item.value, among: allMarginModels.map { $0.kind }, taking: ["rules"], problems: problems)
      var part = Part(choice: choice, node: item.value, taking: ["rules"])
      if case .mapping(let entries) = item.value.content { part.rules = entries.first { $0.key == "rules" }?.value }
      entry.byVenue[item.key] = part
    }
    for venue in venues ?? [] where entry.byVenue[venue] == nil {
      problems.record("the key is required", at: section.location.appending(key: venue), allowed: "{ kind: … }")
    }
    return entry
  }

  /// The names in the order written.
  var names: [String] { entries.map(\.name) }

  /// Makes the models of all venues; nil, recorded, where any cannot be made. What is wrong with an entry for all venues
  /// is recorded once.
  func models(
    baseline: Int, grid: TimeGrid, portfolios: [Portfolio], market: MarketModel, histories: ModelHistories,
    problems: ProblemCollector
  ) -> [JobModel]? {
    let before = problems.count
    let common = entries.map { entry in
      entry.common?.type?.needsHistory == true ? histories.history(of: entry.node) : nil
    }
    let venues = portfolios.map { portfolio in
      venueModels(
        baseline: baseline, grid: grid, portfolio: portfolio, market: market, calibration: histories.calibration,
        problems: problems
      ) { index, part in
        if entries[index].common != nil { return common[index] }
        return part.type?.needsHistory == true ? histories.history(of: part.node) : nil
      }
    }
    guard problems.count == before else { return nil }
    let made = entries.indices.compactMap { index -> JobModel? in
      let models = venues.compactMap { $0[index] }
      guard models.count == portfolios.count else { return nil }
      return JobModel(
        name: entries[index].name, venues: models,
        venueIDs: entries[index].common == nil ? portfolios.map(\.venue.id) : nil)
    }
    return made.count == entries.count ? made : nil
  }

  /// The models at one venue by index of the entry; those that cannot be made are missing, recorded.
  private func venueModels(
    baseline: Int, grid: TimeGrid, portfolio: Portfolio, market: MarketModel, calibration: MarketCalibration,
    problems: ProblemCollector, history: (Int, Part) -> MarginHistory?
  ) -> [Int: JobVenueModel] {
    let book = portfolio.venue.book
    var fraction: Double?
    var made: [Int: JobVenueModel] = [:]
    let order = [baseline] + entries.indices.filter { $0 != baseline }
    for index in order where entries.indices.contains(index) {
      guard let part = entries[index].part(of: portfolio.venue.id) else { continue }
      let context = MarginContext(
        grid: grid, venue: portfolio.venue, rules: portfolio.rules,
        initialVolatilities: market.initialVolatilities,
        longRunVolatilities: market.longRunVolatilities, impliedVolatilities: market.initialImpliedVolatilities,
        calibration: calibration, history: history(index, part), baselineMaintenanceFraction: fraction,
        assetIDs: market.assetIDs)
      guard let model = Self.model(part, context, problems) else {
        // Recorded; the others are read with a stand-in, only to find what is wrong with them.
        if index == baseline { fraction = 0.5 }
        continue
      }
      let health = model.model.initialHealth(of: book, prices: market.initialPrices)
      if index == baseline { fraction = Self.maintenanceFraction(health) }
      made[index] = JobVenueModel(
        kind: model.kind, model: model.model, parameters: model.parameters,
        rules: part.rules.flatMap { RulesOverride.rules($0, of: portfolio.terms, problems: problems) },
        liquidatableAtStart: health.indices.filter { health[$0].health < 0 })
    }
    return made
  }

  /// Checks the models' own parameters where the market or the portfolio could not be read: against a stand-in, whose
  /// own shortcomings, recorded at `kind`, do not count.
  func checkAlone(grid: TimeGrid?, portfolio: Portfolio?, problems: ProblemCollector) {
    guard let grid = grid ?? TimeGrid(steps: 1, stepHours: 0.001) else { return }
    let venue = portfolio?.venue ?? Venue.standIn
    let assets = venue.depths.count
    let context = MarginContext(
      grid: grid, venue: venue, rules: portfolio?.rules ?? ClearingRules.standIn,
      initialVolatilities: [Double](repeating: 1, count: assets),
      longRunVolatilities: [Double](repeating: 1, count: assets), baselineMaintenanceFraction: 0.5)
    for part in entries.flatMap(\.parts) where part.choice != nil {
      let scratch = ProblemCollector()
      _ = Self.model(part, context, scratch)
      for problem in scratch.problems where !problem.location.keyPath.hasSuffix(".kind") { problems.record(problem) }
    }
  }

  /// The model of one part; nil, recorded once, where it cannot be made in `context`.
  private static func model(
    _ part: Part, _ context: MarginContext, _ problems: ProblemCollector
  ) -> JobVenueModel? {
    guard part.choice != nil, let type = part.type else { return nil }
    let scratch = ProblemCollector()
    let choice = KindChoice(
      part.node, among: allMarginModels.map { $0.kind }, taking: part.taking, problems: scratch)
    guard let choice else { return nil }
    var reader = choice.reader
    let model = type.init(reading: &reader, context: context)
    reader.finish()
    for problem in scratch.problems where !problems.problems.contains(problem) { problems.record(problem) }
    guard let model, scratch.isEmpty else { return nil }
    return JobVenueModel(
      kind: choice.kind.name, model: model, parameters: choice.parameterTexts, liquidatableAtStart: [])
  }

  /// Maintenance ÷ initial requirement of the whole book; nil where nothing is required.
  static func maintenanceFraction(_ health: [AccountHealth]) -> Double? {
    let initial = health.reduce(0) { $0 + $1.requirement.initial }
    let maintenance = health.reduce(0) { $0 + $1.requirement.maintenance }
    let fraction = maintenance / initial
    return fraction > 0 && fraction.isFinite ? fraction : nil
  }

  /// Records the accounts of `models` that are liquidatable at t = 0, for a job that refuses them.
  func refuse(_ models: [JobModel], venues: [Venue], problems: ProblemCollector) {
    for (model, entry) in zip(models, entries) {
      for (venue, own) in zip(venues, model.venues) where !own.liquidatableAtStart.isEmpty {
        let names = own.liquidatableAtStart.prefix(20).map { quotedForMessage(venue.book.accounts[$0].id) }
        let count = own.liquidatableAtStart.count
        let place = venues.count > 1 ? " at \(venue.id)" : ""
        problems.record(
          "\(count) accounts\(place) are liquidatable at t = 0 under \(quotedForMessage(model.name))",
          at: entry.node.location, found: names.joined(separator: ", ") + (count > 20 ? ", …" : ""),
          allowed: "none, because atStart is refuse")
      }
    }
  }
}

extension Venue {
  /// A venue that lists nothing.
  fileprivate static var standIn: Venue {
    Venue(
      id: "", summary: "", settlement: "", isSynthetic: false, depths: [], instruments: [],
      book: Book(accounts: [], groups: [], instruments: [], positions: []))
  }
}

extension ClearingRules {
  /// Rules of a venue that lists nothing.
  fileprivate static var standIn: ClearingRules {
    ClearingRules(
      brackets: [], bracketNames: [],
      liquidation: LiquidationPolicy(method: .full, penalty: 0, reserveShare: 0, waves: 1), impact: .none,
      reserve: ReserveFund(balance: 0), lossAllocation: .socialise)
  }
}
