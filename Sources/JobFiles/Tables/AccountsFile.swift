import Kernels
import Schema
import Venues

/// Reads `accounts.csv`: `account,mode,group[,ltv,liquidation_threshold][,efficiency_mode][,owner][,credit]`, columns in
/// any order.
///
/// `mode` is `cross` (or blank) or `isolated`; a blank `group` is `all`. An account may have a loan-to-value and a
/// liquidation threshold of its own, both or neither, and be in an efficiency mode of the venue. With an `owner` it is a
/// sub-account, reported under that name; `credit` is an agreed credit line.
struct AccountsFile {
  /// The account names in the order written.
  private(set) var names = NameIndex()
  /// Mode of each account.
  private(set) var modes: [AccountMode] = []
  /// Index into `groups` of each account.
  private(set) var groupOf: [Int] = []
  /// Own loan-to-value and threshold of each account.
  private(set) var loanToValue: [TwoLevels?] = []
  /// Name of the efficiency mode of each account; nil for none.
  private(set) var efficiencyModes: [String?] = []
  /// Whom each account is reported under; nil for itself.
  private(set) var owners: [String?] = []
  /// Credit line of each account in money; 0 for none.
  private(set) var credits: [Double] = []
  /// Group names in the order they first appear.
  private(set) var groups: [String] = []
  /// Line of each account.
  private(set) var lines: [Int] = []
  private var groupNames = NameIndex()

  private static let optional = ["ltv", "liquidation_threshold", "efficiency_mode", "owner", "credit"]

  /// Reads the table in `bytes`; `file` is what messages call it.
  init?(_ bytes: Span<UInt8>, file: String, problems: ProblemCollector) {
    guard var table = CSVTable(bytes, file: file, problems: problems) else { return nil }
    let required = ["account", "mode", "group"]
    guard table.hasColumns(required: required, optional: Self.optional) else { return nil }
    while table.advance(in: bytes) { take(table, bytes) }
    if table.rowCount == 0, problems.isEmpty {
      problems.record("the file has no rows", at: SourceLocation(file: file), allowed: "one row per account")
    }
  }

  /// Adds the account of one row, unless its name is missing or taken.
  private mutating func take(_ table: CSVTable, _ bytes: Span<UInt8>) {
    guard let nameColumn = table.index(of: "account"), isNewName(table, nameColumn, bytes) else { return }
    modes.append(mode(table, bytes))
    groupOf.append(group(table, bytes))
    loanToValue.append(ownLoanToValue(table, bytes))
    let mode = table.index(of: "efficiency_mode").map { table.field($0) }
    efficiencyModes.append(mode.flatMap { $0.isEmpty ? nil : $0.text(in: bytes) })
    owners.append(owner(table, bytes))
    credits.append(credit(table, bytes))
    lines.append(table.line)
  }

  /// The owner named in one row; nil for none, or, recorded, where the name cannot be one.
  private func owner(_ table: CSVTable, _ bytes: Span<UInt8>) -> String? {
    guard let column = table.index(of: "owner"), !table.field(column).isEmpty else { return nil }
    let name = table.field(column).text(in: bytes)
    if let flaw = AccountName.flaw(of: name) {
      table.report(
        "the owner's name \(flaw)", column: column, found: quotedForMessage(table.field(column).shown(in: bytes)))
      return nil
    }
    return name
  }

  /// The credit line of one row; 0 for a blank, or, recorded, where it is no amount.
  private func credit(_ table: CSVTable, _ bytes: Span<UInt8>) -> Double {
    guard let column = table.index(of: "credit"), !table.field(column).isEmpty else { return 0 }
    let field = table.field(column)
    if let value = parseDouble(bytes, from: field.from, to: field.to), value >= 0,
      value <= BookAssembly.largestNotional
    {
      return value
    }
    table.report(
      "the credit line is not allowed", column: column, found: quotedForMessage(field.shown(in: bytes)),
      allowed: "an amount from 0 to \(BookAssembly.largestNotional), or blank for none")
    return 0
  }

  /// Whether the row names a new account; recorded where not.
  private mutating func isNewName(_ table: CSVTable, _ column: Int, _ bytes: Span<UInt8>) -> Bool {
    let field = table.field(column)
    guard !field.isEmpty else {
      table.report("the account is missing", column: column)
      return false
    }
    let placed = names.insert(field.content(in: bytes))
    if !placed.isNew {
      table.report(
        "duplicate account", column: column,
        found: "\(quotedForMessage(field.shown(in: bytes))), first in line \(lines[placed.number])")
      return false
    }
    if let flaw = AccountName.flaw(of: field.text(in: bytes)) {
      table.report("the account's name \(flaw)", column: column, found: quotedForMessage(field.shown(in: bytes)))
    }
    return true
  }

  /// The mode of one row; an unknown word is recorded and read as cross.
  private func mode(_ table: CSVTable, _ bytes: Span<UInt8>) -> AccountMode {
    guard let column = table.index(of: "mode"), !table.field(column).isEmpty else { return .cross }
    let text = table.field(column).shown(in: bytes)
    if let mode = AccountMode(rawValue: text) { return mode }
    table.report(
      "unknown mode", column: column, found: quotedForMessage(text),
      allowed: AccountMode.allCases.map(\.rawValue).joined(separator: " | "))
    return .cross
  }

  /// The number of the row's group.
  private mutating func group(_ table: CSVTable, _ bytes: Span<UInt8>) -> Int {
    guard let column = table.index(of: "group") else { return 0 }
    let field = table.field(column)
    let placed = groupNames.insert(field.isEmpty ? Array("all".utf8) : field.content(in: bytes))
    if placed.isNew {
      if let flaw = AccountName.flaw(of: field.isEmpty ? "all" : field.text(in: bytes)) {
        table.report("the group's name \(flaw)", column: column, found: quotedForMessage(field.shown(in: bytes)))
      }
      groups.append(groupNames.text(of: placed.number))
    }
    return placed.number
  }

  /// The account's own figures; nil where it has none or they are wrong (recorded).
  private func ownLoanToValue(_ table: CSVTable, _ bytes: Span<UInt8>) -> TwoLevels? {
    guard let first = table.index(of: "ltv"), let second = table.index(of: "liquidation_threshold") else {
      reportHalfPair(table)
      return nil
    }
    if table.field(first).isEmpty, table.field(second).isEmpty { return nil }
    let initial = fraction(table, first, bytes)
    let maintenance = fraction(table, second, bytes)
    guard let initial, let maintenance else { return nil }
    guard initial <= maintenance else {
      table.report(
        "the loan-to-value is above the liquidation threshold", column: first, found: "\(initial)",
        allowed: "≤ \(maintenance)")
      return nil
    }
    return TwoLevels(initial: initial, maintenance: maintenance)
  }

  /// Records, once, a table that has one of the two columns only.
  private func reportHalfPair(_ table: CSVTable) {
    guard table.rowCount == 1 else { return }
    if table.index(of: "ltv") != nil || table.index(of: "liquidation_threshold") != nil {
      table.report("ltv and liquidation_threshold come together or not at all")
    }
  }

  /// A number in [0, 1]; nil, recorded, for anything else.
  private func fraction(_ table: CSVTable, _ column: Int, _ bytes: Span<UInt8>) -> Double? {
    let field = table.field(column)
    if let value = parseDouble(bytes, from: field.from, to: field.to), value >= 0, value <= 1 { return value }
    table.report(
      "the number is not allowed", column: column,
      found: field.isEmpty ? "nothing" : quotedForMessage(field.shown(in: bytes)), allowed: "a number in [0, 1]")
    return nil
  }
}
