import Schema

/// A group of takers: those of at least `from` equity and below the next group's.
struct EquityGroup: Sendable, Hashable {
  /// Its name, as in `accounts.csv`.
  let name: String
  /// In USD.
  let from: Double

  /// Reads `{ name, from }`; nil, recorded, where something is wrong.
  static func read(_ node: DocumentNode, problems: ProblemCollector) -> EquityGroup? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    let name = readName(&reader, "the group's name")
    let from = reader.read(Parameter<Double>.number("from", unit: "USD", in: .nonNegative, "least equity"))
    guard let name, let from else { return nil }
    return EquityGroup(name: name, from: from)
  }
}

/// How entry prices are drawn: the mark moved back by a normal log return over an exponential holding time.
struct EntryTerms: Sendable, Hashable {
  /// Mean of the holding time in days.
  let meanHoldingDays: Double
  /// Unrealised profit is at most this share of an account's equity (coins aside): larger ones are scaled down by moving
  /// all its entry prices towards the mark.
  let largestProfitShareOfEquity: Double

  static let key = Parameter<DocumentNode>.nested(
    "entry", allowed: "{ meanHoldingDays, largestProfitShareOfEquity }",
    "entry prices: the mark, moved back by a normal log return over an exponential holding time")

  /// Reads the key `entry`; nil, recorded, where it is missing or wrong.
  static func read(_ outer: inout ParameterReader) -> EntryTerms? {
    guard let node = outer.read(key) else { return nil }
    var reader = ParameterReader(node, problems: outer.problems)
    defer { reader.finish() }
    let days = reader.read(
      Parameter<Double>.number("meanHoldingDays", unit: "days", in: Bounds(0, 3650), "mean holding time"))
    let share = reader.read(
      Parameter<Double>.number(
        "largestProfitShareOfEquity", in: Bounds(0, 1, openAbove: true), default: 0.9,
        "bound on unrealised profit ÷ equity"))
    guard let days, let share else { return nil }
    return EntryTerms(meanHoldingDays: days, largestProfitShareOfEquity: share)
  }
}

/// Takers whose positions are all isolated.
struct IsolatedTerms: Sendable, Hashable {
  /// Their share of the takers.
  let accounts: Double
  /// Share of their equity posted with the positions, in proportion to notional.
  let equityShare: Double

  static let key = Parameter<DocumentNode>.nested(
    "isolated", allowed: "{ accounts, equityShare }", isOptional: true,
    "share of takers whose positions are all isolated, and the share of their equity posted with them; none if absent")

  /// Reads the key `isolated`: nobody where it is absent; nil, recorded, where it is wrong.
  static func read(_ outer: inout ParameterReader) -> IsolatedTerms? {
    guard outer.has(key.description.key) else { return IsolatedTerms(accounts: 0, equityShare: 1) }
    guard let node = outer.readIfPresent(key) else { return nil }
    var reader = ParameterReader(node, problems: outer.problems)
    defer { reader.finish() }
    let accounts = reader.read(Parameter<Double>.number("accounts", in: .fraction, "share of takers"))
    let share = reader.read(
      Parameter<Double>.number("equityShare", in: Bounds(0, 1, openBelow: true), default: 1, "share of equity posted"))
    guard let accounts, let share else { return nil }
    return IsolatedTerms(accounts: accounts, equityShare: share)
  }
}

/// Cross accounts that hold part of their equity in a coin.
struct CoinTerms: Sendable, Hashable {
  /// Index of the coin's spot instrument.
  let instrument: Int
  /// Their share of the cross accounts.
  let accounts: Double
  /// Bounds of the part of equity, drawn uniformly between them.
  let equityShare: ClosedRange<Double>

  static let key = Parameter<DocumentNode>.nested(
    "collateral", allowed: "a list of { instrument, accounts, equityShare: [low, high] }", isOptional: true,
    "share of cross takers that hold part of their equity in a coin, and the bounds of that part; none if absent")

  /// Reads the key `collateral`: no coins where it is absent; nil, recorded, where it is wrong.
  ///
  /// An account holds one coin at most, so the shares of all coins together cannot exceed one.
  static func readList(_ outer: inout ParameterReader, context: SynthesisContext) -> [CoinTerms]? {
    guard outer.has(key.description.key) else { return [] }
    guard let node = outer.readIfPresent(key) else { return nil }
    guard case .sequence(let items) = node.content else {
      outer.record(
        "coins are listed", key: "collateral", found: node.shortDescription, allowed: key.description.allowed)
      return nil
    }
    let coins = items.compactMap { read($0, problems: outer.problems, context: context) }
    guard coins.count == items.count else { return nil }
    guard coins.reduce(0, { $0 + $1.accounts }) <= 1 + 1e-9 else {
      outer.record("more than all accounts would hold a coin", key: "collateral", allowed: "shares adding up to ≤ 1")
      return nil
    }
    return coins
  }

  /// Reads one element of the list.
  private static func read(
    _ node: DocumentNode, problems: ProblemCollector, context: SynthesisContext
  ) -> CoinTerms? {
    var reader = ParameterReader(node, problems: problems)
    defer { reader.finish() }
    let name = reader.read(Parameter<String>.text("instrument", "a spot instrument of the venue"))
    let accounts = reader.read(Parameter<Double>.number("accounts", in: .fraction, "share of cross takers"))
    let share = reader.read(
      Parameter<[Double]>.numbers("equityShare", in: Bounds(0, 1, openAbove: true), "bounds of the part held"))
    guard let name, let accounts, let share, let low = share.first, let high = share.last else { return nil }
    let instrument = context.index(
      of: name, at: node["instrument"]?.location ?? node.location, allowed: "a spot instrument", problems: problems
    ) { $0.isSpot }
    guard share.count <= 2, low <= high else {
      reader.record("bounds are expected here", key: "equityShare", allowed: "[low, high] with low ≤ high")
      return nil
    }
    return instrument.map { CoinTerms(instrument: $0, accounts: accounts, equityShare: low...high) }
  }
}

/// The accounts that hold the other side of the takers' net position in every market.
struct MarketMakerTerms: Sendable, Hashable {
  /// Name of their group.
  let name: String
  /// How many there are.
  let accounts: Int
  /// Standard deviation of the log weight of a maker in a market.
  let weightSigma: Double
  /// Gross notional ÷ equity, before the least equity and the initial requirement have their say.
  let leverage: Double
  /// In USD.
  let minimumEquity: Double

  static let key = Parameter<DocumentNode>.nested(
    "marketMakers", allowed: "{ name, accounts, weightSigma, leverage, minimumEquity }",
    "accounts that hold the other side of each market; equity = max(gross ÷ leverage, minimum, (1 + buffer)·IM)")

  /// Reads the key `marketMakers`; at least one of the `total` accounts must be left for a taker.
  static func read(_ outer: inout ParameterReader, accounts total: Int?) -> MarketMakerTerms? {
    guard let node = outer.read(key) else { return nil }
    var reader = ParameterReader(node, problems: outer.problems)
    defer { reader.finish() }
    let name = readName(&reader, "their group and the start of their names", default: "market-maker")
    let accounts = reader.read(
      Parameter<Int>.integer("accounts", in: 1...max(1, (total ?? 5_000_000) - 1), "number of market makers"))
    let sigma = reader.read(
      Parameter<Double>.number("weightSigma", in: Bounds(0, 5), default: 0.5, "spread of log weights"))
    let leverage = reader.read(Parameter<Double>.number("leverage", in: Bounds(0.01, 1000), "gross ÷ equity"))
    let minimum = reader.read(
      Parameter<Double>.number("minimumEquity", unit: "USD", in: Bounds(0, 1e12), default: 0, "least equity"))
    guard let name, let accounts, let sigma, let leverage, let minimum else { return nil }
    return MarketMakerTerms(
      name: name, accounts: accounts, weightSigma: sigma, leverage: leverage, minimumEquity: minimum)
  }
}
