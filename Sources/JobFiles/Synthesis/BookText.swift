import Foundation
public import Reports
public import Venues

/// The files of a synthetic book as text: the same book gives the same bytes.
struct BookText {
  /// The book to write.
  let book: SyntheticBook

  /// `positions.csv`; the column of isolated collateral only where somebody has some.
  var positions: String {
    let hasIsolated = book.positions.contains { $0.isolatedCollateral != nil }
    var text = "account,instrument,quantity,entry_price\(hasIsolated ? ",isolated_collateral" : "")\n"
    let accounts = book.accounts.map { Self.cell($0.id) }
    let instruments = book.instruments.map { Self.cell($0.id) }
    for position in book.positions {
      text += "\(accounts[position.account]),\(instruments[position.instrument]),"
      text += "\(Self.decimal(position.quantity)),\(position.entryPrice.map(Self.decimal) ?? "")"
      text += hasIsolated ? ",\(position.isolatedCollateral.map(Self.decimal) ?? "")\n" : "\n"
    }
    return text
  }

  /// `accounts.csv`; the columns of a loan-to-value of one's own only where somebody has one.
  var accounts: String {
    let hasOwn = book.accounts.contains { $0.loanToValue != nil }
    var text = "account,mode,group\(hasOwn ? ",ltv,liquidation_threshold" : "")\n"
    for account in book.accounts {
      text += "\(Self.cell(account.id)),\(account.mode.rawValue),\(Self.cell(account.group))"
      let own = account.loanToValue.map { "\(Self.decimal($0.initial)),\(Self.decimal($0.maintenance))" }
      text += hasOwn ? ",\(own ?? ",")\n" : "\n"
    }
    return text
  }

  /// `book.yaml`: that the book is synthetic, and what it was made from.
  func record(of spec: SynthesisSpec) -> String {
    """
    # Written by `plimsoll synthesize`. The accounts beside this file are drawn from distributions; none is real.
    # SHA-256 of the specification: \(spec.file.sha256)
    # SHA-256 of the venue:         \(spec.venueFile.sha256)
    # SHA-256 of the market:        \(spec.marketFile.sha256)
    synthetic: true
    kind: \(book.kind)
    spec: \(Self.quoted(URL(fileURLWithPath: spec.file.absolutePath).lastPathComponent))
    seed: \(book.seed)
    accounts: \(book.accounts.count)
    positions: \(book.positions.count)

    """
  }

  /// A number in plain decimal digits, the fewest that read back as the same number.
  static func decimal(_ value: Double) -> String {
    let shortest = value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : "\(value)"
    guard let mark = shortest.firstIndex(where: { $0 == "e" || $0 == "E" }),
      let exponent = Int(shortest[shortest.index(after: mark)...])
    else { return shortest }
    let isNegative = shortest.hasPrefix("-")
    let mantissa = shortest[..<mark].drop { $0 == "-" }.split(separator: ".")
    let whole = mantissa.first.map(String.init) ?? "0"
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? String(mantissa[1]) : ""
    return (isNegative ? "-" : "") + shifted(whole: whole, fraction: fraction, by: exponent)
  }

  /// The digits `whole.fraction` times 10^exponent.
  private static func shifted(whole: String, fraction: String, by exponent: Int) -> String {
    let digits = whole + fraction
    let point = whole.count + exponent
    if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
    if point >= digits.count { return digits + String(repeating: "0", count: point - digits.count) }
    return "\(digits.prefix(point)).\(digits.dropFirst(point))"
  }

  /// A cell, quoted by RFC 4180 where it must be.
  private static func cell(_ text: String) -> String {
    text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }

  /// A text as a double-quoted YAML scalar.
  private static func quoted(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }
}

/// The comparison that `plimsoll synthesize` prints.
extension SyntheticBook {
  /// What the specification asked for beside what came out, for a terminal.
  public var comparison: TextTable {
    TextTable(
      header: ["synthetic book", "requested", "obtained"],
      rows: aggregates.map { [$0.name, $0.requested.map(Self.figure) ?? "", Self.figure($0.obtained)] })
  }

  /// Whole numbers and large ones without decimals, others with four significant digits.
  private static func figure(_ value: Double) -> String {
    if value == value.rounded() || abs(value) >= 1000 { return String(format: "%.0f", value) }
    return String(format: "%.4g", value)
  }
}
