public import Venues

/// What a book stands to gain or lose when one asset's price moves, all accounts together.
public struct BookExposure: Sendable, Hashable {
  /// Index of the asset.
  public let asset: Int
  /// Notional of long and of short futures and of debts, at present prices.
  public let longNotional: Double, shortNotional: Double
  /// Value of balances held.
  public let balances: Double
  /// Units of the asset that the accounts together gain as its price rises by 1: Σ q·∂v/∂M.
  public let delta: Double
  /// The same in money: delta × price.
  public let deltaMoney: Double

  /// One entry per asset that somebody holds, in the order of the assets; every instrument here is linear in the mark, so
  /// second derivatives are zero.
  public static func all(of book: Book, prices: [Double]) -> [BookExposure] {
    var long = [Double](repeating: 0, count: book.columns.count)
    var short = long
    for (column, quantity) in zip(book.column, book.quantity) {
      long[Int(column)] += max(0, quantity)
      short[Int(column)] += max(0, -quantity)
    }
    return prices.indices.compactMap { asset in
      let columns = book.columns.indices.filter { book.columns[$0].asset == asset }
      guard !columns.isEmpty else { return nil }
      return BookExposure(asset: asset, columns: columns, long: long, short: short, book: book, price: prices[asset])
    }
  }

  private init(asset: Int, columns: [Int], long: [Double], short: [Double], book: Book, price: Double) {
    func sum(_ amount: [Double], where isCounted: (Book.Column) -> Bool) -> Double {
      columns.filter { isCounted(book.columns[$0]) }
        .reduce(0) { $0 + amount[$1] * book.openingValuations[$1].notional(at: price) }
    }
    self.asset = asset
    longNotional = sum(long) { $0.countsAsNotional }
    shortNotional = sum(short) { $0.countsAsNotional }
    balances = sum(long) { $0.side == .held }
    let net = columns.reduce(0) { $0 + (long[$1] - short[$1]) * book.openingValuations[$1].slope }
    let gross = columns.reduce(0) { $0 + (long[$1] + short[$1]) * book.openingValuations[$1].slope }
    // What rounding leaves of longs and shorts that balance is no exposure.
    delta = abs(net) <= 1e-12 * gross ? 0 : net
    deltaMoney = delta * price
  }
}
