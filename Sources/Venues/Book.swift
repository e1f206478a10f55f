/// Everything the accounts of one venue hold, laid out for replay: accounts by row, positions contiguous per account.
///
/// A *column* is something with one unit value at a time: a spot asset held, a spot asset owed, a futures contract. Equity
/// is linear in it: E_a = cash_a + Σ_k q_k·v_{c(k)}, the cash of a linear futures position including −q·entry.
///
/// An inverse position has two columns, so that no value depends on an entry price: its *coins*, q·face/entry units of the
/// asset, worth M each; and its *face*, q·face units worth −1 each. Together they are worth q·face·(M/entry − 1).
///
/// An option is one column, worth its value; the premium that was paid or received for it is in the cash already.
/// A linear position that settles in another asset S has a second column too: its *money*, −q·entry units of S, worth
/// M_S each. Together with the contracts they are worth q·(M/M_S − entry) units of S.
public struct Book: Sendable {
  /// One column of the book.
  public struct Column: Sendable, Hashable {
    /// Whether quantities here are held, owed, or contracts.
    public enum Side: Sendable, Hashable {
      /// A spot balance, q > 0; grows with the supply rate.
      case held
      /// A spot debt, q < 0; grows with the borrow rate.
      case owed
      /// A futures contract or an option, q of either sign.
      case perpetual
    }

    /// What part of its instrument's positions a column holds.
    public enum Leg: Sendable, Hashable {
      /// All of it.
      case whole
      /// The coins of an inverse position: valued and traded at the mark, no notional and no requirement of their own.
      case coins
      /// The face of an inverse position: fixed in settlement money; notional, requirement and funding are counted on it.
      case face
      /// All of an option's positions: the requirement stands on the short ones alone, and nothing is traded in the
      /// underlying's market when one is closed.
      case option
      /// What a linear position in another currency was entered for: units of that currency, valued at its mark; no
      /// notional, no requirement, and never traded.
      case money
    }

    /// Index of the instrument at the venue.
    public let instrument: Int
    /// Index of the asset in the universe.
    public let asset: Int
    /// Which side it is.
    public let side: Side
    /// What part of its instrument's positions it holds.
    public let leg: Leg
    /// Index of a second asset that its value depends on; nil but for shares of a pool of two assets.
    public let otherAsset: Int?

    /// Creates a column.
    public init(instrument: Int, asset: Int, side: Side, leg: Leg = .whole, otherAsset: Int? = nil) {
      self.instrument = instrument
      self.asset = asset
      self.side = side
      self.leg = leg
      self.otherAsset = otherAsset
    }

    /// Whether its value depends on the price of an asset.
    public func dependsOn(_ asset: Int) -> Bool { self.asset == asset || otherAsset == asset }

    /// Whether positions here count towards notional: futures, options and debts, a position of two legs once.
    @inlinable public var countsAsNotional: Bool { side != .held && leg != .coins && leg != .money }
    /// Whether closing a position here trades in the market of its asset.
    @inlinable public var isTraded: Bool { leg != .face && leg != .money && leg != .option }
    /// Whether a rate on notional margins it: an option has tables of its own, and the money of a contract counts in full.
    public var isRated: Bool { leg != .money && leg != .option }
  }

  /// The accounts, isolated positions included.
  public let accounts: [Account]
  /// Names of the groups; an account without one is in `"all"`.
  public let groups: [String]
  /// The columns that somebody holds.
  public let columns: [Column]
  /// What one unit of each column is worth at t = 0.
  public let openingValuations: [UnitValuation]
  /// Positions of account a are `rowStart[a]..<rowStart[a+1]`; count is accounts + 1.
  public let rowStart: [Int32]
  /// Column of each position.
  public let column: [Int32]
  /// Signed quantity of each position.
  public let quantity: [Double]
  /// Entry price of each linear future, averaged by quantity over rows that were added up; 0 for everything else.
  public let entry: [Double]
  /// Constant part of each account's equity: settlement balance minus Σ q·entry of its linear futures.
  public let cash: [Double]
  /// What each account's health starts from: cash and agreed credit.
  public let standing: [Double]

  /// Lays out `positions`, in any order, for `accounts` and `instruments`. Several rows of one account in one
  /// instrument are added up (a debt and a balance of one spot asset stay apart); zero quantities disappear.
  public init(accounts: [Account], groups: [String], instruments: [Instrument], positions: [Position]) {
    self.accounts = accounts
    self.groups = groups
    var layout = ColumnLayout(instruments: instruments)
    var cash = [Double](repeating: 0, count: accounts.count)
    var rows = [Int32](repeating: 0, count: accounts.count + 1)
    var placed: [(account: Int32, column: Int32, quantity: Double, cost: Double)] = []
    placed.reserveCapacity(positions.count)
    for position in positions where position.quantity != 0 {
      var cost = 0.0
      switch instruments[position.instrument].kind {
      case .settlement:
        cash[position.account] += position.quantity
        continue
      case .perpetual(let terms):
        guard let face = terms.inverseFace else {
          guard terms.settlementAsset != nil else {
            cost = position.quantity * position.entryPrice
            cash[position.account] -= cost
            break
          }
          placed.append(
            (Int32(position.account), Int32(layout.column(of: position, leg: .whole)), position.quantity, 0))
          guard position.entryPrice != 0 else { continue }
          placed.append(
            (
              Int32(position.account), Int32(layout.column(of: position, leg: .money)),
              -position.quantity * position.entryPrice, 0
            ))
          continue
        }
        let money = position.quantity * face
        let coins = layout.column(of: position, leg: .coins)
        placed.append((Int32(position.account), Int32(coins), money / position.entryPrice, 0))
        placed.append((Int32(position.account), Int32(layout.column(of: position, leg: .face)), money, 0))
        continue
      case .spot, .poolShare, .option: break
      }
      let column = layout.column(of: position, leg: instruments[position.instrument].isOption ? .option : .whole)
      placed.append((Int32(position.account), Int32(column), position.quantity, cost))
    }
    placed.sort { ($0.account, $0.column) < ($1.account, $1.column) }
    var column: [Int32] = []
    var quantity: [Double] = []
    var cost: [Double] = []
    var previous: (account: Int32, column: Int32)?
    for item in placed {
      if let previous, previous == (item.account, item.column) {
        quantity[quantity.count - 1] += item.quantity
        cost[cost.count - 1] += item.cost
        continue
      }
      previous = (item.account, item.column)
      column.append(item.column)
      quantity.append(item.quantity)
      cost.append(item.cost)
      rows[Int(item.account) + 1] += 1
    }
    for account in accounts.indices { rows[account + 1] += rows[account] }
    columns = layout.columns
    openingValuations = layout.columns.map {
      instruments[$0.instrument].valuation(side: $0.side, leg: $0.leg, after: 0)
    }
    rowStart = rows
    self.column = column
    self.quantity = quantity
    entry = zip(cost, quantity).map { $1 == 0 ? 0 : $0 / $1 }
    self.cash = cash
    standing = zip(cash, accounts).map { $1.credit == 0 ? $0 : $0 + $1.credit }
  }

  /// Positions of account `index`.
  @inlinable
  public func positions(of index: Int) -> Range<Int> { Int(rowStart[index])..<Int(rowStart[index + 1]) }
}

/// Numbers the columns in the order they are first held.
private struct ColumnLayout {
  private(set) var columns: [Book.Column] = []
  private var numbers: [Int]
  private let instruments: [Instrument]

  init(instruments: [Instrument]) {
    self.instruments = instruments
    numbers = [Int](repeating: -1, count: instruments.count * 2)
  }

  mutating func column(of position: Position, leg: Book.Column.Leg) -> Int {
    let isOwed: Bool
    if case .spot = instruments[position.instrument].kind { isOwed = position.quantity < 0 } else { isOwed = false }
    let key = position.instrument * 2 + (isOwed || leg == .face || leg == .money ? 1 : 0)
    if numbers[key] >= 0 { return numbers[key] }
    let side: Book.Column.Side
    var asset = instruments[position.instrument].asset ?? 0
    switch instruments[position.instrument].kind {
    case .perpetual(let terms):
      side = .perpetual
      if leg == .money { asset = terms.settlementAsset ?? asset }
    case .option: side = .perpetual
    case .spot, .settlement, .poolShare: side = isOwed ? .owed : .held
    }
    var other: Int?
    if case .poolShare(let terms) = instruments[position.instrument].kind { other = terms.otherAsset }
    numbers[key] = columns.count
    columns.append(
      Book.Column(instrument: position.instrument, asset: asset, side: side, leg: leg, otherAsset: other))
    return numbers[key]
  }
}
