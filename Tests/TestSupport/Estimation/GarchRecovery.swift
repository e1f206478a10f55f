import Kernels
public import Markets

/// Simulates many series from known GARCH parameters, fits each, and compares: do the estimates centre on the truth, and
/// do their 95 % intervals hold it 95 times in a hundred?
public struct GarchRecovery: Sendable {
  /// How one parameter came out over all series.
  public struct Row: Sendable {
    /// The parameter.
    public let quantity: String
    /// Its true value.
    public let expected: Double
    /// The mean of the estimates.
    public let obtained: Double
    /// The standard error of that mean.
    public let standardError: Double
    /// The share of the series whose interval of ± 1.96 standard errors holds the truth.
    public let coverage: Double
    /// The mean of the standard errors that the fits state, over the standard deviation of the estimates.
    public let statedOverActual: Double
  }

  /// The parameters simulated from.
  public let truth: GarchParameters
  /// What is fitted.
  public let specification: GarchSpecification
  /// Returns of a series.
  public let observations: Int
  /// Number of series.
  public let series: Int

  /// A study; the truth's degrees of freedom are those of the innovations, nil for normal ones.
  public init(truth: GarchParameters, specification: GarchSpecification, observations: Int, series: Int) {
    self.truth = truth
    self.specification = specification
    self.observations = observations
    self.series = series
  }

  /// The fits that converged away from the border, one per series at most.
  public func fits() -> [GarchFit] {
    (0..<series).compactMap { index in
      let returns = simulatedGarch(truth, count: observations, seed: UInt64(index + 1))
      let fit = GarchFit(returns: returns, stepHours: truth.stepHours, specification: specification)
      return fit.flatMap { $0.converged && $0.standardErrors != nil ? $0 : nil }
    }
  }

  /// One row a fitted parameter.
  public func rows(of fits: [GarchFit]) -> [Row] {
    var rows = [
      row("mean", truth.mean, fits) { ($0.mean, $1.mean) },
      row("omega", truth.omega, fits) { ($0.omega, $1.omega) },
      row("alpha", truth.alpha, fits) { ($0.alpha, $1.alpha) },
      row("beta", truth.beta, fits) { ($0.beta, $1.beta) },
      row("persistence", truth.persistence, fits) { ($0.persistence, $1.persistence) },
    ]
    if specification.isAsymmetric { rows.append(row("gamma", truth.gamma, fits) { ($0.gamma, $1.gamma) }) }
    if specification.innovations == .studentT, let nu = truth.degreesOfFreedom {
      rows.append(
        row("degreesOfFreedom", nu, fits) { ($0.degreesOfFreedom ?? .nan, $1.degreesOfFreedom ?? .nan) })
    }
    return rows
  }

  private func row(
    _ quantity: String, _ expected: Double, _ fits: [GarchFit],
    _ value: (GarchParameters, GarchStandardErrors) -> (estimate: Double, error: Double)
  ) -> Row {
    let pairs = fits.compactMap { fit in fit.standardErrors.map { value(fit.parameters, $0) } }
    let estimates = pairs.map(\.estimate)
    let (mean, variance) = meanAndVariance(estimates.span)
    let held = pairs.filter { abs($0.estimate - expected) <= 1.96 * $0.error }.count
    let stated = pairs.reduce(0) { $0 + $1.error } / Double(pairs.count)
    return Row(
      quantity: quantity, expected: expected, obtained: mean,
      standardError: (variance / Double(pairs.count)).squareRoot(), coverage: Double(held) / Double(pairs.count),
      statedOverActual: stated / variance.squareRoot())
  }
}

/// A series of GARCH returns after 500 steps to forget its start; innovations are unit-variance t where the parameters
/// have degrees of freedom, normal otherwise.
public func simulatedGarch(_ parameters: GarchParameters, count: Int, seed: UInt64) -> [Double] {
  let draws = KeyedDraws(seed: seed, path: 0, purpose: .verification)
  var variance = parameters.longRunVariance
  var returns: [Double] = []
  for step in 0..<UInt32(count + 500) {
    var innovation = draws.normal(step: step, factor: 0)
    if let nu = parameters.degreesOfFreedom {
      innovation *= ((nu - 2) / (2 * draws.gamma(shape: nu / 2, step: step, factor: 1))).squareRoot()
    }
    let shock = variance.squareRoot() * innovation
    let weight = parameters.alpha + (shock < 0 ? parameters.gamma : 0)
    variance = parameters.omega + weight * shock * shock + parameters.beta * variance
    if step >= 500 { returns.append(parameters.mean + shock) }
  }
  return returns
}
