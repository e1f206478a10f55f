/// One made-up account.
public struct SyntheticAccount: Sendable, Hashable {
  /// Its name, unique in the book.
  public var id: String
  /// How its positions share collateral.
  public var mode: AccountMode
  /// Name of its group.
  public var group: String
  /// Loan-to-value and liquidation threshold of its own, where it has them.
  public var loanToValue: TwoLevels?
}

/// One row of the positions of a synthetic book. Numbers are decimals short enough to be written without loss.
public struct SyntheticPosition: Sendable, Hashable {
  /// Index of the account.
  public var account: Int
  /// Index of the instrument at the venue.
  public var instrument: Int
  /// Signed quantity in asset units; money for the settlement instrument.
  public var quantity: Double
  /// Price at which a perpetual was entered; nil for balances.
  public var entryPrice: Double?
  /// Money posted with an isolated position; nil for all others.
  public var isolatedCollateral: Double?
}

/// One line of the comparison between what a specification asked for and what came out.
public struct BookAggregate: Sendable, Hashable {
  /// What it is, with its unit.
  public var name: String
  /// What the specification asks for; nil where it states nothing.
  public var requested: Double?
  /// What the book has.
  public var obtained: Double

  /// Creates a line.
  init(_ name: String, requested: Double? = nil, obtained: Double) {
    self.name = name
    self.requested = requested
    self.obtained = obtained
  }
}

/// A book made from stated distributions: accounts, positions, and how well it meets its specification.
public struct SyntheticBook: Sendable {
  /// Name of the kind it was made by.
  public let kind: String
  /// The seed it was drawn with.
  public let seed: UInt64
  /// The instruments of the venue it was made for.
  public let instruments: [Instrument]
  /// The accounts.
  public let accounts: [SyntheticAccount]
  /// The positions, by account.
  public let positions: [SyntheticPosition]
  /// Requested and obtained aggregates, in the order to show.
  public let aggregates: [BookAggregate]

  /// Lays the book out for judging or replay, isolated positions as accounts of their own.
  public func laidOut() -> Book {
    var names: [String] = []
    for account in accounts where !names.contains(account.group) { names.append(account.group) }
    func resolved(_ index: Int, id: String, owner: Int?) -> Account {
      let account = accounts[index]
      let group = names.firstIndex(of: account.group) ?? 0
      return Account(id: id, mode: account.mode, group: group, owner: owner, loanToValue: account.loanToValue)
    }
    var laidOut = accounts.indices.map { resolved($0, id: accounts[$0].id, owner: nil) }
    var rows: [Position] = []
    let settlement = instruments.firstIndex { $0.kind == .settlement }
    for position in positions {
      var account = position.account
      if let posted = position.isolatedCollateral, let settlement {
        let id = "\(accounts[account].id)#\(instruments[position.instrument].id)"
        laidOut.append(resolved(account, id: id, owner: account))
        account = laidOut.count - 1
        rows.append(Position(account: account, instrument: settlement, quantity: posted))
      }
      rows.append(
        Position(
          account: account, instrument: position.instrument, quantity: position.quantity,
          entryPrice: position.entryPrice ?? 0))
    }
    return Book(accounts: laidOut, groups: names, instruments: instruments, positions: rows)
  }
}

/// `word` and a number with leading zeros, as wide as the last one's.
func numberedName(_ word: String, _ number: Int, of count: Int) -> String {
  let digits = String(number)
  return "\(word)-" + String(repeating: "0", count: String(count).count - digits.count) + digits
}
