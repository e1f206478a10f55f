import Clearing
import Foundation
import Kernels
import Venues

/// What options and pool shares of one venue depend on besides marks, as it is now on one path.
struct CurvedState {
  private let columns: CurvedColumns
  /// At-the-money implied volatility of each option, and hours to its expiry.
  private(set) var volatility: [Double]
  private(set) var hoursLeft: [Double]
  /// What each option was settled at; NaN before.
  private var settled: [Double]

  init(_ columns: CurvedColumns) {
    self.columns = columns
    volatility = columns.options.map(\.terms.volatility)
    hoursLeft = columns.options.map { $0.hoursLeft(at: 0) }
    settled = [Double](repeating: .nan, count: columns.options.count)
  }

  /// Returns to t = 0.
  mutating func reset() {
    for (index, option) in columns.options.enumerated() {
      volatility[index] = option.terms.volatility
      hoursLeft[index] = option.hoursLeft(at: 0)
      settled[index] = .nan
    }
  }

  /// Moves to `step` of `path`.
  mutating func advance(to step: Int, path: PathView) {
    for (index, option) in columns.options.enumerated() {
      volatility[index] = option.volatility(at: step, path: path)
      hoursLeft[index] = option.hoursLeft(at: step)
    }
  }

  /// Becomes what `other`, of the same columns, is.
  mutating func take(_ other: CurvedState) {
    for index in volatility.indices {
      volatility[index] = other.volatility[index]
      hoursLeft[index] = other.hoursLeft[index]
      settled[index] = other.settled[index]
    }
  }

  /// From now on the option in `column` is worth what it pays at `marks`; true if there is one.
  mutating func settle(column: Int, marks: [Double]) -> Bool {
    let number = columns.optionNumber[column]
    guard number >= 0 else { return false }
    settled[number] = value(option: number, mark: marks[columns.options[number].asset])
    return true
  }

  /// Whether the option with a number has been settled.
  func isSettled(_ number: Int) -> Bool { !settled[number].isNaN }

  /// Value of one of the options with a number now, at a mark.
  func value(option number: Int, mark: Double) -> Double {
    guard settled[number].isNaN else { return settled[number] }
    return columns.options[number].terms.value(
      mark: mark, volatility: volatility[number], hoursToExpiry: hoursLeft[number])
  }
}

extension CurvedColumns.OptionColumn {
  /// At-the-money volatility at a step of a path.
  func volatility(at step: Int, path: PathView) -> Double {
    terms.takesMarketVolatility ? path.impliedVolatility(asset: asset, at: step) : terms.volatility
  }
}

/// Bounds on the values of options and pool shares over a run of steps, in the layout of `ColumnBounds`.
///
/// At a fixed standard deviation to expiry s = σ·√τ an option rises (call) or falls (put) with the forward and is convex in
/// it; at a fixed forward it never falls in s. So over steps and marks in an interval a long is worth at least the value at
/// the worse end of the forward and the least s, and a short −v(M, s_max) − T(M), concave in M, is least at an end of the
/// marks. s_min and s_max are taken over the steps, and over the marks by the range of the smile. A pool share rises with
/// both marks.
struct CurvedBounds {
  private let columns: CurvedColumns
  private var options: [Eight]
  private var shares: [Eight]

  /// Values for longs at both ends, for shorts at both ends, sizes at both ends.
  private struct Eight {
    var longFirst = 0.0, longLast = 0.0, shortFirst = 0.0, shortLast = 0.0, sizeFirst = 0.0, sizeLast = 0.0
  }

  /// Rounding of a value relative to the forward is far below this.
  private static let rounding = 1e-11

  init(_ columns: CurvedColumns) {
    self.columns = columns
    options = columns.options.map { _ in Eight() }
    shares = columns.shares.map { _ in Eight() }
  }

  /// Assumes that over `steps`, and until their first close as things are `now`, marks stay between `low` and `high`, one
  /// per asset.
  mutating func cover(_ steps: ClosedRange<Int>, low: [Double], high: [Double], path: PathView, now: CurvedState) {
    for (index, option) in columns.options.enumerated() {
      options[index] = Self.bounds(
        of: option, number: index, steps, marks: (low[option.asset], high[option.asset]), path: path, now: now)
    }
    for (index, share) in columns.shares.enumerated() {
      let (least, most) = (share.value(at: low), share.value(at: high))
      shares[index] = Eight(
        longFirst: least, longLast: most, shortFirst: least, shortLast: most, sizeFirst: least, sizeLast: most)
    }
  }

  private static func bounds(
    of option: CurvedColumns.OptionColumn, number: Int, _ steps: ClosedRange<Int>, marks: (low: Double, high: Double),
    path: PathView, now: CurvedState
  ) -> Eight {
    if now.isSettled(number) {
      let value = now.value(option: number, mark: marks.low)
      return Eight(longFirst: value, longLast: value, shortFirst: value, shortLast: value)
    }
    let terms = option.terms
    let logs = (low: log(terms.strike / marks.high), high: log(terms.strike / marks.low))
    let range = DeviationRange(terms: terms, logs: logs)
    var deviation = range.deviations(volatility: now.volatility[number], hours: now.hoursLeft[number])
    for step in steps {
      let next = range.deviations(
        volatility: option.volatility(at: step, path: path), hours: option.hoursLeft(at: step))
      deviation = (min(deviation.low, next.low), max(deviation.high, next.high))
    }
    // exp(basis·τ) moves one way in τ, so its ends are those of the stretch.
    let first = terms.forward(mark: 1, hoursToExpiry: now.hoursLeft[number])
    let last = terms.forward(mark: 1, hoursToExpiry: option.hoursLeft(at: steps.upperBound))
    let carry = (low: min(first, last), high: max(first, last))
    let slack = rounding * max(marks.high * carry.high, terms.strike)
    let longCarry = terms.isCall ? carry.low : carry.high
    let shortCarry = terms.isCall ? carry.high : carry.low
    // A call does worst for a long at the low end, a put at the high end: the first end is that one.
    let (firstMark, lastMark) = terms.isCall ? (marks.low, marks.high) : (marks.high, marks.low)
    let long = terms.value(forward: firstMark * longCarry, deviation: deviation.low) - slack
    return Eight(
      longFirst: long, longLast: long,
      shortFirst: terms.value(forward: firstMark * shortCarry, deviation: deviation.high) + slack,
      shortLast: terms.value(forward: lastMark * shortCarry, deviation: deviation.high) + slack,
      sizeFirst: firstMark, sizeLast: lastMark)
  }

  /// Writes the numbers in place of those of straight lines; factors stay.
  func write(to bounds: inout FixedBuffer<Double>) {
    for (column, eight) in zip(columns.options, options) { Self.write(eight, column: column.column, to: &bounds) }
    for (column, eight) in zip(columns.shares, shares) { Self.write(eight, column: column.column, to: &bounds) }
  }

  private static func write(_ eight: Eight, column: Int, to bounds: inout FixedBuffer<Double>) {
    let start = column * HeadroomRows.boundStride
    bounds[start] = eight.longFirst
    bounds[start + 1] = eight.longLast
    bounds[start + 2] = eight.shortFirst
    bounds[start + 3] = eight.shortLast
    bounds[start + 4] = eight.sizeFirst
    bounds[start + 5] = eight.sizeLast
  }
}

/// Smallest and largest σ·√τ of one option over marks between two ends, whose ln(K/M) are `logs`.
private struct DeviationRange {
  let terms: OptionTerms
  let logs: (low: Double, high: Double)

  func deviations(volatility: Double, hours: Double) -> (low: Double, high: Double) {
    let years = hours / (24 * 365)
    let plain = volatility * years.squareRoot()
    guard !terms.smile.isFlat, plain > 0 else { return (plain, plain) }
    let carry = terms.expiry.basisPerYear * years
    let range = terms.smile.multiples(from: (logs.low - carry) / plain, through: (logs.high - carry) / plain)
    return (plain * range.low * (1 - 1e-12), plain * range.high * (1 + 1e-12))
  }
}
