public import Simulation

/// Quantiles of a quantity along time.
public struct FanChart: Sendable, Hashable {
  /// What is shown, such as `reserve` or an asset's id.
  public let name: String
  /// The quantiles drawn, ascending.
  public let probabilities: [Double]
  /// Times, from 0 to the horizon.
  public let hours: [Double]
  /// Values, [probability][time]: relative to the start, right to half a bin of the counts behind them. NaN where no path
  /// was counted.
  public let values: [[Double]]

  /// The quantiles drawn.
  public static let drawn = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]

  /// The chart of some counts taken every step of `stepHours`.
  public init(_ fan: FanCounts, stepHours: Double) {
    name = fan.name
    probabilities = Self.drawn
    hours = (0..<fan.points).map { Double($0) * stepHours }
    values = Self.drawn.map { probability in
      (0..<fan.points).map { fan.quantile(probability, at: $0) ?? .nan }
    }
  }
}
