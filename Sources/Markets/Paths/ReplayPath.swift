/// Given prices of every asset on a grid: a historical event or a hand-made case.
public struct ReplayPath: Sendable, Hashable {
  /// What it is called in reports.
  public let name: String
  /// Prices, [asset][point], T + 1 of each, all > 0.
  public let prices: [[Double]]
  /// What prices reached between one point and the next, where that is known.
  public let extremes: ReplayExtremes?

  /// Creates a path.
  public init(name: String, prices: [[Double]], extremes: ReplayExtremes? = nil) {
    self.name = name
    self.prices = prices
    self.extremes = extremes
  }
}

/// The lowest and highest prices of every step of a given path, such as those of a history of bars.
public struct ReplayExtremes: Sendable, Hashable {
  /// The lowest price between point t − 1 and point t, both included, at place t; [asset][point], point 0 as the price.
  public let lows: [[Double]]
  /// The highest one.
  public let highs: [[Double]]

  /// Creates extremes in the shape of the prices they belong to.
  public init(lows: [[Double]], highs: [[Double]]) {
    self.lows = lows
    self.highs = highs
  }

  /// Whether every step's extremes enclose the prices at both of its ends.
  func encloses(_ prices: [[Double]]) -> Bool {
    guard lows.map(\.count) == prices.map(\.count), highs.map(\.count) == prices.map(\.count) else { return false }
    return prices.indices.allSatisfy { asset in
      prices[asset].indices.allSatisfy { point in
        let ends = [prices[asset][point], prices[asset][max(0, point - 1)]]
        return ends.allSatisfy { lows[asset][point] <= $0 && $0 <= highs[asset][point] } && lows[asset][point] > 0
      }
    }
  }
}
