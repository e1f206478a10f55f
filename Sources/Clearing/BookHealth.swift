public import Venues

/// One account judged by one model at one moment, computed plainly: for t = 0, for tables and for tests.
public struct AccountHealth: Sendable, Hashable {
  /// Cash plus the value of all positions.
  public var equity: Double
  /// Equity with each position's value weighted, at both levels.
  public var weightedEquity: TwoLevels
  /// The requirement at both levels.
  public var requirement: TwoLevels

  /// The account's agreed credit line.
  public var credit = 0.0

  /// Weighted equity and credit minus maintenance requirement: below zero the account is liquidatable.
  public var health: Double { weightedEquity.maintenance + credit - requirement.maintenance }
  /// Weighted equity and credit minus initial requirement: below zero the account can open nothing.
  public var room: Double { weightedEquity.initial + credit - requirement.initial }
}

extension RequirementTable.Level {
  /// T of one position of `notional` ≥ 0 before its factor.
  @inlinable
  public func requirement(position: Int, notional: Double) -> Double {
    let number = Int(table[position])
    var largest = 0.0
    for line in Int(tableStart[number])..<Int(tableStart[number + 1]) {
      largest = max(largest, notional * lines[line].slope - lines[line].deduction)
    }
    return largest
  }
}

extension RequirementTable {
  /// Judges account `index` of `book` at `values` under factors as `MarginFactors` lays them out; `scale` multiplies what
  /// scenarios ask for.
  public func health(
    of index: Int, in book: Book, at values: ColumnValues, initialFactors: [Double], maintenanceFactors: [Double],
    scale: Double = 1
  ) -> AccountHealth {
    var result = AccountHealth(
      equity: book.cash[index],
      weightedEquity: TwoLevels(initial: book.cash[index], maintenance: book.cash[index]),
      requirement: TwoLevels(initial: 0, maintenance: 0), credit: book.accounts[index].credit)
    for position in book.positions(of: index) {
      let column = Int(book.column[position])
      let value = book.quantity[position] * values.unitValue[column]
      let quantity = book.quantity[position]
      let notional = abs(quantity) * values.unitNotional[column]
      let factor = factorIndex(column: column, quantity: quantity)
      result.equity += value
      result.weightedEquity.initial += initial.weight(position: position, quantity: quantity) * value
      result.weightedEquity.maintenance += maintenance.weight(position: position, quantity: quantity) * value
      result.requirement.initial +=
        initialFactors[factor] * initial.requirement(position: position, notional: notional)
      result.requirement.maintenance +=
        maintenanceFactors[factor] * maintenance.requirement(position: position, notional: notional)
    }
    if let scenarios, scenarios.contains(index) {
      let loss = scale * scenarios.losses(of: index, in: book, prices: values.prices).reduce(0) { $0 + $1.amount }
      result.requirement.initial += loss
      result.requirement.maintenance += scenarios.maintenanceFraction * loss
    }
    return result
  }
}

extension MarginModel {
  /// The health of every account of `book` at t = 0 and `prices`, one per asset.
  public func initialHealth(of book: Book, prices: [Double]) -> [AccountHealth] {
    let table = requirements(of: book)
    let factors = makeFactors(for: book)
    factors.reset(oraclePrices: prices)
    let values = ColumnValues(book: book, prices: prices)
    return book.accounts.indices.map { index in
      table.health(
        of: index, in: book, at: values, initialFactors: factors.initial, maintenanceFactors: factors.maintenance)
    }
  }
}
