import Schema

/// The keys of a perpetual book's specification, and the reading of those with rules of their own.
enum PerpetualBookKeys {
  static let accounts = Parameter<Int>.integer(
    "accounts", in: 2...5_000_000, "number of accounts, market makers included")
  static let equity = Parameter<DocumentNode>.nested(
    "equity", allowed: "{ minimum, maximum, body: { median, sigma }, tail: { from, exponent, share } }",
    "equity of a taker at t = 0 in USD: lognormal body, Pareto tail")
  static let groups = Parameter<DocumentNode>.nested(
    "groups", allowed: "a list of { name, from }", "groups of takers by equity in USD: each from its bound upwards")
  static let leverage = Parameter<DocumentNode>.nested(
    "leverage", allowed: "{ kind: lognormal, median, sigma, minimum, maximum }", "gross notional ÷ equity of a taker")
  static let positionsPerAccount = Parameter<DocumentNode>.nested(
    "positionsPerAccount", allowed: "probabilities by number, such as { 1: 0.7, 2: 0.3 }",
    "number of a taker's positions")
  static let positionSplit = Parameter<DocumentNode>.nested(
    "positionSplit", allowed: "{ kind: dirichlet, concentration }", isOptional: true,
    "how gross notional is split over positions; concentration 1 where absent")
  static let marketShares = Parameter<DocumentNode>.nested(
    "marketShares", allowed: "fractions by instrument", "share of each market in the takers' open interest")
  static let longShare = Parameter<Double>.number("longShare", in: .fraction, "probability that a position is long")
  static let largestShareOfDailyVolume = Parameter<Double>.number(
    "largestShareOfDailyVolume", unit: "fraction", in: Bounds(0, 100, openBelow: true), default: 1,
    "a taker's position never exceeds this share of its market's daily volume")
  static let initialMarginBuffer = Parameter<Double>.number(
    "initialMarginBuffer", unit: "fraction", in: Bounds(0, 10), default: 0,
    "every account has at least (1 + this) times its initial requirement")
  static let maximumRedraws = Parameter<Int>.integer(
    "maximumRedraws", in: 0...10_000, default: 50,
    "how often a leverage above the margin limit is drawn again before positions are scaled down")

  /// What `describe` shows, in the order that a specification is usually written.
  static var descriptions: [ParameterDescription] {
    [
      accounts.description, equity.description, groups.description, leverage.description,
      positionsPerAccount.description, positionSplit.description, marketShares.description, longShare.description,
      largestShareOfDailyVolume.description, initialMarginBuffer.description, maximumRedraws.description,
      EntryTerms.key.description, IsolatedTerms.key.description, CoinTerms.key.description,
      MarketMakerTerms.key.description,
    ]
  }

  /// The groups by rising bound; the least equity must fall into one.
  static func readGroups(_ reader: inout ParameterReader, leastEquity: Double?) -> [EquityGroup]? {
    guard let node = reader.read(groups) else { return nil }
    guard case .sequence(let items) = node.content, !items.isEmpty else {
      reader.record(
        "groups are listed", key: "groups", found: node.shortDescription, allowed: groups.description.allowed)
      return nil
    }
    let read = items.compactMap { EquityGroup.read($0, problems: reader.problems) }
    guard read.count == items.count else { return nil }
    let sorted = read.sorted { $0.from < $1.from }
    if let least = leastEquity, let first = sorted.first, first.from > least {
      reader.record(
        "accounts below the first bound have no group", key: "groups", found: "from \(first.from)",
        allowed: "a first bound ≤ equity.minimum, \(least)")
      return nil
    }
    guard Set(sorted.map(\.name)).count == sorted.count, Set(sorted.map(\.from)).count == sorted.count else {
      reader.record("two groups have the same name or bound", key: "groups")
      return nil
    }
    return sorted
  }

  /// How gross notional is split; uniform over the simplex where nothing is said.
  static func readSplit(_ reader: inout ParameterReader) -> DirichletLaw? {
    guard reader.has(positionSplit.description.key) else { return DirichletLaw(concentration: 1) }
    return reader.readIfPresent(positionSplit).flatMap { DirichletLaw.read($0, problems: reader.problems) }
  }

  /// The numbers of positions, none above `largest`, the number of markets.
  static func readCounts(_ reader: inout ParameterReader, largest: Int?) -> Shares<Int>? {
    guard let node = reader.read(positionsPerAccount) else { return nil }
    let limit = min(64, largest ?? 64)
    return Shares.read(node, problems: reader.problems) { name, location in
      if let count = Int(name), (1...max(1, limit)).contains(count) { return count }
      reader.problems.record(
        "a number of positions is expected here", at: location, found: quotedForMessage(name),
        allowed: "a whole number from 1 to \(limit), the number of markets with a share")
      return nil
    }
  }

  /// The markets: perpetuals of the venue with a share, a depth and, for their asset, a price.
  static func readMarkets(_ reader: inout ParameterReader, context: SynthesisContext) -> [PerpetualBook.Market]? {
    let largestShare = reader.read(largestShareOfDailyVolume)
    guard let node = reader.read(marketShares) else { return nil }
    let shares = Shares.read(node, problems: reader.problems) { name, location in
      context.index(of: name, at: location, allowed: "a perpetual with a margin table", problems: reader.problems) {
        $0.isMarginedPerpetual
      }
    }
    guard let shares, let largestShare else { return nil }
    return zip(shares.items, shares.probabilities).filter { $0.1 > 0 }.map { instrument, share in
      let asset = context.instruments[instrument].asset ?? 0
      let volume = context.depths[asset]?.averageDailyVolume ?? .infinity
      let price = context.prices[asset]
      return PerpetualBook.Market(
        instrument: instrument, asset: asset, price: price, volatility: context.volatilities[asset], share: share,
        largestNotional: largestShare * volume, lot: LotSize(price: price))
    }
  }
}
