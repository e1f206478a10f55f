import Foundation
import Kernels
import Testing
import Venues

/// Options: parity, limits, and greeks by finite differences, with and without a smile.
@Suite("Option terms")
struct OptionTermsTests {
  private static func option(isCall: Bool, strike: Double, smile: VolatilitySmile = .flat) -> OptionTerms {
    OptionTerms(
      asset: 0, isCall: isCall, strike: strike, expiry: FutureExpiry(hours: 720, basisPerYear: 0.08), volatility: 0.6,
      smile: smile)
  }

  private static let skewed = VolatilitySmile(slope: -0.08, curvature: 0.05, floor: 0.6, cap: 1.5)

  @Test("A call less a put is the forward less the strike, whatever the smile", arguments: [60.0, 95, 100, 140])
  func parity(strike: Double) {
    for smile in [VolatilitySmile.flat, Self.skewed] {
      let call = Self.option(isCall: true, strike: strike, smile: smile)
      let put = Self.option(isCall: false, strike: strike, smile: smile)
      for (mark, hours) in [(80.0, 500.0), (100, 24), (125, 3), (125, 0)] {
        let difference =
          call.value(mark: mark, volatility: 0.7, hoursToExpiry: hours)
          - put.value(mark: mark, volatility: 0.7, hoursToExpiry: hours)
        #expect(abs(difference - (call.forward(mark: mark, hoursToExpiry: hours) - strike)) < 1e-11 * mark)
      }
    }
  }

  @Test("Without time or volatility an option is worth what it pays; deep in the money a future less its strike")
  func limits() {
    let call = Self.option(isCall: true, strike: 100, smile: Self.skewed)
    let put = Self.option(isCall: false, strike: 100, smile: Self.skewed)
    for mark in [70.0, 100, 130] {
      #expect(call.value(mark: mark, volatility: 0.6, hoursToExpiry: 0) == max(0, mark - 100))
      #expect(put.value(mark: mark, volatility: 0.6, hoursToExpiry: 0) == max(0, 100 - mark))
      let forward = call.forward(mark: mark, hoursToExpiry: 48)
      #expect(call.value(mark: mark, volatility: 0, hoursToExpiry: 48) == max(0, forward - 100))
    }
    let deep = Self.option(isCall: true, strike: 1)
    let forward = deep.forward(mark: 100, hoursToExpiry: 240)
    #expect(abs(deep.value(mark: 100, volatility: 0.6, hoursToExpiry: 240) - (forward - 1)) < 1e-12)
    let greeks = deep.greeks(mark: 100, volatility: 0.6, hoursToExpiry: 240)
    #expect(abs(greeks.delta - forward / 100) < 1e-12)
    #expect(abs(greeks.gamma) < 1e-12 && abs(greeks.vega) < 1e-12)
  }

  @Test("Greeks are what finite differences find, the smile moving along", arguments: [85.0, 100, 118])
  func finiteDifferences(strike: Double) {
    for smile in [
      VolatilitySmile.flat, Self.skewed, VolatilitySmile(slope: -0.4, curvature: 0.1, floor: 0.95, cap: 1.02),
    ] {
      for isCall in [true, false] {
        let option = Self.option(isCall: isCall, strike: strike, smile: smile)
        let (mark, volatility, hours) = (100.0, 0.55, 300.0)
        func value(_ mark: Double, _ volatility: Double) -> Double {
          option.value(mark: mark, volatility: volatility, hoursToExpiry: hours)
        }
        let greeks = option.greeks(mark: mark, volatility: volatility, hoursToExpiry: hours)
        let h = 0.01
        let delta = (value(mark + h, volatility) - value(mark - h, volatility)) / (2 * h)
        let gamma = (value(mark + h, volatility) - 2 * value(mark, volatility) + value(mark - h, volatility)) / (h * h)
        let vega = (value(mark, volatility + 1e-5) - value(mark, volatility - 1e-5)) / 2e-5
        #expect(greeks.value == value(mark, volatility))
        #expect(abs(greeks.delta - delta) < 1e-6)
        #expect(abs(greeks.gamma - gamma) < 1e-6)
        #expect(abs(greeks.vega - vega) < 1e-5)
      }
    }
  }

  /// From mpmath 1.3 at 30 digits: t = h/8760, F = M·e^(b·t), d = s·√t, k = ln(K/F)/d, d·clamp(1 + a·k + c·k², 0.7, 2),
  /// F·ncdf(ln(F/K)/d + d/2) − K·ncdf(ln(F/K)/d − d/2), less F − K for a put.
  @Test("Values under a smile are those of an independent program")
  func independentValues() {
    let smile = VolatilitySmile(slope: -0.03, curvature: 0.04, floor: 0.7, cap: 2)
    let other = VolatilitySmile(slope: 0.1, curvature: -0.02, floor: 0.7, cap: 2)
    let cases: [(Bool, Double, Double, Double, Double, Double, VolatilitySmile, Double)] = [
      (true, 66461, 70000, 912, 0.52, 0.044, smile, 3111.86986535909193),
      (false, 66461, 60000, 240, 0.61, 0.044, smile, 619.811811240907001),
      (false, 1955.91, 3000, 24, 0.68, 0.043, smile, 1043.85956417839644),
      (true, 1955.91, 2000, 72, 0.9, 0, other, 46.3098232917939355),
    ]
    for (isCall, mark, strike, hours, volatility, basis, smile, value) in cases {
      let option = OptionTerms(
        asset: 0, isCall: isCall, strike: strike, expiry: FutureExpiry(hours: hours, basisPerYear: basis),
        volatility: volatility, smile: smile)
      let found = option.value(mark: mark, volatility: volatility, hoursToExpiry: hours)
      #expect(abs(found - value) < 1e-13 * mark, "\(strike)")
    }
  }

  @Test("The range of a smile holds every multiple in between, its turning point among them")
  func smileRange() {
    let smile = VolatilitySmile(slope: 0.2, curvature: 0.1, floor: 0.3, cap: 4)
    let range = smile.multiples(from: -3, through: 2)
    #expect(abs(range.low - 0.9) < 1e-15 && range.high == smile.multiple(at: 2))
    for k in stride(from: -3.0, through: 2, by: 0.01) {
      #expect(smile.multiple(at: k) >= range.low && smile.multiple(at: k) <= range.high)
    }
  }
}
