import Kernels
import Schema
import Venues

/// One row of `positions.csv` after checking.
struct PositionRow {
  /// Number of the account.
  var account: Int32
  /// Index of the instrument at the venue.
  var instrument: Int32
  /// Line of the file.
  var line: Int32
  /// Signed quantity.
  var quantity: Double
  /// Entry price of a perpetual; 0 for balances.
  var entryPrice: Double
  /// Collateral posted for this position alone; 0 where it shares the account's.
  var isolatedCollateral: Double
}

/// Reads `positions.csv`: `account,instrument,quantity,entry_price[,isolated_collateral]`, columns in any order.
///
/// Nothing is allocated per row. Every bad row is recorded; what the good ones say is in `rows`.
struct PositionsFile {
  /// The good rows in the order written.
  private(set) var rows: [PositionRow] = []
  /// The accounts: those of `accounts.csv` where there is one, else in order of first appearance.
  private(set) var accounts: NameIndex

  private let mustBeKnown: Bool
  private let instruments: [Instrument]
  private var instrumentNames = NameIndex()
  private var previousAccount = -1

  /// Reads the table in `bytes`.
  ///
  /// - Parameters:
  ///   - file: what messages call it.
  ///   - instruments: those of the venue.
  ///   - knownAccounts: the accounts of `accounts.csv`; nil where there is none, and then every name is accepted.
  ///   - problems: where bad rows are recorded.
  init?(
    _ bytes: Span<UInt8>, file: String, instruments: [Instrument], knownAccounts: NameIndex?, problems: ProblemCollector
  ) {
    accounts = knownAccounts ?? NameIndex()
    mustBeKnown = knownAccounts != nil
    self.instruments = instruments
    for instrument in instruments { _ = instrumentNames.insert(Array(instrument.id.utf8)) }
    guard var table = CSVTable(bytes, file: file, problems: problems) else { return nil }
    guard
      table.hasColumns(
        required: ["account", "instrument", "quantity", "entry_price"], optional: ["isolated_collateral"]),
      let places = Columns(table)
    else { return nil }
    rows.reserveCapacity(bytes.count / 64)
    while table.advance(in: bytes) {
      if let row = row(table, places, bytes) { rows.append(row) }
    }
    if table.rowCount == 0, problems.isEmpty {
      problems.record("the file has no rows", at: SourceLocation(file: file), allowed: "one row per position")
    }
    recordDuplicates(table)
  }

  /// Where the columns are.
  private struct Columns {
    let account: Int
    let instrument: Int
    let quantity: Int
    let entryPrice: Int
    let isolatedCollateral: Int?

    /// Finds the columns; nil where a required one is missing (recorded by the table).
    init?(_ table: CSVTable) {
      guard let account = table.index(of: "account"), let instrument = table.index(of: "instrument"),
        let quantity = table.index(of: "quantity"), let entryPrice = table.index(of: "entry_price")
      else { return nil }
      self.account = account
      self.instrument = instrument
      self.quantity = quantity
      self.entryPrice = entryPrice
      isolatedCollateral = table.index(of: "isolated_collateral")
    }
  }

  /// One row; nil, with everything that is wrong with it recorded, where it is bad.
  private mutating func row(_ table: CSVTable, _ places: Columns, _ bytes: Span<UInt8>) -> PositionRow? {
    let account = accountNumber(table, places.account, bytes)
    let instrument = instrumentNumber(table, places.instrument, bytes)
    let quantity = number(table, places.quantity, bytes, allowed: "a finite number") { $0.isFinite }
    guard let instrument else { return nil }
    let isPerpetual = if case .perpetual = instruments[instrument].kind { true } else { false }
    guard let entry = entryPrice(table, places.entryPrice, bytes, isPerpetual: isPerpetual),
      let collateral = isolatedCollateral(table, places.isolatedCollateral, bytes, isPerpetual: isPerpetual),
      let account, let quantity
    else { return nil }
    if quantity < 0, case .poolShare = instruments[instrument].kind {
      table.report(
        "a pool share cannot be owed", column: places.quantity,
        found: quotedForMessage(table.field(places.quantity).shown(in: bytes)), allowed: "a number ≥ 0")
      return nil
    }
    return PositionRow(
      account: Int32(truncatingIfNeeded: account), instrument: Int32(truncatingIfNeeded: instrument),
      line: Int32(clamping: table.line), quantity: quantity, entryPrice: entry, isolatedCollateral: collateral)
  }

  /// The account's number. Rows of one account often follow each other, so the account of the row before is tried first.
  private mutating func accountNumber(_ table: CSVTable, _ column: Int, _ bytes: Span<UInt8>) -> Int? {
    let field = table.field(column)
    if previousAccount >= 0, !field.hasDoubledQuotes, accounts.isName(previousAccount, bytes, field.from..<field.to) {
      return previousAccount
    }
    guard !field.isEmpty else {
      table.report("the account is missing", column: column)
      return nil
    }
    let name = field.hasDoubledQuotes ? field.content(in: bytes) : []
    if mustBeKnown {
      let found = field.hasDoubledQuotes ? accounts.find(name) : accounts.find(bytes, field.from..<field.to)
      previousAccount = found ?? previousAccount
      if found == nil {
        table.report(
          "the account is not in accounts.csv", column: column, found: quotedForMessage(field.shown(in: bytes)))
      }
      return found
    }
    let placed = field.hasDoubledQuotes ? accounts.insert(name) : accounts.insert(bytes, field.from..<field.to)
    if placed.isNew, let flaw = AccountName.flaw(of: field.text(in: bytes)) {
      table.report("the account's name \(flaw)", column: column, found: quotedForMessage(field.shown(in: bytes)))
    }
    previousAccount = placed.number
    return placed.number
  }

  /// The instrument's index; nil, recorded, where the venue does not list it.
  private func instrumentNumber(_ table: CSVTable, _ column: Int, _ bytes: Span<UInt8>) -> Int? {
    let field = table.field(column)
    let found =
      field.hasDoubledQuotes
      ? instrumentNames.find(field.content(in: bytes)) : instrumentNames.find(bytes, field.from..<field.to)
    if let found { return found }
    let names = instruments.map(\.id)
    table.report(
      "unknown instrument", column: column, found: quotedForMessage(field.shown(in: bytes)),
      allowed: names.prefix(40).joined(separator: ", "),
      hint: nearestWord(to: field.shown(in: bytes), among: names).map { "did you mean '\($0)'?" })
    return nil
  }

  /// A number in plain decimal form that `isAllowed`; nil, recorded, for anything else.
  private func number(
    _ table: CSVTable, _ column: Int, _ bytes: Span<UInt8>, allowed: StaticString, _ isAllowed: (Double) -> Bool
  ) -> Double? {
    let field = table.field(column)
    if !field.hasDoubledQuotes, let value = parseDouble(bytes, from: field.from, to: field.to), isAllowed(value) {
      return value
    }
    let found = field.isEmpty ? "nothing" : quotedForMessage(field.shown(in: bytes))
    table.report("the number is not allowed", column: column, found: found, allowed: "\(allowed)")
    return nil
  }

  /// The entry price: > 0 for a perpetual, blank and read as 0 for a balance.
  private func entryPrice(_ table: CSVTable, _ column: Int, _ bytes: Span<UInt8>, isPerpetual: Bool) -> Double? {
    if isPerpetual {
      return number(table, column, bytes, allowed: "a finite number > 0") { $0 > 0 && $0.isFinite }
    }
    if table.field(column).isEmpty { return 0 }
    table.report(
      "only a perpetual has an entry price", column: column,
      found: quotedForMessage(table.field(column).shown(in: bytes)), allowed: "nothing")
    return nil
  }

  /// The collateral of an isolated position; 0 where the field is blank.
  private func isolatedCollateral(
    _ table: CSVTable, _ column: Int?, _ bytes: Span<UInt8>, isPerpetual: Bool
  ) -> Double? {
    guard let column, !table.field(column).isEmpty else { return 0 }
    if isPerpetual {
      return number(table, column, bytes, allowed: "a finite number > 0, or nothing") { $0 > 0 && $0.isFinite }
    }
    table.report(
      "only a perpetual can have collateral of its own", column: column,
      found: quotedForMessage(table.field(column).shown(in: bytes)), allowed: "nothing")
    return nil
  }

  /// An account may hold a perpetual once across and once isolated, and a spot asset once as a balance and once as a
  /// debt; anything more is recorded with both lines.
  private func recordDuplicates(_ table: CSVTable) {
    var slot = [Int32](repeating: 0, count: accounts.count + 1)
    for row in rows { slot[Int(row.account) + 1] += 1 }
    for account in 0..<accounts.count { slot[account + 1] += slot[account] }
    var order = [Int32](repeating: 0, count: rows.count)
    for (index, row) in rows.enumerated() {
      order[Int(slot[Int(row.account)])] = Int32(truncatingIfNeeded: index)
      slot[Int(row.account)] += 1
    }
    var latest = [Int32](repeating: -1, count: instruments.count * 3)
    for index in order {
      let row = rows[Int(index)]
      let key = Int(row.instrument) * 3 + place(of: row)
      let earlier = latest[key]
      latest[key] = index
      guard earlier >= 0, rows[Int(earlier)].account == row.account else { continue }
      guard !table.problems.isFull else {
        table.problems.countOnly()
        continue
      }
      table.problems.record(
        "duplicate: the account has this instrument already",
        at: SourceLocation(file: table.file, line: Int(row.line), keyPath: "instrument"),
        found: "\(quotedForMessage(accounts.text(of: Int(row.account)))) \(instruments[Int(row.instrument)].id)"
          + ", first in line \(rows[Int(earlier)].line)",
        hint: "add the quantities up, or give one row of a perpetual isolated_collateral")
    }
  }

  /// Which of the places for one instrument a row takes: 0 what is shared or held, 1 isolated, 2 owed.
  private func place(of row: PositionRow) -> Int {
    if row.isolatedCollateral > 0 { return 1 }
    if case .spot = instruments[Int(row.instrument)].kind, row.quantity < 0 { return 2 }
    return 0
  }
}

/// What an account may be called.
enum AccountName {
  /// What is wrong with a name, as the end of a sentence; nil where nothing is.
  static func flaw(of name: String?) -> String? {
    guard let name else { return "is not UTF-8" }
    if name.utf8.count > 200 { return "is longer than 200 bytes" }
    return holdsControlCharacters(name) ? "holds control characters" : nil
  }
}
