import Glibc

/// ln Γ(x) for x > 0; +∞ at 0, NaN below.
///
/// Accuracy: that of the C library's `lgamma_r`, about 1 ulp. Oracle: mpmath's `loggamma`.
public func logGamma(_ x: Double) -> Double {
  guard x >= 0 else { return .nan }
  var sign: Int32 = 0
  return lgamma_r(x, &sign)
}

/// What Stirling's formula leaves out: ln Γ(x + 1) − (x + ½)·ln x + x − ½·ln 2π.
///
/// Formula: 1/12x − 1/360x³ + …, NIST DLMF 5.11.1, for x ≥ 16, else the definition; after C. Loader, "Fast and accurate
/// computation of binomial probabilities", 2000.
func stirlingError(_ x: Double) -> Double {
  guard x >= 16 else { return logGamma(x + 1) - (x + 0.5) * log(x) + x - 0.918938533204672741780330 }
  let z = 1 / (x * x)
  let series = polynomial([1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360_360], z)
  return series / x
}

/// The deviance x·ln(x/m) + m − x, without cancellation where x is near m.
///
/// Formula: with v = (x − m)/(x + m), x·ln(x/m) = 2x·artanh v, as a series; C. Loader, as above.
func deviance(_ x: Double, _ m: Double) -> Double {
  guard abs(x - m) < 0.1 * (x + m) else { return x * log(x / m) + m - x }
  let v = (x - m) / (x + m)
  var sum = (x - m) * v
  var power = 2 * x * v
  for k in 1..<1000 {
    power *= v * v
    let next = sum + power / Double(2 * k + 1)
    if next == sum { break }
    sum = next
  }
  return sum
}
