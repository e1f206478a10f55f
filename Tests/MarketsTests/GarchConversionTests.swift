import Foundation
import Markets
import TestSupport
import Testing

@Suite("GARCH at another step")
struct GarchConversionTests {
  private static func daily(_ alpha: Double, _ beta: Double, _ nu: Double?) -> GarchParameters {
    GarchParameters(
      stepHours: 24, mean: 0.001, omega: 1e-3 * (1 - alpha - beta), alpha: alpha, gamma: 0, beta: beta,
      degreesOfFreedom: nu, initialVolatility: 0.9)
  }

  /// Kurtosis and autocorrelations of squares of sums of m returns, term by term: E r_i²r_j² = V²(1 + (κ − 1)ρ_|i−j|),
  /// ρ_1 = α(1 − βφ)/(1 − 2βφ + β²), ρ_k = ρ_1φ^(k−1); every product with a factor of odd power has mean zero.
  private static func sums(_ p: GarchParameters, _ m: Int) -> (kurtosis: Double, squares: [Double]) {
    let phi = p.persistence
    let first = p.alpha * (1 - p.beta * phi) / (1 - 2 * p.beta * phi + p.beta * p.beta)
    func rho(_ lag: Int) -> Double { lag == 0 ? 1 : first * pow(phi, Double(lag - 1)) }
    let kurtosis = p.returnKurtosis
    var fourth = Double(m) * kurtosis
    for i in 0..<m { for j in 0..<m where i != j { fourth += 3 * (1 + (kurtosis - 1) * rho(abs(i - j))) } }
    let total = fourth / Double(m * m)
    let squares = (1...3).map { day in
      var sum = 0.0
      for i in 0..<m { for j in 0..<m { sum += (kurtosis - 1) * rho(day * m + j - i) } }
      return sum / Double(m * m) / (total - 1)
    }
    return (total, squares)
  }

  @Test(
    "The day of 24 converted hours has the variance, kurtosis and autocorrelations of squares of the day converted",
    arguments: [(0.08, 0.9, 8.0), (0.08, 0.88, 6), (0.05, 0.94, 6), (0.03, 0.95, 4.5)])
  func moments(alpha: Double, beta: Double, nu: Double) throws {
    let day = Self.daily(alpha, beta, nu)
    let converted = try day.converted(toStepHours: 1)
    let hour = converted.parameters
    #expect(converted.method == .moments && hour.isStationary && hour.stepHours == 1)
    #expect(abs(24 * hour.longRunVariance / day.longRunVariance - 1) < 1e-12)
    #expect(abs(pow(hour.persistence, 24) / day.persistence - 1) < 1e-12)
    #expect(abs(24 * hour.mean - day.mean) < 1e-15)
    let got = Self.sums(hour, 24)
    let wanted = Self.sums(day, 1)
    #expect(abs(got.kurtosis / wanted.kurtosis - 1) < 1e-6, "\(got) \(wanted)")
    for (a, b) in zip(got.squares, wanted.squares) { #expect(abs(a / b - 1) < 1e-6, "\(got) \(wanted)") }
  }

  @Test("Normal innovations keep variance, kurtosis and half-life; squares are correlated about as before")
  func normalInnovations() throws {
    for (alpha, beta) in [(0.05, 0.9), (0.08, 0.9), (0.1, 0.8)] {
      let day = Self.daily(alpha, beta, nil)
      let converted = try day.converted(toStepHours: 1)
      let hour = converted.parameters
      #expect(converted.method == .kurtosis && hour.degreesOfFreedom == nil && hour.isStationary)
      let got = Self.sums(hour, 24)
      let wanted = Self.sums(day, 1)
      #expect(abs(got.kurtosis / wanted.kurtosis - 1) < 1e-9)
      #expect(abs(pow(hour.persistence, 24) / day.persistence - 1) < 1e-12)
      #expect(abs(24 * hour.longRunVariance / day.longRunVariance - 1) < 1e-12)
      #expect(abs(got.squares[1] / got.squares[0] - day.persistence) < 1e-9)
      #expect(got.squares[0] / wanted.squares[0] > 0.3 && got.squares[0] / wanted.squares[0] < 1.5, "\(got) \(wanted)")
    }
  }

  @Test("A longer step by the closed form, there and back, and the first day's forecast variance is kept")
  func aggregation() throws {
    var hour = Self.daily(0.02, 0.97, 8)
    hour.stepHours = 1
    let day = try hour.converted(toStepHours: 24).parameters
    let wanted = Self.sums(hour, 24)
    let got = Self.sums(day, 1)
    #expect(abs(got.kurtosis / wanted.kurtosis - 1) < 1e-9)
    for (a, b) in zip(got.squares, wanted.squares) { #expect(abs(a / b - 1) < 1e-9) }
    let back = try day.converted(toStepHours: 1).parameters
    #expect(abs(back.alpha / hour.alpha - 1) < 1e-5 && abs(back.beta / hour.beta - 1) < 1e-5, "\(back)")
    #expect(abs((back.degreesOfFreedom ?? 0) - 8) < 1e-3)
    #expect(abs(back.initialVolatility / hour.initialVolatility - 1) < 1e-9)
    // The expected variance of the first 24 hours, hour by hour.
    var variance = hour.initialVolatility * hour.initialVolatility / 8760
    var sum = 0.0
    for _ in 0..<24 {
      sum += variance
      variance = hour.omega + hour.persistence * variance
    }
    #expect(abs(day.initialVolatility * day.initialVolatility / 365 / sum - 1) < 1e-12)
  }

  @Test(
    "Days simulated hour by hour have the fitted day's variance, kurtosis and half-life",
    arguments: [(GarchConversion.Method.moments, 0.03, 0.95, Double?(30)), (.kurtosis, 0.05, 0.85, nil)])
  func simulatedDays(method: GarchConversion.Method, alpha: Double, beta: Double, nu: Double?) throws {
    var law = Self.daily(alpha, beta, nu)
    law.initialVolatility = law.longRunVolatility
    let days = try #require(try ConvertedDays(law, days: 400, blocks: 1, seed: 41))
    #expect(days.hourly.method == method)
    for row in days.longRunRows(after: 100) {
      // An error of a twentieth at most says something.
      #expect(row.apart < 4, "\(row)")
      if row.quantity.hasPrefix("variance") { #expect(row.standardError < 0.05) }
    }
  }

  @Test("A storm is over as fast in hours as in days, whichever way the figures were converted")
  func simulatedStorm() throws {
    for (method, alpha, beta) in [(GarchConversion.Method.moments, 0.08, 0.88), (.diffusionLimit, 0.15, 0.83)] {
      var law = Self.daily(alpha, beta, 6)
      law.initialVolatility = 2 * law.longRunVolatility
      let days = try #require(try ConvertedDays(law, days: 36, blocks: 12, seed: 42))
      #expect(days.hourly.method == method)
      for row in days.decayRows(days: [0, 1, 10, 35]) {
        #expect(row.apart < 4 && row.standardError < 0.25, "\(method) \(row)")
      }
    }
  }

  @Test("Infinite kurtosis takes the diffusion limit; asymmetry and steps that do not fit are refused")
  func limits() throws {
    let heavy = Self.daily(0.1, 0.88, 3.5)
    let converted = try heavy.converted(toStepHours: 1)
    #expect(converted.method == .diffusionLimit && converted.parameters.degreesOfFreedom == 3.5)
    #expect(abs(converted.parameters.alpha - 0.1 / 24.0.squareRoot()) < 1e-15)
    #expect(abs(pow(converted.parameters.persistence, 24) / 0.98 - 1) < 1e-12)
    #expect(try heavy.converted(toStepHours: 24).method == .unchanged)
    var hourly = heavy
    hourly.stepHours = 1
    #expect(throws: GarchConversionProblem.infiniteKurtosis) { try hourly.converted(toStepHours: 24) }
    var skewed = heavy
    skewed.gamma = 0.02
    #expect(throws: GarchConversionProblem.asymmetric) { try skewed.converted(toStepHours: 1) }
    #expect(throws: GarchConversionProblem.steps(fromHours: 24, toHours: 7)) { try heavy.converted(toStepHours: 7) }
    #expect(throws: GarchConversionProblem.self) { try heavy.converted(toStepHours: 0) }
    #expect(throws: GarchConversionProblem.self) { try heavy.converted(toStepHours: .nan) }
    var explosive = heavy
    explosive.beta = 0.95
    #expect(throws: GarchConversionProblem.notStationary) { try explosive.converted(toStepHours: 1) }
  }
}
