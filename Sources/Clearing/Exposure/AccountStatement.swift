public import Venues

/// One account as a risk officer checks it by hand: what it holds, what that counts for, what is required, and at which
/// price of each asset it would be liquidated.
public struct AccountStatement: Sendable {
  /// One instrument that the account holds; both legs of an inverse position together.
  public struct Row: Sendable {
    /// Name of the instrument.
    public let instrument: String
    /// Signed quantity: asset units, or contracts of an inverse perpetual.
    public internal(set) var quantity = 0.0
    /// Mark of the asset.
    public let mark: Double
    /// What the position adds to equity, apart from what its entry price put into cash.
    public internal(set) var value = 0.0
    /// What counts towards notional: futures, debts, and options by their delta.
    public internal(set) var notional = 0.0
    /// What the value counts for in weighted equity.
    public internal(set) var weighted = TwoLevels(initial: 0, maintenance: 0)
    /// What the position requires.
    public internal(set) var requirement = TwoLevels(initial: 0, maintenance: 0)
  }

  /// The worst scenario of underlyings that are shocked together.
  public struct WorstCase: Sendable {
    /// Indices of those of the assets that the account holds derivatives of.
    public let assets: [Int]
    /// The scenario; its price move is that of the group's first asset.
    public let shock: ScenarioShock
    /// What it adds to the requirement, contingencies apart.
    public let requirement: TwoLevels
    /// All scenarios of the group.
    public let scenarios: [Scenario]
  }

  /// One scenario.
  public struct Scenario: Sendable {
    /// What is moved.
    public let shock: ScenarioShock
    /// What the account's derivatives gain, times the weight.
    public let gain: Double
  }

  /// Where moving one asset's price alone takes the account.
  public struct PricePoints: Sendable {
    /// Index of the asset.
    public let asset: Int
    /// Its price now.
    public let price: Double
    /// The account is liquidatable below this price; nil where no fall makes it so.
    public let liquidationBelow: Double?
    /// The account is liquidatable above this price; nil where no rise makes it so.
    public let liquidationAbove: Double?
    /// Whether no price of this asset alone makes the account healthy.
    public let isNeverHealthy: Bool
    /// Where equity is zero; nil where no price makes it so.
    public let bankruptcy: Double?
  }

  /// Index of the account.
  public let account: Int
  /// Its settlement balance, less the entry value of its linear futures.
  public let cash: Double
  /// What it holds, in the order of the book.
  public let rows: [Row]
  /// What the account is asked for by scenarios, by group of underlyings; empty where it is not margined by any.
  public let worstCases: [WorstCase]
  /// Equity, weighted equity and requirements.
  public let health: AccountHealth
  /// One per asset that the account's value depends on.
  public let prices: [PricePoints]
  /// What the account gains or loses as each of these assets moves.
  public let greeks: [BookExposure]

  /// Notional of futures and debts, and of options by their delta.
  public var notional: Double { rows.reduce(0) { $0 + $1.notional } }
  /// Notional ÷ margin buffer: what share of itself the price of everything may move against the account before health
  /// is gone is about its inverse. Infinite where health is not positive; 0 without notional.
  public var effectiveLeverage: Double {
    guard notional > 0 else { return 0 }
    return health.health > 0 ? notional / health.health : .infinity
  }

  /// The statement of `account` at t = 0.
  public init(account: Int, venue: Venue, curve: HealthCurve, prices: [Double]) {
    let book = venue.book
    self.account = account
    cash = book.cash[account]
    health = curve.health(of: account)
    rows = Self.rows(account: account, venue: venue, curve: curve, prices: prices)
    worstCases = curve.worstCases(of: account)
    let held = book.positions(of: account).map { book.columns[Int(book.column[$0])] }
    let assets = Set(held.map(\.asset) + held.compactMap(\.otherAsset)).sorted()
    greeks = BookExposure.all(of: book, accounts: [account], prices: prices)
    self.prices = assets.map { asset in
      let isMoved = prices.indices.map { $0 == asset }
      let range = curve.healthyRange(of: account, isMoved: isMoved)
      return PricePoints(
        asset: asset, price: prices[asset], liquidationBelow: range.low.map { $0 * prices[asset] },
        liquidationAbove: range.high.map { $0 * prices[asset] }, isNeverHealthy: range.isEmpty,
        bankruptcy: curve.bankruptcyRatio(of: account, isMoved: isMoved).map { $0 * prices[asset] })
    }
  }

  private static func rows(account: Int, venue: Venue, curve: HealthCurve, prices: [Double]) -> [Row] {
    let book = venue.book
    var rows: [Row] = []
    var place: [Int: Int] = [:]
    for position in book.positions(of: account) {
      let index = Int(book.column[position])
      let column = book.columns[index]
      let mark = prices[column.asset]
      let key = column.instrument * 2 + (column.side == .owed ? 1 : 0)
      if place[key] == nil {
        place[key] = rows.count
        rows.append(Row(instrument: venue.instruments[column.instrument].id, mark: mark))
      }
      let row = place[key] ?? 0
      let counted = curve.counted(position: position)
      rows[row].quantity += quantity(position, column, book, venue.instruments[column.instrument])
      rows[row].value += book.quantity[position] * book.openingValuations[index].value(at: prices, asset: column.asset)
      if column.countsAsNotional {
        rows[row].notional +=
          abs(book.quantity[position]) * book.openingValuations[index].exposure(at: prices, asset: column.asset)
      }
      rows[row].weighted = rows[row].weighted + counted.weighted
      rows[row].requirement = rows[row].requirement + counted.requirement
    }
    return rows
  }

  /// The quantity of a position as the positions file has it, counted on one leg; 0 for the other.
  private static func quantity(_ position: Int, _ column: Book.Column, _ book: Book, _ instrument: Instrument) -> Double
  {
    if column.leg == .money { return 0 }
    guard case .perpetual(let terms) = instrument.kind, let face = terms.inverseFace else {
      return book.quantity[position]
    }
    return column.leg == .face ? book.quantity[position] / face : 0
  }
}

extension TwoLevels {
  /// The sum, level by level.
  static func + (left: TwoLevels, right: TwoLevels) -> TwoLevels {
    TwoLevels(initial: left.initial + right.initial, maintenance: left.maintenance + right.maintenance)
  }
}
