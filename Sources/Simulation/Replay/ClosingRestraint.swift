import Clearing
import Foundation
import Kernels
import Venues

/// What keeps a venue from closing at once what it decided to close: circuit breaker, and liquidators' capacity, cost and
/// absence. Made only for a venue that has any of it. One per worker, venue and model, returned to t = 0 for each path.
final class ClosingRestraint {
  private let plan: VenuePlan
  private let stepHours: Double
  private let seed: UInt64
  /// Index of the venue: what its outages are drawn by.
  private let factor: UInt32
  private let breaker: CircuitBreaker?
  private let liquidators: LiquidatorTerms?
  /// Money that may be traded in an asset in one step.
  private let caps: [Double]
  /// Money that liquidators can trade in one step.
  private let capacity: Double
  private let gauge: CongestionGauge?
  private var pauses: PauseState?
  private var draws: KeyedDraws?
  private var areOut = false
  /// Money traded in the step so far, per asset and altogether.
  private var used: [Double]
  private var usedCapacity = 0.0
  /// Money that the closings of a wave would trade, per asset.
  private var wanted: [Double]

  /// What of a cap or capacity counts as used up: the rest is rounding.
  static let rounding = 1e-9

  /// Nil where nothing restrains the venue.
  init?(plan: VenuePlan, market: MarketPlan, venue: Int, stepHours: Double, seed: UInt64) {
    breaker = plan.rules.circuitBreaker
    liquidators = plan.rules.liquidators
    guard breaker != nil || liquidators != nil else { return nil }
    self.plan = plan
    self.stepHours = stepHours
    self.seed = seed
    factor = UInt32(truncatingIfNeeded: venue) & 0xFFFF
    let share = breaker?.volumePerHour
    caps = plan.venue.depths.map { depth in
      guard let share, let depth else { return .infinity }
      return share * depth.averageDailyVolume * stepHours
    }
    capacity = liquidators?.capacityPerHour.map { $0 * stepHours } ?? .infinity
    gauge = (liquidators?.fixedCost ?? 0) > 0 ? CongestionGauge(market: market, venue: plan.venue) : nil
    pauses = breaker?.pause.map { PauseState($0, assets: plan.venue.depths.count, stepHours: stepHours) }
    used = [Double](repeating: 0, count: plan.venue.depths.count)
    wanted = used
  }

  /// Returns to t = 0 of the path with this number.
  func reset(path: UInt64, market: MarketState) {
    areOut = false
    if liquidators?.outages != nil { draws = KeyedDraws(seed: seed, path: path, purpose: .liquidatorOutage) }
    gauge?.reset(market: market)
    pauses?.reset(marks: market.marks)
    clearStep()
  }

  private func clearStep() {
    for asset in used.indices { used[asset] = 0 }
    usedCapacity = 0
  }

  /// Begins a step: what was used before does not count, and chance says whether anybody bids.
  func begin(_ step: Int) {
    clearStep()
    guard let outages = liquidators?.outages, let draws else { return }
    let chance = outages.probability(wasOut: areOut, hours: stepHours)
    areOut = draws.uniform(step: UInt32(truncatingIfNeeded: step), factor: factor) < chance
  }

  /// Looks at the marks that a step has come to, before any wave there.
  func look(at step: Int, marks: [Double]) { pauses?.look(at: step, marks: marks) }

  /// Takes the close of a step: its marks, and the exogenous prices that congestion is estimated from.
  func close(_ step: Int, market: MarketState) {
    pauses?.remember(market.marks, of: step)
    gauge?.take(market.exogenous)
  }

  /// Scales the closings of a wave to what may and will be done now, and drops those of which nothing is left. One that
  /// trades nothing is left alone.
  func apply(to closings: inout [Closing], _ ledger: AccountLedger, _ columns: ColumnState, market: MarketState) {
    for index in closings.indices where money(of: closings[index], ledger, columns) > 0 {
      if isHeldBack(closings[index], ledger, columns, market: market) { closings[index].scale(by: 0) }
    }
    if breaker?.volumePerHour != nil { applyCaps(to: &closings, ledger, columns) }
    if capacity < .infinity { applyCapacity(to: &closings, ledger, columns) }
    closings.removeAll { !$0.acts }
    for index in closings.indices {
      let traded = money(of: closings[index], ledger, columns)
      usedCapacity += traded
      forEachTrade(of: closings[index], ledger, columns) { used[$0] += $1 }
      if traded > 0 { closings[index].cost = costOfClosing }
    }
  }

  /// What one closing costs liquidators now.
  private var costOfClosing: Double {
    guard let liquidators, let gauge else { return 0 }
    return liquidators.fixedCost * (1 + liquidators.congestionSlope * max(0, gauge.ratio - 1))
  }

  /// Whether nobody closes the account now: nobody bids, an asset of it is paused, or it does not pay.
  private func isHeldBack(
    _ closing: Closing, _ ledger: AccountLedger, _ columns: ColumnState, market: MarketState
  ) -> Bool {
    if areOut { return true }
    if let pauses {
      for position in ledger.book.positions(of: closing.account) where ledger.quantity[position] != 0 {
        let about = ledger.book.columns[Int(ledger.book.column[position])]
        if pauses.isPaused(about.asset) || (about.otherAsset.map { pauses.isPaused($0) } ?? false) { return true }
      }
    }
    guard liquidators != nil else { return false }
    let terms = plan.rules.liquidation
    let income: Double
    if case .closeFactor(_, _, let bonus) = terms.method {
      income = (1 - terms.reserveShare) * bonus * closing.repaid - slippage(of: closing, ledger, columns, market)
    } else {
      income = (1 - terms.reserveShare) * terms.penalty * closing.notional(ledger, columns)
    }
    return income < costOfClosing
  }

  /// What the trades of a loan liquidation would lose against the marks if nothing else were traded in the wave.
  private func slippage(
    of closing: Closing, _ ledger: AccountLedger, _ columns: ColumnState, _ market: MarketState
  ) -> Double {
    var loss = 0.0
    for position in ledger.book.positions(of: closing.account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let units = closing.fraction(of: about.side) * ledger.quantity[position]
      guard units != 0 else { continue }
      let flow = -units * columns.unitTraded[column]
      for asset in [about.asset, about.otherAsset].compactMap(\.self) {
        loss += flow * (market.expectedFill(asset: asset, flow: flow) / market.marks[asset] - 1)
      }
    }
    return loss
  }

  /// Money that a closing trades: what is repaid of a loan, everything traded otherwise.
  private func money(of closing: Closing, _ ledger: AccountLedger, _ columns: ColumnState) -> Double {
    if case .closeFactor = plan.rules.liquidation.method { return closing.repaid }
    var sum = 0.0
    forEachTrade(of: closing, ledger, columns) { sum += $1 }
    return sum
  }

  private func forEachTrade(
    of closing: Closing, _ ledger: AccountLedger, _ columns: ColumnState, _ visit: (_ asset: Int, Double) -> Void
  ) {
    for position in ledger.book.positions(of: closing.account) {
      let column = Int(ledger.book.column[position])
      let about = ledger.book.columns[column]
      let money = closing.fraction(of: about.side) * abs(ledger.quantity[position]) * columns.unitTraded[column]
      visit(about.asset, money)
      if let other = about.otherAsset { visit(other, money) }
    }
  }

  /// Every account by the least of the factors that bring its assets' trades within their caps.
  private func applyCaps(to closings: inout [Closing], _ ledger: AccountLedger, _ columns: ColumnState) {
    for asset in wanted.indices { wanted[asset] = 0 }
    for closing in closings { forEachTrade(of: closing, ledger, columns) { wanted[$0] += $1 } }
    for asset in wanted.indices { wanted[asset] = Self.factor(wanted[asset], used: used[asset], limit: caps[asset]) }
    for index in closings.indices {
      var least = 1.0
      forEachTrade(of: closings[index], ledger, columns) { if $1 > 0 { least = min(least, wanted[$0]) } }
      if least < 1 { closings[index].scale(by: least) }
    }
  }

  /// Every account by the same factor, so that all together are within the capacity.
  private func applyCapacity(to closings: inout [Closing], _ ledger: AccountLedger, _ columns: ColumnState) {
    let total = closings.reduce(0) { $0 + money(of: $1, ledger, columns) }
    let factor = Self.factor(total, used: usedCapacity, limit: capacity)
    guard factor < 1 else { return }
    for index in closings.indices where money(of: closings[index], ledger, columns) > 0 {
      closings[index].scale(by: factor)
    }
  }

  /// The part of `wanted` that is left of a limit; what is left of one that is all but used up is rounding.
  private static func factor(_ wanted: Double, used: Double, limit: Double) -> Double {
    let left = limit - used
    if left <= rounding * limit { return wanted > 0 ? 0 : 1 }
    return wanted > left ? left / wanted : 1
  }
}

/// Which assets are paused.
struct PauseState {
  private let move: Double
  private let windowSteps: Int
  private let pauseSteps: Int
  /// Marks at the closes of the last steps, by step modulo their number, then asset.
  private var history: [[Double]]
  /// Last step of the last pause; 0 for none.
  private var through: [Int]
  private var now = 0

  init(_ pause: CircuitBreaker.Pause, assets: Int, stepHours: Double) {
    move = pause.move
    windowSteps = Self.steps(pause.windowHours, stepHours)
    pauseSteps = Self.steps(pause.hours, stepHours)
    let row = [Double](repeating: 0, count: assets)
    history = [[Double]](repeating: row, count: windowSteps + 1)
    through = [Int](repeating: 0, count: assets)
  }

  /// Whole steps that `hours` take, at least one.
  private static func steps(_ hours: Double, _ stepHours: Double) -> Int {
    let steps = (hours / stepHours - 1e-9).rounded(.up)
    return steps < 1 ? 1 : Int(min(steps, 1e6))
  }

  mutating func reset(marks: [Double]) {
    for asset in through.indices { through[asset] = 0 }
    now = 0
    history[0] = marks
  }

  /// Starts pauses where a mark is too far from what it was when the window began, or the last pause ended.
  mutating func look(at step: Int, marks: [Double]) {
    now = step
    for asset in through.indices where through[asset] < step {
      let since = max(0, step - windowSteps, through[asset])
      let before = history[since % history.count][asset]
      if abs(marks[asset] / before - 1) >= move { through[asset] = step + pauseSteps - 1 }
    }
  }

  /// Keeps the marks of a step's close.
  mutating func remember(_ marks: [Double], of step: Int) { history[step % history.count] = marks }

  func isPaused(_ asset: Int) -> Bool { now <= through[asset] && now > 0 }
}

/// How much more volatile the market is than usual: √ of the mean over a venue's assets of σ̂²/σ², σ̂ exponentially
/// weighted over the exogenous returns, σ the long-run volatility.
final class CongestionGauge {
  private let decay: Double
  private let assets: [Int]
  /// 1/σ² of one step, per asset of `assets`.
  private let weights: [Double]
  private var ratios: [Double]
  private var before: [Double]

  /// Nil where no asset of the venue moves.
  init?(market: MarketPlan, venue: Venue) {
    let moving = venue.depths.indices.filter { venue.depths[$0] != nil && market.longRunStepVariance[$0] > 0 }
    guard !moving.isEmpty else { return nil }
    assets = moving
    decay = market.turbulenceDecay
    weights = moving.map { 1 / market.longRunStepVariance[$0] }
    ratios = moving.map { _ in 1 }
    before = moving.map { _ in 1 }
  }

  func reset(market: MarketState) {
    for (index, asset) in assets.enumerated() {
      ratios[index] = 1
      before[index] = market.exogenous[asset]
    }
  }

  func take(_ exogenous: [Double]) {
    for (index, asset) in assets.enumerated() {
      let move = log(exogenous[asset] / before[index])
      ratios[index] = decay * ratios[index] + (1 - decay) * move * move * weights[index]
      before[index] = exogenous[asset]
    }
  }

  /// Now, relative to the long run.
  var ratio: Double { (ratios.reduce(0, +) / Double(ratios.count)).squareRoot() }
}
