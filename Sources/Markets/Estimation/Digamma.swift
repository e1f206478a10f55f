import Glibc

/// ψ(x) = d ln Γ(x)/dx for x > 0, to about 1e-14.
///
/// Recurrence ψ(x) = ψ(x+1) − 1/x up to x ≥ 10, then the asymptotic series (NIST DLMF 5.5.2 and 5.11.2).
func digamma(_ x: Double) -> Double {
  var shifted = x
  var sum = 0.0
  while shifted < 10 {
    sum -= 1 / shifted
    shifted += 1
  }
  let z = 1 / (shifted * shifted)
  let series = z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 - z * 691 / 32760)))))
  return sum + log(shifted) - 0.5 / shifted - series
}
