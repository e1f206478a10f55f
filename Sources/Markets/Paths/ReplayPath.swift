/// Given prices of every asset on a grid: a historical event or a hand-made case.
public struct ReplayPath: Sendable, Hashable {
  /// What it is called in reports.
  public let name: String
  /// Prices, [asset][point], T + 1 of each, all > 0.
  public let prices: [[Double]]

  /// Creates a path.
  public init(name: String, prices: [[Double]]) {
    self.name = name
    self.prices = prices
  }
}
