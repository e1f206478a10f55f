public import Markets
public import Venues

/// Collateral that stands for the very asset its account owes, as staked ether does against ether: a leverage loop.
///
/// Borrowing, staking what was borrowed, and borrowing against it again ends where loan-to-value lets no more; what is left
/// is a balance C of tokens derived from an asset of which D is owed. The price of that asset does not move C/D, only the
/// peg and the rate of the tokens do, so an account that lives in a loop is liquidated by the peg and not by the market.
public struct LoopedCollateral: Sendable, Hashable {
  /// Index of the account.
  public let account: Int
  /// The asset at the end of the chain of everything in the loop.
  public let root: Int
  /// The token with the largest balance in the loop.
  public let token: Int
  /// Value C of the tokens that are derived from an asset owed.
  public let collateral: Double
  /// Debt D in the assets that they are derived from.
  public let debt: Double
  /// All debts of the account.
  public let allDebt: Double
  /// What the tokens' prices may be multiplied by, everything else at its present price, before the account is
  /// liquidated; 1 or more where it is now, nil where no fall of theirs liquidates it.
  public let liquidationRatio: Double?
  /// Price of `token` over what it stands for, now.
  public let peg: Double?

  /// C ÷ (C − D): the turns of the loop; infinite where the debt is the larger.
  public var leverage: Double { collateral > debt ? collateral / (collateral - debt) : .infinity }
  /// D ÷ all debts.
  public var share: Double { debt / allDebt }
  /// The peg of `token` at which the account is liquidated; nil where none does.
  public var liquidationPeg: Double? {
    guard let liquidationRatio, let peg else { return nil }
    return liquidationRatio * peg
  }

  /// The loops of all accounts of `venue` at `prices`, one per account and root, in the order of the accounts.
  public static func all(
    of venue: Venue, curve: HealthCurve, prices: [Double], bases: DerivedBases
  ) -> [LoopedCollateral] {
    guard bases.base.contains(where: { $0 != nil }) else { return [] }
    return venue.book.accounts.indices.flatMap { account in
      loops(of: account, book: venue.book, curve: curve, prices: prices, bases: bases)
    }
  }

  /// The loops of one account.
  public static func loops(
    of account: Int, book: Book, curve: HealthCurve, prices: [Double], bases: DerivedBases
  ) -> [LoopedCollateral] {
    var held: [Int: Double] = [:]
    var owed: [Int: Double] = [:]
    var hasFutures = false
    for position in book.positions(of: account) {
      let index = Int(book.column[position])
      let column = book.columns[index]
      let value = abs(book.quantity[position]) * book.openingValuations[index].value(at: prices, asset: column.asset)
      switch column.side {
      case .held: held[column.asset, default: 0] += value
      case .owed: owed[column.asset, default: 0] += value
      case .perpetual: hasFutures = true
      }
    }
    let cashDebt = hasFutures ? 0 : max(0, -book.cash[account])
    let all = owed.values.sorted().reduce(cashDebt, +)
    let tokens = held.keys.filter { token in owed.keys.contains { bases.isDerived(token, from: $0) } }.sorted()
    return Set(tokens.map { bases.root(of: $0) }).sorted().compactMap { root in
      let own = tokens.filter { bases.root(of: $0) == root }
      let sources = owed.keys.filter { source in own.contains { bases.isDerived($0, from: source) } }.sorted()
      let debt = sources.reduce(0) { $0 + (owed[$1] ?? 0) }
      guard let token = own.max(by: { (held[$0] ?? 0, $1) < (held[$1] ?? 0, $0) }), debt > 0 else { return nil }
      let range = curve.healthyRange(of: account, isMoved: prices.indices.map { own.contains($0) })
      return LoopedCollateral(
        account: account, root: root, token: token, collateral: own.reduce(0) { $0 + (held[$1] ?? 0) }, debt: debt,
        allDebt: all, liquidationRatio: range.isEmpty ? 1 : range.low,
        peg: bases.peg.indices.contains(token) ? bases.peg[token] : nil)
    }
  }
}

/// The loops of a venue by leverage.
public struct LoopTable: Sendable, Hashable {
  /// Accounts whose loops have about the same leverage.
  public struct Row: Sendable, Hashable {
    /// Name of the bucket.
    public let bucket: String
    /// Number of loops.
    public let accounts: Int
    /// Σ C and Σ D.
    public let collateral: Double, debt: Double
    /// Peg at which the first of them is liquidated; nil where none is by any fall.
    public let firstPeg: Double?
    /// Peg at which half of their looped debt is liquidatable.
    public let medianPeg: Double?
  }

  /// The rows with an account, by rising leverage.
  public let rows: [Row]
  /// Σ D over all loops ÷ all debts of the venue.
  public let shareOfDebt: Double

  private static let bounds: [(name: String, below: Double)] = [
    ("below 2x", 2), ("2–5x", 5), ("5–10x", 10), ("10–20x", 20), ("20x and more", .infinity),
  ]

  /// The table of `loops`; `debts` is what all accounts of the venue owe.
  public init(_ loops: [LoopedCollateral], debts: Double) {
    var left = loops
    rows = Self.bounds.compactMap { name, below in
      let part = left.filter { $0.leverage < below || below == .infinity }
      left.removeAll { $0.leverage < below || below == .infinity }
      guard !part.isEmpty else { return nil }
      let debt = part.reduce(0) { $0 + $1.debt }
      let pegs = part.compactMap { loop in loop.liquidationPeg.map { (peg: $0, debt: loop.debt) } }
        .sorted { $0.peg > $1.peg }
      var reached = 0.0
      let median = pegs.first { pair in
        reached += pair.debt
        return reached >= debt / 2
      }
      return Row(
        bucket: name, accounts: part.count, collateral: part.reduce(0) { $0 + $1.collateral }, debt: debt,
        firstPeg: pegs.first?.peg, medianPeg: median?.peg)
    }
    shareOfDebt = debts > 0 ? loops.reduce(0) { $0 + $1.debt } / debts : 0
  }
}

extension Book {
  /// What all accounts owe at `prices`: spot debts, and negative cash where no future has put its entry value there.
  public func debts(at prices: [Double]) -> Double {
    accounts.indices.reduce(0) { sum, account in
      var hasFutures = false
      var owed = 0.0
      for position in positions(of: account) {
        let index = Int(column[position])
        if columns[index].side == .perpetual { hasFutures = true }
        guard columns[index].side == .owed else { continue }
        owed += abs(quantity[position]) * openingValuations[index].value(at: prices, asset: columns[index].asset)
      }
      return sum + owed + (hasFutures ? 0 : max(0, -cash[account]))
    }
  }
}
