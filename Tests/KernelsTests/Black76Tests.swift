import Kernels
import Testing

@Suite("European options on a forward")
struct Black76Tests {
  private static let spots = [60.0, 90, 100, 130]
  private static let terms = [(0.02, 0.4), (0.25, 0.9), (2, 0.2)]

  private func option(_ isCall: Bool, _ forward: Double, _ years: Double, _ volatility: Double) -> Black76 {
    Black76(isCall: isCall, forward: forward, strike: 100, years: years, volatility: volatility)
  }

  /// Call − put = F − K, and the greeks of the two differ accordingly.
  @Test(arguments: spots, terms) func parity(forward: Double, terms: (Double, Double)) {
    let call = option(true, forward, terms.0, terms.1)
    let put = option(false, forward, terms.0, terms.1)
    #expect(abs(call.value - put.value - (forward - 100)) < 1e-12 * (forward + 100))
    #expect(abs(call.delta - put.delta - 1) < 1e-14)
    #expect(call.gamma == put.gamma && call.vega == put.vega && call.theta == put.theta)
  }

  /// Greeks against central differences of the value.
  @Test(arguments: spots, terms) func greeks(forward: Double, terms: (Double, Double)) {
    let (years, volatility) = terms
    for isCall in [true, false] {
      let found = option(isCall, forward, years, volatility)
      func value(_ f: Double, _ t: Double, _ s: Double) -> Double { option(isCall, f, t, s).value }
      let h = 1e-3
      let delta = (value(forward + h, years, volatility) - value(forward - h, years, volatility)) / (2 * h)
      #expect(abs(found.delta - delta) < 1e-6)
      let deltas = (
        option(isCall, forward + h, years, volatility).delta, option(isCall, forward - h, years, volatility).delta
      )
      #expect(abs(found.gamma - (deltas.0 - deltas.1) / (2 * h)) < 1e-6)
      let vega = (value(forward, years, volatility + 1e-5) - value(forward, years, volatility - 1e-5)) / 2e-5
      #expect(abs(found.vega - vega) < 1e-5 * (1 + vega))
      let theta = -(value(forward, years + 1e-6, volatility) - value(forward, years - 1e-6, volatility)) / 2e-6
      #expect(abs(found.theta - theta) < 1e-4 * (1 + abs(theta)))
    }
  }

  /// python3: from scipy.stats import norm; s=v*sqrt(t); d=log(F/K)/s+s/2; F*norm.cdf(d)-K*norm.cdf(d-s), in 50 digits by
  /// mpmath: mp.ncdf in norm.cdf's place.
  @Test(arguments: [
    (true, 100.0, 100.0, 0.25, 0.8, 15.851941887820605),
    (false, 100.0, 120.0, 0.1, 0.55, 21.443210780488515),
    (true, 65000.0, 80000.0, 0.019178082191780823, 0.45, 0.50617371528127795),
    (false, 3000.0, 1500.0, 0.5, 1.2, 199.1235798059298),
    (true, 0.5, 0.02, 3.0, 0.9, 0.48087360789450889),
    (false, 100.0, 100.0, 0.0001, 0.3, 0.1196826392394384),
  ])
  func independent(isCall: Bool, forward: Double, strike: Double, years: Double, volatility: Double, expected: Double) {
    let found = Black76(isCall: isCall, forward: forward, strike: strike, years: years, volatility: volatility)
    #expect(abs(found.value - expected) <= 1e-12 * forward)
  }

  /// Without time or volatility an option is worth what exercise pays; a value is never below that, and rises with both.
  @Test func limits() {
    for forward in Self.spots {
      for isCall in [true, false] {
        let paid = max(0, isCall ? forward - 100 : 100 - forward)
        #expect(option(isCall, forward, 0, 0.5).value == paid && option(isCall, forward, 1, 0).value == paid)
        var previous = paid
        for years in [0.001, 0.01, 0.1, 1, 10] {
          let value = option(isCall, forward, years, 0.6).value
          #expect(value >= previous - 1e-13 && value <= (isCall ? forward : 100))
          previous = value
        }
      }
    }
    #expect(option(true, 1, 0.01, 0.1).value == 0 && option(true, 1e9, 0.01, 0.1).delta == 1)
  }
}
