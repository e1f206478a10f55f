import TestSupport
import Venues

extension Account {
  /// The same account with a holder and a credit line.
  func with(holder: String?, credit: Double) -> Account {
    Account(
      id: id, mode: mode, group: group, owner: owner, loanToValue: loanToValue, efficiencyMode: efficiencyMode,
      holder: holder, credit: credit)
  }
}

extension TwinCase {
  /// The same case with credit lines for some accounts, and some accounts of one holder; isolated positions have neither.
  /// Venues outside `places`, where that is given, stay as they are; entries of contracts that are not linear are not kept.
  func withCredit(at places: [Int]? = nil) -> TwinCase {
    var figures = TwinRandomFigures(seed: 9_000_001, case: number)
    var other = self
    for index in places ?? Array(venues.indices) {
      let venue = venues[index].venue
      let book = venue.book
      let accounts = Self.credited(book, &figures)
      var positions: [Position] = []
      for account in book.accounts.indices {
        positions.append(Position(account: account, instrument: 0, quantity: book.cash[account]))
        for place in book.positions(of: account) {
          positions.append(
            Position(
              account: account, instrument: book.columns[Int(book.column[place])].instrument,
              quantity: book.quantity[place]))
        }
      }
      other.venues[index].venue = Venue(
        id: venue.id, summary: venue.summary, settlement: venue.settlement, isSynthetic: venue.isSynthetic,
        depths: venue.depths, instruments: venue.instruments,
        book: Book(accounts: accounts, groups: book.groups, instruments: venue.instruments, positions: positions))
    }
    return other
  }

  /// The accounts of a book, some with a credit line, some of one holder.
  static func credited(_ book: Book, _ figures: inout TwinRandomFigures) -> [Account] {
    book.accounts.enumerated().map { place, account in
      guard account.owner == nil else { return account }
      let size = abs(book.cash[place]) + 1e4
      return account.with(
        holder: figures.flip(0.5) ? "H\(figures.count(0...1))" : nil,
        credit: figures.flip(0.6) ? size * figures.uniform(0.05, 0.6) : 0)
    }
  }
}
