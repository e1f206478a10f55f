import Clearing
import Kernels
import Venues

/// The venue's backstop along one path: its cash, what it holds, whether it failed. One per worker, venue and model.
final class BackstopVault {
  let terms: Backstop
  private let book: Book
  /// Money it has; with the value of what it holds, its equity.
  private(set) var cash = 0.0
  /// Units held, per column.
  private(set) var units: [Double]
  /// Whether its equity was used up: it takes nothing any more.
  private(set) var hasFailed = false
  /// Notional taken so far, all of it, per asset and per group of accounts.
  private(set) var taken = 0.0
  private(set) var takenOfAsset: [Double]
  private(set) var takenOfGroup: [Double]

  /// Nil where the venue has none, or closes loans: a backstop takes futures.
  init?(plan: VenuePlan) {
    guard let terms = plan.rules.backstop else { return nil }
    if case .closeFactor = plan.rules.liquidation.method { return nil }
    self.terms = terms
    book = plan.venue.book
    units = [Double](repeating: 0, count: book.columns.count)
    takenOfAsset = [Double](repeating: 0, count: plan.venue.depths.count)
    takenOfGroup = [Double](repeating: 0, count: book.groups.count)
  }

  /// Returns to t = 0.
  func reset() {
    cash = terms.capital
    hasFailed = false
    taken = 0
    for column in units.indices { units[column] = 0 }
    for asset in takenOfAsset.indices { takenOfAsset[asset] = 0 }
    for group in takenOfGroup.indices { takenOfGroup[group] = 0 }
  }

  /// Cash plus the value of what it holds.
  func equity(_ columns: ColumnState) -> Double {
    units.indices.reduce(cash) { $0 + units[$1] * columns.unitValue[$1] }
  }

  /// Gain since t = 0; what it lost beyond its capital is somebody else's.
  func profit(_ columns: ColumnState) -> Double { max(0, equity(columns)) - terms.capital }

  /// Change of what it is worth to everybody, for the conservation check.
  func gain(_ columns: ColumnState) -> Double { equity(columns) - terms.capital }

  /// The part of `wanted` notional that its equity lets it take.
  func share(of wanted: Double, _ columns: ColumnState) -> Double {
    guard !hasFailed, wanted > 0 else { return 0 }
    let limit = terms.maximumLeverage * equity(columns)
    let held = units.indices.reduce(0) {
      book.columns[$1].countsAsNotional ? $0 + abs(units[$1]) * columns.unitNotional[$1] : $0
    }
    let room = limit - held
    // What is left of a limit that is all but used up is rounding.
    if room <= ClosingRestraint.rounding * limit { return 0 }
    return min(1, room / wanted)
  }

  /// Buys `units` (negative: sells) of a column for `price` each.
  func take(_ amount: Double, column: Int, price: Double, notional: Double, group: Int) {
    units[column] += amount
    cash -= amount * price
    taken += notional
    takenOfAsset[book.columns[column].asset] += notional
    takenOfGroup[group] += notional
  }

  /// Judges it at the end of a step.
  func judge(_ columns: ColumnState) {
    if !hasFailed, equity(columns) <= 0 { hasFailed = true }
  }

  /// Whether it failed and still holds what has to be sold.
  var mustSell: Bool { hasFailed && units.contains { $0 != 0 } }

  /// Is paid for what it holds of a column that expires.
  func settle(column: Int, price: Double, to outside: inout OutsideMarket) {
    guard units[column] != 0 else { return }
    outside.buy(units: units[column], column: column, price: price)
    cash += units[column] * price
    units[column] = 0
  }

  /// Sells everything at `price` per column to the outside market; returns the loss that its equity does not cover.
  func sellAll(price: (Int) -> Double, to outside: inout OutsideMarket) -> Double {
    for column in units.indices where units[column] != 0 {
      settle(column: column, price: price(column), to: &outside)
    }
    guard cash < 0 else { return 0 }
    let loss = -cash
    cash = 0
    return loss
  }
}
