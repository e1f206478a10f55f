/// A rate for each side of a market.
public struct SidedRate: Sendable, Hashable {
  /// Of positions that gain when the price rises.
  public var long: Double
  /// Of positions that gain when it falls.
  public var short: Double

  /// Creates a pair.
  public init(long: Double, short: Double) {
    self.long = long
    self.short = short
  }

  /// The same rate for both sides.
  public init(_ both: Double) { self.init(long: both, short: both) }

  /// Each side by itself.
  func mapped(_ change: (Double) -> Double) -> SidedRate { SidedRate(long: change(long), short: change(short)) }

  /// Each side with the same side of another pair.
  func merged(with other: SidedRate, _ change: (Double, Double) -> Double) -> SidedRate {
    SidedRate(long: change(long, other.long), short: change(short, other.short))
  }
}

/// How a dynamic model turns a volatility into a rate for each side of a market.
public protocol RateLaw: Sendable {
  /// The rates of `asset`, before floor and cap, when its annual volatility over the margin period is `volatility` ≥ 0.
  /// They must be numbers ≥ 0 and not fall with `volatility`.
  func rates(asset: Int, volatility: Double) -> SidedRate
}

/// The same multiple of volatility for every asset and side.
public struct NormalLaw: RateLaw {
  /// Rate per unit of annual volatility.
  public let ratePerVolatility: Double

  /// Creates a law.
  public init(ratePerVolatility: Double) { self.ratePerVolatility = ratePerVolatility }

  /// ratePerVolatility·σ̂ for both sides.
  public func rates(asset: Int, volatility: Double) -> SidedRate { SidedRate(ratePerVolatility * volatility) }
}
