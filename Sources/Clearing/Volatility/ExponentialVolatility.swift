public import Markets
import Schema

import Foundation

/// What one step of a decay factor means.
public enum DecayClock: String, Sendable, Hashable, CaseIterable {
  /// λ is the decay of one day; a step decays by λ^(step in days).
  case day
  /// λ is the decay of one step of the grid.
  case step
}

/// Exponentially weighted volatility: s²_t = λ·s²_{t−1} + (1 − λ)·ρ_t², ρ the log return of a step.
///
/// Source: J.P. Morgan, *RiskMetrics Technical Document* (1996), 5.2. λ names its clock and is converted to the step, so
/// that the same file means the same thing on hourly and on daily steps.
public struct ExponentialVolatility: Sendable, Hashable {
  /// λ of one step.
  public let stepDecay: Double
  /// Length of a step in years.
  public let stepYears: Double

  static let lambda = Parameter<Double>.number(
    "lambda", unit: "decay per lambdaPer", in: Bounds(0, 1, openBelow: true, openAbove: true), default: 0.94,
    "weight of the past in the exponentially weighted variance")
  static let clock = Parameter<DecayClock>.choice("lambdaPer", default: .day, "the clock that lambda decays by")
  /// An estimator with decay `lambda` per `clock` on `grid`.
  public init(lambda: Double, per clock: DecayClock, grid: TimeGrid) {
    stepDecay = clock == .step ? lambda : pow(lambda, grid.stepHours / 24)
    stepYears = grid.stepYears
  }

  /// Reads λ and its clock; nil, recorded, where they are wrong. `kind` is taken already.
  init?(reading reader: inout ParameterReader, grid: TimeGrid) {
    let lambda = reader.read(Self.lambda)
    let clock = reader.read(Self.clock)
    reader.finish()
    guard let lambda, let clock else { return nil }
    self.init(lambda: lambda, per: clock, grid: grid)
  }

  /// The variance of one step that an annual volatility stands for.
  public func stepVariance(volatility: Double) -> Double { volatility * volatility * stepYears }
  /// The annual volatility that a variance of one step stands for.
  public func volatility(stepVariance: Double) -> Double { (stepVariance / stepYears).squareRoot() }
  /// The variance after one more log return.
  public func updated(_ variance: Double, logReturn: Double) -> Double {
    stepDecay * variance + (1 - stepDecay) * logReturn * logReturn
  }
}
