import Kernels
import Markets
import Schema

/// A `history` of bars to replay: the table, which of its series to take, and what stands in for assets.
///
/// ```yaml
/// history:
///   bars: hourly.csv
///   event: march-2020               # where the table has several
///   venues: [spot, perpetual]       # where an asset has bars from several, in order of preference
///   proxies: { AAVE: ETH, LDO: { asset: ETH, factor: 1.3 }, USDC: flat }
///   scaledToCalibration: true
/// ```
struct BarHistory {
  /// The table.
  let table: BarsFile
  /// Where the job names it.
  let place: SourceLocation
  /// The event; nil where none is named.
  let event: String?
  /// Sources in order of preference; all, where an asset has only one, if empty.
  let venues: [String]
  /// What stands in for assets without bars, or instead of their own.
  let proxies: [String: BarProxy]
  /// Whether paths start at the calibration's prices, rather than at the bars' own.
  let isScaled: Bool
  private let proxyPlaces: [String: SourceLocation]

  private static let bars = Parameter<String>.text("bars", "path of a table of bars")
  private static let eventName = Parameter<String>.text(
    "event", isOptional: true, "event to replay, where the table has several")
  private static let venueNames = Parameter<[String]>.texts(
    "venues", default: [], "sources in order of preference, where an asset has bars from several")
  private static let scaled = Parameter<Bool>.flag(
    "scaledToCalibration", default: true, "start at the calibration's prices instead of the bars' own")

  /// Reads the mapping at `node` and the table that it names; nil, recorded, where something is wrong.
  init?(_ node: DocumentNode, base: FileReference, intake: Intake) {
    let before = intake.problems.count
    var reader = ParameterReader(node, problems: intake.problems)
    let path = reader.read(Self.bars)
    event = reader.readIfPresent(Self.eventName)
    venues = reader.read(Self.venueNames) ?? []
    isScaled = reader.read(Self.scaled) ?? true
    var proxies: [String: BarProxy] = [:]
    var places: [String: SourceLocation] = [:]
    if let listed = reader.take("proxies") { BarProxy.read(listed, into: &proxies, &places, intake.problems) }
    reader.finish()
    self.proxies = proxies
    proxyPlaces = places
    place = node.location
    let pathPlace = node["bars"]?.location ?? node.location
    guard let path, let file = intake.open(base.sibling(path), asker: pathPlace) else { return nil }
    let problems = ProblemCollector()
    let table = file.withBytes { BarsFile($0, file: base.sibling(path).shown, problems: problems) }
    intake.problems.absorb(problems)
    guard let table, intake.problems.count == before else { return nil }
    self.table = table
  }

  /// The assets with bars in the event, or with a stand-in.
  var givenAssets: [String] {
    table.series.filter { event == nil || $0.event == event }.map(\.asset) + proxies.keys
  }

  /// What was chosen, for the report and for the identity of a run.
  var parameterTexts: [ParameterText] {
    var texts: [ParameterText] = []
    if let event { texts.append(ParameterText(key: "history.event", value: event)) }
    if !venues.isEmpty { texts.append(ParameterText(key: "history.venues", value: venues.joined(separator: ", "))) }
    if !proxies.isEmpty {
      let words = proxies.sorted { $0.key < $1.key }.map { "\($0.key) as \($0.value.words)" }
      texts.append(ParameterText(key: "history.proxies", value: words.joined(separator: ", ")))
    }
    texts.append(ParameterText(key: "history.scaledToCalibration", value: "\(isScaled)"))
    return texts
  }

  /// The series of the event asked for; nil, recorded, where the table has several and none, or one that is not there,
  /// is named.
  private func eventSeries(_ problems: ProblemCollector) -> [BarsFile.Series]? {
    var events: [String] = []
    for series in table.series where !events.contains(series.event) { events.append(series.event) }
    let allowed = events.prefix(40).map(quotedForMessage).joined(separator: ", ")
    guard let event else {
      if events.count <= 1 { return table.series }
      problems.record(
        "the table holds several events", at: place.appending(key: "event"), found: "\(events.count) events",
        allowed: allowed, hint: "name one with event")
      return nil
    }
    guard events.contains(event) else {
      problems.record(
        "the table has no such event", at: place.appending(key: "event"), found: quotedForMessage(event),
        allowed: allowed, hint: nearestWord(to: event, among: events).map { "did you mean '\($0)'?" })
      return nil
    }
    return table.series.filter { $0.event == event }
  }

  /// What each of `assets` is replayed from; nil, recorded, where one has nothing or too much.
  func sources(of assets: [String], intake: Intake) -> [BarSource]? {
    let before = intake.problems.count
    guard let series = eventSeries(intake.problems) else { return nil }
    for (asset, place) in proxyPlaces.sorted(by: { $0.key < $1.key }) where !assets.contains(asset) {
      intake.problems.record(
        "the proxy is for no asset of the market", at: place, found: quotedForMessage(asset),
        allowed: assets.prefix(40).map(quotedForMessage).joined(separator: ", "),
        hint: nearestWord(to: asset, among: assets).map { "did you mean '\($0)'?" })
    }
    let found = assets.compactMap { source(of: $0, in: series, intake) }
    return intake.problems.count == before ? found : nil
  }

  /// A proxy that is named comes first, whether or not the asset has bars of its own: they may have gaps, or wicks that
  /// nobody believes.
  private func source(of asset: String, in series: [BarsFile.Series], _ intake: Intake) -> BarSource? {
    let why = series.contains { $0.asset == asset } ? "is not replayed from its own bars" : "has no bars in this event"
    switch proxies[asset] {
    case .flat:
      intake.warn("\(asset) \(why) and keeps its price", at: proxyPlaces[asset] ?? place)
      return BarSource(series: nil, factor: 0)
    case .asset(let other, let factor):
      let before = intake.problems.count
      if let stand = self.series(of: other, in: series, intake.problems) {
        intake.warn(
          "\(asset) \(why) and moves with \(other), log returns times \(plain(factor))",
          at: proxyPlaces[asset] ?? place)
        return BarSource(series: stand, factor: factor)
      }
      guard intake.problems.count == before else { return nil }
      intake.problems.record(
        "the bars lack the asset that is to stand in for \(asset)", at: proxyPlaces[asset] ?? place,
        found: quotedForMessage(other), allowed: Self.assets(in: series))
      return nil
    case nil:
      let before = intake.problems.count
      if let own = self.series(of: asset, in: series, intake.problems) { return BarSource(series: own, factor: 1) }
      guard intake.problems.count == before else { return nil }
      intake.problems.record(
        "the bars lack an asset of the market", at: place, found: quotedForMessage(asset),
        allowed: Self.assets(in: series),
        hint: "let another stand in for it: proxies: { \(asset): BTC }, or { \(asset): flat } for a constant price")
      return nil
    }
  }

  /// The series of one asset at the venue preferred; nil where there is none, or, recorded, where it is open which.
  private func series(of asset: String, in series: [BarsFile.Series], _ problems: ProblemCollector) -> BarsFile.Series?
  {
    let own = series.filter { $0.asset == asset }
    if !venues.isEmpty {
      return venues.lazy.compactMap { venue in own.first { $0.venue == venue } }.first
    }
    guard own.count > 1 else { return own.first }
    problems.record(
      "\(asset) has bars from several venues", at: place.appending(key: "venues"),
      found: own.map { quotedForMessage($0.venue) }.joined(separator: ", "),
      hint: "name those to use, the preferred one first, with venues")
    return nil
  }

  private static func assets(in series: [BarsFile.Series]) -> String {
    Set(series.map(\.asset)).sorted().prefix(60).joined(separator: ", ")
  }
}

/// What an asset is replayed from.
struct BarSource {
  /// The bars; nil for a constant price.
  let series: BarsFile.Series?
  /// What their log returns are multiplied by.
  let factor: Double
}

/// What stands in for an asset without bars.
enum BarProxy {
  /// A constant price.
  case flat
  /// The log returns of another asset times a factor.
  case asset(String, factor: Double)

  private static let name = Parameter<String>.text("asset", "the asset whose bars are used")
  private static let factor = Parameter<Double>.number(
    "factor", in: Bounds(0, 10), default: 1, "what its log returns are multiplied by")

  /// In words.
  var words: String {
    switch self {
    case .flat: "flat"
    case .asset(let other, let factor): factor == 1 ? other : "\(other) × \(plain(factor))"
    }
  }

  /// Reads a mapping of assets to what stands in for them.
  static func read(
    _ node: DocumentNode, into proxies: inout [String: BarProxy], _ places: inout [String: SourceLocation],
    _ problems: ProblemCollector
  ) {
    guard case .mapping(let entries) = node.content else {
      problems.record(
        "the proxies are a mapping", at: node.location, found: node.shortDescription,
        allowed: "{ AAVE: ETH, LDO: { asset: ETH, factor: 1.3 }, USDC: flat }")
      return
    }
    for entry in entries {
      places[entry.key] = entry.value.location
      switch entry.value.content {
      case .scalar("flat"): proxies[entry.key] = .flat
      case .scalar(let other) where !other.isEmpty: proxies[entry.key] = .asset(other, factor: 1)
      default:
        var reader = ParameterReader(entry.value, problems: problems)
        let other = reader.read(name)
        let factor = reader.read(Self.factor)
        reader.finish()
        if let other, let factor { proxies[entry.key] = .asset(other, factor: factor) }
      }
    }
  }
}
