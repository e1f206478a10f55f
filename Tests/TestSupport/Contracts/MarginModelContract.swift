public import Clearing
public import Venues

/// What every margin model owes to the rest of the package, executable for any of them.
///
/// For every instrument and side, at both levels: a requirement is a finite number, never negative, zero without a
/// position, the same for a long and a short unless the author says otherwise, never falling and never jumping as the position grows, convex (which
/// screening and the largest-of-lines form rely on), and proportional to size where the author says so. Maintenance is
/// at most initial. Weights never raise equity, and a balance never counts for less when it grows. Two sets of factors fed the same prices agree bit for bit, returning to t = 0 forgets a path, and the
/// factors of a static model stay. Every broken promise is one line of the answer.
public struct MarginModelContract {
  private let model: any MarginModel
  private let instruments: [Instrument]
  private let prices: [[Double]]
  private let isHomogeneous: Bool
  private let largestRate: Double
  private let isSided: Bool

  /// A contract for `model`.
  ///
  /// - Parameters:
  ///   - instruments: what the model margins.
  ///   - prices: oracle prices, [step][asset], step 0 being t = 0.
  ///   - isHomogeneous: whether requirements are proportional to size.
  ///   - largestRate: what no marginal rate exceeds; the bound on jumps.
  ///   - isSided: whether longs and shorts may be margined differently.
  public init(
    model: any MarginModel, instruments: [Instrument], prices: [[Double]], isHomogeneous: Bool, largestRate: Double = 1,
    isSided: Bool = false
  ) {
    self.model = model
    self.instruments = instruments
    self.prices = prices
    self.isHomogeneous = isHomogeneous
    self.largestRate = largestRate
    self.isSided = isSided
  }

  /// Everything broken, one line each; empty for a model that keeps its promises.
  public func violations() -> [String] {
    var found = factorViolations() + weightViolations()
    for (index, instrument) in instruments.enumerated() {
      for sign in [1.0, -1.0] {
        let side = "\(instrument.id) \(sign > 0 ? "long" : "short")"
        let requirements = Self.notionals.map { requirement(of: index, notional: sign * $0) }
        found += shapeViolations(requirements.map(\.initial)).map { "\(side), initial: \($0)" }
        found += shapeViolations(requirements.map(\.maintenance)).map { "\(side), maintenance: \($0)" }
        if zip(requirements, Self.notionals).contains(where: { $0.maintenance > $0.initial + 1e-12 * $1 }) {
          found.append("\(side): maintenance exceeds initial")
        }
      }
      guard case .perpetual = instrument.kind, !isSided else { continue }
      for notional in Self.notionals
      where requirement(of: index, notional: notional) != requirement(of: index, notional: -notional) {
        found.append("\(instrument.id): a long and a short of \(notional) differ")
      }
    }
    return found
  }

  /// Sizes in money from nothing to far beyond any bracket, ten to a factor of ten.
  private static let notionals: [Double] =
    [0]
    + (-20...120).map { exponent in (0..<exponent + 20).reduce(0.01) { product, _ in product * 1.2589254117941673 } }

  /// Both levels of an account that holds nothing but `notional` money of one instrument at the start.
  private func requirement(of instrument: Int, notional: Double) -> TwoLevels {
    let price = instruments[instrument].asset.map { prices[0][$0] } ?? 1
    let book = Book(
      accounts: [Account(id: "only")], groups: ["all"], instruments: instruments,
      positions: [Position(account: 0, instrument: instrument, quantity: notional / price, entryPrice: price)])
    return model.initialHealth(of: book, prices: prices[0])[0].requirement
  }

  /// What balances and debts of growing size count for.
  private func weightViolations() -> [String] {
    var found: [String] = []
    for (index, instrument) in instruments.enumerated() where instrument.asset != nil {
      for sign in [1.0, -1] {
        var previous = TwoLevels(initial: 0, maintenance: 0)
        for notional in Self.notionals {
          let counted = weightedValue(of: index, notional: sign * notional)
          for (level, now, before) in [
            ("initial", counted.initial, previous.initial), ("maintenance", counted.maintenance, previous.maintenance),
          ] {
            let side = "\(instrument.id), \(level): \(sign * notional)"
            if now > sign * notional + 1e-9 * notional { found.append("\(side) counts for more than it is worth") }
            if sign * (now - before) < -1e-9 * notional { found.append("\(side) counts for less than a smaller one") }
          }
          previous = counted
        }
      }
    }
    return found
  }

  /// Weighted equity of an account that holds nothing but `notional` money of one instrument at the start; entry prices
  /// of perpetuals are 0.
  private func weightedValue(of instrument: Int, notional: Double) -> TwoLevels {
    let price = instruments[instrument].asset.map { prices[0][$0] } ?? 1
    let book = Book(
      accounts: [Account(id: "only")], groups: ["all"], instruments: instruments,
      positions: [Position(account: 0, instrument: instrument, quantity: notional / price)])
    return model.initialHealth(of: book, prices: prices[0])[0].weightedEquity
  }

  private func shapeViolations(_ requirements: [Double]) -> [String] {
    var found: [String] = []
    let sizes = Self.notionals
    if requirements[0] != 0 { found.append("an account without positions needs \(requirements[0])") }
    if requirements.contains(where: { !$0.isFinite || $0 < 0 }) { found.append("negative or not finite") }
    var previousSlope = 0.0
    for index in 1..<sizes.count {
      let slope = (requirements[index] - requirements[index - 1]) / (sizes[index] - sizes[index - 1])
      if slope < -1e-12 { found.append("falls at \(sizes[index])") }
      if slope > largestRate + 1e-9 { found.append("jumps at \(sizes[index])") }
      if slope < previousSlope - 1e-9 { found.append("is not convex at \(sizes[index])") }
      previousSlope = slope
      let proportional = requirements[1] / sizes[1] * sizes[index]
      if isHomogeneous, abs(requirements[index] - proportional) > 1e-9 * proportional {
        found.append("is not proportional at \(sizes[index])")
      }
    }
    return found
  }

  /// Runs the factors of a book with one position per instrument over the prices.
  private func factorViolations() -> [String] {
    let positions = instruments.indices.map { Position(account: 0, instrument: $0, quantity: 1) }
    let book = Book(
      accounts: [Account(id: "only")], groups: ["all"], instruments: instruments, positions: positions)
    let first = model.makeFactors(for: book)
    let history = run(first)
    var found: [String] = []
    if history[0].count != 4 * book.columns.count { found.append("factors are not two to a column and level") }
    if run(model.makeFactors(for: book)) != history { found.append("two runs over the same prices differ") }
    if run(first) != history { found.append("returning to t = 0 does not forget the path") }
    if !model.isDynamic, history.contains(where: { $0 != history[0] }) { found.append("a static model's factors move") }
    if history.contains(where: { $0.contains { !$0.isFinite || $0 < 0 } }) {
      found.append("a factor is not a number ≥ 0")
    }
    return found
  }

  /// Factors at every step, initial ones first. `advance` must say truly whether one changed.
  private func run(_ factors: any MarginFactors) -> [[Double]] {
    factors.reset(oraclePrices: prices[0])
    var history = [factors.initial + factors.maintenance]
    for step in prices.indices.dropFirst() {
      let hasChanged = factors.advance(step: step, oraclePrices: prices[step])
      let now = factors.initial + factors.maintenance
      if !hasChanged, now != history[history.count - 1] { history.append([.nan]) }
      history.append(now)
    }
    return history
  }
}
