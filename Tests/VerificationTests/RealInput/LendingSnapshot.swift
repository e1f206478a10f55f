import Foundation

/// Real lending accounts and hourly prices beside the project, read plainly.
struct LendingSnapshot {
  /// One account of `aave_steth_accounts_202306.csv`.
  struct Account {
    let id: String
    let pool: String
    /// What it owes: `b1` ether, `b2` dollars, `b3` both, `other`.
    let bin: String
    /// Whether it borrows in the category of correlated assets, at higher thresholds.
    let isCorrelated: Bool
    let loanToValue: Double
    let threshold: Double
    /// collateral·threshold ÷ debt as the file states it.
    let healthFactor: Double
    let collateral: Double
    let debt: Double
    /// Every other column by name.
    let amounts: [String: Double]
  }

  /// One row of the prices: its time and closes.
  struct Row {
    let time: Substring
    /// Blank where there is none.
    let ether: Substring
    let bitcoin: Substring
  }

  static let accountsFile = "aave_steth_accounts_202306.csv"
  static let pricesFile = "prices_hourly.csv"
  /// The hour whose closes are nearest to the prices in the accounts' file: ether 1,723.47 and 1,719.57, bitcoin 26,666.
  static let lastHour = "2023-06-19T19:00Z"

  let accounts: [Account]
  /// Hourly closes up to `lastHour`.
  let rows: [Row]

  /// Whether both files are in `folder`.
  static func isPresent(in folder: String) -> Bool {
    [accountsFile, pricesFile].allSatisfy { FileManager.default.fileExists(atPath: "\(folder)/\($0)") }
  }

  init(folder: String) throws {
    accounts = try plainTable("\(folder)/\(Self.accountsFile)").map(Self.account)
    let prices = try plainTable("\(folder)/\(Self.pricesFile)")
    rows = prices.prefix { ($0["time_utc"] ?? "") <= Self.lastHour }.map {
      Row(time: $0["time_utc"] ?? "", ether: $0["ETH"] ?? "", bitcoin: $0["BTC"] ?? "")
    }
    guard rows.last.map({ $0.time == Self.lastHour }) ?? false else {
      throw MissingPart(description: "the row \(Self.lastHour) of \(Self.pricesFile) is missing")
    }
  }

  /// The last price of ether and of bitcoin.
  var lastPrices: (ether: Double, bitcoin: Double) {
    (rows.last.flatMap { Double($0.ether) } ?? .nan, rows.last.flatMap { Double($0.bitcoin) } ?? .nan)
  }

  private static func account(_ cells: [Substring: Substring]) throws -> Account {
    func number(_ column: String) throws -> Double {
      try required(cells[column[...]].flatMap { Double($0) }, "a number in column \(column)")
    }
    func text(_ column: String) throws -> String { String(try required(cells[column[...]], "column \(column)")) }
    return Account(
      id: try text("account"), pool: try text("pool"), bin: try text("bin"), isCorrelated: try number("emode") == 1,
      loanToValue: try number("ltv"), threshold: try number("liq_threshold"),
      healthFactor: try number("health_factor"), collateral: try number("collateral_usd"),
      debt: try number("debt_usd"),
      amounts: Dictionary(
        uniqueKeysWithValues: cells.compactMap { key, value in Double(value).map { (String(key), $0) } }))
  }
}
