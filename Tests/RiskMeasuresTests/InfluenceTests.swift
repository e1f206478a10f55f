import Kernels
import RiskMeasures
import Testing

@Suite("Means, ratios and expected shortfall")
struct InfluenceTests {
  private func shortfall(_ values: [Double], _ level: Double) -> InfluenceEstimate {
    .expectedShortfall(values, sorted: sortedAscending(values), level: level)
  }

  @Test("expected shortfall by its definition, whole and broken tails")
  func definition() {
    let values = [3.0, 1, 5, 2, 4, 10, 8, 6, 9, 7]
    #expect(abs(shortfall(values, 0.8).value - 9.5) < 1e-12)
    // n(1−α) = 2.5: (10 + 9 + 8/2)/2.5
    #expect(abs(shortfall(values, 0.75).value - 9.2) < 1e-12)
    #expect(shortfall(values, 0.99).value == 10)
    #expect(shortfall([4], 0.5).value == 4)
    #expect(shortfall([Double](repeating: 0, count: 40), 0.9).value == 0)
    #expect(shortfall([Double](repeating: 0, count: 40), 0.9).standardError == 0)
  }

  @Test("influences sum to zero")
  func influencesSumToZero() {
    let losses = Draw.exponentials(777, seed: 3)
    for level in [0.5, 0.9, 0.987] {
      #expect(abs(shortfall(losses, level).influence.reduce(0, +)) < 1e-9)
    }
    let ratio = InfluenceEstimate.ratio(losses, over: Draw.uniforms(777, seed: 4))
    #expect(abs(ratio.influence.reduce(0, +)) < 1e-9)
    #expect(abs(InfluenceEstimate.mean(of: losses).influence.reduce(0, +)) < 1e-9)
  }

  /// Exact: normal φ(z)/(1−α), unit exponential 1 − ln(1−α), lognormal e^½·Φ(1 − z)/(1−α); mpmath 1.3 at
  /// α = 0.99: `npdf(z)/(1-a), 1-log(1-a), exp(mpf(1)/2)*ncdf(1-z)/(1-a)` with `z = erfinv(2*a-1)*sqrt(2)`.
  @Test("expected shortfall of 100,000 normal, exponential and lognormal losses within 4 standard errors")
  func closedForms() {
    let normals = Draw.normals(100_000, seed: 11)
    var lognormals = normals
    var view = lognormals.mutableSpan
    exponentiate(normals.span, into: &view)
    let cases = [
      (normals, 2.665214220345807), (Draw.exponentials(100_000, seed: 12), 5.605170185988092),
      (lognormals, 15.227960300878111),
    ]
    for (values, expected) in cases {
      let estimate = shortfall(values, 0.99)
      #expect(abs(estimate.value - expected) < 4 * estimate.standardError)
      #expect(estimate.standardError < 0.05 * expected)
    }
  }

  @Test("the standard error of a mean and of a ratio is that of the textbook")
  func errors() {
    let values = [1.0, 2, 3, 4]
    #expect(abs(InfluenceEstimate.mean(of: values).standardError - (5.0 / 12).squareRoot()) < 1e-15)
    // R = 10/6; Σ(y − R x)² = 1.1111…; variance over 3, over 4, over x̄² = 2.25.
    let ratio = InfluenceEstimate.ratio(values, over: [1, 1, 2, 2])
    #expect(abs(ratio.value - 10.0 / 6) < 1e-15)
    let residuals = zip(values, [1.0, 1, 2, 2]).map { $0 - 10.0 / 6 * $1 }
    let expected = (residuals.reduce(0) { $0 + $1 * $1 } / 3 / 4).squareRoot() / 1.5
    #expect(abs(ratio.standardError - expected) < 1e-15)
    #expect(InfluenceEstimate.ratio(values, over: [0, 0, 0, 0]).value.isNaN)
    #expect(InfluenceEstimate.mean(of: [4]).standardError.isNaN)
  }

  @Test("over 400 seeds the standard error of the shortfall is its spread, within 15 %")
  func errorIsSpread() {
    var values: [Double] = []
    var squares = 0.0
    for seed in 0..<400 {
      let estimate = shortfall(Draw.exponentials(4000, seed: UInt64(seed)), 0.95)
      values.append(estimate.value)
      squares += estimate.standardError * estimate.standardError
    }
    let spread = meanAndVariance(values.span).variance.squareRoot()
    #expect(abs((squares / 400).squareRoot() / spread - 1) < 0.15)
  }
}
