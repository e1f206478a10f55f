import Venues
import Foundation
import Kernels

/// Finds the few accounts that can become liquidatable within a stretch of the path, without ever missing one.
///
/// Over a stretch, prices stay within the exogenous extremes (lows and highs, where the path has them) times a band of
/// impact, factors below a ceiling. An account
/// whose headroom has a non-negative lower bound there needs no look; the others are *candidates* and are checked at
/// every step. Whatever leaves the assumed intervals (a cascade that moves a mark too far, a margin rate that rises too
/// much) is noticed before the next detection, and the stretch is screened anew with a wider band, so the shortcut is
/// exact. Two levels: the whole horizon first, then windows among the horizon's candidates.
final class CandidateScreen {
  /// Accounts to check at every step, ascending; the first `candidateCount` are valid.
  private(set) var candidates: [Int32]
  private(set) var candidateCount = 0

  private let plan: VenuePlan
  private let headroom: HeadroomRows
  private let everyAccount: [Int32]
  private var horizon: Stretch
  private var window: Stretch
  private var horizonCandidates: [Int32]
  private var horizonCount = 0
  private var bounds: [Double]

  /// Steps in a window.
  static let windowSteps = 16

  init(plan: VenuePlan, headroom: HeadroomRows, isDynamic: Bool) {
    self.plan = plan
    self.headroom = headroom
    let accounts = plan.venue.book.accounts.count
    everyAccount = (0..<accounts).map(Int32.init)
    candidates = [Int32](repeating: 0, count: accounts)
    horizonCandidates = candidates
    let columns = plan.venue.book.columns.count
    bounds = [Double](repeating: 0, count: columns * HeadroomRows.boundStride)
    horizon = Stretch(assets: plan.venue.depths.count, columns: columns, isDynamic: isDynamic, band: 0.01, ceiling: 1.5)
    window = Stretch(assets: plan.venue.depths.count, columns: columns, isDynamic: isDynamic, band: 0.002, ceiling: 1.1)
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

  /// Makes the candidates right for the marks and factors of `step`.
  func refresh(
    step: Int, path: PathView, market: MarketState, columns: ColumnState, ledger: AccountLedger, weighted: [Double]
  ) {
    if !horizon.holds(step, market, columns) {
      if step <= horizon.end { horizon.widen() }
      horizon.cover(step...path.steps, path, market, columns, plan)
      horizonCount = screen(
        among: everyAccount, everyAccount.count, horizon, ledger, weighted, into: &horizonCandidates)
      window.end = 0
    } else if window.holds(step, market, columns) {
      return
    }
    if step <= window.end { window.widen() }
    window.cover(step...min(step + Self.windowSteps - 1, path.steps), path, market, columns, plan)
    candidateCount = screen(among: horizonCandidates, horizonCount, window, ledger, weighted, into: &candidates)
  }

  private func screen(
    among rows: [Int32], _ count: Int, _ stretch: Stretch, _ ledger: AccountLedger, _ weighted: [Double],
    into found: inout [Int32]
  ) -> Int {
    stretch.write(to: &bounds)
    return headroom.possiblyNegativeRows(
      among: rows, first: count, quantity: ledger.quantity, weighted: weighted, constant: ledger.cash, bounds: bounds,
      into: &found)
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
  private var low: [Double]
  private var high: [Double]
  private var highFactor: [Double]
  private var columns: [ColumnBounds]

  /// Rounding in a bound is far below this relative widening of prices.
  private static let roundingBand = 1e-11

  init(assets: Int, columns: Int, isDynamic: Bool, band: Double, ceiling: Double) {
    self.isDynamic = isDynamic
    startingBand = band
    startingCeiling = ceiling
    self.band = band
    self.ceiling = ceiling
    low = [Double](repeating: 0, count: assets)
    high = low
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
  func holds(_ step: Int, _ market: MarketState, _ columns: ColumnState) -> Bool {
    guard step <= end else { return false }
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
    _ steps: ClosedRange<Int>, _ path: PathView, _ market: MarketState, _ columns: ColumnState, _ plan: VenuePlan
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
    }
    for index in highFactor.indices { highFactor[index] = columns.maintenanceFactor[index] * (isDynamic ? ceiling : 1) }
    for index in self.columns.indices { cover(column: index, steps, path, columns, plan) }
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
      let ends = [
        plan.fundingRate[column] * low[about.asset] * times, plan.fundingRate[column] * high[about.asset] * times,
      ]
      paidLow = min(0, ends[0], ends[1])
      paidHigh = max(0, ends[0], ends[1])
    }
    columns[column] = ColumnBounds(
      lowPrice: low[about.asset], highPrice: high[about.asset], lowGrowth: min(first, last),
      highGrowth: max(first, last), lowAccrued: now.accrued[column] + paidLow,
      highAccrued: now.accrued[column] + paidHigh, highFactor: highFactor[2 * column],
      highShortFactor: highFactor[2 * column + 1], sizeGrows: about.side != .perpetual)
  }

  /// Bounds on what a path's own funding rates add over any part of `steps`: all that is received, all that is paid.
  private func movingFunding(
    column: Int, _ steps: ClosedRange<Int>, _ path: PathView, _ plan: VenuePlan
  ) -> (low: Double, high: Double) {
    let interval = plan.fundingSteps[column]
    guard interval > 0 else { return (0, 0) }
    let asset = plan.venue.book.columns[column].asset
    var paid = (low: 0.0, high: 0.0)
    let first = (steps.lowerBound + interval - 1) / interval * interval
    for step in stride(from: first, through: steps.upperBound, by: interval) {
      let rate = plan.fundingRate(of: column, at: step, path: path)
      paid.low += min(0, rate * low[asset], rate * high[asset])
      paid.high += max(0, rate * low[asset], rate * high[asset])
    }
    return paid
  }

  func write(to bounds: inout [Double]) {
    for (index, column) in columns.enumerated() { column.write(column: index, to: &bounds) }
  }
}
