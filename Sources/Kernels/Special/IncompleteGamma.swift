import Glibc

/// The regularised lower incomplete gamma function P(a, x) = γ(a, x)/Γ(a): the distribution function at x of a gamma
/// number of shape a.
///
/// - Formula: the power series for x < a + 1 (NIST DLMF 8.7.1), else one minus the continued fraction (8.9.2).
/// - Accuracy: about 10⁻¹⁴ relative. NaN unless a > 0 and x ≥ 0.
/// - Cost: a few √a terms around x = a.
/// - Oracle: mpmath's `gammainc(…, regularized=True)`; P(1, x) = 1 − e⁻ˣ.
public func regularizedIncompleteGamma(lower a: Double, _ x: Double) -> Double { incompleteGamma(a, x).lower }

/// The regularised upper incomplete gamma function Q(a, x) = 1 − P(a, x), accurate where it is small.
public func regularizedIncompleteGamma(upper a: Double, _ x: Double) -> Double { incompleteGamma(a, x).upper }

/// The quantile of the chi-square distribution: the x whose distribution function is p. NaN unless 0 ≤ p ≤ 1 and
/// `degreesOfFreedom` > 0.
///
/// Formula: `regularizedIncompleteGamma` inverted by bisection. Oracle: −2·ln(1 − p) at two degrees of freedom; scipy.
public func chiSquareQuantile(_ p: Double, degreesOfFreedom: Double) -> Double {
  guard p >= 0, p <= 1, degreesOfFreedom > 0, degreesOfFreedom < .infinity else { return .nan }
  if p == 1 { return .infinity }
  let half = degreesOfFreedom / 2
  if p <= 0.5 { return smallestPositive { incompleteGamma(half, $0 / 2).lower >= p } }
  return smallestPositive { incompleteGamma(half, $0 / 2).upper <= 1 - p }
}

/// Both tails.
private func incompleteGamma(_ a: Double, _ x: Double) -> (lower: Double, upper: Double) {
  guard a > 0, a < .infinity, x >= 0 else { return (.nan, .nan) }
  if x == 0 { return (0, 1) }
  if x == .infinity { return (1, 0) }
  if x < a + 1 {
    let lower = min(1, gammaDensityTerm(a, x) * gammaSeries(a, x))
    return (lower, 1 - lower)
  }
  let upper = min(1, gammaDensityTerm(a, x) * a * gammaFraction(a, x))
  return (1 - upper, upper)
}

/// xᵃ·e⁻ˣ/Γ(a + 1), by the saddle point for large a, where the direct formula loses digits.
private func gammaDensityTerm(_ a: Double, _ x: Double) -> Double {
  if a < 16 { return exp(a * log(x) - x - logGamma(a + 1)) }
  return exp(-stirlingError(a) - deviance(a, x)) / (2 * Double.pi * a).squareRoot()
}

/// 1 + x/(a+1) + x²/((a+1)(a+2)) + …
private func gammaSeries(_ a: Double, _ x: Double) -> Double {
  var term = 1.0
  var sum = 1.0
  var denominator = a
  for _ in 0..<iterationLimit {
    denominator += 1
    term *= x / denominator
    sum += term
    if term < sum * 1e-17 { return sum }
  }
  return .nan
}

/// 1/(x+1−a− 1·(1−a)/(x+3−a− …)) by the modified method of Lentz.
private func gammaFraction(_ a: Double, _ x: Double) -> Double {
  var b = x + 1 - a
  var fraction = LentzFraction(leading: 1, denominator: b)
  for k in 1..<iterationLimit {
    b += 2
    if fraction.advance(numerator: -Double(k) * (Double(k) - a), denominator: b) { return fraction.value }
  }
  return .nan
}

/// The most terms of a series or fraction; arguments that need more (shapes above about 10¹¹) give NaN.
let iterationLimit = 2_000_000

/// A continued fraction evaluated from the top. W. J. Lentz, Applied Optics 15 (1976); I. J. Thompson, A. R. Barnett,
/// Journal of Computational Physics 64 (1986).
struct LentzFraction {
  private(set) var value: Double
  private var c: Double
  private var d: Double

  /// Starts as leading/denominator.
  init(leading: Double, denominator: Double) {
    d = 1 / LentzFraction.apartFromZero(denominator)
    c = .infinity
    value = leading * d
  }

  /// Takes one more term; true once it changes nothing more.
  mutating func advance(numerator: Double, denominator: Double) -> Bool {
    d = 1 / LentzFraction.apartFromZero(denominator + numerator * d)
    c = LentzFraction.apartFromZero(denominator + (c == .infinity ? 0 : numerator / c))
    let factor = c * d
    value *= factor
    return abs(factor - 1) < 2e-16
  }

  private static func apartFromZero(_ x: Double) -> Double { abs(x) < 1e-300 ? 1e-300 : x }
}
