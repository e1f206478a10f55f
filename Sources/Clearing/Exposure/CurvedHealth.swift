import Foundation
import Venues

/// What one unit of each column of a book is worth and counts for along a ladder of ratios of some assets' prices to the
/// present ones: made once, used for every account.
public struct RatioSamples: Sendable {
  /// The ratios, rising; 1 is among them.
  public let ratios: [Double]
  /// Values and notionals, [column][ratio].
  let values: [[Double]]
  let notionals: [[Double]]
  /// Where the ratio is 1.
  let present: Int

  /// Rungs of 1 % from a thousandth to a thousand times the present price.
  static let ladder: [Double] = {
    let step = 1.01
    let rungs = Int((log(1000) / log(step)).rounded())
    return (-rungs...rungs).map { pow(step, Double($0)) }
  }()
}

extension Book.Column {
  /// Whether its value depends on one of the assets that `isMoved`.
  func isMoved(_ isMoved: [Bool]) -> Bool { isMoved[asset] || (otherAsset.map { isMoved[$0] } ?? false) }
}

extension HealthCurve {
  /// Whether an account holds anything that is no straight line in one price.
  func holdsCurves(_ account: Int) -> Bool {
    book.positions(of: account).contains { book.openingValuations[Int(book.column[$0])].curve != nil }
  }

  /// The ladder for moving the assets that `isMoved`; nothing where the book holds no options and no pool shares.
  public func samples(isMoved: [Bool]) -> RatioSamples {
    guard book.openingValuations.contains(where: { $0.curve != nil }) else {
      return RatioSamples(ratios: [], values: [], notionals: [], present: 0)
    }
    let ratios = RatioSamples.ladder
    let moved = ratios.map { self.moved(by: $0, isMoved: isMoved) }
    func sampled(_ unit: (UnitValuation, [Double], Int) -> Double) -> [[Double]] {
      zip(book.columns, book.openingValuations).map { column, valuation in
        guard column.isMoved(isMoved) else {
          return [Double](repeating: unit(valuation, prices, column.asset), count: ratios.count)
        }
        return moved.map { unit(valuation, $0, column.asset) }
      }
    }
    return RatioSamples(
      ratios: ratios, values: sampled { $0.value(at: $1, asset: $2) },
      notionals: sampled { $0.notional(at: $1, asset: $2) }, present: ratios.count / 2)
  }

  /// The healthy ratios of each account around 1, or the run of them nearest to it, the lower one of two as near.
  func curvedRanges(of accounts: [Int], isMoved: [Bool], samples: RatioSamples) -> [HealthyRange] {
    var gains = scenarios.map { ScenarioGains(part: $0, book: book) }
    var runs = accounts.map { _ in HealthyRun(present: samples.present) }
    // Outward from the present price, so that no account is looked at beyond the ends of its run.
    for distance in 0...max(samples.present, samples.ratios.count - 1 - samples.present) {
      for rung in distance == 0 ? [samples.present] : [samples.present - distance, samples.present + distance] {
        guard samples.ratios.indices.contains(rung) else { continue }
        let wanted = runs.indices.filter { runs[$0].asks(for: rung) }
        guard !wanted.isEmpty else { continue }
        gains?.take(moved(by: samples.ratios[rung], isMoved: isMoved))
        for index in wanted {
          let health = self.health(of: accounts[index], gains: &gains) {
            (samples.values[$0][rung], samples.notionals[$0][rung])
          }
          runs[index].take(rung, isHealthy: health >= 0)
        }
      }
    }
    return zip(accounts, runs).map { range(of: $0, run: $1, isMoved: isMoved, ratios: samples.ratios, gains: &gains) }
  }

  /// The ends of a run of rungs, between the last healthy rung and the next.
  private func range(
    of account: Int, run: HealthyRun, isMoved: [Bool], ratios: [Double], gains: inout ScenarioGains?
  ) -> HealthyRange {
    guard run.isFound else { return HealthyRange(low: nil, high: nil, isEmpty: true) }
    func figure(_ ratio: Double) -> Double {
      let moved = moved(by: ratio, isMoved: isMoved)
      gains?.take(moved, for: account)
      return health(of: account, gains: &gains) { column in
        let asset = book.columns[column].asset
        let valuation = book.openingValuations[column]
        return (valuation.value(at: moved, asset: asset), valuation.notional(at: moved, asset: asset))
      }
    }
    return HealthyRange(
      low: run.first == 0 ? nil : Self.root(ratios[run.first - 1], ratios[run.first], of: figure),
      high: run.last + 1 == ratios.count ? nil : Self.root(ratios[run.last], ratios[run.last + 1], of: figure),
      isEmpty: false)
  }

  /// H with what scenarios take at the prices that `gains` took last.
  private func health(
    of account: Int, gains: inout ScenarioGains?, unit: (Int) -> (value: Double, notional: Double)
  ) -> Double {
    let health = healthWithoutScenarios(of: account, unit: unit)
    guard scenarios?.contains(account) == true, let loss = gains?.loss(of: account) else { return health }
    return health - scenarioFactor * loss
  }

  /// The ratio next to 1 at which equity is zero; nil where there is none on the ladder.
  func curvedBankruptcy(of account: Int, isMoved: [Bool]) -> Double? {
    func equity(_ ratio: Double) -> Double {
      let moved = moved(by: ratio, isMoved: isMoved)
      return book.positions(of: account).reduce(book.cash[account]) { sum, position in
        let column = Int(book.column[position])
        return sum
          + book.quantity[position] * book.openingValuations[column].value(at: moved, asset: book.columns[column].asset)
      }
    }
    let ladder = RatioSamples.ladder
    let isPositive = ladder.map { equity($0) >= 0 }
    let crossings = isPositive.indices.dropLast().filter { isPositive[$0] != isPositive[$0 + 1] }
    let nearest = crossings.min { abs(log(ladder[$0])) < abs(log(ladder[$1])) }
    return nearest.map { Self.root(ladder[$0], ladder[$0 + 1], of: equity) }
  }

  /// Where `figure` changes sign between two ratios, by bisection to the last bits.
  private static func root(_ low: Double, _ high: Double, of figure: (Double) -> Double) -> Double {
    var (low, high) = (low, high)
    let isLowPositive = figure(low) >= 0
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if middle == low || middle == high { break }
      if (figure(middle) >= 0) == isLowPositive { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}

/// A run of healthy rungs of a ladder, found by looking outward from the present price.
private struct HealthyRun {
  /// Ends of the run; both the present rung until one is found.
  private(set) var first: Int, last: Int
  /// Whether there is a healthy rung.
  private(set) var isFound = false
  private var goesDown = true, goesUp = true

  init(present: Int) {
    first = present
    last = present
  }

  /// Whether the rung, the next one on its side, must be looked at.
  func asks(for rung: Int) -> Bool {
    guard isFound else { return true }
    return rung < first ? goesDown : goesUp
  }

  /// Takes what was found there.
  mutating func take(_ rung: Int, isHealthy: Bool) {
    guard isFound else {
      guard isHealthy else { return }
      isFound = true
      // Where the present rung is not healthy, nor is any nearer to it: the run ends here on that side.
      goesDown = rung <= first
      goesUp = rung >= last
      (first, last) = (rung, rung)
      return
    }
    if rung < first {
      if isHealthy { first = rung } else { goesDown = false }
    } else {
      if isHealthy { last = rung } else { goesUp = false }
    }
  }
}
