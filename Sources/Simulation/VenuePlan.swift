public import Clearing
public import Markets
public import Venues

/// One venue made ready for replay: everything that no path and no model changes.
public struct VenuePlan: Sendable {
  /// The venue.
  public let venue: Venue
  /// How it clears.
  public private(set) var rules: ClearingRules
  /// Names of the universe's assets.
  public let assetIDs: [String]
  /// How its accounts are reported.
  public let census: AccountCensus
  /// Value of one unit of each column per unit of mark, [column][point].
  let growth: [[Double]]
  /// Value of one unit of each column at a mark of 0, and its notional there: those of an inverse face, else 0.
  let valueConstant: [Double], notionalConstant: [Double]
  /// Options and pool shares, whose growth, constant and notional are all 0.
  let curved: CurvedColumns
  /// 1 for columns whose closing trades in their asset's market, 0 for others.
  let traded: [Double]
  /// Penalty paid per unit notional when closing, per column; 0 for what is no notional. An option pays it on its value.
  private(set) var closingPenalty: [Double]
  /// What is settled in cash within the horizon, in the order of time.
  let expiries: [ColumnExpiry]
  /// Who holds each column, with the place of the position, by column; empty where the venue does not deleverage.
  private(set) var holders: [[(account: Int32, position: Int32)]]
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
  /// Accounts with an agreed credit line.
  let creditedAccounts: [Int]
  /// Prices at t = 0, one per asset.
  let initialPrices: [Double]
  /// How volatile assets are in relation to each other; decides only how quickly accounts are screened.
  let volatilities: [Double]
  /// Column values at t = 0.
  let initialValues: ColumnValues
  /// Hours of a step.
  let stepHours: Double

  /// Prepares `venue` for paths of `grid` that start at `initialPrices`, one per asset. `volatilities`, one per asset,
  /// make screening quicker where assets differ in theirs (an asset without one counts as 1); no figure depends on them.
  public init(
    venue: Venue, rules: ClearingRules, grid: TimeGrid, assetIDs: [String], initialPrices: [Double],
    volatilities: [Double]? = nil
  ) {
    let book = venue.book
    self.venue = venue
    stepHours = grid.stepHours
    self.rules = rules
    self.assetIDs = assetIDs
    self.initialPrices = initialPrices
    let known = volatilities ?? []
    self.volatilities = initialPrices.indices.map { $0 < known.count ? known[$0] : 1 }
    initialValues = ColumnValues(book: book, prices: initialPrices)
    growth = book.columns.map { Self.growth(of: $0, instruments: venue.instruments, grid: grid) }
    valueConstant = book.openingValuations.map(\.constant)
    notionalConstant = book.openingValuations.map(\.face)
    closingPenalty = Self.closingPenalty(of: book, rules)
    holders = Self.holders(in: book, rules)
    traded = book.columns.map { $0.isTraded ? 1 : 0 }
    expiries = ColumnExpiry.within(grid, of: venue)
    curved = CurvedColumns(of: venue, grid: grid)
    let funding = book.columns.map { column -> (steps: Int, rate: Double, hours: Double) in
      guard case .perpetual(let terms) = venue.instruments[column.instrument].kind, terms.paysFunding,
        column.leg != .coins, column.leg != .money
      else {
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
    creditedAccounts = book.accounts.indices.filter { book.accounts[$0].credit > 0 }
    groupQuantity = byGroup
    netQuantity = book.columns.indices.map { column in byGroup.reduce(0) { $0 + $1[column] } }
    let values = initialValues
    grossEquity =
      book.accounts.indices.reduce(0) { $0 + abs(book.equity(of: $1, at: values)) }
      + zip(open, values.unitNotional).reduce(0) { $0 + $1.0 * $1.1 }
    census = AccountCensus(book: book, values: values, assetIDs: assetIDs)
  }

  /// Fraction of the notional that a long unit of a column pays at the funding time `step` of a path.
  func fundingRate(of column: Int, at step: Int, path: PathView) -> Double {
    let hours = marketFundingHours[column]
    guard hours != 0 else { return fundingRate[column] }
    return hours * path.fundingRate(asset: venue.book.columns[column].asset, at: step)
  }

  /// Equity of all accounts at t = 0.
  package var totalEquity: Double { census.labels.reduce(0) { $0 + $1.equity } }
  /// Prices at t = 0, for traces.
  package var startPrices: [Double] { initialPrices }

  /// Notional of one side: half the gross notional of futures, plus debts.
  public var openInterest: Double {
    venue.book.columns.indices.reduce(0) { sum, column in
      let notional = openQuantity[column] * initialValues.unitNotional[column]
      guard venue.book.columns[column].countsAsNotional else { return sum }
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
    let column = Int(venue.book.column[position])
    return venue.book.columns[column].leg == .money
      ? 0 : abs(venue.book.quantity[position]) * initialValues.unitNotional[column]
  }

  /// The same venue, cleared by other rules.
  func with(rules: ClearingRules) -> VenuePlan {
    var other = self
    other.rules = rules
    other.closingPenalty = Self.closingPenalty(of: venue.book, rules)
    other.holders = Self.holders(in: venue.book, rules)
    return other
  }

  private static func closingPenalty(of book: Book, _ rules: ClearingRules) -> [Double] {
    book.columns.map { $0.countsAsNotional ? rules.liquidation.penalty : 0 }
  }

  private static func holders(in book: Book, _ rules: ClearingRules) -> [[(account: Int32, position: Int32)]] {
    guard rules.autoDeleveraging != nil else { return [] }
    var holders = [[(account: Int32, position: Int32)]](repeating: [], count: book.columns.count)
    for account in book.accounts.indices {
      for position in book.positions(of: account) {
        holders[Int(book.column[position])].append((Int32(account), Int32(position)))
      }
    }
    return holders
  }

  private static func growth(of column: Book.Column, instruments: [Instrument], grid: TimeGrid) -> [Double] {
    (0..<grid.points).map { point in
      instruments[column.instrument]
        .valuation(side: column.side, leg: column.leg, after: Double(point) * grid.stepHours).slope
    }
  }
}

/// A column that is settled in cash within the horizon, and who holds it.
struct ColumnExpiry: Sendable {
  /// The step at which it is settled, at the marks before the step's waves.
  let step: Int
  /// The column.
  let column: Int
  /// Its positions, with the account of each.
  let positions: [(account: Int, position: Int)]

  /// The expiries of a venue within `grid`, by step.
  static func within(_ grid: TimeGrid, of venue: Venue) -> [ColumnExpiry] {
    let book = venue.book
    let steps = book.columns.map { column in
      venue.instruments[column.instrument].expiryHours.flatMap { grid.wholeSteps(in: $0) } ?? 0
    }
    let expiring = steps.indices.filter { steps[$0] > 0 && steps[$0] < grid.points }
    guard !expiring.isEmpty else { return [] }
    var positions = [[(account: Int, position: Int)]](repeating: [], count: steps.count)
    for account in book.accounts.indices {
      for position in book.positions(of: account) { positions[Int(book.column[position])].append((account, position)) }
    }
    return expiring.map { ColumnExpiry(step: steps[$0], column: $0, positions: positions[$0]) }
      .sorted { ($0.step, $0.column) < ($1.step, $1.column) }
  }
}
