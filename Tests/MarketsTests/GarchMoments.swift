import Markets
import TestSupport

/// Closed-form moments of GARCH(1,1)/GJR started from a known variance, with symmetric innovations.
///
/// m1_t = E v_t and m2_t = E v_t² follow m1' = ω + φ·m1 and m2' = ω² + 2ωφ·m1 + ψ·m2 with φ = α + γ/2 + β and
/// ψ = κ(α² + αγ + γ²/2) + 2(α + γ/2)β + β², κ the kurtosis of the innovations. Then E e⁴ = κ·m2 and
/// E e_t²e_{t+1}² = ω·m1 + (κ(α + γ/2) + β)·m2.
struct GarchMoments {
  let parameters: GarchParameters
  /// E ε⁴; nil if it is infinite.
  let kurtosis: Double?

  var phi: Double { parameters.persistence }

  func psi(_ kurtosis: Double) -> Double {
    let p = parameters
    let reaction = p.alpha + p.gamma / 2
    return kurtosis * (p.alpha * p.alpha + p.alpha * p.gamma + p.gamma * p.gamma / 2) + 2 * reaction * p.beta
      + p.beta * p.beta
  }

  /// E v and E v² at each of steps 1…`steps`, from the initial volatility.
  func variances(steps: Int) -> [(first: Double, second: Double)] {
    let p = parameters
    let initial = p.initialVolatility * p.initialVolatility * p.stepHours / TimeGrid.hoursPerYear
    var rows = [(first: initial, second: initial * initial)]
    while rows.count < steps {
      let (first, second) = rows[rows.count - 1]
      rows.append(
        (
          p.omega + phi * first,
          p.omega * p.omega + 2 * p.omega * phi * first + psi(kurtosis ?? .nan) * second
        ))
    }
    return rows
  }

  /// What the contract asks for; `highest` is the largest order whose double exists.
  func moments(steps: Int, highest: Int) -> [PriceProcessContract.Moments] {
    let p = parameters
    return variances(steps: steps).map { v in
      var moments = PriceProcessContract.Moments(mean: p.mean, variance: v.first)
      if highest >= 3 { moments.third = 0 }
      if highest >= 4, let kurtosis {
        moments.fourth = kurtosis * v.second
        moments.squaresWithNext = p.omega * v.first + (kurtosis * (p.alpha + p.gamma / 2) + p.beta) * v.second
      }
      return moments
    }
  }

  /// Stationary kurtosis κ(1 − φ²)/(1 − ψ), infinite unless ψ < 1.
  var stationaryKurtosis: Double? {
    guard let kurtosis, psi(kurtosis) < 1 else { return nil }
    return kurtosis * (1 - phi * phi) / (1 - psi(kurtosis))
  }
}
