import Schema
import Venues

/// The `instruments:` of a venue.
struct InstrumentListing {
  /// The instruments in the order written.
  private(set) var instruments: [Instrument] = []
  /// Where each is defined.
  private(set) var places: [SourceLocation] = []
  private var usedAssets: Set<String> = []
  private var usedTables: Set<Int> = []
  /// Name of the venue's settlement currency.
  private let settlement: String?

  /// The words of the file.
  private enum KindName: String, CaseIterable {
    case settlement, spot, perpetual, future, option
    case inversePerpetual = "inverse-perpetual"
    case poolShare = "pool-share"
  }

  private static let id = Parameter<String>.text("id", "the instrument's name at the venue")
  private static let kindName = Parameter<KindName>.choice("kind", "what it is")
  private static let assetName = Parameter<String>.text("asset", "the asset whose price moves it")
  private static let otherAssetName = Parameter<String>.text(
    "otherAsset", isOptional: true, "the pool's second asset; the settlement currency if absent")
  private static let table = Parameter<String>.text(
    "margin", isOptional: true, "name of the bracket table; without one only a dynamic model can margin it")
  private static let face = Parameter<Double>.number(
    "face", unit: "money", in: Bounds(0, 1e18, openBelow: true), "what one contract is for, in the settlement currency")
  private static let expiry = Parameter<Double>.number(
    "expiryHours", unit: "hours", in: Bounds(0, 1e6, openBelow: true), "hours from the start to its settlement in cash")
  private static let basis = Parameter<Double>.number(
    "basis", unit: "per year", in: Bounds(-5, 5), default: 0,
    "premium over the mark, continuously compounded: it trades at mark·exp(basis·years left)")
  private static let paidIn = Parameter<String>.text(
    "settlement", isOptional: true,
    "the asset that gains and losses are paid in, entry prices being in it; the settlement currency if absent")
  private static let ltv = Parameter<Double>.number(
    "ltv", unit: "fraction", in: .fraction, isOptional: true, "what may be borrowed against it")
  private static let threshold = Parameter<Double>.number(
    "liquidationThreshold", unit: "fraction", in: .fraction, isOptional: true, "the debt that its value carries")
  private static let supplyRate = Parameter<Double>.number(
    "supplyRate", unit: "per year", in: Bounds(-10, 10), default: 0, "interest on a balance, continuously compounded")
  private static let borrowRate = Parameter<Double>.number(
    "borrowRate", unit: "per year", in: Bounds(-10, 10), default: 0, "interest on a debt, continuously compounded")

  /// Reads the list; an instrument that is wrong is recorded and left out.
  init(
    reading reader: inout ParameterReader, settlement: String?, assets: AssetListing, tables: BracketListing,
    intake: Intake
  ) {
    self.settlement = settlement
    let items = reader.list("instruments", required: true, allowed: "a list of { id, kind, … }")
    var names: Set<String> = []
    var settlements: [(id: String, place: SourceLocation)] = []
    for item in items {
      var entry = ParameterReader(item, problems: intake.problems)
      let id = entry.read(Self.id)
      guard let kindName = entry.read(Self.kindName) else { continue }
      let kind = kind(kindName, reading: &entry, assets: assets, tables: tables)
      entry.finish()
      guard let id else { continue }
      guard names.insert(id).inserted else {
        entry.record("an instrument is listed twice", key: "id", found: quotedForMessage(id))
        continue
      }
      if let flaw = AccountName.flaw(of: id) { entry.record("the instrument's name \(flaw)", key: "id") }
      if kindName == .settlement { settlements.append((id, item.location)) }
      guard let kind else { continue }
      instruments.append(Instrument(id: id, kind: kind))
      places.append(item.location)
    }
    Self.check(settlements, settlement: settlement, reader)
  }

  /// Warns of assets and tables that no instrument refers to.
  func warnOfUnused(assets: AssetListing, tables: BracketListing, intake: Intake) {
    for (id, place) in zip(assets.ids, assets.places) where !usedAssets.contains(id) {
      intake.warn("no instrument has the asset \(quotedForMessage(id))", at: place)
    }
    for (index, name) in tables.names.enumerated() where !usedTables.contains(index) {
      intake.warn("no instrument uses the margin table \(quotedForMessage(name))", at: tables.places[index])
    }
  }

  /// Exactly one instrument is the settlement currency, and bears its name.
  private static func check(
    _ found: [(id: String, place: SourceLocation)], settlement: String?, _ reader: ParameterReader
  ) {
    let problems = reader.problems
    guard let first = found.first else {
      reader.record(
        "no instrument is the settlement currency", key: "instruments",
        hint: "add { id: \(settlement ?? "USD"), kind: settlement }")
      return
    }
    for extra in found.dropFirst() {
      problems.record(
        "there is more than one settlement instrument", at: extra.place, found: quotedForMessage(extra.id))
    }
    if let settlement, first.id != settlement {
      problems.record(
        "the settlement instrument has another name than the settlement currency",
        at: first.place.appending(key: "id"), found: quotedForMessage(first.id), allowed: quotedForMessage(settlement))
    }
  }

  /// What the instrument is; nil, recorded, where its parameters are wrong.
  private mutating func kind(
    _ name: KindName, reading entry: inout ParameterReader, assets: AssetListing, tables: BracketListing
  ) -> Instrument.Kind? {
    switch name {
    case .settlement: return .settlement
    case .spot:
      let asset = asset(reading: &entry, among: assets)
      let collateral = Self.weights("collateralWeight", bounds: .fraction, &entry)
      let liability = Self.weights("liabilityWeight", bounds: Bounds(1, 100), &entry)
      Self.check(collateral: collateral, liability: liability, entry)
      let accepted = Self.loanToValue(&entry)
      let supply = entry.read(Self.supplyRate)
      let borrow = entry.read(Self.borrowRate)
      guard let asset, let supply, let borrow else { return nil }
      return .spot(
        SpotTerms(
          asset: asset, collateralWeight: collateral ?? .full, liabilityWeight: liability ?? .full,
          loanToValue: accepted, supplyRate: supply, borrowRate: borrow))
    case .perpetual: return perpetual(reading: &entry, isInverse: false, assets: assets, tables: tables)
    case .inversePerpetual: return perpetual(reading: &entry, isInverse: true, assets: assets, tables: tables)
    case .future:
      let asset = asset(reading: &entry, among: assets)
      let brackets = brackets(reading: &entry, among: tables)
      let hours = entry.read(Self.expiry)
      let basis = entry.read(Self.basis)
      let paidIn = settlementAsset(reading: &entry, asset: asset, among: assets)
      guard let asset, let hours, let basis else { return nil }
      return .perpetual(
        PerpetualTerms(
          asset: asset, brackets: brackets, settlementAsset: paidIn,
          expiry: FutureExpiry(hours: hours, basisPerYear: basis)))
    case .option: return option(reading: &entry, assets: assets, tables: tables)
    case .poolShare: return poolShare(reading: &entry, assets: assets)
    }
  }

  /// A European option.
  private mutating func option(
    reading entry: inout ParameterReader, assets: AssetListing, tables: BracketListing
  ) -> Instrument.Kind? {
    let asset = asset(reading: &entry, among: assets)
    let brackets = brackets(reading: &entry, among: tables)
    let contract = OptionReading.contract(&entry)
    let hours = entry.read(Self.expiry)
    let basis = entry.read(Self.basis)
    let implied = assets.impliedVolatilities.flatMap { all in asset.map { all.indices.contains($0) ? all[$0] : 0 } }
    let volatility = OptionReading.volatility(&entry, atMarket: implied)
    let smile = OptionReading.smile(&entry)
    let weight = Self.weights("collateralWeight", bounds: .fraction, &entry)
    Self.check(collateral: weight, liability: nil, entry)
    guard let asset, let contract, let hours, let basis, let volatility, let smile else { return nil }
    return .option(
      OptionTerms(
        asset: asset, isCall: contract.isCall, strike: contract.strike,
        expiry: FutureExpiry(hours: hours, basisPerYear: basis), volatility: volatility.initial,
        takesMarketVolatility: volatility.isMarket, smile: smile, brackets: brackets, longWeight: weight ?? .full))
  }

  /// A share of a constant-product pool.
  private mutating func poolShare(reading entry: inout ParameterReader, assets: AssetListing) -> Instrument.Kind? {
    let asset = asset(reading: &entry, among: assets)
    let isPair = entry.has(Self.otherAssetName.description.key)
    let other = isPair ? self.asset(reading: &entry, among: assets, by: Self.otherAssetName) : nil
    let product = OptionReading.shareProduct(&entry)
    let collateral = Self.weights("collateralWeight", bounds: .fraction, &entry)
    Self.check(collateral: collateral, liability: nil, entry)
    let accepted = Self.loanToValue(&entry)
    if let asset, asset == other {
      entry.record(
        "a pool has two different assets", key: "otherAsset", hint: "leave it out for the settlement currency")
    }
    guard let asset, let product, isPair == (other != nil) else { return nil }
    return .poolShare(
      PoolShareTerms(
        collateral: SpotTerms(asset: asset, collateralWeight: collateral ?? .full, loanToValue: accepted),
        otherAsset: other, product: product))
  }

  /// A perpetual, linear or inverse.
  private mutating func perpetual(
    reading entry: inout ParameterReader, isInverse: Bool, assets: AssetListing, tables: BracketListing
  ) -> Instrument.Kind? {
    let asset = asset(reading: &entry, among: assets)
    let brackets = brackets(reading: &entry, among: tables)
    let face = isInverse ? entry.read(Self.face) : nil
    let paidIn = isInverse ? nil : settlementAsset(reading: &entry, asset: asset, among: assets)
    let funding = FundingReading(entry.section("funding", required: false))
    guard let asset, let rate = funding.rate, let interval = funding.intervalHours, isInverse == (face != nil) else {
      return nil
    }
    return .perpetual(
      PerpetualTerms(
        asset: asset, brackets: brackets, fundingRate: rate, fundingIntervalHours: interval,
        takesMarketFunding: funding.isMarket, inverseFace: face, settlementAsset: paidIn))
  }

  /// The index in the universe of the asset that a linear contract pays in; nil for the settlement currency and, recorded,
  /// for what is none.
  private mutating func settlementAsset(
    reading entry: inout ParameterReader, asset: Int?, among assets: AssetListing
  ) -> Int? {
    guard let name = entry.readIfPresent(Self.paidIn), name != settlement else { return nil }
    usedAssets.insert(name)
    guard let place = assets.ids.firstIndex(of: name) else {
      entry.record(
        "the venue lists no such asset to settle in", key: "settlement", found: quotedForMessage(name),
        allowed: ([settlement].compactMap(\.self) + assets.ids.prefix(40)).joined(separator: ", "),
        hint: nearestWord(to: name, among: assets.ids).map { "did you mean '\($0)'?" })
      return nil
    }
    if assets.indices[place] == asset {
      entry.record(
        "a linear contract cannot settle in its own asset", key: "settlement", found: quotedForMessage(name),
        hint: "a coin-margined contract is of kind inverse-perpetual")
      return nil
    }
    return assets.indices[place]
  }

  /// The index in the universe of the instrument's asset.
  private mutating func asset(
    reading entry: inout ParameterReader, among assets: AssetListing,
    by parameter: Parameter<String> = InstrumentListing.assetName
  ) -> Int? {
    guard let name = entry.read(parameter) else { return nil }
    usedAssets.insert(name)
    if let place = assets.ids.firstIndex(of: name) { return assets.indices[place] }
    entry.record(
      "the venue lists no such asset", key: parameter.description.key, found: quotedForMessage(name),
      allowed: assets.ids.prefix(40).joined(separator: ", "),
      hint: nearestWord(to: name, among: assets.ids).map { "did you mean '\($0)'?" })
    return nil
  }

  /// Index of the instrument's table; a table that is itself wrong is not reported a second time.
  private mutating func brackets(reading entry: inout ParameterReader, among tables: BracketListing) -> Int? {
    guard let name = entry.readIfPresent(Self.table) else { return nil }
    if let index = tables.names.firstIndex(of: name) {
      usedTables.insert(index)
      return index
    }
    guard !tables.brokenNames.contains(name) else { return nil }
    entry.record(
      "there is no such margin table", key: "margin", found: quotedForMessage(name),
      allowed: tables.names.isEmpty ? "a table defined under the venue's margin" : tables.names.joined(separator: ", "),
      hint: nearestWord(to: name, among: tables.names).map { "did you mean '\($0)'?" })
    return nil
  }

  /// A pair of weights; nil where the key is absent, and then everything counts in full.
  private static func weights(_ key: String, bounds: Bounds, _ entry: inout ParameterReader) -> TwoLevels? {
    guard var section = entry.section(key, required: false) else { return nil }
    let initial = section.read(Parameter<Double>.number("initial", in: bounds, "weight when opening"))
    let maintenance = section.read(Parameter<Double>.number("maintenance", in: bounds, "weight for liquidation"))
    section.finish()
    guard let initial, let maintenance else { return nil }
    return TwoLevels(initial: initial, maintenance: maintenance)
  }

  /// What opening is judged by must not be laxer than what liquidation is judged by.
  private static func check(collateral: TwoLevels?, liability: TwoLevels?, _ entry: ParameterReader) {
    if let collateral, collateral.initial > collateral.maintenance {
      entry.record(
        "collateral counts for more when opening than for liquidation", key: "collateralWeight",
        found: "initial \(collateral.initial)", allowed: "≤ maintenance (\(collateral.maintenance))")
    }
    if let liability, liability.initial < liability.maintenance {
      entry.record(
        "a debt counts for less when opening than for liquidation", key: "liabilityWeight",
        found: "initial \(liability.initial)", allowed: "≥ maintenance (\(liability.maintenance))")
    }
  }

  /// Loan-to-value (initial) and liquidation threshold (maintenance), both or neither.
  private static func loanToValue(_ entry: inout ParameterReader) -> TwoLevels? {
    let hasOne = entry.has(Self.ltv.description.key) != entry.has(Self.threshold.description.key)
    let initial = entry.readIfPresent(Self.ltv)
    let maintenance = entry.readIfPresent(Self.threshold)
    if hasOne {
      entry.record(
        "ltv and liquidationThreshold come together or not at all",
        key: initial == nil ? "ltv" : "liquidationThreshold")
    }
    guard let initial, let maintenance else { return nil }
    if initial > maintenance {
      entry.record(
        "the loan-to-value is above the liquidation threshold", key: "ltv", found: "\(initial)",
        allowed: "≤ liquidationThreshold (\(maintenance))")
    }
    return TwoLevels(initial: initial, maintenance: maintenance)
  }
}
