public import Venues

/// What a book stands to gain or lose when one asset's price or implied volatility moves, all accounts together.
public struct BookExposure: Sendable, Hashable {
  /// Index of the asset.
  public let asset: Int
  /// Notional of long and of short futures and of debts, at present prices.
  public let longNotional: Double, shortNotional: Double
  /// Value of balances held; shares of a pool stand under its first asset.
  public let balances: Double
  /// |q|·M of options, longs and shorts together.
  public let optionNotional: Double
  /// Units of the asset that the accounts together gain as its price rises by 1: Σ q·∂v/∂M, the smile of options moving
  /// along.
  public let delta: Double
  /// The same in money: delta × price.
  public let deltaMoney: Double
  /// Σ q·∂²v/∂M²: what delta rises by as the price rises by 1.
  public let gamma: Double
  /// What `deltaMoney` rises by as the price rises by 1 %: gamma × price² ÷ 100.
  public let gammaMoney: Double
  /// Money that the accounts together gain as the at-the-money implied volatility rises by 0.01.
  public let vega: Double

  /// One entry per asset that somebody holds, in the order of the assets; of the accounts in `accounts` alone where that is
  /// given.
  public static func all(of book: Book, accounts: [Int]? = nil, prices: [Double]) -> [BookExposure] {
    var long = [Double](repeating: 0, count: book.columns.count)
    var short = long
    for account in accounts ?? Array(book.accounts.indices) {
      for position in book.positions(of: account) {
        long[Int(book.column[position])] += max(0, book.quantity[position])
        short[Int(book.column[position])] += max(0, -book.quantity[position])
      }
    }
    let held = book.columns.indices.filter { accounts == nil || long[$0] > 0 || short[$0] > 0 }
    return prices.indices.compactMap { asset in
      let columns = held.filter { book.columns[$0].dependsOn(asset) }
      guard !columns.isEmpty else { return nil }
      return BookExposure(asset: asset, columns: columns, long: long, short: short, book: book, prices: prices)
    }
  }

  private init(asset: Int, columns: [Int], long: [Double], short: [Double], book: Book, prices: [Double]) {
    func sum(_ amount: [Double], where isCounted: (Book.Column) -> Bool) -> Double {
      columns.filter { isCounted(book.columns[$0]) && book.columns[$0].asset == asset }
        .reduce(0) { $0 + amount[$1] * book.openingValuations[$1].notional(at: prices, asset: asset) }
    }
    let price = prices[asset]
    self.asset = asset
    longNotional = sum(long) { $0.countsAsNotional && $0.leg != .option }
    shortNotional = sum(short) { $0.countsAsNotional && $0.leg != .option }
    balances = sum(long) { $0.side == .held }
    optionNotional = sum(long) { $0.leg == .option } + sum(short) { $0.leg == .option }
    var net = (delta: 0.0, gamma: 0.0, vega: 0.0)
    var gross = net
    for column in columns {
      let greeks = book.openingValuations[column].greeks(at: prices, asset: book.columns[column].asset, moved: asset)
      let (held, all) = (long[column] - short[column], long[column] + short[column])
      net = (net.delta + held * greeks.delta, net.gamma + held * greeks.gamma, net.vega + held * greeks.vega)
      gross = (
        gross.delta + all * abs(greeks.delta), gross.gamma + all * abs(greeks.gamma), gross.vega + all * greeks.vega
      )
    }
    // What rounding leaves of longs and shorts that balance is no exposure.
    func settled(_ net: Double, _ gross: Double) -> Double { abs(net) <= 1e-12 * gross ? 0 : net }
    delta = settled(net.delta, gross.delta)
    deltaMoney = delta * price
    gamma = settled(net.gamma, gross.gamma)
    gammaMoney = gamma * price * price / 100
    vega = settled(net.vega, gross.vega) / 100
  }
}

extension Book {
  /// What all accounts together stand for at `prices`, longs and shorts added up: notional of futures and debts, options by
  /// their delta.
  public func exposedNotional(at prices: [Double]) -> Double {
    zip(column, quantity).reduce(0.0) { sum, item in
      let index = Int(item.0)
      guard columns[index].countsAsNotional else { return sum }
      return sum + abs(item.1) * openingValuations[index].exposure(at: prices, asset: columns[index].asset)
    }
  }
}
