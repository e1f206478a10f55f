import Markets
import Venues

/// The columns of a venue whose values are no straight lines in one mark; none at most venues.
struct CurvedColumns: Sendable {
  /// Where the options are, in the order of the columns.
  let options: [OptionColumn]
  /// Where the shares of pools are.
  let shares: [PoolShareColumn]
  /// Number of each option column among the options; −1 for every other column.
  let optionNumber: [Int]
  /// Whether the value of a column is no straight line.
  let isCurved: [Bool]

  /// One column of options.
  struct OptionColumn: Sendable {
    let column: Int
    let asset: Int
    let terms: OptionTerms
    /// The step at which it is settled; beyond the horizon where it is not.
    let expiryStep: Int
    let stepHours: Double

    /// Hours left at a step.
    func hoursLeft(at step: Int) -> Double {
      step >= expiryStep ? 0 : terms.hoursLeft(after: Double(step) * stepHours)
    }
  }

  /// One column of pool shares.
  struct PoolShareColumn: Sendable {
    let column: Int
    let asset: Int
    let otherAsset: Int?
    let terms: PoolShareTerms

    /// Value of one share at given prices, one per asset.
    func value(at prices: [Double]) -> Double {
      terms.value(first: prices[asset], other: otherAsset.map { prices[$0] } ?? 1)
    }
  }

  init(of venue: Venue, grid: TimeGrid) {
    var options: [OptionColumn] = []
    var shares: [PoolShareColumn] = []
    var numbers = [Int](repeating: -1, count: venue.book.columns.count)
    var isCurved = [Bool](repeating: false, count: venue.book.columns.count)
    for (index, column) in venue.book.columns.enumerated() {
      switch venue.instruments[column.instrument].kind {
      case .option(let terms):
        numbers[index] = options.count
        let step = grid.wholeSteps(in: terms.expiry.hours) ?? Int.max
        options.append(
          OptionColumn(
            column: index, asset: column.asset, terms: terms, expiryStep: step, stepHours: grid.stepHours))
      case .poolShare(let terms):
        shares.append(
          PoolShareColumn(column: index, asset: column.asset, otherAsset: column.otherAsset, terms: terms))
      case .settlement, .spot, .perpetual: continue
      }
      isCurved[index] = true
    }
    self.options = options
    self.shares = shares
    optionNumber = numbers
    self.isCurved = isCurved
  }
}
