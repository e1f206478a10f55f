import Clearing
import Markets
import RiskMeasures
import Schema
import Venues

/// The `portfolio:` or `portfolios:` of a job: its venues, on one market with one depth per asset and one impact law.
struct PortfoliosSection {
  /// The venues in the order written, depths and law as the market has them; nil, recorded, where any is wrong.
  private(set) var portfolios: [Portfolio]?

  private static let allowed = "portfolio: the path of a folder, or portfolios: a list of paths"

  /// Reads the keys and the folders.
  ///
  /// - Parameters:
  ///   - reader: the job.
  ///   - market: the job's market; nil where it could not be read, and then assets are not looked up.
  ///   - file: the job's file, which relative paths start from.
  init(reading reader: inout ParameterReader, market: MarketSection?, file: FileReference, intake: Intake) {
    let universe = market?.calibration.assetIDs
    let depth = DepthSection(reading: &reader, universe: universe)
    let exhaustion = reader.take("onExhaustion")
    guard let paths = Self.paths(&reader, intake) else { return }
    let prices = market.map { $0.model?.initialPrices ?? $0.calibration.prices }
    let before = intake.problems.count
    var found: [Portfolio] = []
    for path in paths {
      guard case .scalar(let text) = path.content, !text.isEmpty else {
        intake.problems.record(
          "the portfolio is the path of a folder", at: path.location, found: path.shortDescription,
          allowed: "the path of a folder")
        continue
      }
      let portfolio = Portfolio(
        file.sibling(text), universe: universe, prices: prices,
        impliedVolatilities: market?.calibration.impliedVolatilitiesAtStart, asker: path.location, intake: intake)
      guard let portfolio else { continue }
      if let other = found.first(where: { $0.venue.id == portfolio.venue.id }) {
        intake.problems.record(
          "two venues have the same name", at: portfolio.terms.place.appending(key: "venue"),
          found: quotedForMessage(portfolio.venue.id), hint: "the other is in \(other.terms.place.file)")
      }
      if paths.count > 1, portfolio.venue.id == MeasureLabel.allVenues {
        intake.problems.record(
          "the name stands for the total over venues", at: portfolio.terms.place.appending(key: "venue"),
          found: quotedForMessage(portfolio.venue.id), allowed: "any other name")
      }
      found.append(portfolio)
    }
    if let exhaustion { Self.take(exhaustion, among: &found, isWhole: found.count == paths.count, intake.problems) }
    for other in found.dropFirst() where other.venue.settlement != found[0].venue.settlement {
      intake.problems.record(
        "the venues count money in different currencies", at: other.terms.place.appending(key: "settlement"),
        found: "\(quotedForMessage(other.venue.settlement)); \(found[0].venue.id): "
          + quotedForMessage(found[0].venue.settlement), allowed: "one currency for all venues of a job")
    }
    if let assets = universe { Self.share(depth, among: &found, assets: assets, intake.problems) }
    guard intake.problems.count == before, found.count == paths.count else { return }
    portfolios = found
  }

  /// The folders named; nil, recorded, where none or both ways of naming them are there.
  private static func paths(_ reader: inout ParameterReader, _ intake: Intake) -> [DocumentNode]? {
    let one = reader.take("portfolio")
    let several = reader.list("portfolios", required: false, allowed: "a list of paths of folders")
    switch (one, several.isEmpty) {
    case (let node?, true):
      guard !reader.has("portfolios") else { break }
      if case .sequence = node.content {
        intake.problems.record(
          "the portfolio is the path of a folder", at: node.location, found: node.shortDescription,
          allowed: "the path of a folder", hint: "several venues are a list under portfolios")
        return nil
      }
      return [node]
    case (nil, false): return several
    case (nil, true):
      // An empty or wrong list has been recorded by the reader where it is no list at all.
      intake.problems.record(
        reader.has("portfolios") ? "a job needs a venue" : "the key is required",
        at: reader.location.appending(key: reader.has("portfolios") ? "portfolios" : "portfolio"), allowed: allowed)
      return nil
    default: break
    }
    reader.record("portfolio and portfolios are both given", key: "portfolios", allowed: "one of the two")
    return nil
  }

  /// Takes `onExhaustion: { VENUE: fail }` in place of what the venues' own files say; names are checked where all venues
  /// could be read.
  private static func take(
    _ node: DocumentNode, among portfolios: inout [Portfolio], isWhole: Bool, _ problems: ProblemCollector
  ) {
    let names = portfolios.map(\.venue.id)
    guard case .mapping(let written) = node.content else {
      problems.record(
        "what becomes of the venues is a mapping", at: node.location, found: node.shortDescription,
        allowed: "{ \(names.first ?? "VENUE"): fail }")
      return
    }
    var reader = ParameterReader(node, problems: problems)
    for item in written {
      let policy = reader.read(
        Parameter<ExhaustionPolicy>.choice(item.key, "what becomes of the venue when its reserve is exhausted"))
      guard let index = names.firstIndex(of: item.key) else {
        guard isWhole else { continue }
        problems.record(
          "there is no such venue", at: item.value.location, found: quotedForMessage(item.key),
          allowed: names.map(quotedForMessage).joined(separator: ", "),
          hint: nearestWord(to: item.key, among: names).map { "did you mean '\($0)'?" })
        continue
      }
      if let policy { portfolios[index].rules.onExhaustion = policy }
    }
  }

  // MARK: One market

  /// Gives every venue the depth of each asset it lists and the impact law of the market: the job's where it states them,
  /// else those that the venues state, which must be equal.
  private static func share(
    _ depth: DepthSection, among portfolios: inout [Portfolio], assets: [String], _ problems: ProblemCollector
  ) {
    if let impact = impact(depth, portfolios, problems) {
      for index in portfolios.indices { portfolios[index].rules.impact = impact }
    }
    for (asset, id) in assets.enumerated() {
      let listed = portfolios.indices.filter { portfolios[$0].terms.assetIDs.contains(id) }
      shareImpact(of: asset, id, listed, among: &portfolios, problems)
      guard let shared = depth.depths[id] ?? agreed(asset, id, portfolios, listed, problems) else { continue }
      for index in listed { portfolios[index].venue.depths[asset] = shared }
    }
  }

  /// The one law of all venues; nil, recorded, where they differ.
  private static func impact(
    _ depth: DepthSection, _ portfolios: [Portfolio], _ problems: ProblemCollector
  ) -> MarketImpact? {
    if let stated = depth.impact { return stated }
    guard let first = portfolios.first else { return nil }
    for other in portfolios.dropFirst() where other.rules.impact != first.rules.impact {
      problems.record(
        "the venues have different impact laws on one market", at: other.terms.place.appending(key: "impact"),
        found: "\(other.rules.impact.text); \(first.venue.id): \(first.rules.impact.text), "
          + "at \(first.terms.place.appending(key: "impact"))",
        allowed: "the same figures at every venue", hint: "or state the law in the job: depth: { impact: { … } }")
    }
    return first.rules.impact
  }

  /// Gives every venue the law of an asset that has one of its own: that of the venues which state one, and those must
  /// agree (recorded).
  private static func shareImpact(
    of asset: Int, _ id: String, _ listed: [Int], among portfolios: inout [Portfolio], _ problems: ProblemCollector
  ) {
    func place(_ portfolio: Portfolio) -> SourceLocation {
      let terms = portfolio.terms
      let own = terms.assetIDs.firstIndex(of: id).map { terms.assetPlaces[$0] } ?? terms.place
      return own.appending(key: "impact")
    }
    guard let first = listed.first(where: { portfolios[$0].rules.assetImpacts[asset] != nil }),
      let law = portfolios[first].rules.assetImpacts[asset]
    else { return }
    for index in listed {
      guard let other = portfolios[index].rules.assetImpacts[asset], other != law else { continue }
      problems.record(
        "the venues have different impact laws of \(id) on one market", at: place(portfolios[index]),
        found: "\(other.text); \(portfolios[first].venue.id): \(law.text), at \(place(portfolios[first]))",
        allowed: "the same figures, or figures at one venue only")
    }
    for index in portfolios.indices { portfolios[index].rules.assetImpacts[asset] = law }
  }

  /// The depth of an asset that the venues which list it agree on; nil, recorded, where they differ or none states it.
  private static func agreed(
    _ asset: Int, _ id: String, _ portfolios: [Portfolio], _ listed: [Int], _ problems: ProblemCollector
  ) -> MarketDepth? {
    func place(_ portfolio: Portfolio) -> SourceLocation {
      let terms = portfolio.terms
      return terms.assetIDs.firstIndex(of: id).map { terms.assetPlaces[$0] } ?? terms.place
    }
    guard let first = listed.first(where: { portfolios[$0].venue.depths[asset] != nil }),
      let depth = portfolios[first].venue.depths[asset]
    else {
      if let venue = listed.first {
        problems.record(
          "the key is required", at: place(portfolios[venue]).appending(key: "averageDailyVolume"),
          allowed: "money per day, with halfSpread, at one venue that lists the asset, or in the job's depth.assets")
      }
      return nil
    }
    for index in listed where portfolios[index].venue.depths[asset] != nil {
      guard let other = portfolios[index].venue.depths[asset], other != depth else { continue }
      problems.record(
        "the venues state different depths of \(id) on one market", at: place(portfolios[index]),
        found: "\(other.text); \(portfolios[first].venue.id): \(depth.text), at \(place(portfolios[first]))",
        allowed: "the same figures, or figures at one venue only",
        hint: "or state the depth in the job: depth: { assets: [{ id: \(id), … }] }")
    }
    return depth
  }
}

extension MarketDepth {
  /// The figures, for a message.
  fileprivate var text: String { "averageDailyVolume \(averageDailyVolume), halfSpread \(halfSpread)" }
}

extension MarketImpact {
  /// The figures, for a message.
  fileprivate var text: String {
    (poolDepth.map { "poolDepth \($0)" } ?? "coefficient \(coefficient), exponent \(exponent)")
      + ", permanentShare \(permanentShare), halfLifeHours \(halfLifeHours), thinning \(thinning)"
  }
}
