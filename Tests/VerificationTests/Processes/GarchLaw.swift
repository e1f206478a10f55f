import Kernels
import Markets

/// A GARCH market of one asset with the moments that can be written down.
///
/// With e = σε, A = (α + γ1{ε<0})ε² + β and κ = Eε⁴: E A = φ = α + γ/2 + β and
/// E A² = ψ = κ(α² + αγ + γ²/2) + 2β(α + γ/2) + β². Since v' = ω + A·v with A independent of v, E v' = ω + φ·E v,
/// E v'² = ω² + 2ωφ·E v + ψ·E v², E e⁴ = κ·E v² and E e²e'² = ω·E v + (κ(α + γ/2) + β)·E v².
/// Source: C. He, T. Teräsvirta, "Properties of moments of a family of GARCH processes", Journal of Econometrics 92 (1999).
struct GarchLaw {
  let name: String
  let parameters: GarchParameters
  let dependence: Dependence
  /// Law of the innovations.
  let innovations: UnitLaw
  /// The highest moment of ε of which the double exists, so that its sample mean has a standard error.
  let highestMoment: Int

  /// Typical hourly figures with a stronger reaction than is usual, so that the law differs from a normal one.
  init(
    _ name: String, alpha: Double = 0.08, gamma: Double = 0, beta: Double = 0.85, dependence: Dependence = .gaussian,
    innovations: UnitLaw = .normal, highestMoment: Int
  ) {
    self.name = name
    let persistence = alpha + gamma / 2 + beta
    let longRunVariance = 0.8 * 0.8 / 8760
    parameters = GarchParameters(
      stepHours: 1, mean: 2e-5, omega: longRunVariance * (1 - persistence), alpha: alpha, gamma: gamma, beta: beta,
      degreesOfFreedom: nil, initialVolatility: 1.2)
    self.dependence = dependence
    self.innovations = innovations
    self.highestMoment = highestMoment
  }

  /// E ε⁴.
  var kurtosis: Double {
    if case .studentT(let nu) = innovations { return 3 * (nu - 2) / (nu - 4) }
    return 3
  }

  /// The market on hourly steps.
  func market(steps: Int) throws -> MarketModel {
    let drawn: UnitLaw
    switch dependence {
    case .gaussian: drawn = .normal
    case .studentT(let degreesOfFreedom): drawn = .studentT(degreesOfFreedom: degreesOfFreedom)
    }
    let margin = drawn == innovations ? nil : MarginalMap(from: drawn, to: innovations)
    return try MarketModel(
      assetIDs: ["COIN"], grid: try required(TimeGrid(steps: steps, stepHours: 1), "the grid"),
      process: Garch(prices: [100], parameters: [parameters], margins: [margin]), dependence: dependence,
      correlation: .identity(1))
  }

  private var reaction: Double { parameters.alpha + parameters.gamma / 2 }
  private var phi: Double { reaction + parameters.beta }
  private var psi: Double {
    let (alpha, gamma, beta) = (parameters.alpha, parameters.gamma, parameters.beta)
    return kurtosis * (alpha * alpha + alpha * gamma + gamma * gamma / 2) + 2 * beta * reaction + beta * beta
  }

  /// The variance of the first step.
  var startVariance: Double { parameters.initialVolatility * parameters.initialVolatility / 8760 }

  /// E v and E v² at `step`, from the variance of step 1.
  func variance(at step: Int) -> (first: Double, second: Double) {
    var moments = (first: startVariance, second: startVariance * startVariance)
    let omega = parameters.omega
    for _ in 1..<step {
      moments = (
        omega + phi * moments.first, omega * omega + 2 * omega * phi * moments.first + psi * moments.second
      )
    }
    return moments
  }

  /// E e²e'² of `step` and the next.
  func squaresWithNext(at step: Int) -> Double {
    let moments = variance(at: step)
    return parameters.omega * moments.first + (kurtosis * reaction + parameters.beta) * moments.second
  }

  /// E e₁e₂² = γ·v₁^{3/2}·E ε³1{ε<0} = −γ·v₁^{3/2}·√(2/π) under normal innovations: falls make the next step wilder.
  var leverageAtStart: Double {
    -parameters.gamma * startVariance * startVariance.squareRoot() * (2 / Double.pi).squareRoot()
  }

  /// Autocorrelation of squares at `lag` in the long run.
  func autocorrelationOfSquares(lag: Int) -> Double {
    let first = parameters.omega / (1 - phi)
    let second = (parameters.omega * parameters.omega + 2 * parameters.omega * phi * first) / (1 - psi)
    let atOne = parameters.omega * first + (kurtosis * reaction + parameters.beta) * second - first * first
    let decay = (1..<lag).reduce(1.0) { product, _ in product * phi }
    return atOne * decay / (kurtosis * second - first * first)
  }

  /// σ of every step of a path, from its returns: a recursion of its own beside the engine's.
  func deviations(of returns: [Double]) -> [Double] {
    var variance = startVariance
    return returns.map { value in
      defer {
        let shock = value - parameters.mean
        let weight = parameters.alpha + (shock < 0 ? parameters.gamma : 0)
        variance = parameters.omega + weight * shock * shock + parameters.beta * variance
      }
      return variance.squareRoot()
    }
  }
}
