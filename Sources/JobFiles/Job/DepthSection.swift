import Clearing
import Schema
import Venues

/// The `depth:` of a job: what it says of the market that its venues share, in place of what their own files say.
///
/// ```yaml
/// depth:
///   assets: [{ id: ETH, averageDailyVolume: 8.4e8, halfSpread: 0.00001 }]     # those to be stated here
///   impact: { coefficient: 1, exponent: 0.5, permanentShare: 0.4, halfLifeHours: 4 }
/// ```
struct DepthSection {
  /// Depth by asset of the market; nil where the job says nothing.
  private(set) var depths: [String: MarketDepth] = [:]
  /// The impact law; nil where the job says nothing.
  private(set) var impact: MarketImpact?

  private static let id = Parameter<String>.text("id", "the asset's name in the market")

  /// Reads the section; `universe` are the market's assets, nil where they are not known.
  init(reading reader: inout ParameterReader, universe: [String]?) {
    guard var section = reader.section("depth", required: false, allowed: "{ assets, impact }") else { return }
    let problems = section.problems
    for node in section.list("assets", required: false, allowed: "a list of { id, averageDailyVolume, halfSpread }") {
      var entry = ParameterReader(node, problems: problems)
      let id = entry.read(Self.id)
      let depth = AssetListing.readDepth(&entry)
      entry.finish()
      guard let id else { continue }
      if let universe, !universe.contains(id) {
        entry.record(
          "the market has no such asset", key: "id", found: quotedForMessage(id),
          allowed: universe.prefix(40).joined(separator: ", "),
          hint: nearestWord(to: id, among: universe).map { "did you mean '\($0)'?" })
      }
      if !entry.has("averageDailyVolume"), !entry.has("halfSpread") {
        entry.record("the key is required", key: "averageDailyVolume", allowed: "money per day")
      }
      if depths[id] != nil { entry.record("an asset is listed twice", key: "id", found: quotedForMessage(id)) }
      depths[id] = depth
    }
    impact = section.section("impact", required: false, allowed: "{ coefficient, exponent, … }")
      .flatMap(ImpactReading.law)
    section.finish()
    if !section.has("assets"), !section.has("impact") {
      section.record("the section says nothing", key: "assets", allowed: "assets, impact, or both")
    }
  }
}
