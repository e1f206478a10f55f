import Kernels
import Venues

/// What scenarios take from accounts at t = 0 when prices stand elsewhere: the sum that `ScenarioPart.losses` has, quick
/// enough for every account at a thousand prices.
///
/// What a unit of a column gains in each scenario is computed once for a set of prices, options eight scenarios at a time.
/// Oracle: `ScenarioPart.losses`, which values one position in one scenario after the other.
struct ScenarioGains {
  private let part: ScenarioPart
  private let book: Book
  /// The scenarios of each asset, for options.
  private let options: [OptionScenarios]
  /// Weighted gains of one unit of each column, the first that of no move; beyond the last scenario 0.
  private var values: [[Double]]
  /// Room for the sums of one account, by group.
  private var sums: [[Double]]
  private var isHeld: [Bool]

  init(part: ScenarioPart, book: Book) {
    self.part = part
    self.book = book
    options = part.shocks.map { shocks in
      OptionScenarios(
        priceMoves: shocks.map(\.priceMove), volatilityMoves: shocks.map(\.volatilityMove),
        weights: shocks.map(\.weight))
    }
    let sizes = options.map(\.size)
    values = book.columns.map { [Double](repeating: 0, count: sizes[$0.asset]) }
    sums = part.leadingAsset.map { [Double](repeating: 0, count: sizes[$0]) }
    isHeld = [Bool](repeating: false, count: part.groupCount)
  }

  /// Takes `prices`, one per asset, for every column that takes part.
  mutating func take(_ prices: [Double]) {
    for column in book.columns.indices where part.isShocked[column] { take(prices, column: column) }
  }

  /// Takes `prices` for the columns that `account` holds.
  mutating func take(_ prices: [Double], for account: Int) {
    for position in book.positions(of: account) where part.isShocked[Int(book.column[position])] {
      take(prices, column: Int(book.column[position]))
    }
  }

  private mutating func take(_ prices: [Double], column: Int) {
    let asset = book.columns[column].asset
    let valuation = book.openingValuations[column]
    guard case .option(let terms, let volatility, let hours) = valuation.curve else {
      for (index, shock) in part.shocks[asset].enumerated() {
        values[column][index] = valuation.slope * prices[asset] * shock.priceMove * shock.weight
      }
      return
    }
    let option = OptionScenarios.Option(
      isCall: terms.isCall, forward: terms.forward(mark: prices[asset], hoursToExpiry: hours), strike: terms.strike,
      years: hours / (24 * 365), volatility: volatility, slope: terms.smile.slope, curvature: terms.smile.curvature,
      floor: terms.smile.floor, cap: terms.smile.cap)
    options[asset].write(
      option, volatilityScale: part.scaling.multiple(hoursToExpiry: part.expiryHours[column]), to: &values[column],
      at: 0)
  }

  /// The worst losses of `account` in its groups, added up, at the prices taken last.
  mutating func loss(of account: Int) -> Double {
    for position in book.positions(of: account) {
      let column = Int(book.column[position])
      guard part.isShocked[column] else { continue }
      add(column, quantity: book.quantity[position], to: part.groupOfAsset[book.columns[column].asset])
    }
    var loss = 0.0
    for group in isHeld.indices where isHeld[group] {
      loss -= sums[group].reduce(0) { min($0, $1) }
      isHeld[group] = false
    }
    return loss
  }

  private mutating func add(_ column: Int, quantity: Double, to group: Int) {
    let isFirst = !isHeld[group]
    isHeld[group] = true
    for lane in values[column].indices {
      let gain = quantity * values[column][lane]
      sums[group][lane] = isFirst ? gain : sums[group][lane] + gain
    }
  }
}
