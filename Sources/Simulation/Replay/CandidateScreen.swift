import Clearing
import Foundation
import Kernels
import Venues

/// Finds the few accounts that can become liquidatable within a stretch of the path, without ever missing one.
///
/// Over a stretch, prices stay within the exogenous extremes (lows and highs, where the path has them) times a band of
/// impact, factors below a ceiling. An account
/// whose headroom has a non-negative lower bound there needs no look; the others are *candidates* and are checked at
/// every step. Whatever leaves the assumed intervals (a cascade that moves a mark too far, a margin rate that rises too
/// much) is noticed before the next detection, and the stretch is screened anew with a wider band, so the shortcut is
/// exact. What an oracle shows instead of the marks has an interval of its own: what it shows now, the marks that it can
/// still show, and those to come. Three levels: the whole horizon first, then windows among the horizon's candidates, and
/// within a window only those candidates that the moves since its beginning can have reached.
final class CandidateScreen {
  private let plan: VenuePlan
  private let headroom: HeadroomRows
  private let order: HeadroomOrder
  private var horizon: Stretch
  private var window: Stretch
  /// Rows in reach of the horizon's moves, as bits and as a list.
  private var bits: [UInt64]
  private var reachable: [Int32]
  private let horizonMoves: ColumnMoves
  private var horizonCandidates: [Int32]
  private let candidates: HeadroomWindow
  private var bounds: FixedBuffer<Double>

  /// Steps in a window.
  static let windowSteps = 16

  init(plan: VenuePlan, model: ModelPlan) {
    self.plan = plan
    headroom = model.headroom
    order = model.order
    let accounts = plan.venue.book.accounts.count
    let columns = plan.venue.book.columns.count
    let isDynamic = model.model.isDynamic
    bits = [UInt64](repeating: 0, count: (accounts + 63) / 64)
    reachable = [Int32](repeating: 0, count: accounts)
    horizonCandidates = reachable
    horizonMoves = order.makeMoves()
    candidates = HeadroomWindow(rows: headroom, columns: columns)
    bounds = FixedBuffer(repeating: 0, count: columns * HeadroomRows.boundStride)
    horizon = Stretch(plan: plan, isDynamic: isDynamic, band: 0.01, ceiling: 1.5)
    window = Stretch(plan: plan, isDynamic: isDynamic, band: 0.002, ceiling: 1.1)
  }

  /// Returns to t = 0: nothing is screened.
  func reset() {
    horizon.reset()
    window.reset()
  }

  /// Forgets every bound, because accounts lost cash in a way no bound covers (socialised losses).
  func invalidate() {
    horizon.end = 0
    window.end = 0
  }

  /// Writes the accounts with negative headroom at the values and factors in `columns` at `step` to `found`, ascending, and
  /// returns how many there are. `oracle` made the prices of those values; nil where they are the marks.
  func deficits(
    step: Int, path: PathView, market: MarketState, columns: ColumnState, oracle: OracleFeed?, ledger: AccountLedger,
    weighted: borrowing FixedBuffer<Double>, into found: inout [Int32]
  ) -> Int {
    if !horizon.holds(step, market, columns, oracle) {
      if step <= horizon.end { horizon.widen() }
      horizon.cover(step...path.steps, path, market, columns, oracle, plan)
      screenBook(ledger, weighted)
      window.end = 0
    } else if !ledger.recent.isEmpty {
      candidates.update(ledger.recent, quantity: ledger.quantity, weighted: weighted, constant: ledger.standing)
    }
    ledger.forgetRecent()
    if !window.holds(step, market, columns, oracle) {
      if step <= window.end { window.widen() }
      window.cover(step...min(step + Self.windowSteps - 1, path.steps), path, market, columns, oracle, plan)
      window.write(to: &bounds)
      candidates.begin(bounds: bounds, state: columns.packed)
    }
    return candidates.negativeRows(state: columns.packed, into: &found)
  }

  /// The same at this moment only: nothing is assumed about what comes, nothing is kept, and the ledger's list of recent
  /// changes stays for the screen that goes by it.
  func deficitsNow(
    step: Int, path: PathView, market: MarketState, columns: ColumnState, oracle: OracleFeed?, ledger: AccountLedger,
    weighted: borrowing FixedBuffer<Double>, into found: inout [Int32]
  ) -> Int {
    horizon.cover(step...step, path, market, columns, oracle, plan)
    screenBook(ledger, weighted)
    candidates.begin(bounds: bounds, state: columns.packed)
    invalidate()
    return candidates.negativeRows(state: columns.packed, into: &found)
  }

  /// Finds the horizon's candidates: of the book as it was at t = 0 only the accounts that the largest moves reach are
  /// looked at, and besides every account that changed since.
  private func screenBook(_ ledger: AccountLedger, _ weighted: borrowing FixedBuffer<Double>) {
    horizon.write(to: &bounds)
    horizonMoves.move(within: bounds)
    order.mark(horizonMoves, in: &bits)
    for account in ledger.touched { bits[Int(account) >> 6] |= 1 << UInt64(account & 63) }
    let count = drainBits(&bits, into: &reachable)
    let selected = headroom.possiblyNegativeRows(
      among: reachable, first: count, quantity: ledger.quantity, weighted: weighted, constant: ledger.standing,
      bounds: bounds, into: &horizonCandidates)
    candidates.select(
      among: horizonCandidates, first: selected, quantity: ledger.quantity, weighted: weighted,
      constant: ledger.standing, bounds: bounds)
  }
}

/// Intervals assumed over a run of steps.
private struct Stretch {
  /// Last step covered; 0 for none.
  var end = 0
  private let isDynamic: Bool
  private let startingBand: Double
  private let startingCeiling: Double
  private var band: Double
  private var ceiling: Double
  /// Marks.
  private var low: [Double]
  private var high: [Double]
  /// The same of what the oracle shows.
  private var shownLow: [Double]
  private var shownHigh: [Double]
  private var highFactor: [Double]
  private var columns: [ColumnBounds]
  private var curved: CurvedBounds

  /// Rounding in a bound is far below this relative widening of prices.
  private static let roundingBand = 1e-11

  init(plan: VenuePlan, isDynamic: Bool, band: Double, ceiling: Double) {
    let assets = plan.venue.depths.count
    let columns = plan.venue.book.columns.count
    curved = CurvedBounds(plan.curved)
    self.isDynamic = isDynamic
    startingBand = band
    startingCeiling = ceiling
    self.band = band
    self.ceiling = ceiling
    low = [Double](repeating: 0, count: assets)
    high = low
    shownLow = low
    shownHigh = low
    highFactor = [Double](repeating: 0, count: 2 * columns)
    self.columns = [ColumnBounds](
      repeating: ColumnBounds(
        lowPrice: 0, highPrice: 0, lowGrowth: 1, highGrowth: 1, lowAccrued: 0, highAccrued: 0, highFactor: 0,
        highShortFactor: 0, sizeGrows: false), count: columns)
  }

  mutating func reset() {
    end = 0
    band = startingBand
    ceiling = startingCeiling
  }

  /// Assumes wider intervals from now on, because the path left the present ones.
  mutating func widen() {
    band *= 2
    ceiling = 1 + 2 * (ceiling - 1)
  }

  /// Whether `step` is covered and everything is inside the assumed intervals now.
  func holds(_ step: Int, _ market: MarketState, _ columns: ColumnState, _ oracle: OracleFeed?) -> Bool {
    guard step <= end else { return false }
    if let oracle {
      for asset in shownLow.indices {
        let price = oracle.prices[asset]
        guard price >= shownLow[asset], price <= shownHigh[asset] else { return false }
      }
    }
    if market.hasImpact {
      for asset in low.indices {
        let mark = market.marks[asset]
        guard mark >= low[asset], mark <= high[asset] else { return false }
      }
    }
    guard isDynamic else { return true }
    for index in highFactor.indices where columns.maintenanceFactor[index] > highFactor[index] { return false }
    return true
  }

  /// Assumes intervals for `steps`, around the exogenous extremes and the present impact, factors and funding.
  mutating func cover(
    _ steps: ClosedRange<Int>, _ path: PathView, _ market: MarketState, _ columns: ColumnState, _ oracle: OracleFeed?,
    _ plan: VenuePlan
  ) {
    end = steps.upperBound
    for asset in low.indices {
      let lows = path.start + (path.extremes?.low ?? 0) + asset * path.points
      let highs = path.start + (path.extremes?.high ?? 0) + asset * path.points
      var lowest = path.values[lows + steps.lowerBound]
      var highest = path.values[highs + steps.lowerBound]
      for step in steps {
        lowest = min(lowest, path.values[lows + step])
        highest = max(highest, path.values[highs + step])
      }
      let widest = market.plan.impactScale[asset] == 0 ? 0 : band
      let permanent = market.permanent[asset]
      let now = permanent + market.transient[asset]
      low[asset] = lowest * exp(min(permanent, now) - widest) * (1 - Self.roundingBand)
      high[asset] = highest * exp(max(permanent, now) + widest) * (1 + Self.roundingBand)
      shownLow[asset] = low[asset]
      shownHigh[asset] = high[asset]
      guard let oracle else { continue }
      let reach = oracle.reach(of: asset)
      shownLow[asset] = min(low[asset], reach.low * (1 - Self.roundingBand))
      shownHigh[asset] = max(high[asset], reach.high * (1 + Self.roundingBand))
    }
    for index in highFactor.indices { highFactor[index] = columns.maintenanceFactor[index] * (isDynamic ? ceiling : 1) }
    for index in self.columns.indices { cover(column: index, steps, path, columns, plan) }
    curved.cover(steps, low: shownLow, high: shownHigh, path: path, now: columns.curved)
  }

  private mutating func cover(
    column: Int, _ steps: ClosedRange<Int>, _ path: PathView, _ now: ColumnState, _ plan: VenuePlan
  ) {
    let about = plan.venue.book.columns[column]
    let first = now.growth[column]
    let last = plan.growth[column][steps.upperBound]
    var paidLow = 0.0
    var paidHigh = 0.0
    if plan.marketFundingHours[column] != 0 {
      (paidLow, paidHigh) = movingFunding(column: column, steps, path, plan)
    } else if plan.fundingSteps[column] > 0 {
      let times = Double(
        steps.upperBound / plan.fundingSteps[column] - (steps.lowerBound - 1) / plan.fundingSteps[column])
      let rate = plan.fundingRate[column] * times
      let slope = plan.growth[column][steps.upperBound]
      let ends = [
        rate * (low[about.asset] * slope + plan.notionalConstant[column]),
        rate * (high[about.asset] * slope + plan.notionalConstant[column]),
      ]
      paidLow = min(0, ends[0], ends[1])
      paidHigh = max(0, ends[0], ends[1])
    }
    columns[column] = ColumnBounds(
      lowPrice: shownLow[about.asset], highPrice: shownHigh[about.asset], lowGrowth: min(first, last),
      highGrowth: max(first, last), lowAccrued: now.accrued[column] + paidLow,
      highAccrued: now.accrued[column] + paidHigh, highFactor: highFactor[2 * column],
      highShortFactor: highFactor[2 * column + 1], sizeGrows: true)
    columns[column].valueConstant = now.valueConstant[column]
    columns[column].sizeConstant = plan.notionalConstant[column]
  }

  /// Bounds on what a path's own funding rates add over any part of `steps`: all that is received, all that is paid.
  private func movingFunding(
    column: Int, _ steps: ClosedRange<Int>, _ path: PathView, _ plan: VenuePlan
  ) -> (low: Double, high: Double) {
    let interval = plan.fundingSteps[column]
    guard interval > 0 else { return (0, 0) }
    let asset = plan.venue.book.columns[column].asset
    let slope = plan.growth[column][steps.upperBound]
    let lowSize = low[asset] * slope + plan.notionalConstant[column]
    let highSize = high[asset] * slope + plan.notionalConstant[column]
    var paid = (low: 0.0, high: 0.0)
    let first = (steps.lowerBound + interval - 1) / interval * interval
    for step in stride(from: first, through: steps.upperBound, by: interval) {
      let rate = plan.fundingRate(of: column, at: step, path: path)
      paid.low += min(0, rate * lowSize, rate * highSize)
      paid.high += max(0, rate * lowSize, rate * highSize)
    }
    return paid
  }

  func write(to bounds: inout FixedBuffer<Double>) {
    for (index, column) in columns.enumerated() { column.write(column: index, to: &bounds) }
    curved.write(to: &bounds)
  }
}
