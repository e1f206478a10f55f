import Clearing
import Schema
import Venues

/// The `claims:` of a job: assets that lose value when a venue fails.
enum ClaimsSection {
  private static let asset = Parameter<String>.text("asset", "the asset that is a claim on the venue")
  private static let venue = Parameter<String>.text("on", "the venue, which can fail")
  private static let recovery = Parameter<Double>.number(
    "recovery", unit: "fraction of value", in: Bounds(0, 1, openBelow: true), "what is left when the venue fails")

  /// The claims; wrong entries are recorded and left out. `assets` and `portfolios` are nil where they could not be read.
  static func claims(
    reading reader: inout ParameterReader, assets: [String]?, portfolios: [Portfolio]?
  ) -> [VenueClaim] {
    let problems = reader.problems
    var found: [VenueClaim] = []
    for node in reader.list("claims", required: false, allowed: "a list of { asset, on, recovery }") {
      var entry = ParameterReader(node, problems: problems)
      let asset = entry.read(Self.asset).flatMap { index(of: $0, key: "asset", among: assets, entry) }
      let venue = entry.read(Self.venue).flatMap {
        index(of: $0, key: "on", among: portfolios?.map(\.venue.id), entry)
      }
      let recovery = entry.read(Self.recovery)
      entry.finish()
      if let venue, let portfolios, portfolios[venue].rules.onExhaustion != .fail {
        entry.record(
          "the venue does not fail", key: "on", found: quotedForMessage(portfolios[venue].venue.id),
          allowed: "a venue with onExhaustion: fail")
      }
      guard let asset, let venue, let recovery else { continue }
      if found.contains(where: { $0.asset == asset }) {
        entry.record("an asset is a claim on one venue", key: "asset", found: quotedForMessage(assets?[asset] ?? ""))
      }
      found.append(VenueClaim(asset: asset, venue: venue, recovery: recovery))
    }
    return found
  }

  /// The place of a name; nil, recorded where the names are known.
  private static func index(
    of name: String, key: String, among names: [String]?, _ entry: ParameterReader
  ) -> Int? {
    guard let names else { return nil }
    if let index = names.firstIndex(of: name) { return index }
    entry.record(
      "there is no such \(key == "on" ? "venue" : "asset")", key: key, found: quotedForMessage(name),
      allowed: names.prefix(40).map(quotedForMessage).joined(separator: ", "),
      hint: nearestWord(to: name, among: names).map { "did you mean '\($0)'?" })
    return nil
  }
}
