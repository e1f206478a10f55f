import Glibc
import Kernels
import Testing

/// Vector functions against the C library's, and processes against their formula in scalar arithmetic.
@Suite struct ElementaryTests {
  @Test func exponentialIsWithinTwoUlp() {
    let arguments = (0...400_000).map { -745 + Double($0) * (1455.0 / 400_000) } + spread(around: 0, reach: 40)
    let worst = zip(exponentials(arguments), arguments).map { value, x in
      exp(x) < 0x1p-1022 ? abs(value - exp(x)) / Double.leastNonzeroMagnitude : ulps(value, exp(x))
    }.max()
    #expect(worst ?? .nan <= 2)
  }

  @Test func exponentialAtTheEdges() {
    let cases: [(Double, Double)] = [
      (.infinity, .infinity), (-.infinity, 0), (710, .infinity), (1e300, .infinity), (709.8, .infinity), (-746, 0),
      (-1e300, 0), (0, 1), (-0.0, 1), (.leastNonzeroMagnitude, 1),
    ]
    for (x, expected) in cases { #expect(exponentials([x])[0] == expected, "exp(\(x))") }
    #expect(exponentials([.nan])[0].isNaN)
  }

  @Test func logarithmIsWithinTwoUlp() {
    let magnitudes = (-1070...1023).flatMap { e in
      [1, 1.1, 1.41421356, 1.4142136, 1.7, 1.99999].map { $0 * pow(2, Double(e)) }
    }
    let arguments = magnitudes + spread(around: 1, reach: 0.9).filter { $0 > 0 }
    let worst = zip(logarithms(arguments), arguments).map { ulps($0, log($1)) }.max()
    #expect(worst ?? .nan <= 2)
  }

  @Test func logarithmAtTheEdges() {
    #expect(logarithms([0, .infinity, 1, -0.0]) == [-.infinity, .infinity, 0, -.infinity])
    #expect(logarithms([-1, -.infinity, .nan]).allSatisfy { $0.isNaN })
    #expect(abs(logarithms([.leastNonzeroMagnitude])[0] - log(Double.leastNonzeroMagnitude)) < 1e-12)
  }

  /// A result depends on its argument alone, not on its neighbours or its place, and rows of any length work.
  @Test func resultsDoNotDependOnPlace() {
    let arguments = spread(around: 0, reach: 30).prefix(37)
    let whole = exponentials(Array(arguments))
    for (index, x) in arguments.enumerated() { #expect(exponentials([x])[0] == whole[index]) }
    #expect(exponentials([]).isEmpty)
  }

  @Test func scaledExponentialIsTheProduct() {
    let logs = spread(around: 0, reach: 1)
    var out = [Double](repeating: 0, count: logs.count)
    var view = out.mutableSpan
    scaledExponential(logs.span, scale: 43_210.5, into: &view)
    #expect(out == exponentials(logs).map { $0 * 43_210.5 })
  }

  @Test func geometricStepIsItsFormula() {
    let shocks = normals(firstPath: 0, step: 1, factors: 1)
    let start = normals(firstPath: 0, step: 2, factors: 1)
    var logs = start
    var prices = [Double](repeating: 0, count: 256)
    var logView = logs.mutableSpan
    var priceView = prices.mutableSpan
    advanceGeometric(
      shocks: shocks.span, drift: -0.002, volatility: 0.03, initial: 250, logs: &logView, prices: &priceView)
    for path in 0..<256 {
      let expected = start[path] + (-0.002).addingProduct(0.03, shocks[path])
      #expect(logs[path] == expected)
      #expect(ulps(prices[path], 250 * exp(expected)) <= 2)
    }
  }

  /// Two steps in a row, so that the variance made by the first is used by the second.
  @Test func garchStepsAreTheirRecursion() {
    let (mean, omega, alpha, gamma, beta) = (0.001, 2e-6, 0.05, 0.08, 0.87)
    var variances = (0..<256).map { 1e-4 * (1 + Double($0) / 50) }
    var plainVariances = variances
    var logs = [Double](repeating: 0, count: 256)
    var plainLogs = logs
    var prices = logs
    for step in 1...2 {
      let shocks = normals(firstPath: 0, step: UInt32(step), factors: 1)
      var varianceView = variances.mutableSpan
      var logView = logs.mutableSpan
      var priceView = prices.mutableSpan
      advanceGarch(
        shocks: shocks.span, mean: mean, omega: omega, alpha: alpha, gamma: gamma, beta: beta, initial: 9,
        variances: &varianceView, logs: &logView, prices: &priceView)
      for path in 0..<256 {
        let surprise = plainVariances[path].squareRoot() * shocks[path]
        plainLogs[path] += mean + surprise
        let weight = surprise < 0 ? alpha + gamma : alpha
        plainVariances[path] = omega + weight * surprise * surprise + beta * plainVariances[path]
      }
    }
    for path in 0..<256 {
      #expect(ulps(variances[path], plainVariances[path]) <= 8)
      #expect(abs(logs[path] - plainLogs[path]) < 1e-16)
      #expect(ulps(prices[path], 9 * exp(logs[path])) <= 2)
    }
  }

  private func exponentials(_ x: [Double]) -> [Double] {
    var out = [Double](repeating: -1, count: x.count)
    var view = out.mutableSpan
    exponentiate(x.span, into: &view)
    return out
  }

  private func logarithms(_ x: [Double]) -> [Double] {
    var out = [Double](repeating: -1, count: x.count)
    var view = out.mutableSpan
    logarithm(x.span, into: &view)
    return out
  }

  /// Ten thousand numbers around a center, from far to very near.
  private func spread(around center: Double, reach: Double) -> [Double] {
    (0..<10_000).map {
      let draws = KeyedDraws(seed: 4, path: UInt64($0), purpose: .verification)
      let distance = reach * pow(10, -17 * draws.uniform(step: 0, factor: 0))
      return center + (draws.uniform(step: 0, factor: 1) < 0.5 ? distance : -distance)
    }
  }
}
