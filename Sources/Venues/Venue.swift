import Glibc

/// The depth of one asset's market, as the venue's file states it.
public struct MarketDepth: Sendable, Hashable {
  /// Money traded per day in normal times, in the settlement currency; > 0.
  public var averageDailyVolume: Double
  /// Half the relative bid–ask spread.
  public var halfSpread: Double

  /// Half-spread of a market of this volume where none is stated: 1.10 basis points × (volume ÷ 100 million)^−0.27, at most
  /// a tenth. Source: 180 perpetuals of one exchange, October 2025; see the documentation page *Estimating impact*.
  public static func typicalHalfSpread(averageDailyVolume: Double) -> Double {
    min(0.1, 1.10e-4 * pow(averageDailyVolume / 1e8, -0.27))
  }

  /// Creates a depth.
  public init(averageDailyVolume: Double, halfSpread: Double) {
    self.averageDailyVolume = averageDailyVolume
    self.halfSpread = halfSpread
  }
}

extension MarketDepth {
  /// Depth per asset of the market that `venues` share, which agree on it; nil where none of them lists the asset.
  public static func shared(by venues: [Venue]) -> [MarketDepth?] {
    guard let first = venues.first else { return [] }
    return first.depths.indices.map { asset in
      venues.lazy.compactMap { asset < $0.depths.count ? $0.depths[asset] : nil }.first
    }
  }
}

/// A place that lists instruments and keeps accounts: a perpetual exchange, a lending pool.
public struct Venue: Sendable {
  /// Its name, unique in the job.
  public let id: String
  /// What it is, in words.
  public let summary: String
  /// The settlement currency.
  public let settlement: String
  /// Whether the book was made from distributions and not taken from real accounts; the report says so.
  public let isSynthetic: Bool
  /// Depth per asset of the universe; nil for assets that are not traded here. Of an asset that several venues of a job
  /// list it is the same at all of them.
  public var depths: [MarketDepth?]
  /// The instruments.
  public let instruments: [Instrument]
  /// What the accounts hold.
  public let book: Book

  /// Creates a venue; the loader has checked the parts against each other.
  public init(
    id: String, summary: String, settlement: String, isSynthetic: Bool, depths: [MarketDepth?],
    instruments: [Instrument], book: Book
  ) {
    self.id = id
    self.summary = summary
    self.settlement = settlement
    self.isSynthetic = isSynthetic
    self.depths = depths
    self.instruments = instruments
    self.book = book
  }
}

/// The unit values of a book's columns at one moment.
public struct ColumnValues: Sendable {
  /// What one unit adds to equity: mark × accrual for balances, price − cumulative funding for futures.
  public var unitValue: [Double]
  /// What one unit counts for in notional: the unit value for balances, the price for futures, 1 for an inverse face.
  public var unitNotional: [Double]
  /// Price of each asset.
  public let prices: [Double]
  /// What one unit stands for in the market of its asset, in money: the notional, of an option that of its delta.
  public var unitExposure: [Double]

  /// Values of `book` at t = 0 and the given prices, one per asset.
  public init(book: Book, prices: [Double]) {
    self.prices = prices
    unitValue = zip(book.columns, book.openingValuations).map { $1.value(at: prices, asset: $0.asset) }
    unitNotional = zip(book.columns, book.openingValuations).map { $1.notional(at: prices, asset: $0.asset) }
    unitExposure = zip(book.columns, book.openingValuations).map { $1.exposure(at: prices, asset: $0.asset) }
  }
}

extension Book {
  /// Equity of one account: cash + Σ q·v.
  public func equity(of account: Int, at values: ColumnValues) -> Double {
    positions(of: account).reduce(cash[account]) { sum, position in
      sum + quantity[position] * values.unitValue[Int(column[position])]
    }
  }

  /// Gross notional of one account's derivatives: Σ |q|·M, the face of inverse contracts, |Δ|·M for options.
  public func grossNotional(of account: Int, at values: ColumnValues) -> Double {
    positions(of: account).reduce(0) { sum, position in
      let index = Int(column[position])
      guard columns[index].side == .perpetual, columns[index].countsAsNotional else { return sum }
      return sum + abs(quantity[position]) * values.unitExposure[index]
    }
  }
}
