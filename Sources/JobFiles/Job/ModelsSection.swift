import Clearing
import Markets
import Schema
import Venues

/// The `marginModels:` of a job, read in two goes: names and kinds first, then, when the market and the portfolio are
/// known, the models themselves, the baseline before the others because they may inherit its maintenance fraction.
struct ModelsSection {
  /// One entry of the list.
  private struct Entry {
    let name: String
    let choice: KindChoice?
    let node: DocumentNode
    /// Its `rules:`, where it has any.
    let rules: DocumentNode?
    /// The model's type; nil where its kind is unknown.
    var type: (any MarginModel.Type)? { allMarginModels.first { $0.kind.name == choice?.kind.name } }
  }

  private let entries: [Entry]

  private static let name = Parameter<String>.text("name", "the model's name in reports")

  /// Reads names and kinds.
  init(reading reader: inout ParameterReader) {
    let items = reader.list("marginModels", required: true, allowed: "a list of { name, kind, … }")
    let problems = reader.problems
    var entries: [Entry] = []
    for item in items {
      var entry = ParameterReader(item, problems: problems)
      let name = entry.read(Self.name)
      let choice = KindChoice(
        item, among: allMarginModels.map { $0.kind }, taking: ["name", "rules"], problems: problems)
      let rules = entry.take("rules")
      guard let name else { continue }
      if let flaw = AccountName.flaw(of: name) { entry.record("the model's name \(flaw)", key: "name") }
      if entries.contains(where: { $0.name == name }) {
        entry.record("two models have the same name", key: "name", found: quotedForMessage(name))
      }
      entries.append(Entry(name: name, choice: choice, node: item, rules: rules))
    }
    self.entries = entries
  }

  /// The names in the order written.
  var names: [String] { entries.map(\.name) }

  /// Makes the models for one venue; nil, recorded, where any cannot be made.
  func models(
    baseline: Int, grid: TimeGrid, portfolio: Portfolio, market: MarketModel, histories: ModelHistories,
    problems: ProblemCollector
  ) -> [JobModel]? {
    let before = problems.count
    let book = portfolio.venue.book
    let prices = market.initialPrices
    var fraction: Double?
    var made: [Int: JobModel] = [:]
    let order = [baseline] + entries.indices.filter { $0 != baseline }
    for index in order where entries.indices.contains(index) {
      let context = MarginContext(
        grid: grid, venue: portfolio.venue, rules: portfolio.rules,
        initialVolatilities: market.initialVolatilities,
        longRunVolatilities: market.longRunVolatilities, calibration: histories.calibration,
        history: entries[index].type?.needsHistory == true ? histories.history(of: entries[index].node) : nil,
        baselineMaintenanceFraction: fraction)
      guard let model = Self.model(entries[index], context) else {
        // Recorded; the others are read with a stand-in, only to find what is wrong with them.
        if index == baseline { fraction = 0.5 }
        continue
      }
      let health = model.model.initialHealth(of: book, prices: prices)
      if index == baseline { fraction = Self.maintenanceFraction(health) }
      made[index] = JobModel(
        name: model.name, kind: model.kind, model: model.model, parameters: model.parameters,
        rules: entries[index].rules.flatMap { RulesOverride.rules($0, of: portfolio.terms, problems: problems) },
        liquidatableAtStart: health.indices.filter { health[$0].health < 0 })
    }
    guard problems.count == before, made.count == entries.count else { return nil }
    return entries.indices.compactMap { made[$0] }
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
    for entry in entries where entry.choice != nil {
      let scratch = ProblemCollector()
      let choice = KindChoice(
        entry.node, among: allMarginModels.map { $0.kind }, taking: ["name", "rules"], problems: scratch)
      _ = Self.model(Entry(name: entry.name, choice: choice, node: entry.node, rules: entry.rules), context)
      for problem in scratch.problems where !problem.location.keyPath.hasSuffix(".kind") { problems.record(problem) }
    }
  }

  /// The model of one entry; nil, recorded, where it cannot be made in `context`.
  private static func model(_ entry: Entry, _ context: MarginContext) -> JobModel? {
    guard let choice = entry.choice, let type = entry.type else { return nil }
    var reader = choice.reader
    let before = reader.problems.count
    let model = type.init(reading: &reader, context: context)
    reader.finish()
    guard let model, reader.problems.count == before else { return nil }
    return JobModel(
      name: entry.name, kind: choice.kind.name, model: model, parameters: choice.parameterTexts,
      liquidatableAtStart: [])
  }

  /// Maintenance ÷ initial requirement of the whole book; nil where nothing is required.
  static func maintenanceFraction(_ health: [AccountHealth]) -> Double? {
    let initial = health.reduce(0) { $0 + $1.requirement.initial }
    let maintenance = health.reduce(0) { $0 + $1.requirement.maintenance }
    let fraction = maintenance / initial
    return fraction > 0 && fraction.isFinite ? fraction : nil
  }

  /// Records the accounts of `models` that are liquidatable at t = 0, for a job that refuses them.
  func refuse(_ models: [JobModel], accounts: [Account], problems: ProblemCollector) {
    for (model, entry) in zip(models, entries) where !model.liquidatableAtStart.isEmpty {
      let names = model.liquidatableAtStart.prefix(20).map { quotedForMessage(accounts[$0].id) }
      let count = model.liquidatableAtStart.count
      problems.record(
        "\(count) accounts are liquidatable at t = 0 under \(quotedForMessage(model.name))", at: entry.node.location,
        found: names.joined(separator: ", ") + (count > 20 ? ", …" : ""), allowed: "none, because atStart is refuse")
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
