/// Closing winners against the losses of bankrupt accounts in the same instrument, before losses are shared more widely.
///
/// A bankrupt account lost more than it had; the price at which it would have ended with nothing is its *bankruptcy price*.
/// Where the reserve cannot pay, winners on the other side of the same instrument are closed at that price instead of the
/// mark: they forgo what lies between. Nothing is traded in the market. A winner forgoes at most its unrealised profit
/// and at most its equity, so no money is made and nobody is made bankrupt by it.
public struct AutoDeleveraging: Sendable, Hashable {
  /// Who comes first.
  public enum Ranking: String, Sendable, Hashable, CaseIterable {
    /// By profit ÷ entry notional × leverage, greatest first, ties by account id: the queue of most venues.
    case profitTimesLeverage = "profit-leverage"
    /// Nobody: all winners forgo the same share of what each can.
    case proRata = "pro-rata"
  }

  /// Who comes first.
  public var ranking: Ranking

  /// Creates a rule.
  public init(ranking: Ranking) { self.ranking = ranking }

  /// What the reserve left unpaid in one instrument, on one side.
  public struct Claim: Sendable, Hashable {
    /// Money that is to be raised.
    public var unmet: Double
    /// Contracts of the bankrupt accounts, those that correspond to `unmet`, > 0.
    public var contracts: Double

    /// Creates a claim.
    public init(unmet: Double, contracts: Double) {
      self.unmet = unmet
      self.contracts = contracts
    }
  }

  /// An open account with a profit on the other side.
  public struct Winner: Sendable, Hashable {
    /// Number of the account.
    public var account: Int
    /// Place of the position in the book.
    public var position: Int
    /// Its id, which decides ties.
    public var id: String
    /// Contracts held, without sign, > 0.
    public var contracts: Double
    /// Unrealised profit, > 0.
    public var profit: Double
    /// Equity of the account.
    public var equity: Double
    /// Profit ÷ entry notional × leverage.
    public var score: Double

    /// Creates a winner.
    public init(
      account: Int, position: Int, id: String, contracts: Double, profit: Double, equity: Double, score: Double
    ) {
      self.account = account
      self.position = position
      self.id = id
      self.contracts = contracts
      self.profit = profit
      self.equity = equity
      self.score = score
    }

    /// What it can forgo at most.
    var limit: Double { max(0, min(profit, equity)) }
  }

  /// What one winner gives up.
  public struct Share: Sendable, Hashable {
    /// Number of the account.
    public var account: Int
    /// Place of the position in the book.
    public var position: Int
    /// Profit forgone, ≥ 0.
    public var haircut: Double
    /// Contracts closed, without sign, ≥ 0.
    public var contracts: Double
  }

  /// Divides `claim` over `winners`, in any order; the haircuts add up to at most what is unmet.
  public func shares(of claim: Claim, among winners: [Winner]) -> [Share] {
    guard claim.unmet > 0, claim.contracts > 0 else { return [] }
    switch ranking {
    case .profitTimesLeverage: return ranked(claim, winners)
    case .proRata: return proRata(claim, winners)
    }
  }

  /// One after the other, each up to all its contracts, at the same money per contract, until the contracts taken over
  /// are used up.
  private func ranked(_ claim: Claim, _ winners: [Winner]) -> [Share] {
    let perContract = claim.unmet / claim.contracts
    var money = claim.unmet
    var contracts = claim.contracts
    var shares: [Share] = []
    for winner in winners.sorted(by: Self.precedes) where money > 0 && contracts > 0 {
      let closed = min(winner.contracts, contracts)
      let haircut = min(perContract * closed, winner.limit * (closed / winner.contracts), money)
      guard haircut > 0 else { continue }
      shares.append(Share(account: winner.account, position: winner.position, haircut: haircut, contracts: closed))
      money -= haircut
      contracts -= closed
    }
    return shares
  }

  /// All at once, in proportion to what each can forgo; the contracts closed are those that the haircut pays for.
  private func proRata(_ claim: Claim, _ winners: [Winner]) -> [Share] {
    let able = winners.reduce(0) { $0 + $1.limit }
    guard able > 0 else { return [] }
    let share = min(1, claim.unmet / able)
    return winners.filter { $0.limit > 0 }.map { winner in
      let haircut = winner.limit * share
      return Share(
        account: winner.account, position: winner.position, haircut: haircut,
        contracts: min(winner.contracts, claim.contracts * (haircut / claim.unmet)))
    }
  }

  /// Greater score first; the same score: lower id first, ids of digits only as numbers.
  private static func precedes(_ a: Winner, _ b: Winner) -> Bool {
    if a.score != b.score { return a.score > b.score }
    let areNumbers = [a.id, b.id].allSatisfy { $0.utf8.allSatisfy { (48...57).contains($0) } }
    if areNumbers, a.id.utf8.count != b.id.utf8.count { return a.id.utf8.count < b.id.utf8.count }
    return a.id.utf8.lexicographicallyPrecedes(b.id.utf8)
  }
}
