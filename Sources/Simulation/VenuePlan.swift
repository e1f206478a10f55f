public import Clearing
public import Markets
public import Venues

import Foundation

/// One venue made ready for replay: everything that no path and no model changes.
public struct VenuePlan: Sendable {
  /// The venue.
  public let venue: Venue
  /// How it clears.
  public let rules: ClearingRules
  /// Names of the universe's assets.
  public let assetIDs: [String]
  /// How its accounts are reported.
  public let census: AccountCensus
  /// What one unit of each column has grown to, [column][point].
  let growth: [[Double]]
  /// Steps between funding times of each column; 0 for none.
  let fundingSteps: [Int]
  /// Fraction of the mark paid per unit at a funding time, per column; 0 where the market's rate is paid.
  let fundingRate: [Double]
  /// Hours of the path's funding rate that fall due at a funding time, per column; 0 where the rate is constant.
  let marketFundingHours: [Double]
  /// Σ|q| of each column at t = 0: open interest in units.
  let openQuantity: [Double]
  /// Σq of each column at t = 0.
  let netQuantity: [Double]
  /// The same by group, [group][column].
  let groupQuantity: [[Double]]
  /// Gross notional of everything plus the accounts' absolute equity at t = 0: what residuals are relative to.
  let grossEquity: Double
  /// Prices at t = 0, one per asset.
  let initialPrices: [Double]
  /// Column values at t = 0.
  let initialValues: ColumnValues

  /// Prepares `venue` for paths of `grid` that start at `initialPrices`, one per asset.
  public init(venue: Venue, rules: ClearingRules, grid: TimeGrid, assetIDs: [String], initialPrices: [Double]) {
    let book = venue.book
    self.venue = venue
    self.rules = rules
    self.assetIDs = assetIDs
    self.initialPrices = initialPrices
    initialValues = ColumnValues(book: book, prices: initialPrices)
    growth = book.columns.map { Self.growth(of: $0, instruments: venue.instruments, grid: grid) }
    let funding = book.columns.map { column -> (steps: Int, rate: Double, hours: Double) in
      guard case .perpetual(let terms) = venue.instruments[column.instrument].kind, terms.paysFunding else {
        return (0, 0, 0)
      }
      let steps = grid.wholeSteps(in: terms.fundingIntervalHours) ?? 0
      return terms.takesMarketFunding ? (steps, 0, terms.fundingIntervalHours) : (steps, terms.fundingRate, 0)
    }
    fundingSteps = funding.map(\.steps)
    fundingRate = funding.map(\.rate)
    marketFundingHours = funding.map(\.hours)
    var open = [Double](repeating: 0, count: book.columns.count)
    var byGroup = [[Double]](repeating: open, count: book.groups.count)
    for (index, account) in book.accounts.enumerated() {
      for position in book.positions(of: index) {
        open[Int(book.column[position])] += abs(book.quantity[position])
        byGroup[account.group][Int(book.column[position])] += book.quantity[position]
      }
    }
    openQuantity = open
    groupQuantity = byGroup
    netQuantity = book.columns.indices.map { column in byGroup.reduce(0) { $0 + $1[column] } }
    let values = initialValues
    grossEquity =
      book.accounts.indices.reduce(0) { $0 + abs(book.equity(of: $1, at: values)) }
      + zip(open, values.unitNotional).reduce(0) { $0 + $1.0 * $1.1 }
    census = AccountCensus(book: book, values: values, assetIDs: assetIDs)
  }

  /// Fraction of the mark that a long unit of a column pays at the funding time `step` of a path.
  func fundingRate(of column: Int, at step: Int, path: PathView) -> Double {
    let hours = marketFundingHours[column]
    guard hours != 0 else { return fundingRate[column] }
    return hours * path.fundingRate(asset: venue.book.columns[column].asset, at: step)
  }

  /// Notional of one side: half the gross notional of perpetuals, plus debts.
  public var openInterest: Double {
    venue.book.columns.indices.reduce(0) { sum, column in
      let notional = openQuantity[column] * initialValues.unitNotional[column]
      switch venue.book.columns[column].side {
      case .perpetual: return sum + notional / 2
      case .owed: return sum + notional
      case .held: return sum
      }
    }
  }

  /// Asset of the account's largest position at t = 0; nil if it has none.
  func dominantAsset(of account: Int) -> Int? {
    let book = venue.book
    let largest = book.positions(of: account).max { first, second in
      size(of: first) < size(of: second)
    }
    return largest.map { book.columns[Int(book.column[$0])].asset }
  }

  private func size(of position: Int) -> Double {
    abs(venue.book.quantity[position]) * initialValues.unitNotional[Int(venue.book.column[position])]
  }

  private static func growth(of column: Book.Column, instruments: [Instrument], grid: TimeGrid) -> [Double] {
    guard case .spot(let terms) = instruments[column.instrument].kind else {
      return [Double](repeating: 1, count: grid.points)
    }
    let rate = column.side == .owed ? terms.borrowRate : terms.supplyRate
    return (0..<grid.points).map { exp(rate * Double($0) * grid.stepYears) }
  }
}
