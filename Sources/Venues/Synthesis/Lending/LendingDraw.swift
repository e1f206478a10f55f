import Kernels
public import Schema

/// What each random number of a borrower is for; a beta number consumes two.
private enum LendingUse {
  /// Position in the law of size; uniform.
  static let size: UInt32 = 0
  /// Whether there is a second collateral; uniform.
  static let hasSecond: UInt32 = 1
  /// Which one it is; uniform.
  static let secondInstrument: UInt32 = 2
  /// Its share of the whole; beta.
  static let secondShare: UInt32 = 10
  /// Utilisation; beta, one for each attempt.
  static let utilisation: UInt32 = 20
  /// Share of the first debt; beta.
  static let debtShare: UInt32 = 30
}

/// One balance or debt of a borrower: an instrument and an unsigned quantity.
struct Holding: Sendable {
  /// Index at the venue.
  let instrument: Int
  /// In asset units, ≥ 0, whole lots.
  let quantity: Double
}

/// A borrower as drawn.
struct Borrower: Sendable {
  /// Index of its segment.
  let segment: Int
  /// What it has posted: one or two balances.
  let collateral: [Holding]
  /// What it owes: one or two debts.
  let debts: [Holding]
  /// How often its utilisation was drawn again.
  let redraws: Int
}

/// Drawing borrowers.
extension LendingBook {
  /// Draws the borrowers and writes their balances and debts as rows.
  public func synthesize(seed: UInt64) throws(Problems) -> SyntheticBook {
    let borrowers = borrowers(seed: seed)
    var accounts: [SyntheticAccount] = []
    var positions: [SyntheticPosition] = []
    for (index, borrower) in borrowers.enumerated() {
      let segment = segments[borrower.segment]
      let id = numberedName("borrower", index + 1, of: borrowers.count)
      accounts.append(SyntheticAccount(id: id, mode: .cross, group: segment.name, loanToValue: segment.agreed))
      let rows =
        borrower.collateral.map { ($0.instrument, $0.quantity) } + borrower.debts.map { ($0.instrument, -$0.quantity) }
      for (instrument, quantity) in rows where quantity != 0 {
        positions.append(SyntheticPosition(account: index, instrument: instrument, quantity: quantity))
      }
    }
    return SyntheticBook(
      kind: Self.kind.name, seed: seed, instruments: context.instruments, accounts: accounts, positions: positions,
      aggregates: LendingAggregates(kind: self, borrowers: borrowers).lines)
  }

  /// All borrowers, segment by segment.
  func borrowers(seed: UInt64) -> [Borrower] {
    let total = segments.reduce(0) { $0 + $1.share }
    let counts = apportion(accounts, probabilities: segments.map { $0.share / total })
    let members = counts.enumerated().flatMap { [Int](repeating: $0.offset, count: $0.element) }
    return members.enumerated().map { index, segment in
      borrower(of: segment, draws: KeyedDraws(seed: seed, path: UInt64(index), purpose: .synthesis))
    }
  }

  /// The borrower that `draws` belongs to, of segment `index`.
  private func borrower(of index: Int, draws: KeyedDraws) -> Borrower {
    let segment = segments[index]
    let collateral = collateral(of: segment, draws: draws)
    let power = borrowingPower(of: collateral, agreed: segment.agreed)
    let (owed, redraws) = owed(of: segment, power: power, draws: draws)
    return Borrower(
      segment: index, collateral: collateral, debts: debts(of: owed, segment: segment, draws: draws), redraws: redraws)
  }

  /// The main collateral and, with its probability, a second one; quantities in whole lots.
  private func collateral(of segment: LendingSegment, draws: KeyedDraws) -> [Holding] {
    let value = segment.size.quantile(draws.uniform(step: 0, factor: LendingUse.size))
    guard let second = segment.second,
      draws.uniform(step: 0, factor: LendingUse.hasSecond) < second.probability
    else { return [holding(segment.collateral, worth: value)] }
    let instrument = second.instruments.pick(draws.uniform(step: 0, factor: LendingUse.secondInstrument))
    guard instrument != segment.collateral else { return [holding(instrument, worth: value)] }
    let share = second.share.draw(draws, attempt: 0, factor: LendingUse.secondShare)
    return [holding(segment.collateral, worth: (1 - share) * value), holding(instrument, worth: share * value)]
      .filter { $0.quantity > 0 }
  }

  /// Σ collateral × loan-to-value and Σ collateral × threshold.
  func borrowingPower(of collateral: [Holding], agreed: TwoLevels?) -> TwoLevels {
    collateral.reduce(into: TwoLevels(initial: 0, maintenance: 0)) { power, holding in
      let terms = agreed ?? context.spotTerms(of: holding.instrument)?.loanToValue
      let value = holding.quantity * context.price(of: holding.instrument)
      power.initial += value * (terms?.initial ?? 0)
      power.maintenance += value * (terms?.maintenance ?? 0)
    }
  }

  /// The debt in money: a utilisation that fits what may be borrowed, else just that; a billionth less for rounding.
  private func owed(
    of segment: LendingSegment, power: TwoLevels, draws: KeyedDraws
  ) -> (money: Double, redraws: Int) {
    let limit = power.initial / ((1 + initialMarginBuffer) * (1 + 1e-9))
    for attempt in 0...maximumRedraws {
      let drawn = segment.utilisation.draw(draws, attempt: UInt32(attempt), factor: LendingUse.utilisation)
      let money = largestUtilisation * drawn * power.maintenance
      if money <= limit { return (money, attempt) }
    }
    return (limit, maximumRedraws)
  }

  /// `money` in the segment's debt instruments, whole lots, never more than `money`.
  private func debts(of money: Double, segment: LendingSegment, draws: KeyedDraws) -> [Holding] {
    guard let mixture = segment.debt.mixture else { return [holding(segment.debt.instrument, worth: money)] }
    let share = mixture.share.draw(draws, attempt: 0, factor: LendingUse.debtShare)
    return [
      holding(segment.debt.instrument, worth: share * money), holding(mixture.rest, worth: (1 - share) * money),
    ]
  }

  /// What `value` USD buys of an instrument at t = 0, cut to whole lots.
  private func holding(_ instrument: Int, worth value: Double) -> Holding {
    let price = context.price(of: instrument)
    return Holding(instrument: instrument, quantity: LotSize(price: price).towardsZero(value / price))
  }
}
