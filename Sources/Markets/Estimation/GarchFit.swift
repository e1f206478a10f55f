/// The law of unit-variance innovations under which GARCH parameters are fitted.
public enum GarchInnovations: String, Sendable, CaseIterable {
  /// Normal: a quasi-likelihood, consistent whatever the true law (Bollerslev and Wooldridge, 1992).
  case normal
  /// Student-t of unit variance, its degrees of freedom fitted too.
  case studentT = "student-t"
}

/// What a GARCH fit looks for.
public struct GarchSpecification: Sendable, Hashable {
  /// The law of the innovations.
  public var innovations: GarchInnovations
  /// Whether γ of Glosten, Jagannathan and Runkle is fitted; it is 0 otherwise.
  public var isAsymmetric: Bool
  /// Whether the long-run variance is the sample's instead of being fitted (variance targeting: R. Engle and J. Mezrich,
  /// Risk 9, 1996).
  ///
  /// With a persistence near 1, as of most prices traded around the clock, ω/(1 − persistence) is hardly determined by
  /// the likelihood: fitted freely it comes out at several times the volatility ever seen. A simulation that reverts to
  /// it should target; a comparison with published likelihoods should not.
  public var targetsVariance: Bool

  /// Creates a specification.
  public init(innovations: GarchInnovations, isAsymmetric: Bool = false, targetsVariance: Bool = false) {
    self.innovations = innovations
    self.isAsymmetric = isAsymmetric
    self.targetsVariance = targetsVariance
  }
}

/// Standard errors of GARCH parameters, in the parameters' own units.
public struct GarchStandardErrors: Sendable, Hashable {
  /// Of μ, per step.
  public let mean: Double
  /// Of ω, per step.
  public let omega: Double
  /// Of α.
  public let alpha: Double
  /// Of γ; 0 where it was not fitted.
  public let gamma: Double
  /// Of β.
  public let beta: Double
  /// Of α + γ/2 + β.
  public let persistence: Double
  /// Of the degrees of freedom; nil where they were not fitted.
  public let degreesOfFreedom: Double?
}

/// A fitted GARCH(1,1)/GJR model of one asset.
public struct GarchFit: Sendable {
  /// The estimates, at the scale of the step; the initial volatility is the forecast for the step after the last.
  public let parameters: GarchParameters
  /// Standard errors robust to a wrong law of innovations (the sandwich of Bollerslev and Wooldridge, Econometric Reviews
  /// 11, 1992; with a targeted variance its error enters as in C. Francq, L. Horváth, J. Zakoïan, Journal of Financial
  /// Econometrics 9, 2011); nil where a parameter lies at its border or the curvature is not that of a maximum.
  public let standardErrors: GarchStandardErrors?
  /// Standard errors by the curvature of the likelihood alone, right where the law of innovations is; nil where the robust
  /// ones are, and with a targeted variance.
  public let curvatureErrors: GarchStandardErrors?
  /// Log-likelihood of the returns, constants included.
  public let logLikelihood: Double
  /// Number of returns.
  public let observations: Int
  /// Whether the gradient vanished: no coordinate of it exceeds 1e-6 an observation.
  public let converged: Bool
  /// Whether a parameter ran to its border: α, β or α + γ at 0, persistence at 1, or ν at either limit.
  public let isAtBorder: Bool
  /// Standardised residuals, one a slot of the returns, NaN where there was no return.
  let residuals: [Double]

  /// The fewest returns that a fit is tried on: below, the three parameters of the variance are hardly told apart.
  public static let fewestObservations = 250

  /// Fits by (quasi-)maximum likelihood.
  ///
  /// The returns are scaled to unit variance; of a grid of starts the three best are improved by BFGS with the exact
  /// gradient, the best of these by Newton's method.
  /// - Parameters:
  ///   - returns: log returns of one step each in order of time; NaN where there is none.
  ///   - stepHours: the length of a step.
  /// - Returns: nil with fewer than `fewestObservations` returns, with returns that do not vary, or infinite ones.
  public init?(returns: [Double], stepHours: Double, specification: GarchSpecification) {
    guard let search = GarchSearch(returns: returns, specification: specification) else { return nil }
    let found = search.best()
    let point = search.transform.point(at: found.coordinates)
    let filtered = search.likelihood.filtered(at: point)
    let scale = search.scale
    let stepYears = stepHours / TimeGrid.hoursPerYear
    parameters = GarchParameters(
      stepHours: stepHours, mean: point.mean * scale, omega: point.omega * scale * scale, alpha: point.alpha,
      gamma: point.gamma, beta: point.beta,
      degreesOfFreedom: point.degreesOfFreedom.isFinite ? point.degreesOfFreedom : nil,
      initialVolatility: scale * (filtered.nextVariance / stepYears).squareRoot())
    isAtBorder = search.transform.isAtBorder(point)
    standardErrors = isAtBorder ? nil : search.standardErrors(at: found.coordinates)
    curvatureErrors = isAtBorder ? nil : search.curvatureErrors(at: found.coordinates)
    logLikelihood = search.logLikelihood(at: found.coordinates)
    observations = search.likelihood.observations
    converged = found.converged
    residuals = filtered.residuals
  }
}
