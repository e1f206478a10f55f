public import Venues

/// Where an account is healthy as prices move: ratios of the moved prices to the present ones.
public struct HealthyRange: Sendable, Hashable {
  /// The account is liquidatable below this ratio; nil where no fall makes it so.
  public let low: Double?
  /// The account is liquidatable above this ratio; nil where no rise makes it so.
  public let high: Double?
  /// Whether the account is liquidatable at every ratio.
  public let isEmpty: Bool
}

/// Health of the accounts of a book at t = 0 as functions of a common ratio of some assets' prices to the present ones.
///
/// Everything else (other prices, time, margin factors, funding) stays. Each position's value is linear in the ratio and
/// its requirement convex and piecewise linear, so health is concave and piecewise linear, and the prices at which it is
/// zero are found exactly: by its values at the corners and a straight line between two of them. An account with options
/// or pool shares has no such corners: its health is looked at on a ladder of ratios, and the crossings next to the present
/// price are found by bisection.
public struct HealthCurve: Sendable {
  let book: Book
  private let table: RequirementTable
  let prices: [Double]
  private let initialFactors: [Double]
  private let maintenanceFactors: [Double]
  private let scale: Double

  /// The curves of `book` under `model`, all its rates multiplied by `scale`, at `prices`, one per asset.
  public init(book: Book, model: any MarginModel, scale: Double = 1, prices: [Double]) {
    let factors = model.makeFactors(for: book)
    factors.reset(oraclePrices: prices)
    self.book = book
    self.prices = prices
    self.scale = scale
    table = model.requirements(of: book)
    initialFactors = factors.initial.map { $0 * scale }
    maintenanceFactors = factors.maintenance.map { $0 * scale }
  }

  /// Equity, weighted equity and requirements of an account at the present prices.
  public func health(of account: Int) -> AccountHealth {
    table.health(
      of: account, in: book, at: ColumnValues(book: book, prices: prices), initialFactors: initialFactors,
      maintenanceFactors: maintenanceFactors, scale: scale)
  }

  /// What `account` is asked for by scenarios, by group of underlyings; empty where it is not margined by any.
  func worstCases(of account: Int) -> [AccountStatement.WorstCase] {
    guard let part = table.scenarios, part.contains(account) else { return [] }
    let assets = Set(
      book.positions(of: account).map { Int(book.column[$0]) }.filter { part.isShocked[$0] }
        .map { book.columns[$0].asset })
    let losses = part.losses(of: account, in: book, prices: prices)
    return zip(losses, part.gains(of: account, in: book, prices: prices)).map { loss, found in
      let shocks = part.shocks[part.leadingAsset[loss.group]]
      return AccountStatement.WorstCase(
        assets: assets.filter { part.groupOfAsset[$0] == loss.group }.sorted(), shock: shocks[loss.shock],
        requirement: TwoLevels(
          initial: scale * loss.amount, maintenance: scale * part.maintenanceFraction * loss.amount),
        scenarios: zip(shocks, found.gains).map { AccountStatement.Scenario(shock: $0, gain: $1) })
    }
  }

  /// What one position of `account` counts for: its value in weighted equity, and its requirement, at both levels.
  func counted(position: Int) -> (weighted: TwoLevels, requirement: TwoLevels) {
    let column = Int(book.column[position])
    let asset = book.columns[column].asset
    let quantity = book.quantity[position]
    let factor = factorIndex(column: column, quantity: quantity)
    let value = quantity * book.openingValuations[column].value(at: prices, asset: asset)
    let size = abs(quantity) * book.openingValuations[column].notional(at: prices, asset: asset)
    return (
      TwoLevels(
        initial: table.initial.weight(position: position, quantity: quantity) * value,
        maintenance: table.maintenance.weight(position: position, quantity: quantity) * value),
      TwoLevels(
        initial: initialFactors[factor] * table.initial.requirement(position: position, notional: size),
        maintenance: maintenanceFactors[factor] * table.maintenance.requirement(position: position, notional: size))
    )
  }

  /// Where `account` is healthy when the prices of the assets that `isMoved` are multiplied by a common ratio ≥ 0.
  ///
  /// Where health is no concave function (options, pool shares), the range is the one around the present prices, or the
  /// nearest to them. `samples` of the same move spare work where many accounts are asked for.
  public func healthyRange(of account: Int, isMoved: [Bool], samples: RatioSamples? = nil) -> HealthyRange {
    guard !holdsCurves(account) else {
      let found = curvedRanges(
        of: [account], isMoved: isMoved, samples: samples ?? self.samples(isMoved: isMoved))
      return found.first ?? HealthyRange(low: nil, high: nil, isEmpty: true)
    }
    let corners = [0] + corners(of: account, isMoved: isMoved)
    let health = corners.map { self.health(of: account, ratio: $0, isMoved: isMoved) }
    var low: Double?
    var high: Double?
    for index in 1..<max(corners.count, 1) {
      let (before, after) = (health[index - 1], health[index])
      guard (before < 0) != (after < 0) else { continue }
      let root = corners[index - 1] + (corners[index] - corners[index - 1]) * before / (before - after)
      if before < 0 { low = root } else { high = root }
    }
    // Beyond the last corner health is a straight line.
    let (last, end) = (corners[corners.count - 1], health[health.count - 1])
    let slope = self.health(of: account, ratio: last + 1, isMoved: isMoved) - end
    if end < 0, slope > 0 { low = last - end / slope }
    if end >= 0, slope < 0 { high = last - end / slope }
    return HealthyRange(low: low, high: high, isEmpty: low == nil && high == nil && end < 0)
  }

  /// The ratio at which equity is zero, everything else at its present price; nil where no ratio > 0 makes it so.
  public func bankruptcyRatio(of account: Int, isMoved: [Bool]) -> Double? {
    guard !holdsCurves(account) else { return curvedBankruptcy(of: account, isMoved: isMoved) }
    var fixed = book.cash[account]
    var moved = 0.0
    for position in book.positions(of: account) {
      let column = Int(book.column[position])
      let asset = book.columns[column].asset
      let valuation = book.openingValuations[column]
      let linear = book.quantity[position] * valuation.slope * prices[asset]
      fixed += book.quantity[position] * valuation.constant
      if isMoved[asset] { moved += linear } else { fixed += linear }
    }
    guard moved != 0 else { return nil }
    let ratio = -fixed / moved
    return ratio > 0 && ratio.isFinite ? ratio : nil
  }

  /// H = E^w − MM with the moved prices multiplied by `ratio`.
  func health(of account: Int, ratio: Double, isMoved: [Bool]) -> Double {
    health(of: account, moved: moved(by: ratio, isMoved: isMoved))
  }

  /// H = E^w − MM at moved prices, one per asset.
  private func health(of account: Int, moved: [Double]) -> Double {
    health(of: account, moved: moved) { column in
      let asset = book.columns[column].asset
      let valuation = book.openingValuations[column]
      return (valuation.value(at: moved, asset: asset), valuation.notional(at: moved, asset: asset))
    }
  }

  /// The prices with the moved ones multiplied by `ratio`.
  func moved(by ratio: Double, isMoved: [Bool]) -> [Double] {
    prices.indices.map { isMoved[$0] ? prices[$0] * ratio : prices[$0] }
  }

  /// H at `moved` prices, given the values and notionals of one unit of each column there.
  private func health(of account: Int, moved: [Double], unit: (Int) -> (value: Double, notional: Double)) -> Double {
    let health = healthWithoutScenarios(of: account, unit: unit)
    guard let part = table.scenarios, part.contains(account) else { return health }
    let loss = part.losses(of: account, in: book, prices: moved).reduce(0) { $0 + $1.amount }
    return health - scenarioFactor * loss
  }

  /// The scenarios that margin accounts of the book; nil where the model has none.
  var scenarios: ScenarioPart? { table.scenarios }

  /// λ times maintenance ÷ initial of the scenarios; 0 where there are none.
  var scenarioFactor: Double { scale * (table.scenarios?.maintenanceFraction ?? 0) }

  /// H but for what scenarios ask for, given the values and notionals of one unit of each column.
  func healthWithoutScenarios(of account: Int, unit: (Int) -> (value: Double, notional: Double)) -> Double {
    var health = book.standing[account]
    for position in book.positions(of: account) {
      let column = Int(book.column[position])
      let quantity = book.quantity[position]
      let (value, notional) = unit(column)
      health += table.maintenance.weight(position: position, quantity: quantity) * quantity * value
      health -=
        maintenanceFactors[factorIndex(column: column, quantity: quantity)]
        * table.maintenance.requirement(position: position, notional: abs(quantity) * notional)
    }
    return health
  }

  /// The ratios > 0 at which a position passes from one line of its requirement to the next, rising.
  private func corners(of account: Int, isMoved: [Bool]) -> [Double] {
    var corners = table.scenarios?.corners(of: account, in: book, prices: prices, isMoved: isMoved) ?? []
    for position in book.positions(of: account) {
      let column = Int(book.column[position])
      let asset = book.columns[column].asset
      let perRatio = book.openingValuations[column].slope * prices[asset] * abs(book.quantity[position])
      guard isMoved[asset], perRatio > 0 else { continue }
      let number = Int(table.maintenance.table[position])
      let lines = table.maintenance.lines[
        Int(table.maintenance.tableStart[number])..<Int(table.maintenance.tableStart[number + 1])]
      for (lower, upper) in zip(lines, lines.dropFirst()) where upper.slope > lower.slope {
        let notional = (upper.deduction - lower.deduction) / (upper.slope - lower.slope)
        let ratio = (notional - abs(book.quantity[position]) * book.openingValuations[column].face) / perRatio
        if ratio > 0, ratio.isFinite { corners.append(ratio) }
      }
    }
    return corners.filter { $0 > 0 && $0.isFinite }.sorted()
  }
}
