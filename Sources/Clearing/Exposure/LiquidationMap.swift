public import Venues

/// How much of a book would be liquidated at which prices, before anything is simulated.
///
/// An account counts from the price at which its health turns negative, everything else at t = 0: other prices, funding,
/// margin factors. Nothing is traded, so impact and cascades are not in it; it shows what they could start from.
public struct LiquidationMap: Sendable {
  /// What is moved.
  public enum Move: Sendable, Hashable {
    /// The price of one asset alone.
    case asset(Int)
    /// All prices by the same ratio.
    case all
  }

  /// One account's turn.
  public struct Turn: Sendable, Hashable {
    /// Price ÷ present price at which it becomes liquidatable; 1 for an account that is liquidatable now.
    public let ratio: Double
    /// Notional that stands behind it, at present prices: all its futures and debts, and its options by their delta.
    public let notional: Double

    /// Creates a turn.
    public init(ratio: Double, notional: Double) {
      self.ratio = ratio
      self.notional = notional
    }
  }

  /// What is moved.
  public let move: Move
  /// Accounts by rising distance as prices fall.
  public let falling: [Turn]
  /// Accounts by rising distance as prices rise.
  public let rising: [Turn]
  /// Notional of all accounts that hold a moved asset on either side, at present prices.
  public let totalNotional: Double

  /// Maps what is at stake at `venue`; `prices` are the present ones, one per asset.
  public init(_ move: Move, venue: Venue, curve: HealthCurve, prices: [Double]) {
    let book = venue.book
    let isMoved = prices.indices.map { asset in
      switch move {
      case .asset(let moved): asset == moved
      case .all: true
      }
    }
    let samples = curve.samples(isMoved: isMoved)
    let held = book.accounts.indices.filter { account in
      book.positions(of: account).contains { book.columns[Int(book.column[$0])].isMoved(isMoved) }
    }
    let curved = held.filter(curve.holdsCurves)
    let curvedRanges = Dictionary(
      uniqueKeysWithValues: zip(curved, curve.curvedRanges(of: curved, isMoved: isMoved, samples: samples)))
    var falling: [Turn] = []
    var rising: [Turn] = []
    var total = 0.0
    for account in held {
      let notional = Self.notional(of: account, book, prices)
      total += notional
      let range = curvedRanges[account] ?? curve.healthyRange(of: account, isMoved: isMoved, samples: samples)
      if range.isEmpty || (range.low ?? 0) > 1 || (range.high ?? 2) < 1 {
        falling.append(Turn(ratio: 1, notional: notional))
        rising.append(Turn(ratio: 1, notional: notional))
        continue
      }
      if let low = range.low { falling.append(Turn(ratio: low, notional: notional)) }
      if let high = range.high { rising.append(Turn(ratio: high, notional: notional)) }
    }
    self.move = move
    self.falling = falling.sorted { $0.ratio > $1.ratio }
    self.rising = rising.sorted { $0.ratio < $1.ratio }
    totalNotional = total
  }

  /// Notional and number of accounts that are liquidatable at `ratio` times the present prices.
  public func liquidated(at ratio: Double) -> (notional: Double, accounts: Int) {
    let turns =
      ratio <= 1 ? falling.prefix { $0.ratio >= ratio || $0.ratio == 1 } : rising.prefix { $0.ratio <= ratio }
    return (turns.reduce(0) { $0 + $1.notional }, turns.count)
  }

  /// Futures and debts of an account, options by their delta. Negative cash is a debt where no future has put its entry
  /// value there.
  private static func notional(of account: Int, _ book: Book, _ prices: [Double]) -> Double {
    let positions = book.positions(of: account)
    let hasFutures = positions.contains {
      book.columns[Int(book.column[$0])].side == .perpetual && book.columns[Int(book.column[$0])].leg != .option
    }
    return positions.reduce(hasFutures ? 0 : max(0, -book.cash[account])) { sum, position in
      let index = Int(book.column[position])
      let column = book.columns[index]
      guard column.countsAsNotional else { return sum }
      return sum
        + abs(book.quantity[position]) * book.openingValuations[index].exposure(at: prices, asset: column.asset)
    }
  }
}
