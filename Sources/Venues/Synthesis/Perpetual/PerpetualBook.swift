public import Schema

/// Accounts of a perpetual exchange: takers from distributions of equity, leverage and markets, and market makers who
/// hold the other side, so that every market's longs equal its shorts.
///
/// How a taker is drawn: equity; then whether its positions are isolated, whether part of its equity is a coin, the
/// number of positions, the split of its gross notional over them, a side for each; then, from the largest gross
/// notional to the smallest, the markets (`OpenInterestLedger`); a leverage, drawn again while the initial requirement
/// is not met with the stated buffer, and if that never helps, positions scaled down until it is. Entry prices come
/// last and move no equity: equity is what the account is worth at t = 0.
public struct PerpetualBook: BookKind {
  /// What `plimsoll describe` shows.
  public static let kind = Kind(
    "perpetual-book",
    summary: "takers and market makers of a perpetual exchange, in balance market by market, initial margin met",
    formula: "Σ_a q_a = 0 per market;  E_a at t = 0 as drawn;  (1 + buffer)·IM_a ≤ weighted E_a",
    source: "Clauset, Shalizi and Newman (2009) for the sizes; the figures are the specification's own",
    parameters: PerpetualBookKeys.descriptions)

  /// The venue and the market at t = 0.
  let context: SynthesisContext
  /// Index of the instrument that money is held in.
  let settlement: Int
  /// Number of accounts, market makers included.
  let accounts: Int
  /// Equity of a taker at t = 0 in USD, unrealised profit and coins included.
  let equity: EquityLaw
  /// Groups of takers by rising bound.
  let groups: [EquityGroup]
  /// Gross notional ÷ equity of a taker, before margin limits it.
  let leverage: LognormalLaw
  /// Number of markets that a taker is in.
  let positionCounts: Shares<Int>
  /// How a taker's gross notional is split over its positions.
  let split: DirichletLaw
  /// The markets with a positive share.
  let markets: [Market]
  /// Probability that a position is long, each drawn by itself.
  let longShare: Double
  /// Every account has (1 + this) times its requirement at least; a fraction.
  let initialMarginBuffer: Double
  /// How often a leverage is drawn again before positions are scaled down.
  let maximumRedraws: Int
  /// How entry prices are drawn.
  let entry: EntryTerms
  /// Which takers hold their positions isolated.
  let isolated: IsolatedTerms
  /// Which cross takers hold part of their equity in a coin.
  let coins: [CoinTerms]
  /// Who holds the other side.
  let makers: MarketMakerTerms

  /// Number of accounts that are not market makers.
  var takers: Int { accounts - makers.accounts }

  /// Reads the keys of this kind; see `BookKind`.
  public init?(reading reader: inout ParameterReader, context: SynthesisContext) {
    let keys = PerpetualBookKeys.self
    let accounts = reader.read(keys.accounts)
    let equity = reader.read(keys.equity).flatMap { EquityLaw.read($0, problems: reader.problems) }
    let groups = keys.readGroups(&reader, leastEquity: equity?.body.minimum)
    let leverage = reader.read(keys.leverage).flatMap {
      LognormalLaw.read($0, problems: reader.problems, within: 0...1000, readsBounds: true)
    }
    let split = keys.readSplit(&reader)
    let markets = keys.readMarkets(&reader, context: context)
    let counts = keys.readCounts(&reader, largest: markets?.count)
    let longShare = reader.read(keys.longShare)
    let buffer = reader.read(keys.initialMarginBuffer)
    let redraws = reader.read(keys.maximumRedraws)
    let entry = EntryTerms.read(&reader)
    let isolated = IsolatedTerms.read(&reader)
    let coins = CoinTerms.readList(&reader, context: context)
    let makers = MarketMakerTerms.read(&reader, accounts: accounts)
    if context.settlement == nil {
      reader.record("the venue has no settlement instrument", key: "venue", hint: "list one with `kind: settlement`")
    }
    guard let settlement = context.settlement, let accounts, let equity, let groups, let leverage, let split,
      let markets, let counts, let longShare, let buffer, let redraws, let entry, let isolated, let coins, let makers
    else { return nil }
    self.context = context
    self.settlement = settlement
    self.accounts = accounts
    self.equity = equity
    self.groups = groups
    self.leverage = leverage
    self.split = split
    self.markets = markets
    positionCounts = counts
    self.longShare = longShare
    initialMarginBuffer = buffer
    maximumRedraws = redraws
    self.entry = entry
    self.isolated = isolated
    self.coins = coins
    self.makers = makers
  }

  /// One market of the book.
  struct Market: Sendable {
    /// Its instrument.
    let instrument: Int
    /// Its asset.
    let asset: Int
    /// Price at t = 0.
    let price: Double
    /// Long-run volatility of the asset, annualised.
    let volatility: Double
    /// Requested share of the takers' open interest.
    let share: Double
    /// No taker's position is above this notional.
    let largestNotional: Double
    /// Step of quantities.
    let lot: LotSize

    /// Notional of a number of lots.
    func notional(lots: Double) -> Double { abs(lot.quantity(lots: lots)) * price }

    /// Lots of `notional`, cut to the largest position and to whole lots.
    func lots(notional: Double) -> Double { lot.lotsTowardsZero(min(notional, largestNotional) / price) }
  }
}
