import Schema

/// The keys of a scenario grid, as a job states them.
///
/// Defaults that are published: price range 16 %, four moves each way, volatility up 50 % and down 25 %, powers 0.3 and 0.13,
/// maintenance 0.8 of initial (example figures of Deribit's API documentation, private/pme/simulate); extreme moves, their
/// weights and the least number of days (Paradex, *Portfolio Margin*, an earlier version); 1 % of the underlying for a short
/// option and for a pair of offsetting futures, here half of it on each leg (Deribit, an older *Portfolio Margin* page).
struct ScenarioKeys {
  /// What the keys come to.
  struct Figures {
    let grids: [ScenarioGrid]
    let contingencies: [ScenarioGridMargin.Contingencies]
    let scaling: VolatilityScaling
    let maintenanceFraction: Double
  }

  /// Who is margined by scenarios; nil where it was not allowed (recorded).
  let reach: ScenarioGridMargin.Reach?
  /// Assets shocked together.
  private(set) var groups: [[Int]] = []
  /// Nil where anything was wrong (recorded).
  private(set) var figures: Figures?

  private static let reach = Parameter<ScenarioGridMargin.Reach>.choice(
    "accounts", default: .portfolio, "who is margined so: accounts of mode portfolio, or all but isolated positions")
  private static let steps = Parameter<Int>.integer(
    "priceSteps", in: 1...50, default: 4, "number of price moves on each side, evenly spaced up to the range")
  private static let extremes = Parameter<DocumentNode>.nested(
    "extremes", allowed: "a list of relative price moves > −1, not 0; [] for none", isOptional: true,
    "damped moves beyond the range, at volatility up; -0.66, -0.33, 0.5, 1, 2, 3, 4, 5 if absent")
  private static let weights = Parameter<DocumentNode>.nested(
    "extremeWeights", allowed: "a list of numbers in (0, 1], one for each extreme", isOptional: true,
    "share of profit and loss that counts in each extreme; priceRange ÷ |move| if absent")
  private static let shortPower = Parameter<Double>.number(
    "shortPower", in: Bounds(0, 2), default: 0.3, "volatility moves by (30/days)^power up to 30 days to expiry")
  private static let longPower = Parameter<Double>.number(
    "longPower", in: Bounds(0, 2), default: 0.13, "the power beyond 30 days")
  private static let leastDays = Parameter<Double>.number(
    "leastDays", unit: "days", in: .positive, default: 1, "less time to expiry counts as this much")
  private static let fraction = Parameter<Double>.number(
    "maintenanceFraction", unit: "fraction", in: Bounds(0, 1, openBelow: true), default: 0.8, "maintenance ÷ initial")
  private static let offsets = Parameter<DocumentNode>.nested(
    "offsets", allowed: "[[ETH, STETH], …]", isOptional: true,
    "groups of underlyings that are shocked together and offset each other; none if absent")
  private static let assets = Parameter<DocumentNode>.nested(
    "assets", allowed: "{ BTC: { priceRange: 0.15, … }, … }", isOptional: true,
    "figures by underlying, in place of those above")

  static let descriptions =
    [reach.description] + ScenarioAssetKeys.descriptions + [
      steps.description, extremes.description, weights.description, shortPower.description, longPower.description,
      leastDays.description, fraction.description, offsets.description, assets.description,
    ]

  static let publishedExtremes = [-0.66, -0.33, 0.5, 1, 2, 3, 4, 5]

  /// Reads them for `assets` assets, recording every problem; names are checked where `assetIDs` has them.
  init(reading reader: inout ParameterReader, assetIDs: [String], assets: Int) {
    let before = reader.problems.count
    reach = reader.read(Self.reach)
    let common = ScenarioAssetKeys(reading: &reader)
    let steps = reader.read(Self.steps)
    let extremes =
      Self.numbers(Self.extremes, in: Bounds(-1, 1000, openBelow: true), &reader) ?? Self.publishedExtremes
    let weights = Self.numbers(Self.weights, in: Bounds(0, 1, openBelow: true), &reader)
    if extremes.contains(0) {
      reader.record("an extreme moves nothing", key: Self.extremes.description.key, found: "0", allowed: "moves ≠ 0")
    }
    if let weights, weights.count != extremes.count {
      reader.record(
        "extremes and their weights differ in number", key: Self.weights.description.key, found: "\(weights.count)",
        allowed: "\(extremes.count), one for each extreme")
    }
    let powers = (reader.read(Self.shortPower), reader.read(Self.longPower), reader.read(Self.leastDays))
    let fraction = reader.read(Self.fraction)
    groups = Self.groups(&reader, assetIDs)
    let own = Self.own(&reader, assetIDs)
    guard reader.problems.count == before, let steps, let fraction, let short = powers.0, let long = powers.1,
      let days = powers.2
    else { return }
    let merged = (0..<assets).map { common.merged(with: $0 < assetIDs.count ? own[assetIDs[$0]] : nil) }
    figures = Figures(
      grids: merged.map { $0.grid(steps: steps, extremes: extremes, weights: weights) },
      contingencies: merged.map(\.contingencies),
      scaling: VolatilityScaling(shortPower: short, longPower: long, leastDays: days), maintenanceFraction: fraction)
  }

  /// A list of numbers, possibly empty; nil where the key is absent or, recorded, wrong.
  private static func numbers(
    _ parameter: Parameter<DocumentNode>, in bounds: Bounds, _ reader: inout ParameterReader
  ) -> [Double]? {
    guard let node = reader.readIfPresent(parameter) else { return nil }
    if case .sequence(let items) = node.content {
      let values = items.compactMap { item -> Double? in
        guard case .scalar(let text) = item.content, let value = Double(text), bounds.contains(value) else {
          return nil
        }
        return value
      }
      if values.count == items.count, values.count <= 40 { return values }
    }
    reader.record(
      "the list is not allowed", key: parameter.description.key, found: node.shortDescription,
      allowed: "at most 40 numbers, each \(bounds.description)", hint: parameter.description.summary)
    return nil
  }

  /// Figures by the name of an underlying.
  private static func own(_ reader: inout ParameterReader, _ assetIDs: [String]) -> [String: ScenarioAssetKeys] {
    guard var section = reader.section(assets.description.key, required: false) else { return [:] }
    var own: [String: ScenarioAssetKeys] = [:]
    for id in section.keys {
      guard var entry = section.section(id, required: true) else { continue }
      own[id] = ScenarioAssetKeys(reading: &entry)
      entry.finish()
      if !assetIDs.isEmpty, !assetIDs.contains(id) { recordUnknown(id, key: id, assetIDs, section) }
    }
    section.finish()
    return own
  }

  /// The groups that `offsets` names, as indices; unknown names and assets in two groups are recorded.
  private static func groups(_ reader: inout ParameterReader, _ assetIDs: [String]) -> [[Int]] {
    let key = offsets.description.key
    guard let node = reader.readIfPresent(offsets) else { return [] }
    guard case .sequence(let lists) = node.content else {
      reader.record("a list of lists is expected", key: key, found: node.shortDescription, allowed: "[[ETH, STETH], …]")
      return []
    }
    var seen: Set<String> = []
    return lists.compactMap { list -> [Int]? in
      guard case .sequence(let items) = list.content, items.count >= 2 else {
        reader.record("a group has at least two assets", key: key, found: list.shortDescription)
        return nil
      }
      let names = items.compactMap { item -> String? in
        if case .scalar(let text) = item.content { text } else { nil }
      }
      for name in names {
        if !seen.insert(name).inserted {
          reader.record("an asset is named twice", key: key, found: quotedForMessage(name))
        }
        if !assetIDs.isEmpty, !assetIDs.contains(name) { recordUnknown(name, key: key, assetIDs, reader) }
      }
      if names.count < items.count { reader.record("a group is a list of names", key: key) }
      let indices = names.compactMap { assetIDs.firstIndex(of: $0) }
      return indices.isEmpty ? nil : indices
    }
  }

  private static func recordUnknown(_ name: String, key: String, _ assetIDs: [String], _ reader: ParameterReader) {
    reader.record(
      "the market has no such asset", key: key, found: quotedForMessage(name),
      allowed: assetIDs.prefix(40).joined(separator: ", "),
      hint: nearestWord(to: name, among: assetIDs).map { "did you mean '\($0)'?" })
  }
}
