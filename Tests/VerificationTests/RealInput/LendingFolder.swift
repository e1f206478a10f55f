import Foundation

/// A portfolio folder and a job made from a snapshot of lending accounts.
struct LendingFolder {
  /// The accounts with their balances.
  let accounts: [(account: LendingSnapshot.Account, balances: LendingBalances)]
  private let snapshot: LendingSnapshot
  /// Y of the impact law; 0 for none.
  private let impactCoefficient: Double

  static let jobName = "aave-202306"

  init(_ snapshot: LendingSnapshot, impactCoefficient: Double = 1) {
    self.snapshot = snapshot
    self.impactCoefficient = impactCoefficient
    accounts = snapshot.accounts.map { ($0, LendingBalances($0)) }
  }

  /// The price at the start of what moves an instrument.
  func price(of instrument: LendingInstrument) -> Double {
    switch instrument.asset {
    case "ETH": snapshot.lastPrices.ether
    case "BTC": snapshot.lastPrices.bitcoin
    default: 1
    }
  }

  /// Writes `venue.yaml`, `accounts.csv`, `positions.csv`, `prices.csv` and `job.yaml`.
  func write(to folder: String) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let files = [
      ("venue.yaml", venueText), ("accounts.csv", accountsText), ("positions.csv", positionsText),
      ("prices.csv", pricesText), ("job.yaml", jobText),
    ]
    for (name, text) in files { try text.write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8) }
  }

  /// What was made, in a few lines.
  var summary: String {
    func millions(_ value: Double) -> String { significant(value / 1e6, digits: 5) + "m" }
    let held = accounts.reduce(0) { $0 + $1.account.collateral }
    let owed = accounts.reduce(0) { $0 + $1.account.debt }
    let residuals = accounts.map(\.balances)
    return """
      \(accounts.count) accounts, collateral \(millions(held)), debt \(millions(owed)) USD
      residual collateral \(millions(residuals.reduce(0) { $0 + $1.residualHeld })) (OTHER, moves with ether), \
      residual debt \(millions(residuals.reduce(0) { $0 + $1.residualOwed })) (in USD), \
      scaled away \(millions(residuals.reduce(0) { $0 + $1.scaledAway }))
      """
  }

  private var accountsText: String {
    let rows = accounts.map { account, _ in
      "\(account.id),cross,\(Self.group(of: account)),\(account.loanToValue),\(account.threshold)"
    }
    return (["account,mode,group,ltv,liquidation_threshold"] + rows).joined(separator: "\n") + "\n"
  }

  /// The pool's version and what is owed.
  private static func group(_ pool: String, _ bin: String) -> String {
    let debts = ["b1": "ether-debt", "b2": "dollar-debt", "b3": "mixed-debt"]
    return (pool == "aave_v2_ethereum" ? "v2-" : "v3-") + (debts[bin] ?? "other-debt")
  }

  private static func group(of account: LendingSnapshot.Account) -> String {
    group(account.pool, account.bin) + (account.isCorrelated ? "-emode" : "")
  }

  private var positionsText: String {
    let rows = accounts.flatMap { account, balances in
      balances.held.map { "\(account.id),\($0.instrument.rawValue),\($0.value / price(of: $0.instrument))," }
        + balances.owed.map { instrument, value in
          guard let instrument else { return "\(account.id),USD,\(-value)," }
          return "\(account.id),\(instrument.rawValue),\(-value / price(of: instrument)),"
        }
    }
    return (["account,instrument,quantity,entry_price"] + rows).joined(separator: "\n") + "\n"
  }

  /// Ether, bitcoin, and a dollar that does not move.
  private var pricesText: String {
    let rows = snapshot.rows.map { "\($0.time),\($0.ether),\($0.bitcoin),1" }
    return (["time_utc,ETH,BTC,DOLLAR"] + rows).joined(separator: "\n") + "\n"
  }

  private var venueText: String {
    let instruments = LendingInstrument.allCases.map { instrument in
      let terms = instrument.loanToValue
      return """
          - { id: \(instrument.rawValue), kind: spot, asset: \(instrument.asset), ltv: \(terms.initial), \
        liquidationThreshold: \(terms.maintenance), supplyRate: \(instrument.rates.supply), \
        borrowRate: \(instrument.rates.borrow) }
        """
    }
    return """
      # Real accounts of Aave v2 and v3 on Ethereum with staked ether, about 2023-06-19, as one pool.
      # Thresholds: every account has its own in accounts.csv. Depth, impact, bonus, close factor: those of the lending pool
      # that comes with Plimsoll, with their sources in its README. Tokens of staked ether move as ether does: no de-peg.
      venue: aave
      description: "1,811 accounts of Aave v2 and v3 on Ethereum with staked ether, June 2023"
      settlement: USD
      assets:
        - { id: ETH, averageDailyVolume: 55700000, halfSpread: 0.0005 }
        - { id: BTC, averageDailyVolume: 10000000, halfSpread: 0.0005 }
        - { id: DOLLAR, averageDailyVolume: 1000000000, halfSpread: 0.0001 }
      instruments:
        - { id: USD, kind: settlement }
      \(instruments.joined(separator: "\n"))
      liquidation: { policy: close-factor, closeFactor: 0.5, fullBelowHealthFactor: 0.95, bonus: 0.05, reserveShare: 0.1, waves: 8 }
      impact: { coefficient: \(impactCoefficient), exponent: 0.8, permanentShare: 0.4, halfLifeHours: 4 }
      reserve: { balance: 1000000 }
      lossAllocation: bad-debt

      """
  }

  private var jobText: String {
    """
    # Ten days on 1,811 real accounts. Prices: GARCH with Student-t innovations, estimated from prices.csv when it is read.
    job: \(Self.jobName)
    description: "Real accounts of Aave v2 and v3, June 2023: ten days of hourly steps"
    portfolio: .
    market:
      history: prices.csv
      process: { kind: garch, innovations: student-t }
      dependence: { kind: student-t }
    horizon: { days: 10, stepHours: 1 }
    paths: 20000
    seed: 20230619
    marginModels:
      - { name: pool, kind: loan-to-value }
    measures: { levels: [0.95, 0.99, 0.999] }
    limits:
      - { measure: reserve.exhaustionProbability, model: pool, above: 0.05 }
    output: { formats: [json, csv, html, markdown, npy], priceFan: [ETH, BTC] }

    """
  }
}
