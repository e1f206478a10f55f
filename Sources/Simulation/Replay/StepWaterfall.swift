import Clearing
import Kernels
import Venues

/// Who bears the losses of a step: segments of the reserve, the shared reserve, auto-deleveraged winners, everybody else.
///
/// One per worker and venue, returned to t = 0 for each path. Shortfalls and income are known by instrument only where
/// the venue's rules need it: where it has segments or deleverages.
final class StepWaterfall {
  /// Where the losses of a step went, beyond the reserve.
  struct Result {
    /// What segments of the reserve paid, and what its shared part did.
    var drawnFromSegments = 0.0
    var drawnFromShared = 0.0
    /// What it could not.
    var uncovered = 0.0
    /// Profits that winners forwent.
    var haircut = 0.0
    /// Notional, at the marks, of the contracts that were closed for it.
    var deleveraged = 0.0
    /// Charged to the remaining accounts.
    var socialised = 0.0
  }

  /// What is left of a step's shortfalls counts as paid up to this part of them: it is rounding.
  private static let rounding = 1e-10

  /// Whether shortfalls and income must be recorded by instrument.
  let isDivided: Bool
  /// Shared reserve first, then the segments.
  private(set) var balances: [Double]

  private let rules: ClearingRules
  private let book: Book
  private let holdings: WeightedHoldings
  /// Place in `balances` of the segment of each asset; 0 for none.
  private let segmentOfAsset: [Int]
  /// Slots of linear futures in the order of the venue's instruments, longs first: it must not depend on that of accounts.
  private let perpetualSlots: [Int]
  /// Who holds each of those, with the place of the position; empty where nobody is deleveraged.
  private let holders: [[(account: Int32, position: Int32)]]
  private var incomes: [Double]
  /// Shortfall and contracts closed by slot: 2·column, plus 1 for shorts.
  private var shortfalls: [Double]
  private var contracts: [Double]

  init(plan: VenuePlan, holdings: WeightedHoldings) {
    self.holdings = holdings
    rules = plan.rules
    book = plan.venue.book
    isDivided = rules.dividesLosses
    var places = [Int](repeating: 0, count: plan.assetIDs.count)
    for (index, segment) in rules.reserve.segments.enumerated() {
      for asset in segment.assets { places[asset] = index + 1 }
    }
    segmentOfAsset = places
    let columns = plan.venue.book.columns
    let isLinear = plan.venue.instruments.map {
      if case .perpetual(let terms) = $0.kind {
        terms.inverseFace == nil && terms.settlementAsset == nil
      } else {
        false
      }
    }
    perpetualSlots = columns.indices.filter {
      columns[$0].side == .perpetual && columns[$0].leg == .whole && isLinear[columns[$0].instrument]
    }
    .sorted { columns[$0].instrument < columns[$1].instrument }.flatMap { [2 * $0, 2 * $0 + 1] }
    holders = plan.holders
    balances = [rules.reserve.balance] + rules.reserve.segments.map(\.balance)
    incomes = [Double](repeating: 0, count: balances.count)
    shortfalls = [Double](repeating: 0, count: 2 * book.columns.count)
    contracts = shortfalls
  }

  /// Returns to t = 0.
  func reset() {
    balances[0] = rules.reserve.balance
    for (index, segment) in rules.reserve.segments.enumerated() { balances[index + 1] = segment.balance }
    clearStep()
  }

  private func clearStep() {
    for index in incomes.indices { incomes[index] = 0 }
    guard isDivided else { return }
    for slot in shortfalls.indices {
      shortfalls[slot] = 0
      contracts[slot] = 0
    }
  }

  /// Counts income earned on `asset` for its segment, where it has one.
  func addIncome(_ amount: Double, asset: Int) {
    let place = segmentOfAsset[asset]
    if place > 0 { incomes[place] += amount }
  }

  /// Divides the shortfall of an account over what its last closings sold, by notional.
  func addShortfall(_ amount: Double, account: Int, ledger: AccountLedger, columns: ColumnState) {
    guard isDivided else { return }
    let positions = book.positions(of: account).filter { ledger.lastClosed[$0] != 0 }
    let total = positions.reduce(0) { $0 + notional($1, ledger, columns) }
    guard total > 0 else { return }
    for position in positions {
      let slot = 2 * Int(book.column[position]) + (ledger.lastClosed[position] > 0 ? 0 : 1)
      shortfalls[slot] += amount * (notional(position, ledger, columns) / total)
      contracts[slot] += abs(ledger.lastClosed[position])
    }
  }

  private func notional(_ position: Int, _ ledger: AccountLedger, _ columns: ColumnState) -> Double {
    abs(ledger.lastClosed[position]) * columns.unitClosed(Int(book.column[position]))
  }

  /// Settles a step: income goes in before shortfalls come out. `outside` is the other side of the contracts closed.
  func settle(
    shortfall: Double, income: Double, ledger: AccountLedger, columns: ColumnState, outside: inout OutsideMarket
  ) -> Result {
    var result = Result()
    var rest = shortfall
    var own = 0.0
    for place in balances.indices.dropFirst() {
      balances[place] += incomes[place]
      own += incomes[place]
      let draw = min(segmentShortfall(place), balances[place])
      balances[place] -= draw
      scaleShortfalls(of: place, drawn: draw)
      result.drawnFromSegments += draw
      rest -= draw
    }
    let negligible = Self.rounding * shortfall
    if rest <= negligible { rest = 0 }
    balances[0] += max(0, income - own)
    let draw = min(rest, balances[0])
    balances[0] -= draw
    result.drawnFromShared = draw
    if rest - draw > negligible {
      result.uncovered = rest - draw
      deleverage(share: result.uncovered / rest, ledger, columns, &outside, &result)
      let left = result.uncovered - result.haircut
      if rules.lossAllocation == .socialise, left > 0 { result.socialised = socialise(left, ledger, columns) }
    }
    clearStep()
    return result
  }

  private func segmentShortfall(_ place: Int) -> Double {
    book.columns.indices.reduce(0) { sum, column in
      segmentOfAsset[book.columns[column].asset] == place
        ? sum + shortfalls[2 * column] + shortfalls[2 * column + 1] : sum
    }
  }

  /// Takes what a segment paid off the shortfalls of its assets, and the contracts that go with it, in proportion.
  private func scaleShortfalls(of place: Int, drawn: Double) {
    guard drawn > 0 else { return }
    let left = max(0, 1 - drawn / segmentShortfall(place))
    for column in book.columns.indices where segmentOfAsset[book.columns[column].asset] == place {
      for slot in [2 * column, 2 * column + 1] {
        shortfalls[slot] *= left
        contracts[slot] *= left
      }
    }
  }

  /// Closes winners, instrument by instrument, against their `share` of the shortfalls.
  private func deleverage(
    share: Double, _ ledger: AccountLedger, _ columns: ColumnState, _ outside: inout OutsideMarket,
    _ result: inout Result
  ) {
    guard let rule = rules.autoDeleveraging else { return }
    var emptied: [Int] = []
    for slot in perpetualSlots {
      let claim = AutoDeleveraging.Claim(unmet: shortfalls[slot] * share, contracts: contracts[slot] * share)
      guard claim.unmet > 0, claim.contracts > 0 else { continue }
      let column = slot / 2
      let side = slot % 2 == 0 ? -1.0 : 1.0
      for part in rule.shares(of: claim, among: winners(column, side, ledger, columns)) {
        let position = part.position
        let held = ledger.quantity[position]
        // All but rounding is all.
        let closesAll = part.contracts > abs(held) * (1 - 1e-9)
        let units = closesAll ? held : side * part.contracts
        let left = closesAll ? 0 : held - units
        ledger.setQuantity(left, of: position, account: part.account)
        holdings.set(left, of: position)
        if ledger.holdsNothing(part.account) { emptied.append(part.account) }
        ledger.pay(units * columns.unitValue[column] - part.haircut, to: part.account)
        outside.buy(units: units, column: column, price: columns.unitValue[column])
        result.haircut += part.haircut
        result.deleveraged += part.contracts * columns.unitNotional[column]
      }
    }
    for account in emptied {
      // Nobody forgoes more than its equity: less than nothing is rounding, and must not become a shortfall.
      if ledger.cash[account] < 0 { _ = ledger.takeCash(of: account) }
      ledger.returnRemainder(of: account)
    }
  }

  /// Open accounts with an unrealised profit in `column` on the given side.
  private func winners(
    _ column: Int, _ side: Double, _ ledger: AccountLedger, _ columns: ColumnState
  ) -> [AutoDeleveraging.Winner] {
    holders[column].compactMap { holder in
      let (account, position) = (Int(holder.account), Int(holder.position))
      guard !ledger.isClosed[account] else { return nil }
      let quantity = ledger.quantity[position]
      let profit = quantity * (columns.unitValue[column] - book.entry[position])
      guard quantity * side > 0, profit > 0 else { return nil }
      let equity = ledger.equity(of: account, unitValue: columns.unitValue)
      let notional = book.positions(of: account).reduce(0) { sum, each in
        let place = Int(book.column[each])
        let about = book.columns[place]
        return about.side == .perpetual && about.countsAsNotional && about.leg != .option
          ? sum + abs(ledger.quantity[each]) * columns.unitNotional[place] : sum
      }
      guard equity > 0 else { return nil }
      return AutoDeleveraging.Winner(
        account: account, position: position, id: book.accounts[account].id, contracts: abs(quantity), profit: profit,
        equity: equity,
        score: profit / abs(quantity * book.entry[position]) * (notional / equity))
    }
  }

  /// Charges open accounts in proportion to their positive equity, at most all of it; returns what was charged.
  private func socialise(_ loss: Double, _ ledger: AccountLedger, _ columns: ColumnState) -> Double {
    let accounts = book.accounts.indices.filter { !ledger.isClosed[$0] }
    let equities = accounts.map { max(0, ledger.equity(of: $0, unitValue: columns.unitValue)) }
    let total = equities.reduce(0, +)
    let taken = min(loss, total)
    guard taken > 0 else { return 0 }
    for (account, equity) in zip(accounts, equities) where equity > 0 {
      ledger.pay(-min(equity, taken * equity / total), to: account)
    }
    return taken
  }
}
