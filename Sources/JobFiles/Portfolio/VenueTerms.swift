public import Clearing
public import Venues

import Markets
import Schema

/// What `venue.yaml` says, checked: a venue without its book.
///
/// The file, with everything that may stand in it (rates and weights are fractions, money is in the settlement currency):
/// ```yaml
/// venue: perps
/// description: "…"
/// settlement: USD
/// synthetic: false
/// assets:
///   - { id: BTC, averageDailyVolume: 4.0e8, halfSpread: 0.00002 }      # money per day; fraction of the price
///   - { id: STETH, averageDailyVolume: 2e8, impact: { kind: constant-product, poolDepth: 5e8 } } # what differs from impact
/// instruments:
///   - { id: USD, kind: settlement }
///   - { id: BTC-SPOT, kind: spot, asset: BTC, collateralWeight: { initial: 0.9, maintenance: 0.95 },
///       liabilityWeight: { initial: 1.1, maintenance: 1.05 }, ltv: 0.7, liquidationThreshold: 0.75,
///       supplyRate: 0.01, borrowRate: 0.03 }                           # annual, continuously compounded
///   - { id: BTC-PERP, kind: perpetual, asset: BTC, margin: large, funding: { rate: 0.0001, intervalHours: 8 } }
///   # or funding: { rate: market }, the market's funding rate of the asset
///   - { id: BTCUSD, kind: inverse-perpetual, asset: BTC, face: 100, margin: large }
///   - { id: BTC-JUN, kind: future, asset: BTC, expiryHours: 720, basis: 0.06, margin: large }
///   - { id: BTC-JUN-60000-C, kind: option, asset: BTC, type: call, strike: 60000, expiryHours: 720, basis: 0.06,
///       volatility: market, smile: { slope: -0.05, curvature: 0.03, floor: 0.5, cap: 3 }, margin: options,
///       collateralWeight: { initial: 1, maintenance: 1 } }             # or volatility: 0.6; the weight is of long options
///   - { id: ETH-BTC-LP, kind: pool-share, asset: ETH, otherAsset: BTC, product: 0.25,
///       collateralWeight: { initial: 0.7, maintenance: 0.8 }, ltv: 0.6, liquidationThreshold: 0.7 }
/// margin:
///   large:                                                             # by notional, lowest bracket first
///     - { from: 0, initial: 0.05, maintenance: 0.03 }
/// efficiencyModes:                                                     # accounts.csv says who is in which
///   ether: { instruments: [ETH, STETH], ltv: 0.9, liquidationThreshold: 0.93 }
/// liquidation: { policy: partial, targetBuffer: 0.1, penalty: 0.01, reserveShare: 0.5, waves: 8 }
/// # or { policy: full, penalty, … }, or { policy: close-factor, closeFactor, fullBelowHealthFactor, bonus, … }
/// impact: { coefficient: 0.8, exponent: 0.5, permanentShare: 0.4, halfLifeHours: 4, thinning: 1 }
/// oracle: { kind: twap, windowHours: 1, latencySteps: 0, staleness: { maximumDeviation: 0.05 } }  # the marks if absent
/// # or { kind: spot, latencySteps: 2 }, or { kind: deviation, deviation: 0.005, heartbeatHours: 24 }
/// behaviour:                                                           # owners of accounts do nothing if absent
///   marginCall: { buffer: 0.25 }                                       # called below (1 + buffer) × maintenance
///   topUp: { probability: 0.3, delayHours: 2, targetBuffer: 0.5 }
///   deleverage: { probability: 0.2, targetBuffer: 0.5 }
///   withdraw: { groups: [attacker], excessOver: 0.5, share: 1 }
/// hedgers:                                                             # nobody if absent
///   - { kind: dealer, gammaPerPercent: { BTC: -2e6 } }                 # money of delta per 1 % of price; negative: short
///   - { kind: reserve, ratio: 1 }                                      # hedges accounts with negative equity
/// reserve: { balance: 2.5e7, segments: [{ assets: [DOGE], balance: 1e6 }] }   # segments may be left out
/// autoDeleveraging: { ranking: profit-leverage }                       # or pro-rata; none if absent
/// lossAllocation: socialise                                            # or bad-debt
/// onExhaustion: carry-on                                               # or fail, see Contagion
/// circuitBreaker: { volumePerHour: 0.01, pause: { move: 0.1, windowHours: 4, hours: 1 } }   # either or both
/// liquidators: { capacityPerHour: 2e6, fixedCost: 50, congestion: 2, outages: { perDay: 0.1, meanHours: 2 } }
/// backstop: { capital: 1e7, discount: 0.01, maximumShare: 1, maximumLeverage: 5 }
/// ```
public struct VenueTerms: Sendable {
  /// Its name.
  public let id: String
  /// What it is, in words.
  public let summary: String
  /// The settlement currency.
  public let settlement: String
  /// Whether the file says that its book is made up.
  public let isSynthetic: Bool
  /// The assets that the venue lists, in the order written.
  public let assetIDs: [String]
  /// Depth per asset of the universe; nil for assets that are not listed here.
  public let depths: [MarketDepth?]
  /// The instruments; their assets are indices into the universe.
  public let instruments: [Instrument]
  /// How the venue clears.
  public let rules: ClearingRules
  /// Where each of its assets stands in the market, in the order of `assetIDs`; nil for one that the market lacks.
  let assetIndices: [Int?]
  /// Where each instrument is defined, for messages.
  let places: [SourceLocation]
  /// What owners do, with its place.
  private let owners: BehaviourReading
  /// Where each listed asset is defined.
  let assetPlaces: [SourceLocation]
  /// Where the document begins.
  let place: SourceLocation
  /// Where the window of the oracle's average is stated; nil where there is none.
  private let oracleWindowPlace: SourceLocation?

  private static let name = Parameter<String>.text("venue", "the venue's name")
  private static let summaryText = Parameter<String>.text("description", default: "", "what it is, in words")
  private static let currency = Parameter<String>.text("settlement", "the currency that money is counted in")
  private static let synthetic = Parameter<Bool>.flag(
    "synthetic", default: false, "whether the book was made from distributions")

  /// Reads the document of a `venue.yaml`.
  ///
  /// - Parameters:
  ///   - node: the document.
  ///   - universe: the assets of the market; nil where the market could not be read, and then the venue's own assets
  ///     stand for them, so that the rest is checked all the same.
  ///   - impliedVolatilities: at-the-money implied volatility at t = 0 of each asset of the market, 0 without one; nil
  ///     where the market could not be read.
  ///   - intake: where problems and warnings are recorded.
  init?(reading node: DocumentNode, universe: [String]?, impliedVolatilities: [Double]?, intake: Intake) {
    let before = intake.problems.count
    var reader = ParameterReader(node, problems: intake.problems)
    let name = reader.read(Self.name)
    if let flaw = name.flatMap(AccountName.flaw) { reader.record("the venue's name \(flaw)", key: "venue") }
    let summary = reader.read(Self.summaryText)
    let settlement = reader.read(Self.currency)
    let synthetic = reader.read(Self.synthetic)
    var assets = AssetListing(reading: &reader, universe: universe, intake: intake)
    assets.impliedVolatilities = impliedVolatilities
    let tables = BracketListing(reading: &reader, intake: intake)
    let listing = InstrumentListing(
      reading: &reader, settlement: settlement, assets: assets, tables: tables, intake: intake)
    let modes = EfficiencyModeListing(reading: &reader, instruments: listing.instruments).modes
    let oracle = OracleReading(reader.section("oracle", required: false, allowed: "{ kind, latencySteps, … }"))
    let owners = BehaviourReading(reader.section("behaviour", required: false, allowed: "{ topUp, withdraw, … }"))
    let hedgers = HedgerListing(reading: &reader, assets: assets)
    let terms = ClearingTerms(reading: &reader, assets: assets, intake: intake)
    reader.finish()
    listing.warnOfUnused(assets: assets, tables: tables, intake: intake)
    guard let name, let summary, let settlement, let synthetic, let terms else { return nil }
    terms.check(against: listing, intake: intake)
    var rules = ClearingRules(
      brackets: tables.tables, bracketNames: tables.names, liquidation: terms.liquidation, impact: terms.impact,
      reserve: terms.reserve, autoDeleveraging: terms.autoDeleveraging, lossAllocation: terms.lossAllocation,
      circuitBreaker: terms.circuitBreaker, liquidators: terms.liquidators, backstop: terms.backstop,
      efficiencyModes: modes)
    rules.oracle = oracle.policy
    rules.hedging = hedgers.hedging
    rules.behaviour = owners.behaviour
    for (index, own) in assets.ownImpacts { rules.assetImpacts[index] = own.law(over: terms.impact) }
    rules.onExhaustion = terms.onExhaustion
    ClearingTerms.check(rules, instruments: listing.instruments, at: terms.place, problems: intake.problems)
    guard intake.problems.count == before else { return nil }
    self.owners = owners
    id = name
    self.summary = summary
    self.settlement = settlement
    isSynthetic = synthetic
    assetIDs = assets.ids
    depths = assets.depths
    instruments = listing.instruments
    places = listing.places
    self.rules = rules
    assetIndices = assets.indices
    assetPlaces = assets.places
    place = node.location
    oracleWindowPlace = oracle.windowPlace
  }

  /// Records every perpetual that is to pay the market's funding rate of an asset without one; `funded` are the indices of
  /// the assets that have one.
  func check(funded: [Int], problems: ProblemCollector) {
    for (instrument, place) in zip(instruments, places) {
      guard case .perpetual(let terms) = instrument.kind, terms.takesMarketFunding else { continue }
      guard !funded.contains(terms.asset) else { continue }
      problems.record(
        "\(instrument.id) pays the market's funding rate, but its asset has none in the calibration",
        at: place.appending(key: "funding").appending(key: "rate"), found: "market",
        hint: "give the asset funding: { mean, deviation, halfLifeHours, limit }, or state a constant rate")
    }
  }

  /// Records what owners are to do and cannot; `groups` are those of the book.
  func checkOwners(groups: [String], problems: ProblemCollector) {
    let hasFutures = instruments.contains { if case .perpetual = $0.kind { true } else { false } }
    var closesLoans = false
    if case .closeFactor = rules.liquidation.method { closesLoans = true }
    owners.check(hasFutures: hasFutures, closesLoans: closesLoans, groups: groups, problems: problems)
  }

  /// Records every expiry within the horizon that is not a whole number of steps.
  func checkExpiries(grid: TimeGrid, problems: ProblemCollector) {
    for (instrument, place) in zip(instruments, places) {
      guard let hours = instrument.expiryHours, hours <= grid.horizonHours, grid.wholeSteps(in: hours) == nil else {
        continue
      }
      problems.record(
        "\(instrument.id) expires between two steps", at: place.appending(key: "expiryHours"), found: "\(hours) h",
        allowed: "a multiple of \(grid.stepHours) h, or more than the horizon of \(grid.horizonHours) h")
    }
  }

  /// Records every funding interval, and every window of an oracle, that is not a whole number of steps.
  func check(stepHours: Double, wholeSteps: (Double) -> Int?, problems: ProblemCollector) {
    OracleReading.check(
      rules.oracle, at: oracleWindowPlace, stepHours: stepHours, wholeSteps: wholeSteps, problems: problems)
    for (instrument, place) in zip(instruments, places) {
      guard case .perpetual(let terms) = instrument.kind, terms.paysFunding else { continue }
      guard wholeSteps(terms.fundingIntervalHours) == nil else { continue }
      problems.record(
        "the funding interval of \(instrument.id) is not a whole number of steps",
        at: place.appending(key: "funding").appending(key: "intervalHours"), found: "\(terms.fundingIntervalHours) h",
        allowed: "a multiple of \(stepHours) h")
    }
  }
}

/// The `assets:` of a venue: what is traded and how deep its market is.
struct AssetListing {
  /// The assets in the order written.
  private(set) var ids: [String] = []
  /// Index in the universe of each of them; nil where the universe does not have it.
  private(set) var indices: [Int?] = []
  /// Depth per asset of the universe.
  private(set) var depths: [MarketDepth?] = []
  /// Implied volatility at t = 0 per asset of the universe, 0 without one; nil where the market is not known.
  var impliedVolatilities: [Double]?
  /// Where each is defined.
  private(set) var places: [SourceLocation] = []
  /// Impact laws of assets that have one of their own, by index in the universe.
  private(set) var ownImpacts: [Int: OwnImpact] = [:]

  private static let id = Parameter<String>.text("id", "the asset's name in the market")
  private static let volume = Parameter<Double>.number(
    "averageDailyVolume", unit: "money per day", in: Bounds(0, 1e18, openBelow: true),
    "money traded per day in normal times")
  private static let halfSpread = Parameter<Double>.number(
    "halfSpread", unit: "fraction of price", in: Bounds(0, 1, openAbove: true), isOptional: true,
    "half the relative bid–ask spread; what is usual for the volume if absent")

  /// Reads the depth of an asset; nil where it is wrong (recorded), or, for a venue whose job or whose neighbour states it,
  /// where neither of its keys is there.
  static func readDepth(_ entry: inout ParameterReader) -> MarketDepth? {
    guard entry.has("averageDailyVolume") || entry.has("halfSpread") else { return nil }
    let volume = entry.read(Self.volume)
    let stated = entry.readIfPresent(Self.halfSpread)
    let halfSpread =
      entry.has("halfSpread") ? stated : volume.map { MarketDepth.typicalHalfSpread(averageDailyVolume: $0) }
    guard let volume, let halfSpread else { return nil }
    return MarketDepth(averageDailyVolume: volume, halfSpread: halfSpread)
  }

  /// Reads the list; an asset that the market lacks is recorded and has no index.
  init(reading reader: inout ParameterReader, universe: [String]?, intake: Intake) {
    let items = reader.list("assets", required: true, allowed: "a list of { id, averageDailyVolume, halfSpread }")
    var read: [(id: String, depth: MarketDepth?, impact: OwnImpact?, place: SourceLocation)] = []
    for item in items {
      var entry = ParameterReader(item, problems: intake.problems)
      let id = entry.read(Self.id)
      let depth = Self.readDepth(&entry)
      let impact = entry.section("impact", required: false, allowed: "{ kind, … }").map { OwnImpact($0) }
      entry.finish()
      guard let id else { continue }
      if read.contains(where: { $0.id == id }) {
        entry.record("an asset is listed twice", key: "id", found: quotedForMessage(id))
        continue
      }
      read.append((id, depth, impact, item.location))
    }
    let universe = universe ?? read.map(\.id)
    depths = [MarketDepth?](repeating: nil, count: universe.count)
    for (id, depth, impact, place) in read {
      let index = universe.firstIndex(of: id)
      if let index {
        depths[index] = depth
        ownImpacts[index] = impact
      } else {
        intake.problems.record(
          "the market has no such asset", at: place.appending(key: "id"), found: quotedForMessage(id),
          allowed: universe.prefix(40).joined(separator: ", "),
          hint: nearestWord(to: id, among: universe).map { "did you mean '\($0)'?" })
      }
      ids.append(id)
      indices.append(index)
      places.append(place)
    }
  }
}
