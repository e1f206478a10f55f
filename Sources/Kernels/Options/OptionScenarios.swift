import Glibc

/// What one European option gains in each of a row of scenarios.
///
/// - Formula: Black (1976) on the forward F·(1 + m_s) at σ_s = σ·max(0, 1 + scale·u_s)·clamp(1 + slope·k + curvature·k²,
///   floor, cap), k = ln(K/F_s)/(σ·max(0, …)·√τ); the gain is the value there less the value of lane 0, times the weight.
/// - Layout: scenarios eight at a time, padded with lanes of weight 0. Lane 0 must move nothing.
/// - Cost: about 10 ns a scenario.
/// - Oracle: `Black76`, one scenario at a time.
///
/// A class, so that many columns share one; immutable, hence safe to share between workers.
public final class OptionScenarios: Sendable {
  /// The option and its market, as they are now.
  public struct Option: Sendable {
    /// Whether it is a call.
    public var isCall: Bool
    /// Forward and strike, > 0.
    public var forward: Double, strike: Double
    /// Years to expiry, ≥ 0, and at-the-money volatility, ≥ 0.
    public var years: Double, volatility: Double
    /// The smile: see `OptionTerms`.
    public var slope: Double, curvature: Double, floor: Double, cap: Double

    /// Creates an option.
    public init(
      isCall: Bool, forward: Double, strike: Double, years: Double, volatility: Double, slope: Double,
      curvature: Double, floor: Double, cap: Double
    ) {
      self.isCall = isCall
      self.forward = forward
      self.strike = strike
      self.years = years
      self.volatility = volatility
      self.slope = slope
      self.curvature = curvature
      self.floor = floor
      self.cap = cap
    }
  }

  /// Number of lanes, a multiple of eight.
  public let size: Int
  private let growth: [Double]
  private let logGrowth: [Double]
  private let volatilityMoves: [Double]
  private let weights: [Double]

  /// Scenarios of relative price moves > −1, relative volatility moves and weights; one of each, the first moving nothing.
  public init(priceMoves: [Double], volatilityMoves: [Double], weights: [Double]) {
    precondition(priceMoves.count == volatilityMoves.count && priceMoves.count == weights.count, "one of each")
    size = (priceMoves.count + 7) / 8 * 8
    let rest = [Double](repeating: 0, count: size - priceMoves.count)
    growth = (priceMoves + rest).map { 1 + $0 }
    logGrowth = growth.map { Glibc.log($0) }
    self.volatilityMoves = volatilityMoves + rest
    self.weights = weights + rest
  }

  /// Writes the gains of `option` to `size` places of `gains` from `offset` on, volatility moves times `volatilityScale`.
  public func write(_ option: Option, volatilityScale: Double, to gains: inout [Double], at offset: Int) {
    precondition(offset >= 0 && offset + size <= gains.count, "a place for every lane")
    let logMoneyness = Glibc.log(option.forward / option.strike)
    let root = option.years.squareRoot()
    let sign = option.isCall ? 1.0 : -1.0
    gains.withUnsafeMutableBufferPointer { gains in
      growth.withUnsafeBufferPointer { growth in
        logGrowth.withUnsafeBufferPointer { logGrowth in
          volatilityMoves.withUnsafeBufferPointer { moves in
            weights.withUnsafeBufferPointer { weights in
              guard let gains = gains.baseAddress, let growth = growth.baseAddress,
                let logGrowth = logGrowth.baseAddress, let moves = moves.baseAddress,
                let weights = weights.baseAddress
              else { return }
              var now = 0.0
              for lane in stride(from: 0, to: size, by: 8) {
                let factor = lanes(moves, lane).timesPlus(volatilityScale, 1)
                let plain = factor.or(0, where: factor .< 0) * (option.volatility * root)
                let value = Self.value(
                  option, sign: sign, forward: lanes(growth, lane) * option.forward,
                  logRatio: lanes(logGrowth, lane) + logMoneyness, plainDeviation: plain)
                if lane == 0 { now = value[0] }
                store((value - now) * lanes(weights, lane), gains, offset + lane)
              }
            }
          }
        }
      }
    }
  }

  /// Values at forwards with ln(F/K), `plainDeviation` being σ√τ at the money.
  @inline(__always)
  private static func value(
    _ option: Option, sign: Double, forward: Lanes, logRatio: Lanes, plainDeviation: Lanes
  ) -> Lanes {
    // Where there is no deviation, the divisor is anything: the intrinsic value is taken there.
    let isFlat = plainDeviation .<= 0
    let k = (-logRatio) / plainDeviation.or(1, where: isFlat)
    let smile = k.timesPlus(option.curvature, option.slope).timesPlus(k, 1)
    let multiple = smile.or(option.floor, where: smile .< option.floor)
    let deviation = (plainDeviation * multiple.or(option.cap, where: multiple .> option.cap)).or(1, where: isFlat)
    let upper = (logRatio / deviation).timesPlus(1, 0.5 * deviation)
    let lower = upper - deviation
    let value =
      (forward * normalDistribution(sign * upper) - option.strike * normalDistribution(sign * lower)) * sign
    let intrinsic = (forward - option.strike) * sign
    let chosen = value.or(intrinsic, where: isFlat)
    return chosen.or(0, where: chosen .< 0)
  }
}
