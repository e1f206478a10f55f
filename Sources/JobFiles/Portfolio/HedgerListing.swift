import Clearing
import Schema

/// Reads `hedgers:` of a venue: option dealers, and the venue's agent.
struct HedgerListing {
  /// All of them together; nobody where the list is absent or wrong (recorded).
  private(set) var hedging = Hedging.none

  /// The words of the file.
  private enum Kind: String, CaseIterable {
    case dealer
    case reserve
  }

  private static let kind = Parameter<Kind>.choice("kind", "an option dealer, or an agent for the reserve")
  private static let ratio = Parameter<Double>.number(
    "ratio", unit: "fraction of the exposure", in: Bounds(0, 1, openBelow: true),
    "share of the exposure of accounts with negative equity that is hedged")
  private static let gammaBounds = Bounds(-1e15, 1e15)
  private static let gammaAllowed =
    "a mapping of assets to money by which delta rises when the price rises by 1 %, negative for short options"

  /// Reads the list; gammas of several dealers add up.
  init(reading reader: inout ParameterReader, assets: AssetListing) {
    let items = reader.list("hedgers", required: false, allowed: "a list of { kind, … }")
    var hasAgent = false
    for item in items {
      var entry = ParameterReader(item, problems: reader.problems)
      // Which other keys are right depends on the kind; without one, none of them is called unknown.
      guard let kind = entry.read(Self.kind) else { continue }
      switch kind {
      case .dealer: readGamma(&entry, assets)
      case .reserve:
        if let ratio = entry.read(Self.ratio) { hedging.reserveRatio = ratio }
        if hasAgent { entry.record("the reserve has more than one agent", key: "kind", found: "reserve") }
        hasAgent = true
      }
      entry.finish()
    }
  }

  /// `gammaPerPercent: { ASSET: money }`: what delta changes by for 1 % of price, so a hundredth of gamma.
  private mutating func readGamma(_ entry: inout ParameterReader, _ assets: AssetListing) {
    guard var gammas = entry.section("gammaPerPercent", required: true, allowed: Self.gammaAllowed) else { return }
    if gammas.keys.isEmpty {
      entry.record("a dealer needs an asset", key: "gammaPerPercent", allowed: Self.gammaAllowed)
    }
    for name in gammas.keys {
      let parameter = Parameter<Double>.number(
        name, unit: "money per 1 %", in: Self.gammaBounds, "change of delta when the price rises by 1 %")
      guard let place = assets.ids.firstIndex(of: name) else {
        _ = gammas.take(name)
        gammas.record(
          "the venue lists no such asset", key: name, found: quotedForMessage(name),
          allowed: assets.ids.prefix(40).joined(separator: ", "),
          hint: nearestWord(to: name, among: assets.ids).map { "did you mean '\($0)'?" })
        continue
      }
      guard let gamma = gammas.read(parameter), let index = assets.indices[place] else { continue }
      hedging.dealerGamma[index, default: 0] += 100 * gamma
    }
    gammas.finish()
  }
}
