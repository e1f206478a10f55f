import Glibc
import Kernels
import Testing

/// Special functions against figures of mpmath at 40 digits (argument: the double nearest the decimal), scipy where named,
/// and against their identities.
@Suite struct SpecialTests {
  /// `mpmath.ncdf(mpf(x))`
  @Test func normalDistributionFunction() {
    let cases: [(Double, Double)] = [
      (-37.5, 4.605353009581955e-308), (-30.1, 2.4226672179857586e-199), (-20.3, 6.429244467698346e-92),
      (-8.7, 1.6594208699647843e-18), (-5.5, 1.8989562465887718e-08), (-3, 0.0013498980316300946),
      (-1.25, 0.10564977366685525), (-0.1, 0.460172162722971), (0, 0.5), (0.3, 0.6179114221889527),
      (1.96, 0.9750021048517795), (4.2, 0.9999866542509841), (8.2, 0.9999999999999999),
    ]
    for (x, expected) in cases { #expect(ulps(normalCDF(x), expected) <= 8, "Φ(\(x)) = \(normalCDF(x))") }
    #expect(normalCDF(-.infinity) == 0 && normalCDF(.infinity) == 1 && normalCDF(.nan).isNaN)
    #expect(normalCDF(-40) >= 0 && normalCDF(-1e308) == 0 && normalCDF(1e308) == 1)
  }

  /// `mpmath.npdf(mpf(x))`
  @Test func normalDensity() {
    let cases: [(Double, Double)] = [
      (-30.1, 7.300259384280611e-198), (-5.5, 1.0769760042543276e-07), (0, 0.3989422804014327),
      (1.25, 0.18264908538902191), (20.3, 1.308288554681529e-90),
    ]
    for (x, expected) in cases { #expect(ulps(normalPDF(x), expected) <= 4, "φ(\(x)) = \(normalPDF(x))") }
    #expect(normalPDF(1e200) == 0 && normalPDF(-.infinity) == 0 && normalPDF(.nan).isNaN)
  }

  /// The root of `mpmath.ncdf(x) − p`.
  @Test func normalQuantiles() {
    let cases: [(Double, Double)] = [
      (1e-300, -37.0470962993612), (1e-100, -21.273453560965326), (1e-12, -7.034483825301132),
      (0.001, -3.0902323061678136), (0.01, -2.326347874040841), (0.07, -1.4757910281791706),
      (0.2, -0.8416212335729142), (0.5001, 0.00025066283008800747), (0.75, 0.6744897501960817),
      (0.975, 1.9599639845400538), (0.999, 3.090232306167813),
    ]
    for (p, expected) in cases { #expect(ulps(normalQuantile(p), expected) <= 4, "\(p): \(normalQuantile(p))") }
    #expect(normalQuantile(0) == -.infinity && normalQuantile(1) == .infinity && normalQuantile(0.5) == 0)
    for p in [-0.1, 1.1, .nan] { #expect(normalQuantile(p).isNaN) }
  }

  /// `mpmath.loggamma`
  @Test func logarithmOfGamma() {
    let cases: [(Double, Double)] = [
      (1e-5, 11.512919692895826), (0.5, 0.5723649429247001), (1.5, -0.12078223763524522), (10.25, 13.368023671476045),
      (1234.5, 7550.550901077895), (1e6, 12815504.569147611),
    ]
    for (x, expected) in cases { #expect(ulps(logGamma(x), expected) <= 4) }
    #expect(logGamma(0) == .infinity && logGamma(-1).isNaN && logGamma(.nan).isNaN)
  }

  /// `mpmath.gammainc(a, 0, x, regularized=True)` and `mpmath.gammainc(a, x, inf, regularized=True)`
  @Test func incompleteGamma() {
    let cases: [(a: Double, x: Double, lower: Double, upper: Double)] = [
      (0.5, 0.1, 0.345279153981423, 0.654720846018577), (0.5, 30, 0.9999999999999906, 9.485737571073848e-15),
      (2.5, 0.01, 2.987601531906594e-06, 0.999997012398468), (2.5, 3, 0.6937810815867216, 0.3062189184132784),
      (15.5, 20, 0.8709596508706097, 0.12904034912939036), (17, 10, 0.027041609784801128, 0.9729583902151989),
      (100, 80, 0.017108313035133115, 0.9828916869648668), (100, 150, 0.9999940754596646, 5.924540335483916e-06),
      (1000.5, 1010, 0.6216914450627388, 0.3783085549372612),
      (50_000, 49_500, 0.012478315638082799, 0.9875216843619172),
    ]
    for (a, x, lower, upper) in cases {
      #expect(relative(regularizedIncompleteGamma(lower: a, x), lower) < 4e-14, "P(\(a), \(x))")
      #expect(relative(regularizedIncompleteGamma(upper: a, x), upper) < 4e-14, "Q(\(a), \(x))")
    }
    for x in [0.01, 1, 7.5] { #expect(relative(regularizedIncompleteGamma(lower: 1, x), -expm1(-x)) < 1e-14) }
    #expect(regularizedIncompleteGamma(lower: 2, 0) == 0 && regularizedIncompleteGamma(lower: 2, .infinity) == 1)
    for (a, x) in [(0, 1), (-1, 1), (1, -1), (.nan, 1), (1, .nan)] as [(Double, Double)] {
      #expect(regularizedIncompleteGamma(lower: a, x).isNaN)
    }
  }

  /// xᵃ(1−x)ᵇ/(a·B(a,b)) · ₂F₁(a+b, 1; a+1; x), its positive series summed in mpmath at 60 digits.
  @Test func incompleteBeta() {
    let cases: [(x: Double, a: Double, b: Double, value: Double)] = [
      (0.1, 0.5, 0.5, 0.20483276469913345), (0.3, 2, 5, 0.5798249999999999), (0.95, 30, 2.5, 0.6763375070093829),
      (0.01, 1, 400, 0.9820494467249548), (0.5, 100, 100, 0.5), (0.45, 100, 100, 0.07838793271222053),
      (0.99, 990, 11, 0.5830408033010971), (0.985, 990, 11, 0.11663374425353018),
      (0.9895, 99_000, 1001, 0.06144426186503458), (0.001, 0.1, 3000, 0.9984367728198246),
    ]
    for (x, a, b, value) in cases {
      #expect(relative(regularizedIncompleteBeta(x, a, b), value) < 2e-13, "I(\(x); \(a), \(b))")
      #expect(abs(regularizedIncompleteBeta(x, a, b) + regularizedIncompleteBeta(1 - x, b, a) - 1) < 2e-12)
    }
    #expect(relative(regularizedIncompleteBeta(0.37, 3.5, 1), pow(0.37, 3.5)) < 1e-14)
    #expect(regularizedIncompleteBeta(0, 2, 3) == 0 && regularizedIncompleteBeta(1, 2, 3) == 1)
    for (x, a) in [(-0.1, 1), (1.1, 1), (0.5, 0), (0.5, .nan), (.nan, 1)] as [(Double, Double)] {
      #expect(regularizedIncompleteBeta(x, a, 2).isNaN)
    }
  }

  /// The density integrated in mpmath at 30 digits; ½ + arctan(t)/π at one degree of freedom.
  @Test func studentDistributionFunction() {
    let cases: [(t: Double, degrees: Double, value: Double)] = [
      (-40, 2.5, 7.097817145246691e-05), (-3, 5, 0.015049623948731286), (-0.01, 4.2, 0.4962392012143679),
      (0.4, 1, 0.6211189415908434), (2, 30, 0.9726874775185085), (-6, 1000, 1.3776845866887345e-09),
    ]
    for (t, degrees, value) in cases {
      #expect(relative(studentTCDF(t, degreesOfFreedom: degrees), value) < 1e-13, "t = \(t), ν = \(degrees)")
    }
    for t in [-1e9, -2.5, 1e-9, 3] {
      let cauchy = t < 0 ? atan(-1 / t) / .pi : 0.5 + atan(t) / .pi
      #expect(relative(studentTCDF(t, degreesOfFreedom: 1), cauchy) < 1e-14)
    }
    #expect(studentTCDF(-1.5, degreesOfFreedom: .infinity) == normalCDF(-1.5))
    #expect(studentTCDF(.infinity, degreesOfFreedom: 3) == 1 && studentTCDF(-.infinity, degreesOfFreedom: 3) == 0)
    #expect(studentTCDF(0, degreesOfFreedom: 3) == 0.5 && studentTCDF(1, degreesOfFreedom: 0).isNaN)
  }

  /// `scipy.stats.chi2.ppf`, `scipy.stats.t.ppf`, `scipy.stats.beta.ppf` (scipy 1.17)
  @Test func quantiles() {
    let chiSquare: [(Double, Double, Double)] = [
      (1e-6, 3, 0.00024181048720124264), (0.05, 1, 0.003932140000019522), (0.5, 4.5, 3.8537537676844713),
      (0.95, 1, 3.841458820694124), (0.99, 2, 9.21034037197618), (0.999, 250, 324.832436568363),
    ]
    for (p, k, x) in chiSquare { #expect(relative(chiSquareQuantile(p, degreesOfFreedom: k), x) < 1e-13) }
    let student: [(Double, Double, Double)] = [
      (1e-9, 3, -1033.1096745038078), (0.01, 5, -3.364929998907218), (0.3, 4.5, -0.5635058039393779),
      (0.975, 10, 2.228138851986274), (0.6, 2.1, 0.2869544957672079),
    ]
    for (p, k, x) in student { #expect(relative(studentTQuantile(p, degreesOfFreedom: k), x) < 1e-13, "\(p) \(k)") }
    let beta: [(Double, Double, Double, Double)] = [
      (0.025, 3, 998, 0.0006190999316495713), (0.975, 4, 997, 0.008742023238478303),
      (0.5, 0.5, 0.7, 0.3610839131320438), (0.05, 1000, 1, 0.9970087504549047),
    ]
    for (p, a, b, x) in beta { #expect(relative(betaQuantile(p, a, b), x) < 1e-13) }
  }

  @Test func quantilesAtTheEdges() {
    #expect(chiSquareQuantile(0, degreesOfFreedom: 3) == 0 && chiSquareQuantile(1, degreesOfFreedom: 3) == .infinity)
    #expect(betaQuantile(0, 2, 3) == 0 && betaQuantile(1, 2, 3) == 1)
    #expect(studentTQuantile(0, degreesOfFreedom: 3) == -.infinity)
    #expect(studentTQuantile(1, degreesOfFreedom: 3) == .infinity && studentTQuantile(0.5, degreesOfFreedom: 3) == 0)
    for p in [-0.1, 1.1, .nan] {
      #expect(chiSquareQuantile(p, degreesOfFreedom: 3).isNaN && betaQuantile(p, 1, 1).isNaN)
      #expect(studentTQuantile(p, degreesOfFreedom: 3).isNaN)
    }
    #expect(chiSquareQuantile(0.5, degreesOfFreedom: -1).isNaN && betaQuantile(0.5, 0, 1).isNaN)
  }

  private func relative(_ value: Double, _ expected: Double) -> Double { abs(value - expected) / abs(expected) }
}
