import Glibc

/// Log returns of a history on an unbroken sequence of steps, with holes where a return could not be taken.
///
/// A gap of k steps in the history takes k slots without a value, so that a recursion can go on through it in the right
/// number of steps; more than 10,000 count as 10,000.
public struct LogReturns: Sendable {
  /// The assets, in the order of `values`.
  public let assetIDs: [String]
  /// The length of the step that every return covers, in hours.
  public let stepHours: Double
  /// ln(price/previous price), [asset][slot]; NaN where either price is missing or the rows are not one step apart.
  public let values: [[Double]]
  /// The time at the end of each slot, in hours since 1970; NaN inside a gap.
  public let endsHours: [Double]

  private static let longestGap = 10_000

  init(of history: PriceHistory) {
    assetIDs = history.assetIDs
    stepHours = history.intervalHours
    let step = PriceHistory.milliseconds(history.intervalHours)
    let times = history.timesHours.map(PriceHistory.milliseconds)
    /// The row that ends each slot, nil inside a gap.
    var ends: [Int?] = []
    for row in times.indices.dropFirst() {
      let spacing = times[row] - times[row - 1]
      if spacing == step {
        ends.append(row)
      } else {
        let slots = min(max(1, (spacing + step / 2) / step), Self.longestGap)
        ends.append(contentsOf: repeatElement(nil, count: slots))
      }
    }
    endsHours = ends.map { $0.map { history.timesHours[$0] } ?? .nan }
    values = history.prices.map { column in
      ends.map { end in end.map { log(column[$0]) - log(column[$0 - 1]) } ?? .nan }
    }
  }

  /// How many returns the asset at `index` has.
  public func observations(of index: Int) -> Int { values[index].reduce(0) { $0 + ($1.isNaN ? 0 : 1) } }
}
