import Glibc
import Kernels
import Testing

/// The quadratic-exponential step against the same scheme in scalar arithmetic, and against the moments it must match.
@Suite struct HestonStepTests {
  /// Figures of one asset, and the variance to step from.
  struct Case: Sendable, CustomTestStringConvertible {
    let reversion, longRun, volatilityOfVariance, correlation, years, start: Double
    var testDescription: String {
      "κ \(reversion), θ \(longRun), ξ \(volatilityOfVariance), ρ \(correlation), Δ \(years), v \(start)"
    }

    /// Conditional mean and variance of the variance (Cox, Ingersoll and Ross, 1985).
    var moments: (mean: Double, variance: Double) {
      let left = 1 - exp(-reversion * years)
      let unit = volatilityOfVariance * volatilityOfVariance * left / reversion
      return (
        longRun * left + start * (1 - left), start * unit * (1 - left) + longRun * unit * left / 2
      )
    }
  }

  static let cases = [
    Case(
      reversion: 6, longRun: 0.64, volatilityOfVariance: 1.5, correlation: -0.4, years: 1 / 365.0, start: 0.25),
    Case(
      reversion: 3, longRun: 0.36, volatilityOfVariance: 2.5, correlation: -0.7, years: 1 / 365.0, start: 0.005),
    Case(reversion: 3, longRun: 0.36, volatilityOfVariance: 2.5, correlation: 0.5, years: 1 / 52.0, start: 0.03),
    Case(reversion: 1, longRun: 0.04, volatilityOfVariance: 1, correlation: -0.9, years: 1, start: 0),
    Case(reversion: 12, longRun: 0.5, volatilityOfVariance: 1e-3, correlation: 1, years: 1 / 8760.0, start: 0.4),
  ]

  @Test("A step is the scheme as the paper writes it", arguments: cases)
  func scalar(one: Case) throws {
    let moved = try step(one, drift: 0.3, block: 3)
    for path in 0..<pathsPerBlock {
      let (variance, log) = plain(one, drift: 0.3, shock: moved.shocks[path], own: moved.own[path])
      #expect(abs(moved.variances[path] - variance) <= 1e-11 * max(variance, one.moments.mean))
      // ρ/ξ times a change of variance: what cancels there is the scale of the error.
      let scale = 1 + one.start / one.volatilityOfVariance
      #expect(abs(moved.logs[path] - log) <= 1e-11 * scale)
      #expect(abs(moved.prices[path] - 7 * exp(moved.logs[path])) <= 1e-14 * moved.prices[path])
    }
  }

  @Test("The variance has its conditional mean and variance and is never negative", arguments: cases)
  func conditionalMoments(one: Case) throws {
    var values: [Double] = []
    var growth: [Double] = []
    for block in 0..<400 {
      let moved = try step(one, drift: 0.3, block: block)
      values += moved.variances
      growth += moved.logs.map { exp($0 - 0.3 * one.years) }
    }
    #expect(values.allSatisfy { $0 >= 0 })
    let (mean, variance) = one.moments
    #expect(distance(values, from: mean) < 4)
    #expect(distance(values.map { ($0 - mean) * ($0 - mean) }, from: variance) < 4)
    #expect(distance(growth, from: 1) < 4, "the forward is exact")
  }

  @Test("Figures out of range, and steps at which the price has no mean, are refused")
  func refused() {
    func made(
      reversion: Double = 2, longRun: Double = 0.5, volatility: Double = 1, correlation: Double = 0,
      years: Double = 0.01
    ) -> Bool {
      HestonStep(
        reversion: reversion, longRunVariance: longRun, volatilityOfVariance: volatility, correlation: correlation,
        drift: 0, years: years) != nil
    }
    #expect(made() && made(correlation: 1) && made(correlation: -1, years: 5))
    #expect(!made(reversion: 0) && !made(longRun: 0) && !made(volatility: 0) && !made(years: 0))
    #expect(!made(correlation: 1.1) && !made(volatility: .nan) && !made(longRun: .infinity))
    // A = ρ/ξ·(1 + κΔ/2) − ¼Δρ² with (1−e)/κ ≈ Δ: refused from about ρξΔ = 1 on.
    #expect(!made(volatility: 10, correlation: 0.9, years: 0.2) && made(volatility: 10, correlation: 0.9, years: 0.1))
    #expect(made(volatility: 1e-8) && !made(volatility: 9e-9) && !made(longRun: 1e-200, volatility: 1e-8))
  }

  private struct Moved {
    var shocks, own, variances, logs, prices: [Double]
  }

  private func step(_ one: Case, drift: Double, block: Int) throws -> Moved {
    let row = [Double](repeating: 0, count: pathsPerBlock)
    var moved = Moved(shocks: row, own: row, variances: row.map { _ in one.start }, logs: row, prices: row)
    fill(&moved.shocks, block, .priceShock)
    fill(&moved.own, block, .varianceShock)
    let constants = try #require(
      HestonStep(
        reversion: one.reversion, longRunVariance: one.longRun, volatilityOfVariance: one.volatilityOfVariance,
        correlation: one.correlation, drift: drift, years: one.years))
    var (variances, logs, prices) = (moved.variances, moved.logs, moved.prices)
    var variancesView = variances.mutableSpan
    var logsView = logs.mutableSpan
    var pricesView = prices.mutableSpan
    advanceHeston(
      shocks: moved.shocks.span, own: moved.own.span, step: constants, initial: 7, variances: &variancesView,
      logs: &logsView, prices: &pricesView)
    (moved.variances, moved.logs, moved.prices) = (variances, logs, prices)
    return moved
  }

  private func fill(_ row: inout [Double], _ block: Int, _ purpose: DrawPurpose) {
    var view = row.mutableSpan
    fillNormals(
      seed: 4, firstPath: UInt64(block * pathsPerBlock), step: 1, factorCount: 1, purpose: purpose, into: &view)
  }

  /// Andersen's sections 3.2.4, 4.2 and 4.3 line by line: K₀ to K₄, and K₀ corrected.
  private func plain(_ one: Case, drift: Double, shock: Double, own: Double) -> (variance: Double, log: Double) {
    let (kappa, xi, rho) = (one.reversion, one.volatilityOfVariance, one.correlation)
    let (mean, variance) = one.moments
    let z = rho * shock + (1 - rho * rho).squareRoot() * own
    let rest = (1 - rho * rho).squareRoot() * shock - rho * own
    let k1 = one.years / 2 * (kappa * rho / xi - 0.5) - rho / xi
    let k2 = one.years / 2 * (kappa * rho / xi - 0.5) + rho / xi
    let k3 = one.years / 2 * (1 - rho * rho)
    let a = k2 + k3 / 2
    let psi = variance / (mean * mean)
    var next: Double
    var logMoment: Double
    if psi <= 1.5 {
      let square = 2 / psi - 1 + (2 / psi).squareRoot() * (2 / psi - 1).squareRoot()
      let scale = mean / (1 + square)
      next = scale * (square.squareRoot() + z) * (square.squareRoot() + z)
      logMoment = a * square * scale / (1 - 2 * a * scale) - 0.5 * log(1 - 2 * a * scale)
    } else {
      let p = (psi - 1) / (psi + 1)
      let beta = (1 - p) / mean
      let u = 0.5 * erfc(-z / 2.0.squareRoot())
      next = u <= p ? 0 : log((1 - p) / (1 - u)) / beta
      logMoment = log(p + beta * (1 - p) / (beta - a))
    }
    let k0 = -logMoment - (k1 + k3 / 2) * one.start
    let moved = k0 + k1 * one.start + k2 * next + (k3 * (one.start + next)).squareRoot() * rest
    return (next, drift * one.years + moved)
  }

  /// How many standard errors a sample mean lies from `expected`.
  private func distance(_ sample: [Double], from expected: Double) -> Double {
    let (mean, variance) = meanAndVariance(sample.span)
    return abs(mean - expected) / (variance / Double(sample.count)).squareRoot()
  }
}
