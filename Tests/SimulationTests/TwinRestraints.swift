import Clearing
import TestSupport

extension ClearingRules {
  /// Adds, by lot, a circuit breaker, terms of liquidators and a backstop to the rules of every other random venue.
  mutating func restrain(case number: Int, venue: Int) {
    guard number % 2 == 0 else { return }
    var figures = TwinRandomFigures(seed: 5_150 + UInt64(venue), case: number)
    if figures.flip(0.4) {
      circuitBreaker = CircuitBreaker(
        volumePerHour: figures.flip(0.7) ? figures.logUniform(1e-4, 0.3) : nil,
        pause: figures.flip(0.6)
          ? CircuitBreaker.Pause(
            move: figures.uniform(0.01, 0.1), windowHours: figures.pick(0.7, 4, 24), hours: figures.pick(0.5, 2, 6))
          : nil)
    }
    if figures.flip(0.4) {
      liquidators = LiquidatorTerms(
        capacityPerHour: figures.flip(0.6) ? figures.logUniform(1e3, 1e7) : nil,
        fixedCost: figures.pick(0, figures.logUniform(1, 3e4)), congestionSlope: figures.uniform(0, 3),
        outages: figures.flip(0.4)
          ? LiquidatorTerms.Outages(perDay: figures.uniform(0.2, 6), meanHours: figures.uniform(1, 12)) : nil)
    }
    if case .closeFactor = liquidation.method { return }
    if case .partial = liquidation.method, figures.flip(0.4) {
      liquidation.method = .ladder([
        LiquidationRung(below: 1, share: figures.uniform(0.1, 0.5)),
        LiquidationRung(below: figures.uniform(0.1, 0.9), share: figures.pick(1, 0.7)),
      ])
    }
    guard figures.flip(0.6) else { return }
    backstop = Backstop(
      capital: figures.logUniform(1e2, 1e6), discount: figures.uniform(0, 0.05),
      maximumShare: figures.pick(1, figures.uniform(0.1, 1)), maximumLeverage: figures.logUniform(1, 20))
  }
}
