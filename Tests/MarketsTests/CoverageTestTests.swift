import TestSupport
import Testing

/// The backtests behind the comparison of processes.
@Suite("Coverage tests")
struct CoverageTestTests {
  /// scipy: from math import log; from scipy.stats import chi2
  /// n, x, p = 250, 8, 0.01; lr = 2*(x*log(x/n)+(n-x)*log(1-x/n)-x*log(p)-(n-x)*log(1-p)); chi2.sf(lr, 1)
  @Test("Kupiec's likelihood ratio: 8 violations in 250 days of a 1 % quantile")
  func kupiec() {
    let spread = (0..<250).map { $0 % 30 == 3 && $0 < 240 }
    let test = CoverageTest(violations: spread, probability: 0.01)
    #expect(test.violations == 8 && test.days == 250)
    #expect(abs(test.unconditional - 0.005_420_405_2) < 1e-9)
  }

  @Test("the right frequency has p = 1; none at all is judged too")
  func limits() {
    let exact = (0..<200).map { $0 % 20 == 0 }
    #expect(abs(CoverageTest(violations: exact, probability: 0.05).unconditional - 1) < 1e-9)
    // lr = −2·n·ln(1 − p)
    let none = CoverageTest(violations: [Bool](repeating: false, count: 365), probability: 0.01)
    #expect(abs(none.unconditional - 0.006_755_905_6) < 1e-9)
    #expect(none.conditional > none.unconditional)
  }

  @Test("violations in a row have the right frequency and are not independent")
  func clustered() {
    let clustered = (0..<400).map { $0 >= 100 && $0 < 120 }
    let test = CoverageTest(violations: clustered, probability: 0.05)
    #expect(test.unconditional > 0.99 && test.conditional < 1e-20)
  }

  @Test("the mean of independent terms has the error s/√n, of a constant none")
  func dependentMean() {
    let terms = (0..<4000).map { index in (Double((index * 7919) % 4001) / 4001 - 0.5) }
    let found = DependentMean(terms)
    #expect(abs(found.value) < 1e-3)
    #expect(found.standardError > 0 && found.standardError < (1.0 / 12 / 4000).squareRoot() * 1.6)
    #expect(DependentMean([2, 2, 2]).standardError == 0 && DependentMean([2, 2, 2]).value == 2)
  }
}
