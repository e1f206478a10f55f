import Clearing
import Foundation
import Markets
import Reports
import Venues

/// A venue under one margin model at the start, in words and tables for a terminal.
struct MarginSubject {
  let venue: Venue
  let assetIDs: [String]
  let prices: [Double]
  let modelName: String
  private let curve: HealthCurve
  /// What staked and wrapped assets stand for.
  private let bases: DerivedBases

  init(
    venue: Venue, assetIDs: [String], prices: [Double], modelName: String, model: any MarginModel, bases: DerivedBases
  ) {
    self.bases = bases
    self.venue = venue
    self.assetIDs = assetIDs
    self.prices = prices
    self.modelName = modelName
    curve = HealthCurve(book: venue.book, model: model, prices: prices)
  }

  // MARK: One account

  /// The account of that name, or the accounts of an owner of that name, with their isolated positions and, where there
  /// are several, what they come to together; empty where the venue has none.
  func accountTexts(_ name: String) throws -> [String] {
    let accounts = venue.book.accounts
    let named = accounts.indices.filter {
      accounts[$0].owner == nil && (accounts[$0].id == name || accounts[$0].holder == name)
    }
    let found = named + accounts.indices.filter { accounts[$0].owner.map(named.contains) == true }
    return found.map(text) + (found.count > 1 ? [together(name, found)] : [])
  }

  /// Sums over the accounts of one owner, none of which pays for another.
  private func together(_ name: String, _ accounts: [Int]) -> String {
    let health = accounts.map { curve.health(of: $0) }
    func sum(_ figure: (AccountHealth) -> Double) -> String { Exact.money(health.reduce(0) { $0 + figure($1) }) }
    return """
      \(name) together, \(accounts.count) accounts margined apart
      equity                   \(sum { $0.equity })
      initial, maintenance     \(sum { $0.requirement.initial }), \(sum { $0.requirement.maintenance })
      liquidatable now         \(health.count { $0.health < 0 })

      """
  }

  private func text(of index: Int) -> String {
    let statement = AccountStatement(account: index, venue: venue, curve: curve, prices: prices)
    let account = venue.book.accounts[index]
    let title =
      "\(account.id) at \(venue.id), \(account.mode.rawValue), group \(venue.book.groups[account.group]), "
      + "margin \(modelName), money in \(venue.settlement)\n"
    return
      ([title, positions(statement)] + worstCases(statement)
      + [totals(statement), pricePoints(statement), greekTable(statement.greeks), loops(of: index)])
      .filter { !$0.isEmpty }.joined(separator: "\n")
  }

  /// The leverage loops of one account; empty where it has none.
  private func loops(of index: Int) -> String {
    let found = LoopedCollateral.loops(of: index, book: venue.book, curve: curve, prices: prices, bases: bases)
    guard !found.isEmpty else { return "" }
    let rows = found.map { loop in
      [
        assetIDs[loop.root], Exact.money(loop.collateral), Exact.money(loop.debt),
        String(format: "%.4g", loop.leverage),
        NumberText.percent(loop.share), loop.peg.map(Exact.number) ?? "none",
        loop.liquidationPeg.map(Exact.number) ?? "never",
      ]
    }
    let header = ["Loop on", "Tokens", "Debt in it", "Leverage", "Share of debt", "Peg now", "Liquidated at a peg of"]
    return TextTable(header: header, rows: rows).text
  }

  /// The leverage loops of the book by leverage; empty where there are none.
  private var loopTable: String {
    let found = LoopedCollateral.all(of: venue, curve: curve, prices: prices, bases: bases)
    guard !found.isEmpty else { return "" }
    let debts = venue.book.debts(at: prices)
    return Set(found.map(\.root)).sorted().map { root in
      let table = LoopTable(found.filter { $0.root == root }, debts: debts)
      let rows = table.rows.map { row in
        [
          row.bucket, String(row.accounts), money(row.collateral), money(row.debt),
          row.firstPeg.map { NumberText.ratio($0) } ?? "never", row.medianPeg.map { NumberText.ratio($0) } ?? "never",
        ]
      }
      let header = [
        "Loops on \(assetIDs[root])", "Accounts", "Tokens", "Debt", "First liquidated at a peg of",
        "Half of the debt at",
      ]
      return TextTable(header: header, rows: rows).text
        + "\(NumberText.percent(table.shareOfDebt)) of all debt is looped; leverage is tokens ÷ equity.\n"
    }.joined(separator: "\n")
  }

  private func positions(_ statement: AccountStatement) -> String {
    let header = ["Position", "Quantity", "Mark", "Value", "Counts as", "Notional", "Initial", "Maintenance"]
    var rows = [["cash", "", "", Exact.money(statement.cash), Exact.money(statement.cash), "", "", ""]]
    rows += statement.rows.map { row in
      [
        row.instrument, Exact.number(row.quantity), Exact.number(row.mark), Exact.money(row.value),
        Exact.money(row.weighted.maintenance), Exact.money(row.notional), Exact.money(row.requirement.initial),
        Exact.money(row.requirement.maintenance),
      ]
    }
    rows += statement.worstCases.map { found in
      [
        "worst case of \(names(found.assets))", "", "", "", "", "", Exact.money(found.requirement.initial),
        Exact.money(found.requirement.maintenance),
      ]
    }
    let health = statement.health
    rows.append([
      "total", "", "", Exact.money(health.equity), Exact.money(health.weightedEquity.maintenance),
      Exact.money(statement.notional), Exact.money(health.requirement.initial),
      Exact.money(health.requirement.maintenance),
    ])
    return TextTable(header: header, rows: rows).text
  }

  /// The grid behind each requirement that is a worst case; nothing for an account without any.
  private func worstCases(_ statement: AccountStatement) -> [String] {
    statement.worstCases.map { found in
      let up = found.scenarios.map(\.shock.volatilityMove).max() ?? 0
      let down = found.scenarios.map(\.shock.volatilityMove).min() ?? 0
      let moves = Set(found.scenarios.map { Move(price: $0.shock.priceMove, weight: $0.shock.weight) })
      func gain(_ move: Move, _ volatility: Double) -> String {
        let scenario = found.scenarios.first {
          $0.shock == ScenarioShock(priceMove: move.price, volatilityMove: volatility, weight: move.weight)
        }
        guard let scenario else { return "" }
        return Exact.money(scenario.gain) + (scenario.shock == found.shock ? " *" : "")
      }
      let rows = moves.sorted { ($0.price, $0.weight) < ($1.price, $1.weight) }.map { move in
        [signed(move.price), "\(String(format: "%.4g", 100 * move.weight)) %"] + [0, up, down].map { gain(move, $0) }
      }
      let header = [
        "Gain if \(names(found.assets)) moves", "Counts", "Volatility as it is", "at 30 days \(signed(up))",
        "at 30 days \(signed(down))",
      ]
      return TextTable(header: header, rows: rows).text
        + "* the worst case; of moves beyond the range the part that counts is shown\n"
    }
  }

  /// A row of a grid.
  private struct Move: Hashable {
    let price: Double
    let weight: Double
  }

  private func names(_ assets: [Int]) -> String { assets.map { assetIDs[$0] }.joined(separator: ", ") }

  private func signed(_ move: Double) -> String {
    move == 0 ? "unchanged" : String(format: "%+.4g %%", 100 * move)
  }

  private func totals(_ statement: AccountStatement) -> String {
    let health = statement.health
    let room = health.room
    let credit =
      health.credit > 0
      ? "agreed credit            \(Exact.money(health.credit)) (counts in headroom, not in equity)\n" : ""
    let leverage =
      statement.effectiveLeverage.isFinite
      ? "\(String(format: "%.4g", statement.effectiveLeverage)) (notional ÷ headroom)" : "none: the headroom is used up"
    return """
      equity                   \(Exact.money(health.equity))
      \(credit)headroom to liquidation  \(Exact.money(health.health))\(health.health < 0 ? "  LIQUIDATABLE NOW" : "")
      room to open more        \(Exact.money(room))\(room < 0 ? "  margin call" : "")
      effective leverage       \(leverage)

      """
  }

  private func pricePoints(_ statement: AccountStatement) -> String {
    let header = ["Price moved alone", "Now", "Liquidated below", "Liquidated above", "Equity zero at"]
    let rows = statement.prices.map { points in
      [assetIDs[points.asset], Exact.number(points.price)]
        + (points.isNeverHealthy
          ? ["at any price", "at any price"]
          : [points.liquidationBelow, points.liquidationAbove].map { $0.map(Exact.number) ?? "never" })
        + [points.bankruptcy.map(Exact.number) ?? "never"]
    }
    return rows.isEmpty ? "" : TextTable(header: header, rows: rows).text
  }

  // MARK: The book

  /// Ratios of price to present price that the map is shown at.
  private static let shownRatios = [0.5, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.25, 1.5, 2]

  /// Exposure by asset, margin in all, and the liquidation map.
  var bookText: String {
    let book = venue.book
    let health = book.accounts.indices.map { curve.health(of: $0) }
    let equity = health.reduce(0) { $0 + $1.equity }
    let initial = health.reduce(0) { $0 + $1.requirement.initial }
    let maintenance = health.reduce(0) { $0 + $1.requirement.maintenance }
    let buffer = health.reduce(0) { $0 + max(0, $1.health) }
    let exposures = BookExposure.all(of: book, prices: prices)
    let notional = book.exposedNotional(at: prices)
    let leverage = buffer > 0 ? NumberText.ratio(notional / buffer) : "none"
    let lines = """
      \(venue.id): \(book.accounts.count) accounts, margin \(modelName), money in \(venue.settlement)

      equity \(money(equity)), initial margin \(money(initial)), maintenance \(money(maintenance))
      effective leverage \(leverage) (notional \(money(notional)) ÷ headroom \(money(buffer)))
      liquidatable now: \(health.count { $0.health < 0 })

      """
    return NumberText.plain(
      [lines, exposureTable(exposures), greekTable(exposures), groupGreeks, loopTable, mapTable].filter { !$0.isEmpty }
        .joined(separator: "\n"))
  }

  private func exposureTable(_ exposures: [BookExposure]) -> String {
    TextTable(
      header: ["Asset", "Price", "Long", "Short and debt", "Balances", "Delta, units", "Delta, money"],
      rows: exposures.map {
        [
          assetIDs[$0.asset], Exact.number(prices[$0.asset]), money($0.longNotional), money($0.shortNotional),
          money($0.balances), Exact.number($0.delta), money($0.deltaMoney),
        ]
      }
    ).text
  }

  /// Greeks by underlying, where anything is no straight line in its price.
  private func greekTable(_ exposures: [BookExposure]) -> String {
    guard exposures.contains(where: { $0.gamma != 0 || $0.vega != 0 || $0.optionNotional > 0 }) else { return "" }
    let header = [
      "Greeks", "Options, notional", "Delta, units", "Delta, money", "Gamma, money per 1 %", "Vega, money per 0.01",
    ]
    return TextTable(
      header: header,
      rows: exposures.map {
        [
          assetIDs[$0.asset], money($0.optionNotional), Exact.number($0.delta), money($0.deltaMoney),
          money($0.gammaMoney), money($0.vega),
        ]
      }
    ).text
  }

  /// Greeks by group of accounts, since those of a balanced book cancel; nothing without options or groups.
  private var groupGreeks: String {
    let book = venue.book
    guard book.groups.count > 1, book.columns.contains(where: { $0.leg == .option }) else { return "" }
    let rows = book.groups.indices.flatMap { group -> [[String]] in
      let members = book.accounts.indices.filter { book.accounts[$0].group == group }
      return BookExposure.all(of: book, accounts: members, prices: prices).map {
        [
          book.groups[group], assetIDs[$0.asset], money($0.optionNotional), money($0.deltaMoney), money($0.gammaMoney),
          money($0.vega),
        ]
      }
    }
    let header = [
      "Group", "Asset", "Options, notional", "Delta, money", "Gamma, money per 1 %", "Vega, money per 0.01",
    ]
    return TextTable(header: header, rows: rows).text
  }

  /// Notional liquidatable when prices stand at a ratio of the present ones: cumulative, without impact.
  private var mapTable: String {
    let moves = [LiquidationMap.Move.all] + BookExposure.all(of: venue.book, prices: prices).map { .asset($0.asset) }
    let maps = moves.map { LiquidationMap($0, venue: venue, curve: curve, prices: prices) }
    let rows = maps.map { map in
      [name(of: map.move)] + Self.shownRatios.map { money(map.liquidated(at: $0).notional) }
    }
    let header = ["Liquidated at"] + Self.shownRatios.map { "\(Int(($0 * 100).rounded())) %" }
    return TextTable(header: header, rows: rows).text
      + "Futures, debts and options (by delta) of accounts whose health is negative at that share of the present "
      + "price; no impact.\n"
  }

  private func name(of move: LiquidationMap.Move) -> String {
    switch move {
    case .all: "all prices"
    case .asset(let asset): assetIDs[asset]
    }
  }

  private func money(_ value: Double) -> String { NumberText.money(value) }
}

/// Numbers to check by hand: not rounded to three digits.
enum Exact {
  /// Money to the cent.
  static func money(_ value: Double) -> String { value.isFinite ? String(format: "%.2f", value) : "n/a" }

  /// Twelve significant digits.
  static func number(_ value: Double) -> String { value.isFinite ? String(format: "%.12g", value) : "n/a" }
}
