public import Schema

/// Accounts of a venue that lists options beside perpetuals and dated futures: takers who each follow one strategy, and
/// market makers who hold the other side of every contract and hedge its delta with coins.
///
/// A taker is drawn so: strategy, equity, underlying; whether part of its equity is a coin; expiry, call or put, in or out of
/// the money and how far; then as many units of the strategy as its premium and its initial margin allow, each drawn as a
/// share of equity. Equity is what the account is worth at t = 0; premiums are paid and received at the value of t = 0.
public struct OptionsBook: BookKind {
  /// What `plimsoll describe` shows.
  public static let kind = Kind(
    "options-book", summary: "takers by strategy and delta-hedged market makers of an options venue, margin met",
    formula: "Σ_a q_a = 0 per contract;  E_a at t = 0 as drawn;  (1 + buffer)·IM_a ≤ weighted E_a",
    source: "the figures are the specification's own", parameters: OptionsBookKeys.descriptions)

  let context: SynthesisContext
  let settlement: Int
  let accounts: Int
  let equity: EquityLaw
  let strategies: Shares<OptionStrategy>
  let underlyings: [Underlying]
  let expiries: Shares<Double>
  let putShare: Double
  let inTheMoneyShare: Double
  let moneynessSigma: Double
  let marginUse: ClosedRange<Double>
  let premiumShare: ClosedRange<Double>
  let largestLeverage: Double
  let coins: [CoinTerms]
  let initialMarginBuffer: Double
  let makers: MarketMakerTerms

  /// Number of accounts that are not market makers.
  var takers: Int { accounts - makers.accounts }

  /// An asset that options are listed on.
  struct Underlying: Sendable {
    let asset: Int
    /// Its perpetual, and the coin that makers hedge with where the venue lists it.
    let perpetual: Int
    let coin: Int?
    let share: Double
    /// No taker has more of it than this notional.
    let largestNotional: Double
    let lot: LotSize
    /// Its options and its dated futures.
    let options: [(instrument: Int, terms: OptionTerms)]
    let futures: [Int]
  }

  /// Reads the keys of this kind; see `BookKind`.
  public init?(reading reader: inout ParameterReader, context: SynthesisContext) {
    let keys = OptionsBookKeys.self
    let accounts = reader.read(PerpetualBookKeys.accounts)
    let equity = reader.read(PerpetualBookKeys.equity).flatMap { EquityLaw.read($0, problems: reader.problems) }
    let strategies = keys.readStrategies(&reader)
    let markets = PerpetualBookKeys.readMarkets(&reader, context: context)
    let expiries = keys.readExpiries(&reader, context: context)
    let putShare = reader.read(keys.putShare)
    let inTheMoney = reader.read(keys.inTheMoneyShare)
    let sigma = reader.read(keys.moneynessSigma)
    let use = keys.readRange(keys.marginUse, &reader)
    let premium = keys.readRange(keys.premiumShare, &reader)
    let leverage = reader.read(keys.largestLeverage)
    let coins = CoinTerms.readList(&reader, context: context)
    let buffer = reader.read(PerpetualBookKeys.initialMarginBuffer)
    let makers = MarketMakerTerms.read(&reader, accounts: accounts)
    if context.settlement == nil {
      reader.record("the venue has no settlement instrument", key: "venue", hint: "list one with `kind: settlement`")
    }
    let underlyings = markets.map { $0.map { Self.underlying($0, context: context) } }
    for underlying in underlyings ?? [] where !Self.isComplete(underlying, expiries: expiries) {
      reader.record(
        "an underlying lacks calls or puts of one of the expiries", key: "marketShares",
        found: context.instruments[underlying.perpetual].id, hint: "list both types for every expiry with a share")
      return nil
    }
    guard let settlement = context.settlement, let accounts, let equity, let strategies, let underlyings, let expiries,
      let putShare, let inTheMoney, let sigma, let use, let premium, let leverage,
      let coins, let buffer, let makers
    else { return nil }
    self.context = context
    self.settlement = settlement
    self.accounts = accounts
    self.equity = equity
    self.strategies = strategies
    self.underlyings = underlyings
    self.expiries = expiries
    self.putShare = putShare
    inTheMoneyShare = inTheMoney
    moneynessSigma = sigma
    marginUse = use
    premiumShare = premium
    largestLeverage = leverage
    self.coins = coins
    initialMarginBuffer = buffer
    self.makers = makers
  }

  private static func underlying(_ market: PerpetualBook.Market, context: SynthesisContext) -> Underlying {
    let listed = context.instruments.enumerated()
    return Underlying(
      asset: market.asset, perpetual: market.instrument,
      coin: listed.first { $0.element.kind.isSpot && $0.element.asset == market.asset }?.offset, share: market.share,
      largestNotional: market.largestNotional, lot: market.lot,
      options: listed.compactMap { index, instrument -> (instrument: Int, terms: OptionTerms)? in
        guard case .option(let terms) = instrument.kind, terms.asset == market.asset, terms.brackets != nil else {
          return nil
        }
        return (index, terms)
      },
      futures: listed.compactMap { index, instrument -> Int? in
        guard case .perpetual(let terms) = instrument.kind, terms.asset == market.asset, terms.expiry != nil,
          terms.inverseFace == nil, terms.brackets != nil
        else { return nil }
        return index
      })
  }

  /// Whether there are calls and puts of every expiry that can be drawn.
  private static func isComplete(_ underlying: Underlying, expiries: Shares<Double>?) -> Bool {
    (expiries?.items ?? []).allSatisfy { hours in
      [true, false].allSatisfy { isCall in
        underlying.options.contains { $0.terms.expiry.hours == hours && $0.terms.isCall == isCall }
      }
    }
  }
}

/// What a taker of an options venue does.
enum OptionStrategy: String, Sendable, Hashable, CaseIterable {
  /// A call or a put is bought.
  case buyer
  /// A call or a put is bought and one further out of the money sold.
  case spread
  /// A call or a put is sold.
  case writer
  /// An out-of-the-money call and put are sold.
  case strangle
  /// A perpetual is held and a call on it sold.
  case coveredCall = "covered-call"
  /// A perpetual is held and a put on it bought.
  case protectivePut = "protective-put"
  /// A coin is held and a dated future on it sold.
  case carry
  /// A perpetual is held, long or short.
  case perpetual
}

/// The keys of an options book's specification that are its own.
enum OptionsBookKeys {
  static let strategies = Parameter<DocumentNode>.nested(
    "strategies", allowed: "fractions by " + OptionStrategy.allCases.map(\.rawValue).joined(separator: " | "),
    "share of the takers that follow each strategy")
  static let expiryShares = Parameter<DocumentNode>.nested(
    "expiryShares", allowed: "fractions by hours to expiry, such as { 168: 0.6, 720: 0.4 }",
    "probability of each expiry, of those that the venue lists")
  static let putShare = Parameter<Double>.number(
    "putShare", in: .fraction, "probability that a single option is a put, else a call")
  static let inTheMoneyShare = Parameter<Double>.number(
    "inTheMoneyShare", in: .fraction, "probability that an option is chosen in the money")
  static let moneynessSigma = Parameter<Double>.number(
    "moneynessSigma", unit: "standard deviations", in: Bounds(0, 10, openBelow: true), default: 1,
    "distance of strikes from the forward: half-normal with this scale, in standard deviations to expiry")
  static let marginUse = Parameter<[Double]>.numbers(
    "marginUse", in: .fraction, "bounds of initial margin ÷ equity, drawn uniformly between them")
  static let premiumShare = Parameter<[Double]>.numbers(
    "premiumShare", in: .fraction, "bounds of premium paid ÷ equity, drawn uniformly between them")

  static let largestLeverage = Parameter<Double>.number(
    "largestLeverage", unit: "multiple of equity", in: Bounds(0, 1000, openBelow: true), default: 5,
    "notional of the underlying ÷ equity is at most this")

  static var descriptions: [ParameterDescription] {
    [
      PerpetualBookKeys.accounts.description, PerpetualBookKeys.equity.description, strategies.description,
      PerpetualBookKeys.marketShares.description, PerpetualBookKeys.largestShareOfDailyVolume.description,
      expiryShares.description, putShare.description, inTheMoneyShare.description, moneynessSigma.description,
      marginUse.description, premiumShare.description,
      largestLeverage.description, CoinTerms.key.description,
      PerpetualBookKeys.initialMarginBuffer.description, MarketMakerTerms.key.description,
    ]
  }

  static func readStrategies(_ reader: inout ParameterReader) -> Shares<OptionStrategy>? {
    guard let node = reader.read(strategies) else { return nil }
    return Shares.read(node, problems: reader.problems) { name, location in
      if let strategy = OptionStrategy(rawValue: name) { return strategy }
      let words = OptionStrategy.allCases.map(\.rawValue)
      reader.problems.record(
        "there is no such strategy", at: location, found: quotedForMessage(name),
        allowed: words.joined(separator: " | "),
        hint: nearestWord(to: name, among: words).map { "did you mean '\($0)'?" })
      return nil
    }
  }

  static func readExpiries(_ reader: inout ParameterReader, context: SynthesisContext) -> Shares<Double>? {
    guard let node = reader.read(expiryShares) else { return nil }
    let listed = Set(
      context.instruments.compactMap { instrument -> Double? in
        if case .option(let terms) = instrument.kind { terms.expiry.hours } else { nil }
      }
    ).sorted()
    return Shares.read(node, problems: reader.problems) { name, location in
      if let hours = Double(name), listed.contains(hours) { return hours }
      reader.problems.record(
        "the venue lists no options of that expiry", at: location, found: quotedForMessage(name),
        allowed: listed.map { "\($0)" }.joined(separator: ", "))
      return nil
    }
  }

  static func readRange(_ key: Parameter<[Double]>, _ reader: inout ParameterReader) -> ClosedRange<Double>? {
    guard let bounds = reader.read(key), let low = bounds.first, let high = bounds.last else { return nil }
    guard bounds.count == 2, low <= high else {
      reader.record("bounds are expected here", key: key.description.key, allowed: "[low, high] with low ≤ high")
      return nil
    }
    return low...high
  }
}
