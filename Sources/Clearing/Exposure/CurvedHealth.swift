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

  /// The healthy ratios around 1, or the run of them nearest to it.
  func curvedRange(of account: Int, isMoved: [Bool], samples: RatioSamples) -> HealthyRange {
    let isHealthy = samples.ratios.indices.map { rung in
      self.health(of: account, moved: moved(by: samples.ratios[rung], isMoved: isMoved)) {
        (samples.values[$0][rung], samples.notionals[$0][rung])
      } >= 0
    }
    let nearest = isHealthy.indices.filter { isHealthy[$0] }.min {
      abs($0 - samples.present) < abs($1 - samples.present)
    }
    guard let nearest else { return HealthyRange(low: nil, high: nil, isEmpty: true) }
    func figure(_ ratio: Double) -> Double { health(of: account, ratio: ratio, isMoved: isMoved) }
    var (first, last) = (nearest, nearest)
    while first > 0, isHealthy[first - 1] { first -= 1 }
    while last + 1 < isHealthy.count, isHealthy[last + 1] { last += 1 }
    return HealthyRange(
      low: first == 0 ? nil : Self.root(samples.ratios[first - 1], samples.ratios[first], of: figure),
      high: last + 1 == isHealthy.count ? nil : Self.root(samples.ratios[last], samples.ratios[last + 1], of: figure),
      isEmpty: false)
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
      if (figure(middle) >= 0) == isLowPositive { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
